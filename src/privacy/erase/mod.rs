//! Erasing a contact: whatever names them goes, for good; their row stays
//! without a person, so that numbers and histories stay whole.

mod store;

use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{Timestamp, text};
use crate::mail;
use crate::passkeys::{self, Owner};
use crate::retailers::{self, Contact, contacts};
use crate::runs;
use crate::{access, change_requests, import, temporary, throttle};

/// What came of asking to erase someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// They are erased; this was their retailer.
    Done(RetailerId),
    /// Another name than theirs was typed; nothing was changed.
    OtherName,
}

/// A contact whom the actor may erase.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when they may not.
pub fn erasable(tx: &mut Tx<'_>, actor: &Actor, id: ContactId) -> Result<Contact> {
    let contact = retailers::contact(tx, actor, id)?;
    if may(actor) { Ok(contact) } else { Err(Error::NotAllowed) }
}

/// Whether the actor may erase contacts.
pub fn may(actor: &Actor) -> bool {
    actor.may_edit_customers() && actor.may(Act::ChangeSignIn) && actor.bounded_by().is_none()
}

/// Erases a contact, and what was merged into their record, when their name was
/// typed. Mail that has not left is called back first.
///
/// # Errors
/// As for [`erasable`].
pub fn erase(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, typed: &str, now: Timestamp) -> Result<Erasure> {
    let contact = erasable(tx, actor, id)?;
    let plain = |name: &str| text::search_key(&name.split_whitespace().collect::<Vec<_>>().join(" "));
    if plain(typed) != plain(&contact.name) {
        return Ok(Erasure::OtherName);
    }
    for record in store::records_of(tx, id)? {
        access::call_back_resets(tx, record, now)?;
        mail::cancel_all_of(tx, record, now)?;
        mail::blank_all_of(tx, record)?;
        store::remove_sessions(tx, record)?;
        throttle::lift(tx, record)?;
        temporary::remove_all(tx, record)?;
        passkeys::remove_all(tx, Owner::Contact(record))?;
        store::remove_email_changes(tx, record)?;
        change_requests::forget(tx, record, now)?;
        runs::blank_domains(tx, record)?;
        import::forget_contact(tx, record)?;
        contacts::blank(tx, record, now)?;
        audit::forget_addresses_of(tx, record)?;
    }
    let about = About::contact(contact.retailer, id);
    audit::record(tx, actor, now, Event::ContactErased, about)?;
    Ok(Erasure::Done(contact.retailer))
}
