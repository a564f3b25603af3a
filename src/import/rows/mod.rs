//! The rows of an import: what stands in each, and what became of it.

mod store;

use super::cells::{Cells, Note};
use super::verdict::{Change, Verdict};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::names;

pub use store::{
    at, counts, earlier_of_accounts, earlier_of_usernames, forget_contact, forget_passwords, last_done,
    missing_contacts, missing_retailers, noted, of_verdict, put, remarked, remove, remove_missing,
    remove_some, rows_after, waiting,
};

/// A row of a file, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Staged {
    /// Its place among the rows that are read, from 1.
    pub place: i64,
    /// Its row as a person counts them; 0 for who is not in the file.
    pub line: i64,
    /// What stands in it.
    pub cells: Cells,
    /// The hash of the password that comes along, until it is the contact's.
    pub password: Option<String>,
    /// What becomes of it, once that was looked at.
    pub verdict: Option<Verdict>,
    /// What is to be said about it.
    pub notes: Vec<Note>,
    /// What it changes.
    pub changes: Vec<Change>,
    /// The account number as it is compared.
    pub account_key: Option<String>,
    /// The username as it is compared.
    pub username_key: Option<String>,
    /// The retailer it is about, if it is known.
    pub retailer: Option<RetailerId>,
    /// The contact it is about, if they are known.
    pub contact: Option<ContactId>,
    /// Whether it was brought in.
    pub fate: Fate,
    /// What it takes to undo it.
    pub undo: Option<String>,
}

names! {
    /// Whether a row was brought in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Fate {
        /// Not yet.
        Waiting = "waiting",
        /// It was.
        Done = "done",
        /// There was nothing to do.
        Unchanged = "unchanged",
        /// It is wrong, and was left out.
        Refused = "refused",
        /// It was, and was undone.
        Undone = "undone",
        /// It was, and was touched since, so it was not undone.
        Kept = "kept",
    }
}
