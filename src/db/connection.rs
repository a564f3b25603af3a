//! One connection of either kind, and what a transaction is on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::server::Server;
use super::tx::{Engine, Tx};
use super::{DatabaseUrl, Error, postgres, sqlite};

/// Attempts at one transaction before its failure is reported.
const ATTEMPTS: u32 = 3;
/// The longest pause before the second attempt; it doubles before each further one.
const PAUSE: Duration = Duration::from_millis(10);
/// Key of the advisory lock that makes PostgreSQL's writes take turns.
const WRITE_LOCK: i64 = 0x7472_6164_6570_6f73;

/// A connection held by one database thread.
pub(super) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres { server: Box<Server>, session: Option<Box<postgres::Session>> },
}

impl Connection {
    pub(super) fn open(url: &DatabaseUrl) -> Result<Self, Error> {
        let mut connection = Self::later(url)?;
        connection.ready()?;
        Ok(connection)
    }

    /// A connection that PostgreSQL is asked for only when it is first used.
    pub(super) fn later(url: &DatabaseUrl) -> Result<Self, Error> {
        Ok(match url {
            DatabaseUrl::Sqlite(path) => Self::Sqlite(sqlite::open(path)?),
            DatabaseUrl::Postgres(server) => Self::Postgres { server: server.clone(), session: None },
        })
    }

    /// Opens it, unless it is open.
    pub(super) fn open_now(&mut self) -> Result<(), Error> {
        self.ready().map(drop)
    }

    /// Whether PostgreSQL went away.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres { session, .. } => session.as_ref().is_none_or(|session| session.is_closed()),
        }
    }

    /// Closes it; what SQLite still had beside its file is in the file then.
    pub(super) fn close(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(connection) => connection.close().map_err(|(_, error)| error.into()),
            Self::Postgres { .. } => Ok(()),
        }
    }

    /// Gives PostgreSQL its connection back.
    pub(super) fn let_go(&mut self) {
        if let Self::Postgres { session, .. } = self {
            *session = None;
        }
    }

    /// Gives what `act` gave. Nothing is begun once `gone` says that nobody waits
    /// for it any more.
    pub(super) fn read<T, E: From<Error>>(
        &mut self,
        gone: &dyn Fn() -> bool,
        act: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = match self {
            Self::Sqlite(_) => "begin".to_owned(),
            Self::Postgres { .. } => "begin isolation level repeatable read read only".to_owned(),
        };
        self.transact((&begin, false), gone, act).map(|(value, _)| value)
    }

    /// Gives what `act` gave and whether it left work for the workers. Nothing is
    /// kept once `gone` says that nobody waits for the answer any more.
    pub(super) fn write<T, E: From<Error>>(
        &mut self,
        gone: &dyn Fn() -> bool,
        act: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<(T, bool), E> {
        let begin = match self {
            Self::Sqlite(_) => "begin immediate".to_owned(),
            Self::Postgres { .. } => {
                format!("begin isolation level read committed; select pg_advisory_xact_lock({WRITE_LOCK})")
            }
        };
        let (value, wakes) = self.transact((&begin, true), gone, act)?;
        if wakes {
            self.tell_other_nodes();
        }
        Ok((value, wakes))
    }

    /// Says that there is work. What isn't heard is found by looking twice a second.
    fn tell_other_nodes(&mut self) {
        if let Ok(Engine::Postgres(session)) = self.begun()
            && let Err(error) = session.notify()
        {
            tracing::debug!(%error, "Other nodes could not be told that there is work");
        }
    }

    /// Runs statements outside a transaction of ours.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match self.ready()? {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Postgres(session) => session.batch(sql),
        }
    }

    fn transact<T, E: From<Error>>(
        &mut self,
        (begin, keep): (&str, bool),
        gone: &dyn Fn() -> bool,
        mut act: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<(T, bool), E> {
        let mut attempt = 1;
        loop {
            pause_before(attempt);
            if gone() {
                return Err(Error::Abandoned.into());
            }
            if let Err(error) = self.batch(begin) {
                // The lock may have timed out inside a transaction that had begun.
                self.roll_back();
                if attempt < ATTEMPTS && error.is_passing() {
                    attempt += 1;
                    continue;
                }
                return Err(error.into());
            }
            let mut tx = Tx::new(self.begun()?);
            let outcome =
                catch_unwind(AssertUnwindSafe(|| act(&mut tx))).unwrap_or(Err(Error::Stopped.into()));
            let (wakes, again) = (tx.wakes(), tx.may_run_again());
            match outcome {
                Ok(value) if keep => match self.commit(gone) {
                    Ok(()) => return Ok((value, wakes)),
                    Err(error) if attempt < ATTEMPTS && error.is_passing() => attempt += 1,
                    Err(error) => return Err(error.into()),
                },
                Ok(value) => {
                    self.roll_back();
                    return Ok((value, false));
                }
                Err(_) if again && attempt < ATTEMPTS => {
                    self.roll_back();
                    // A host that can't be written to any more is left, too.
                    self.let_go();
                    attempt += 1;
                }
                Err(error) => {
                    self.roll_back();
                    return Err(error);
                }
            }
        }
    }

    fn commit(&mut self, gone: &dyn Fn() -> bool) -> Result<(), Error> {
        if gone() {
            self.roll_back();
            return Err(Error::Abandoned);
        }
        let committed = match self.begun()? {
            Engine::Sqlite(connection) => connection.execute_batch("commit").map_err(Error::from),
            Engine::Postgres(session) => session.batch("commit"),
        };
        match committed {
            Err(error) if error.leaves_doubt() => {
                self.let_go();
                Err(Error::Unsure)
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// A failing roll-back leaves nothing behind: SQLite has none to do then,
    /// and a PostgreSQL connection that can't even do that is dropped.
    fn roll_back(&mut self) {
        let rolled_back = match self.begun() {
            Ok(Engine::Sqlite(connection)) => connection.execute_batch("rollback").is_ok(),
            Ok(Engine::Postgres(session)) => session.batch("rollback").is_ok(),
            Err(_) => false,
        };
        if !rolled_back {
            self.let_go();
        }
    }

    /// The engine on which a transaction was begun. Never another: what was begun on
    /// a connection that is lost is lost with it.
    fn begun(&mut self) -> Result<Engine<'_>, Error> {
        match self {
            Self::Sqlite(connection) => Ok(Engine::Sqlite(connection)),
            Self::Postgres { session, .. } => match session {
                Some(session) if !session.is_closed() => Ok(Engine::Postgres(session)),
                _ => Err(Error::Lost),
            },
        }
    }

    /// The engine, reconnected if PostgreSQL went away since.
    fn ready(&mut self) -> Result<Engine<'_>, Error> {
        match self {
            Self::Sqlite(connection) => Ok(Engine::Sqlite(connection)),
            Self::Postgres { server, session } => {
                if session.as_ref().is_some_and(|session| session.is_closed()) {
                    *session = None;
                }
                match session {
                    Some(session) => Ok(Engine::Postgres(session)),
                    empty => Ok(Engine::Postgres(empty.insert(Box::new(postgres::Session::open(server)?)))),
                }
            }
        }
    }
}

/// Waits before a further attempt, for a time of chance, so that two that were in each
/// other's way don't meet again.
fn pause_before(attempt: u32) {
    if attempt > 1 {
        let chance = getrandom::u32().unwrap_or(u32::MAX);
        let longest = PAUSE * 2_u32.pow(attempt - 2);
        std::thread::sleep(longest.mul_f64(f64::from(chance) / f64::from(u32::MAX)));
    }
}
