//! The SQL of erasing a contact.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::ContactId;

/// A contact and the records that were merged into theirs.
pub(super) fn records_of(tx: &mut Tx<'_>, contact: ContactId) -> Result<Vec<ContactId>, Error> {
    let rows: Vec<Row> =
        tx.all("select id from contacts where id = $1 or merged_into_id = $1", &[&contact])?;
    rows.iter().map(|row| row.get("id")).collect()
}

pub(super) fn remove_sessions(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("delete from sessions where contact_id = $1", &[&contact])
}

pub(super) fn remove_email_changes(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("delete from email_changes where contact_id = $1", &[&contact])
}
