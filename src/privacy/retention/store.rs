//! The SQL of the retention times.

use crate::db::{Error, Row, Tx};
use crate::kernel::Timestamp;

/// Takes the work for this node, if it was done last before `last` and no
/// other node is at it.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    last: Timestamp,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update retention set leased_until = $3 where name = 'all' and applied_at <= $1 and leased_until <= $2",
        &[&last, &now, &until],
    )
}

/// Counts rows that went, and keeps the work for this node.
pub(super) fn count(tx: &mut Tx<'_>, gone: i64, until: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update retention set removed = removed + $1, leased_until = $2 where name = 'all'",
        &[&gone, &until],
    )
}

/// Notes that the work is done; gives how many rows went.
pub(super) fn finish(tx: &mut Tx<'_>, now: Timestamp) -> Result<i64, Error> {
    let row: Row = tx.one("select removed from retention where name = 'all'", &[])?;
    tx.run(
        "update retention set applied_at = $1, leased_until = 0, removed = 0 where name = 'all'",
        &[&now],
    )?;
    row.get("removed")
}

/// When the work was done last.
pub(super) fn applied_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one("select nullif(applied_at, 0) as at from retention where name = 'all'", &[])?;
    row.get("at")
}

/// Removes changes of an address that were confirmed, overtaken or ran out.
pub(super) fn remove_email_changes(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.run(
        "delete from email_changes where id in
             (select id from email_changes where finished_at < $1 or expires_at < $1 limit $2)",
        &[&before, &limit],
    )
}
