//! Which of the contacts of a retailer a row is about.

use super::Matching;
use super::entry::Person;
use crate::kernel::{EmailAddress, Username, text};
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
}

/// Finds the contact of a row among those of its retailer.
pub fn find<'f>(person: &Person, matching: Matching, contacts: &'f [Contact]) -> Found<'f> {
    if matching != Matching::Email
        && let Some(username) = &person.username
        && let Some(contact) = contacts.iter().find(|contact| has_username(contact, username))
    {
        return Found::One(contact);
    }
    if matching != Matching::Username
        && let Some(email) = &person.email
    {
        let mut same: Vec<&Contact> = contacts.iter().filter(|contact| has_email(contact, email)).collect();
        // Several people may share an address: a username of one's own tells
        // that it is someone else, unless usernames come from the file.
        if matching == Matching::Either {
            same.retain(|contact| person.username.is_none() || contact.username.is_none());
        }
        if same.len() > 1 {
            same.retain(|contact| has_name(contact, person));
            if same.len() != 1 {
                return Found::Several;
            }
        }
        if let Some(contact) = same.first() {
            return Found::One(contact);
        }
    }
    by_name(person, contacts)
}

/// By name, where nothing better tells people apart.
fn by_name<'f>(person: &Person, contacts: &'f [Contact]) -> Found<'f> {
    let mut same = contacts.iter().filter(|contact| {
        has_name(contact, person) && (person.username.is_none() || contact.username.is_none())
    });
    match (same.next(), same.next()) {
        (Some(contact), None) => Found::One(contact),
        (None, _) => Found::Nobody,
        (Some(_), Some(_)) => Found::Several,
    }
}

fn has_username(contact: &Contact, username: &Username) -> bool {
    contact.username.as_ref().is_some_and(|own| own.key() == username.key())
}

fn has_email(contact: &Contact, email: &EmailAddress) -> bool {
    contact.email.as_ref().is_some_and(|own| own.key() == email.key())
}

fn has_name(contact: &Contact, person: &Person) -> bool {
    person.name.as_ref().is_some_and(|name| text::search_key(name) == text::search_key(&contact.name))
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

    fn name<'f>(found: &Found<'f>) -> &'f str {
        match found {
            Found::One(contact) => contact.name.as_str(),
            Found::Nobody => "nobody",
            Found::Several => "several",
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
            (person("Renamed", "ANNA", ""), Matching::Either, "Anna"),
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
