//! Looking entries up.

use super::{Entry, store};
use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, RetailerId, StaffId};
use crate::kernel::{Timestamp, text};

/// Which entries are looked up. Everything that is not said is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these acts, by their names; all of them when there is none.
    pub acts: Vec<&'static str>,
    /// Only those about or by someone whose words hold each of these, or from an
    /// address that does; in lower case.
    pub words: Vec<String>,
    /// Only by this kind of actor: nobody, contact, staff, operator or system.
    pub actor: Option<&'static str>,
    /// Only by this staff user.
    pub by_staff: Option<StaffId>,
    /// Only through this door.
    pub door: Option<&'static str>,
    /// Only about this contact.
    pub contact: Option<ContactId>,
    /// Only about this retailer and its contacts.
    pub retailer: Option<RetailerId>,
    /// Only about this staff user.
    pub staff: Option<StaffId>,
    /// Only from then on.
    pub since: Option<Timestamp>,
    /// Only before then.
    pub until: Option<Timestamp>,
    /// Only those before this entry.
    pub before: Option<i64>,
    /// Only about customers in the territories of this staff user.
    pub bounded_by: Option<StaffId>,
}

/// A word that is searched for.
pub(super) struct Word<'w> {
    pub text: &'w str,
    /// The staff users whose name or address holds it. The databases fold the
    /// letters of names differently, so they are not asked.
    pub staff: Vec<StaffId>,
}

impl<'w> Word<'w> {
    fn of(text: &'w str, staff: &[(StaffId, String)]) -> Self {
        let holding = staff.iter().filter(|(_, words)| text::search_key(words).contains(text));
        Self { text, staff: holding.map(|(id, _)| *id).collect() }
    }
}

/// An entry that was found, with the names of those it is about as they are now.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its number, from 1.
    pub number: i64,
    /// The entry.
    pub entry: Entry,
    /// The contact it is about.
    pub contact: Option<(ContactId, String)>,
    /// Whether they were erased since.
    pub erased: bool,
    /// The retailer it is about.
    pub retailer: Option<(RetailerId, String)>,
    /// The staff user it is about.
    pub staff: Option<String>,
}

/// The newest entries that a filter keeps, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn search(tx: &mut Tx<'_>, filter: &Filter, limit: usize) -> Result<Vec<Found>, Error> {
    let staff = if filter.words.is_empty() { Vec::new() } else { store::staff_words(tx)? };
    let words: Vec<Word<'_>> = filter.words.iter().map(|text| Word::of(text, &staff)).collect();
    store::search(tx, filter, &words, i64::try_from(limit).unwrap_or(i64::MAX))
}
