//! The threads that hold connections and run transactions.
//!
//! One thread takes every transaction it can get; the others help while more
//! wait than it can do. They open their connections only then, do nothing
//! without, and close them when there is nothing to help with: so an
//! installation works with as few connections as the server has to give.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot};

use super::Error;
use super::connection::Connection;

/// Transactions that may wait before senders have to.
const WAITING: usize = 1024;
/// How long a helper keeps its connection with nothing to do.
const IDLE: Duration = Duration::from_mins(1);
/// How long no further connection is asked for when none was to be had.
const PAUSE: Duration = Duration::from_mins(1);
/// The same while the server is away.
const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// How long nothing more is said of that.
const SILENCE: Duration = Duration::from_hours(1);

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Some threads, each with a connection, taking transactions from one queue.
pub(super) struct Threads {
    queue: Arc<Queue>,
    places: Arc<Semaphore>,
}

/// The transactions that wait.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
    /// Whether the first thread is at work: what waits then waits for a helper. Were
    /// it not, each would ask for a connection where one is enough.
    first_is_busy: bool,
    /// Until when no helper asks for a connection, since one had none.
    paused_until: Option<Instant>,
    said_at: Option<Instant>,
}

impl Threads {
    /// Threads for `first`, which takes what comes, and its `helpers`.
    pub(super) fn start(name: &str, first: Connection, helpers: Vec<Connection>) -> Self {
        let queue = Arc::<Queue>::default();
        let mut first = Some(first);
        spawn(format!("{name}-0"), &queue, move |queue| {
            let Some(mut connection) = first.take() else { return };
            while let Some(job) = queue.next_of_first() {
                job(&mut connection);
            }
        });
        for (index, connection) in helpers.into_iter().enumerate() {
            spawn(format!("{name}-{}", index + 1), &queue, move |queue| help(queue, connection));
        }
        Self { queue, places: Arc::new(Semaphore::new(WAITING)) }
    }

    /// Runs `act` on one of the threads and waits for what it gives. When the caller
    /// has stopped waiting before its turn, it is not run; `act` is handed what says
    /// so later on.
    pub(super) async fn run<T, E>(
        &self,
        act: impl FnOnce(&mut Connection, &dyn Fn() -> bool) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Error::Stopped)?;
        let (answer, answered) = oneshot::channel();
        self.queue.add(Box::new(move |connection| {
            drop(place);
            if answer.is_closed() {
                return;
            }
            let outcome = act(connection, &|| answer.is_closed());
            // Nobody may be waiting any more.
            drop(answer.send(outcome));
        }));
        answered.await.map_err(|_| Error::Stopped)?
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.changed.notify_all();
    }
}

fn spawn(name: String, queue: &Arc<Queue>, work: impl FnOnce(&Queue) + Send + 'static) {
    let queue = Arc::clone(queue);
    if let Err(error) = std::thread::Builder::new().name(name).spawn(move || work(&queue)) {
        tracing::error!(%error, "A database thread could not be started");
    }
}

/// Helps whenever someone has to wait and a connection is to be had.
fn help(queue: &Queue, mut connection: Connection) {
    while queue.needs_help() {
        match connection.open_now() {
            Ok(()) => {
                while let Some(job) = queue.next(Some(IDLE)) {
                    job(&mut connection);
                    if connection.is_lost() {
                        break;
                    }
                }
                connection.let_go();
            }
            Err(error) => queue.pause(&error),
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, job: Job) {
        self.lock().jobs.push_back(job);
        // All of them: a helper without a connection could not take it.
        self.changed.notify_all();
    }

    /// The next transaction for the first thread.
    fn next_of_first(&self) -> Option<Job> {
        self.lock().first_is_busy = false;
        let job = self.next(None);
        let mut state = self.lock();
        state.first_is_busy = true;
        if !state.jobs.is_empty() {
            self.changed.notify_all();
        }
        job
    }

    /// The next transaction; none when nothing more will come, or nothing came
    /// within `patience`.
    fn next(&self, patience: Option<Duration>) -> Option<Job> {
        let end = patience.map(|patience| Instant::now() + patience);
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = match end {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(end) => {
                    let left = end.checked_duration_since(Instant::now())?;
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Waits until a transaction waits for someone to take it and connections may be
    /// asked for; not so once nothing more will come.
    fn needs_help(&self) -> bool {
        let mut state = self.lock();
        while !state.closed {
            let paused = state.paused_until.and_then(|until| until.checked_duration_since(Instant::now()));
            state = match paused {
                Some(left) => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None if state.first_is_busy && !state.jobs.is_empty() => return true,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        false
    }

    /// Asks for no further connection for a while, and says so now and then.
    fn pause(&self, error: &Error) {
        let mut state = self.lock();
        let now = Instant::now();
        if matches!(error, Error::Away) {
            // Nobody has one then.
            state.paused_until = Some(now + SHORT_PAUSE);
            return;
        }
        state.paused_until = Some(now + PAUSE);
        if state.said_at.is_none_or(|at| now.duration_since(at) >= SILENCE) {
            state.said_at = Some(now);
            tracing::warn!(
                %error,
                "The database gives this node no further connection; what it has does all the work, one thing after the other"
            );
        }
    }
}
