//! Acts that may be asked for again without being done again.
//!
//! A client makes a key once for an act and sends it with each attempt
//! (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header). The key is
//! kept for good, in the transaction of the act: whatever is lost on the way,
//! the act happens once. Of key and request only digests are kept; the key is
//! part of what is digested, so nobody can guess a request from its digest.

mod store;

use uuid::Uuid;

use crate::actor::{Actor, Who};
use crate::db::Tx;
use crate::epoch;
use crate::error::{Error, Result};
use crate::kernel::id::{ChangeRequestId, ContactId, ResetId, StaffId};
use crate::kernel::{Digest, Timestamp};

/// An attempt at an act.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    key: Digest,
    fingerprint: Digest,
    /// When the key was made, if it says so.
    made_at: Option<Timestamp>,
}

impl Attempt {
    /// An attempt under `key` to do what `request` asks: its method, its
    /// address and its body.
    pub fn new(key: &str, request: [&[u8]; 3]) -> Self {
        // Each part with its length, so that no two requests read alike.
        let parts = [&[key.as_bytes()], request.as_slice()].concat();
        let whole: Vec<u8> =
            parts.iter().flat_map(|part| [&part.len().to_be_bytes(), *part].concat()).collect();
        Self { key: Digest::of(key.as_bytes()), fingerprint: Digest::of(&whole), made_at: made_at(key) }
    }
}

/// What an act made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The contact it was about.
    pub contact: ContactId,
    /// The reset it started, if it did.
    pub reset: Option<ResetId>,
    /// The request to the office it made, if it did.
    pub request: Option<ChangeRequestId>,
}

impl Done {
    /// Something about a contact.
    pub fn with(contact: ContactId) -> Self {
        Self { contact, reset: None, request: None }
    }
}

/// What came of an attempt.
#[derive(Debug)]
pub enum Once<T> {
    /// It was done now.
    Now(Done),
    /// It was done by an earlier attempt; nothing happened now.
    Before(Done),
    /// The key belongs to another act; nothing happened.
    OtherAct,
    /// The key was made in a time that a restore has lost, so whether the act was
    /// done can't be known; nothing happened.
    Lost,
    /// It could not be done, and may be tried again under the same key.
    Not(T),
}

/// Does `act` unless an earlier attempt did. Without an attempt to go by, it is
/// done each time it is asked for.
///
/// # Errors
/// Whatever `act` returns, [`Error::NotAllowed`] for who is no staff user, and
/// when the database fails.
pub fn once<T>(
    tx: &mut Tx<'_>,
    actor: &Actor,
    attempt: Option<Attempt>,
    now: Timestamp,
    act: impl FnOnce(&mut Tx<'_>) -> Result<Result<Done, T>>,
) -> Result<Once<T>> {
    let Some(attempt) = attempt else {
        return Ok(act(tx)?.map_or_else(Once::Not, Once::Now));
    };
    let staff = staff(actor)?;
    match store::find(tx, staff, &attempt.key)? {
        Some(known) if known.fingerprint == attempt.fingerprint => return Ok(Once::Before(known.done)),
        Some(_) => return Ok(Once::OtherAct),
        None if may_be_lost(tx, &attempt)? => return Ok(Once::Lost),
        None => {}
    }
    match act(tx)? {
        Ok(done) => {
            store::insert(tx, staff, &attempt, done, now)?;
            Ok(Once::Now(done))
        }
        Err(not) => Ok(Once::Not(not)),
    }
}

/// The moment in a key that is a UUID version 7 (RFC 9562, 5.7).
fn made_at(key: &str) -> Option<Timestamp> {
    let id = Uuid::try_parse(key).ok().filter(|id| id.get_version_num() == 7)?;
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let millis = i64::try_from(seconds).ok()?.checked_mul(1000)?.checked_add(i64::from(nanos) / 1_000_000)?;
    Some(Timestamp::from_millis(millis))
}

fn may_be_lost(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<bool> {
    let Some(made_at) = attempt.made_at else { return Ok(false) };
    Ok(epoch::may_have_lost(tx, made_at)?)
}

fn staff(actor: &Actor) -> Result<StaffId> {
    match &actor.who {
        Who::Staff(staff) => Ok(staff.id),
        _ => Err(Error::NotAllowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_version_7_says_when_it_was_made() {
        let at = Timestamp::from_millis(1_765_000_000_123);
        let id = crate::kernel::id::JobId::new(at);
        assert_eq!(made_at(&id.to_string()), Some(at));
        for other in ["0f8fad5b-d9cb-469f-a165-70867728950e", "order-4711", ""] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }

    #[test]
    fn a_fingerprint_tells_every_part_of_a_request_and_the_key() {
        let attempts = [
            Attempt::new("key", [b"POST", b"/a", b"{}"]),
            Attempt::new("key", [b"PUT", b"/a", b"{}"]),
            Attempt::new("key", [b"POST", b"/a{", b"}"]),
            Attempt::new("key", [b"POST", b"/a", b"{ }"]),
            Attempt::new("other", [b"POST", b"/a", b"{}"]),
        ];
        for (n, one) in attempts.iter().enumerate() {
            for other in attempts.iter().skip(n + 1) {
                assert_ne!(one.fingerprint.as_bytes(), other.fingerprint.as_bytes());
            }
        }
    }
}
