//! Bringing retailers and contacts in from a CSV file: all or nothing.

mod read;

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::access;
use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username, text};
use crate::retailers::{self, Contact, Retailer};

pub use read::{Person, Row, read};

/// Something wrong with the file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line of the file, counted from 1, the header included.
    pub row: usize,
    /// The column's name.
    pub column: &'static str,
    /// What is wrong, and what would be right.
    pub text: String,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows read.
    pub rows: usize,
    /// Territories that were not known.
    pub territories_new: usize,
    /// Retailers that were not known.
    pub retailers_new: usize,
    /// Retailers that were.
    pub retailers_unchanged: usize,
    /// Contacts that were not known.
    pub contacts_new: usize,
    /// Contacts whose name, address or access changed.
    pub contacts_changed: usize,
    /// Contacts that are as the file says.
    pub contacts_unchanged: usize,
}

/// What is to be brought in.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The rows of the file.
    pub rows: &'a [Row],
    /// The language of new contacts.
    pub language: Language,
    /// Whether to change nothing in the end.
    pub dry_run: bool,
}

/// Why nothing was kept.
#[derive(Debug)]
pub enum Undone {
    /// It was a dry run.
    DryRun(Report),
    /// The file has problems.
    Problems(Vec<Problem>),
    /// Something failed.
    Broken(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl From<crate::db::Error> for Undone {
    fn from(error: crate::db::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// Brings the rows in. `progress` is told rows done. Undone as a whole when a
/// row has a problem, or in a dry run.
///
/// # Errors
/// [`Undone`], with every problem.
pub fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &Order<'_>,
    now: Timestamp,
    progress: &dyn Fn(u64),
) -> Result<Report, Undone> {
    if !actor.may(Act::Import) {
        return Err(Error::NotAllowed.into());
    }
    let mut import = Import {
        tx,
        actor,
        language: order.language,
        now,
        report: Report::default(),
        problems: Vec::new(),
        seen: HashMap::new(),
        met: HashSet::new(),
    };
    for (done, row) in (1..).zip(order.rows) {
        import.row(row)?;
        progress(done);
    }
    let Import { mut report, problems, .. } = import;
    report.rows = order.rows.len();
    match (problems.is_empty(), order.dry_run) {
        (false, _) => Err(Undone::Problems(problems)),
        (true, true) => Err(Undone::DryRun(report)),
        (true, false) => Ok(report),
    }
}

struct Import<'t, 'c, 'a> {
    tx: &'t mut Tx<'c>,
    actor: &'a Actor,
    language: Language,
    now: Timestamp,
    report: Report,
    problems: Vec<Problem>,
    /// Retailers met in this file, by account number.
    seen: HashMap<String, RetailerId>,
    /// Contacts met in this file.
    met: HashSet<ContactId>,
}

fn key_of(contact: &Contact) -> Option<&str> {
    contact.username.as_ref().map(Username::key)
}

fn has_name(contact: &Contact, person: &Person) -> bool {
    text::search_key(&contact.name) == text::search_key(&person.name)
}

impl Import<'_, '_, '_> {
    fn row(&mut self, row: &Row) -> Result<()> {
        let retailer = self.retailer(row)?;
        match &row.person {
            Some(person) => self.person(row, retailer, person),
            None => Ok(()),
        }
    }

    fn retailer(&mut self, row: &Row) -> Result<RetailerId> {
        let key = text::search_key(&row.account_number);
        if let Some(known) = self.seen.get(&key) {
            return Ok(*known);
        }
        let id = if let Some(found) = retailers::retailer_by_account_number(self.tx, &row.account_number)? {
            self.report.retailers_unchanged += 1;
            found.id
        } else {
            let territory = self.territory(&row.territory)?;
            let new = Retailer {
                id: RetailerId::new(self.now),
                account_number: row.account_number.clone(),
                name: row.retailer.clone(),
                address: String::new(),
                territory: row.territory.clone(),
                active: true,
                contacts: 0,
                version: 1,
            };
            retailers::insert_retailer(self.tx, &new, territory, self.now)?;
            self.report.retailers_new += 1;
            new.id
        };
        self.seen.insert(key, id);
        Ok(id)
    }

    fn territory(&mut self, name: &str) -> Result<TerritoryId> {
        if let Some(found) = retailers::territory_named(self.tx, name)? {
            return Ok(found);
        }
        let id = TerritoryId::new(self.now);
        retailers::insert_territory(self.tx, id, name)?;
        self.report.territories_new += 1;
        Ok(id)
    }

    fn person(&mut self, row: &Row, retailer: RetailerId, person: &Person) -> Result<()> {
        let known = retailers::contacts_of(self.tx, self.actor, retailer)?;
        let key = person.username.as_ref().map(Username::key);
        let same: Vec<&Contact> = match key {
            Some(key) if known.iter().any(|contact| key_of(contact) == Some(key)) => {
                known.iter().filter(|contact| key_of(contact) == Some(key)).collect()
            }
            Some(_) => known
                .iter()
                .filter(|contact| key_of(contact).is_none() && has_name(contact, person))
                .collect(),
            None => known.iter().filter(|contact| has_name(contact, person)).collect(),
        };
        match same.as_slice() {
            [] => {}
            [contact] if self.met.insert(contact.id) => return self.change(row, contact, person),
            _ => {
                let text = format!(
                    "{:?} is several people at this retailer; tell them apart by their usernames",
                    person.name
                );
                self.problems.push(Problem { row: row.number, column: "contact", text });
                return Ok(());
            }
        }
        if self.is_taken(row, person)? {
            return Ok(());
        }
        self.create(retailer, person)
    }

    /// Whether someone else has the username; then it is a problem.
    fn is_taken(&mut self, row: &Row, person: &Person) -> Result<bool> {
        let Some(username) = &person.username else { return Ok(false) };
        let taken = retailers::username_taken(self.tx, username)?.is_some();
        if taken {
            let text = format!(
                "{:?} belongs to someone else; usernames are unique, without case",
                username.as_str()
            );
            self.problems.push(Problem { row: row.number, column: "username", text });
        }
        Ok(taken)
    }

    fn create(&mut self, retailer: RetailerId, person: &Person) -> Result<()> {
        let new = Contact::new(ContactId::new(self.now), retailer, person.name.clone(), self.language);
        let new = Contact {
            email: person.email.clone(),
            username: person.username.clone(),
            website_access: person.website_access,
            ..new
        };
        retailers::insert_contact(self.tx, &new, self.now)?;
        self.met.insert(new.id);
        self.report.contacts_new += 1;
        self.note(Event::ContactImported, retailer, new.id)
    }

    /// Brings a known contact in line with the file.
    fn change(&mut self, row: &Row, contact: &Contact, person: &Person) -> Result<()> {
        let named = person.username.as_ref().filter(|_| contact.username.is_none());
        if named.is_some() && self.is_taken(row, person)? {
            return Ok(());
        }
        let renamed = contact.name != person.name;
        let moved = person
            .email
            .as_ref()
            .filter(|email| contact.email.as_ref().map(EmailAddress::key) != Some(email.key()));
        let switched = contact.website_access != person.website_access;
        if let Some(username) = named {
            retailers::set_username(self.tx, contact.id, username, self.now)?;
            self.note(Event::UsernameChanged, contact.retailer, contact.id)?;
        }
        if renamed {
            retailers::rename_contact(self.tx, contact.id, &person.name, self.now)?;
            self.note(Event::NameChanged, contact.retailer, contact.id)?;
        }
        if let Some(email) = moved {
            access::change_email(self.tx, self.actor, contact, email, self.now)?;
        }
        if switched {
            access::switch(self.tx, self.actor, contact.id, person.website_access, self.now)?;
        }
        if named.is_some() || renamed || moved.is_some() || switched {
            self.report.contacts_changed += 1;
        } else {
            self.report.contacts_unchanged += 1;
        }
        Ok(())
    }

    fn note(&mut self, event: Event, retailer: RetailerId, contact: ContactId) -> Result<()> {
        Ok(audit::record(
            self.tx,
            self.actor,
            self.now,
            event,
            About::contact(retailer, contact).with("by", "import"),
        )?)
    }
}
