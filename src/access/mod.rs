//! Website access: the switch on a contact, and the state that follows from it.

mod active;
mod rules;
mod sign_in;
mod sign_out;
mod store;
pub mod transfer;

use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{EmailAddress, Timestamp, Username};
use crate::mail::{self, Kind, NewMail};
use crate::notice::{self, Change};
use crate::passkeys::{self, Owner};
use crate::retailers::{self, Contact, contacts};
use crate::sessions;
use crate::temporary;

pub use active::{set_contact_active, set_retailer_active};
pub use rules::{Access, Missing, Obstacle, is_open, obstacle, state};
pub use sign_in::{SignIn, change_sign_in, clear_bounce, mark_bounced};
pub use sign_out::{end_all_sessions, end_session};

/// Turns the switch. Off ends the contact's sessions and voids temporary
/// passwords; on again loses nothing (promise 13).
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn switch(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, on: bool, now: Timestamp) -> Result<()> {
    let contact = retailers::contact(tx, actor, id)?;
    if !actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed);
    }
    if contact.website_access == on {
        return Ok(());
    }
    contacts::set_access(tx, id, on, now)?;
    if !on {
        sessions::end_all_of_contact(tx, id, None, now)?;
        call_back_resets(tx, id, now)?;
    }
    let event = if on { Event::AccessOn } else { Event::AccessOff };
    Ok(audit::record(tx, actor, now, event, About::contact(contact.retailer, id))?)
}

/// Takes a contact's passkeys away, so that whoever added one is out, too.
///
/// # Errors
/// When the database fails.
pub fn remove_passkeys(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (retailer, contact): (RetailerId, ContactId),
    now: Timestamp,
) -> Result<()> {
    let removed = passkeys::remove_all(tx, Owner::Contact(contact))?;
    note_passkeys_removed(tx, actor, (retailer, contact, removed), now)
}

/// Takes the passkeys away that were added since then.
///
/// # Errors
/// When the database fails.
pub fn remove_passkeys_added_since(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (retailer, contact, since): (RetailerId, ContactId, Timestamp),
    now: Timestamp,
) -> Result<()> {
    let removed = passkeys::remove_added_since(tx, Owner::Contact(contact), since)?;
    note_passkeys_removed(tx, actor, (retailer, contact, removed), now)
}

fn note_passkeys_removed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (retailer, contact, removed): (RetailerId, ContactId, u64),
    now: Timestamp,
) -> Result<()> {
    if removed == 0 {
        return Ok(());
    }
    let about = About::contact(retailer, contact).with("factor", "passkey");
    audit::record(tx, actor, now, Event::FactorRemoved, about)?;
    notice::tell_by(tx, actor, (Owner::Contact(contact), None), Change::PasskeyRemoved, now)
}

/// Calls back whatever could let someone in later: mails that have not left,
/// temporary passwords that have, pages of invitations, and changes of address
/// not yet confirmed.
///
/// # Errors
/// When the database fails.
pub fn call_back_resets(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<()> {
    store::cancel_open_resets(tx, contact, now)?;
    mail::cancel_resets_of(tx, contact, now)?;
    temporary::void_all(tx, contact, now)?;
    store::close_invitations(tx, contact, now)?;
    call_back_email_changes(tx, contact, now)
}

/// Calls back changes of address that are not confirmed yet: whoever asked for one
/// with a password that is stopped now may not have been the contact.
///
/// # Errors
/// When the database fails.
pub fn call_back_email_changes(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<()> {
    store::close_email_changes(tx, contact, now)?;
    Ok(())
}

/// Sends a contact's mail elsewhere from now on. Whatever was on its way to the
/// old address is called back, and the old address is told.
///
/// # Errors
/// When the database fails.
pub fn change_email(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: &Contact,
    new: &EmailAddress,
    now: Timestamp,
) -> Result<()> {
    contacts::set_email(tx, contact.id, new, now)?;
    call_back_resets(tx, contact.id, now)?;
    if let Some(old) = contact.email.clone() {
        tell_old_address(tx, actor, (contact, old), now)?;
    }
    let about = About::contact(contact.retailer, contact.id);
    Ok(audit::record(tx, actor, now, Event::EmailChanged, about)?)
}

/// Tells an address of a contact that it is no longer used.
fn tell_old_address(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (contact, old): (&Contact, EmailAddress),
    now: Timestamp,
) -> Result<()> {
    let language = contact.language;
    let notice =
        NewMail { kind: Kind::EmailChanged, to: old, language, contact: Some(contact.id), staff: None };
    let mail = mail::enqueue(tx, &notice, now)?;
    notice::note(tx, mail, actor, Change::AddressChanged)
}

/// What must be there before mail with a temporary password can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Where it goes.
    pub email: EmailAddress,
    /// What the contact signs in with.
    pub username: Username,
}
