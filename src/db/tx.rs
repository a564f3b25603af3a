//! What a store sees: statements inside one transaction.

use super::value::{FromRow, ToValue, Value};
use super::{Error, postgres, sqlite};
use crate::kernel::SealingKey;

/// Rows that one statement enters at most.
const ROWS_AT_ONCE: usize = 50;

/// The target of traces of the texts of queries, without their parameters.
pub const STATEMENTS: &str = "tradepost::statements";

/// Which database a transaction runs on, for the few places that must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// An open transaction. Dropped with its closure; never kept.
pub struct Tx<'c> {
    engine: Engine<'c>,
    /// Set when this transaction leaves work for the workers.
    wakes: bool,
    /// The failure of a statement that a fresh attempt may not meet.
    passing_failure: bool,
    sealing: Option<SealingKey>,
}

pub(super) enum Engine<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c mut postgres::Session),
}

impl<'c> Tx<'c> {
    pub(super) fn new(engine: Engine<'c>) -> Self {
        Self { engine, wakes: false, passing_failure: false, sealing: None }
    }

    /// The same, for a process that has the key the audit trail is sealed with.
    pub(super) fn sealing_with(&mut self, key: Option<&SealingKey>) {
        self.sealing = key.cloned();
    }

    /// The key that the audit trail is sealed with, where this process has it.
    pub fn sealing_key(&self) -> Option<SealingKey> {
        self.sealing.clone()
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// When the statement fails or a row can't be read.
    pub fn all<T: FromRow>(&mut self, sql: &str, parameters: &[&dyn ToValue]) -> Result<Vec<T>, Error> {
        tracing::trace!(target: STATEMENTS, sql, "Statement");
        let rows = match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::query(connection, sql, parameters),
            Engine::Postgres(session) => session.query(sql, parameters),
        };
        self.noticing(rows)?.iter().map(T::from_row).collect()
    }

    /// The row of a query that gives one or none.
    ///
    /// # Errors
    /// When the statement fails, gives several rows, or the row can't be read.
    pub fn opt<T: FromRow>(&mut self, sql: &str, parameters: &[&dyn ToValue]) -> Result<Option<T>, Error> {
        let mut rows = self.all(sql, parameters)?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            several => Err(Error::NotOneRow(several)),
        }
    }

    /// The row of a query that gives exactly one.
    ///
    /// # Errors
    /// When the statement fails, gives none or several rows, or the row can't
    /// be read.
    pub fn one<T: FromRow>(&mut self, sql: &str, parameters: &[&dyn ToValue]) -> Result<T, Error> {
        self.opt(sql, parameters)?.ok_or(Error::NotOneRow(0))
    }

    /// Changes rows; gives how many.
    ///
    /// # Errors
    /// When the statement fails.
    pub fn run(&mut self, sql: &str, parameters: &[&dyn ToValue]) -> Result<u64, Error> {
        let changed = match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::execute(connection, sql, parameters),
            Engine::Postgres(session) => session.execute(sql, parameters),
        };
        self.noticing(changed)
    }

    /// Changes at most one row; says whether there was one to change.
    ///
    /// # Errors
    /// When the statement fails or changes several rows.
    pub fn run_once(&mut self, sql: &str, parameters: &[&dyn ToValue]) -> Result<bool, Error> {
        match self.run(sql, parameters)? {
            0 => Ok(false),
            1 => Ok(true),
            several => Err(Error::NotOneRow(usize::try_from(several).unwrap_or(usize::MAX))),
        }
    }

    /// Wakes the workers of every node once this transaction has committed.
    pub fn wake_workers(&mut self) {
        self.wakes = true;
    }

    /// Enters rows, some of them by each statement: `insert` names the table and
    /// its columns, a row has a value for each, and `known` says what is done with
    /// one that is there already (nothing when it can't be).
    ///
    /// # Errors
    /// When a statement fails.
    pub fn enter(&mut self, insert: &str, rows: &[Vec<Value>], known: &str) -> Result<(), Error> {
        for some in rows.chunks(ROWS_AT_ONCE) {
            let mut place = 0;
            let mut lists = Vec::with_capacity(some.len());
            for row in some {
                let places: Vec<String> = row.iter().map(|_| numbered(&mut place)).collect();
                lists.push(format!("({})", places.join(", ")));
            }
            let parameters: Vec<&dyn ToValue> =
                some.iter().flatten().map(|value| value as &dyn ToValue).collect();
            self.run(&format!("{insert} values {} {known}", lists.join(", ")), &parameters)?;
        }
        Ok(())
    }

    /// Says that tables have grown much. PostgreSQL keeps the plan of a statement,
    /// and one that was made while its tables were small reads them whole; now it
    /// makes them anew. SQLite's plans don't depend on sizes here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn have_grown(&mut self, tables: &[&str]) -> Result<(), Error> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(session) => session.batch(&format!("analyze {}", tables.join(", "))),
        }
    }

    /// Runs several statements without parameters: a step of the schema.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match &mut self.engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Postgres(session) => session.batch(sql),
        }
    }

    /// Whether no node serves this PostgreSQL database. Of a SQLite file its lock
    /// tells.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_served_by_nobody(&mut self) -> Result<bool, Error> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(true),
            Engine::Postgres(session) => session.is_served_by_nobody(),
        }
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Prepares a statement without running it; the nets in the tests use it.
    ///
    /// # Errors
    /// When the database refuses the text.
    pub fn prepare(&mut self, sql: &str) -> Result<(), Error> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::prepare(connection, sql),
            Engine::Postgres(session) => session.prepare(sql),
        }
    }

    pub(super) fn wakes(&self) -> bool {
        self.wakes
    }

    pub(super) fn may_run_again(&self) -> bool {
        self.passing_failure
    }

    fn noticing<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.passing_failure |= error.is_passing();
        }
        result
    }
}

/// The next place of a parameter.
fn numbered(place: &mut usize) -> String {
    *place += 1;
    format!("${place}")
}
