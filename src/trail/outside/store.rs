//! The SQL of what was sent elsewhere.

use super::Way;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;

/// How it went with one way.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The way: `file`, `mail`, `webhook` or `log`.
    pub way: String,
    /// The last entry that was sent, or whose hash was.
    pub number: i64,
    /// When; none when it never went.
    pub at: Option<Timestamp>,
    /// Why the last try failed.
    pub problem: Option<String>,
}

impl FromRow for Sent {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            way: row.get("way")?,
            number: row.get("number")?,
            at: row.get("sent_at")?,
            problem: row.get("problem")?,
        })
    }
}

/// Every way that was ever tried.
///
/// # Errors
/// When the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Sent>, Error> {
    tx.all("select way, number, sent_at, problem from audit_outside order by way", &[])
}

/// Whether there is something to send this way: entries when there are any after the
/// last that was sent, a head when its time has come and there is an entry at all.
pub(super) fn is_due(tx: &mut Tx<'_>, way: Way, now: Timestamp) -> Result<bool, Error> {
    let row: Option<Row> =
        tx.opt("select number, due_at from audit_outside where way = $1", &[&way.as_str()])?;
    let (number, due_at): (i64, Timestamp) = match row {
        Some(row) => (row.get("number")?, row.get("due_at")?),
        None => (0, now),
    };
    if due_at > now {
        return Ok(false);
    }
    let after = if way == Way::Log { number } else { 0 };
    let newer: Vec<Row> = tx.all("select number from audit where number > $1 limit 1", &[&after])?;
    Ok(!newer.is_empty())
}

/// Claims a way for this node until then, unless it isn't due any more.
pub(super) fn claim(tx: &mut Tx<'_>, way: Way, now: Timestamp, until: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "insert into audit_outside (way, number, due_at) values ($1, 0, $3)
         on conflict (way) do update set due_at = excluded.due_at where audit_outside.due_at <= $2",
        &[&way.as_str(), &now, &until],
    )
}

/// The last entry that was sent this way.
pub(super) fn number(tx: &mut Tx<'_>, way: Way) -> Result<i64, Error> {
    let row: Row = tx.one("select number from audit_outside where way = $1", &[&way.as_str()])?;
    row.get("number")
}

pub(super) fn record_sent(
    tx: &mut Tx<'_>,
    way: Way,
    number: i64,
    (now, next): (Timestamp, Timestamp),
) -> Result<(), Error> {
    tx.run(
        "update audit_outside set number = $2, sent_at = $3, due_at = $4, problem = null where way = $1",
        &[&way.as_str(), &number, &now, &next],
    )?;
    Ok(())
}

pub(super) fn record_failed(tx: &mut Tx<'_>, way: Way, problem: &str, next: Timestamp) -> Result<(), Error> {
    tx.run(
        "update audit_outside set due_at = $2, problem = $3 where way = $1",
        &[&way.as_str(), &next, &problem],
    )?;
    Ok(())
}
