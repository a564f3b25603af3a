//! Territories: groups of retailers, and who of the staff has them.

pub mod portal;
mod store;

use crate::actor::{Actor, Level, Reach};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::{StaffId, TerritoryId};
use crate::retailers;
use crate::staff::people;

/// A territory.
#[derive(Clone, Debug)]
pub struct Territory {
    /// Which.
    pub id: TerritoryId,
    /// Its name.
    pub name: String,
    /// How many retailers are in it.
    pub retailers: i64,
    /// Who has it, of those who work here.
    pub people: Vec<(StaffId, String)>,
}

/// What came of making, renaming or deleting one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arranged {
    /// It is done.
    Done,
    /// Another one is called that.
    NameTaken,
    /// It has retailers, or a run that names it.
    NotEmpty,
    /// It is called that already.
    Unchanged,
    /// There is no other.
    TheLast,
}

/// What the territory is called that a new installation has; it can be renamed.
pub const FIRST: &str = "All customers";

/// Makes the territory that a new installation begins with, where there is
/// none: without one no retailer could be entered.
///
/// # Errors
/// When the database fails.
pub fn establish(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    if store::all(tx)?.is_empty() {
        retailers::insert_territory(tx, TerritoryId::new(now), FIRST)?;
    }
    Ok(())
}

/// Every territory, for who may see staff.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not.
pub fn all(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Territory>> {
    if actor.staff_level() < Level::Read {
        return Err(Error::NotAllowed);
    }
    let mut territories = store::all(tx)?;
    for (territory, staff, name) in store::people(tx)? {
        if let Some(found) = territories.iter_mut().find(|one| one.id == territory) {
            found.people.push((staff, name));
        }
    }
    Ok(territories)
}

/// Makes a territory.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not arrange territories.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, name: &str, now: Timestamp) -> Result<Arranged> {
    may_arrange(tx, actor)?;
    if retailers::territory_named(tx, name)?.is_some() {
        return Ok(Arranged::NameTaken);
    }
    let id = TerritoryId::new(now);
    retailers::insert_territory(tx, id, name)?;
    audit::record(tx, actor, now, Event::TerritoryAdded, About::default().with("territory", id))?;
    Ok(Arranged::Done)
}

/// Gives a territory another name.
///
/// # Errors
/// As for [`add`]; [`Error::NotFound`] when there is none.
pub fn rename(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, name): (TerritoryId, &str),
    now: Timestamp,
) -> Result<Arranged> {
    may_arrange(tx, actor)?;
    if retailers::territory_named(tx, name)?.is_some_and(|other| other != id) {
        return Ok(Arranged::NameTaken);
    }
    if store::all(tx)?.iter().any(|one| one.id == id && one.name == name) {
        return Ok(Arranged::Unchanged);
    }
    if !store::rename(tx, id, name)? {
        return Err(Error::NotFound);
    }
    audit::record(tx, actor, now, Event::TerritoryRenamed, About::default().with("territory", id))?;
    Ok(Arranged::Done)
}

/// Deletes a territory in which there is nobody.
///
/// # Errors
/// As for [`rename`].
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: TerritoryId, now: Timestamp) -> Result<Arranged> {
    may_arrange(tx, actor)?;
    let all = store::all(tx)?;
    let known = all.iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    if all.len() == 1 {
        return Ok(Arranged::TheLast);
    }
    if known.retailers > 0 || store::is_named_in_runs(tx, id)? {
        return Ok(Arranged::NotEmpty);
    }
    store::take_from_all(tx, id)?;
    store::delete(tx, id)?;
    audit::record(tx, actor, now, Event::TerritoryDeleted, About::default().with("territory", id))?;
    Ok(Arranged::Done)
}

/// Only who sees all retailers: a territory of nobody would be out of sight for
/// who made it.
fn may_arrange(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let permissions = people::hand(tx, actor)?.permissions;
    let may = permissions.staff >= Level::Write && permissions.reach == Reach::AllRetailers;
    if may { Ok(()) } else { Err(Error::NotAllowed) }
}
