//! Work that is done outside requests: a row in the same transaction as what
//! caused it, taken later by one worker under a lease.
//!
//! A worker that dies loses its lease; the job is taken again. So every job is
//! safe to do twice.
//!
//! Jobs stand in three lines, one for each [`Lane`]. Within a line the next job of
//! the same [`Turn::share`] is placed a second behind the one before it, so whoever
//! asks for much is overtaken by whoever asks for little, and nobody waits for
//! longer than the line took to form.

mod store;
pub mod unended;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{Error, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{JobId, LeaseId};
use crate::kernel::names;

pub use store::{
    Lined, drop_mails, drop_requests, finish, in_line, next_due_at, put_off, release_all, renew,
};

/// How long a worker may hold a job; while a mail server is waited for, the
/// lease is renewed.
pub const LEASE: Duration = Duration::from_mins(2);
/// How far apart jobs of one share stand. It is no pace: who is alone is served as
/// fast as it goes.
const APART: Duration = Duration::from_secs(1);
/// Jobs of one share that are counted when one more lines up, which bounds what
/// that costs.
const COUNTED: i64 = 1_000;
/// Look-ups of one network that may wait.
pub const MOST_LOOK_UPS: i64 = 20;
/// Jobs whose time has come that line up at once.
const LINED_UP: i64 = 100;

names! {
    /// Which kind of work.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Kind {
        /// Someone forgot the password of a username: look it up.
        ForgotPassword = "forgot-password",
        /// Someone forgot the usernames of an address: look them up.
        ForgotUsername = "forgot-username",
        /// A staff user forgot their password: look the address up.
        ForgotStaffPassword = "forgot-staff-password",
        /// Do as much as if a look-up had led to someone.
        Decoy = "decoy",
        /// Hand a mail to the mail server.
        SendMail = "send-mail",
        /// Take a run a step further.
        Run = "run",
        /// Take an import a step further.
        Import = "import",
    }
}

names! {
    /// The lines jobs stand in. A job of an earlier one goes first.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Lane {
        /// Mails someone waits for.
        Awaited = "awaited-mails",
        /// What strangers left to be looked up.
        LookUp = "look-ups",
        /// Runs with their mails, and imports.
        Bulk = "runs-and-imports",
    }
}

impl Lane {
    const fn number(self) -> i64 {
        match self {
            Self::Awaited => 0,
            Self::LookUp => 1,
            Self::Bulk => 2,
        }
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// In which line.
    pub lane: Lane,
    /// On whose account: jobs of one share wait for each other first.
    pub share: &'a str,
    /// The domain its mail goes to, so that one that hangs holds up no other; empty
    /// for other work.
    pub domain: &'a str,
}

/// A job in a worker's hands.
#[derive(Clone, Debug)]
pub struct Job {
    /// Which.
    pub id: JobId,
    /// What kind.
    pub kind: Kind,
    /// How often it has been taken, this time included.
    pub attempts: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The domain its mail goes to; empty for other work.
    pub domain: String,
    /// The hold this worker has on it.
    pub lease: LeaseId,
    payload: String,
}

impl Job {
    /// What the job is about.
    ///
    /// # Errors
    /// When an older Tradepost wrote it in another shape.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Error> {
        read(&self.payload)
    }
}

fn read<T: DeserializeOwned>(payload: &str) -> Result<T, Error> {
    serde_json::from_str(payload)
        .map_err(|error| Error::Column { column: "payload".into(), problem: error.to_string() })
}

/// Leaves a job to be done at once and wakes the workers.
///
/// # Errors
/// When the database fails.
pub fn enqueue(
    tx: &mut Tx<'_>,
    kind: Kind,
    turn: Turn<'_>,
    payload: &impl Serialize,
    now: Timestamp,
) -> Result<JobId, Error> {
    let id = JobId::new(now);
    let payload = serde_json::to_string(payload)?;
    let place = place(tx, turn.lane.number(), turn.share, now)?;
    store::insert(tx, &store::NewJob { id, kind, turn, place, payload: &payload }, now)?;
    tx.wake_workers();
    Ok(id)
}

/// Takes the job whose turn it is, if one is due and nobody holds it. Of one
/// domain no more than `per_domain` are held at a time, by all nodes together.
///
/// # Errors
/// When the database fails.
pub fn claim(tx: &mut Tx<'_>, per_domain: i64, now: Timestamp) -> Result<Option<Job>, Error> {
    for come in store::come(tx, LINED_UP, now)? {
        let place = place(tx, come.lane, &come.share, come.due)?;
        store::line_up(tx, come.id, place)?;
    }
    store::take_first(tx, per_domain, now)
}

/// Where the next job of a share stands.
fn place(tx: &mut Tx<'_>, lane: i64, share: &str, from: Timestamp) -> Result<Timestamp, Error> {
    let before = store::of_share(tx, lane, share, COUNTED)?;
    Ok(from.plus(APART.saturating_mul(u32::try_from(before).unwrap_or(u32::MAX))))
}

/// Whether as many requests of a network wait to be looked up as may: whatever else
/// it asks leaves nothing.
///
/// # Errors
/// When the database fails.
pub fn are_enough(tx: &mut Tx<'_>, share: &str) -> Result<bool, Error> {
    Ok(store::of_share(tx, Lane::LookUp.number(), share, MOST_LOOK_UPS)? >= MOST_LOOK_UPS)
}
