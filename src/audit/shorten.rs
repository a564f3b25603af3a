//! Shortening the trail: its oldest entries go, and verifying begins at the
//! last of those that went.

use super::verify::Checkpoint;
use super::{About, Event, record, store};
use crate::actor::Actor;
use crate::db::{Error, Tx};
use crate::kernel::Timestamp;

/// Marks the trail to be shortened by everything from before `before`, and
/// writes that down; gives how many entries [`shortened`] is to remove.
///
/// # Errors
/// When the database fails.
pub fn shorten(tx: &mut Tx<'_>, before: Timestamp, now: Timestamp) -> Result<usize, Error> {
    let from = store::checkpoint(tx)?.map_or(0, |checkpoint| checkpoint.number);
    let Some((number, hash)) = store::last_before(tx, before)?.filter(|(number, _)| *number > from) else {
        return Ok(0);
    };
    let mut checkpoint = Checkpoint { number, hash, at: now, proof: None };
    if let (Some(key), Some((seal, _))) = (tx.sealing_key(), store::newest_seal(tx)?) {
        checkpoint.proof = Some((seal.first, seal.of_checkpoint(&key, &checkpoint)));
    }
    store::insert_checkpoint(tx, &checkpoint)?;
    let count = usize::try_from(number - from).unwrap_or(0);
    record(tx, &Actor::system(), now, Event::TrailShortened, About::default().with("count", count))?;
    Ok(count)
}

/// Removes at most `limit` of the entries up to the newest checkpoint; gives
/// how many went.
///
/// # Errors
/// When the database fails.
pub fn shortened(tx: &mut Tx<'_>, limit: i64) -> Result<u64, Error> {
    match store::checkpoint(tx)? {
        Some(Checkpoint { number, .. }) => store::remove_up_to(tx, number, limit),
        None => Ok(0),
    }
}
