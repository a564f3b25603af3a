//! What changed since: feeds of retailers and of contacts for clients that keep
//! a copy of what they may see.
//!
//! Triggers give each retailer and contact a number whenever it looks different
//! to those who see it (`customer_changes`), once for each territory it is or
//! was in. A feed is read in the order of these numbers; what the reader no
//! longer sees is named as removed. A customer who never was in one of the
//! reader's territories is not named at all.

pub mod api;
mod rules;
mod store;

use std::collections::HashSet;

use uuid::Uuid;

use crate::actor::{Actor, Who};
use crate::db::Tx;
use crate::epoch;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::retailers::{self, Contact, Retailer};

use rules::Cursor;
use store::{Change, Kind};

/// From where on changes are asked for, and how many.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The cursor of the answer before, as it came; none for everything.
    pub since: Option<String>,
    /// How many changes at most.
    pub limit: usize,
}

/// Some changes, oldest first.
#[derive(Clone, Debug)]
pub struct Changes<T> {
    /// What is new or different, as it is now.
    pub items: Vec<T>,
    /// What is gone, or gone out of the reader's sight.
    pub removed: Vec<Uuid>,
    /// Where to go on.
    pub cursor: String,
    /// Whether there are more.
    pub more: bool,
}

/// What came of asking.
#[derive(Clone, Debug)]
pub enum Told<T> {
    /// The changes.
    Changes(Changes<T>),
    /// The cursor is none, or was given to a person who saw other territories.
    BeginAgain,
}

/// Retailers that changed.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see customers.
pub fn retailers(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked) -> Result<Told<Retailer>> {
    let Told::Changes(changes) = changes(tx, actor, Kind::Retailer, asked)? else {
        return Ok(Told::BeginAgain);
    };
    let ids: Vec<RetailerId> = changes.items.iter().copied().map(RetailerId::from_uuid).collect();
    Ok(Told::Changes(changes.with(retailers::retailers_in(tx, &ids)?)))
}

/// Contacts that changed.
///
/// # Errors
/// As for [`retailers()`].
pub fn contacts(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked) -> Result<Told<Contact>> {
    let Told::Changes(changes) = changes(tx, actor, Kind::Contact, asked)? else {
        return Ok(Told::BeginAgain);
    };
    let ids: Vec<ContactId> = changes.items.iter().copied().map(ContactId::from_uuid).collect();
    Ok(Told::Changes(changes.with(retailers::contacts_in(tx, &ids)?)))
}

impl Changes<Uuid> {
    /// The same with the rows behind its ids.
    fn with<T>(self, items: Vec<T>) -> Changes<T> {
        Changes { items, removed: self.removed, cursor: self.cursor, more: self.more }
    }
}

fn changes(tx: &mut Tx<'_>, actor: &Actor, kind: Kind, asked: &Asked) -> Result<Told<Uuid>> {
    if !actor.may_see_customers() {
        return Err(Error::NotAllowed);
    }
    let territories = match actor.bounded_by() {
        Some(staff) => Some(store::territories_of(tx, staff)?),
        None => None,
    };
    let epoch = epoch::current(tx)?.map(|epoch| epoch.id);
    let sight = rules::sight(person(actor), epoch, territories.as_deref());
    let after = match &asked.since {
        None => 0,
        Some(text) => match Cursor::read(text) {
            Some(cursor) if cursor.sight == sight && cursor.number <= store::last_number(tx)? => {
                cursor.number
            }
            _ => return Ok(Told::BeginAgain),
        },
    };
    let mut rows = rows(tx, kind, territories.as_deref(), (after, asked.limit + 1))?;
    let more = rows.len() > asked.limit;
    rows.truncate(asked.limit);
    let number = rows.last().map_or(after, |last| last.number);
    let (items, gone) = sorted_out(&rows, territories.as_deref());
    let removed = if asked.since.is_some() { gone } else { Vec::new() };
    Ok(Told::Changes(Changes { items, removed, cursor: Cursor { number, sight }.write(), more }))
}

fn person(actor: &Actor) -> Option<Uuid> {
    match &actor.who {
        Who::Staff(staff) => Some(staff.id.as_uuid()),
        Who::Operator | Who::System | Who::Contact(_) | Who::Nobody => None,
    }
}

/// The oldest changes after a number, at most so many. Each territory's are
/// read by their index, so what it costs doesn't grow with what else changed.
fn rows(
    tx: &mut Tx<'_>,
    kind: Kind,
    territories: Option<&[TerritoryId]>,
    (after, most): (i64, usize),
) -> Result<Vec<Change>> {
    let Some(territories) = territories else { return Ok(store::all(tx, kind, after, most)?) };
    let mut found = Vec::new();
    for territory in territories {
        found.append(&mut store::of_territory(tx, kind, *territory, (after, most))?);
    }
    found.sort_by_key(|change| change.number);
    found.truncate(most);
    Ok(found)
}

/// What is to be seen, and what is not any more, each once.
fn sorted_out(rows: &[Change], territories: Option<&[TerritoryId]>) -> (Vec<Uuid>, Vec<Uuid>) {
    let is_seen = |change: &Change| match (change.now_in, territories) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(now_in), Some(territories)) => territories.contains(&now_in),
    };
    let mut met = HashSet::new();
    let (seen, gone): (Vec<&Change>, Vec<&Change>) =
        rows.iter().filter(|change| met.insert(change.id)).partition(|change| is_seen(change));
    (seen.iter().map(|change| change.id).collect(), gone.iter().map(|change| change.id).collect())
}
