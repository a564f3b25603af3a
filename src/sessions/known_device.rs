//! Browsers in which someone has signed in before, known by a cookie: what
//! strangers try elsewhere doesn't slow them down (docs/security.md).
//!
//! The cookie is signed and holds no name: a few marks, each good for one
//! contact or staff user, until they choose another password. It lets nobody in; it says
//! with whose attempts the next ones are counted.

use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::store;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::{ContactId, StaffId};
use crate::kernel::{Timestamp, Token};
use crate::keys::Keys;

pub use super::store::chosen_at_by_staff;

/// What marks are signed for.
const PURPOSE: &[u8] = b"tradepost known device 1";
/// The same of the second signature, which says that a mark is one of ours.
const OURS: &[u8] = b"tradepost mark of a known device 1";
/// How long a device is known without signing in there; browsers keep no
/// cookie for longer.
pub const LASTS: Duration = Duration::from_hours(400 * 24);
/// People who may share a device; who came first is forgotten first.
const MARKS: usize = 5;
/// Digits of a nonce and of a signature, which has 128 bits.
const DIGITS: usize = 32;

/// A device that someone has signed in with before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    /// Tells devices apart, and nothing about them.
    pub nonce: String,
}

/// Whom a mark is of: a contact or a staff user, and the password they had then, by
/// the moment they chose it.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// Who, by their id; no contact has that of a staff user.
    pub who: Uuid,
    /// When they last chose a password, or theirs was brought along.
    pub chosen_at: Option<Timestamp>,
}

/// The device in a cookie, if `holder` signed in with it and has not chosen
/// another password since.
pub fn recognise(keys: &Keys, cookie: &str, holder: Holder, now: Timestamp) -> Option<KnownDevice> {
    let mark = marks(cookie).find(|mark| mark.is_of(keys, holder, now))?;
    Some(KnownDevice { nonce: mark.nonce.to_owned() })
}

/// Whether someone has signed in with the device in a cookie, whoever it was. Nothing
/// has to be looked up for that, so it can be asked before anything is done.
pub fn is_ours(keys: &Keys, cookie: &str, now: Timestamp) -> bool {
    marks(cookie).any(|mark| mark.is_ours(keys, now))
}

/// The cookie of a device with which `contact` has just signed in. Its mark of
/// them is made anew each time; those of others stay.
///
/// # Errors
/// When the database or the random source fails.
pub fn remember(
    tx: &mut Tx<'_>,
    keys: &Keys,
    cookie: Option<&str>,
    contact: ContactId,
    now: Timestamp,
) -> Result<String> {
    let holder = Holder { who: contact.as_uuid(), chosen_at: store::chosen_at(tx, contact)? };
    renewed(keys, cookie, holder, now)
}

/// The same of a staff user.
///
/// # Errors
/// When the database or the random source fails.
pub fn remember_staff(
    tx: &mut Tx<'_>,
    keys: &Keys,
    cookie: Option<&str>,
    staff: StaffId,
    now: Timestamp,
) -> Result<String> {
    let holder = Holder { who: staff.as_uuid(), chosen_at: store::chosen_at_by_staff(tx, staff)? };
    renewed(keys, cookie, holder, now)
}

fn renewed(keys: &Keys, cookie: Option<&str>, holder: Holder, now: Timestamp) -> Result<String> {
    let random = Token::mint()?.expose();
    let mark = mark(keys, &random[..DIGITS], now.as_millis() / 1000, holder);
    let others = marks(cookie.unwrap_or_default()).filter(|mark| !mark.is_of(keys, holder, now));
    Ok(others.take(MARKS - 1).fold(mark, |marks, other| marks + "~" + other.text))
}

fn mark(keys: &Keys, nonce: &str, made_s: i64, holder: Holder) -> String {
    let signature = signed(keys, nonce, made_s, holder).finalize().into_bytes();
    let signature = HEXLOWER.encode(&signature[..DIGITS / 2]);
    let seal = sealed(keys, nonce, made_s, &signature).finalize().into_bytes();
    format!("{nonce}.{made_s}.{signature}.{}", HEXLOWER.encode(&seal[..DIGITS / 2]))
}

struct Mark<'c> {
    text: &'c str,
    nonce: &'c str,
    /// Seconds since the Unix epoch.
    made_s: i64,
    signature: Vec<u8>,
    /// The second signature; marks from before there was one have none.
    seal: Option<Vec<u8>>,
}

/// The marks in a cookie; what can't be one is passed over.
fn marks(cookie: &str) -> impl Iterator<Item = Mark<'_>> {
    cookie.split('~').take(MARKS).filter_map(Mark::read)
}

impl<'c> Mark<'c> {
    fn read(text: &'c str) -> Option<Self> {
        let mut parts = text.split('.');
        let (nonce, made_s, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let seal = parts.next();
        let nonce = bytes(nonce).and(Some(nonce))?;
        let made_s = made_s.parse().ok().filter(|_| made_s.len() <= 12 && parts.next().is_none())?;
        let seal = if let Some(seal) = seal { Some(bytes(seal)?) } else { None };
        Some(Self { text, nonce, made_s, signature: bytes(signature)?, seal })
    }

    fn is_of(&self, keys: &Keys, holder: Holder, now: Timestamp) -> bool {
        let expected = signed(keys, self.nonce, self.made_s, holder);
        expected.verify_truncated_left(&self.signature).is_ok() && self.lasts(now)
    }

    fn is_ours(&self, keys: &Keys, now: Timestamp) -> bool {
        let Some(seal) = &self.seal else { return false };
        let expected = sealed(keys, self.nonce, self.made_s, &HEXLOWER.encode(&self.signature));
        expected.verify_truncated_left(seal).is_ok() && self.lasts(now)
    }

    fn lasts(&self, now: Timestamp) -> bool {
        now.since(Timestamp::from_millis(self.made_s * 1000)) < LASTS
    }
}

/// The bytes of a nonce or a signature, if it is one.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(hex.as_bytes()).ok().filter(|bytes| bytes.len() == DIGITS / 2)
}

/// What a mark's signature covers: another password makes all marks void.
fn signed(keys: &Keys, nonce: &str, made_s: i64, holder: Holder) -> Hmac<Sha256> {
    let mut mac = keys.mac(PURPOSE);
    let chosen_at = holder.chosen_at.map_or(0, Timestamp::as_millis);
    mac.update(format!("\n{nonce}\n{made_s}\n{}\n{chosen_at}", holder.who).as_bytes());
    mac
}

/// What the second signature covers: the first, so that it can't be put on another.
fn sealed(keys: &Keys, nonce: &str, made_s: i64, signature: &str) -> Hmac<Sha256> {
    let mut mac = keys.mac(OURS);
    mac.update(format!("\n{nonce}\n{made_s}\n{signature}").as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const NONCE: &str = "0123456789abcdef0123456789abcdef";

    fn keys() -> (tempfile::TempDir, Keys) {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::make(&folder.path().join("a.key")).unwrap();
        (folder, keys)
    }

    fn holder() -> Holder {
        Holder { who: ContactId::new(NOW).as_uuid(), chosen_at: Some(NOW) }
    }

    #[test]
    fn promise_10_a_device_is_known_for_one_contact_until_they_choose_another_password() {
        let ((_folder, keys), (_other, others)) = (keys(), keys());
        let (anna, bert) = (holder(), holder());
        let cookie = mark(&keys, NONCE, 1000, anna);
        let known = recognise(&keys, &cookie, anna, NOW);
        assert_eq!(known, Some(KnownDevice { nonce: NONCE.to_owned() }));
        assert_eq!(recognise(&keys, &cookie, bert, NOW), None);
        assert_eq!(recognise(&others, &cookie, anna, NOW), None);
        assert_eq!(recognise(&keys, &cookie, anna, NOW.plus(LASTS)), None);
        assert_eq!(recognise(&keys, &cookie, Holder { chosen_at: None, ..anna }, NOW), None);
        let both = format!("{}~{cookie}", mark(&keys, &NONCE.replace('0', "f"), 1000, bert));
        assert!(recognise(&keys, &both, anna, NOW).is_some() && recognise(&keys, &both, bert, NOW).is_some());
    }

    #[test]
    fn a_made_up_cookie_is_nobodys() {
        let (_folder, keys) = keys();
        let anna = holder();
        let cookie = mark(&keys, NONCE, 1000, anna);
        let (later, long) = (cookie.replacen(".1000.", ".9999.", 1), "~".repeat(100_000));
        let (cut, short) = (&cookie[1..], &cookie[..cookie.len() - 2]);
        for made_up in ["", ".", "..", "~", "a.b.c", "ä.1.ä", cut, short, &later, &long] {
            assert_eq!(recognise(&keys, made_up, anna, NOW), None, "{made_up:?}");
            assert!(!is_ours(&keys, made_up, NOW), "{made_up:?}");
        }
    }

    #[test]
    fn that_a_mark_is_ours_is_told_without_knowing_whose_it_is() {
        let ((_folder, keys), (_other, others)) = (keys(), keys());
        let cookie = mark(&keys, NONCE, 1000, holder());
        assert!(is_ours(&keys, &cookie, NOW) && is_ours(&keys, &format!("x~{cookie}"), NOW));
        assert!(!is_ours(&others, &cookie, NOW) && !is_ours(&keys, &cookie, NOW.plus(LASTS)));
        let (other, cut) = (mark(&keys, &NONCE.replace('0', "f"), 1000, holder()), cookie.len() - DIGITS);
        let crossed = format!("{}{}", &cookie[..cut], &other[other.len() - DIGITS..]);
        assert!(!is_ours(&keys, &crossed, NOW), "a signature of another mark");
        let former = &cookie[..cut - 1];
        assert!(!is_ours(&keys, former, NOW), "from before there were two");
    }
}
