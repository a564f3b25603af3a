//! Files that are copies of an SQLite database: making one of a running database,
//! and looking at one before it takes the place of a database.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::connection::Connection;
use super::migrate::{self, Opening};
use super::{Error, MigrateError, Tx, sqlite};

/// What every SQLite file begins with, and what `pg_dump` and gzip write.
const SQLITE: &[u8] = b"SQLite format 3\0";
const PG_DUMP: &[u8] = b"PGDMP";
const GZIP: &[u8] = &[0x1f, 0x8b];

/// Why a file can't take the place of a database.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    File(#[from] std::io::Error),
    /// It is a dump of PostgreSQL.
    #[error("it is a dump of a PostgreSQL database: pg_restore brings it back, into PostgreSQL")]
    PostgresDump,
    /// It is packed.
    #[error("it is packed with gzip: unpack it first (gunzip)")]
    Packed,
    /// It is something else.
    #[error("it is no copy that `tradepost backup` made")]
    NoCopy,
    /// It is damaged.
    #[error("it is damaged ({0}); take an older copy")]
    Damaged(String),
    /// Its schema is newer, or it isn't Tradepost's.
    #[error(transparent)]
    Schema(#[from] MigrateError),
}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::Schema(error.into())
    }
}

/// Says whether a file looks like a copy of an SQLite database, by how it begins.
///
/// # Errors
/// When it doesn't.
pub fn looks_like_a_copy(file: &Path) -> Result<(), CopyError> {
    let mut begin = Vec::new();
    File::open(file)?.take(16).read_to_end(&mut begin)?;
    match begin.as_slice() {
        SQLITE => Ok(()),
        begin if begin.starts_with(PG_DUMP) => Err(CopyError::PostgresDump),
        begin if begin.starts_with(GZIP) => Err(CopyError::Packed),
        _ => Err(CopyError::NoCopy),
    }
}

/// Checks that a copy is whole, brings its schema up to date, and runs `act` on it
/// as one write transaction. When this returns nobody has the file open.
///
/// # Errors
/// When it isn't a whole copy of a database of Tradepost, or is of a newer one.
pub fn on_copy<T, E: From<Error>>(
    file: &Path,
    act: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<Result<T, E>, CopyError> {
    looks_like_a_copy(file)?;
    let opened = sqlite::open(file).map_err(|error| CopyError::Damaged(error.to_string()))?;
    sqlite::check(&opened).map_err(|error| CopyError::Damaged(error.to_string()))?;
    let mut connection = Connection::Sqlite(opened);
    migrate::run(&mut connection, Opening::Update)?;
    let done = connection.write(&|| false, act).map(|(value, _)| value);
    connection.close()?;
    Ok(done)
}
