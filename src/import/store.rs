//! The SQL of imports.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Choices, Import, Origin, Tally};
use crate::actor::Actor;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{ImportId, StaffId};

/// Removes an import that has no rows any more.
pub fn remove(tx: &mut Tx<'_>, import: ImportId) -> Result<(), Error> {
    tx.run("delete from imports where id = $1", &[&import])?;
    Ok(())
}

pub(super) fn json(value: &impl Serialize) -> Result<String, Error> {
    Ok(serde_json::to_string(value)?)
}

pub(super) fn read_json<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T, Error> {
    row.parse(column, |text| serde_json::from_str(text))
}

const IMPORT: &str = "select i.id, i.staff_id, s.name as staff_name, i.door, i.address, i.file_name, i.found, i.headings, i.choices, i.state,
        i.total, i.settled, i.tally, i.problem, i.created_at, i.changed_at, i.finished_at
     from imports i left join staff s on s.id = i.staff_id";

/// An import.
pub fn find(tx: &mut Tx<'_>, id: ImportId) -> Result<Option<Import>, Error> {
    tx.opt(&format!("{IMPORT} where i.id = $1"), &[&id])
}

/// The oldest import that has not gone on since then and still has rows, or never
/// came to anything.
pub fn oldest_to_forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<Option<Import>, Error> {
    tx.opt(
        &format!(
            "{IMPORT} where i.changed_at < $1
                 and (i.state in ('staging', 'staged', 'checking', 'checked') or exists (select 1 from import_rows r where r.import_id = i.id))
             order by i.created_at, i.id limit 1"
        ),
        &[&before],
    )
}

/// The newest imports.
pub fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Import>, Error> {
    tx.all(&format!("{IMPORT} order by i.created_at desc, i.id desc limit $1"), &[&limit])
}

/// The headings of the last file with such a key that was brought in, and what was
/// chosen for it.
pub fn remembered(tx: &mut Tx<'_>, key: &[&String]) -> Result<Option<(Vec<String>, Choices)>, Error> {
    let row: Option<Row> = tx.opt(
        "select headings, choices from imports where headings_key = $1 and state in ('running', 'done')
         order by created_at desc limit 1",
        &[&json(&key)?],
    )?;
    row.map(|row| Ok((read_json(&row, "headings")?, read_json(&row, "choices")?))).transpose()
}

/// Writes a new import down.
pub fn insert(tx: &mut Tx<'_>, new: &Import, staff: Option<StaffId>) -> Result<(), Error> {
    tx.run(
        "insert into imports (id, staff_id, door, address, file_name, found, headings, headings_key, choices, state, total, settled, tally,
             created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $13)",
        &[
            &new.id,
            &staff,
            &new.door,
            &new.address,
            &new.file_name,
            &json(&new.origin)?,
            &json(&new.headings)?,
            &json(&super::choices::remembered_by(&new.headings))?,
            &json(&new.choices)?,
            &new.state.as_str(),
            &new.total,
            &json(&new.tally)?,
            &new.created_at,
        ],
    )?;
    Ok(())
}

/// Sets where an import stands, and how far it is in that.
pub fn update(tx: &mut Tx<'_>, import: &Import, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update imports set choices = $2, state = $3, total = $4, settled = $5, tally = $6, problem = $7, changed_at = $8,
             finished_at = $9, found = $10 where id = $1",
        &[
            &import.id,
            &json(&import.choices)?,
            &import.state.as_str(),
            &import.total,
            &import.settled,
            &json(&import.tally)?,
            &import.problem,
            &now,
            &import.finished_at,
            &json(&import.origin)?,
        ],
    )?;
    Ok(())
}

/// Has an import act as another actor from now on.
pub fn take_over(
    tx: &mut Tx<'_>,
    import: ImportId,
    actor: &Actor,
    staff: Option<StaffId>,
) -> Result<(), Error> {
    tx.run(
        "update imports set staff_id = $2, door = $3, address = $4 where id = $1",
        &[&import, &staff, &actor.door.as_str(), &actor.address],
    )?;
    Ok(())
}

impl FromRow for Import {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let origin: Origin = read_json(row, "found")?;
        let tally: Tally = read_json(row, "tally")?;
        Ok(Self {
            id: row.get("id")?,
            staff: row.get("staff_id")?,
            staff_name: row.get("staff_name")?,
            door: row.get("door")?,
            address: row.get("address")?,
            file_name: row.get("file_name")?,
            origin,
            headings: read_json(row, "headings")?,
            choices: read_json(row, "choices")?,
            state: row.named("state")?,
            total: row.get("total")?,
            settled: row.get("settled")?,
            tally,
            problem: row.get("problem")?,
            created_at: row.get("created_at")?,
            changed_at: row.get("changed_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}
