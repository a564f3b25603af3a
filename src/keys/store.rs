//! The SQL of the key's fingerprint.

use crate::db::{Error, Row, Tx};
use crate::kernel::{Digest, Timestamp};

pub(super) fn find(tx: &mut Tx<'_>) -> Result<Option<Digest>, Error> {
    let row: Option<Row> =
        tx.opt("select fingerprint from key_fingerprints where name = 'installation'", &[])?;
    row.map_or(Ok(None), |row| row.get("fingerprint").map(Some))
}

/// Writes the first one down; one that is there stays.
pub(super) fn insert(tx: &mut Tx<'_>, fingerprint: Digest, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "insert into key_fingerprints (name, fingerprint, since) values ('installation', $1, $2) on conflict do nothing",
        &[&fingerprint, &now],
    )?;
    Ok(())
}

pub(super) fn replace(tx: &mut Tx<'_>, fingerprint: Digest, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "insert into key_fingerprints (name, fingerprint, since) values ('installation', $1, $2)
         on conflict (name) do update set fingerprint = excluded.fingerprint, since = excluded.since",
        &[&fingerprint, &now],
    )?;
    Ok(())
}

/// Whether the database holds what only its key opens.
pub(super) fn needs_its_key(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let row: Row = tx.one(
        "select (select count(*) from authenticators) + (select count(*) from recovery_codes) as sealed",
        &[],
    )?;
    Ok(row.get::<i64>("sealed")? > 0)
}
