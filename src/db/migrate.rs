//! Bringing a database's schema up to date.

use super::connection::Connection;
use super::steps::{STEPS, Step, views_and_triggers};
use super::tx::Dialect;
use super::value::Row;
use super::{Error, Tx};

/// Why a schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database could not be reached or refused a statement.
    #[error(transparent)]
    Database(#[from] Error),
    /// A newer Tradepost has been here.
    #[error(
        "the database's schema is newer than this binary (it has the step {0}): install the newer Tradepost again, or restore the backup made before the upgrade"
    )]
    Newer(String),
    /// An older Tradepost was here, and nothing is to be changed.
    #[error(
        "the database's schema is older than this binary (it lacks the step {0}): tradepost migrate, or serve, brings it up to date"
    )]
    Older(&'static str),
    /// There is no database, and none is to be made.
    #[error("there is no database of Tradepost there")]
    Missing,
    /// PostgreSQL keeps texts in an encoding that lacks letters of people's names.
    #[error(
        "the database's encoding is {0}, and Tradepost needs UTF8, which can't be changed afterwards: make another one (createdb --encoding=UTF8 --template=template0 --owner=ROLE NAME) and name it in database.url"
    )]
    Encoding(String),
    /// The SQLite file is none, or someone else's.
    #[error("the file holds something else than a database of Tradepost; nothing was changed")]
    Foreign,
}

/// What is done when the schema isn't up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// It is brought up to date; a database that isn't there is made.
    Make,
    /// It is brought up to date; that there is no database is said.
    Update,
    /// That is said, and nothing is changed: for who only reads, beside others who
    /// write.
    AsItIs,
}

/// Applies the steps that are missing, all in one transaction, so that two
/// nodes starting at once do it once. When none is, nobody is kept from writing.
pub(super) fn run(connection: &mut Connection, opening: Opening) -> Result<(), MigrateError> {
    match connection.read(&|| false, |tx| look(tx, opening))?.first() {
        None => Ok(()),
        Some(&missing) if opening == Opening::AsItIs => Err(MigrateError::Older(missing)),
        Some(_) => connection.write(&|| false, apply).map(drop),
    }
}

/// Looks at what is there before anything is changed; gives the steps that are
/// missing.
fn look(tx: &mut Tx<'_>, opening: Opening) -> Result<Vec<&'static str>, MigrateError> {
    let tables = match tx.dialect() {
        Dialect::Sqlite => "select name from sqlite_schema where type = 'table'",
        Dialect::Postgres => {
            let row: Row = tx.one("select current_setting('server_encoding') as encoding", &[])?;
            let encoding: String = row.get("encoding")?;
            if encoding != "UTF8" {
                return Err(MigrateError::Encoding(encoding));
            }
            "select tablename::text as name from pg_tables where schemaname = current_schema()"
        }
    };
    let rows = tx.all::<Row>(tables, &[])?;
    let tables: Vec<String> = rows.iter().map(|row| row.get("name")).collect::<Result<_, _>>()?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if has("migrations") && has("retailers") && has("contacts") {
        return Ok(missing(tx)?.iter().map(|step| step.name).collect());
    }
    // Other programs, too, call a table "migrations".
    if has("migrations") || (tx.dialect() == Dialect::Sqlite && !tables.is_empty()) {
        return Err(MigrateError::Foreign);
    }
    match opening {
        Opening::Make => Ok(STEPS.iter().map(|step| step.name).collect()),
        Opening::Update | Opening::AsItIs => Err(MigrateError::Missing),
    }
}

/// The steps that were not applied yet.
fn missing(tx: &mut Tx<'_>) -> Result<Vec<&'static Step>, MigrateError> {
    let applied: Vec<String> = tx
        .all::<Row>("select name from migrations order by name", &[])?
        .iter()
        .map(|row| row.get("name"))
        .collect::<Result<_, _>>()?;
    if let Some(unknown) = applied.iter().find(|name| STEPS.iter().all(|known| known.name != **name)) {
        return Err(MigrateError::Newer(unknown.clone()));
    }
    Ok(STEPS.iter().filter(|known| !applied.iter().any(|name| name == known.name)).collect())
}

fn apply(tx: &mut Tx<'_>) -> Result<(), MigrateError> {
    tx.run("create table if not exists migrations (name text not null primary key)", &[])?;
    let missing = missing(tx)?;
    for step in &missing {
        tx.batch(&step.sql(tx.dialect()))?;
        (step.then)(tx)?;
        tx.run("insert into migrations (name) values ($1)", &[&step.name])?;
    }
    if !missing.is_empty() {
        for sql in views_and_triggers(tx.dialect()) {
            tx.batch(&sql)?;
        }
    }
    Ok(())
}
