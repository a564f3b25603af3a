//! Whether the database can be written to: reading goes on when its disk is full,
//! or was made read-only by a fault, and nothing that a person does is kept.

mod store;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::db::Db;

/// How often something is written, at most, and only while somebody asks.
const EVERY: Duration = Duration::from_secs(10);

/// What the last try gave. Clones share it.
#[derive(Clone, Default)]
pub struct Writable(Arc<Mutex<Last>>);

#[derive(Default)]
struct Last {
    begun: Option<Instant>,
    under_way: bool,
    /// Why nothing could be written.
    problem: Option<String>,
}

impl Writable {
    /// Why nothing could be written a moment ago; nothing when something could. Tries
    /// anew when that was a while ago, without being waited for: a write may have to
    /// wait for its turn.
    pub fn problem(&self, db: &Db) -> Option<String> {
        let mut last = self.lock();
        let due = last.begun.is_none_or(|begun| begun.elapsed() >= EVERY);
        if due && !last.under_way {
            last.begun = Some(Instant::now());
            last.under_way = true;
            tokio::spawn(self.clone().try_it(db.clone()));
        }
        last.problem.clone()
    }

    async fn try_it(self, db: Db) {
        let tried = db.write(store::write).await;
        let problem = tried.err().filter(|error| !error.is_away());
        if let Some(error) = &problem {
            tracing::error!(%error, "Nothing can be written to the database: is its disk full, or read-only?");
        }
        let mut last = self.lock();
        last.under_way = false;
        last.problem = problem.map(|error| error.to_string());
    }

    fn lock(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
