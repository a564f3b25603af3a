//! The SQL of moves and merges.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::ContactId;

pub(super) fn merged_into(tx: &mut Tx<'_>, contact: ContactId) -> Result<Option<ContactId>, Error> {
    let row: Option<Row> = tx.opt("select merged_into_id from contacts where id = $1", &[&contact])?;
    row.map_or(Ok(None), |row| row.get("merged_into_id"))
}
