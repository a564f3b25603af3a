//! Epochs: an installation that was restored from an older copy is another one to
//! whoever knew it after the copy was made. Cursors of feeds hold for one epoch,
//! and what was asked for in the time that is lost can't be known to be done.

mod store;

use std::time::Duration;

use crate::db::{Error, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::EpochId;

pub use store::{current, sign_off};

/// How far clocks of clients may be behind this one. None ahead: nothing was done while
/// the restore was made, and what is asked for right after it is new.
const CLOCKS: Duration = Duration::from_mins(5);

/// What a restore began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Which.
    pub id: EpochId,
    /// When the last thing happened that is in the copy.
    pub lost_since: Timestamp,
    /// When it was restored.
    pub begun_at: Timestamp,
    /// Requests of forgotten passwords and usernames that were dropped.
    pub dropped_requests: i64,
    /// When somebody said that all that follows from it is done.
    pub signed_off_at: Option<Timestamp>,
}

impl Epoch {
    /// Whether something that was begun at this moment, by the clock of whoever
    /// began it, may have been done and be lost.
    fn may_have_lost(&self, at: Timestamp) -> bool {
        at >= self.lost_since.minus(CLOCKS) && at <= self.begun_at
    }
}

/// Whether any restore may have lost what was begun at this moment.
///
/// # Errors
/// When the database fails.
pub fn may_have_lost(tx: &mut Tx<'_>, at: Timestamp) -> Result<bool, Error> {
    Ok(store::all(tx)?.iter().any(|epoch| epoch.may_have_lost(at)))
}

/// Begins an epoch.
///
/// # Errors
/// When the database fails.
pub fn begin(
    tx: &mut Tx<'_>,
    lost_since: Timestamp,
    dropped_requests: i64,
    now: Timestamp,
) -> Result<Epoch, Error> {
    let epoch =
        Epoch { id: EpochId::new(now), lost_since, begun_at: now, dropped_requests, signed_off_at: None };
    store::insert(tx, &epoch)?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_between_the_copy_and_the_restore_may_be_lost() {
        let hour = |hour: i64| Timestamp::from_millis(hour * 3_600_000);
        let epoch = Epoch {
            id: EpochId::new(hour(8)),
            lost_since: hour(2),
            begun_at: hour(8),
            dropped_requests: 0,
            signed_off_at: None,
        };
        for (at, lost) in [(1, false), (2, true), (5, true), (8, true), (9, false)] {
            assert_eq!(epoch.may_have_lost(hour(at)), lost, "{at}");
        }
    }
}
