//! The audit trail's SQL.

use uuid::Uuid;

use super::Link;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, of};
use crate::kernel::{Digest, Id, Timestamp};

/// An entry as a page shows it, with the names of people as they are now.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What: an [`super::Event`]'s name.
    pub act: String,
    /// Who: nobody, contact, staff, operator or system.
    pub actor: String,
    /// The acting staff user's name.
    pub staff_name: Option<String>,
    /// Through which door.
    pub door: String,
    /// From where.
    pub address: String,
    /// Further facts: a JSON object of texts.
    pub details: String,
}

impl FromRow for Entry {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            at: row.get("at")?,
            act: row.get("act")?,
            actor: row.get("actor")?,
            staff_name: row.get("staff_name")?,
            door: row.get("door")?,
            address: row.get("address")?,
            details: row.get("details")?,
        })
    }
}

/// What happened to one contact's access, newest first; also to the records that
/// were merged into theirs.
///
/// # Errors
/// When the database fails.
pub fn of_contact(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Entry>, Error> {
    tx.all(
        "select a.at, a.act, a.actor, a.door, a.address, a.details, s.name as staff_name
         from audit a left join staff s on s.id = a.actor_id
         where a.contact_id = $1 or a.contact_id in (select c.id from contacts c where c.merged_into_id = $1)
         order by a.number desc limit $2",
        &[&contact, &limit],
    )
}

/// The number of the first entry that does not follow from the one before.
///
/// # Errors
/// When the database fails.
pub fn first_broken(tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
    let mut previous = Digest::of(b"");
    let rows: Vec<Row> = tx.all(
        "select number, at, act, actor, actor_id, door, address, retailer_id, contact_id, staff_id, details, hash
         from audit order by number",
        &[],
    )?;
    for (expected, row) in (1..).zip(&rows) {
        let link = Link::from_row(row)?;
        let hash: Digest = row.get("hash")?;
        if link.number != expected || link.hash(&previous) != hash {
            return Ok(Some(expected));
        }
        previous = hash;
    }
    Ok(None)
}

pub(super) fn last(tx: &mut Tx<'_>) -> Result<Option<(i64, Digest)>, Error> {
    let row: Option<Row> = tx.opt("select number, hash from audit order by number desc limit 1", &[])?;
    row.map(|row| Ok((row.get("number")?, row.get("hash")?))).transpose()
}

pub(super) fn append(tx: &mut Tx<'_>, link: &Link, previous: &Digest, hash: &Digest) -> Result<(), Error> {
    let id = |uuid: Option<Uuid>| uuid.map(Id::<of::Contact>::from_uuid);
    tx.run(
        "insert into audit (number, at, act, actor, actor_id, door, address, retailer_id, contact_id, staff_id, details, previous_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            &link.number,
            &link.at,
            &link.act,
            &link.actor,
            &id(link.actor_id),
            &link.door,
            &link.address,
            &id(link.retailer_id),
            &id(link.contact_id),
            &id(link.staff_id),
            &link.details,
            previous,
            hash,
        ],
    )?;
    Ok(())
}

impl FromRow for Link {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let id = |column| row.get::<Option<Id<of::Contact>>>(column).map(|id| id.map(Id::as_uuid));
        Ok(Self {
            number: row.get("number")?,
            at: row.get("at")?,
            act: row.get("act")?,
            actor: row.get("actor")?,
            actor_id: id("actor_id")?,
            door: row.get("door")?,
            address: row.get("address")?,
            retailer_id: id("retailer_id")?,
            contact_id: id("contact_id")?,
            staff_id: id("staff_id")?,
            details: row.get("details")?,
        })
    }
}
