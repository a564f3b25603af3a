//! The jobs' SQL.

use serde::de::DeserializeOwned;

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

/// Takes the job that has waited longest, if one is due, nobody holds it and
/// nobody began it without an end.
/// Kinds that only a newer Tradepost knows are left to it.
///
/// # Errors
/// When the database fails.
pub fn claim(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Job>, Error> {
    tx.opt(
        "update jobs set lease_id = $1, leased_until = $2, attempts = attempts + 1, unended = 1
         where id = (select id from jobs where run_at <= $3 and (leased_until is null or leased_until <= $3) and unended = 0
             and kind in ('forgot-password', 'forgot-username', 'forgot-staff-password', 'send-mail', 'run', 'import') order by run_at, id limit 1)
         returning id, kind, payload, attempts, created_at, lease_id",
        &[&LeaseId::new(now), &now.plus(LEASE), &now],
    )
}

/// A job that was begun without an end.
#[derive(Clone, Copy, Debug)]
pub struct Suspect {
    /// Which.
    pub id: JobId,
    /// How often.
    pub unended: i64,
}

/// The oldest job that was begun without an end and that nobody holds any more.
///
/// # Errors
/// When the database fails.
pub fn suspect(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Suspect>, Error> {
    tx.opt(
        "select id, unended from jobs where unended > 0 and set_aside_at is null and run_at <= $1
             and (leased_until is null or leased_until <= $1)
             and kind in ('forgot-password', 'forgot-username', 'forgot-staff-password', 'send-mail', 'run', 'import')
         order by run_at, id limit 1",
        &[&now],
    )
}

/// Takes a job that was begun once without an end, unless somebody was quicker.
///
/// # Errors
/// When the database fails.
pub fn claim_alone(tx: &mut Tx<'_>, id: JobId, now: Timestamp) -> Result<Option<Job>, Error> {
    tx.opt(
        "update jobs set lease_id = $1, leased_until = $2, attempts = attempts + 1, unended = unended + 1
         where id = $4 and unended = 1 and set_aside_at is null and (leased_until is null or leased_until <= $3)
         returning id, kind, payload, attempts, created_at, lease_id",
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
pub fn let_go(tx: &mut Tx<'_>, job: &Job) -> Result<(), Error> {
    tx.run(
        "update jobs set lease_id = null, leased_until = null where id = $1 and lease_id = $2",
        &[&job.id, &job.lease],
    )?;
    Ok(())
}

/// Sets a job aside that was begun so often without an end; gives its kind and
/// payload, unless another node was quicker.
///
/// # Errors
/// When the database fails.
pub fn set_aside(tx: &mut Tx<'_>, suspect: Suspect, now: Timestamp) -> Result<Option<SetAside>, Error> {
    tx.opt(
        "update jobs set set_aside_at = $2, lease_id = null, leased_until = null
         where id = $1 and unended = $3 and set_aside_at is null and (leased_until is null or leased_until <= $2)
         returning id, kind, payload, created_at, attempts, set_aside_at",
        &[&suspect.id, &now, &suspect.unended],
    )
}

/// A job that is not done by itself any more.
#[derive(Clone, Debug)]
pub struct SetAside {
    /// Which.
    pub id: JobId,
    /// What kind.
    pub kind: Kind,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How often it was taken.
    pub attempts: i64,
    /// Since when it lies there.
    pub at: Timestamp,
    payload: String,
}

impl SetAside {
    /// What the job is about.
    ///
    /// # Errors
    /// When an older Tradepost wrote it in another shape.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Error> {
        super::read(&self.payload)
    }
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

/// When the next job is due that nobody began without an end; `None` when there
/// is none.
///
/// # Errors
/// When the database fails.
pub fn next_due_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one(
        "select min(case when leased_until > run_at then leased_until else run_at end) as due from jobs where unended = 0",
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
        "update jobs set run_at = $3, lease_id = null, leased_until = null, unended = 0 where id = $1 and lease_id = $2",
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

fn kind(row: &Row) -> Result<Kind, Error> {
    row.parse("kind", |name| {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or("unknown kind of job")
    })
}

impl FromRow for Suspect {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self { id: row.get("id")?, unended: row.get("unended")? })
    }
}

impl FromRow for SetAside {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: kind(row)?,
            created_at: row.get("created_at")?,
            attempts: row.get("attempts")?,
            at: row.get("set_aside_at")?,
            payload: row.get("payload")?,
        })
    }
}

impl FromRow for Job {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: kind(row)?,
            payload: row.get("payload")?,
            attempts: row.get("attempts")?,
            created_at: row.get("created_at")?,
            lease: row.get("lease_id")?,
        })
    }
}
