//! The SQL of who waits.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, StaffId};

/// A counter that waits.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The contact it is about.
    pub contact: Option<ContactId>,
    /// The staff user it is about.
    pub staff: Option<StaffId>,
    /// From which network alone.
    pub network: Option<String>,
    /// What they are called; nothing for a network.
    pub name: String,
    /// A contact's retailer.
    pub retailer: String,
    /// Since when it waits, with pauses in between.
    pub began_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

const COUNTED: &str = "t.contact_id, t.staff_id, t.network, t.began_at, t.open_at, c.name as contact_name, s.name as staff_name, r.name as retailer_name";
const FROM: &str =
    "throttles t left join contacts c on c.id = t.contact_id left join retailers r on r.id = c.retailer_id
     left join staff s on s.id = t.staff_id";

/// Counters that wait and are about somebody, those that wait longest first.
pub(super) fn waiting(tx: &mut Tx<'_>, most: i64, now: Timestamp) -> Result<Vec<Counted>, Error> {
    tx.all(
        &format!(
            "select {COUNTED} from {FROM}
             where t.open_at > $1 and t.began_at is not null and (t.contact_id is not null or t.staff_id is not null or t.network is not null)
             order by t.open_at desc limit $2"
        ),
        &[&now, &most],
    )
}

pub(super) fn of_contact(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<Vec<Counted>, Error> {
    tx.all(
        &format!(
            "select {COUNTED} from {FROM} where t.contact_id = $2 and t.open_at > $1 and t.began_at is not null order by t.open_at desc"
        ),
        &[&now, &contact],
    )
}

impl FromRow for Counted {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let name: Option<String> = row.get("contact_name")?;
        let name = if name.is_some() { name } else { row.get("staff_name")? };
        let retailer: Option<String> = row.get("retailer_name")?;
        Ok(Self {
            contact: row.get("contact_id")?,
            staff: row.get("staff_id")?,
            network: row.get("network")?,
            name: name.unwrap_or_default(),
            retailer: retailer.unwrap_or_default(),
            began_at: row.get("began_at")?,
            until: row.get("open_at")?,
        })
    }
}
