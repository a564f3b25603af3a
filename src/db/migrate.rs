//! Bringing a database's schema up to date.

use super::connection::Connection;
use super::refold;
use super::tx::Dialect;
use super::value::Row;
use super::{Error, Tx};

/// A step of the schema, written for each database.
struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    /// What SQL alone can't do, after it.
    then: fn(&mut Tx<'_>) -> Result<(), Error>,
}

macro_rules! migration {
    ($name:literal) => {
        migration!($name, |_| Ok(()))
    };
    ($name:literal, $then:expr) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
            then: $then,
        }
    };
}

/// Every step, oldest first.
const MIGRATIONS: &[Migration] = &[
    migration!("0001_customer_access"),
    migration!("0002_finding_and_inviting"),
    migration!("0003_runs"),
    migration!("0004_staff_and_roles"),
    migration!("0005_second_factor"),
    migration!("0006_settings_and_templates"),
    migration!("0007_privacy"),
    migration!("0008_passkeys"),
    migration!("0009_logo"),
    migration!("0010_brought_along"),
    migration!("0011_imports"),
    migration!("0012_devices"),
    migration!("0013_changes"),
    migration!("0014_idempotency"),
    migration!("0015_mail_answers"),
    migration!("0016_signing_in", refold::run),
    migration!("0017_import_columns"),
    migration!("0018_getting_started"),
    migration!("0019_change_requests"),
];

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
}

/// Applies the steps that are missing, all in one transaction, so that two
/// nodes starting at once do it once.
pub(super) fn run(connection: &mut Connection) -> Result<(), MigrateError> {
    connection.write(apply).map(drop)
}

fn apply(tx: &mut Tx<'_>) -> Result<(), MigrateError> {
    tx.run("create table if not exists migrations (name text not null primary key)", &[])?;
    let applied: Vec<String> = tx
        .all::<Row>("select name from migrations order by name", &[])?
        .iter()
        .map(|row| row.get("name"))
        .collect::<Result<_, _>>()?;
    if let Some(unknown) = applied.iter().find(|name| MIGRATIONS.iter().all(|known| known.name != **name)) {
        return Err(MigrateError::Newer(unknown.clone()));
    }
    for migration in MIGRATIONS.iter().filter(|known| !applied.iter().any(|name| name == known.name)) {
        tx.batch(match tx.dialect() {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        })?;
        (migration.then)(tx)?;
        tx.run("insert into migrations (name) values ($1)", &[&migration.name])?;
    }
    Ok(())
}
