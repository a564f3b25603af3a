//! The SQL of exports: what no list reads.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::{ContactId, RetailerId};

/// The hashes of the passwords that work now, of the contacts of a retailer.
pub(super) fn password_hashes(
    tx: &mut Tx<'_>,
    retailer: RetailerId,
) -> Result<Vec<(ContactId, String)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select id, password_hash from contacts
         where retailer_id = $1 and password_hash is not null and password_stopped_at is null",
        &[&retailer],
    )?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("password_hash")?))).collect()
}
