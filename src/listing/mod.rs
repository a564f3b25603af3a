//! Finding customers: the lists of retailers and contacts with their filters,
//! and the one search over both.
//!
//! A list is asked for by an address, read by [`Asked`]. Rows come from the
//! narrow `…_listings` tables by index, a page at a time, by key.

mod asked;
pub mod export;
pub mod ignored;
mod store;
mod telephone;
pub mod views;
mod words;

use uuid::Uuid;

use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::kernel::{Timestamp, Username};
use crate::retailers::{self, Contact, Retailer};

pub use asked::{Asked, List, MailState, SignedIn, Sort, Standing, Turn};
pub use views::{SavedView, View, save, saved, unsave};

/// Rows on a page of a list.
pub const PAGE: usize = 50;
/// How far rows are counted; beyond it a list says "more than".
pub const COUNTED: usize = 1000;
/// Contacts, and retailers, that the search names at once.
const FOUND: usize = 8;

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// The row before which the page before this one ends.
    pub before: Option<Uuid>,
    /// The row after which the page after this one begins.
    pub after: Option<Uuid>,
    /// How many match in all; more than [`COUNTED`] are counted no further.
    pub count: usize,
    /// Whether the row the page was to begin at is not in this list.
    pub lost: bool,
}

impl Rows<Uuid> {
    /// The same page with the rows behind its ids.
    fn with<T>(self, rows: Vec<T>) -> Rows<T> {
        Rows { rows, before: self.before, after: self.after, count: self.count, lost: self.lost }
    }
}

/// A page of contacts.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see customers.
pub fn contacts(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, now: Timestamp) -> Result<Rows<Contact>> {
    let keys = keys(tx, actor, asked, now)?;
    let ids: Vec<ContactId> = keys.rows.iter().copied().map(ContactId::from_uuid).collect();
    Ok(keys.with(retailers::contacts_in(tx, &ids)?))
}

/// A page of retailers.
///
/// # Errors
/// As for [`contacts`].
pub fn retailers(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, now: Timestamp) -> Result<Rows<Retailer>> {
    let keys = keys(tx, actor, asked, now)?;
    let ids: Vec<RetailerId> = keys.rows.iter().copied().map(RetailerId::from_uuid).collect();
    Ok(keys.with(retailers::retailers_in(tx, &ids)?))
}

/// Reads the ids of a page: one row more than fits says whether it goes on.
fn keys(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, now: Timestamp) -> Result<Rows<Uuid>> {
    if !actor.may_see_customers() {
        return Err(Error::NotAllowed);
    }
    let scope = store::Scope::new(tx, asked, actor.bounded_by(), now)?;
    let start = match asked.turn.row() {
        Some(row) => store::place_of(tx, asked, row)?,
        None => None,
    };
    let lost = asked.turn.row().is_some() && start.is_none();
    let backwards = matches!(asked.turn, Turn::Before(_)) && !lost;
    let mut rows = store::page(tx, &scope, start.as_ref().map(|key| (key, backwards)), PAGE + 1)?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    if backwards {
        rows.reverse();
    }
    let (has_before, has_after) = match (start.is_some(), backwards) {
        (false, _) => (false, more),
        (true, false) => (true, more),
        (true, true) => (more, true),
    };
    Ok(Rows {
        before: rows.first().copied().filter(|_| has_before),
        after: rows.last().copied().filter(|_| has_after),
        count: store::count(tx, &scope, COUNTED + 1)?,
        rows,
        lost,
    })
}

/// Every contact that matches, in the order of the list.
///
/// # Errors
/// As for [`contacts`].
pub fn contact_ids(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, now: Timestamp) -> Result<Vec<ContactId>> {
    all(tx, actor, asked, now).map(|ids| ids.into_iter().map(ContactId::from_uuid).collect())
}

/// Every retailer that matches, in the order of the list.
///
/// # Errors
/// As for [`contacts`].
pub fn retailer_ids(
    tx: &mut Tx<'_>,
    actor: &Actor,
    asked: &Asked,
    now: Timestamp,
) -> Result<Vec<RetailerId>> {
    all(tx, actor, asked, now).map(|ids| ids.into_iter().map(RetailerId::from_uuid).collect())
}

fn all(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, now: Timestamp) -> Result<Vec<Uuid>> {
    if !actor.may_see_customers() {
        return Err(Error::NotAllowed);
    }
    let scope = store::Scope::new(tx, asked, actor.bounded_by(), now)?;
    Ok(store::page(tx, &scope, None, usize::MAX)?)
}

/// What the search found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Retailers, best first.
    pub retailers: Vec<Retailer>,
    /// Contacts, best first.
    pub contacts: Vec<Contact>,
}

/// Searches retailers and contacts by parts of words of their names, account
/// numbers, usernames, addresses and telephone numbers. An account number or
/// username that is typed whole comes first.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see customers.
pub fn search(tx: &mut Tx<'_>, actor: &Actor, typed: &str) -> Result<Found> {
    if !actor.may_see_customers() {
        return Err(Error::NotAllowed);
    }
    if words::is_empty(typed) {
        return Ok(Found::default());
    }
    let bounded_by = actor.bounded_by();
    let exact_retailer = retailers::retailer_by_account_number(tx, typed.trim())?.map(|retailer| retailer.id);
    let exact_contact = match Username::parse(typed) {
        Ok(username) => retailers::username_taken(tx, &username, None)?,
        Err(_) => None,
    };
    let retailers = store::best(tx, List::Retailers, bounded_by, typed, FOUND)?;
    let contacts = store::best(tx, List::Contacts, bounded_by, typed, FOUND)?;
    let mut found = Found::default();
    for id in first(exact_retailer.map(RetailerId::as_uuid), retailers) {
        found.retailers.extend(seen(retailers::find(tx, actor, RetailerId::from_uuid(id)))?);
    }
    for id in first(exact_contact.map(ContactId::as_uuid), contacts) {
        found.contacts.extend(seen(retailers::contact(tx, actor, ContactId::from_uuid(id)))?);
    }
    Ok(found)
}

/// Puts one row before the others, once.
fn first(exact: Option<Uuid>, others: Vec<Uuid>) -> impl Iterator<Item = Uuid> {
    exact.into_iter().chain(others.into_iter().filter(move |id| Some(*id) != exact)).take(FOUND)
}

/// What the actor may not see is not there.
fn seen<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The territories the actor sees, by name.
///
/// # Errors
/// When the database fails.
pub fn territories(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<(TerritoryId, String)>> {
    Ok(store::territories(tx, actor.bounded_by())?)
}
