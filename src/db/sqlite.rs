//! SQLite: opening, statements, backup.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags};

use super::Error;
use super::value::{Row, ToValue, Value};

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pages copied between two words of progress.
const BACKUP_STEP_PAGES: i32 = 256;

/// Opens the file, creating it and its folder when needed.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(256);
    // `synchronous = full`: an acknowledged reset must survive power loss.
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
         pragma temp_store = memory; pragma cache_size = -4096; pragma secure_delete = on;",
    )?;
    restrict_to_owner(path)?;
    Ok(connection)
}

/// The file holds customers' data: only the account that runs Tradepost reads it.
#[cfg(unix)]
fn restrict_to_owner(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?)
}

#[cfg(not(unix))]
fn restrict_to_owner(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// Reads all of a file and says what doesn't fit together.
pub(super) fn check(connection: &Connection) -> Result<(), Error> {
    let found: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(Error::Damaged(found)) }
}

pub(super) fn query(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToValue],
) -> Result<Vec<Row>, Error> {
    let mut statement = bound(connection, sql, parameters)?;
    let columns: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let values =
            (0..columns.len()).map(|index| Ok(read(row.get_ref(index)?))).collect::<Result<_, Error>>()?;
        found.push(Row::new(Arc::clone(&columns), values));
    }
    Ok(found)
}

pub(super) fn execute(connection: &Connection, sql: &str, parameters: &[&dyn ToValue]) -> Result<u64, Error> {
    let changed = bound(connection, sql, parameters)?.raw_execute()?;
    Ok(changed as u64)
}

/// SQLite numbers `$n` by first appearance, so parameters are bound by name.
fn bound<'c>(
    connection: &'c Connection,
    sql: &str,
    parameters: &[&dyn ToValue],
) -> Result<CachedStatement<'c>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    for (index, parameter) in parameters.iter().enumerate() {
        let name = format!("${}", index + 1);
        statement.raw_bind_parameter(name.as_str(), Bound(parameter.to_value()))?;
    }
    Ok(statement)
}

struct Bound(Value);

impl rusqlite::ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match &self.0 {
            Value::Null => ToSqlOutput::Owned(SqliteValue::Null),
            Value::Bool(value) => ToSqlOutput::Owned(SqliteValue::Integer(i64::from(*value))),
            Value::Int(value) => ToSqlOutput::Owned(SqliteValue::Integer(*value)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Uuid(uuid) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
        })
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Text(value.to_string()),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// Copies the database at `from` into the new file `to`, as it is at this moment,
/// however much is written meanwhile. The copy appears under its name only when it
/// is whole and on the disk.
///
/// The reading connection stays in one read transaction: without it the copy would
/// begin anew with each commit of another process (SQLite's manual, "Online Backup
/// API"), and under steady writing never end. What is written meanwhile stays in the
/// WAL file until the copy is made.
pub(super) fn backup(from: &Path, to: &Path, progress: impl FnMut(u64, u64)) -> Result<(), Error> {
    if to.exists() {
        return Err(std::io::Error::new(
            std::io::ErrorKind::AlreadyExists,
            format!("{} exists already", to.display()),
        )
        .into());
    }
    let partial = to.with_extension("partial");
    let copied = copy_snapshot(from, &partial, progress).and_then(|()| Ok(std::fs::rename(&partial, to)?));
    if copied.is_err() {
        // Best effort: the failure itself is what is told.
        drop(std::fs::remove_file(&partial));
    }
    copied?;
    Ok(crate::kernel::folders::sync(to)?)
}

fn copy_snapshot(from: &Path, partial: &Path, mut progress: impl FnMut(u64, u64)) -> Result<(), Error> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(BUSY_TIMEOUT)?;
    source.execute_batch("begin; select 1 from sqlite_schema limit 1;")?;
    // One that was left by a copy that was killed.
    drop(std::fs::remove_file(partial));
    let mut copy = Connection::open(partial)?;
    restrict_to_owner(partial)?;
    let backup = Backup::new(&source, &mut copy)?;
    loop {
        let step = backup.step(BACKUP_STEP_PAGES)?;
        let pages = backup.progress();
        progress(count(pages.pagecount - pages.remaining), count(pages.pagecount));
        match step {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => std::thread::sleep(Duration::from_millis(20)),
            _ => {}
        }
    }
}

fn count(pages: i32) -> u64 {
    u64::try_from(pages).unwrap_or(0)
}
