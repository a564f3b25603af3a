//! Customers as tables that import again unchanged: leaving is as easy as
//! coming.
//!
//! The columns are named as the import names its fields. Those that only tell
//! something, such as the state of the access, have names that no import takes
//! for a field. A table is read some retailers at a time, so what is held in
//! memory does not grow with it.

mod cells;
mod store;

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::actor::{Act, Actor, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::names;
use crate::kernel::{Timestamp, Username, text};
use crate::listing::{self, Asked, List, Sort};
use crate::retailers::{self, Contact, Retailer};

names! {
    /// What a table holds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Content {
        /// Everything that moves: a row for each contact, and one for each retailer
        /// without any.
        Customers = "customers",
        /// A row for each retailer.
        Retailers = "retailers",
        /// A row for each contact, with where they stand with the website.
        Contacts = "contacts",
        /// The names of the territories.
        Territories = "territories",
    }
}

impl Content {
    /// Whether it has rows of contacts, with whom a password's hash can go.
    pub const fn has_contacts(self) -> bool {
        matches!(self, Self::Customers | Self::Contacts)
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// What it holds.
    pub content: Content,
    /// Whether the hashes of contacts' passwords go with it.
    pub with_password_hashes: bool,
}

/// Retailers whose rows are read at once.
pub const AT_ONCE: usize = 200;

impl Table {
    /// The headings of its columns.
    pub fn headings(self) -> Vec<&'static str> {
        let mut headings = cells::headings(self.content).to_vec();
        if self.with_password_hashes {
            headings.push(cells::PASSWORD_HASH);
        }
        headings
    }

    /// Writes down that it is taken, and gives the retailers it is about, by
    /// account number.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] for who may not export; with hashes of passwords,
    /// for everyone but the operator at the command line (promise 1).
    pub fn begin(self, tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<Vec<RetailerId>> {
        let may =
            actor.may(Act::Export) && (!self.with_password_hashes || matches!(actor.who, Who::Operator));
        if !may {
            return Err(Error::NotAllowed);
        }
        let (name, fact) = if self.with_password_hashes {
            ("with", "password-hashes")
        } else {
            ("list", self.content.as_str())
        };
        let about = About::default().with(name, fact);
        audit::record(tx, actor, now, Event::CustomersExported, about)?;
        let by_number = Asked { sort: Sort::AccountNumber, ..Asked::everything(List::Retailers) };
        listing::retailer_ids(tx, actor, &by_number, now)
    }

    /// The rows of some of its retailers, or the whole of a table of
    /// territories.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rows(self, tx: &mut Tx<'_>, of: &[RetailerId], now: Timestamp) -> Result<Vec<Vec<String>>> {
        match self.content {
            Content::Territories => {
                Ok(retailers::territories(tx)?.into_iter().map(|name| vec![name]).collect())
            }
            Content::Retailers => {
                Ok(retailers::retailers_in(tx, of)?.iter().map(cells::of_retailer).collect())
            }
            Content::Customers | Content::Contacts => self.rows_of_contacts(tx, of, now),
        }
    }

    fn rows_of_contacts(
        self,
        tx: &mut Tx<'_>,
        of: &[RetailerId],
        now: Timestamp,
    ) -> Result<Vec<Vec<String>>> {
        let mut people: HashMap<RetailerId, Vec<Contact>> = HashMap::new();
        for contact in retailers::contacts_at(tx, of)? {
            people.entry(contact.retailer).or_default().push(contact);
        }
        let mut rows = Vec::new();
        for retailer in retailers::retailers_in(tx, of)? {
            let mut contacts = people.remove(&retailer.id).unwrap_or_default();
            contacts.sort_by_cached_key(place);
            let mut hashes = self.hashes(tx, retailer.id)?;
            for contact in &contacts {
                let mut row = match self.content {
                    Content::Customers => cells::of_customer(&retailer, Some(contact)),
                    _ => cells::of_contact(&retailer, contact, now),
                };
                if self.with_password_hashes {
                    row.push(hashes.remove(&contact.id).unwrap_or_default());
                }
                rows.push(row);
            }
            if contacts.is_empty() && self.content == Content::Customers {
                let mut row = cells::of_customer(&retailer, None);
                row.resize(self.headings().len(), String::new());
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn hashes(self, tx: &mut Tx<'_>, retailer: RetailerId) -> Result<HashMap<ContactId, String>> {
        if !self.with_password_hashes {
            return Ok(HashMap::new());
        }
        Ok(store::password_hashes(tx, retailer)?.into_iter().collect())
    }
}

/// The headings of a list of retailers.
pub fn retailer_headings() -> &'static [&'static str] {
    cells::headings(Content::Retailers)
}

/// The headings of a list of contacts.
pub fn contact_headings() -> &'static [&'static str] {
    cells::headings(Content::Contacts)
}

/// A retailer as a row of a list of retailers.
pub fn retailer_row(retailer: &Retailer) -> Vec<String> {
    cells::of_retailer(retailer)
}

/// Contacts as rows of a list of contacts, in their order.
///
/// # Errors
/// When the database fails.
pub fn contact_rows(tx: &mut Tx<'_>, contacts: &[Contact], now: Timestamp) -> Result<Vec<Vec<String>>> {
    let ids: HashSet<RetailerId> = contacts.iter().map(|contact| contact.retailer).collect();
    let ids: Vec<RetailerId> = ids.into_iter().collect();
    let retailers = retailers::retailers_in(tx, &ids)?;
    let of: HashMap<RetailerId, &Retailer> =
        retailers.iter().map(|retailer| (retailer.id, retailer)).collect();
    let row = |contact: &Contact| of.get(&contact.retailer).map(|at| cells::of_contact(at, contact, now));
    Ok(contacts.iter().filter_map(row).collect())
}

/// Where a contact stands among those of their retailer: by name, and where
/// that is the same by what else tells them apart.
fn place(contact: &Contact) -> (String, Option<String>, Option<String>, Uuid) {
    let username = contact.username.as_ref().map(|username| Username::key(username).to_owned());
    let email = contact.email.as_ref().map(|email| email.as_str().to_owned());
    (text::search_key(&contact.name), username, email, contact.id.as_uuid())
}
