//! Which of the contacts of a retailer a row is about.

use super::Matching;
use super::entry::Person;
use super::person::{self, Likeness};
use crate::kernel::{EmailAddress, Username};
use crate::retailers::Contact;

/// Whom a row is about.
#[derive(Debug)]
pub enum Found<'f> {
    /// This contact.
    One(&'f Contact),
    /// Nobody who is known.
    Nobody,
    /// It can't be told which of several.
    Several,
    /// Perhaps this contact, with another name: a marriage or somebody else.
    Perhaps(&'f Contact),
    /// The username is this contact's, and the row is about somebody else.
    NotTheirs(&'f Contact),
}

/// Finds the contact of a row among those of its retailer. A username or an
/// e-mail address finds nobody who has another name: people share addresses and
/// inherit numbers, and with somebody's record goes their password.
pub fn find<'f>(person: &Person, matching: Matching, contacts: &'f [Contact]) -> Found<'f> {
    let mut perhaps = None;
    if matching != Matching::Email
        && let Some(username) = &person.username
        && let Some(contact) = contacts.iter().find(|contact| has_username(contact, username))
    {
        match (likeness(contact, person), person.username_derived) {
            (Likeness::Same, _) => return Found::One(contact),
            (Likeness::Unclear, false) => return Found::Perhaps(contact),
            (Likeness::Different, false) => return Found::NotTheirs(contact),
            // It came from the address, and several people may have that.
            (Likeness::Unclear, true) => perhaps = Some(contact),
            (Likeness::Different, true) => {}
        }
    }
    if matching != Matching::Username
        && let Some(email) = &person.email
    {
        let mut same: Vec<&Contact> = contacts.iter().filter(|contact| has_email(contact, email)).collect();
        // Several people may share an address: a username of one's own tells
        // that it is someone else, unless usernames come from the file.
        if matching == Matching::Either {
            same.retain(|contact| !has_own_username(person) || contact.username.is_none());
        }
        match the_same(person, &same) {
            Found::Nobody => {}
            found => return found,
        }
        let unclear = |contact: &&&Contact| likeness(contact, person) == Likeness::Unclear;
        perhaps = perhaps.or_else(|| same.iter().find(unclear).copied());
    }
    match (by_name(person, contacts), perhaps) {
        (Found::Nobody, Some(contact)) => Found::Perhaps(contact),
        (found, _) => found,
    }
}

/// Who of several who share an address is the person of a row.
fn the_same<'f>(person: &Person, contacts: &[&'f Contact]) -> Found<'f> {
    let mut same = contacts.iter().filter(|contact| likeness(contact, person) == Likeness::Same);
    match (same.next(), same.next()) {
        (Some(contact), None) => Found::One(contact),
        (None, _) => Found::Nobody,
        (Some(_), Some(_)) => {
            let mut exact = contacts.iter().filter(|contact| has_name(contact, person));
            match (exact.next(), exact.next()) {
                (Some(contact), None) => Found::One(contact),
                _ => Found::Several,
            }
        }
    }
}

/// By name, where nothing better tells people apart.
fn by_name<'f>(person: &Person, contacts: &'f [Contact]) -> Found<'f> {
    let mut same = contacts.iter().filter(|contact| {
        has_name(contact, person) && (!has_own_username(person) || contact.username.is_none())
    });
    match (same.next(), same.next()) {
        (Some(contact), None) => Found::One(contact),
        (None, _) => Found::Nobody,
        (Some(_), Some(_)) => Found::Several,
    }
}

/// Somebody else among these who has the address of a row.
pub fn who_shares<'f>(person: &Person, contacts: &'f [Contact]) -> Option<&'f Contact> {
    let email = person.email.as_ref()?;
    contacts.iter().find(|contact| has_email(contact, email))
}

/// How a contact's name and a row's are alike. A row that names nobody is about
/// whom its username or address finds, and a contact who was called by those for
/// want of a name is given one.
fn likeness(contact: &Contact, person: &Person) -> Likeness {
    match &person.name {
        Some(_) if is_nameless(contact) => Likeness::Same,
        Some(name) => person::likeness(&contact.name, name),
        None => Likeness::Same,
    }
}

/// Whether a contact is called by their username or address.
pub fn is_nameless(contact: &Contact) -> bool {
    let name = contact.name.as_str();
    contact.username.as_ref().is_some_and(|own| own.as_str() == name)
        || contact.email.as_ref().is_some_and(|own| own.as_str() == name)
}

fn has_own_username(person: &Person) -> bool {
    person.username.is_some() && !person.username_derived
}

fn has_username(contact: &Contact, username: &Username) -> bool {
    contact.username.as_ref().is_some_and(|own| own.key() == username.key())
}

fn has_email(contact: &Contact, email: &EmailAddress) -> bool {
    contact.email.as_ref().is_some_and(|own| own.key() == email.key())
}

fn has_name(contact: &Contact, person: &Person) -> bool {
    person.name.as_ref().is_some_and(|name| person::are_one(name, &contact.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;
    use crate::kernel::id::ContactId;
    use crate::retailers::samples::contact;

    fn known(name: &str, username: Option<&str>, email: &str) -> Contact {
        Contact {
            id: ContactId::new(Timestamp::from_millis(1)),
            name: name.to_owned(),
            username: username.map(|typed| Username::parse(typed).expect("a username")),
            email: EmailAddress::parse(email).ok(),
            ..contact()
        }
    }

    fn person(name: &str, username: &str, email: &str) -> Person {
        Person {
            name: (!name.is_empty()).then(|| name.to_owned()),
            username: Username::parse(username).ok(),
            email: EmailAddress::parse(email).ok(),
            ..Person::default()
        }
    }

    /// Someone whose username is their address.
    fn derived(name: &str, email: &str) -> Person {
        Person { username_derived: true, ..person(name, email, email) }
    }

    fn name<'f>(found: &Found<'f>) -> &'f str {
        match found {
            Found::One(contact) => contact.name.as_str(),
            Found::Nobody => "nobody",
            Found::Several => "several",
            Found::Perhaps(_) => "perhaps",
            Found::NotTheirs(_) => "not theirs",
        }
    }

    #[test]
    fn whom_a_row_is_about() {
        let office = "office@shop.example";
        let contacts = [
            known("Anna", Some("anna"), office),
            known("Bert", Some("bert"), office),
            known("Cleo", None, "cleo@shop.example"),
            known("Dora", None, ""),
            known("Dora", None, ""),
        ];
        let cases = [
            (person("Anna", "ANNA", ""), Matching::Either, "Anna"),
            (person("Anna Sample", "ANNA", ""), Matching::Either, "Anna"),
            (person("Anne", "anna", ""), Matching::Either, "perhaps"),
            (person("Thief", "ANNA", ""), Matching::Either, "not theirs"),
            (person("Thief", "", "cleo@shop.example"), Matching::Either, "nobody"),
            (person("Thief", "thief", "cleo@shop.example"), Matching::Email, "nobody"),
            (person("Clea", "", "cleo@shop.example"), Matching::Email, "perhaps"),
            (derived("Thief", "cleo@shop.example"), Matching::Either, "nobody"),
            (derived("Cleo", "cleo@shop.example"), Matching::Either, "Cleo"),
            (derived("Bert", office), Matching::Either, "Bert"),
            (person("", "", "cleo@shop.example"), Matching::Either, "Cleo"),
            (person("Cleo", "cleo", "cleo@shop.example"), Matching::Either, "Cleo"),
            (person("New", "new", office), Matching::Either, "nobody"),
            (person("Bert", "", office), Matching::Either, "Bert"),
            (person("", "", office), Matching::Either, "several"),
            (person("Bert", "robert", office), Matching::Email, "Bert"),
            (person("Anna", "", "anna@elsewhere.example"), Matching::Either, "Anna"),
            (person("Cleo", "", "new@shop.example"), Matching::Username, "Cleo"),
            (person("Dora", "", ""), Matching::Either, "several"),
            (person("Anna", "anna2", ""), Matching::Either, "nobody"),
        ];
        for (person, matching, expected) in cases {
            assert_eq!(name(&find(&person, matching, &contacts)), expected, "{person:?} {matching:?}");
        }
    }
}
