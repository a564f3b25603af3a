//! The epochs' SQL.

use super::Epoch;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{EpochId, StaffId};

pub(super) fn insert(tx: &mut Tx<'_>, epoch: &Epoch) -> Result<(), Error> {
    tx.run(
        "insert into epochs (id, lost_since, begun_at, dropped_requests) values ($1, $2, $3, $4)",
        &[&epoch.id, &epoch.lost_since, &epoch.begun_at, &epoch.dropped_requests],
    )?;
    Ok(())
}

/// The epoch that the last restore began; none when there was no restore.
///
/// # Errors
/// When the database fails.
pub fn current(tx: &mut Tx<'_>) -> Result<Option<Epoch>, Error> {
    tx.opt(
        "select id, lost_since, begun_at, dropped_requests, signed_off_at from epochs order by begun_at desc, id desc limit 1",
        &[],
    )
}

pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Epoch>, Error> {
    tx.all("select id, lost_since, begun_at, dropped_requests, signed_off_at from epochs", &[])
}

/// Notes that all that follows from a restore is done; says whether that was not
/// known before.
///
/// # Errors
/// When the database fails.
pub fn sign_off(
    tx: &mut Tx<'_>,
    epoch: EpochId,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update epochs set signed_off_at = $2, staff_id = $3 where id = $1 and signed_off_at is null",
        &[&epoch, &now, &staff],
    )
}

impl FromRow for Epoch {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            lost_since: row.get("lost_since")?,
            begun_at: row.get("begun_at")?,
            dropped_requests: row.get("dropped_requests")?,
            signed_off_at: row.get("signed_off_at")?,
        })
    }
}
