//! The SQL of changes.

use uuid::Uuid;

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{Id, StaffId, TerritoryId, of};

const RETAILER: &str = "select x.number, x.entity_id, l.territory_id as now_in
     from customer_changes x left join retailer_listings l on l.retailer_id = x.entity_id
     where x.kind = 'retailer' and x.number > $1";

/// Who was merged into another record or erased has no listing, and so is in
/// no territory.
const CONTACT: &str = "select x.number, x.entity_id, l.territory_id as now_in
     from customer_changes x left join contact_listings l on l.contact_id = x.entity_id
     where x.kind = 'contact' and x.number > $1";

/// Of what a feed is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Retailer,
    Contact,
}

/// A retailer or contact that changed.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub number: i64,
    pub id: Uuid,
    /// The territory it is in by now; none when it is gone.
    pub now_in: Option<TerritoryId>,
}

/// The oldest changes after a number, of all territories.
pub(super) fn all(tx: &mut Tx<'_>, kind: Kind, after: i64, most: usize) -> Result<Vec<Change>, Error> {
    let most = limit(most);
    match kind {
        Kind::Retailer => tx.all(&format!("{RETAILER} order by x.number limit $2"), &[&after, &most]),
        Kind::Contact => tx.all(&format!("{CONTACT} order by x.number limit $2"), &[&after, &most]),
    }
}

/// The oldest changes after a number that those of a territory are to hear of.
pub(super) fn of_territory(
    tx: &mut Tx<'_>,
    kind: Kind,
    territory: TerritoryId,
    (after, most): (i64, usize),
) -> Result<Vec<Change>, Error> {
    let most = limit(most);
    match kind {
        Kind::Retailer => tx.all(
            &format!("{RETAILER} and x.territory_id = $3 order by x.number limit $2"),
            &[&after, &most, &territory],
        ),
        Kind::Contact => tx.all(
            &format!("{CONTACT} and x.territory_id = $3 order by x.number limit $2"),
            &[&after, &most, &territory],
        ),
    }
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The number of the latest change of all; 0 when nothing has changed yet.
pub(super) fn last_number(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let row: Row = tx.one("select coalesce(max(number), 0) as number from customer_changes", &[])?;
    row.get("number")
}

/// The territories of a staff user.
pub(super) fn territories_of(tx: &mut Tx<'_>, staff: StaffId) -> Result<Vec<TerritoryId>, Error> {
    let rows: Vec<Row> =
        tx.all("select territory_id from staff_territories where staff_id = $1", &[&staff])?;
    rows.iter().map(|row| row.get("territory_id")).collect()
}

impl FromRow for Change {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            number: row.get("number")?,
            id: row.get::<Id<of::Contact>>("entity_id")?.as_uuid(),
            now_in: row.get("now_in")?,
        })
    }
}
