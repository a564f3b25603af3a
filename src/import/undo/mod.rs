//! Undoing what a row did, as long as nothing later touched those it was about.

mod store;

use serde::{Deserialize, Serialize};

use super::Fate;
use super::apply::change_contact;
use super::rows::Staged;
use crate::access;
use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username};
use crate::retailers::edit::{self, RetailerDetails};
use crate::retailers::{self, Contact, Retailer, contacts};

/// What it takes to undo a row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Undo {
    /// When the row was brought in, in milliseconds since the Unix epoch, UTC.
    pub at_ms: i64,
    /// Whether the contact's password came along.
    pub password: bool,
    /// The territory it entered.
    pub territory: Option<TerritoryId>,
    /// What it did to the retailer.
    pub retailer: Option<OfWhom<RetailerId, RetailerBefore>>,
    /// What it did to the contact.
    pub contact: Option<OfWhom<ContactId, ContactBefore>>,
}

/// Someone who was entered or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfWhom<I, B> {
    /// They.
    pub id: I,
    /// Their version after it; another one says that something touched them.
    pub version: i64,
    /// How they were before; `None` when they were not there.
    pub before: Option<B>,
}

/// A retailer before a row changed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RetailerBefore {
    account_number: String,
    name: String,
    address: String,
    territory: TerritoryId,
    active: bool,
}

impl RetailerBefore {
    /// How it is now.
    pub fn new(retailer: &Retailer, territory: TerritoryId) -> Self {
        Self {
            account_number: retailer.account_number.clone(),
            name: retailer.name.clone(),
            address: retailer.address.clone(),
            territory,
            active: retailer.active,
        }
    }
}

/// A contact before a row changed them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContactBefore {
    name: String,
    position: String,
    phone: String,
    language: String,
    email: Option<String>,
    username: Option<String>,
    website_access: bool,
    active: bool,
}

impl ContactBefore {
    /// How they are now.
    pub fn of(contact: &Contact) -> Self {
        Self {
            name: contact.name.clone(),
            position: contact.position.clone(),
            phone: contact.phone.clone(),
            language: contact.language.tag().to_owned(),
            email: contact.email.as_ref().map(|email| email.as_str().to_owned()),
            username: contact.username.as_ref().map(|username| username.as_str().to_owned()),
            website_access: contact.website_access,
            active: contact.active,
        }
    }

    fn over(&self, now: &Contact) -> Contact {
        Contact {
            name: self.name.clone(),
            position: self.position.clone(),
            phone: self.phone.clone(),
            language: Language::from_tag(&self.language).unwrap_or(now.language),
            email: self.email.as_deref().and_then(|email| EmailAddress::parse(email).ok()),
            username: self.username.as_deref().and_then(|username| Username::parse(username).ok()),
            website_access: self.website_access,
            active: self.active,
            ..now.clone()
        }
    }
}

/// Undoes a row that was brought in; says how it stands then. What was touched
/// since is kept as it is.
pub fn undo(tx: &mut Tx<'_>, actor: &Actor, row: &Staged, now: Timestamp) -> Result<Fate> {
    let Some(text) = &row.undo else { return Ok(Fate::Kept) };
    let undo: Undo = serde_json::from_str(text)
        .map_err(|error| crate::db::Error::Column { column: "undo".into(), problem: error.to_string() })?;
    let mut all = true;
    if let Some(of) = &undo.contact {
        all &= undo_contact(tx, actor, (of, &undo), now)?;
    }
    if let Some(of) = &undo.retailer {
        all &= undo_retailer(tx, actor, of, now)?;
    }
    if let Some(territory) = undo.territory {
        remove_territory(tx, actor, territory, now)?;
    }
    Ok(if all { Fate::Undone } else { Fate::Kept })
}

fn undo_contact(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (of, undo): (&OfWhom<ContactId, ContactBefore>, &Undo),
    now: Timestamp,
) -> Result<bool> {
    let contact = match retailers::contact(tx, actor, of.id) {
        Ok(contact) if contact.version == of.version => contact,
        Ok(_) | Err(Error::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    let since = Timestamp::from_millis(undo.at_ms);
    let done = match &of.before {
        Some(before) if store::is_untouched(tx, contact.id, since)? => {
            restore(tx, actor, &contact, (before, undo.password), now)?
        }
        Some(_) => false,
        None => store::is_alone(tx, contact.id)? && remove(tx, &contact)?,
    };
    if done {
        let about = About::contact(contact.retailer, contact.id);
        audit::record(tx, actor, now, Event::ImportedRowUndone, about)?;
    }
    Ok(done)
}

/// Makes a contact as they were, unless someone else has their username now.
fn restore(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: &Contact,
    (before, with_password): (&ContactBefore, bool),
    now: Timestamp,
) -> Result<bool> {
    let old = before.over(contact);
    if let Some(username) = &old.username
        && retailers::username_taken(tx, username, Some(contact.id))?.is_some()
    {
        return Ok(false);
    }
    if with_password {
        contacts::take_password_back(tx, contact.id, now)?;
    }
    change_contact(tx, actor, contact, &old, now)?;
    Ok(true)
}

fn remove(tx: &mut Tx<'_>, contact: &Contact) -> Result<bool> {
    contacts::unlist(tx, contact.id)?;
    contacts::remove(tx, contact.id)?;
    Ok(true)
}

fn undo_retailer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    of: &OfWhom<RetailerId, RetailerBefore>,
    now: Timestamp,
) -> Result<bool> {
    let retailer = match retailers::find(tx, actor, of.id) {
        Ok(retailer) if retailer.version == of.version => retailer,
        Ok(_) | Err(Error::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    match &of.before {
        Some(before) => {
            let details = RetailerDetails {
                account_number: before.account_number.clone(),
                name: before.name.clone(),
                address: before.address.clone(),
                territory: before.territory,
            };
            edit::change_retailer(tx, actor, (retailer.id, retailer.version), &details, now)?;
            access::set_retailer_active(tx, actor, retailer.id, before.active, now)?;
        }
        None if store::is_empty(tx, retailer.id)? => {
            store::unlist_retailer(tx, retailer.id)?;
            retailers::remove_retailer(tx, retailer.id)?;
        }
        None => return Ok(false),
    }
    audit::record(tx, actor, now, Event::ImportedRowUndone, About::retailer(retailer.id))?;
    Ok(true)
}

fn remove_territory(tx: &mut Tx<'_>, actor: &Actor, territory: TerritoryId, now: Timestamp) -> Result<()> {
    if store::remove_unused_territory(tx, territory)? {
        let about = About::default().with("territory", territory);
        audit::record(tx, actor, now, Event::TerritoryDeleted, about)?;
    }
    Ok(())
}
