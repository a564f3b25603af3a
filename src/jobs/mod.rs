//! Work that is done outside requests: a row in the same transaction as what
//! caused it, taken later by one worker under a lease.
//!
//! A worker that dies loses its lease; the job is taken again. So every job is
//! safe to do twice.
//!
//! What ends the process would end the next one, too. So a job that was begun and
//! neither ended nor got past what is dangerous in it ([`survived`]) is suspect:
//! it is tried once more while its node does nothing else, and set aside if that
//! doesn't end either. A process that was killed for another reason leaves jobs
//! that get through alone.

mod store;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{Error, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{JobId, LeaseId};

pub use store::{
    SetAside, Suspect, claim, claim_alone, finish, let_go, next_due_at, put_off, release_all, renew,
    set_aside, survived, suspect, take_up, those_set_aside,
};

/// How long a worker may hold a job; while a mail server is waited for, the
/// lease is renewed.
pub const LEASE: Duration = Duration::from_mins(2);

/// Which kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Someone forgot the password of a username: look it up.
    ForgotPassword,
    /// Someone forgot the usernames of an address: look them up.
    ForgotUsername,
    /// A staff user forgot their password: look the address up.
    ForgotStaffPassword,
    /// Hand a mail to the mail server.
    SendMail,
    /// Take a run a step further.
    Run,
    /// Take an import a step further.
    Import,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::ForgotPassword,
        Self::ForgotUsername,
        Self::ForgotStaffPassword,
        Self::SendMail,
        Self::Run,
        Self::Import,
    ];

    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForgotPassword => "forgot-password",
            Self::ForgotUsername => "forgot-username",
            Self::ForgotStaffPassword => "forgot-staff-password",
            Self::SendMail => "send-mail",
            Self::Run => "run",
            Self::Import => "import",
        }
    }
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

/// How often a job may be begun without an end, the second time alone.
pub const MOST_UNENDED: i64 = 2;

/// Leaves a job to be done at once and wakes the workers.
///
/// # Errors
/// When the database fails.
pub fn enqueue(
    tx: &mut Tx<'_>,
    kind: Kind,
    payload: &impl Serialize,
    now: Timestamp,
) -> Result<JobId, Error> {
    let id = JobId::new(now);
    let payload = serde_json::to_string(payload)
        .map_err(|error| Error::Column { column: "payload".into(), problem: error.to_string() })?;
    store::insert(tx, id, kind, &payload, now)?;
    tx.wake_workers()?;
    Ok(id)
}
