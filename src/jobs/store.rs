//! The jobs' SQL. No statement of it reads more than the jobs it is about
//! (`tests/plans.rs`): a line may be long.

use super::{Job, Kind, LEASE, Lane, Turn};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{JobId, LeaseId};

/// The kinds that are known here. One that only a newer Tradepost knows is left to it.
const KINDS: &str = Kind::LIST;

pub(super) struct NewJob<'a> {
    pub id: JobId,
    pub kind: Kind,
    pub turn: Turn<'a>,
    pub place: Timestamp,
    pub payload: &'a str,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewJob<'_>, now: Timestamp) -> Result<(), Error> {
    let Turn { lane, share, domain } = new.turn;
    tx.run(
        "insert into jobs (id, kind, payload, created_at, run_at, lane, share, domain, place_at)
         values ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
        &[&new.id, &new.kind.as_str(), &new.payload, &now, &lane.number(), &share, &domain, &new.place],
    )?;
    Ok(())
}

/// How many jobs of a share stand in a line, `most` at most.
pub(super) fn of_share(tx: &mut Tx<'_>, lane: i64, share: &str, most: i64) -> Result<i64, Error> {
    let row: Row = tx.one(
        "select count(*) as n from (select 1 from jobs where lane = $1 and share = $2 and place_at is not null limit $3) as f",
        &[&lane, &share, &most],
    )?;
    row.get("n")
}

/// A job whose time has come and that stands in no line yet.
pub(super) struct Come {
    pub id: JobId,
    pub lane: i64,
    pub share: String,
    /// Since when it is due.
    pub due: Timestamp,
}

impl FromRow for Come {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let (id, lane) = (row.get("id")?, row.get("lane")?);
        Ok(Self { id, lane, share: row.get("share")?, due: row.get("run_at")? })
    }
}

/// The jobs whose pause is over. Those whose lease ran out were begun without an
/// end, and are for [`unended`](super::unended).
pub(super) fn come(tx: &mut Tx<'_>, most: i64, now: Timestamp) -> Result<Vec<Come>, Error> {
    tx.all(
        "select id, lane, share, run_at from jobs where place_at is null and run_at <= $1 and unended = 0 order by run_at, id limit $2",
        &[&now, &most],
    )
}

pub(super) fn line_up(tx: &mut Tx<'_>, id: JobId, place: Timestamp) -> Result<(), Error> {
    tx.run("update jobs set place_at = $2 where id = $1", &[&id, &place])?;
    Ok(())
}

/// Takes the first job in the lines, but for mails to domains that have as many
/// handed over as may be.
pub(super) fn take_first(tx: &mut Tx<'_>, per_domain: i64, now: Timestamp) -> Result<Option<Job>, Error> {
    tx.opt(
        &format!("update jobs set lease_id = $1, leased_until = $2, run_at = $2, place_at = null, attempts = attempts + 1, unended = 1
         where id = (select id from jobs where place_at is not null and (leased_until is null or leased_until <= $3)
             and kind in ({KINDS})
             and domain not in (select domain from jobs where lease_id is not null and leased_until > $3 and domain <> ''
                 group by domain having count(*) >= $4)
             order by lane, place_at, id limit 1 for update skip locked)
         returning id, kind, payload, attempts, created_at, domain, lease_id"),
        &[&LeaseId::new(now), &now.plus(LEASE), &now, &per_domain],
    )
}

/// When the next job is due or its lease runs out; `None` when there is none but
/// those that were set aside.
///
/// # Errors
/// When the database fails.
pub fn next_due_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let row: Option<Row> =
        tx.opt("select run_at from jobs where set_aside_at is null order by run_at limit 1", &[])?;
    row.map(|row| row.get("run_at")).transpose()
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
        "update jobs set run_at = $3, place_at = null, lease_id = null, leased_until = null, unended = 0
         where id = $1 and lease_id = $2",
        &[&job.id, &job.lease, &until],
    )
}

/// Holds a job for longer; says whether this worker still held it.
///
/// # Errors
/// When the database fails.
pub fn renew(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update jobs set leased_until = $3, run_at = $3 where id = $1 and lease_id = $2",
        &[&job.id, &job.lease, &now.plus(LEASE)],
    )
}

/// Frees every job: for a node that knows it is the only one, at its start.
///
/// # Errors
/// When the database fails.
pub fn release_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update jobs set lease_id = null, leased_until = null, run_at = $1 where lease_id is not null",
        &[&now],
    )
}

/// How long a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lined {
    /// Which.
    pub lane: Lane,
    /// Jobs that stand in it.
    pub waiting: i64,
}

/// How long the lines are, counted up to `most`: for metrics.
///
/// # Errors
/// When the database fails.
pub fn in_line(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Lined>, Error> {
    let mut lines = Vec::new();
    for lane in Lane::ALL {
        let row: Row = tx.one(
            "select count(*) as n from (select 1 from jobs where lane = $1 and place_at is not null limit $2) as f",
            &[&lane.number(), &most],
        )?;
        lines.push(Lined { lane, waiting: row.get("n")? });
    }
    Ok(lines)
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
            kind: row.named("kind")?,
            payload: row.get("payload")?,
            attempts: row.get("attempts")?,
            created_at: row.get("created_at")?,
            domain: row.get("domain")?,
            lease: row.get("lease_id")?,
        })
    }
}
