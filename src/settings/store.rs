//! The SQL of settings.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::StaffId;
use crate::kernel::{Picture, Timestamp};

use super::logo::Logo;

/// A setting that was changed once.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its key.
    pub name: String,
    /// Its value; none when it is back to its default.
    pub value: Option<String>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// By whom, if it was a staff user.
    pub by: Option<String>,
}

/// Every setting that was changed once.
///
/// # Errors
/// When the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Stored>, Error> {
    tx.all(
        "select s.name, s.value, s.version, s.changed_at, p.name as staff_name
         from settings s left join staff p on p.id = s.staff_id order by s.name",
        &[],
    )
}

/// How often anything was changed that a running node keeps in mind.
///
/// # Errors
/// When the database fails.
pub fn generation(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let row: Row = tx.one(
        "select cast((select coalesce(sum(version), 0) from settings) + (select coalesce(sum(version), 0) from logos) + (select count(*) from wordings) + (select coalesce(sum(version), 0) from getting_started) as bigint) as n",
        &[],
    )?;
    row.get("n")
}

/// Writes a setting for the first time; says whether it was.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    name: &str,
    value: Option<&str>,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "insert into settings (name, value, version, changed_at, staff_id) values ($1, $2, 1, $3, $4) on conflict (name) do nothing",
        &[&name, &value, &now, &staff],
    )
}

/// Writes a setting again, if nobody did since this version.
pub(super) fn update(
    tx: &mut Tx<'_>,
    (name, version): (&str, i64),
    value: Option<&str>,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update settings set value = $3, version = version + 1, changed_at = $4, staff_id = $5 where name = $1 and version = $2",
        &[&name, &version, &value, &now, &staff],
    )
}

/// The logo, if there ever was one.
///
/// # Errors
/// When the database fails.
pub fn logo(tx: &mut Tx<'_>) -> Result<Option<Logo>, Error> {
    tx.opt(
        "select l.png, l.width, l.height, l.version, l.changed_at, p.name as staff_name
         from logos l left join staff p on p.id = l.staff_id",
        &[],
    )
}

pub(super) fn set_logo(
    tx: &mut Tx<'_>,
    picture: Option<&Picture>,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<(), Error> {
    let side = |side: fn(&Picture) -> u32| picture.map(|picture| i64::from(side(picture)));
    tx.run(
        "insert into logos (id, png, width, height, version, changed_at, staff_id) values (1, $1, $2, $3, 1, $4, $5)
         on conflict (id) do update set png = excluded.png, width = excluded.width, height = excluded.height,
             version = logos.version + 1, changed_at = excluded.changed_at, staff_id = excluded.staff_id",
        &[
            &picture.map(|picture| picture.png.as_slice()),
            &side(|picture| picture.width),
            &side(|picture| picture.height),
            &now,
            &staff,
        ],
    )?;
    Ok(())
}

/// Whether the list of first steps is shown.
pub(super) fn is_getting_started(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let open: Option<Row> = tx.opt("select id from getting_started where closed_at is null", &[])?;
    Ok(open.is_some())
}

/// Closes the list of first steps; says whether it was open.
pub(super) fn close_getting_started(
    tx: &mut Tx<'_>,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update getting_started set version = version + 1, closed_at = $1, staff_id = $2 where closed_at is null",
        &[&now, &staff],
    )
}

/// Opens the list of first steps again; says whether it was closed.
pub(super) fn open_getting_started(tx: &mut Tx<'_>) -> Result<bool, Error> {
    tx.run_once(
        "update getting_started set version = version + 1, closed_at = null, staff_id = null where closed_at is not null",
        &[],
    )
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            name: row.get("name")?,
            value: row.get("value")?,
            version: row.get("version")?,
            changed_at: row.get("changed_at")?,
            by: row.get("staff_name")?,
        })
    }
}
