//! Whether the list of first steps is shown, for the whole installation.

use super::{must_change, staff_of, store};
use crate::actor::Actor;
use crate::db::{self, Tx};
use crate::error::Result;
use crate::kernel::Timestamp;

/// Whether it is shown.
///
/// # Errors
/// When the database fails.
pub fn are_shown(tx: &mut Tx<'_>) -> Result<bool, db::Error> {
    store::is_getting_started(tx)
}

/// Puts the list away; says whether it was there.
///
/// # Errors
/// When the actor may not change settings, or the database fails.
pub fn put_away(tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<bool> {
    must_change(actor)?;
    Ok(store::close_getting_started(tx, staff_of(actor), now)?)
}

/// Brings the list back; says whether it was away.
///
/// # Errors
/// As for [`put_away`].
pub fn bring_back(tx: &mut Tx<'_>, actor: &Actor) -> Result<bool> {
    must_change(actor)?;
    Ok(store::open_getting_started(tx)?)
}

/// Everything on the list is done: it goes by itself.
///
/// # Errors
/// When the database fails.
pub fn finish(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, db::Error> {
    store::close_getting_started(tx, None, now)
}
