//! The SQL of what was refused, until its hour is over.

use super::{Key, Whom};
use crate::db::{Error, Row, Tx};
use crate::kernel::Timestamp;

/// Adds to a row; says whether it was there.
pub(super) fn add(tx: &mut Tx<'_>, key: &Key, whom: &str, count: i64) -> Result<bool, Error> {
    tx.run_once(
        "update refusals set count = count + $5 where hour = $1 and kind = $2 and door = $3 and whom = $4",
        &[&key.hour, &key.kind.as_str(), &key.door.as_str(), &whom, &count],
    )
}

/// Makes a row, or adds to the one that is there.
pub(super) fn insert(tx: &mut Tx<'_>, key: &Key, whom: &str, count: i64) -> Result<(), Error> {
    tx.run(
        "insert into refusals (hour, kind, door, whom, count) values ($1, $2, $3, $4, $5)
         on conflict (hour, kind, door, whom) do update set count = refusals.count + excluded.count",
        &[&key.hour, &key.kind.as_str(), &key.door.as_str(), &whom, &count],
    )?;
    Ok(())
}

/// How many rows an hour has.
pub(super) fn rows(tx: &mut Tx<'_>, hour: Timestamp) -> Result<i64, Error> {
    let row: Row = tx.one("select count(*) as n from refusals where hour = $1", &[&hour])?;
    row.get("n")
}

/// Whether there is anything of hours before one.
pub(super) fn any_before(tx: &mut Tx<'_>, hour: Timestamp) -> Result<bool, Error> {
    let rows: Vec<Row> = tx.all("select hour from refusals where hour < $1 limit 1", &[&hour])?;
    Ok(!rows.is_empty())
}

/// Takes at most `limit` rows of hours before one, oldest first.
pub(super) fn take_before(tx: &mut Tx<'_>, hour: Timestamp, limit: i64) -> Result<Vec<(Key, i64)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select hour, kind, door, whom, count from refusals where hour < $1 order by hour, kind, door, whom limit $2",
        &[&hour, &limit],
    )?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in &rows {
        let whom: String = row.get("whom")?;
        let key = Key {
            hour: row.get("hour")?,
            kind: row.named("kind")?,
            door: row.named("door")?,
            whom: Whom::from_text(&whom),
        };
        tx.run(
            "delete from refusals where hour = $1 and kind = $2 and door = $3 and whom = $4",
            &[&key.hour, &key.kind.as_str(), &key.door.as_str(), &whom],
        )?;
        taken.push((key, row.get("count")?));
    }
    Ok(taken)
}
