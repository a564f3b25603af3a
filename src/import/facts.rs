//! What is known about those whom some rows of a file are about: from the
//! database, and from the rows before them.

use std::collections::{HashMap, HashSet};

use unicode_security::confusable_detection::skeleton;

use super::entry::{self, Entry};
use super::plan::{OfContact, OfRetailer, Plan};
use super::rows::{self, Staged};
use super::verdict::Verdict;
use super::{Choices, Import};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username, text};
use crate::listing;
use crate::retailers::{self, Contact, Retailer};

/// A retailer, and the row of the file that spoke for it, if one did.
#[derive(Clone, Debug)]
pub struct KnownRetailer {
    /// It.
    pub retailer: Retailer,
    /// That row.
    pub line: Option<i64>,
}

/// Who has a username.
#[derive(Clone, Debug)]
pub struct Taken {
    /// They.
    pub contact: ContactId,
    /// Where they are found, in words.
    pub place: String,
}

/// What is known. Everything is found by the form in which it is compared.
pub struct Facts {
    /// The language of new contacts.
    pub language: Language,
    /// The id of the next retailer that is entered.
    pub next_retailer: RetailerId,
    /// The id of the next contact who is entered.
    pub next_contact: ContactId,
    now: Timestamp,
    retailers: HashMap<String, KnownRetailer>,
    /// By account number.
    contacts: HashMap<String, Vec<Contact>>,
    /// Contacts that a row was about, and which.
    met: HashMap<ContactId, i64>,
    usernames: HashMap<String, Taken>,
    /// Whose an address is that could be a username, by its key; of those who share it, all.
    addresses: HashMap<String, Vec<Taken>>,
    /// Usernames by what they look like.
    looks: HashMap<String, String>,
    territories: HashMap<String, (TerritoryId, String)>,
    /// The numbers of retailers, as they are compared, by what is left of them
    /// without blanks and the zeros before them.
    bare: HashMap<String, String>,
}

impl Facts {
    /// Learns what is known about those whom these rows are about.
    pub fn learn(
        tx: &mut Tx<'_>,
        (import, language): (&Import, Language),
        rows: &[(&Staged, &Entry)],
        now: Timestamp,
    ) -> Result<Self> {
        let mut facts = Self {
            language,
            next_retailer: RetailerId::new(now),
            next_contact: ContactId::new(now),
            now,
            retailers: HashMap::new(),
            contacts: HashMap::new(),
            met: HashMap::new(),
            usernames: HashMap::new(),
            addresses: HashMap::new(),
            looks: HashMap::new(),
            territories: HashMap::new(),
            bare: HashMap::new(),
        };
        for (id, name) in listing::territories(tx, &Actor::system())? {
            facts.territories.insert(text::search_key(&name), (id, name));
        }
        let before = rows.first().map_or(0, |(row, _)| row.place);
        let keys = distinct(rows.iter().map(|(_, entry)| text::search_key(&entry.account_number)));
        let bare = distinct(keys.iter().map(|key| bare(key)));
        facts.learn_accounts(tx, &keys)?;
        let usernames = distinct(rows.iter().filter_map(|(_, entry)| username_key(entry)));
        let looks = usernames.iter().filter(|key| !key.is_ascii()).map(|key| look(key));
        let usernames = distinct(usernames.iter().cloned().chain(looks));
        for contact in retailers::contacts_named(tx, &usernames)? {
            let place = format!("account {}", contact.account_number);
            facts.learn_username(&contact, place);
        }
        let addresses = distinct(usernames.iter().filter_map(|key| address_key(key)));
        for contact in retailers::contacts_addressed(tx, &addresses)? {
            facts.learn_address(&contact, format!("whose address it is, account {}", contact.account_number));
        }
        for row in rows::earlier_of_accounts(tx, import.id, before, &bare)? {
            facts.learn_earlier(&row, &import.choices);
        }
        for row in rows::earlier_of_usernames(tx, import.id, before, &usernames)? {
            facts.learn_earlier_username(&row);
        }
        Ok(facts)
    }

    fn learn_accounts(&mut self, tx: &mut Tx<'_>, keys: &[String]) -> Result<()> {
        let known = retailers::retailers_numbered(tx, keys)?;
        let ids: Vec<RetailerId> = known.iter().map(|retailer| retailer.id).collect();
        for contact in retailers::contacts_at(tx, &ids)? {
            self.contacts.entry(text::search_key(&contact.account_number)).or_default().push(contact);
        }
        for retailer in known {
            self.learn_retailer(KnownRetailer { retailer, line: None });
        }
        let strange = keys.iter().filter(|key| !self.retailers.contains_key(*key));
        let strange = distinct(strange.map(|key| bare(key)));
        for retailer in retailers::retailers_nearly_numbered(tx, &strange)? {
            self.learn_retailer(KnownRetailer { retailer, line: None });
        }
        Ok(())
    }

    fn learn_retailer(&mut self, known: KnownRetailer) {
        let key = text::search_key(&known.retailer.account_number);
        self.bare.entry(bare(&key)).or_insert_with(|| key.clone());
        self.retailers.insert(key, known);
    }

    fn learn_username(&mut self, contact: &Contact, place: String) {
        let Some(username) = &contact.username else { return };
        self.looks.insert(look(username.key()), username.as_str().to_owned());
        self.usernames.insert(username.key().to_owned(), Taken { contact: contact.id, place });
    }

    fn learn_address(&mut self, contact: &Contact, place: String) {
        let Some(email) = &contact.email else { return };
        let holders = self.addresses.entry(email.key()).or_default();
        if holders.iter().all(|holder| holder.contact != contact.id) {
            holders.push(Taken { contact: contact.id, place });
        }
    }

    /// Learns what a row before these would change or has changed.
    fn learn_earlier(&mut self, row: &Staged, choices: &Choices) {
        let (mut entry, notes) = entry::read(&row.cells, choices);
        // Found by its name, a retailer may have another number than its name.
        if let Some(known) = row.account_key.as_ref().and_then(|key| self.retailers.get(key)) {
            entry.account_number.clone_from(&known.retailer.account_number);
        }
        let plan = super::plan::plan(&entry, notes, choices, self);
        self.learn_plan(&entry, &plan, row.line);
        if let Some(contact) = row.contact {
            self.met.insert(contact, row.line);
        }
    }

    fn learn_earlier_username(&mut self, row: &Staged) {
        let Some(key) = &row.username_key else { return };
        let contact = row.contact.unwrap_or(self.next_contact);
        self.looks.entry(look(key)).or_insert_with(|| key.clone());
        self.usernames.entry(key.clone()).or_insert(Taken { contact, place: format!("row {}", row.line) });
    }

    /// Learns what a row changes, so that the rows after it find it so.
    pub fn learn_plan(&mut self, entry: &Entry, plan: &Plan, line: i64) {
        if plan.verdict() == Verdict::Wrong {
            return;
        }
        let key = text::search_key(&entry.account_number);
        match &plan.retailer {
            OfRetailer::New(retailer) | OfRetailer::Change(retailer, _) => {
                self.learn_retailer(KnownRetailer { retailer: retailer.clone(), line: Some(line) });
            }
            OfRetailer::Same => {
                if let Some(known) = self.retailers.get_mut(&key) {
                    known.line.get_or_insert(line);
                }
            }
            OfRetailer::None => {}
        }
        match &plan.contact {
            OfContact::New(contact) => {
                let contact = Contact { account_number: entry.account_number.clone(), ..(**contact).clone() };
                self.meet(&key, contact, line);
            }
            OfContact::Change(both) => self.meet(&key, both.1.clone(), line),
            OfContact::Same(contact) => {
                self.met.insert(contact.id, line);
            }
            OfContact::None => {}
        }
        if let Some(territory) = &plan.territory {
            let known = (TerritoryId::new(self.now), territory.clone());
            self.territories.entry(text::search_key(territory)).or_insert(known);
        }
        self.next_retailer = RetailerId::new(self.now);
        self.next_contact = ContactId::new(self.now);
    }

    fn meet(&mut self, account: &str, contact: Contact, line: i64) {
        self.met.insert(contact.id, line);
        self.learn_username(&contact, format!("row {line}"));
        let contacts = self.contacts.entry(account.to_owned()).or_default();
        contacts.retain(|known| known.id != contact.id);
        contacts.push(contact);
    }

    /// The retailer with an account number.
    pub fn retailer(&self, account_number: &str) -> Option<&KnownRetailer> {
        self.retailers.get(&text::search_key(account_number))
    }

    /// The contacts of the retailer with an account number.
    pub fn contacts(&self, account_number: &str) -> &[Contact] {
        self.contacts.get(&text::search_key(account_number)).map_or(&[], Vec::as_slice)
    }

    /// The row before that was about a contact, too.
    pub fn met(&self, contact: ContactId) -> Option<i64> {
        self.met.get(&contact).copied()
    }

    /// Who signs in with a username: whoever has it, or the only one whose address it is.
    pub fn username(&self, username: &Username) -> Option<&Taken> {
        self.usernames.get(username.key()).or_else(|| {
            match self.addresses.get(&address_key(username.as_str())?)?.as_slice() {
                [only] => Some(only),
                _ => None,
            }
        })
    }

    /// Another username that looks like this one (Unicode UTS #39, 4).
    pub fn lookalike(&self, username: &Username) -> Option<&str> {
        let key = username.key();
        let other = self.looks.get(&look(key)).filter(|other| text::search_key(other) != key);
        other.map(String::as_str)
    }

    /// A territory as it is written.
    pub fn territory(&self, name: &str) -> Option<&str> {
        self.territories.get(&text::search_key(name)).map(|(_, name)| name.as_str())
    }

    /// Learns of a territory that has been entered.
    pub fn enter_territory(&mut self, id: TerritoryId, name: &str) {
        self.territories.insert(text::search_key(name), (id, name.to_owned()));
    }

    /// The id of a territory.
    pub fn territory_id(&self, name: &str) -> Option<TerritoryId> {
        self.territories.get(&text::search_key(name)).map(|(id, _)| *id)
    }

    /// A retailer whose account number differs from this one only by blanks and
    /// the zeros before it.
    pub fn nearly(&self, account_number: &str) -> Option<&KnownRetailer> {
        self.retailers.get(self.bare.get(&bare(&text::search_key(account_number)))?)
    }
}

/// An account number without blanks and the zeros before it, as the database
/// computes it, too.
pub fn bare(key: &str) -> String {
    let without = key.replace(' ', "");
    let bare = without.trim_start_matches('0');
    if bare.is_empty() && !without.is_empty() { "0".to_owned() } else { bare.to_owned() }
}

fn look(key: &str) -> String {
    skeleton(key).collect()
}

/// The form in which the username of a row is compared.
pub fn username_key(entry: &Entry) -> Option<String> {
    entry.person.as_ref()?.username.as_ref().map(|username| username.key().to_owned())
}

/// A username as an address, if it can be one.
fn address_key(username: &str) -> Option<String> {
    EmailAddress::parse(username).ok().map(|email| email.key())
}

fn distinct(all: impl Iterator<Item = String>) -> Vec<String> {
    all.filter(|one| !one.is_empty()).collect::<HashSet<_>>().into_iter().collect()
}
