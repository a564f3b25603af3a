//! Devices: sessions with a name, for the sales app and other programs.
//!
//! A device has an access token, which is good for ten minutes, and a refresh
//! token, which is good once: it brings a new pair (RFC 9700, 4.14.2). The new
//! pair is derived from the refresh token that asks for it and a salt, so an
//! answer that was lost on the way can be asked for again, by who sends the key
//! along that was made for that request. Whoever sends the old refresh token
//! without that key, or after one of the new pair has been used, has a copy of
//! it, so the device is revoked: no copy can keep in step with a device.

mod store;

use std::time::Duration;

use super::{Place, StaffSession};
use crate::config::Sessions as Lasts;
use crate::db::{self, Tx};
use crate::error::Result;
use crate::kernel::id::{SessionId, StaffId};
use crate::kernel::{Digest, Timestamp, Token};

pub use store::{Ended, current, list, rename, revoke_all_of_staff, revoke_of_staff, revoke_others_of_staff};

/// How long an access token is good.
const ACCESS_LASTS: Duration = Duration::from_mins(10);

/// Devices one person may have: each may hold connections, and one that was forgotten
/// somewhere is a way in.
pub const MOST: usize = 20;

/// What a device is handed, once.
#[derive(Debug)]
pub struct Tokens {
    /// The device.
    pub device: SessionId,
    /// Opens the API.
    pub access: Token,
    /// Brings the next pair.
    pub refresh: Token,
    /// In how many seconds the access token expires.
    pub access_expires_in_s: u64,
    /// In how many seconds the refresh token does, unless it is used.
    pub refresh_expires_in_s: u64,
}

/// The device of somebody that was used least lately, if they have as many as they
/// may.
///
/// # Errors
/// When the database fails.
pub fn one_too_many(
    tx: &mut Tx<'_>,
    staff: StaffId,
    now: Timestamp,
) -> Result<Option<super::Device>, db::Error> {
    let mut all = list(tx, staff, now)?;
    Ok(if all.len() < MOST { None } else { all.pop() })
}

/// Signs a device in. `proved_at` is when its user last proved who they are, which a
/// device that is made of a browser's session takes over from it.
///
/// # Errors
/// When the database or the random source fails.
pub fn start(
    tx: &mut Tx<'_>,
    (staff, proved_at): (StaffId, Timestamp),
    name: &str,
    place: &Place,
    now: Timestamp,
) -> Result<Tokens> {
    let (access, refresh) = (Token::mint()?, Token::mint()?);
    let expires_at = now.plus(place.lasts.device_idle.min(place.lasts.device_lasts));
    let new = store::New {
        id: SessionId::new(now),
        staff,
        name,
        access: access.digest(),
        refresh: refresh.digest(),
        access_until: now.plus(ACCESS_LASTS),
        expires_at,
        proved_at,
    };
    store::insert(tx, &new, place, now)?;
    Ok(Tokens::new(new.id, (access, refresh), expires_at, now))
}

impl Tokens {
    fn new(device: SessionId, (access, refresh): (Token, Token), ends_at: Timestamp, now: Timestamp) -> Self {
        let refresh_expires_in_s = ends_at.since(now).as_secs();
        let access_expires_in_s = ACCESS_LASTS.as_secs().min(refresh_expires_in_s);
        Self { device, access, refresh, access_expires_in_s, refresh_expires_in_s }
    }
}

/// Whose access token it is.
#[derive(Debug)]
pub enum ByAccess {
    /// This device's, which is in order.
    Open(Box<OpenDevice>),
    /// This device's, which needs a new one.
    Expired(SessionId),
    /// One's that was revoked.
    Revoked,
    /// Nobody's, or one's that signed out or ran out.
    Nobody,
}

/// A device that is in order.
#[derive(Clone, Debug)]
pub struct OpenDevice {
    /// Its session.
    pub session: StaffSession,
    token: Digest,
    first_use: bool,
}

/// Whose access token it is, with their rights as they are now.
///
/// # Errors
/// When the database fails.
pub fn by_access(tx: &mut Tx<'_>, token: Digest, now: Timestamp) -> Result<ByAccess, db::Error> {
    let Some(state) = store::by_access(tx, token)? else { return Ok(ByAccess::Nobody) };
    Ok(match state.standing(now) {
        Standing::Revoked => ByAccess::Revoked,
        Standing::Over => ByAccess::Nobody,
        Standing::Open if state.access != token || state.access_until <= now => ByAccess::Expired(state.id),
        Standing::Open => match super::store::staff_of(tx, state.id)? {
            Some(session) => {
                ByAccess::Open(Box::new(OpenDevice { session, token, first_use: state.previous.is_some() }))
            }
            None => ByAccess::Nobody,
        },
    })
}

/// A device that goes on, with its owner's rights as they are now.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &mut Tx<'_>, device: SessionId, now: Timestamp) -> Result<Option<StaffSession>, db::Error> {
    if super::is_open(tx, device, now)? { super::store::staff_of(tx, device) } else { Ok(None) }
}

impl OpenDevice {
    /// Whether its use must be written down: the first one of a token, which
    /// spends the refresh token it came from, and one every few minutes.
    pub fn wants_note(&self, now: Timestamp) -> bool {
        self.first_use || self.session.wants_touch(now)
    }

    /// Writes its use down.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), db::Error> {
        if self.first_use {
            store::spend_previous(tx, (self.session.id, self.token), now)?;
        }
        store::touch(tx, self.session.id, now)
    }
}

/// What came of a refresh token.
#[derive(Debug)]
pub enum Refreshed {
    /// A new pair.
    Fresh(Tokens),
    /// It was spent before: someone has a copy. This device is revoked now.
    Reused(SessionId, StaffId),
    /// Its device was revoked before.
    Revoked,
    /// It is nobody's, or one's that signed out or ran out.
    Nobody,
}

/// Which device a refresh token belongs to, spent or not.
///
/// # Errors
/// When the database fails.
pub fn of_refresh(tx: &mut Tx<'_>, token: Digest) -> Result<Option<SessionId>, db::Error> {
    match store::by_refresh(tx, token)? {
        Some(state) => Ok(Some(state.id)),
        None => Ok(store::by_spent(tx, token)?.map(|state| state.id)),
    }
}

/// Takes a refresh token for a new pair; `key` is the digest of what was made for this request.
///
/// # Errors
/// When the database or the random source fails.
pub fn refresh(
    tx: &mut Tx<'_>,
    (token, key): (&Token, Option<Digest>),
    lasts: &Lasts,
    now: Timestamp,
) -> Result<Refreshed> {
    let digest = token.digest();
    let (state, spent) = match store::by_refresh(tx, digest)? {
        Some(state) => (state, false),
        None => match store::by_spent(tx, digest)? {
            Some(state) => (state, true),
            None => return Ok(Refreshed::Nobody),
        },
    };
    match state.standing(now) {
        Standing::Revoked => Ok(Refreshed::Revoked),
        Standing::Over => Ok(Refreshed::Nobody),
        Standing::Open if state.refresh == digest => rotate(tx, &state, (token, key), lasts, now),
        Standing::Open if !spent && key.is_some() && state.request == key => again(tx, &state, token, now),
        Standing::Open => {
            store::revoke(tx, state.id, now)?;
            Ok(Refreshed::Reused(state.id, state.staff))
        }
    }
}

fn rotate(
    tx: &mut Tx<'_>,
    state: &State,
    (token, request): (&Token, Option<Digest>),
    lasts: &Lasts,
    now: Timestamp,
) -> Result<Refreshed> {
    let salt = Token::mint()?.digest();
    let (access, refresh) = derived(token, salt);
    if state.previous.is_some() {
        store::spend_previous(tx, (state.id, state.access), now)?;
    }
    let expires_at = now.plus(lasts.device_idle).min(state.created_at.plus(lasts.device_lasts));
    let next = store::Next {
        access: access.digest(),
        refresh: refresh.digest(),
        salt,
        request,
        access_until: now.plus(ACCESS_LASTS),
        expires_at,
    };
    store::rotate(tx, state, &next, now)?;
    // Whoever has an older one could not use it any more, had it never been spent.
    store::forget_spent(tx, state.id, now.minus(lasts.device_lasts))?;
    Ok(Refreshed::Fresh(Tokens::new(state.id, (access, refresh), expires_at, now)))
}

/// The pair that the answer held which was lost.
fn again(tx: &mut Tx<'_>, state: &State, token: &Token, now: Timestamp) -> Result<Refreshed> {
    let pair = state.salt.map(|salt| derived(token, salt));
    let Some(pair) = pair.filter(|(access, _)| access.digest() == state.access) else {
        return Ok(Refreshed::Nobody);
    };
    store::extend_access(tx, state.id, now.plus(ACCESS_LASTS))?;
    Ok(Refreshed::Fresh(Tokens::new(state.id, pair, state.expires_at, now)))
}

fn derived(token: &Token, salt: Digest) -> (Token, Token) {
    let of = |purpose| token.derive(purpose, salt.as_bytes());
    (of(b"tradepost access token\n"), of(b"tradepost refresh token\n"))
}

/// Signs out whichever device a refresh token belongs to.
///
/// # Errors
/// When the database fails.
pub fn end_by_refresh(tx: &mut Tx<'_>, token: Digest, now: Timestamp) -> Result<bool, db::Error> {
    match store::by_refresh(tx, token)? {
        Some(state) => super::end(tx, state.id, now),
        None => Ok(false),
    }
}

/// A device's row, as its tokens need it.
#[derive(Debug)]
struct State {
    id: SessionId,
    staff: StaffId,
    created_at: Timestamp,
    expires_at: Timestamp,
    ended: bool,
    revoked: bool,
    access: Digest,
    access_until: Timestamp,
    refresh: Digest,
    previous: Option<Digest>,
    salt: Option<Digest>,
    /// The digest of the key of the request that brought the latest pair.
    request: Option<Digest>,
}

/// How it stands with a device.
enum Standing {
    Open,
    Over,
    Revoked,
}

impl State {
    fn standing(&self, now: Timestamp) -> Standing {
        if self.revoked {
            Standing::Revoked
        } else if self.ended || self.expires_at <= now {
            Standing::Over
        } else {
            Standing::Open
        }
    }
}
