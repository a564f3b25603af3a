//! Verifying the trail as a job: one at a time for all nodes, in steps that hold up
//! nobody, whose outcome everyone who may see the trail reads. So however many pages
//! are open, it is done once.

mod store;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Who};
use crate::app::App;
use crate::audit::{Break, Chain, Sealed, Verifying};
use crate::db::{self, Tx};
use crate::error::Result;
use crate::kernel::Timestamp;

pub use store::{Check, find};

/// How long a node may say nothing before the check counts as broken off.
const LEASE: Duration = Duration::from_mins(2);
/// How long it waits when too many others read.
const PAUSE: Duration = Duration::from_millis(200);
/// Steps after which it is written down how far it is.
const STEPS: usize = 10;

/// What verifying found, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Entries that are as they were written.
    pub whole: i64,
    /// When the last of them was written, in milliseconds since 1970, and its hash.
    pub last: Option<(i64, String)>,
    /// The first that is not as it was written.
    pub broken: Option<Break>,
    /// What the key says.
    pub sealed: Sealed,
    /// Entries that could not be checked.
    pub unchecked: Option<(i64, i64)>,
    /// Up to which entry the trail was shortened, and when.
    pub shortened: Option<(i64, i64)>,
}

impl Outcome {
    /// The last entry that went when the trail was shortened, and when that was.
    pub fn start(&self) -> Option<(i64, Timestamp)> {
        self.shortened.map(|(number, at)| (number, Timestamp::from_millis(at)))
    }

    /// When the last entry was written, and its hash.
    pub fn end(&self) -> Option<(Timestamp, &str)> {
        self.last.as_ref().map(|(at, hash)| (Timestamp::from_millis(*at), hash.as_str()))
    }
}

impl From<Chain> for Outcome {
    fn from(chain: Chain) -> Self {
        Self {
            whole: chain.whole,
            last: chain.last.map(|(at, hash)| (at.as_millis(), hash.hex())),
            broken: chain.broken,
            sealed: chain.sealed,
            unchecked: chain.unchecked,
            shortened: chain.shortened.map(|start| (start.number, start.at.as_millis())),
        }
    }
}

/// Begins a check, unless one is under way; says whether this one is to be
/// [`perform`]ed.
///
/// # Errors
/// When the database fails.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<bool> {
    let staff = match &actor.who {
        Who::Staff(staff) => Some(staff.id),
        _ => None,
    };
    Ok(store::begin(tx, staff, now, now.plus(LEASE))?)
}

/// Does the check that was asked for then, and writes down what it found. A node that
/// dies leaves it broken off; one that was given up says nothing about the next.
pub async fn perform(app: Arc<App>, asked_at: Timestamp) {
    let done = match verify(&app, asked_at).await {
        Ok(chain) => serde_json::to_string(&Outcome::from(chain)).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let now = app.clock.now();
    let outcome =
        done.inspect_err(|error| tracing::error!(%error, "Verifying the audit trail broke off")).ok();
    let noted = app.db.write(move |tx| store::end(tx, asked_at, outcome.as_deref(), now)).await;
    if let Err(error) = noted {
        let error: db::Error = error;
        tracing::error!(%error, "What verifying the audit trail found could not be written down");
    }
}

async fn verify(app: &App, asked_at: Timestamp) -> Result<Chain> {
    let mut verifying = patiently(app, |tx| Verifying::begin(tx, &[])).await?;
    loop {
        for _ in 0..STEPS {
            let before = verifying.clone();
            let step = patiently(app, move |tx| {
                let mut verifying = before.clone();
                let done = verifying.go_on(tx)?;
                Ok((verifying, done))
            });
            let (after, done) = step.await?;
            verifying = after;
            if done {
                return Ok(verifying.chain);
            }
        }
        let (reached, until) = (verifying.reached(), verifying.until);
        let lease = app.clock.now().plus(LEASE);
        app.db.write(move |tx| store::tell(tx, asked_at, (reached, until), lease)).await?;
    }
}

/// Reads when it is its turn, however many wait.
async fn patiently<T: Send + 'static>(
    app: &App,
    read: impl Fn(&mut Tx<'_>) -> Result<T, db::Error> + Clone + Send + 'static,
) -> Result<T> {
    loop {
        match app.db.read_long(read.clone()).await {
            Err(db::Error::Busy) => tokio::time::sleep(PAUSE).await,
            other => return Ok(other?),
        }
    }
}
