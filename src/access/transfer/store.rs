//! The SQL of moves and merges.

use super::Merged;
use crate::db::{Error, Row, Tx};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{Timestamp, Username, text};

pub(super) fn set_retailer(
    tx: &mut Tx<'_>,
    contact: ContactId,
    retailer: RetailerId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set retailer_id = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &retailer, &now],
    )?;
    Ok(())
}

/// Leaves of a record what its history needs.
pub(super) fn retire(
    tx: &mut Tx<'_>,
    contact: ContactId,
    into: ContactId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set merged_into_id = $2, active = $4, website_access = $4, username = null, username_key = null,
             email = null, email_key = null, password_hash = null, password_set_at = null, password_stopped_at = null,
             password_brought_at = null, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &into, &now, &false],
    )?;
    // What was merged into it before now belongs to the kept record.
    tx.run("update contacts set merged_into_id = $2 where merged_into_id = $1", &[&contact, &into])?;
    Ok(())
}

/// Writes all but the address.
pub(super) fn put(tx: &mut Tx<'_>, contact: ContactId, merged: &Merged, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set name = $2, name_key = $3, position = $4, phone = $5, language = $6, username = $7, username_key = $8,
             updated_at = $9, version = version + 1 where id = $1",
        &[
            &contact,
            &merged.name,
            &text::search_key(&merged.name),
            &merged.position,
            &merged.phone,
            &merged.language.tag(),
            &merged.username.as_ref().map(|username| username.as_str().to_owned()),
            &merged.username.as_ref().map(|username| Username::key(username).to_owned()),
            &now,
        ],
    )?;
    Ok(())
}

pub(super) fn merged_into(tx: &mut Tx<'_>, contact: ContactId) -> Result<Option<ContactId>, Error> {
    let row: Option<Row> = tx.opt("select merged_into_id from contacts where id = $1", &[&contact])?;
    row.map_or(Ok(None), |row| row.get("merged_into_id"))
}
