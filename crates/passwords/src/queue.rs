//! The line in which jobs wait for a hashing thread: first come, first served.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::job::Job;

/// A bounded queue.
pub(crate) struct Queue {
    limit: usize,
    line: Mutex<Line>,
    changed: Condvar,
}

struct Line {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// The line is full.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Queue {
    pub(crate) fn new(limit: usize) -> Self {
        let line = Mutex::new(Line { jobs: VecDeque::new(), closed: false });
        Self { limit, line, changed: Condvar::new() }
    }

    /// Puts a job at the end of the line. Jobs whose caller has gone don't count.
    pub(crate) fn put(&self, job: Job) -> Result<(), Full> {
        let mut line = self.line();
        if line.jobs.len() >= self.limit {
            line.jobs.retain(|job| !job.is_cancelled());
        }
        if line.jobs.len() >= self.limit {
            return Err(Full);
        }
        line.jobs.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// The first job in the line, if any waits.
    pub(crate) fn take_waiting(&self) -> Option<Job> {
        self.line().jobs.pop_front()
    }

    /// The first job in the line as soon as there is one; `None` once closed.
    pub(crate) fn take(&self) -> Option<Job> {
        let mut line = self
            .changed
            .wait_while(self.line(), |line| line.jobs.is_empty() && !line.closed)
            .unwrap_or_else(PoisonError::into_inner);
        line.jobs.pop_front()
    }

    /// Drops the jobs that wait and lets every [`Queue::take`] end.
    pub(crate) fn close(&self) {
        let mut line = self.line();
        line.closed = true;
        line.jobs.clear();
        self.changed.notify_all();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.line().jobs.len()
    }

    /// The line is whole whenever the lock is free, even if a thread died holding it.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::{check::Matched, job::Awaited, password::Password};

    fn job(typed: &str) -> (Job, Awaited<(Matched, Password)>) {
        let (answer, receiver) = oneshot::channel();
        (Job::Check { typed: Password::parse(typed).unwrap(), known: Box::default(), answer }, receiver)
    }

    fn typed(job: Option<Job>) -> Option<String> {
        job.map(|job| match job {
            Job::Check { typed, .. } => typed.expose().to_owned(),
            Job::Hash { .. } | Job::Wrap { .. } => unreachable!(),
        })
    }

    #[test]
    fn first_come_first_served_and_refused_when_full() {
        let queue = Queue::new(2);
        let (a, _a) = job("a");
        let (b, _b) = job("b");
        let (c, _c) = job("c");
        assert_eq!(queue.put(a), Ok(()));
        assert_eq!(queue.put(b), Ok(()));
        assert_eq!(queue.put(c), Err(Full));
        assert_eq!(typed(queue.take_waiting()).as_deref(), Some("a"));
        assert_eq!(typed(queue.take()).as_deref(), Some("b"));
        assert!(queue.take_waiting().is_none());
    }

    #[test]
    fn those_who_left_the_line_make_room() {
        let queue = Queue::new(1);
        let (a, gone) = job("a");
        let (b, _b) = job("b");
        queue.put(a).unwrap();
        drop(gone);
        assert_eq!(queue.put(b), Ok(()));
        assert_eq!(typed(queue.take()).as_deref(), Some("b"));
    }

    #[test]
    fn a_closed_queue_drops_its_jobs_and_ends_its_takers() {
        let queue = Queue::new(1);
        let (a, receiver) = job("a");
        queue.put(a).unwrap();
        queue.close();
        assert!(queue.take().is_none());
        assert!(receiver.blocking_recv().is_err());
    }
}
