//! What one hashing thread does.

use std::{
    slice,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use zeroize::Zeroizing;

use crate::{
    brought::Brought,
    check::{Known, Matched, Own},
    cost::Cost,
    hash::{Hash, Recipe},
    job::Job,
    memory::{HashingError, Memory},
    password::Password,
    pool::PoolError,
    queue::Queue,
    temporary::TemporaryPassword,
};

/// One thread's memory and what it needs to know.
pub(crate) struct Worker {
    memory: Memory,
    /// Stands in for a hash that is not there.
    dummy: Hash,
    computed: Arc<Computed>,
}

/// How much was begun.
#[derive(Default)]
pub(crate) struct Computed {
    /// Argon2id, for everything that is made here.
    pub(crate) argon2id: AtomicU64,
    /// Of whatever kind, for hashes brought along.
    pub(crate) brought: AtomicU64,
}

type Digest = Zeroizing<Vec<u8>>;

impl Worker {
    pub(crate) fn new(cost: Cost, computed: Arc<Computed>) -> Self {
        let dummy = Hash::new(Recipe::new(cost, [0; Recipe::SALT]), &[0; 32]);
        Self { memory: Memory::default(), dummy, computed }
    }

    /// Takes jobs until the queue is closed, and wipes the memory whenever none waits.
    pub(crate) fn serve(&mut self, queue: &Queue) {
        loop {
            let taken = queue.take_waiting().or_else(|| {
                self.memory.wipe_down_to(self.dummy.cost().memory_kib);
                queue.take()
            });
            let Some((job, _under_way)) = taken else { return };
            self.perform(job);
        }
    }

    /// Does one job, unless nobody waits for its answer any more.
    pub(crate) fn perform(&mut self, job: Job) {
        if job.is_cancelled() {
            return;
        }
        // Sending fails only when the caller has gone meanwhile.
        match job {
            Job::Hash { secret, recipe, answer } => {
                let digest = self.digest(secret.as_bytes(), &recipe);
                drop(answer.send(digest.map(|digest| Hash::new(recipe, &digest)).map_err(PoolError::from)));
            }
            Job::Wrap { weak, recipe, answer } => {
                let digest = self.digest(weak.digest(), &recipe);
                drop(
                    answer.send(
                        digest
                            .map(|digest| Brought::over(&weak, Hash::new(recipe, &digest)))
                            .map_err(PoolError::from),
                    ),
                );
            }
            Job::Check { typed, known, answer } => {
                let matched = self.check(&typed, &known);
                drop(answer.send(matched.map(|matched| (matched, typed)).map_err(PoolError::from)));
            }
        }
    }

    /// One computation for the own password, one of a hash brought along while there is a decoy, and
    /// one more exactly if what was typed has the shape of a temporary password, whatever is known.
    fn check(&mut self, typed: &Password, known: &Known) -> Result<Matched, HashingError> {
        let own = self.find_own(typed, known)?;
        let temporary = match TemporaryPassword::recognise(typed.expose()) {
            Some(temporary) => self.find(temporary.symbols(), &known.temporary)?,
            None => None,
        };
        Ok(match (own, temporary) {
            (Some(outdated), _) => Matched::Own { outdated },
            (None, Some(index)) => Matched::Temporary { index },
            (None, None) => Matched::Nothing,
        })
    }

    /// Whether the own password was typed, and then whether its hash is outdated. A hash brought
    /// along stands beside the dummy's, so that both are computed for everyone.
    fn find_own(&mut self, typed: &Password, known: &Known) -> Result<Option<bool>, HashingError> {
        match &known.own {
            Some(Own::Brought(own)) => {
                self.find(typed.expose(), &[])?;
                Ok(self.is_brought(own, typed)?.then_some(true))
            }
            other => {
                let hash = match other {
                    Some(Own::Hash(hash)) => slice::from_ref(hash),
                    _ => &[],
                };
                let found = self.find(typed.expose(), hash)?;
                if let Some(decoy) = &known.decoy {
                    self.is_brought(decoy, typed)?;
                }
                Ok(found.map(|index| hash[index].cost() != self.dummy.cost()))
            }
        }
    }

    fn is_brought(&mut self, brought: &Brought, typed: &Password) -> Result<bool, HashingError> {
        self.computed.brought.fetch_add(1, Ordering::Relaxed);
        brought.is_of(typed, &mut self.memory)
    }

    /// The place of the hash that `secret` belongs to. Hashes of one recipe share a computation;
    /// with no hash at all, the dummy's is made.
    fn find(&mut self, secret: &str, hashes: &[Hash]) -> Result<Option<usize>, HashingError> {
        let dummy = self.dummy.clone();
        let compared = if hashes.is_empty() { slice::from_ref(&dummy) } else { hashes };
        let mut computed: Vec<(&Recipe, Digest)> = Vec::with_capacity(1);
        let mut found = None;
        for (index, hash) in compared.iter().enumerate() {
            let recipe = hash.recipe();
            if !computed.iter().any(|(done, _)| *done == recipe) {
                computed.push((recipe, self.digest(secret.as_bytes(), recipe)?));
            }
            let digest = computed.iter().find(|(done, _)| *done == recipe);
            if digest.is_some_and(|(_, digest)| hash.is_digest(digest)) {
                found = Some(index);
            }
        }
        Ok(found.filter(|_| !hashes.is_empty()))
    }

    fn digest(&mut self, secret: &[u8], recipe: &Recipe) -> Result<Digest, HashingError> {
        self.computed.argon2id.fetch_add(1, Ordering::Relaxed);
        self.memory.digest(secret, recipe)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tokio::sync::oneshot;

    use super::*;
    use crate::queue::{Bounds, Turn};

    #[test]
    fn a_worker_with_nothing_to_do_leaves_nothing_behind() {
        let cost = Cost { memory_kib: 16, iterations: 1, parallelism: 1 };
        let (answer, awaited) = oneshot::channel();
        let (queue, mut worker) =
            (Queue::new(Bounds { waiting: 1, per_share: 1, at_once: 1 }), Worker::new(cost, Arc::default()));
        let typed = Password::parse("trout9lamp").unwrap();
        queue.put(&Turn::default(), Job::Check { typed, known: Box::default(), answer }).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| worker.serve(&queue));
            awaited.blocking_recv().unwrap().unwrap();
            queue.close();
        });
        assert!(worker.memory.is_wiped());
        assert_eq!(worker.computed.argon2id.load(Ordering::Relaxed), 1);
    }
}
