//! A contact who works elsewhere now, and two records of one person.

mod store;

use super::sign_in::tell_new_username;
use super::{call_back_resets, change_email, remove_passkeys, tell_old_address};
use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{EmailAddress, Timestamp, Username};
use crate::retailers::edit::ContactDetails;
use crate::retailers::{self, Contact, contacts};
use crate::sessions;

/// Moves a contact to another retailer. Their sessions end and what was mailed
/// to them is called back, since it names the old one; their password stays.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not, with
/// either retailer.
pub fn move_contact(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: ContactId,
    to: RetailerId,
    now: Timestamp,
) -> Result<()> {
    let contact = retailers::contact(tx, actor, contact)?;
    may(actor)?;
    let to = retailers::find(tx, actor, to)?;
    if contact.retailer == to.id {
        return Ok(());
    }
    contacts::set_retailer(tx, contact.id, to.id, now)?;
    sessions::end_all_of_contact(tx, contact.id, None, now)?;
    call_back_resets(tx, contact.id, now)?;
    let about = About::contact(to.id, contact.id).with("from", contact.retailer);
    Ok(audit::record(tx, actor, now, Event::ContactMoved, about)?)
}

/// What the kept record of a merge holds in the end.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The name, the position, the telephone number and the language.
    pub details: ContactDetails,
    /// The e-mail address.
    pub email: Option<EmailAddress>,
    /// The username.
    pub username: Option<Username>,
}

/// What came of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The two records are one.
    Done,
    /// It is one record, not two.
    Same,
}

/// Makes two records of one person one: `kept` holds what `merged` says, keeps
/// its password and its history; `other` gives up its username and address, its
/// password is deleted, its sessions end, and it is found no more.
///
/// # Errors
/// [`Error::NotFound`] when either is not there, not for this actor, or merged
/// already; [`Error::NotAllowed`] when the actor may not.
pub fn merge(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (kept, other): (ContactId, ContactId),
    merged: &Merged,
    now: Timestamp,
) -> Result<Merge> {
    let kept = retailers::contact(tx, actor, kept)?;
    let other = retailers::contact(tx, actor, other)?;
    may(actor)?;
    if kept.id == other.id {
        return Ok(Merge::Same);
    }
    sessions::end_all_of_contact(tx, other.id, None, now)?;
    call_back_resets(tx, other.id, now)?;
    remove_passkeys(tx, actor, (other.retailer, other.id), now)?;
    tell_new_username(tx, actor, (&kept, merged.username.as_ref()), now)?;
    contacts::retire(tx, other.id, kept.id, now)?;
    contacts::put_merged(tx, kept.id, (&merged.details, merged.username.as_ref()), now)?;
    take_address(tx, actor, &kept, merged, now)?;
    if let Some(gone) = other.email.clone().filter(|email| !is(Some(email), merged.email.as_ref())) {
        tell_old_address(tx, actor, (&kept, gone), now)?;
    }
    let about = About::contact(kept.retailer, kept.id).with("other", other.id);
    audit::record(tx, actor, now, Event::ContactMerged, about)?;
    Ok(Merge::Done)
}

/// Gives the kept record another address where that was chosen: as every change
/// of an address, the old one is told and resets are called back.
fn take_address(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kept: &Contact,
    merged: &Merged,
    now: Timestamp,
) -> Result<()> {
    match &merged.email {
        Some(email) if !is(Some(email), kept.email.as_ref()) => change_email(tx, actor, kept, email, now),
        _ => Ok(()),
    }
}

fn is(one: Option<&EmailAddress>, other: Option<&EmailAddress>) -> bool {
    one.map(EmailAddress::key) == other.map(EmailAddress::key)
}

/// The record that took the place of a merged one, if the actor may see it.
///
/// # Errors
/// When the database fails.
pub fn merged_into(tx: &mut Tx<'_>, actor: &Actor, id: ContactId) -> Result<Option<ContactId>> {
    let Some(kept) = store::merged_into(tx, id)? else { return Ok(None) };
    match retailers::contact(tx, actor, kept) {
        Ok(contact) => Ok(Some(contact.id)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whom a mail about a contact is about now: the contact, or the record that they
/// were merged into since.
///
/// # Errors
/// When the database fails.
pub fn as_of_now(tx: &mut Tx<'_>, id: ContactId) -> Result<Option<Contact>> {
    let kept = store::merged_into(tx, id)?.unwrap_or(id);
    match retailers::contact(tx, &Actor::system(), kept) {
        Ok(contact) => Ok(Some(contact)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn may(actor: &Actor) -> Result<()> {
    if actor.may_edit_customers() && actor.may(Act::ChangeSignIn) { Ok(()) } else { Err(Error::NotAllowed) }
}
