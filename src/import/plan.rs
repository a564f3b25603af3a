//! What a row would change, from what is known. Nothing is written here.

use super::cells::Note;
use super::entry::Entry;
use super::facts::{Facts, KnownRetailer};
use super::verdict::{Change, Verdict, yes};
use super::{Choices, Field};
use crate::kernel::text;
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

/// A plan as it is made.
pub(super) struct Planning<'p> {
    /// What the row says.
    pub(super) entry: &'p Entry,
    /// What was chosen.
    pub(super) choices: &'p Choices,
    /// What is known.
    pub(super) facts: &'p Facts,
    /// What becomes of the row.
    pub(super) plan: Plan,
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
        if let Some(text) = self.nearly_known() {
            return self.problem(Field::AccountNumber, text);
        }
        if self.entry.by_name {
            let text = "is all that tells which retailer it is, since no column holds an account number; the name becomes the number of a new one";
            self.warn(Field::Retailer, text);
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

    /// The account number that nearly is the row's, in words: who was written in
    /// two ways would be entered twice.
    fn nearly_known(&self) -> Option<String> {
        let known = self.facts.nearly(&self.entry.account_number)?;
        let number = &known.retailer.account_number;
        let zeros = "write the zeros and blanks as they are (format the column as text)";
        Some(match known.line {
            Some(line) => format!("is {number} in row {line}: one retailer or two? If it is one, {zeros}"),
            None => format!("is not known, but {number} is; {zeros}"),
        })
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

    /// A row that says of a retailer something else than one before it.
    fn contradiction(&mut self, change: &Change, line: i64) {
        let lines = |text: &str| text.replace('\n', ", ");
        let (here, there) = (lines(&change.to), lines(&change.from));
        match change.field {
            // Branches have addresses of their own; without numbers they may be others altogether.
            Field::Address if !self.entry.by_name => self.warn(
                Field::Address,
                format!("is {here:?} here and {there:?} in row {line}, which is taken"),
            ),
            field => self.problem(field, format!("is {here:?} here and {there:?} in row {line}")),
        }
    }

    /// Whether who is found by name may be another of that name; then the row is
    /// wrong.
    fn may_be_another(&mut self, old: &Retailer, new: &Retailer) -> bool {
        if text::search_key(&old.name) != text::search_key(&new.name) {
            let text = format!("begins like {:?}, which is known; give both an account number", old.name);
            self.problem(Field::Retailer, text);
            return true;
        }
        let moved = !old.address.is_empty() && old.address != new.address;
        if moved {
            let known = old.address.replace('\n', ", ");
            let text = format!(
                "differs from what is known ({known}): did it move, or is it another of that name? Correct it by hand, or give the account number"
            );
            self.problem(Field::Address, text);
        }
        moved
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
                self.contradiction(change, line);
            }
            self.plan.retailer = OfRetailer::Same;
            return;
        }
        if self.entry.by_name && self.may_be_another(old, &new) {
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

    pub(super) fn problem(&mut self, field: Field, text: impl Into<String>) {
        self.plan.notes.push(Note::problem(field, text));
    }

    pub(super) fn warn(&mut self, field: Field, text: impl Into<String>) {
        self.plan.notes.push(Note::warning(field, text));
    }
}

/// Adds a change where something differs.
pub(super) fn compare(changes: &mut Vec<Change>, field: Field, from: &str, to: &str) {
    if from != to {
        changes.push(Change { field, from: from.to_owned(), to: to.to_owned() });
    }
}
