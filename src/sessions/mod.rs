//! Who is signed in, and where.
//!
//! A session is found only while the account behind it is in order, so
//! switching access off ends it at the next request (promise 13).

mod store;

use std::time::Duration;

use crate::actor::Permissions;
use crate::db::{self, Tx};
use crate::kernel::id::{ContactId, RetailerId, SessionId, StaffId, TemporaryPasswordId};
use crate::kernel::{Language, Timestamp, Token};

pub use store::{
    Device, device_list, device_list_of_staff, end, end_all_of_contact, end_all_of_staff, end_of_contact,
    end_of_staff, end_others_of_staff, find_contact, find_staff, forget_old, is_open, note_proof,
};

/// How long a contact stays signed in (NIST 800-63B-4, 2.1.3: 30 days at most).
const CONTACT_LASTS: Duration = Duration::from_hours(720);
/// How long a staff user stays signed in without coming by.
const STAFF_IDLE: Duration = Duration::from_hours(12);
/// How long they do at most (ASVS 5.0, 7.3.2).
const STAFF_LASTS: Duration = Duration::from_hours(168);
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
    started_at: Timestamp,
    last_seen_at: Timestamp,
}

/// Where a staff user works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffKind {
    /// In the office: the portal.
    Admin,
    /// In the field: the sales app.
    Rep,
    /// Both.
    Dual,
}

impl StaffKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Rep, Self::Dual];

    /// Its name in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Rep => "rep",
            Self::Dual => "dual",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

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
    let lives = if temporary.is_some() { CHOOSING } else { CONTACT_LASTS };
    let new = store::NewSession {
        token: token.digest(),
        contact: Some(contact),
        staff: None,
        temporary,
        expires_at: now.plus(lives),
    };
    store::insert(tx, &new, place, now)?;
    Ok(token)
}

/// Starts a staff user's session.
///
/// # Errors
/// When the database or the random source fails.
pub fn start_for_staff(
    tx: &mut Tx<'_>,
    staff: StaffId,
    place: &Place,
    now: Timestamp,
) -> crate::error::Result<Token> {
    let token = Token::mint()?;
    let new = store::NewSession {
        token: token.digest(),
        contact: None,
        staff: Some(staff),
        temporary: None,
        expires_at: now.plus(STAFF_IDLE),
    };
    store::insert(tx, &new, place, now)?;
    Ok(token)
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
    pub fn touch(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), db::Error> {
        store::touch(tx, self.id, now, self.started_at.plus(CONTACT_LASTS))
    }
}

impl StaffSession {
    /// Whether its use should be written down now.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= TOUCH_EVERY
    }

    /// Writes down that it is in use, and so keeps it alive.
    ///
    /// # Errors
    /// When the database fails.
    pub fn touch(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), db::Error> {
        store::touch(tx, self.id, now, now.plus(STAFF_IDLE).min(self.started_at.plus(STAFF_LASTS)))
    }
}
