//! How a contact signs in, changed from the office: username and e-mail
//! address.

use super::{call_back_resets, change_email, tell_old_address};
use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::ContactId;
use crate::kernel::{EmailAddress, Timestamp, Username};
use crate::notice::{self, Change};
use crate::passkeys::Owner;
use crate::retailers::{self, Contact, Edited, contacts};

/// What a contact signs in with and where their mail goes.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The username, if they are to have one.
    pub username: Option<Username>,
    /// The address, if they are to have one.
    pub email: Option<EmailAddress>,
}

impl SignIn {
    /// Whether it is another username or address than a contact has.
    pub fn differs_from(&self, contact: &Contact) -> bool {
        let username = |of: Option<&Username>| of.map(|username| username.as_str().to_owned());
        let email = |of: Option<&EmailAddress>| of.map(|email| email.as_str().to_owned());
        username(self.username.as_ref()) != username(contact.username.as_ref())
            || email(self.email.as_ref()) != email(contact.email.as_ref())
    }
}

/// Changes how a contact of whom the actor saw `version` signs in. Sessions go
/// on: a username is no secret. When the address changes or goes, resets are
/// called back and the old one is told.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn change_sign_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (ContactId, i64),
    new: &SignIn,
    now: Timestamp,
) -> Result<Edited<ContactId>> {
    let contact = retailers::contact(tx, actor, id)?;
    if !actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed);
    }
    if let Some(username) = &new.username
        && let Some(taken) = retailers::username_taken(tx, username, Some(id))?
    {
        return Ok(Edited::Taken(taken));
    }
    if contact.version != version {
        return Ok(Edited::ChangedMeanwhile);
    }
    if !new.differs_from(&contact) {
        return Ok(Edited::Unchanged(id));
    }
    let shown = |username: &Option<Username>| username.as_ref().map(|username| username.as_str().to_owned());
    let same_username = shown(&new.username) == shown(&contact.username);
    if !same_username {
        tell_new_username(tx, actor, (&contact, new.username.as_ref()), now)?;
        contacts::set_username(tx, id, new.username.as_ref(), now)?;
        let about = About::contact(contact.retailer, id);
        audit::record(tx, actor, now, Event::UsernameChanged, about)?;
    }
    match (&new.email, &contact.email) {
        (Some(email), Some(old)) if email.as_str() == old.as_str() => {}
        (Some(email), _) => change_email(tx, actor, &contact, email, now)?,
        (None, Some(old)) => remove_email(tx, actor, &contact, old.clone(), now)?,
        (None, None) => {}
    }
    Ok(Edited::Saved(id))
}

/// Tells a contact who signs in already that their username is another one from
/// now on, at the address they had so far.
pub(super) fn tell_new_username(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (contact, new): (&Contact, Option<&Username>),
    now: Timestamp,
) -> Result<()> {
    let same = new.map(Username::as_str) == contact.username.as_ref().map(Username::as_str);
    if same || contact.username.is_none() || contact.password_set_at.is_none() {
        return Ok(());
    }
    let owner = Owner::Contact(contact.id);
    notice::tell_by(tx, actor, (owner, contact.email.as_ref()), Change::UsernameChanged, now)
}

fn remove_email(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: &Contact,
    old: EmailAddress,
    now: Timestamp,
) -> Result<()> {
    contacts::remove_email(tx, contact.id, now)?;
    call_back_resets(tx, contact.id, now)?;
    tell_old_address(tx, actor, (contact, old), now)?;
    let about = About::contact(contact.retailer, contact.id).with("to", "none");
    Ok(audit::record(tx, actor, now, Event::EmailChanged, about)?)
}

/// Marks an address as not taking mail, for everyone who has it: nothing more
/// is sent there until it is changed or cleared.
///
/// # Errors
/// When the database fails.
pub fn mark_bounced(tx: &mut Tx<'_>, email: &EmailAddress, now: Timestamp) -> Result<()> {
    for contact in retailers::contacts_by_email(tx, email)?.iter().filter(|one| one.bounced_at.is_none()) {
        contacts::mark_bounced(tx, contact.id, now)?;
        let about = About::contact(contact.retailer, contact.id);
        audit::record(tx, &Actor::system(), now, Event::AddressBounced, about)?;
    }
    Ok(())
}

/// Takes the mark off an address that mail came back from, for everyone who
/// has it.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn clear_bounce(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, now: Timestamp) -> Result<()> {
    let contact = retailers::contact(tx, actor, id)?;
    if !actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed);
    }
    let Some(email) = contact.email.as_ref().filter(|_| contact.bounced_at.is_some()) else { return Ok(()) };
    for other in retailers::contacts_by_email(tx, email)?.iter().filter(|other| other.bounced_at.is_some()) {
        contacts::clear_bounce(tx, other.id, now)?;
        let about = About::contact(other.retailer, other.id);
        audit::record(tx, actor, now, Event::BounceCleared, about)?;
    }
    Ok(())
}
