//! Who is signed in, and where.
//!
//! A session is found only while the account behind it is in order, so
//! switching access off ends it at the next request (promise 13).

pub mod devices;
pub mod known_device;
mod store;

use std::time::Duration;

use crate::actor::{Actor, Door, Permissions, Who};
use crate::config::Sessions as Lasts;
use crate::db::{self, Tx};
use crate::kernel::id::{ContactId, RetailerId, SessionId, StaffId, TemporaryPasswordId};
use crate::kernel::names;
use crate::kernel::{Digest, Language, Timestamp, Token};

pub use store::{
    Device, device_list, device_list_of_staff, end, end_all_of_contact, end_all_of_staff, end_everyones,
    end_of_contact, end_others_of_staff, end_own_of_contact, find_contact, find_staff, forget_old,
    has_factor, is_open, note_proof, renew,
};

/// How long a session waits for the second factor.
const PROVING: Duration = Duration::from_mins(10);
/// How long a temporary password's session waits for the new password.
const CHOOSING: Duration = Duration::from_hours(1);
/// A session's last use is written down at most this often.
const TOUCH_EVERY: Duration = Duration::from_mins(5);

/// Where a session was started.
#[derive(Clone, Debug)]
pub struct Place {
    /// The client's IP address.
    pub address: String,
    /// What the browser calls itself, shortened.
    pub device: String,
    /// Through which door.
    pub door: Door,
    /// The session whose cookie the browser brought, if it did: whoever signs in there puts theirs in
    /// its place (ASVS 5.0, 7.2.4).
    pub former: Option<Digest>,
    /// How long people stay signed in here.
    pub lasts: Lasts,
}

impl Place {
    /// Someone acting from here.
    pub fn actor(&self, who: Who) -> Actor {
        Actor { who, door: self.door, address: self.address.clone() }
    }
}

/// A contact who is signed in.
#[derive(Clone, Debug)]
pub struct ContactSession {
    /// The session.
    pub id: SessionId,
    /// Who.
    pub contact: ContactId,
    /// Their name.
    pub name: String,
    /// Their username.
    pub username: String,
    /// Their language.
    pub language: Language,
    /// Their retailer.
    pub retailer: RetailerId,
    /// Its name.
    pub retailer_name: String,
    /// Its account number.
    pub account_number: String,
    /// The temporary password this session was started with: it can do nothing
    /// but choose a new one (promise 7).
    pub temporary: Option<TemporaryPasswordId>,
    started_at: Timestamp,
    last_seen_at: Timestamp,
}

/// A staff user who is signed in.
#[derive(Clone, Debug)]
pub struct StaffSession {
    /// The session.
    pub id: SessionId,
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub kind: StaffKind,
    /// What their role is called.
    pub role: String,
    /// What it allows.
    pub permissions: Permissions,
    /// When they last proved that it is them.
    pub proved_at: Timestamp,
    /// Whether the second factor has still to be proved.
    pub half: bool,
    /// Whether they have an authenticator app.
    pub has_app: bool,
    /// Whether they have a passkey.
    pub has_passkey: bool,
    /// By when they must have one; `None` when they have, or need none.
    pub factor_due_at: Option<Timestamp>,
    started_at: Timestamp,
    last_seen_at: Timestamp,
}

/// How far a staff user's session lets them in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All the way.
    In,
    /// All the way, but they must set up a second factor by then.
    InUntil(Timestamp),
    /// Not before they proved their second factor.
    MustProve,
    /// Not before they set up a second factor.
    MustSetUp,
}

names! {
    /// Where a staff user works.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum StaffKind {
        /// In the office: the portal.
        Admin = "admin",
        /// In the field: the sales app.
        Rep = "rep",
        /// Both.
        Dual = "dual",
    }
}

impl StaffKind {
    /// Whether people of this kind may use the portal.
    pub const fn uses_portal(self) -> bool {
        matches!(self, Self::Admin | Self::Dual)
    }

    /// Whether people of this kind may use the sales app.
    pub const fn uses_sales(self) -> bool {
        matches!(self, Self::Rep | Self::Dual)
    }
}

/// Starts a contact's session; the token goes into the cookie and nowhere else.
///
/// # Errors
/// When the database or the random source fails.
pub fn start_for_contact(
    tx: &mut Tx<'_>,
    contact: ContactId,
    temporary: Option<TemporaryPasswordId>,
    place: &Place,
    now: Timestamp,
) -> crate::error::Result<Token> {
    let token = Token::mint()?;
    let lives =
        if temporary.is_some() { CHOOSING } else { place.lasts.contact_idle.min(place.lasts.contact_lasts) };
    end_former(tx, place, now)?;
    let new = store::NewSession {
        token: token.digest(),
        contact: Some(contact),
        staff: None,
        temporary,
        half: false,
        expires_at: now.plus(lives),
    };
    store::insert(tx, &new, place, now)?;
    Ok(token)
}

/// Starts a session of a staff user who proved one factor. Whoever has a second
/// one must prove it before the session lets them in; says whether that is so.
///
/// # Errors
/// When the database or the random source fails.
pub fn start_for_staff(
    tx: &mut Tx<'_>,
    staff: StaffId,
    place: &Place,
    now: Timestamp,
) -> crate::error::Result<(Token, bool)> {
    let half = store::has_factor(tx, staff)?;
    let lives = if half { PROVING } else { staff_idle(place) };
    Ok((start(tx, staff, (half, lives), place, now)?, half))
}

/// Starts a session of a staff user who proved two factors at once.
///
/// # Errors
/// When the database or the random source fails.
pub fn start_full_for_staff(
    tx: &mut Tx<'_>,
    staff: StaffId,
    place: &Place,
    now: Timestamp,
) -> crate::error::Result<Token> {
    start(tx, staff, (false, staff_idle(place)), place, now)
}

/// Puts a session of full rights, with a token of its own, in the place of one
/// that waited for the second factor.
///
/// # Errors
/// When the database or the random source fails.
pub fn let_in(
    tx: &mut Tx<'_>,
    waiting: &StaffSession,
    place: &Place,
    now: Timestamp,
) -> crate::error::Result<Option<Token>> {
    if !store::end(tx, waiting.id, now)? {
        return Ok(None);
    }
    Ok(Some(start(tx, waiting.staff, (false, staff_idle(place)), place, now)?))
}

fn staff_idle(place: &Place) -> Duration {
    place.lasts.staff_idle.min(place.lasts.staff_lasts)
}

fn start(
    tx: &mut Tx<'_>,
    staff: StaffId,
    (half, lives): (bool, Duration),
    place: &Place,
    now: Timestamp,
) -> crate::error::Result<Token> {
    let token = Token::mint()?;
    end_former(tx, place, now)?;
    let new = store::NewSession {
        token: token.digest(),
        contact: None,
        staff: Some(staff),
        temporary: None,
        half,
        expires_at: now.plus(lives),
    };
    store::insert(tx, &new, place, now)?;
    Ok(token)
}

/// Ends the session that the browser had so far: signing in gives it another, and
/// nobody goes on with a copy of the one before.
fn end_former(tx: &mut Tx<'_>, place: &Place, now: Timestamp) -> Result<(), db::Error> {
    match place.former {
        Some(former) => store::end_of_browser(tx, former, now).map(drop),
        None => Ok(()),
    }
}

impl ContactSession {
    /// Whether its use should be written down now.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        self.temporary.is_none() && now.since(self.last_seen_at) >= TOUCH_EVERY
    }

    /// Writes down that it is in use.
    ///
    /// # Errors
    /// When the database fails.
    pub fn touch(&self, tx: &mut Tx<'_>, lasts: &Lasts, now: Timestamp) -> Result<(), db::Error> {
        let until = now.plus(lasts.contact_idle).min(self.started_at.plus(lasts.contact_lasts));
        store::touch(tx, self.id, now, until)
    }
}

impl StaffSession {
    /// Whether its use should be written down now.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        !self.half && now.since(self.last_seen_at) >= TOUCH_EVERY
    }

    /// Whether they have a second factor.
    pub fn has_factor(&self) -> bool {
        self.has_app || self.has_passkey
    }

    /// How far it lets them in.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match self.factor_due_at {
            _ if self.half => Standing::MustProve,
            None => Standing::In,
            Some(due) if due > now => Standing::InUntil(due),
            Some(_) => Standing::MustSetUp,
        }
    }

    /// Writes down that it is in use, and so keeps it alive.
    ///
    /// # Errors
    /// When the database fails.
    pub fn touch(&self, tx: &mut Tx<'_>, lasts: &Lasts, now: Timestamp) -> Result<(), db::Error> {
        let until = now.plus(lasts.staff_idle).min(self.started_at.plus(lasts.staff_lasts));
        store::touch(tx, self.id, now, until)
    }
}
