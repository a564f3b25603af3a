//! The SQL of checks of the trail.

use super::Outcome;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::StaffId;

/// A check of the trail: the last one, or the one under way.
#[derive(Clone, Debug)]
pub struct Check {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// By whom.
    pub by: Option<String>,
    /// The entry it has reached, and the last it will look at.
    pub reached: (i64, i64),
    /// Until when it counts as under way.
    pub lease_until: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it found; none when it broke off.
    pub outcome: Option<Outcome>,
}

impl Check {
    /// Whether it is under way.
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.lease_until > now
    }
}

impl FromRow for Check {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let outcome = |text: &str| serde_json::from_str(text).map_err(|_| "not an outcome");
        let found: Option<String> = row.get("outcome")?;
        Ok(Self {
            asked_at: row.get("asked_at")?,
            by: row.get("name")?,
            reached: (row.get("reached")?, row.get("until")?),
            lease_until: row.get("lease_until")?,
            ended_at: row.get("ended_at")?,
            outcome: found.map(|_| row.parse("outcome", outcome)).transpose()?,
        })
    }
}

/// The last check, or the one under way.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>) -> Result<Option<Check>, Error> {
    tx.opt(
        "select c.asked_at, s.name, c.reached, c.until, c.lease_until, c.ended_at, c.outcome
         from audit_checks c left join staff s on s.id = c.staff_id where c.name = 'trail'",
        &[],
    )
}

/// Begins one, unless one is under way.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    staff: Option<StaffId>,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "insert into audit_checks (name, asked_at, staff_id, reached, until, lease_until) values ('trail', $1, $2, 0, 0, $3)
         on conflict (name) do update set asked_at = excluded.asked_at, staff_id = excluded.staff_id, reached = 0, until = 0,
             lease_until = excluded.lease_until, ended_at = null, outcome = null
         where audit_checks.ended_at is not null or audit_checks.lease_until <= $1",
        &[&now, &staff, &lease_until],
    )
}

/// Says how far the one that was asked for then is.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    asked_at: Timestamp,
    (reached, until): (i64, i64),
    lease_until: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update audit_checks set reached = $1, until = $2, lease_until = $3 where name = 'trail' and asked_at = $4",
        &[&reached, &until, &lease_until, &asked_at],
    )?;
    Ok(())
}

/// Ends it.
pub(super) fn end(
    tx: &mut Tx<'_>,
    asked_at: Timestamp,
    outcome: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update audit_checks set outcome = $1, ended_at = $2 where name = 'trail' and asked_at = $3",
        &[&outcome, &now, &asked_at],
    )?;
    Ok(())
}
