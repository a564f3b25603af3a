//! The SQL of changed details.

use super::RetailerDetails;
use crate::db::{Error, Row, Tx};
use crate::kernel::id::{RetailerId, StaffId, TerritoryId};
use crate::kernel::{Timestamp, text};

pub(super) fn change_retailer(
    tx: &mut Tx<'_>,
    (id, version): (RetailerId, i64),
    new: &RetailerDetails,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update retailers set account_number = $3, account_number_key = $4, name = $5, name_key = $6, address = $7, territory_id = $8,
             updated_at = $9, version = version + 1 where id = $1 and version = $2",
        &[
            &id,
            &version,
            &new.account_number,
            &text::search_key(&new.account_number),
            &new.name,
            &text::search_key(&new.name),
            &new.address,
            &new.territory,
            &now,
        ],
    )
}

/// What is known of a retailer.
pub(super) fn details(tx: &mut Tx<'_>, id: RetailerId) -> Result<Option<RetailerDetails>, Error> {
    let row: Option<Row> =
        tx.opt("select account_number, name, address, territory_id from retailers where id = $1", &[&id])?;
    row.map(|row| {
        Ok(RetailerDetails {
            account_number: row.get("account_number")?,
            name: row.get("name")?,
            address: row.get("address")?,
            territory: row.get("territory_id")?,
        })
    })
    .transpose()
}

pub(super) fn set_territory(
    tx: &mut Tx<'_>,
    id: RetailerId,
    territory: TerritoryId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update retailers set territory_id = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&id, &territory, &now],
    )?;
    Ok(())
}

/// Whether there is such a territory, and it is one of the staff user's if they
/// are bounded by theirs.
pub(super) fn is_within(
    tx: &mut Tx<'_>,
    staff: Option<StaffId>,
    territory: TerritoryId,
) -> Result<bool, Error> {
    let found: Option<Row> = match staff {
        None => tx.opt("select id from territories where id = $1", &[&territory])?,
        Some(staff) => tx.opt(
            "select territory_id from staff_territories where territory_id = $1 and staff_id = $2",
            &[&territory, &staff],
        )?,
    };
    Ok(found.is_some())
}
