//! The jobs' SQL.

use super::{Job, Kind, LEASE};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{JobId, LeaseId};

pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: JobId,
    kind: Kind,
    payload: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into jobs (id, kind, payload, created_at, run_at) values ($1, $2, $3, $4, $4)",
        &[&id, &kind.as_str(), &payload, &now],
    )?;
    Ok(())
}

/// Takes the job that has waited longest, if one is due and nobody holds it.
/// Kinds that only a newer Tradepost knows are left to it.
///
/// # Errors
/// When the database fails.
pub fn claim(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Job>, Error> {
    tx.opt(
        "update jobs set lease_id = $1, leased_until = $2, attempts = attempts + 1
         where id = (select id from jobs where run_at <= $3 and (leased_until is null or leased_until <= $3)
             and kind in ('forgot-password', 'forgot-username', 'forgot-staff-password', 'send-mail', 'run', 'import') order by run_at, id limit 1)
         returning id, kind, payload, attempts, created_at, lease_id",
        &[&LeaseId::new(now), &now.plus(LEASE), &now],
    )
}

/// When the next job is due or its lease runs out; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub fn next_due_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one(
        "select min(case when leased_until > run_at then leased_until else run_at end) as due from jobs",
        &[],
    )?;
    row.get("due")
}

/// Removes a job that is done; says whether this worker still held it.
///
/// # Errors
/// When the database fails.
pub fn finish(tx: &mut Tx<'_>, job: &Job) -> Result<bool, Error> {
    tx.run_once("delete from jobs where id = $1 and lease_id = $2", &[&job.id, &job.lease])
}

/// Gives a job back to be taken again at `until`; says whether this worker
/// still held it.
///
/// # Errors
/// When the database fails.
pub fn put_off(tx: &mut Tx<'_>, job: &Job, until: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update jobs set run_at = $3, lease_id = null, leased_until = null where id = $1 and lease_id = $2",
        &[&job.id, &job.lease, &until],
    )
}

/// Holds a job for longer; says whether this worker still held it.
///
/// # Errors
/// When the database fails.
pub fn renew(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update jobs set leased_until = $3 where id = $1 and lease_id = $2",
        &[&job.id, &job.lease, &now.plus(LEASE)],
    )
}

/// Frees every job: for a node that knows it is the only one, at its start.
///
/// # Errors
/// When the database fails.
pub fn release_all(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.run("update jobs set lease_id = null, leased_until = null where lease_id is not null", &[])
}

/// Removes the handing over of every mail: after a restore each waits for a person.
///
/// # Errors
/// When the database fails.
pub fn drop_mails(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.run("delete from jobs where kind = 'send-mail'", &[])
}

/// Removes what asks to look somebody up: after a restore it was most likely
/// answered. Gives how many.
///
/// # Errors
/// When the database fails.
pub fn drop_requests(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.run(
        "delete from jobs where kind in ('forgot-password', 'forgot-username', 'forgot-staff-password')",
        &[],
    )
}

impl FromRow for Job {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.parse("kind", |name| {
                Kind::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or("unknown kind of job")
            })?,
            payload: row.get("payload")?,
            attempts: row.get("attempts")?,
            created_at: row.get("created_at")?,
            lease: row.get("lease_id")?,
        })
    }
}
