//! Entering retailers and contacts, and changing what is known of them.
//!
//! Who changes says which version they saw; when someone else was quicker,
//! nothing is written.

mod store;

use super::{Contact, Retailer, contact, find};
use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username};

/// What is known of a retailer, as it was typed and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetailerDetails {
    /// Its number with the supplier.
    pub account_number: String,
    /// Its name.
    pub name: String,
    /// Its address, of several lines.
    pub address: String,
    /// Its territory.
    pub territory: TerritoryId,
}

/// What is known of a contact apart from how they sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactDetails {
    /// Their name.
    pub name: String,
    /// What they are at the retailer.
    pub position: String,
    /// Their telephone number.
    pub phone: String,
    /// The language they are addressed in.
    pub language: Language,
}

/// How a new contact is to sign in.
#[derive(Clone, Debug, Default)]
pub struct NewSignIn {
    /// Where their mail goes.
    pub email: Option<EmailAddress>,
    /// What they sign in with.
    pub username: Option<Username>,
    /// The access switch.
    pub website_access: bool,
}

impl NewSignIn {
    fn is_empty(&self) -> bool {
        !self.lets_in() && !self.website_access
    }

    /// Whether there is anything to sign in with, or to have a password mailed to.
    pub const fn lets_in(&self) -> bool {
        self.email.is_some() || self.username.is_some()
    }
}

/// What came of entering or changing.
#[derive(Clone, Debug)]
pub enum Edited<I> {
    /// It is done.
    Saved(I),
    /// It was so already; nothing was written.
    Unchanged(I),
    /// The account number or username belongs to this one.
    Taken(I),
    /// Someone else changed it meanwhile; nothing was written.
    ChangedMeanwhile,
}

/// Enters a retailer, active.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not edit, [`Error::NotFound`] for a
/// territory that is not theirs.
pub fn add_retailer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &RetailerDetails,
    now: Timestamp,
) -> Result<Edited<RetailerId>> {
    may_put_into(tx, actor, new.territory)?;
    if let Some(known) = super::retailer_by_account_number(tx, &new.account_number)? {
        return Ok(Edited::Taken(known.id));
    }
    let id = RetailerId::new(now);
    let retailer = Retailer {
        id,
        account_number: new.account_number.clone(),
        name: new.name.clone(),
        address: new.address.clone(),
        territory: String::new(),
        active: true,
        contacts: 0,
        version: 1,
    };
    super::insert_retailer(tx, &retailer, new.territory, now)?;
    audit::record(tx, actor, now, Event::RetailerAdded, About::retailer(id))?;
    Ok(Edited::Saved(id))
}

/// Changes a retailer of which the actor saw `version`.
///
/// # Errors
/// As for [`add_retailer`], and [`Error::NotFound`] for one that isn't theirs.
pub fn change_retailer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (RetailerId, i64),
    new: &RetailerDetails,
    now: Timestamp,
) -> Result<Edited<RetailerId>> {
    let known = find(tx, actor, id)?;
    may_put_into(tx, actor, new.territory)?;
    if known.version == version && store::details(tx, id)?.as_ref() == Some(new) {
        return Ok(Edited::Unchanged(id));
    }
    if let Some(known) =
        super::retailer_by_account_number(tx, &new.account_number)?.filter(|known| known.id != id)
    {
        return Ok(Edited::Taken(known.id));
    }
    if !store::change_retailer(tx, (id, version), new, now)? {
        return Ok(Edited::ChangedMeanwhile);
    }
    audit::record(tx, actor, now, Event::RetailerChanged, About::retailer(id))?;
    Ok(Edited::Saved(id))
}

/// Puts a retailer into a territory.
///
/// # Errors
/// As for [`change_retailer`].
pub fn assign_territory(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RetailerId,
    territory: TerritoryId,
    now: Timestamp,
) -> Result<()> {
    find(tx, actor, id)?;
    may_put_into(tx, actor, territory)?;
    if store::details(tx, id)?.is_some_and(|known| known.territory == territory) {
        return Ok(());
    }
    store::set_territory(tx, id, territory, now)?;
    Ok(audit::record(tx, actor, now, Event::RetailerChanged, About::retailer(id))?)
}

/// Enters a contact at a retailer. How they sign in may come along from who may
/// change that.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn add_contact(
    tx: &mut Tx<'_>,
    actor: &Actor,
    retailer: RetailerId,
    (new, sign_in): (&ContactDetails, &NewSignIn),
    now: Timestamp,
) -> Result<Edited<ContactId>> {
    find(tx, actor, retailer)?;
    if !actor.may_edit_customers() || !(sign_in.is_empty() || actor.may(Act::ChangeSignIn)) {
        return Err(Error::NotAllowed);
    }
    if let Some(username) = &sign_in.username
        && let Some(taken) = super::username_taken(tx, username, None)?
    {
        return Ok(Edited::Taken(taken));
    }
    let id = ContactId::new(now);
    let contact = Contact {
        position: new.position.clone(),
        phone: new.phone.clone(),
        email: sign_in.email.clone(),
        username: sign_in.username.clone(),
        website_access: sign_in.website_access,
        ..Contact::new(id, retailer, new.name.clone(), new.language)
    };
    super::contacts::insert_contact(tx, &contact, now)?;
    audit::record(tx, actor, now, Event::ContactAdded, About::contact(retailer, id))?;
    Ok(Edited::Saved(id))
}

/// Changes the details of a contact of whom the actor saw `version`.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn change_contact(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (ContactId, i64),
    new: &ContactDetails,
    now: Timestamp,
) -> Result<Edited<ContactId>> {
    let known = contact(tx, actor, id)?;
    if !actor.may_edit_customers() {
        return Err(Error::NotAllowed);
    }
    if known.version == version && details_of(&known) == *new {
        return Ok(Edited::Unchanged(id));
    }
    if !super::contacts::change_details(tx, (id, version), new, now)? {
        return Ok(Edited::ChangedMeanwhile);
    }
    audit::record(tx, actor, now, Event::ContactChanged, About::contact(known.retailer, id))?;
    Ok(Edited::Saved(id))
}

fn details_of(contact: &Contact) -> ContactDetails {
    ContactDetails {
        name: contact.name.clone(),
        position: contact.position.clone(),
        phone: contact.phone.clone(),
        language: contact.language,
    }
}

/// Who edits customers puts them into any territory, who sees only some into
/// one of those.
fn may_put_into(tx: &mut Tx<'_>, actor: &Actor, territory: TerritoryId) -> Result<()> {
    if !actor.may_edit_customers() {
        return Err(Error::NotAllowed);
    }
    if store::is_within(tx, actor.bounded_by(), territory)? { Ok(()) } else { Err(Error::NotFound) }
}
