//! Jobs that were begun without an end.
//!
//! What ends the process would end the next one, too. So a job that was begun and
//! neither ended nor got past what is dangerous in it ([`survived`]) is suspect: it
//! is tried once more while its node does nothing else, and set aside if that
//! doesn't end either. A process that was killed for another reason leaves jobs that
//! get through alone.

mod store;

use serde::de::DeserializeOwned;

use super::Kind;
use crate::db::Error;
use crate::kernel::Timestamp;
use crate::kernel::id::JobId;

pub use store::{claim_alone, let_go, set_aside, survived, suspect, take_up, those_set_aside};

/// How often a job may be begun without an end, the second time alone.
pub const MOST: i64 = 2;

/// A job that was begun without an end.
#[derive(Clone, Copy, Debug)]
pub struct Suspect {
    /// Which.
    pub id: JobId,
    /// How often.
    pub times: i64,
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
