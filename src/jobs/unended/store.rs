//! The SQL of jobs that were begun without an end.

use super::{SetAside, Suspect};
use crate::db::{Error, FromRow, Row, Tx};
use crate::jobs::{Job, Kind, LEASE};
use crate::kernel::Timestamp;
use crate::kernel::id::{JobId, LeaseId};

/// The kinds that are known here.
const KINDS: &str = Kind::LIST;
/// When a job that was set aside is due by itself: at the end of the year 9999.
const NEVER: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// The oldest job that was begun without an end and that nobody holds any more.
///
/// # Errors
/// When the database fails.
pub fn suspect(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Suspect>, Error> {
    tx.opt(
        &format!("select id, unended from jobs where unended > 0 and run_at <= $1 and (leased_until is null or leased_until <= $1)
             and kind in ({KINDS})
         order by run_at, id limit 1"),
        &[&now],
    )
}

/// Takes a job that was begun once without an end, unless somebody was quicker.
///
/// # Errors
/// When the database fails.
pub fn claim_alone(tx: &mut Tx<'_>, id: JobId, now: Timestamp) -> Result<Option<Job>, Error> {
    tx.opt(
        "update jobs set lease_id = $1, leased_until = $2, run_at = $2, place_at = null, attempts = attempts + 1, unended = unended + 1
         where id = $4 and unended = 1 and (leased_until is null or leased_until <= $3)
         returning id, kind, payload, attempts, created_at, domain, lease_id",
        &[&LeaseId::new(now), &now.plus(LEASE), &now, &id],
    )
}

/// Notes that a job got past what is dangerous in it: if the process ends from
/// here on, it is not because of the job.
///
/// # Errors
/// When the database fails.
pub fn survived(tx: &mut Tx<'_>, job: &Job) -> Result<(), Error> {
    tx.run("update jobs set unended = 0 where id = $1 and lease_id = $2", &[&job.id, &job.lease])?;
    Ok(())
}

/// Gives a job back that broke down without an end, to be tried alone at once.
///
/// # Errors
/// When the database fails.
pub fn let_go(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update jobs set lease_id = null, leased_until = null, run_at = $3 where id = $1 and lease_id = $2",
        &[&job.id, &job.lease, &now],
    )?;
    Ok(())
}

/// Sets a job aside that was begun so often without an end, unless another node was
/// quicker.
///
/// # Errors
/// When the database fails.
pub fn set_aside(tx: &mut Tx<'_>, suspect: Suspect, now: Timestamp) -> Result<Option<SetAside>, Error> {
    tx.opt(
        "update jobs set set_aside_at = $2, lease_id = null, leased_until = null, place_at = null, run_at = $4
         where id = $1 and unended = $3 and set_aside_at is null and (leased_until is null or leased_until <= $2)
         returning id, kind, payload, created_at, attempts, set_aside_at",
        &[&suspect.id, &now, &suspect.times, &NEVER],
    )
}

/// The jobs that were set aside, newest first.
///
/// # Errors
/// When the database fails.
pub fn those_set_aside(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<SetAside>, Error> {
    tx.all(
        "select id, kind, payload, created_at, attempts, set_aside_at from jobs
         where unended > 0 and set_aside_at is not null order by set_aside_at desc, id limit $1",
        &[&limit],
    )
}

/// Takes a job up again that was set aside, to be tried alone at once; says
/// whether there was one.
///
/// # Errors
/// When the database fails.
pub fn take_up(tx: &mut Tx<'_>, id: JobId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update jobs set set_aside_at = null, unended = 1, run_at = $2 where id = $1 and set_aside_at is not null",
        &[&id, &now],
    )
}

impl FromRow for Suspect {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self { id: row.get("id")?, times: row.get("unended")? })
    }
}

impl FromRow for SetAside {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.named("kind")?,
            created_at: row.get("created_at")?,
            attempts: row.get("attempts")?,
            at: row.get("set_aside_at")?,
            payload: row.get("payload")?,
        })
    }
}
