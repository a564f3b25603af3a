//! The SQL of saved views.

use super::View;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{StaffId, ViewId};
use crate::kernel::{Timestamp, text};
use crate::listing::List;

pub(super) fn of_staff(tx: &mut Tx<'_>, staff: StaffId, list: List) -> Result<Vec<View>, Error> {
    tx.all(
        "select id, name, query from views where staff_id = $1 and list = $2 order by name_key",
        &[&staff, &list.as_str()],
    )
}

pub(super) fn put(
    tx: &mut Tx<'_>,
    staff: StaffId,
    list: List,
    view: &View,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into views (id, staff_id, list, name, name_key, query, created_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (staff_id, list, name_key) do update set name = $4, query = $6",
        &[&view.id, &staff, &list.as_str(), &view.name, &text::search_key(&view.name), &view.query, &now],
    )?;
    Ok(())
}

pub(super) fn drop(tx: &mut Tx<'_>, staff: StaffId, id: ViewId) -> Result<bool, Error> {
    tx.run_once("delete from views where id = $1 and staff_id = $2", &[&id, &staff])
}

impl FromRow for View {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self { id: row.get("id")?, name: row.get("name")?, query: row.get("query")? })
    }
}
