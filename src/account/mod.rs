//! A contact's own account: name, e-mail address, where they are signed in,
//! and what happened to it (promise 15).

pub mod email;
pub mod passkeys;
pub mod site;
mod store;

use crate::actor::{Actor, Door, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::SessionId;
use crate::retailers::{self, contacts};
use crate::sessions::{self, ContactSession};

/// As whom a signed-in contact acts.
fn acting(session: &ContactSession, address: &str) -> Actor {
    Actor { who: Who::Contact(session.contact), door: Door::Website, address: address.to_owned() }
}

/// Gives the contact another name; says whether it is another.
///
/// # Errors
/// When the database fails.
pub fn rename(
    tx: &mut Tx<'_>,
    session: &ContactSession,
    name: &str,
    address: &str,
    now: Timestamp,
) -> Result<bool> {
    if retailers::contact(tx, &Actor::system(), session.contact)?.name == name {
        return Ok(false);
    }
    contacts::rename(tx, session.contact, name, now)?;
    note(tx, session, address, Event::NameChanged, now)?;
    Ok(true)
}

/// Ends one of the contact's own sessions.
///
/// # Errors
/// [`Error::NotFound`] for a session that isn't theirs.
pub fn end_session(
    tx: &mut Tx<'_>,
    session: &ContactSession,
    id: SessionId,
    address: &str,
    now: Timestamp,
) -> Result<()> {
    if !sessions::end_of_contact(tx, session.contact, id, now)? {
        return Err(Error::NotFound);
    }
    note(tx, session, address, Event::SessionEnded, now)
}

/// Ends all the contact's sessions but this one.
///
/// # Errors
/// When the database fails.
pub fn end_other_sessions(
    tx: &mut Tx<'_>,
    session: &ContactSession,
    address: &str,
    now: Timestamp,
) -> Result<()> {
    sessions::end_all_of_contact(tx, session.contact, Some(session.id), now)?;
    note(tx, session, address, Event::SessionsEnded, now)
}

/// Writes down what a contact did to their own account. Whoever was erased
/// while their request was under way did nothing: it is rolled back.
fn note(
    tx: &mut Tx<'_>,
    session: &ContactSession,
    address: &str,
    event: Event,
    now: Timestamp,
) -> Result<()> {
    note_with(tx, (session, address), (event, About::contact(session.retailer, session.contact)), now)
}

/// The same with further facts.
fn note_with(
    tx: &mut Tx<'_>,
    (session, address): (&ContactSession, &str),
    (event, about): (Event, About),
    now: Timestamp,
) -> Result<()> {
    retailers::contact(tx, &Actor::system(), session.contact)?;
    Ok(audit::record(tx, &acting(session, address), now, event, about)?)
}
