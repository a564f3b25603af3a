//! The threads that hold connections and run transactions.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::Error;
use super::connection::Connection;

/// Transactions that may wait before senders have to.
const QUEUE: usize = 1024;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Some threads, each with a connection, taking transactions from one queue.
pub(super) struct Threads {
    queue: mpsc::Sender<Job>,
}

impl Threads {
    pub(super) fn start(name: &str, connections: Vec<Connection>) -> Self {
        let (queue, jobs) = mpsc::channel::<Job>(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        for (index, mut connection) in connections.into_iter().enumerate() {
            let jobs = Arc::clone(&jobs);
            let work = move || {
                while let Some(job) = next(&jobs) {
                    job(&mut connection);
                }
            };
            let started = std::thread::Builder::new().name(format!("{name}-{index}")).spawn(work);
            if let Err(error) = started {
                tracing::error!(%error, "A database thread could not be started");
            }
        }
        Self { queue }
    }

    /// Runs `act` on one of the threads and waits for what it gives. It runs
    /// to its end even when the caller stops waiting.
    pub(super) async fn run<T, E>(
        &self,
        act: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Nobody may be waiting any more; the transaction is done all the same.
            drop(answer.send(act(connection)));
        });
        self.queue.send(job).await.map_err(|_| Error::Stopped)?;
        answered.await.map_err(|_| Error::Stopped)?
    }
}

fn next(jobs: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}
