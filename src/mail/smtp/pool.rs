//! Idle connections, kept to be used again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::timeout;

use super::session::Session;

/// A connection idle for longer is asked whether it still works.
const TRUSTED_FOR: Duration = Duration::from_secs(5);
/// A connection idle for longer is closed; servers do so after minutes.
const IDLE_LIMIT: Duration = Duration::from_mins(1);
/// The most messages on one connection; some servers refuse more.
const MESSAGE_LIMIT: u32 = 100;
/// The most idle connections.
const CAPACITY: usize = 8;
/// How long a server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// The idle connections. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Pool {
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    idle: Vec<Session>,
    /// Whether a task is waiting to close what has been idle for too long.
    swept: bool,
}

impl Pool {
    /// A connection that works, if one is idle.
    pub(super) async fn take(&self) -> Option<Session> {
        loop {
            let mut session = lock(&self.shelf).idle.pop()?;
            let idle = session.idle_for();
            if idle <= TRUSTED_FOR || (idle <= IDLE_LIMIT && session.still_works().await) {
                return Some(session);
            }
        }
    }

    /// Keeps a connection for the next message.
    pub(super) fn put(&self, session: Session) {
        let mut kept = lock(&self.shelf);
        if session.messages() >= MESSAGE_LIMIT || kept.idle.len() >= CAPACITY {
            drop(kept);
            tokio::spawn(goodbye(session));
            return;
        }
        kept.idle.push(session);
        if !kept.swept {
            kept.swept = true;
            tokio::spawn(sweep(Arc::downgrade(&self.shelf)));
        }
    }

    /// Closes every idle connection.
    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut lock(&self.shelf).idle);
        for session in idle {
            goodbye(session).await;
        }
    }
}

/// Closes what has been idle for too long, until nothing is idle.
async fn sweep(shelf: Weak<Mutex<Shelf>>) {
    loop {
        tokio::time::sleep(IDLE_LIMIT / 4).await;
        let Some(shelf) = shelf.upgrade() else { return };
        let expired: Vec<Session> = {
            let mut shelf = lock(&shelf);
            let expired = shelf.idle.extract_if(.., |session| session.idle_for() > IDLE_LIMIT).collect();
            shelf.swept = !shelf.idle.is_empty();
            expired
        };
        let done = !lock(&shelf).swept;
        for session in expired {
            goodbye(session).await;
        }
        if done {
            return;
        }
    }
}

/// Takes leave politely; a server that does not answer is left all the same.
async fn goodbye(mut session: Session) {
    drop(timeout(GOODBYE, session.quit()).await);
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
