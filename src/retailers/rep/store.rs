//! The SQL of who is there for a retailer.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::RetailerId;

/// The reps who have a retailer's territory, of those who work here: two at
/// most, since more tell no more.
pub(super) fn names(tx: &mut Tx<'_>, retailer: RetailerId) -> Result<Vec<String>, Error> {
    let rows: Vec<Row> = tx.all(
        "select s.name from retailers r join staff_territories x on x.territory_id = r.territory_id
         join staff s on s.id = x.staff_id
         where r.id = $1 and s.active and s.kind in ('rep', 'dual') order by s.id limit 2",
        &[&retailer],
    )?;
    rows.iter().map(|row| row.get("name")).collect()
}
