//! Signing a contact out from the office.

use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, SessionId};
use crate::{retailers, sessions};

/// Ends one session of a contact.
///
/// # Errors
/// [`Error::NotFound`] for a session that isn't theirs, [`Error::NotAllowed`]
/// when the actor may not.
pub fn end_session(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: ContactId,
    session: SessionId,
    now: Timestamp,
) -> Result<()> {
    let contact = retailers::contact(tx, actor, contact)?;
    if !actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed);
    }
    if !sessions::end_of_contact(tx, contact.id, session, now)? {
        return Err(Error::NotFound);
    }
    let about = About::contact(contact.retailer, contact.id);
    Ok(audit::record(tx, actor, now, Event::SessionEnded, about)?)
}

/// Ends all sessions of a contact.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn end_all_sessions(tx: &mut Tx<'_>, actor: &Actor, contact: ContactId, now: Timestamp) -> Result<()> {
    let contact = retailers::contact(tx, actor, contact)?;
    if !actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed);
    }
    sessions::end_all_of_contact(tx, contact.id, None, now)?;
    let about = About::contact(contact.retailer, contact.id);
    Ok(audit::record(tx, actor, now, Event::SessionsEnded, about)?)
}
