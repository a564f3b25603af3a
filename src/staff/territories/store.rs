//! The SQL of territories.

use super::Territory;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{StaffId, TerritoryId};
use crate::kernel::text;

pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Territory>, Error> {
    tx.all(
        "select t.id, t.name, (select count(*) from retailers r where r.territory_id = t.id) as retailers
         from territories t order by t.name_key",
        &[],
    )
}

/// Who has which, of those who work here.
pub(super) fn people(tx: &mut Tx<'_>) -> Result<Vec<(TerritoryId, StaffId, String)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select x.territory_id, s.id, s.name from staff_territories x join staff s on s.id = x.staff_id where s.active order by s.name, s.id",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get("territory_id")?, row.get("id")?, row.get("name")?))).collect()
}

pub(super) fn rename(tx: &mut Tx<'_>, id: TerritoryId, name: &str) -> Result<bool, Error> {
    tx.run_once(
        "update territories set name = $2, name_key = $3 where id = $1",
        &[&id, &name, &text::search_key(name)],
    )
}

pub(super) fn take_from_all(tx: &mut Tx<'_>, id: TerritoryId) -> Result<(), Error> {
    tx.run("delete from staff_territories where territory_id = $1", &[&id])?;
    Ok(())
}

pub(super) fn is_named_in_runs(tx: &mut Tx<'_>, id: TerritoryId) -> Result<bool, Error> {
    let row: Option<Row> = tx.opt("select id from runs where territory_id = $1 limit 1", &[&id])?;
    Ok(row.is_some())
}

pub(super) fn delete(tx: &mut Tx<'_>, id: TerritoryId) -> Result<bool, Error> {
    tx.run_once("delete from territories where id = $1", &[&id])
}

impl FromRow for Territory {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            retailers: row.get("retailers")?,
            people: Vec::new(),
        })
    }
}
