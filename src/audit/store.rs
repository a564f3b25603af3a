//! The audit trail's SQL.

use uuid::Uuid;

use super::search::Word;
use super::{Address, Checkpoint, Filter, Found, Link, Seal};
use crate::db::{Error, FromRow, Row, ToValue, Tx, Value};
use crate::kernel::id::{ContactId, RetailerId, StaffId, of};
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

/// At most `limit` entries after one, each with the hash it says it follows and its
/// own, oldest first.
pub(super) fn links_after(
    tx: &mut Tx<'_>,
    number: i64,
    limit: i64,
) -> Result<Vec<(Link, Digest, Digest)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select number, seal, at, act, actor, actor_id, door, address, address_salt, address_digest, retailer_id, contact_id,
             staff_id, details, previous_hash, hash from audit where number > $1 order by number limit $2",
        &[&number, &limit],
    )?;
    rows.iter().map(|row| Ok((Link::from_row(row)?, row.get("previous_hash")?, row.get("hash")?))).collect()
}

/// The hash of an entry, if it is there.
pub(super) fn hash_of(tx: &mut Tx<'_>, number: i64) -> Result<Option<Digest>, Error> {
    let row: Option<Row> = tx.opt("select hash from audit where number = $1", &[&number])?;
    row.map(|row| row.get("hash")).transpose()
}

/// Every seal, oldest first.
pub(super) fn seals(tx: &mut Tx<'_>) -> Result<Vec<Seal>, Error> {
    tx.all("select number, key_id, at, proof from audit_seals order by number", &[])
}

/// The seal in force, and how many entries wait for who has its key.
pub(super) fn newest_seal(tx: &mut Tx<'_>) -> Result<Option<(Seal, i64)>, Error> {
    let row: Option<Row> = tx.opt(
        "select number, key_id, at, proof, (select count(*) from audit_waiting) as waiting
         from audit_seals order by number desc limit 1",
        &[],
    )?;
    row.map(|row| Ok((Seal::from_row(&row)?, row.get("waiting")?))).transpose()
}

/// Begins a seal; one that no entry has yet gives way.
pub(super) fn insert_seal(tx: &mut Tx<'_>, seal: &Seal) -> Result<(), Error> {
    tx.run(
        "insert into audit_seals (number, key_id, at, proof) values ($1, $2, $3, $4)
         on conflict (number) do update set key_id = excluded.key_id, at = excluded.at, proof = excluded.proof",
        &[&seal.first, &seal.key, &seal.at, &seal.proof],
    )?;
    Ok(())
}

/// Leaves an entry for who has the key.
pub(super) fn insert_waiting(tx: &mut Tx<'_>, entry: &str) -> Result<(), Error> {
    tx.run(
        "insert into audit_waiting (number, entry) values ((select coalesce(max(number), 0) + 1 from audit_waiting), $1)",
        &[&entry],
    )?;
    Ok(())
}

/// Takes the entries that were left, oldest first.
pub(super) fn take_waiting(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let rows: Vec<Row> = tx.all("select entry from audit_waiting order by number", &[])?;
    tx.run("delete from audit_waiting", &[])?;
    rows.iter().map(|row| row.get("entry")).collect()
}

/// From where an entry came, and whom of the customers it is about.
const FROM: &str = " and (a.address like ? escape '\\'";
const CUSTOMER: &str =
    " or a.contact_id in (select l.contact_id from contact_listings l where l.words like ? escape '\\')
     or a.retailer_id in (select l.retailer_id from retailer_listings l where l.words like ? escape '\\'))";

/// Every staff user with the words they are found by.
pub(super) fn staff_words(tx: &mut Tx<'_>) -> Result<Vec<(StaffId, String)>, Error> {
    let rows: Vec<Row> = tx.all("select id, name || ' ' || email as words from staff", &[])?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("words")?))).collect()
}

/// The pattern of a text that holds a word.
fn holding(word: &str) -> String {
    let signs = |letter: char| ['\\', '%', '_'].contains(&letter).then_some('\\').into_iter().chain([letter]);
    format!("%{}%", word.chars().flat_map(signs).collect::<String>())
}

/// The newest entries a filter keeps; `acts` are the acts it keeps, none for
/// all.
pub(super) fn search(
    tx: &mut Tx<'_>,
    filter: &Filter,
    words: &[Word<'_>],
    limit: i64,
) -> Result<Vec<Found>, Error> {
    let mut sql = FOUND.to_owned();
    let mut values = Vec::new();
    let mut keep = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    keep(" where a.number < ?", filter.before.unwrap_or(i64::MAX).to_value());
    let within = " and r.territory_id in (select territory_id from staff_territories where staff_id = ?)";
    let conditions = [
        (" and a.actor = ?", filter.actor.to_value()),
        (" and a.actor_id = ?", filter.by_staff.to_value()),
        (" and a.door = ?", filter.door.to_value()),
        (" and a.contact_id = ?", filter.contact.to_value()),
        (" and a.retailer_id = ?", filter.retailer.to_value()),
        (" and a.staff_id = ?", filter.staff.to_value()),
        (" and a.at >= ?", filter.since.to_value()),
        (" and a.at < ?", filter.until.to_value()),
        (within, filter.bounded_by.to_value()),
    ];
    for (condition, value) in conditions.into_iter().filter(|(_, value)| *value != Value::Null) {
        keep(condition, value);
    }
    for word in words {
        let pattern = holding(word.text).to_value();
        keep(FROM, pattern.clone());
        for staff in &word.staff {
            keep(" or a.staff_id = ? or a.actor_id = ?", staff.to_value());
        }
        keep(CUSTOMER, pattern);
    }
    for (place, act) in filter.acts.iter().enumerate() {
        keep(if place == 0 { " and a.act in (?" } else { ", ?" }, act.to_value());
    }
    keep(
        if filter.acts.is_empty() {
            " order by a.number desc limit ?"
        } else {
            ") order by a.number desc limit ?"
        },
        limit.to_value(),
    );
    let parameters: Vec<&dyn ToValue> = values.iter().map(|value| value as &dyn ToValue).collect();
    tx.all(&sql, &parameters)
}

const FOUND: &str =
    "select a.number, a.at, a.act, a.actor, a.door, a.address, a.details, a.contact_id, a.retailer_id,
        s.name as staff_name, c.name as contact_name, c.erased_at is not null as erased, r.name as retailer_name, o.name as about_staff
     from audit a left join staff s on s.id = a.actor_id left join contacts c on c.id = a.contact_id
        left join retailers r on r.id = a.retailer_id left join staff o on o.id = a.staff_id";

impl FromRow for Found {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            number: row.get("number")?,
            entry: Entry::from_row(row)?,
            contact: row.get::<Option<ContactId>>("contact_id")?.zip(row.get("contact_name")?),
            retailer: row.get::<Option<RetailerId>>("retailer_id")?.zip(row.get("retailer_name")?),
            erased: row.get("erased")?,
            staff: row.get("about_staff")?,
        })
    }
}

/// The entry that the next one follows: the last there is, or where the trail
/// was shortened.
pub(super) fn last(tx: &mut Tx<'_>) -> Result<Option<(i64, Digest)>, Error> {
    let last = tx.opt("select number, hash from audit order by number desc limit 1", &[])?;
    let row: Option<Row> = match last {
        Some(row) => Some(row),
        None => tx.opt("select number, hash from audit_checkpoints order by number desc limit 1", &[])?,
    };
    row.map(|row| Ok((row.get("number")?, row.get("hash")?))).transpose()
}

pub(super) fn append(tx: &mut Tx<'_>, entries: &[(Link, Digest, Digest)]) -> Result<(), Error> {
    tx.enter(
        "insert into audit (number, seal, at, act, actor, actor_id, door, address, address_salt, address_digest, retailer_id,
             contact_id, staff_id, details, previous_hash, hash)",
        &entries.iter().map(|(link, previous, hash)| values(link, previous, hash)).collect::<Vec<_>>(),
        "",
    )
}

fn values(link: &Link, previous: &Digest, hash: &Digest) -> Vec<Value> {
    let id = |uuid: Option<Uuid>| uuid.map(Id::<of::Contact>::from_uuid).to_value();
    let (address, salt, digest) = match &link.address {
        Address::Plain(address) => (address.as_str(), None, None),
        Address::Salted { address, salt, digest } => (address.as_str(), Some(*salt), Some(*digest)),
        Address::Blanked(digest) => ("", None, Some(*digest)),
    };
    vec![
        link.number.to_value(),
        link.seal.to_value(),
        link.at.to_value(),
        link.act.to_value(),
        link.actor.to_value(),
        id(link.actor_id),
        link.door.to_value(),
        address.to_value(),
        salt.to_value(),
        digest.to_value(),
        id(link.retailer_id),
        id(link.contact_id),
        id(link.staff_id),
        link.details.to_value(),
        previous.to_value(),
        hash.to_value(),
    ]
}

/// Blanks where a contact acted from, and whoever tried to sign in as them.
///
/// # Errors
/// When the database fails.
pub fn forget_addresses_of(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run(
        "update audit set address = '', address_salt = null
         where contact_id = $1 and actor in ('contact', 'nobody') and address_salt is not null",
        &[&contact],
    )
}

/// Blanks at most `limit` addresses of entries from before `before`.
///
/// # Errors
/// When the database fails.
pub fn blank_old_addresses(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.run(
        "update audit set address = '', address_salt = null where number in
             (select number from audit where address_salt is not null and at < $1 order by at limit $2)",
        &[&before, &limit],
    )
}

/// When something was done last.
///
/// # Errors
/// When the database fails.
pub fn last_of(tx: &mut Tx<'_>, event: super::Event) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one("select max(at) as at from audit where act = $1", &[&event.as_str()])?;
    row.get("at")
}

/// When the last entry was written.
///
/// # Errors
/// When the database fails.
pub fn last_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let row: Option<Row> = tx.opt("select at from audit order by number desc limit 1", &[])?;
    row.map(|row| row.get("at")).transpose()
}

/// The newest entry of which it and all before it are from before `before`.
pub(super) fn last_before(tx: &mut Tx<'_>, before: Timestamp) -> Result<Option<(i64, Digest)>, Error> {
    let row: Option<Row> = tx.opt(
        "select number, hash from audit
         where number < coalesce((select min(number) from audit where at >= $1), 9223372036854775807) order by number desc limit 1",
        &[&before],
    )?;
    row.map(|row| Ok((row.get("number")?, row.get("hash")?))).transpose()
}

pub(super) fn insert_checkpoint(tx: &mut Tx<'_>, checkpoint: &Checkpoint) -> Result<(), Error> {
    let Checkpoint { number, hash, at, proof } = checkpoint;
    let (seal, proof) = proof.map_or((None, None), |(seal, proof)| (Some(seal), Some(proof)));
    tx.run(
        "insert into audit_checkpoints (number, hash, at, seal, proof) values ($1, $2, $3, $4, $5)",
        &[number, hash, at, &seal, &proof],
    )?;
    Ok(())
}

/// The newest checkpoint.
pub(super) fn checkpoint(tx: &mut Tx<'_>) -> Result<Option<Checkpoint>, Error> {
    tx.opt("select number, hash, at, seal, proof from audit_checkpoints order by number desc limit 1", &[])
}

/// Whether an entry says that the trail was shortened at a moment.
pub(super) fn is_shortening_noted(tx: &mut Tx<'_>, at: Timestamp) -> Result<bool, Error> {
    let noted: Vec<Row> =
        tx.all("select number from audit where act = 'trail-shortened' and at = $1 and details not like '%\"without-key\"%' limit 1", &[&at])?;
    Ok(!noted.is_empty())
}

/// Removes at most `limit` entries up to one; the database refuses it for those
/// after the newest checkpoint.
pub(super) fn remove_up_to(tx: &mut Tx<'_>, number: i64, limit: i64) -> Result<u64, Error> {
    tx.run(
        "delete from audit where number in (select number from audit where number <= $1 order by number limit $2)",
        &[&number, &limit],
    )
}

impl FromRow for Checkpoint {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let proof = row.get::<Option<i64>>("seal")?.zip(row.get("proof")?);
        Ok(Self { number: row.get("number")?, hash: row.get("hash")?, at: row.get("at")?, proof })
    }
}

impl FromRow for Seal {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let (key, proof) = (row.get("key_id")?, row.get("proof")?);
        Ok(Self { first: row.get("number")?, key, at: row.get("at")?, proof })
    }
}

impl FromRow for Address {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let address: String = row.get("address")?;
        let (salt, digest): (Option<Digest>, Option<Digest>) =
            (row.get("address_salt")?, row.get("address_digest")?);
        Ok(match (digest, salt) {
            (None, _) => Self::Plain(address),
            (Some(digest), None) if address.is_empty() => Self::Blanked(digest),
            // Whatever is there without its salt is none that was written here.
            (Some(digest), salt) => Self::Salted { address, salt: salt.unwrap_or(Digest::of(b"")), digest },
        })
    }
}

impl FromRow for Link {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let id = |column| row.get::<Option<Id<of::Contact>>>(column).map(|id| id.map(Id::as_uuid));
        Ok(Self {
            number: row.get("number")?,
            seal: row.get("seal")?,
            at: row.get("at")?,
            act: row.get("act")?,
            actor: row.get("actor")?,
            actor_id: id("actor_id")?,
            door: row.get("door")?,
            address: Address::from_row(row)?,
            retailer_id: id("retailer_id")?,
            contact_id: id("contact_id")?,
            staff_id: id("staff_id")?,
            details: row.get("details")?,
        })
    }
}
