//! What an operation can fail with. Expected outcomes are values; these are
//! refusals and breakages. `http::error` turns them into pages, the command
//! line into words.

use crate::db;

/// A failure of an operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or not for this actor: both answer alike.
    #[error("not found")]
    NotFound,
    /// The actor may see it but not do this.
    #[error("not allowed")]
    NotAllowed,
    /// Somebody else was quicker; nothing was changed.
    #[error("changed meanwhile")]
    Conflict,
    /// Too much to do at the moment; nothing was changed.
    #[error("busy")]
    Busy,
    /// The database failed.
    #[error("{0}")]
    Database(db::Error),
    /// A password could not be hashed.
    #[error("hashing: {0}")]
    Hashing(passwords::PoolError),
    /// A password could not be looked up in the list of stolen ones.
    #[error("looking a password up: {0}")]
    LookingUp(#[from] passwords::BreachedError),
    /// Work on a thread of its own broke down.
    #[error("work beside: {0}")]
    Beside(#[from] tokio::task::JoinError),
    /// The system's random source failed.
    #[error("the system's random source failed: {0}")]
    Random(#[from] getrandom::Error),
    /// A page or mail could not be put together.
    #[error("rendering {what}: {problem}")]
    Render {
        /// Which page or mail.
        what: &'static str,
        /// Why.
        problem: String,
    },
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Busy => Self::Busy,
            error => Self::Database(error),
        }
    }
}

impl From<crate::mail::templates::TemplateError> for Error {
    fn from(error: crate::mail::templates::TemplateError) -> Self {
        Self::Render { what: "a mail", problem: error.to_string() }
    }
}

impl From<passwords::PoolError> for Error {
    fn from(error: passwords::PoolError) -> Self {
        match error {
            passwords::PoolError::Busy => Self::Busy,
            error => Self::Hashing(error),
        }
    }
}

/// What most operations give.
pub type Result<T, E = Error> = std::result::Result<T, E>;
