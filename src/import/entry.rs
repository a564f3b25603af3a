//! A row of a file, read into what it says about a retailer and a contact.
//! Nothing is asked of the database here.

use super::cells::{Cells, Mark, Note};
use super::switch::{Switch, switch_word};
use super::{Choices, Field};
use crate::kernel::{EmailAddress, Language, Username, text};

/// What a row says. An empty cell says nothing, so it changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The retailer's account number; empty in a list of territories.
    pub account_number: String,
    /// Whether the file has no account numbers, so that the retailer is found by
    /// its name.
    pub by_name: bool,
    /// The retailer's name.
    pub retailer: Option<String>,
    /// The retailer's address, of several lines.
    pub address: Option<String>,
    /// The retailer's territory.
    pub territory: Option<String>,
    /// Whether business is done with the retailer.
    pub retailer_active: Option<bool>,
    /// The contact, if the row is about one.
    pub person: Option<Person>,
}

/// What a row says about a contact.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Their name.
    pub name: Option<String>,
    /// What they are at the retailer.
    pub position: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// The language they are addressed in.
    pub language: Option<Language>,
    /// Where their mail goes.
    pub email: Option<EmailAddress>,
    /// What they sign in with.
    pub username: Option<Username>,
    /// Whether that is their e-mail address, for want of anything else.
    pub username_derived: bool,
    /// The access switch.
    pub access: Option<bool>,
    /// Whether they still work there.
    pub active: Option<bool>,
    /// The hash of the password they had; it stands beside the cells of their row.
    pub password: Option<String>,
}

/// Reads a row, and says what is wrong with it.
pub fn read(cells: &Cells, choices: &Choices) -> (Entry, Vec<Note>) {
    let mut reading = Reading { cells, choices, notes: cells.notes.clone() };
    let entry = reading.entry();
    (entry, reading.notes)
}

/// The most lines and characters of an address.
const ADDRESS: (usize, usize) = (6, 500);

/// The account number of a retailer of which only the name is known.
fn number_of(name: &str) -> String {
    name.chars().take(40).collect::<String>().trim_end().to_owned()
}

/// White space on a line; what parts lines is no blank.
fn is_blank(c: char) -> bool {
    c == ' ' || c.is_whitespace() && !c.is_control() && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

struct Reading<'r> {
    cells: &'r Cells,
    choices: &'r Choices,
    notes: Vec<Note>,
}

impl Reading<'_> {
    fn entry(&mut self) -> Entry {
        let retailer = self.line(Field::Retailer, 120);
        let by_name = self.choices.by_name();
        let account_number = match &retailer {
            Some(name) if by_name => number_of(name),
            None if by_name => {
                self.problem(Field::Retailer, "is empty; it tells which retailer the row is about");
                String::new()
            }
            _ => self.account_number(),
        };
        let (address, territory) = (self.address(), self.line(Field::Territory, 80));
        let retailer_active = self.activity(Field::RetailerActive, Field::RetailerBlocked);
        let (person, active) = (self.person(), self.activity(Field::ContactActive, Field::ContactBlocked));
        Entry {
            account_number,
            by_name,
            retailer,
            address,
            territory,
            // A row of a list of retailers has nobody else to be active or not.
            retailer_active: retailer_active.or(active.filter(|_| person.is_none())),
            person: person.map(|person| Person { active, ..person }),
        }
    }

    fn account_number(&mut self) -> String {
        let number = self.line(Field::AccountNumber, 40).unwrap_or_default();
        if number.is_empty() && self.choices.has(Field::AccountNumber) && !self.is_noted(Field::AccountNumber)
        {
            self.problem(Field::AccountNumber, "is empty; it tells which retailer the row is about");
        }
        let place = self.places(Field::AccountNumber).next();
        let mark = place.and_then(|place| self.cells.marks.get(&place)).copied();
        match mark {
            Some(Mark::Number) => self.warn(
                Field::AccountNumber,
                "is a number to the spreadsheet; if it began with zeros, they are lost",
            ),
            Some(Mark::Date) => self.problem(
                Field::AccountNumber,
                "was made a date by the spreadsheet; format the column as text and type it again",
            ),
            _ => {}
        }
        number
    }

    fn address(&mut self) -> Option<String> {
        let lines: Vec<String> = self.places(Field::Address).filter_map(|place| self.text(place)).collect();
        if lines.is_empty() {
            return None;
        }
        let mut lines: Vec<&str> = lines.iter().flat_map(|text| text.lines()).collect();
        let last = lines.split_off(lines.len().min(ADDRESS.0 - 1)).join(", ");
        lines.extend(Some(last.as_str()).filter(|last| !last.is_empty()));
        let read = text::several_lines(&lines.join("\n"), ADDRESS.0, ADDRESS.1);
        self.kept(Field::Address, read)
    }

    fn person(&mut self) -> Option<Person> {
        let name = self.name();
        let (email, username) = (self.email(), self.username());
        let is_mailed = email.is_some() || self.is_noted(Field::Email);
        let is_named = name.is_some() || is_mailed || self.is_given(Field::Username);
        if !is_named {
            return None;
        }
        let is_given = self.is_given(Field::Username);
        let by_email = email.as_ref().filter(|_| self.choices.username_from_email && !is_given);
        let username_derived = by_email.is_some();
        let username = match by_email.map(|email| Username::parse(email.as_str())) {
            Some(read) => self.kept(Field::Username, read),
            None => username,
        };
        Some(Person {
            name,
            position: self.line(Field::Position, 80),
            phone: self.line(Field::Phone, 40),
            language: self.language(),
            email,
            username,
            username_derived,
            access: self
                .switch(Field::WebsiteAccess)
                .map(|word| matches!(word, Switch::Yes | Switch::Active)),
            active: None,
            password: None,
        })
    }

    fn name(&mut self) -> Option<String> {
        let whole = self.line(Field::Contact, 120);
        let parts = [self.line(Field::FirstName, 60), self.line(Field::LastName, 60)];
        let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        whole.or_else(|| (!joined.is_empty()).then_some(joined))
    }

    fn email(&mut self) -> Option<EmailAddress> {
        let typed = self.first(Field::Email)?;
        self.kept(Field::Email, EmailAddress::read(&typed)).flatten()
    }

    fn username(&mut self) -> Option<Username> {
        let typed = self.first(Field::Username)?;
        self.kept(Field::Username, Username::parse(&typed))
    }

    fn language(&mut self) -> Option<Language> {
        let typed = self.first(Field::Language)?;
        let language = Language::from_tag(&typed);
        if language.is_none() {
            let known = Language::ALL.map(Language::tag).join(", ");
            self.warn(
                Field::Language,
                format!("{typed:?} is not spoken here (known: {known}); it is left out"),
            );
        }
        language
    }

    /// Whether somebody is active, as one of two columns says it.
    fn activity(&mut self, active: Field, blocked: Field) -> Option<bool> {
        let said = self.switch(active).map(|word| matches!(word, Switch::Yes | Switch::Active));
        let ended = self.switch(blocked).map(|word| matches!(word, Switch::Yes | Switch::Inactive));
        // Whoever either says is not active is not.
        match (said, ended) {
            (said, None) => said,
            (None, Some(ended)) => Some(!ended),
            (Some(said), Some(ended)) => Some(said && !ended),
        }
    }

    fn switch(&mut self, field: Field) -> Option<Switch> {
        let typed = self.first(field)?;
        let read = switch_word(&typed);
        if read.is_none() {
            self.problem(field, format!("must be yes or no, not {typed:?}"));
        }
        read
    }

    fn line(&mut self, field: Field, max: usize) -> Option<String> {
        let typed = self.first(field)?;
        // A blank more or another kind of blank is no other name.
        let typed = typed.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        self.kept(field, text::one_line(&typed, max))
    }

    /// What a field was read as, or `None` and a problem.
    fn kept<T, E: std::fmt::Display>(&mut self, field: Field, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.problem(field, error.to_string())).ok()
    }

    fn is_given(&self, field: Field) -> bool {
        self.places(field).any(|place| self.text(place).is_some())
    }

    /// What stands in the one column of a field, if anything does.
    fn first(&mut self, field: Field) -> Option<String> {
        let place = self.places(field).next()?;
        let typed = self.text(place)?;
        match self.cells.marks.get(&place) {
            Some(Mark::Formula) => self.warn(field, "is a formula; the value it had last is taken"),
            Some(Mark::Error) => {
                self.problem(field, format!("is a formula that failed ({typed})"));
                return None;
            }
            Some(Mark::Rounded) => {
                let text =
                    "was rounded by Excel, and the digits are lost; export it again with the column as text";
                self.problem(field, format!("{text} ({typed})"));
                return None;
            }
            _ => {}
        }
        Some(typed)
    }

    fn places(&self, field: Field) -> impl Iterator<Item = usize> + use<'_> {
        self.choices
            .columns
            .iter()
            .enumerate()
            .filter(move |(_, column)| **column == Some(field))
            .map(|(place, _)| place)
    }

    /// The text of a cell, without the apostrophe that keeps an exported text
    /// from being run as a formula; `None` when there is nothing in it.
    fn text(&self, place: usize) -> Option<String> {
        let typed = self.cells.texts.get(place)?.trim();
        let bare = typed.strip_prefix('\'').filter(|rest| text::begins_formula(rest));
        let typed = bare.unwrap_or(typed);
        (!typed.is_empty()).then(|| typed.to_owned())
    }

    fn is_noted(&self, field: Field) -> bool {
        self.notes.iter().any(|note| note.field == Some(field))
    }

    fn problem(&mut self, field: Field, text: impl Into<String>) {
        self.notes.push(Note::problem(field, text));
    }

    fn warn(&mut self, field: Field, text: impl Into<String>) {
        self.notes.push(Note::warning(field, text));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn choices(headings: &str) -> Choices {
        Choices::guess(&headings.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    fn cells(row: &str) -> Cells {
        Cells { texts: row.split(',').map(str::to_owned).collect(), ..Cells::default() }
    }

    fn problems(notes: &[Note]) -> Vec<Field> {
        notes.iter().filter(|note| note.stops).filter_map(|note| note.field).collect()
    }

    #[test]
    fn a_row_of_a_shop_is_read() {
        let choices = Choices {
            username_from_email: true,
            ..choices("customer_id,company,firstname,lastname,email,street,city")
        };
        let (entry, notes) =
            read(&cells("0042,Sample Shop,Anna,Sample, anna@BÜCHER.example ,1 Quay,Harbour"), &choices);
        assert_eq!(notes, []);
        assert_eq!((entry.account_number.as_str(), entry.retailer.as_deref()), ("0042", Some("Sample Shop")));
        assert_eq!(entry.address.as_deref(), Some("1 Quay\nHarbour"));
        let person = entry.person.expect("a contact");
        assert_eq!(person.name.as_deref(), Some("Anna Sample"));
        assert_eq!(person.username.expect("a username").as_str(), "anna@xn--bcher-kva.example");
        assert_eq!(person.access, None, "the file doesn't say");
    }

    #[test]
    fn an_empty_cell_says_nothing() {
        let (entry, notes) =
            read(&cells("1,,,,,"), &choices("account_number,retailer,contact,email,phone,access"));
        assert_eq!(notes, []);
        assert!(entry.retailer.is_none() && entry.person.is_none());
    }

    #[test]
    fn every_problem_names_its_field() {
        let choices = choices("account_number,retailer,contact,email,access");
        assert_eq!(problems(&read(&cells(",Shop,A,,"), &choices).1), [Field::AccountNumber]);
        let (_, notes) = read(&cells("1,Sh\u{0}op,A,nonsense,maybe"), &choices);
        assert_eq!(problems(&notes), [Field::Retailer, Field::Email, Field::WebsiteAccess]);
    }

    #[test]
    fn what_a_spreadsheet_did_is_told() {
        let choices = choices("account_number,contact,phone");
        let marked = |mark| Cells { marks: BTreeMap::from([(0, mark)]), ..cells("42,A,") };
        let (_, notes) = read(&marked(Mark::Number), &choices);
        assert!(!notes[0].stops && notes[0].text.contains("zeros"), "{notes:?}");
        assert_eq!(problems(&read(&marked(Mark::Date), &choices).1), [Field::AccountNumber]);
        assert_eq!(problems(&read(&marked(Mark::Error), &choices).1), [Field::AccountNumber]);
        assert!(!read(&marked(Mark::Formula), &choices).1[0].stops);
        let broken = Cells { notes: vec![Note::problem(None, "has 2 fields")], ..cells("1,A,") };
        assert!(read(&broken, &choices).1[0].stops);
    }

    #[test]
    fn what_an_export_defused_is_read_as_it_was() {
        let (entry, _) = read(&cells("1,O'Brien,'+44 1947"), &choices("account_number,contact,phone"));
        let person = entry.person.expect("a contact");
        assert_eq!((person.name.as_deref(), person.phone.as_deref()), (Some("O'Brien"), Some("+44 1947")));
    }
}
