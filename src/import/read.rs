//! Reading the CSV file: every problem by row and column, before anything is
//! asked of the database.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};

use super::Problem;
use crate::kernel::{EmailAddress, Username, text};

/// The columns, in the order the documentation lists them.
const COLUMNS: [&str; 7] =
    ["account_number", "retailer", "territory", "contact", "email", "username", "website_access"];

/// A row that can be brought in.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line of the file it begins on.
    pub number: usize,
    /// The retailer's account number.
    pub account_number: String,
    /// The retailer's name.
    pub retailer: String,
    /// Its territory.
    pub territory: String,
    /// The contact, if the row names one.
    pub person: Option<Person>,
}

/// A contact in a row.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Where their mail goes.
    pub email: Option<EmailAddress>,
    /// What they sign in with.
    pub username: Option<Username>,
    /// The access switch.
    pub website_access: bool,
}

/// Reads a whole file.
///
/// # Errors
/// Every problem in it.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<Problem>> {
    let whole = |row, column, text: String| vec![Problem { row, column, text }];
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let row = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        whole(row, "(file)", "is not UTF-8; save the file as \"CSV UTF-8\"".into())
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let delimiter =
        [b',', b';', b'\t'].into_iter().max_by_key(|mark| header.bytes().filter(|byte| byte == mark).count());
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let places = places(&headers)?;
    let mut checked = Checked::default();
    for record in reader.records() {
        match record {
            Ok(record) => checked.take(&record, &places, headers.len()),
            Err(error) => checked.problem(error.position().map_or(0, line), "(row)", error.to_string()),
        }
    }
    if checked.problems.is_empty() { Ok(checked.rows) } else { Err(checked.problems) }
}

fn line(position: &csv::Position) -> usize {
    usize::try_from(position.line()).unwrap_or(usize::MAX)
}

/// Where each of [`COLUMNS`] stands in the file.
fn places(headers: &StringRecord) -> Result<[usize; 7], Vec<Problem>> {
    let mut problems = Vec::new();
    let places = COLUMNS.map(|column| {
        let place = headers.iter().position(|header| header.trim().eq_ignore_ascii_case(column));
        if place.is_none() {
            problems.push(Problem { row: 1, column, text: "is missing from the header".into() });
        }
        place.unwrap_or(0)
    });
    if problems.is_empty() { Ok(places) } else { Err(problems) }
}

#[derive(Default)]
struct Checked {
    rows: Vec<Row>,
    problems: Vec<Problem>,
    /// Where each username was met.
    usernames: HashMap<String, usize>,
    /// Where each account number was met, and with which name and territory.
    retailers: HashMap<String, (usize, String, String)>,
}

impl Checked {
    fn problem(&mut self, row: usize, column: &'static str, text: impl Into<String>) {
        self.problems.push(Problem { row, column, text: text.into() });
    }

    fn take(&mut self, record: &StringRecord, places: &[usize; 7], columns: usize) {
        let number = record.position().map_or(0, line);
        if record.len() != columns {
            return self.problem(
                number,
                "(row)",
                format!("has {} fields where the header has {columns}", record.len()),
            );
        }
        let [account_number, retailer, territory, contact, email, username, access] =
            places.map(|place| record.get(place).unwrap_or_default().trim());
        let before = self.problems.len();
        let account_number = self.needed(number, "account_number", account_number, 64);
        let retailer = self.needed(number, "retailer", retailer, 120);
        let territory = self.needed(number, "territory", territory, 80);
        let person = self.person(number, [contact, email, username, access]);
        self.compare(number, &account_number, &retailer, &territory);
        if self.problems.len() == before {
            self.rows.push(Row { number, account_number, retailer, territory, person });
        }
    }

    fn needed(&mut self, row: usize, column: &'static str, typed: &str, max: usize) -> String {
        text::one_line(typed, max).unwrap_or_else(|error| {
            self.problem(row, column, error.to_string());
            String::new()
        })
    }

    fn person(&mut self, row: usize, [contact, email, username, access]: [&str; 4]) -> Option<Person> {
        let website_access = match access.to_lowercase().as_str() {
            "yes" | "true" | "on" | "1" => true,
            "" | "no" | "false" | "off" | "0" => false,
            _ => {
                self.problem(row, "website_access", format!("must be yes or no, not {access:?}"));
                false
            }
        };
        if contact.is_empty() {
            if !email.is_empty() || !username.is_empty() {
                self.problem(row, "contact", "is empty, but the row has an e-mail address or a username");
            }
            return None;
        }
        let name = self.needed(row, "contact", contact, 120);
        let email = self.read(row, "email", email, EmailAddress::parse);
        let username = self.read(row, "username", username, Username::parse);
        if let Some(username) = &username {
            let first = *self.usernames.entry(username.key().to_owned()).or_insert(row);
            if first != row {
                self.problem(
                    row,
                    "username",
                    format!(
                        "{:?} is in row {first} already; usernames are unique, without case",
                        username.as_str()
                    ),
                );
            }
        }
        Some(Person { name, email, username, website_access })
    }

    fn read<T, E: std::fmt::Display>(
        &mut self,
        row: usize,
        column: &'static str,
        typed: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        if typed.is_empty() {
            return None;
        }
        parse(typed).map_err(|error| self.problem(row, column, error.to_string())).ok()
    }

    /// One account number is one retailer.
    fn compare(&mut self, row: usize, account_number: &str, retailer: &str, territory: &str) {
        let new = (row, retailer.to_owned(), territory.to_owned());
        let (first, name, place) =
            self.retailers.entry(text::search_key(account_number)).or_insert(new).clone();
        if name != retailer {
            self.problem(
                row,
                "retailer",
                format!("is {retailer:?} here and {name:?} in row {first}, with the same account number"),
            );
        }
        if place != territory {
            self.problem(
                row,
                "territory",
                format!("is {territory:?} here and {place:?} in row {first}, with the same account number"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "account_number,retailer,territory,contact,email,username,website_access\n";

    fn problems(rows: &str) -> Vec<(usize, &'static str)> {
        let found = read(format!("{HEADER}{rows}").as_bytes()).err().unwrap_or_default();
        found.iter().map(|problem| (problem.row, problem.column)).collect()
    }

    #[test]
    fn good_rows_are_read_whatever_the_delimiter_and_order() {
        let rows = read(
            format!("{HEADER}0042,Shop,North,Sample,s@shop.example,sample,yes\n0042,Shop,North,,,,\n")
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].account_number, "0042");
        assert!(rows[0].person.as_ref().unwrap().website_access);
        assert!(rows[1].person.is_none());
        let semicolons = "\u{feff}Username;account_number;retailer;territory;contact;email;website_access\nx;1;Shop;North;Sample;;no\n";
        assert_eq!(
            read(semicolons.as_bytes()).unwrap()[0]
                .person
                .as_ref()
                .unwrap()
                .username
                .as_ref()
                .unwrap()
                .as_str(),
            "x"
        );
    }

    #[test]
    fn every_problem_has_its_row_and_column() {
        assert_eq!(problems(",Shop,North,Sample,,,\n"), [(2, "account_number")]);
        assert_eq!(problems("1,Shop,North,Sample,nonsense,,maybe\n"), [(2, "website_access"), (2, "email")]);
        assert_eq!(problems("1,Shop,North,A,,x,\n2,Other,North,B,,X,\n"), [(3, "username")]);
        assert_eq!(
            problems("1,Shop,North,A,,,\n1,Another,South,B,,,\n"),
            [(3, "retailer"), (3, "territory")]
        );
        assert_eq!(problems("1,Shop\n"), [(2, "(row)")]);
        assert_eq!(problems("1,Shop,North,,a@shop.example,,\n"), [(2, "contact")]);
    }

    #[test]
    fn missing_columns_and_wrong_encodings_are_named() {
        let missing = read(b"account_number,retailer\n1,Shop\n").unwrap_err();
        assert_eq!(missing.len(), 5);
        let latin1 = read(b"account_number\n1,Caf\xe9\n").unwrap_err();
        assert_eq!((latin1[0].row, latin1[0].column), (2, "(file)"));
    }

    #[test]
    fn ten_thousand_bad_rows_are_all_reported() {
        assert_eq!(problems(&"x,,,,,,\n".repeat(10_000)).len(), 20_000);
    }
}
