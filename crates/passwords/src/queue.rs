//! The line in which jobs wait for a hashing thread: each share in its turn.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::job::Job;

/// Jobs that go first, in a row, before one of the others does.
const IN_A_ROW: usize = 3;

/// In whose name something is hashed, which decides who waits for whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    share: String,
    first: bool,
}

impl Turn {
    /// One of a share, such as a network: shares are served in turn, and only so many of one
    /// may wait. `first` are those who have been here before: they go before strangers.
    pub fn new(share: String, first: bool) -> Self {
        Self { share, first }
    }
}

/// How long the line may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// In all.
    pub(crate) waiting: usize,
    /// Of one share with a name; what is nobody's has no bound of its own.
    pub(crate) per_share: usize,
    /// Jobs of one share with a name that are worked on at a time, so that a thread is left for
    /// others.
    pub(crate) at_once: usize,
}

/// The turn of a share while a thread works on its job; it ends when this is dropped.
pub(crate) struct UnderWay<'q> {
    share: String,
    queue: &'q Queue,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut line = self.queue.line();
        if let Some(place) = line.worked_on.iter().position(|share| *share == self.share) {
            line.worked_on.swap_remove(place);
        }
        self.queue.changed.notify_one();
    }
}

/// A bounded queue.
pub(crate) struct Queue {
    bounds: Bounds,
    line: Mutex<Line>,
    changed: Condvar,
}

#[derive(Default)]
struct Line {
    first: Ring,
    others: Ring,
    /// Of those who go first, how many went since one of the others did.
    in_a_row: usize,
    /// The shares whose jobs are in the threads' hands, each as often as it has some.
    worked_on: Vec<String>,
    closed: bool,
}

/// The shares that wait, the one whose turn it is in front.
#[derive(Default)]
struct Ring(VecDeque<(String, VecDeque<Job>)>);

/// The line is full.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Queue {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, line: Mutex::default(), changed: Condvar::new() }
    }

    /// Puts a job behind those of its share. Jobs whose caller has gone don't count. When the
    /// line is full, whoever has most of it makes room for who has less: of the last of theirs
    /// it is told that there is no place.
    pub(crate) fn put(&self, turn: &Turn, job: Job) -> Result<(), Full> {
        let mut line = self.line();
        let own = line.ring(turn.first).waiting(&turn.share);
        if line.waiting() >= self.bounds.waiting || own >= self.bounds.per_share {
            line.first.forget_gone();
            line.others.forget_gone();
        }
        let own = line.ring(turn.first).waiting(&turn.share);
        if own >= self.bounds.per_share && !turn.share.is_empty() {
            return Err(Full);
        }
        if line.waiting() >= self.bounds.waiting {
            let last = line.last_of_longest(if turn.first { 0 } else { own + 1 }).ok_or(Full)?;
            last.refuse();
        }
        line.ring(turn.first).put(&turn.share, job);
        self.changed.notify_one();
        Ok(())
    }

    /// The next job in the line, if it is anyone's turn.
    pub(crate) fn take_waiting(&self) -> Option<(Job, UnderWay<'_>)> {
        self.next_of(&mut self.line())
    }

    /// The next job in the line as soon as it is anyone's turn; `None` once closed.
    pub(crate) fn take(&self) -> Option<(Job, UnderWay<'_>)> {
        let mut line = self.line();
        while !line.closed {
            if let Some(next) = self.next_of(&mut line) {
                return Some(next);
            }
            line = self.changed.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn next_of(&self, line: &mut Line) -> Option<(Job, UnderWay<'_>)> {
        let (share, job) = line.next(self.bounds.at_once)?;
        Some((job, UnderWay { share, queue: self }))
    }

    /// Drops the jobs that wait and lets every [`Queue::take`] end.
    pub(crate) fn close(&self) {
        let mut line = self.line();
        line.first = Ring::default();
        line.others = Ring::default();
        line.closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.line().waiting()
    }

    pub(crate) fn may_wait(&self) -> usize {
        self.bounds.waiting
    }

    /// The line is whole whenever the lock is free, even if a thread died holding it.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn ring(&mut self, first: bool) -> &mut Ring {
        if first { &mut self.first } else { &mut self.others }
    }

    fn waiting(&self) -> usize {
        [&self.first, &self.others].iter().flat_map(|ring| &ring.0).map(|(_, jobs)| jobs.len()).sum()
    }

    /// The job whose turn it is, and its share.
    fn next(&mut self, at_once: usize) -> Option<(String, Job)> {
        let worked_on = &self.worked_on;
        let has_turn = |share: &str| {
            share.is_empty() || worked_on.iter().filter(|other| *other == share).count() < at_once
        };
        let due = if self.in_a_row >= IN_A_ROW { self.others.next(has_turn) } else { None };
        let first = if due.is_none() { self.first.next(has_turn) } else { None };
        self.in_a_row = if first.is_some() { self.in_a_row + 1 } else { 0 };
        let next = due.or(first).or_else(|| self.others.next(has_turn))?;
        self.worked_on.push(next.0.clone());
        Some(next)
    }

    /// Takes the last job of the stranger with most jobs out, if they are more than `than`.
    fn last_of_longest(&mut self, than: usize) -> Option<Job> {
        let longest = self.others.0.iter_mut().max_by_key(|(_, jobs)| jobs.len())?;
        let last = (longest.1.len() > than).then(|| longest.1.pop_back()).flatten();
        self.others.0.retain(|(_, jobs)| !jobs.is_empty());
        last
    }
}

impl Ring {
    fn waiting(&self, share: &str) -> usize {
        self.0.iter().find(|(name, _)| name == share).map_or(0, |(_, jobs)| jobs.len())
    }

    fn put(&mut self, share: &str, job: Job) {
        match self.0.iter_mut().find(|(name, _)| name == share) {
            Some((_, jobs)) => jobs.push_back(job),
            None => self.0.push_back((share.to_owned(), VecDeque::from([job]))),
        }
    }

    /// The first job of the first share that has a turn; it then goes to the back.
    fn next(&mut self, has_turn: impl Fn(&str) -> bool) -> Option<(String, Job)> {
        let place = self.0.iter().position(|(share, _)| has_turn(share))?;
        let (share, mut jobs) = self.0.remove(place)?;
        let job = jobs.pop_front()?;
        if !jobs.is_empty() {
            self.0.push_back((share.clone(), jobs));
        }
        Some((share, job))
    }

    fn forget_gone(&mut self) {
        for (_, jobs) in &mut self.0 {
            jobs.retain(|job| !job.is_cancelled());
        }
        self.0.retain(|(_, jobs)| !jobs.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::{check::Matched, job::Awaited, password::Password, pool::PoolError};

    type Answer = Awaited<(Matched, Password)>;

    fn job(typed: &str) -> (Job, Answer) {
        let (answer, receiver) = oneshot::channel();
        (Job::Check { typed: Password::parse(typed).unwrap(), known: Box::default(), answer }, receiver)
    }

    fn typed(taken: Option<(Job, UnderWay<'_>)>) -> Option<String> {
        taken.map(|(job, _)| match job {
            Job::Check { typed, .. } => typed.expose().to_owned(),
            Job::Hash { .. } | Job::Wrap { .. } => unreachable!(),
        })
    }

    fn queue(waiting: usize, per_share: usize) -> Queue {
        Queue::new(Bounds { waiting, per_share, at_once: 1 })
    }

    /// Puts jobs of a share in the line, named by it and numbered.
    fn put(queue: &Queue, share: &str, first: bool, count: usize) -> Vec<(Answer, Result<(), Full>)> {
        let turn = Turn::new(share.to_owned(), first);
        let jobs = (0..count).map(|n| job(&format!("{share}{n}")));
        jobs.map(|(job, answer)| (answer, queue.put(&turn, job))).collect()
    }

    fn order(queue: &Queue) -> String {
        std::iter::from_fn(|| typed(queue.take_waiting())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn first_come_first_served_and_refused_when_full() {
        let queue = queue(2, 9);
        let all = put(&queue, "", false, 3);
        assert_eq!(all.iter().map(|(_, put)| put.is_ok()).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(typed(queue.take_waiting()).as_deref(), Some("0"));
        assert_eq!(typed(queue.take()).as_deref(), Some("1"));
        assert!(queue.take_waiting().is_none());
    }

    #[test]
    fn shares_are_served_in_turn_and_have_a_bound_each() {
        let queue = queue(100, 4);
        let flood = put(&queue, "a", false, 9);
        let others = [put(&queue, "b", false, 1), put(&queue, "c", false, 2)];
        assert_eq!(flood.iter().filter(|(_, put)| put.is_ok()).count(), 4);
        assert!(others.iter().flatten().all(|(_, put)| put.is_ok()));
        assert_eq!(order(&queue), "a0 b0 c0 a1 c1 a2 a3");
    }

    #[test]
    fn one_share_leaves_a_thread_for_others() {
        let queue = queue(100, 9);
        let _waiting = [put(&queue, "a", false, 3), put(&queue, "b", false, 1)];
        let (one, two) = (queue.take_waiting(), queue.take_waiting());
        assert!(queue.take_waiting().is_none(), "what waits is of a share that is worked on");
        assert_eq!(typed(two).as_deref(), Some("b0"));
        assert!(queue.take_waiting().is_none());
        drop(one);
        assert_eq!(typed(queue.take()).as_deref(), Some("a1"));
        let _nobodys = put(&queue, "", false, 2);
        let both = [queue.take_waiting(), queue.take_waiting(), queue.take_waiting()];
        assert_eq!(both.iter().flatten().count(), 3, "what is nobody's has no share");
    }

    #[test]
    fn who_was_here_before_goes_first_and_never_alone() {
        let queue = queue(100, 9);
        let _waiting = [put(&queue, "a", false, 2), put(&queue, "k", true, 5)];
        assert_eq!(order(&queue), "k0 k1 k2 a0 k3 k4 a1");
    }

    #[test]
    fn whoever_has_most_of_a_full_line_makes_room_for_who_has_less() {
        let queue = queue(4, 9);
        let mut flood = put(&queue, "a", false, 4);
        let others = put(&queue, "b", false, 3);
        let (mut last, _) = flood.pop().unwrap();
        assert!(matches!(last.try_recv(), Ok(Err(PoolError::Busy))), "it is told that there is no place");
        assert!(others[0].1.is_ok() && others[1].1.is_ok());
        assert_eq!(others[2].1, Err(Full), "no more than others have");
        let known = put(&queue, "k", true, 4);
        assert!(known.iter().all(|(_, put)| put.is_ok()), "who was here before takes any stranger's place");
        assert_eq!(put(&queue, "k", true, 1).remove(0).1, Err(Full), "and nobody else's");
    }

    #[test]
    fn those_who_left_the_line_make_room() {
        let queue = queue(9, 1);
        drop(put(&queue, "a", false, 1));
        assert!(put(&queue, "a", false, 1).remove(0).1.is_ok());
        let queue = self::queue(1, 9);
        drop(put(&queue, "a", false, 1));
        let here = put(&queue, "b", false, 1);
        assert!(here[0].1.is_ok());
        assert_eq!(order(&queue), "b0");
    }

    #[test]
    fn a_closed_queue_drops_its_jobs_and_ends_its_takers() {
        let queue = queue(1, 1);
        let mut all = put(&queue, "a", false, 1);
        queue.close();
        assert!(queue.take().is_none());
        assert!(all.remove(0).0.blocking_recv().is_err());
    }
}
