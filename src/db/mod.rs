//! One facade over SQLite (embedded, the default) and PostgreSQL.
//!
//! A transaction is a synchronous closure run on a database thread. It commits
//! on `Ok` and rolls back on `Err`; since it can't await, none is ever held
//! across mail, hashing or the network. **Writes take turns on both
//! databases**: SQLite has one writer, and on PostgreSQL every write
//! transaction first takes one advisory lock. So an operation may look and
//! then act without another write coming in between, on either database.
//!
//! Closures may be run again when the database asks for it (a lost connection
//! before the commit), so they have no other effect than their SQL.

mod connecting;
mod connection;
mod copies;
mod error;
mod link;
mod migrate;
mod postgres;
mod refold;
mod server;
mod sqlite;
mod steps;
mod threads;
mod tls;
mod tx;
mod url;
mod value;
mod words;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, Semaphore};

pub use copies::{CopyError, looks_like_a_copy, on_copy};
pub use error::Error;
pub use migrate::MigrateError;
pub use server::Server;
pub use steps::{steps, views_and_triggers};
pub use tx::{Dialect, STATEMENTS, Tx};
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use value::{FromRow, FromValue, Row, ToValue, Value};

use connection::Connection;
use migrate::Opening;
use threads::Threads;

use crate::kernel::{SealingKey, Timestamp};

/// How many threads read, at most. One writes, on both: writes take turns anyway,
/// and so never hold readers up.
const SQLITE_READERS: usize = 2;
const POSTGRES_READERS: usize = 6;
/// How many threads do reads that take long, and how many of these may wait or be
/// under way.
const LONG_READERS: usize = 2;
const LONG_READS: usize = 16;

/// Says whether what an address needs on this machine is there: the file of
/// `sslrootcert`.
///
/// # Errors
/// When it can't be used.
pub fn check(url: &DatabaseUrl) -> Result<(), Error> {
    match url {
        DatabaseUrl::Sqlite(_) => Ok(()),
        DatabaseUrl::Postgres(server) => tls::config(server).map(drop),
    }
}

/// Whether there can be a database: of a server only asking tells.
pub fn may_be_there(url: &DatabaseUrl) -> bool {
    match url {
        DatabaseUrl::Sqlite(path) => path.metadata().is_ok_and(|file| file.is_file() && file.len() > 0),
        DatabaseUrl::Postgres(_) => true,
    }
}

/// The database of an installation. Clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    url: DatabaseUrl,
    readers: Threads,
    long_readers: Threads,
    long_reads: Arc<Semaphore>,
    writer: Threads,
    work: Arc<Notify>,
    sealing: Arc<OnceLock<SealingKey>>,
}

impl Db {
    /// Opens the database and brings its schema up to date; one that isn't there
    /// yet is made.
    ///
    /// # Errors
    /// When it can't be reached, or its schema is newer than this binary.
    pub fn open(url: &DatabaseUrl) -> Result<Self, MigrateError> {
        Self::start(url, Opening::Make)
    }

    /// Opens a database that is there and brings its schema up to date.
    ///
    /// # Errors
    /// [`MigrateError::Missing`] when there is none, else as [`Db::open`].
    pub fn open_existing(url: &DatabaseUrl) -> Result<Self, MigrateError> {
        Self::start(url, Opening::Update)
    }

    /// Opens a database that is there, to read it: its schema stays as it is, and
    /// nobody is kept from writing.
    ///
    /// # Errors
    /// [`MigrateError::Older`] when its schema isn't up to date, else as
    /// [`Db::open_existing`].
    pub fn open_as_it_is(url: &DatabaseUrl) -> Result<Self, MigrateError> {
        Self::start(url, Opening::AsItIs)
    }

    fn start(url: &DatabaseUrl, opening: Opening) -> Result<Self, MigrateError> {
        // On a thread of its own: the PostgreSQL client may not wait on one
        // that belongs to the asynchronous runtime.
        std::thread::scope(|scope| scope.spawn(|| Self::start_here(url, opening)).join())
            .unwrap_or_else(|_| Err(Error::Stopped.into()))
    }

    fn start_here(url: &DatabaseUrl, opening: Opening) -> Result<Self, MigrateError> {
        if opening != Opening::Make && !may_be_there(url) {
            return Err(MigrateError::Missing);
        }
        let mut first = Connection::open(url)?;
        migrate::run(&mut first, opening)?;
        let helpers = match url {
            DatabaseUrl::Sqlite(_) => SQLITE_READERS - 1,
            DatabaseUrl::Postgres(_) => POSTGRES_READERS - 1,
        };
        let helpers = (0..helpers).map(|_| Connection::later(url)).collect::<Result<_, _>>()?;
        let readers = Threads::start("db-read", Connection::later(url)?, helpers);
        let more = (1..LONG_READERS).map(|_| Connection::later(url)).collect::<Result<_, _>>()?;
        let long_readers = Threads::start("db-long", Connection::later(url)?, more);
        let long_reads = Arc::new(Semaphore::new(LONG_READS));
        let writer = Threads::start("db-write", first, Vec::new());
        let work = Arc::new(Notify::new());
        Ok(Self {
            inner: Arc::new(Inner {
                url: url.clone(),
                readers,
                long_readers,
                long_reads,
                writer,
                work,
                sealing: Arc::default(),
            }),
        })
    }

    /// Hears from now on when other nodes have left work for the workers.
    pub fn listen(&self) {
        postgres::listen(&self.inner.url, &self.inner.work);
    }

    /// Seals the audit trail with this key from now on; one that was given before stays.
    pub fn seal_with(&self, key: SealingKey) {
        let _ = self.inner.sealing.set(key);
    }

    /// Runs `act` on a snapshot; nothing it might write is kept.
    ///
    /// # Errors
    /// Whatever `act` returns, or that the database can't be reached.
    pub async fn read<T, E, F>(&self, mut act: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let sealing = Arc::clone(&self.inner.sealing);
        let act = move |tx: &mut Tx<'_>| {
            tx.sealing_with(sealing.get());
            act(tx)
        };
        self.inner.readers.run(move |connection, gone| connection.read(gone, act)).await
    }

    /// The same for what may take long, such as all customers as a file: it has threads
    /// of its own, so nothing else waits for it, and holds a connection to PostgreSQL
    /// only meanwhile. Where the server gives none it is read like everything else.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait already, else as [`Db::read`].
    pub async fn read_long<T, E, F>(&self, mut act: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let place = Arc::clone(&self.inner.long_reads).try_acquire_owned().map_err(|_| Error::Busy)?;
        let sealing = Arc::clone(&self.inner.sealing);
        let read = self.inner.long_readers.run(move |connection, gone| {
            let _place = place;
            if connection.open_now().is_err() {
                return Ok::<_, E>(Err(act));
            }
            let read = connection.read(gone, |tx| {
                tx.sealing_with(sealing.get());
                act(tx)
            });
            connection.let_go();
            read.map(Ok)
        });
        match read.await? {
            Ok(value) => Ok(value),
            Err(act) => self.read(act).await,
        }
    }

    /// How many long reads of this node wait or are under way.
    pub fn long_reads(&self) -> usize {
        LONG_READS - self.inner.long_reads.available_permits()
    }

    /// Runs `act` as one write transaction, commits on `Ok`, rolls back on
    /// `Err`, and wakes the workers when `act` asked for it.
    ///
    /// # Errors
    /// Whatever `act` returns, or that the database can't be reached.
    pub async fn write<T, E, F>(&self, mut act: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let work = Arc::clone(&self.inner.work);
        let sealing = Arc::clone(&self.inner.sealing);
        let act = move |tx: &mut Tx<'_>| {
            tx.sealing_with(sealing.get());
            act(tx)
        };
        self.inner
            .writer
            .run(move |connection, gone| {
                let (value, wakes) = connection.write(gone, act)?;
                if wakes {
                    work.notify_waiters();
                }
                Ok(value)
            })
            .await
    }

    /// Asks the database for nothing, to see whether it answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn answers(&self) -> Result<(), Error> {
        self.read(|tx| tx.one::<Row>("select 1 as one", &[]).map(drop)).await
    }

    /// Whether what is set on a connection stays with it. A pool that hands out its
    /// connections by the transaction (pgbouncer's `pool_mode = transaction`) has one
    /// process of PostgreSQL serve both of ours.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn keeps_connections(&self) -> Result<bool, Error> {
        if matches!(self.inner.url, DatabaseUrl::Sqlite(_)) {
            return Ok(true);
        }
        Ok(self.read(process).await? != self.write(process).await?)
    }

    /// What time it is on the database server; `None` where there is no server.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn time(&self) -> Result<Option<Timestamp>, Error> {
        if matches!(self.inner.url, DatabaseUrl::Sqlite(_)) {
            return Ok(None);
        }
        let sql = "select cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint) as millis";
        let millis = self.read(|tx| tx.one::<Row>(sql, &[])?.get("millis")).await?;
        Ok(Some(Timestamp::from_millis(millis)))
    }

    /// Told when a committed transaction has left work for the workers.
    pub fn work(&self) -> &Notify {
        &self.inner.work
    }

    /// Copies a running SQLite database into a new `file`. `progress` is told
    /// pages done and pages in all.
    ///
    /// # Errors
    /// On PostgreSQL (use `pg_dump`), when `file` exists, or when it can't be
    /// written.
    pub fn backup(url: &DatabaseUrl, file: &Path, progress: impl FnMut(u64, u64)) -> Result<(), Error> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::backup(path, file, progress),
            DatabaseUrl::Postgres(_) => {
                Err(Error::Unsupported("copying a PostgreSQL database (use pg_dump)"))
            }
        }
    }

    /// Where this database is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.inner.url
    }
}

/// Which process of PostgreSQL serves a transaction.
fn process(tx: &mut Tx<'_>) -> Result<i64, Error> {
    tx.one::<Row>("select pg_backend_pid() as process", &[])?.get("process")
}
