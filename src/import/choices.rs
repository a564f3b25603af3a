//! What is chosen about an import: what the columns hold, who is who, and what
//! is done with whom.

use crate::kernel::names;
use serde::{Deserialize, Serialize};

use super::{Field, guess, secrets};

names! {
    /// How a row finds the contact it is about, at the retailer of its account
    /// number. A contact without what is asked for is found by name.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Matching {
        /// By username; one who is not found so, by e-mail address.
        #[default]
        Either = "either",
        /// By username only.
        Username = "username",
        /// By e-mail address only, so that the file may change usernames.
        Email = "email",
    }
}

/// The most contacts and retailers that an import deactivates unless it is told
/// otherwise.
pub const MISSING_LIMIT: i64 = 50;

/// Everything that is chosen. Its parts are remembered for files with the same
/// headings.
#[expect(clippy::struct_excessive_bools, reason = "each is a box on a form that is ticked or not")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// What each column holds; `None` for one that is left out.
    pub columns: Vec<Option<Field>>,
    /// How contacts are found.
    pub matching: Matching,
    /// Whether territories that are not known are entered; otherwise their rows
    /// are wrong.
    pub new_territories: bool,
    /// The territory of new retailers for which the file names none.
    pub territory: String,
    /// Whether contacts without a username sign in with their e-mail address.
    pub username_from_email: bool,
    /// Whether new contacts for whom the file doesn't say may use the website.
    pub access: bool,
    /// Whether rows that are good are brought in although others are wrong.
    pub good_rows: bool,
    /// Whether active contacts and retailers that the file doesn't name are
    /// deactivated, and how many at most.
    pub missing: Option<i64>,
}

/// The heading of what is wrong in the sheet of wrong rows; no field is guessed
/// from it.
pub const PROBLEM: &str = "what is wrong";

/// What of the headings of a file its choices are remembered by: all but those
/// that the sheet of its wrong rows adds and leaves out.
pub fn remembered_by(headings: &[String]) -> Vec<&String> {
    let is_same = |heading: &&String| *heading != PROBLEM && !secrets::is_heading(heading);
    headings.iter().filter(is_same).collect()
}

impl Choices {
    /// What the headings alone let one guess.
    pub fn guess(headings: &[String]) -> Self {
        Self::likely::<String>(headings, &[])
    }

    /// What the headings and the first rows let one guess.
    pub fn likely<T: AsRef<str>>(headings: &[String], rows: &[Vec<T>]) -> Self {
        Self { columns: guess::columns(headings, rows), ..Self::default() }
    }

    /// The same for a file whose columns stand elsewhere: each holds what the one
    /// of the same heading held.
    #[must_use]
    pub fn over(self, of: &[String], headings: &[String]) -> Self {
        let held = |heading: &String| {
            let place = of.iter().position(|known| known == heading)?;
            self.columns.get(place).copied().flatten()
        };
        Self { columns: headings.iter().map(held).collect(), ..self }
    }

    /// The same for the same file read another way: columns that were there hold
    /// what was chosen, others what is likely.
    #[must_use]
    pub fn carried(self, of: &[String], headings: &[String], likely: &Self) -> Self {
        let over = self.over(of, headings);
        let columns = headings.iter().zip(&over.columns).zip(&likely.columns);
        let columns =
            columns.map(|((heading, chosen), likely)| if of.contains(heading) { *chosen } else { *likely });
        Self { columns: columns.collect(), ..over }
    }

    /// Takes back that columns of secrets hold anything else: nothing reads them
    /// but how passwords were kept.
    pub fn leave_secrets(&mut self, headings: &[String]) {
        for (column, heading) in self.columns.iter_mut().zip(headings) {
            column.take_if(|field| !field.is_of_passwords() && secrets::is_heading(heading));
        }
    }

    /// Takes the columns that seem to hold passwords, which an import before had
    /// to leave out.
    pub fn take_passwords(&mut self, headings: &[String]) {
        for (place, heading) in headings.iter().enumerate() {
            let field = Field::guess(heading).filter(|field| field.is_of_passwords() && !self.has(*field));
            if let Some(column) = self.columns.get_mut(place).filter(|column| column.is_none()) {
                *column = field;
            }
        }
    }

    /// Whether some column holds a field.
    pub fn has(&self, field: Field) -> bool {
        self.columns.contains(&Some(field))
    }

    /// Whether a column holds, or by its heading seems to hold, how passwords were
    /// kept: no page and no sheet shows it.
    pub fn is_of_passwords(&self, place: usize, heading: &str) -> bool {
        let chosen = self.columns.get(place).copied().flatten();
        chosen.is_some_and(Field::is_of_passwords) || secrets::is_heading(heading)
    }

    /// What stands against reading a file so, in words; `None` when nothing
    /// does.
    pub fn problem(&self) -> Option<String> {
        let twice = Field::ALL.into_iter().find(|field| {
            !field.joins() && self.columns.iter().filter(|column| **column == Some(*field)).count() > 1
        });
        if let Some(field) = twice {
            return Some(format!("Two columns are said to hold “{}”. Leave one of them out.", field.label()));
        }
        if !self.has(Field::AccountNumber) && !self.by_name() && !self.only_territories() {
            let text = "Say which column holds the account number, or at least the retailer’s name. It tells which retailer a row is about.";
            return Some(text.to_owned());
        }
        if self.has(Field::PasswordSalt) && !self.has(Field::PasswordHash) {
            return Some("A column is said to hold password salts, but none to hold the hashes.".to_owned());
        }
        None
    }

    /// Whether retailers are told apart by their names, since no column holds
    /// their numbers.
    pub fn by_name(&self) -> bool {
        self.has(Field::Retailer) && !self.has(Field::AccountNumber)
    }

    /// Whether the file lists territories and nothing else.
    fn only_territories(&self) -> bool {
        self.has(Field::Territory) && self.columns.iter().flatten().all(|field| *field == Field::Territory)
    }
}

#[cfg(test)]
mod tests {
    use super::Field::{AccountNumber, Address, Email, Retailer};
    use super::*;

    fn guessed(headings: &str) -> Choices {
        Choices::guess(&headings.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn of_two_columns_that_seem_the_same_the_first_counts() {
        let choices = guessed("customer_id,Company,E-mail,Mail,Street,City,Total");
        let expected =
            [Some(AccountNumber), Some(Retailer), Some(Email), None, Some(Address), Some(Address), None];
        assert_eq!(choices.columns, expected);
        assert_eq!(choices.problem(), None);
    }

    #[test]
    fn what_can_not_be_read_so_is_said() {
        assert!(guessed("name,email").problem().is_some_and(|text| text.contains("account number")));
        assert!(guessed("account,salt").problem().is_some_and(|text| text.contains("salts")));
        let twice = Choices { columns: vec![Some(Field::Email); 2], ..Choices::default() };
        assert!(twice.problem().is_some_and(|text| text.contains("E-mail address")));
        assert_eq!(guessed("territory").problem(), None, "a list of territories");
    }
}
