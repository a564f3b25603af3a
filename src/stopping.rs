//! How a process ends: it says so first, then it takes nothing up any more, and
//! at last it lets go of what it still has in hand.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How far the end has come. Each goes on where the one before was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// There is no word of an end.
    Serving,
    /// `/readyz` says that this node is going, so that nobody is sent here any
    /// more; whoever comes is answered all the same.
    Leaving,
    /// No connection is accepted and no job taken; what was begun is finished.
    Ending,
    /// Whoever still waits for something stops waiting and writes down how far
    /// it came.
    Over,
}

/// The phase of a process. Clones share it.
#[derive(Clone, Debug)]
pub struct Stopping(Arc<watch::Sender<Phase>>);

impl Default for Stopping {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Serving)))
    }
}

impl Stopping {
    /// Goes on to a phase; never back.
    pub fn enter(&self, phase: Phase) {
        self.0.send_if_modified(|current| {
            let further = *current < phase;
            *current = phase.max(*current);
            further
        });
    }

    /// Whether a phase has been reached.
    pub fn has_reached(&self, phase: Phase) -> bool {
        *self.0.borrow() >= phase
    }

    /// Completes when a phase is reached.
    pub async fn reaches(&self, phase: Phase) {
        // The sender lives as long as `self`.
        drop(self.0.subscribe().wait_for(|current| *current >= phase).await);
    }

    /// Leaves, and ends after `drain`, or when somebody doesn't want to wait for
    /// that.
    pub async fn leave(&self, drain: Duration, hurry: impl Future<Output = ()>) {
        self.enter(Phase::Leaving);
        tokio::select! { () = tokio::time::sleep(drain) => {}, () = hurry => {} }
        self.enter(Phase::Ending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_end_only_goes_on() {
        let stopping = Stopping::default();
        assert!(stopping.has_reached(Phase::Serving) && !stopping.has_reached(Phase::Leaving));
        stopping.leave(Duration::ZERO, std::future::pending()).await;
        stopping.enter(Phase::Leaving);
        assert!(stopping.has_reached(Phase::Ending) && !stopping.has_reached(Phase::Over));
        let clone = stopping.clone();
        tokio::join!(stopping.reaches(Phase::Over), async { clone.enter(Phase::Over) });
    }
}
