//! Saved views: a list with its filter and order, under a name of one's own.

mod store;

use super::{Asked, List};
use crate::actor::{Actor, Who};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::{StaffId, ViewId};
use crate::kernel::text::search_key;

/// Views a staff user may keep of one list.
const MOST: usize = 20;
/// The longest name, in characters.
pub const NAME: usize = 40;

/// A saved view.
#[derive(Clone, Debug)]
pub struct View {
    /// Which.
    pub id: ViewId,
    /// What it is called.
    pub name: String,
    /// The query that asks for it.
    pub query: String,
}

/// What came of saving a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedView {
    /// It is kept; one of the same name was replaced.
    Saved,
    /// It is kept so already.
    Unchanged,
    /// There are as many as may be kept.
    TooMany,
}

/// The actor's views of a list, by name.
///
/// # Errors
/// [`Error::NotAllowed`] for who may not see customers.
pub fn saved(tx: &mut Tx<'_>, actor: &Actor, list: List) -> Result<Vec<View>> {
    Ok(store::of_staff(tx, owner(actor)?, list)?)
}

/// Keeps what is asked for under a name.
///
/// # Errors
/// [`Error::NotAllowed`] for who may not see customers.
pub fn save(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, name: &str, now: Timestamp) -> Result<SavedView> {
    let staff = owner(actor)?;
    let known = store::of_staff(tx, staff, asked.list)?;
    let key = search_key(name);
    let replaced = known.iter().find(|view| search_key(&view.name) == key);
    if known.len() >= MOST && replaced.is_none() {
        return Ok(SavedView::TooMany);
    }
    let view = View { id: ViewId::new(now), name: name.to_owned(), query: asked.query() };
    if replaced.is_some_and(|known| known.name == view.name && known.query == view.query) {
        return Ok(SavedView::Unchanged);
    }
    store::put(tx, staff, asked.list, &view, now)?;
    Ok(SavedView::Saved)
}

/// Drops a view of the actor's own.
///
/// # Errors
/// [`Error::NotFound`] for another's.
pub fn unsave(tx: &mut Tx<'_>, actor: &Actor, id: ViewId) -> Result<()> {
    if store::drop(tx, owner(actor)?, id)? { Ok(()) } else { Err(Error::NotFound) }
}

fn owner(actor: &Actor) -> Result<StaffId> {
    match &actor.who {
        Who::Staff(staff) if actor.may_see_customers() => Ok(staff.id),
        _ => Err(Error::NotAllowed),
    }
}
