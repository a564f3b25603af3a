//! The rows of an import as pages show them: whom each is about, what would be
//! entered, what changes, and what is to be said.

pub mod portal;

use std::collections::HashSet;

use super::entry::{self, Entry, Person};
use super::verdict::yes;
use super::view::{self, Badge};
use super::{Fate, Field, Import, Staged, State, Verdict, sheet};
use crate::kernel::{EmailAddress, Username, text};

/// A row as a page shows it.
pub struct RowView {
    /// Which row of the file; empty for who is not in it.
    pub line: String,
    /// Whom it is about, as the file says.
    pub who: String,
    /// Where they are.
    pub place: String,
    /// Where they are shown, if they are known.
    pub href: String,
    /// What becomes of it, or became.
    pub badge: Badge,
    /// What is entered: what, and as what.
    pub entered: Vec<(&'static str, String)>,
    /// What changes: what, from, to.
    pub changes: Vec<(&'static str, String, String)>,
    /// What is to be said: whether it stops the row, the column, the words.
    pub notes: Vec<(bool, String, String)>,
}

/// The name and place of someone who is not in the file.
pub type Named = Option<(String, String)>;

impl RowView {
    /// A row of an import. Those who are not in the file are called by `names`;
    /// `known` are the account numbers of retailers that are known, as they are
    /// compared.
    pub fn new(import: &Import, row: &Staged, names: Named, known: &HashSet<String>) -> Self {
        let (said, _) = entry::read(&row.cells, &import.choices);
        let (who, place) = names.unwrap_or_else(|| called(&said));
        let shown = row.verdict.map_or(view::state(State::Checking), view::verdict);
        let is_new = row.verdict == Some(Verdict::New);
        let changes = row.changes.iter();
        let notes = row.notes.iter();
        let column = |field| sheet::column(import, field).unwrap_or_default().to_owned();
        Self {
            line: if row.line > 0 { row.line.to_string() } else { String::new() },
            who,
            place,
            href: href(row),
            badge: view::fate(row.fate).unwrap_or(shown),
            entered: if is_new { entered(import, row, &said, known) } else { Vec::new() },
            changes: changes
                .map(|change| (change.field.label(), one_line(&change.from), one_line(&change.to)))
                .collect(),
            notes: notes.map(|note| (note.stops, column(note.field), note.text.clone())).collect(),
        }
    }
}

/// Whom a row is about, and where they are.
fn called(said: &Entry) -> (String, String) {
    let number = Some(said.account_number.clone()).filter(|number| !number.is_empty() && !said.by_name);
    let retailer = [number, said.retailer.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    match said.person.as_ref().and_then(name_of) {
        Some(name) => (name, retailer),
        None if retailer.is_empty() => (said.territory.clone().unwrap_or_default(), String::new()),
        None => (retailer, String::new()),
    }
}

fn name_of(person: &Person) -> Option<String> {
    let username = person.username.as_ref().map(Username::as_str);
    let email = person.email.as_ref().map(EmailAddress::as_str);
    person.name.clone().or_else(|| username.or(email).map(str::to_owned))
}

/// What a new row enters, as it is read, beside who it is.
fn entered(
    import: &Import,
    row: &Staged,
    said: &Entry,
    known: &HashSet<String>,
) -> Vec<(&'static str, String)> {
    let choices = &import.choices;
    let is_known = known.contains(&text::search_key(&said.account_number));
    let default = Some(choices.territory.clone()).filter(|name| !name.is_empty() && !is_known);
    let territory = said.territory.clone().or(default).filter(|_| !said.account_number.is_empty());
    let person = said.person.as_ref();
    // A username that somebody else has is not given twice.
    let username = person.and_then(|person| person.username.as_ref());
    let username = username.filter(|username| row.username_key.as_deref() == Some(username.key()));
    let inactive =
        person.is_some_and(|person| person.active == Some(false)) || said.retailer_active == Some(false);
    let access = person.map(|person| yes(person.access.unwrap_or(choices.access && !inactive)).to_owned());
    let all = [
        (
            Field::Email,
            person.and_then(|person| person.email.as_ref()).map(|email| email.as_str().to_owned()),
        ),
        (Field::Phone, person.and_then(|person| person.phone.clone())),
        (Field::Username, username.map(|username| username.as_str().to_owned())),
        (Field::WebsiteAccess, access),
        (Field::Position, person.and_then(|person| person.position.clone())),
        (
            Field::Language,
            person.and_then(|person| person.language).map(|language| language.tag().to_owned()),
        ),
        (Field::Territory, territory),
        (Field::Address, said.address.as_deref().filter(|_| !is_known).map(one_line)),
        (Field::ContactActive, inactive.then(|| yes(false).to_owned())),
    ];
    all.into_iter().filter_map(|(field, value)| Some((field.label(), value?))).collect()
}

fn one_line(text: &str) -> String {
    text.replace('\n', ", ")
}

fn href(row: &Staged) -> String {
    match (row.fate, row.contact, row.retailer) {
        (Fate::Undone, ..) => String::new(),
        (_, Some(contact), _) => format!("/portal/contacts/{contact}"),
        (Fate::Done | Fate::Unchanged | Fate::Kept, None, Some(retailer)) => {
            format!("/portal/retailers/{retailer}")
        }
        _ => String::new(),
    }
}
