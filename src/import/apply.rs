//! Doing what a row was planned to do, by the operations that people's own
//! edits use, and writing down what it takes to undo it.

use passwords::Brought;

use super::facts::Facts;
use super::plan::{OfContact, OfRetailer, Plan};
use super::undo::{ContactBefore, OfWhom, RetailerBefore, Undo};
use crate::access::{self, SignIn};
use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::kernel::{EmailAddress, Timestamp, Username};
use crate::retailers::edit::{self, ContactDetails, Edited, RetailerDetails};
use crate::retailers::{self, Contact, Retailer, contacts};

/// Who is entered by a step: all at once, since a statement for each would take
/// most of the time.
#[derive(Default)]
pub struct Entered {
    retailers: Vec<(Retailer, TerritoryId)>,
    contacts: Vec<Contact>,
    passwords: Vec<(ContactId, Brought)>,
    events: Vec<(Event, About)>,
}

impl Entered {
    /// Writes them down.
    pub fn write(self, tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<()> {
        retailers::insert_retailers(tx, &self.retailers, now)?;
        contacts::insert_contacts(tx, &self.contacts, now)?;
        for (contact, brought) in &self.passwords {
            contacts::bring_password(tx, *contact, brought, now)?;
        }
        Ok(audit::record_all(tx, actor, now, &self.events)?)
    }
}

/// Does what was planned; who is new is entered by the end of the step. What is
/// known must be from the same transaction.
pub fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    plan: &Plan,
    (facts, entered): (&mut Facts, &mut Entered),
    now: Timestamp,
) -> Result<Undo> {
    let mut applying = Applying { tx, actor, facts, entered, now };
    let territory = plan.territory.as_deref().map(|name| applying.enter_territory(name)).transpose()?;
    let retailer = applying.retailer(&plan.retailer)?;
    let password = applying.password(plan)?;
    let contact = applying.contact(&plan.contact, password)?;
    Ok(Undo { password, at_ms: now.as_millis(), territory: territory.flatten(), retailer, contact })
}

struct Applying<'a, 't, 'c> {
    tx: &'t mut Tx<'c>,
    actor: &'a Actor,
    facts: &'a mut Facts,
    entered: &'a mut Entered,
    now: Timestamp,
}

impl Applying<'_, '_, '_> {
    /// Enters a territory, unless a row before has.
    fn enter_territory(&mut self, name: &str) -> Result<Option<TerritoryId>> {
        if self.facts.territory(name).is_some() {
            return Ok(None);
        }
        let id = TerritoryId::new(self.now);
        retailers::insert_territory(self.tx, id, name)?;
        self.facts.enter_territory(id, name);
        let about = About::default().with("territory", id);
        audit::record(self.tx, self.actor, self.now, Event::TerritoryAdded, about)?;
        Ok(Some(id))
    }

    fn territory(&self, name: &str) -> Result<TerritoryId> {
        self.facts.territory_id(name).ok_or(Error::NotFound)
    }

    fn retailer(&mut self, of: &OfRetailer) -> Result<Option<OfWhom<RetailerId, RetailerBefore>>> {
        match of {
            OfRetailer::New(new) => {
                let territory = self.territory(&new.territory)?;
                self.entered.retailers.push((new.clone(), territory));
                let about = About::retailer(new.id).with("by", "import");
                self.entered.events.push((Event::RetailerAdded, about));
                Ok(Some(OfWhom { id: new.id, version: new.version, before: None }))
            }
            OfRetailer::Change(new, activity) => {
                let old = retailers::find(self.tx, self.actor, new.id)?;
                let before = RetailerBefore::new(&old, self.territory(&old.territory)?);
                self.change_retailer(&old, new)?;
                if let Some(on) = activity {
                    access::set_retailer_active(self.tx, self.actor, new.id, *on, self.now)?;
                }
                let version = retailers::find(self.tx, self.actor, new.id)?.version;
                Ok(Some(OfWhom { id: new.id, version, before: Some(before) }))
            }
            OfRetailer::Same | OfRetailer::None => Ok(None),
        }
    }

    fn change_retailer(&mut self, old: &Retailer, new: &Retailer) -> Result<()> {
        let same = (&old.name, &old.address, &old.territory) == (&new.name, &new.address, &new.territory);
        if same {
            return Ok(());
        }
        let details = RetailerDetails {
            account_number: old.account_number.clone(),
            name: new.name.clone(),
            address: new.address.clone(),
            territory: self.territory(&new.territory)?,
        };
        saved(&edit::change_retailer(self.tx, self.actor, (old.id, old.version), &details, self.now)?)
    }

    fn contact(
        &mut self,
        of: &OfContact,
        with_password: bool,
    ) -> Result<Option<OfWhom<ContactId, ContactBefore>>> {
        match of {
            OfContact::New(new) => {
                self.entered.contacts.push((**new).clone());
                let about = About::contact(new.retailer, new.id).with("by", "import");
                self.entered.events.push((Event::ContactImported, about));
                Ok(Some(OfWhom { id: new.id, version: new.version, before: None }))
            }
            OfContact::Change(both) => {
                let (old, new) = &**both;
                change_contact(self.tx, self.actor, old, new, self.now)?;
                let version = retailers::contact(self.tx, self.actor, old.id)?.version;
                Ok(Some(OfWhom { id: old.id, version, before: Some(ContactBefore::of(old)) }))
            }
            OfContact::Same(known) if with_password => {
                let before = Some(ContactBefore::of(known));
                Ok(Some(OfWhom { id: known.id, version: known.version, before }))
            }
            OfContact::Same(_) | OfContact::None => Ok(None),
        }
    }
}

impl Applying<'_, '_, '_> {
    /// Gives a contact without a password the one they had elsewhere; says whether
    /// there is one.
    fn password(&mut self, plan: &Plan) -> Result<bool> {
        let Some(text) = &plan.password else { return Ok(false) };
        let (retailer, contact) = match &plan.contact {
            OfContact::New(contact) | OfContact::Same(contact) => (contact.retailer, contact.id),
            OfContact::Change(both) => (both.0.retailer, both.0.id),
            OfContact::None => return Ok(false),
        };
        let brought = Brought::parse(text).map_err(|error| crate::db::Error::Column {
            column: "password".into(),
            problem: error.to_string(),
        })?;
        self.entered.passwords.push((contact, brought));
        self.entered.events.push((Event::PasswordBrought, About::contact(retailer, contact)));
        Ok(true)
    }
}

/// Brings a contact from how they are to how they are to be.
pub fn change_contact(
    tx: &mut Tx<'_>,
    actor: &Actor,
    old: &Contact,
    new: &Contact,
    now: Timestamp,
) -> Result<()> {
    let mut version = old.version;
    let details = |of: &Contact| (of.name.clone(), of.position.clone(), of.phone.clone(), of.language);
    if details(old) != details(new) {
        let (name, position, phone, language) = details(new);
        let details = ContactDetails { name, position, phone, language };
        saved(&edit::change_contact(tx, actor, (old.id, version), &details, now)?)?;
        version += 1;
    }
    let sign_in = |of: &Contact| {
        let username = of.username.as_ref().map(Username::as_str).map(str::to_owned);
        (username, of.email.as_ref().map(EmailAddress::key))
    };
    if sign_in(old) != sign_in(new) {
        let sign_in = SignIn { username: new.username.clone(), email: new.email.clone() };
        saved(&access::change_sign_in(tx, actor, (old.id, version), &sign_in, now)?)?;
    }
    access::switch(tx, actor, old.id, new.website_access, now)?;
    access::set_contact_active(tx, actor, old.id, new.active, now)
}

/// In one transaction with what is known, nobody can have been quicker.
fn saved<I>(edited: &Edited<I>) -> Result<()> {
    match edited {
        Edited::Saved(_) | Edited::Unchanged(_) => Ok(()),
        Edited::Taken(_) | Edited::ChangedMeanwhile => Err(Error::Conflict),
    }
}
