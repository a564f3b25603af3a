//! What a row would change, from what is known. Nothing is written here.

use super::entry::{Entry, Note, Person};
use super::facts::{Facts, KnownRetailer};
use super::find::{Found, find};
use super::verdict::{Change, Verdict, yes};
use super::{Choices, Field};
use crate::kernel::{EmailAddress, Username};
use crate::retailers::{Contact, Retailer};

/// What a row does to a retailer.
#[derive(Clone, Debug)]
pub enum OfRetailer {
    /// Enters it, with its territory by name.
    New(Retailer),
    /// Changes it to this; `activity` when business with it is taken up or ended.
    Change(Retailer, Activity),
    /// Leaves it as it is.
    Same,
    /// The row is about a territory only.
    None,
}

/// Whether business with someone is taken up or ended.
pub type Activity = Option<bool>;

/// What a row does to a contact.
#[derive(Clone, Debug)]
pub enum OfContact {
    /// Enters them.
    New(Box<Contact>),
    /// Changes them: as they are, and as they are to be.
    Change(Box<(Contact, Contact)>),
    /// Leaves them as they are.
    Same(Box<Contact>),
    /// The row is about nobody.
    None,
}

/// What becomes of a row, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is to be said about it.
    pub notes: Vec<Note>,
    /// What changes.
    pub changes: Vec<Change>,
    /// What it does to the retailer.
    pub retailer: OfRetailer,
    /// What it does to the contact.
    pub contact: OfContact,
    /// The hash that becomes the contact's, who has no password yet.
    pub password: Option<String>,
    /// A territory that has to be entered first.
    pub territory: Option<String>,
}

impl Plan {
    /// What becomes of the row.
    pub fn verdict(&self) -> Verdict {
        if self.notes.iter().any(|note| note.stops) {
            return Verdict::Wrong;
        }
        match (&self.retailer, &self.contact) {
            (_, OfContact::New(_)) | (OfRetailer::New(_), OfContact::None) => Verdict::New,
            (OfRetailer::None, _) if self.territory.is_some() => Verdict::New,
            (OfRetailer::Same | OfRetailer::None, OfContact::Same(_) | OfContact::None)
                if self.password.is_none() =>
            {
                Verdict::Unchanged
            }
            _ => Verdict::Changed,
        }
    }
}

/// Plans a row that says `entry`.
pub fn plan(entry: &Entry, notes: Vec<Note>, choices: &Choices, facts: &Facts) -> Plan {
    let mut planning = Planning {
        entry,
        choices,
        facts,
        plan: Plan {
            notes,
            changes: Vec::new(),
            retailer: OfRetailer::None,
            contact: OfContact::None,
            password: None,
            territory: None,
        },
    };
    if !planning.plan.notes.iter().any(|note| note.stops) {
        planning.retailer();
        planning.person();
    }
    planning.plan
}

struct Planning<'p> {
    entry: &'p Entry,
    choices: &'p Choices,
    facts: &'p Facts,
    plan: Plan,
}

impl Planning<'_> {
    fn retailer(&mut self) {
        if self.entry.account_number.is_empty() {
            if let Some(territory) = &self.entry.territory {
                self.territory(territory.clone());
            }
            return;
        }
        match self.facts.retailer(&self.entry.account_number) {
            Some(known) => self.known_retailer(known),
            None => self.new_retailer(),
        }
    }

    fn new_retailer(&mut self) {
        if let Some(known) = self.facts.with_other_zeros(&self.entry.account_number) {
            let text = format!(
                "is not known, but {known} is; write the zeros as they are (format the column as text)"
            );
            return self.problem(Field::AccountNumber, text);
        }
        let person = self.entry.person.as_ref().and_then(|person| person.name.clone());
        let name = match (&self.entry.retailer, person) {
            (Some(name), _) => name.clone(),
            (None, Some(name)) => {
                self.warn(Field::Retailer, "is empty; the retailer is named after its contact");
                name
            }
            (None, None) => return self.problem(Field::Retailer, "is empty; a new retailer needs a name"),
        };
        let named = self.entry.territory.clone().unwrap_or_else(|| self.choices.territory.clone());
        if named.is_empty() {
            let text = "is empty; a new retailer needs a territory, or choose one for all that have none";
            return self.problem(Field::Territory, text);
        }
        let territory = self.territory(named);
        self.plan.retailer = OfRetailer::New(Retailer {
            id: self.facts.next_retailer,
            account_number: self.entry.account_number.clone(),
            name,
            address: self.entry.address.clone().unwrap_or_default(),
            territory,
            active: self.entry.retailer_active.unwrap_or(true),
            contacts: 0,
            version: 1,
        });
    }

    /// The territory of a name, as it is written; one that is not known is
    /// entered if that was chosen.
    fn territory(&mut self, named: String) -> String {
        match self.facts.territory(&named) {
            Some(known) => known.to_owned(),
            None if self.choices.new_territories || self.entry.account_number.is_empty() => {
                self.plan.territory = Some(named.clone());
                named
            }
            None => {
                self.problem(
                    Field::Territory,
                    format!("there is no territory {named:?}; correct it, or choose to enter new ones"),
                );
                named
            }
        }
    }

    fn known_retailer(&mut self, known: &KnownRetailer) {
        let territory = self.entry.territory.clone().map(|named| self.territory(named));
        let old = &known.retailer;
        let new = Retailer {
            name: self.entry.retailer.clone().unwrap_or_else(|| old.name.clone()),
            address: self.entry.address.clone().unwrap_or_else(|| old.address.clone()),
            territory: territory.unwrap_or_else(|| old.territory.clone()),
            active: self.entry.retailer_active.unwrap_or(old.active),
            ..old.clone()
        };
        let mut changes = Vec::new();
        compare(&mut changes, Field::Retailer, &old.name, &new.name);
        compare(&mut changes, Field::Address, &old.address, &new.address);
        compare(&mut changes, Field::Territory, &old.territory, &new.territory);
        let details_change = !changes.is_empty();
        compare(&mut changes, Field::RetailerActive, yes(old.active), yes(new.active));
        // One row of a file speaks for a retailer; others may not say otherwise.
        if let Some(line) = known.line {
            for change in &changes {
                self.problem(
                    change.field,
                    format!("is {:?} here and {:?} in row {line}", change.to, change.from),
                );
            }
            self.plan.retailer = OfRetailer::Same;
            return;
        }
        let activity = (old.active != new.active).then_some(new.active);
        self.plan.retailer = if details_change || activity.is_some() {
            OfRetailer::Change(new, activity)
        } else {
            OfRetailer::Same
        };
        self.plan.changes.append(&mut changes);
    }

    fn person(&mut self) {
        let Some(person) = &self.entry.person else { return };
        if self.entry.account_number.is_empty() {
            return self.problem(Field::AccountNumber, "is empty; it tells at which retailer the contact is");
        }
        match find(person, self.choices.matching, self.facts.contacts(&self.entry.account_number)) {
            Found::One(known) => match self.facts.met(known.id) {
                Some(line) => {
                    let text =
                        format!("{:?} is in row {line}, too; a contact has one row", shown_name(person));
                    self.problem(Field::Contact, text);
                }
                None => self.known_contact(known, person),
            },
            Found::Nobody => self.new_contact(person),
            Found::Several => self.problem(
                Field::Contact,
                format!(
                    "{:?} could be several people at this retailer; tell them apart by their usernames",
                    shown_name(person)
                ),
            ),
        }
    }

    fn new_contact(&mut self, person: &Person) {
        let name = match (&person.name, &person.username, &person.email) {
            (Some(name), ..) => name.clone(),
            (None, Some(username), _) => {
                self.warn(Field::Contact, "is empty; the contact is named after their username");
                username.as_str().to_owned()
            }
            _ => return self.problem(Field::Contact, "is empty; a new contact needs a name"),
        };
        let known = self.facts.retailer(&self.entry.account_number);
        let retailer = known.map_or(self.facts.next_retailer, |known| known.retailer.id);
        let id = self.facts.next_contact;
        let contact = Contact {
            position: person.position.clone().unwrap_or_default(),
            phone: person.phone.clone().unwrap_or_default(),
            email: person.email.clone(),
            username: person.username.clone(),
            website_access: person.access.unwrap_or(self.choices.access),
            active: person.active.unwrap_or(true),
            ..Contact::new(id, retailer, name, person.language.unwrap_or(self.facts.language))
        };
        self.check_username(None, &contact);
        self.plan.password.clone_from(&person.password);
        self.plan.contact = OfContact::New(Box::new(contact));
    }

    fn known_contact(&mut self, known: &Contact, person: &Person) {
        let new = Contact {
            name: person.name.clone().unwrap_or_else(|| known.name.clone()),
            position: person.position.clone().unwrap_or_else(|| known.position.clone()),
            phone: person.phone.clone().unwrap_or_else(|| known.phone.clone()),
            language: person.language.unwrap_or(known.language),
            email: person.email.clone().or_else(|| known.email.clone()),
            username: person.username.clone().or_else(|| known.username.clone()),
            website_access: person.access.unwrap_or(known.website_access),
            active: person.active.unwrap_or(known.active),
            ..known.clone()
        };
        self.check_username(Some(known), &new);
        if person.password.is_some() && known.password_set_at.is_none() {
            self.plan.password.clone_from(&person.password);
        }
        let mut changes = differences(known, &new);
        self.plan.contact = if changes.is_empty() {
            OfContact::Same(Box::new(known.clone()))
        } else {
            OfContact::Change(Box::new((known.clone(), new)))
        };
        self.plan.changes.append(&mut changes);
    }

    /// Usernames are unique over all contacts, and none looks like another's.
    fn check_username(&mut self, known: Option<&Contact>, new: &Contact) {
        let Some(username) = &new.username else { return };
        if known.and_then(|known| known.username.as_ref()).is_some_and(|old| old.key() == username.key()) {
            return;
        }
        if let Some(taken) =
            self.facts.username(username).filter(|taken| Some(taken.contact) != known.map(|known| known.id))
        {
            let text = format!(
                "{:?} belongs to someone else ({}); usernames are unique, without case",
                username.as_str(),
                taken.place
            );
            self.problem(Field::Username, text);
        } else if let Some(other) = self.facts.lookalike(username) {
            let text = format!(
                "{:?} looks like {other:?} but is written with other letters; type it anew",
                username.as_str()
            );
            self.problem(Field::Username, text);
        }
    }

    fn problem(&mut self, field: Field, text: impl Into<String>) {
        self.plan.notes.push(Note::problem(field, text));
    }

    fn warn(&mut self, field: Field, text: impl Into<String>) {
        self.plan.notes.push(Note::warning(field, text));
    }
}

/// What of a contact changes.
fn differences(old: &Contact, new: &Contact) -> Vec<Change> {
    let mut changes = Vec::new();
    let email =
        |contact: &Contact| contact.email.as_ref().map(EmailAddress::as_str).unwrap_or_default().to_owned();
    let username =
        |contact: &Contact| contact.username.as_ref().map(Username::as_str).unwrap_or_default().to_owned();
    compare(&mut changes, Field::Contact, &old.name, &new.name);
    compare(&mut changes, Field::Position, &old.position, &new.position);
    compare(&mut changes, Field::Phone, &old.phone, &new.phone);
    compare(&mut changes, Field::Language, old.language.tag(), new.language.tag());
    if old.email.as_ref().map(EmailAddress::key) != new.email.as_ref().map(EmailAddress::key) {
        compare(&mut changes, Field::Email, &email(old), &email(new));
    }
    compare(&mut changes, Field::Username, &username(old), &username(new));
    compare(&mut changes, Field::WebsiteAccess, yes(old.website_access), yes(new.website_access));
    compare(&mut changes, Field::ContactActive, yes(old.active), yes(new.active));
    changes
}

fn compare(changes: &mut Vec<Change>, field: Field, from: &str, to: &str) {
    if from != to {
        changes.push(Change { field, from: from.to_owned(), to: to.to_owned() });
    }
}

/// Whom a row calls.
fn shown_name(person: &Person) -> String {
    let username = person.username.as_ref().map(|username| username.as_str().to_owned());
    person
        .name
        .clone()
        .or(username)
        .or_else(|| person.email.as_ref().map(|email| email.as_str().to_owned()))
        .unwrap_or_default()
}
