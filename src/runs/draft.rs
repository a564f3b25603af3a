//! Whom a run would reach, and who is left out: the preview.

use uuid::Uuid;

use super::rules::{self, Reason};
use super::{Act, Territory};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{EmailAddress, Timestamp};
use crate::listing::{self, Asked, List};
use crate::retailers::{self, Contact, Retailer};

/// Rows that are looked at together.
const CHUNK: usize = 500;

/// What is to be done, and to whom.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What.
    pub act: Act,
    /// To whom.
    pub chosen: Chosen,
    /// Where retailers are put.
    pub territory: Option<Territory>,
    /// Whether an invitation also goes to those whose last one is still good.
    pub include_live: bool,
}

/// Rows of a list.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// All that match.
    Matching(Asked),
    /// These.
    These(List, Vec<Uuid>),
}

impl Chosen {
    /// Of which list.
    pub const fn list(&self) -> List {
        match self {
            Self::Matching(asked) => asked.list,
            Self::These(list, _) => *list,
        }
    }
}

/// One row that a run would reach, or would not.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who or what.
    pub of: Of,
    /// Their name.
    pub name: String,
    /// Where they are: the retailer of a contact, the account number of a
    /// retailer.
    pub place: String,
    /// The domain an invitation would go to; empty for other acts.
    pub domain: String,
    /// Whether they are reached, or why not.
    pub verdict: Result<(), Reason>,
}

/// A contact or a retailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A contact.
    Contact(ContactId),
    /// A retailer.
    Retailer(RetailerId),
}

/// Looks at everyone a plan is about, in the order of the list. Who is not
/// there, or not for this actor, is left out without a word.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not do this to many.
pub fn draft(tx: &mut Tx<'_>, actor: &Actor, plan: &Plan, now: Timestamp) -> Result<Vec<Candidate>> {
    if !plan.act.is_allowed(actor) || !plan.act.fits(plan.chosen.list()) {
        return Err(Error::NotAllowed);
    }
    match plan.chosen.list() {
        List::Contacts => contacts(tx, actor, plan, now),
        List::Retailers => retailers(tx, actor, plan, now),
    }
}

fn contacts(tx: &mut Tx<'_>, actor: &Actor, plan: &Plan, now: Timestamp) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    match &plan.chosen {
        Chosen::Matching(asked) => {
            for ids in listing::contact_ids(tx, actor, asked, now)?.chunks(CHUNK) {
                let contacts = retailers::contacts_in(tx, ids)?;
                found.extend(contacts.into_iter().map(|contact| of_contact(plan, contact, now)));
            }
        }
        Chosen::These(_, ids) => {
            for id in distinct(ids) {
                let contact = there(retailers::contact(tx, actor, ContactId::from_uuid(id)))?;
                found.extend(contact.map(|contact| of_contact(plan, contact, now)));
            }
        }
    }
    Ok(found)
}

fn retailers(tx: &mut Tx<'_>, actor: &Actor, plan: &Plan, now: Timestamp) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    match &plan.chosen {
        Chosen::Matching(asked) => {
            for ids in listing::retailer_ids(tx, actor, asked, now)?.chunks(CHUNK) {
                let retailers = retailers::retailers_in(tx, ids)?;
                found.extend(retailers.into_iter().map(|retailer| of_retailer(plan, retailer)));
            }
        }
        Chosen::These(_, ids) => {
            for id in distinct(ids) {
                let retailer = there(retailers::find(tx, actor, RetailerId::from_uuid(id)))?;
                found.extend(retailer.map(|retailer| of_retailer(plan, retailer)));
            }
        }
    }
    Ok(found)
}

fn distinct(ids: &[Uuid]) -> Vec<Uuid> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn of_contact(plan: &Plan, contact: Contact, now: Timestamp) -> Candidate {
    Candidate {
        of: Of::Contact(contact.id),
        verdict: rules::reaches_contact(plan.act, plan.include_live, &contact, now),
        domain: domain(plan.act, &contact),
        name: contact.name,
        place: contact.retailer_name,
    }
}

fn of_retailer(plan: &Plan, retailer: Retailer) -> Candidate {
    let territory = plan.territory.as_ref().map(|(_, name)| name.as_str()).unwrap_or_default();
    Candidate {
        of: Of::Retailer(retailer.id),
        verdict: rules::reaches_retailer(plan.act, territory, &retailer),
        domain: String::new(),
        name: retailer.name,
        place: retailer.account_number,
    }
}

/// The domain an invitation to a contact goes to; empty for other acts.
pub(super) fn domain(act: Act, contact: &Contact) -> String {
    let key = contact.email.as_ref().filter(|_| act == Act::Invite).map(EmailAddress::key);
    key.as_deref().and_then(|key| key.rsplit('@').next()).unwrap_or_default().to_owned()
}
