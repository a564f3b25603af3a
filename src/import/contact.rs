//! What a row would do to the contact it is about, from what is known. Nothing is
//! written here.

use super::Field;
use super::entry::Person;
use super::find::{Found, find, is_nameless, who_shares};
use super::person;
use super::plan::{OfContact, Planning, compare};
use super::verdict::{Change, yes};
use crate::kernel::{EmailAddress, Username};
use crate::retailers::Contact;

impl Planning<'_> {
    /// Plans what the row does to the contact it is about, if it is about one.
    pub(super) fn person(&mut self) {
        let Some(person) = &self.entry.person else { return };
        if self.entry.account_number.is_empty() {
            return self.problem(Field::AccountNumber, "is empty; it tells at which retailer the contact is");
        }
        let contacts = self.facts.contacts(&self.entry.account_number);
        match find(person, self.choices.matching, contacts) {
            Found::One(known) => match self.facts.met(known.id) {
                Some(line) => {
                    let text =
                        format!("{:?} is in row {line}, too; a contact has one row", shown_name(person));
                    self.problem(Field::Contact, text);
                }
                None => self.known_contact(known, person),
            },
            Found::Nobody => {
                if let Some(other) = who_shares(person, contacts) {
                    self.shared_address(person, other);
                }
                self.new_contact(person);
            }
            Found::Several => self.problem(
                Field::Contact,
                format!(
                    "{:?} could be several people at this retailer; tell them apart by their usernames",
                    shown_name(person)
                ),
            ),
            // The file names both, so they are two.
            Found::Perhaps(known) if self.facts.met(known.id).is_some() && is_by_address(person, known) => {
                self.shared_address(person, known);
                self.new_contact(person);
            }
            Found::Perhaps(known) => self.perhaps(person, known),
            Found::NotTheirs(known) => self.not_theirs(person, known),
        }
    }

    /// Several people have one address: each is a contact of their own.
    fn shared_address(&mut self, person: &Person, other: &Contact) {
        let text = format!(
            "is {}’s, too; {:?} is entered as a contact of their own. If it is one person with a new name, change the name of {} by hand instead",
            other.name,
            shown_name(person),
            other.name
        );
        self.warn(Field::Email, text);
    }

    /// A marriage, a slip, or somebody else: whoever knows decides.
    fn perhaps(&mut self, person: &Person, known: &Contact) {
        let text = format!(
            "is {:?} and was {:?}: another person? If it is the same one, change the name by hand first; if not, give them a username of their own",
            shown_name(person),
            known.name
        );
        self.problem(Field::Contact, text);
    }

    /// Whoever gets a username gets the password with it.
    fn not_theirs(&mut self, person: &Person, known: &Contact) {
        let username = known.username.as_ref().map(Username::as_str).unwrap_or_default();
        let text = format!(
            "{username:?} belongs to {}, and this row is about {}; a username is never handed on, since its password goes with it",
            known.name,
            shown_name(person)
        );
        self.problem(Field::Username, text);
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
        let active = person.active.unwrap_or(true);
        let is_served =
            self.entry.retailer_active.unwrap_or_else(|| known.is_none_or(|known| known.retailer.active));
        let contact = Contact {
            position: person.position.clone().unwrap_or_default(),
            phone: person.phone.clone().unwrap_or_default(),
            email: person.email.clone(),
            username: self.username_for(None, person),
            website_access: person.access.unwrap_or(self.choices.access && active && is_served),
            active,
            ..Contact::new(id, retailer, name, person.language.unwrap_or(self.facts.language))
        };
        self.check_username(None, &contact);
        self.plan.password.clone_from(&person.password);
        self.plan.contact = OfContact::New(Box::new(contact));
    }

    fn known_contact(&mut self, known: &Contact, person: &Person) {
        let new = Contact {
            name: self.name_for(known, person),
            position: person.position.clone().unwrap_or_else(|| known.position.clone()),
            phone: person.phone.clone().unwrap_or_else(|| known.phone.clone()),
            language: person.language.unwrap_or(known.language),
            email: person.email.clone().or_else(|| known.email.clone()),
            username: self.username_for(Some(known), person),
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

    /// A fuller name replaces a shorter one of the same person, so that no name is
    /// worn down to one that fits others, too.
    fn name_for(&mut self, known: &Contact, person: &Person) -> String {
        let Some(name) = &person.name else { return known.name.clone() };
        if is_nameless(known) && *name != known.name {
            self.warn(Field::Contact, format!("was {:?} for want of a name", known.name));
            return name.clone();
        }
        if person::says_less(name, &known.name) { known.name.clone() } else { name.clone() }
    }

    /// The username of a row. One that is the address is for those who have none,
    /// and only if it is free.
    fn username_for(&mut self, known: Option<&Contact>, person: &Person) -> Option<Username> {
        let own = known.and_then(|known| known.username.clone());
        let typed = person.username.clone();
        if !person.username_derived {
            return typed.or(own);
        }
        let taken = typed.as_ref().and_then(|username| self.facts.username(username)).cloned();
        match taken.filter(|taken| own.is_none() && Some(taken.contact) != known.map(|known| known.id)) {
            Some(taken) => {
                let text = format!(
                    "is somebody else’s username already ({}), so this contact comes in without one; give them one of their own",
                    taken.place
                );
                self.warn(Field::Email, text);
                None
            }
            None => own.or(typed),
        }
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

/// Whether a row finds a contact by their address, and not by a username of the
/// row's own.
fn is_by_address(person: &Person, known: &Contact) -> bool {
    let username = person.username.as_ref().filter(|_| !person.username_derived);
    username.is_none_or(|own| known.username.as_ref().is_none_or(|theirs| theirs.key() != own.key()))
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
