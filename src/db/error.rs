//! What can go wrong below the SQL.

/// A failure of the database, or of reading what it holds.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused or failed.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused or failed.
    #[error("PostgreSQL: {}", describe(.0))]
    Postgres(#[from] postgres::Error),
    /// A column did not hold what the code expects.
    #[error("reading column {column}: {problem}")]
    Column {
        /// The column's name in the statement.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A statement that must give one row gave none or several.
    #[error("expected one row, found {0}")]
    NotOneRow(usize),
    /// A database thread ended or its closure panicked.
    #[error("the database thread stopped while working")]
    Stopped,
    /// This kind of database can't do that.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
    /// A file could not be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
}

impl Error {
    /// Whether the same transaction may succeed when run again: the connection
    /// was lost before the commit, or the database chose this one to give way.
    pub(super) fn is_passing(&self) -> bool {
        use postgres::error::SqlState;
        match self {
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

/// The `postgres` crate's own words leave out the server's message.
fn describe(error: &postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(server), _) => format!("{} ({})", server.message(), server.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
