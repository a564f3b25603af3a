//! The threads that compute password hashes.

use std::{
    io,
    num::NonZeroUsize,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, atomic::Ordering},
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

use crate::{
    brought::{Brought, Weak},
    chance::{self, ChanceError},
    check::{Known, Matched},
    cost::{Cost, CostError},
    hash::{Hash, Recipe},
    job::{Awaited, Job, Secret},
    memory::HashingError,
    password::Password,
    queue::{Bounds, Queue, Turn},
    temporary::TemporaryPassword,
    worker::{Computed, Worker},
};

/// How a [`Pool`] is set up.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Threads, and so hashes computed at a time. One more mints temporary passwords.
    pub threads: NonZeroUsize,
    /// How many jobs may wait for a thread before more are refused.
    pub waiting: usize,
    /// How many of one share may.
    pub per_share: usize,
    /// The cost of new hashes.
    pub cost: Cost,
}

/// Threads of their own for hashing, so that no other work waits for it, with a bounded line
/// before them, in which shares are served in turn ([`Turn`]). Temporary passwords are minted by a
/// thread with a line of its own: however many sign in or try to, mails go on leaving.
///
/// Each thread allocates Argon2's memory at its first hash and keeps it; a pool that has never
/// hashed is small. A job whose caller has gone is skipped. Dropping the pool drops the jobs that
/// wait and waits for those being computed.
pub struct Pool {
    cost: Cost,
    queue: Arc<Queue>,
    minting: Arc<Queue>,
    computed: Arc<Computed>,
    threads: Vec<JoinHandle<()>>,
}

/// Why a [`Pool`] did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The cost is out of bounds.
    #[error(transparent)]
    Cost(#[from] CostError),
    /// The system gave no thread.
    #[error("starting a hashing thread")]
    Thread(#[source] io::Error),
}

/// Why a [`Pool`] did not answer.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// Too many wait already, in all or of this share; nothing was done. Try again in a moment.
    #[error("too many passwords wait for hashing")]
    Busy,
    /// The pool has ended, or the thread broke down over this job.
    #[error("the hashing threads have ended")]
    Ended,
    /// No salt.
    #[error(transparent)]
    Chance(#[from] ChanceError),
    /// Argon2 refused.
    #[error(transparent)]
    Hashing(#[from] HashingError),
}

impl Pool {
    /// Starts the threads, named `hash-0`, `hash-1`, … and `mint`.
    pub fn start(settings: Settings) -> Result<Self, StartError> {
        let bounds = Bounds {
            waiting: settings.waiting,
            per_share: settings.per_share,
            at_once: settings.threads.get().saturating_sub(1).max(1),
        };
        let mut pool = Self::without_threads(bounds, settings.cost)?;
        for number in 0..settings.threads.get() {
            pool.add_thread(format!("hash-{number}"), Arc::clone(&pool.queue))?;
        }
        pool.add_thread("mint".to_owned(), Arc::clone(&pool.minting))?;
        Ok(pool)
    }

    fn add_thread(&mut self, name: String, queue: Arc<Queue>) -> Result<(), StartError> {
        let (computed, cost) = (Arc::clone(&self.computed), self.cost);
        // A job that panics costs its own answer, not the thread.
        let serve = move || {
            let attempt = || Worker::new(cost, Arc::clone(&computed)).serve(&queue);
            while panic::catch_unwind(AssertUnwindSafe(attempt)).is_err() {}
        };
        let thread = thread::Builder::new().name(name).spawn(serve);
        self.threads.push(thread.map_err(StartError::Thread)?);
        Ok(())
    }

    /// Hashes a password with a fresh salt, for someone who has proved who they are.
    pub async fn hash(&self, password: Password) -> Result<Hash, PoolError> {
        self.hash_for(&Turn::default(), password).await
    }

    /// [`Pool::hash`] in the turn of a share.
    pub async fn hash_for(&self, turn: &Turn, password: Password) -> Result<Hash, PoolError> {
        let answer = self.ask_hash(turn, Secret::Own(password), self.fresh()?)?;
        answered(answer.await)
    }

    /// [`Pool::hash`] for a password that is needed once more.
    pub async fn rehash(&self, turn: &Turn, password: Password) -> Result<(Hash, Password), PoolError> {
        let hash = self.hash_for(turn, password.duplicate()).await?;
        Ok((hash, password))
    }

    /// [`Pool::hash`] for callers outside the async runtime (within it, this panics).
    pub fn hash_blocking(&self, password: Password) -> Result<Hash, PoolError> {
        let answer = self.ask_hash(&Turn::default(), Secret::Own(password), self.fresh()?)?;
        answered(answer.blocking_recv())
    }

    /// Hashes a temporary password, with the salt and cost of `salt_of` when given.
    ///
    /// Several temporary passwords of one contact, minted by retries whose outcome is in doubt,
    /// share a salt so that one computation checks them all ([`Pool::check`] then takes the same
    /// time for one as for five). Salts keep one guess from being tried against many hashes, and
    /// equal passwords from showing; with [`TemporaryPassword::BITS`] of fresh chance in each,
    /// they are never equal, and a handful sharing a salt takes two or three bits off 73.
    pub async fn hash_temporary(
        &self,
        temporary: &TemporaryPassword,
        salt_of: Option<Hash>,
    ) -> Result<Hash, PoolError> {
        let recipe = match salt_of {
            Some(hash) => hash.recipe().clone(),
            None => self.fresh()?,
        };
        self.mint(&Turn::new(String::new(), true), temporary, recipe).await
    }

    /// The same work for nobody, behind what somebody waits for.
    pub async fn hash_decoy(&self, temporary: &TemporaryPassword) -> Result<Hash, PoolError> {
        self.mint(&Turn::default(), temporary, self.fresh()?).await
    }

    async fn mint(
        &self,
        turn: &Turn,
        temporary: &TemporaryPassword,
        recipe: Recipe,
    ) -> Result<Hash, PoolError> {
        let (answer, awaited) = oneshot::channel();
        let secret = Secret::Temporary(temporary.duplicate());
        self.minting.put(turn, Job::Hash { secret, recipe, answer }).map_err(|_| PoolError::Busy)?;
        answered(awaited.await)
    }

    /// Makes of a hash that is too weak to be kept one that is kept: Argon2id over its digest, with a
    /// fresh salt.
    pub async fn wrap(&self, weak: Weak) -> Result<Brought, PoolError> {
        let (answer, awaited) = oneshot::channel();
        let job = Job::Wrap { weak, recipe: self.fresh()?, answer };
        self.queue.put(&Turn::default(), job).map_err(|_| PoolError::Busy)?;
        answered(awaited.await)
    }

    /// Finds which known hash belongs to what was typed, and gives it back for hashing again.
    ///
    /// The work depends only on the shape of what was typed: one computation for the own password,
    /// one more exactly if it has the shape of a temporary password, also when nothing is known, and
    /// that of a hash brought along while [`Known::decoy`] is given. Two exceptions that fade by themselves: hashes of an earlier cost take the earlier
    /// cost's time, and temporary hashes that do not share a salt take a computation each.
    pub async fn check(&self, typed: Password, known: Known) -> Result<(Matched, Password), PoolError> {
        self.check_for(&Turn::default(), typed, known).await
    }

    /// [`Pool::check`] in the turn of a share: for whoever hasn't proved yet who they are.
    pub async fn check_for(
        &self,
        turn: &Turn,
        typed: Password,
        known: Known,
    ) -> Result<(Matched, Password), PoolError> {
        let answer = self.ask_check(turn, typed, known)?;
        answered(answer.await)
    }

    /// [`Pool::check`] for callers outside the async runtime (within it, this panics).
    pub fn check_blocking(&self, typed: Password, known: Known) -> Result<(Matched, Password), PoolError> {
        let answer = self.ask_check(&Turn::default(), typed, known)?;
        answered(answer.blocking_recv())
    }

    /// The cost of new hashes.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// How many Argon2id computations were begun since the start, without those for hashes brought
    /// along, for metrics.
    pub fn computed(&self) -> u64 {
        self.computed.argon2id.load(Ordering::Relaxed)
    }

    /// How many computations were begun for hashes brought along, for metrics.
    pub fn computed_brought(&self) -> u64 {
        self.computed.brought.load(Ordering::Relaxed)
    }

    /// How many jobs wait for a thread, for metrics.
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// How many jobs may wait in each of the two lines, for metrics.
    pub fn may_wait(&self) -> usize {
        self.queue.may_wait()
    }

    /// How many temporary passwords wait to be minted, for metrics.
    pub fn waiting_to_mint(&self) -> usize {
        self.minting.waiting()
    }

    fn without_threads(bounds: Bounds, cost: Cost) -> Result<Self, StartError> {
        let (queue, minting) = (Arc::new(Queue::new(bounds)), Arc::new(Queue::new(bounds)));
        Ok(Self { cost: cost.validate()?, queue, minting, computed: Arc::default(), threads: Vec::new() })
    }

    fn fresh(&self) -> Result<Recipe, PoolError> {
        let mut salt = [0; Recipe::SALT];
        chance::system(&mut salt)?;
        Ok(Recipe::new(self.cost, salt))
    }

    fn ask_hash(&self, turn: &Turn, secret: Secret, recipe: Recipe) -> Result<Awaited<Hash>, PoolError> {
        let (answer, awaited) = oneshot::channel();
        self.queue.put(turn, Job::Hash { secret, recipe, answer }).map_err(|_| PoolError::Busy)?;
        Ok(awaited)
    }

    fn ask_check(
        &self,
        turn: &Turn,
        typed: Password,
        known: Known,
    ) -> Result<Awaited<(Matched, Password)>, PoolError> {
        let (answer, awaited) = oneshot::channel();
        self.queue
            .put(turn, Job::Check { typed, known: Box::new(known), answer })
            .map_err(|_| PoolError::Busy)?;
        Ok(awaited)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
        self.minting.close();
        for thread in self.threads.drain(..) {
            // A thread that broke down has nothing left to end.
            drop(thread.join());
        }
    }
}

fn answered<T>(answer: Result<Result<T, PoolError>, oneshot::error::RecvError>) -> Result<T, PoolError> {
    answer.map_err(|_| PoolError::Ended)?
}

#[cfg(test)]
mod tests;
