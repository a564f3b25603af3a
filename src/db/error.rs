//! What can go wrong below the SQL.

use super::words;

/// A failure of the database, or of reading what it holds.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused or failed.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused or failed.
    #[error("PostgreSQL: {}", words::of(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// Parts of an SQLite file don't fit together.
    #[error("{0}")]
    Damaged(String),
    /// A column did not hold what the code expects.
    #[error("reading column {column}: {problem}")]
    Column {
        /// The column's name in the statement.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Something could not be written as JSON, or read from it, outside of a column.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A statement that must give one row gave none or several.
    #[error("expected one row, found {0}")]
    NotOneRow(usize),
    /// A database thread ended or its closure panicked.
    #[error("the database thread stopped while working")]
    Stopped,
    /// Too many long reads wait.
    #[error("busy with long reads")]
    Busy,
    /// This kind of database can't do that.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
    /// The server was there and says nothing any more.
    #[error("PostgreSQL: the server has stopped answering")]
    Silent,
    /// The connection was lost before a transaction on it was to be kept.
    #[error("PostgreSQL: the connection was lost; nothing was changed")]
    Lost,
    /// No host could be connected to a moment ago.
    #[error("PostgreSQL: it is away; it is tried again in a moment")]
    Away,
    /// A transaction was to be kept, and no answer came.
    #[error("PostgreSQL: no answer came to a commit, so whether the change was kept is not known")]
    Unsure,
    /// Nobody waits for the answer any more, so nothing was changed.
    #[error("nobody waits for the answer any more; nothing was changed")]
    Abandoned,
    /// The server took the connection and then said nothing.
    #[error(
        "PostgreSQL: no connection within {seconds} s, though something answers there; if all connections are in use, raise max_connections, or the pool of pgbouncer (default_pool_size): a node uses 3 to 10, a command 2"
    )]
    NoConnection {
        /// How long was waited.
        seconds: u64,
    },
    /// The file of `sslrootcert` can't be used.
    #[error("database.url: the file of sslrootcert, {}, can't be used: {problem}", .file.display())]
    RootCertificates {
        /// The file.
        file: std::path::PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The schema that `database.url` names isn't there.
    #[error(
        "PostgreSQL: there is no schema {0:?} in this database; make it: create schema NAME authorization ROLE; or mend schema= in database.url"
    )]
    NoSchema(String),
    /// A file could not be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
}

impl Error {
    /// Whether a failed commit may have been kept all the same: the server didn't
    /// say that it wasn't.
    pub(super) fn leaves_doubt(&self) -> bool {
        use tokio_postgres::error::Severity;
        match self {
            Self::Silent => true,
            Self::Postgres(error) => error
                .as_db_error()
                .is_none_or(|said| matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic))),
            _ => false,
        }
    }

    /// Whether a change may have been kept although no answer said so.
    pub fn is_unsure(&self) -> bool {
        matches!(self, Self::Unsure)
    }

    /// Whether the database can't be reached at the moment; nothing was changed.
    pub fn is_away(&self) -> bool {
        use tokio_postgres::error::SqlState;
        match self {
            Self::Silent | Self::Lost | Self::Away | Self::Abandoned | Self::NoConnection { .. } => true,
            Self::Postgres(error) => match error.code() {
                Some(code) => [
                    SqlState::CANNOT_CONNECT_NOW,
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::TOO_MANY_CONNECTIONS,
                ]
                .contains(code),
                None => self.is_passing() && !words::is_about_encryption(error),
            },
            _ => false,
        }
    }

    /// Whether the same transaction may succeed when run again: the connection
    /// was lost before the commit, or the database chose this one to give way.
    pub(super) fn is_passing(&self) -> bool {
        use tokio_postgres::error::SqlState;
        match self {
            Self::Silent | Self::Lost => true,
            Self::Postgres(error) => match error.code() {
                Some(code) => [
                    SqlState::T_R_SERIALIZATION_FAILURE,
                    SqlState::T_R_DEADLOCK_DETECTED,
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::CANNOT_CONNECT_NOW,
                    SqlState::READ_ONLY_SQL_TRANSACTION,
                ]
                .contains(code),
                None => {
                    error.is_closed()
                        || std::error::Error::source(error)
                            .is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
                }
            },
            _ => false,
        }
    }
}
