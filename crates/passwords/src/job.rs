//! What the hashing threads are asked to do.

use tokio::sync::oneshot;

use crate::{
    brought::{Brought, Weak},
    check::{Known, Matched},
    hash::{Hash, Recipe},
    password::Password,
    pool::PoolError,
    temporary::TemporaryPassword,
};

/// Where an answer is sent.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, PoolError>>;
/// Where it is awaited.
pub(crate) type Awaited<T> = oneshot::Receiver<Result<T, PoolError>>;

/// One thing to do, with the place to answer to.
pub(crate) enum Job {
    /// Hash a secret.
    Hash { secret: Secret, recipe: Recipe, answer: Answer<Hash> },
    /// Hash the digest of a weak hash.
    Wrap { weak: Weak, recipe: Recipe, answer: Answer<Brought> },
    /// Check a password. It comes back with the answer.
    Check { typed: Password, known: Box<Known>, answer: Answer<(Matched, Password)> },
}

/// What is hashed.
pub(crate) enum Secret {
    Own(Password),
    Temporary(TemporaryPassword),
}

impl Job {
    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        match self {
            Self::Hash { answer, .. } => answer.is_closed(),
            Self::Wrap { answer, .. } => answer.is_closed(),
            Self::Check { answer, .. } => answer.is_closed(),
        }
    }

    /// Tells whoever waits that there is no place.
    pub(crate) fn refuse(self) {
        // Sending fails only when the caller has gone.
        match self {
            Self::Hash { answer, .. } => drop(answer.send(Err(PoolError::Busy))),
            Self::Wrap { answer, .. } => drop(answer.send(Err(PoolError::Busy))),
            Self::Check { answer, .. } => drop(answer.send(Err(PoolError::Busy))),
        }
    }
}

impl Secret {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Own(password) => password.expose().as_bytes(),
            Self::Temporary(temporary) => temporary.symbols().as_bytes(),
        }
    }
}
