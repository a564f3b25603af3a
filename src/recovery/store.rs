//! The SQL of resets and temporary passwords.

use super::{Reset, StartedBy};
use crate::actor::{Actor, Who};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, MailId, ResetId, StaffId, TemporaryPasswordId};
use crate::kernel::{Digest, Timestamp};
use crate::temporary;

const RESET: &str = "select x.id, x.contact_id, x.mail_id, x.started_by, x.requested_at, x.stop_current, x.used_at, x.cancelled_at, x.superseded_at,
        s.name as staff_name, m.kind, m.state, m.next_try_at, m.finished_at, m.answer, m.encrypted, m.unsure, m.returned_at, m.returned, m.held_at is not null as held,
        (select max(p.expires_at) from temporary_passwords p where p.reset_id = x.id and p.accepted_at is not null) as expires_at
     from resets x join mails m on m.id = x.mail_id left join staff s on s.id = x.staff_id";

pub(super) struct NewReset {
    pub id: ResetId,
    pub contact: ContactId,
    pub mail: MailId,
    pub stops_current: bool,
    /// Whether it voids what was mailed before it was asked for (promise 5).
    pub voids: bool,
    /// The number before which it does so in place of a reset that has not
    /// left.
    pub voids_before: Option<i64>,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewReset, actor: &Actor, now: Timestamp) -> Result<(), Error> {
    let staff: Option<StaffId> = match &actor.who {
        Who::Staff(staff) => Some(staff.id),
        _ => None,
    };
    tx.run(
        "insert into resets (id, contact_id, number, voids_before, mail_id, started_by, staff_id, door, stop_current, requested_at)
         select $1, $2, n.next, case when $9 then n.next else $10 end, $3, $4, $5, $6, $7, $8
         from (select coalesce(max(number), 0) + 1 as next from resets where contact_id = $2) n",
        &[&new.id, &new.contact, &new.mail, &super::started_by(actor), &staff, &actor.door.as_str(), &new.stops_current, &now, &new.voids, &new.voids_before],
    )?;
    Ok(())
}

/// A reset whose mail still waits.
pub(super) struct Unsent {
    pub id: ResetId,
    pub requested_at: Timestamp,
    pub stops_current: bool,
    /// The number before which it voids what was mailed.
    pub voids_before: Option<i64>,
}

/// The latest reset of a contact whose mail still waits.
pub(super) fn unsent(tx: &mut Tx<'_>, contact: ContactId) -> Result<Option<Unsent>, Error> {
    tx.opt(
        "select x.id, x.requested_at, x.stop_current, x.voids_before from resets x join mails m on m.id = x.mail_id
         where x.contact_id = $1 and m.finished_at is null and m.held_at is null and x.cancelled_at is null order by x.number desc limit 1",
        &[&contact],
    )
}

/// Marks earlier resets as overtaken whose mails have not left.
pub(super) fn supersede_unsent(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update resets set superseded_at = $2 where contact_id = $1 and superseded_at is null and cancelled_at is null
           and mail_id in (select m.id from mails m where m.contact_id = $1 and m.finished_at is null)",
        &[&contact, &now],
    )
}

pub(super) fn find(tx: &mut Tx<'_>, contact: ContactId, id: ResetId) -> Result<Option<Reset>, Error> {
    tx.opt(&format!("{RESET} where x.contact_id = $1 and x.id = $2"), &[&contact, &id])
}

pub(super) fn by_mail(tx: &mut Tx<'_>, mail: MailId) -> Result<Option<Reset>, Error> {
    tx.opt(&format!("{RESET} where x.mail_id = $1"), &[&mail])
}

/// The resets of a contact, newest first.
///
/// # Errors
/// When the database fails.
pub fn of_contact(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Reset>, Error> {
    tx.all(&format!("{RESET} where x.contact_id = $1 order by x.number desc limit $2"), &[&contact, &limit])
}

/// The reset behind the link of a mail, while it can still be called back.
pub(super) fn by_cancel_digest(tx: &mut Tx<'_>, digest: Digest) -> Result<Option<Reset>, Error> {
    tx.opt(
        &format!(
            "{RESET} where x.id = (select p.reset_id from temporary_passwords p where p.cancel_digest = $1)"
        ),
        &[&digest],
    )
}

pub(super) fn mark_cancelled(tx: &mut Tx<'_>, id: ResetId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update resets set cancelled_at = $2 where id = $1 and cancelled_at is null and used_at is null",
        &[&id, &now],
    )
}

pub(super) fn mark_used(tx: &mut Tx<'_>, id: ResetId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once("update resets set used_at = $2 where id = $1 and used_at is null", &[&id, &now])
}

/// Marks one of which nothing works any more, since a later one is in hand.
pub(super) fn supersede(tx: &mut Tx<'_>, id: ResetId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update resets set superseded_at = $2 where id = $1 and used_at is null and cancelled_at is null and superseded_at is null",
        &[&id, &now],
    )
}

/// Marks all that a new password has overtaken.
pub(super) fn supersede_all(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update resets set superseded_at = $2 where contact_id = $1 and used_at is null and cancelled_at is null and superseded_at is null",
        &[&contact, &now],
    )
}

/// The number before which a reset voids what was mailed, if it does.
pub(super) fn voids_before(tx: &mut Tx<'_>, id: ResetId) -> Result<Option<i64>, Error> {
    let row: Row = tx.one("select voids_before from resets where id = $1", &[&id])?;
    row.get("voids_before")
}

/// The hashes a contact may be known by: their own, and those of temporary
/// passwords that may have reached them.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Their own password's, while it works.
    pub own: Option<passwords::Own>,
    /// Their own password's, once it was stopped.
    pub stopped: Option<passwords::Own>,
    /// The temporary ones', newest first.
    pub temporary: Vec<(TemporaryPasswordId, passwords::Hash)>,
}

impl Live {
    /// What a typed password is checked against; `decoy` is a hash that someone else brought along.
    pub fn known(&self, decoy: Option<passwords::Brought>) -> passwords::Known {
        passwords::Known {
            own: self.own.clone(),
            temporary: self.temporary.iter().map(|(_, hash)| hash.clone()).collect(),
            decoy,
        }
    }
}

/// What a contact may sign in with at `now`.
///
/// # Errors
/// When the database fails or holds a hash that can't be read.
pub fn live(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<Live, Error> {
    let own: Row = tx.one(
        "select password_hash, password_stopped_at, password_brought_at from contacts where id = $1",
        &[&contact],
    )?;
    let is_brought = own.get::<Option<Timestamp>>("password_brought_at")?.is_some();
    let hash = own.parse_opt("password_hash", |text| passwords::Own::parse(text, is_brought))?;
    let is_stopped = own.get::<Option<Timestamp>>("password_stopped_at")?.is_some();
    let (own, stopped) = if is_stopped { (None, hash) } else { (hash, None) };
    Ok(Live { own, stopped, temporary: temporary::live(tx, contact, now)? })
}

/// A hash that someone brought along, while there is any.
///
/// # Errors
/// When the database fails or holds a hash that can't be read.
pub fn decoy(tx: &mut Tx<'_>) -> Result<Option<passwords::Brought>, Error> {
    let row: Option<Row> = tx.opt(
        "select password_hash from contacts where password_brought_at is not null order by password_brought_at limit 1",
        &[],
    )?;
    row.map(|row| row.parse("password_hash", passwords::Brought::parse)).transpose()
}

impl FromRow for Unsent {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            requested_at: row.get("requested_at")?,
            stops_current: row.get("stop_current")?,
            voids_before: row.get("voids_before")?,
        })
    }
}

impl FromRow for Reset {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let by: String = row.get("started_by")?;
        let started_by = match by.as_str() {
            "staff" => StartedBy::Staff(row.get::<Option<String>>("staff_name")?.unwrap_or_default()),
            "operator" => StartedBy::Operator,
            _ => StartedBy::Contact,
        };
        Ok(Self {
            id: row.get("id")?,
            contact: row.get("contact_id")?,
            kind: row.named("kind")?,
            started_by,
            requested_at: row.get("requested_at")?,
            stops_current: row.get("stop_current")?,
            used_at: row.get("used_at")?,
            cancelled_at: row.get("cancelled_at")?,
            superseded_at: row.get("superseded_at")?,
            expires_at: row.get("expires_at")?,
            mail: row.get("mail_id")?,
            delivery: row.named("state")?,
            next_try_at: row.get("next_try_at")?,
            finished_at: row.get("finished_at")?,
            answer: row.get("answer")?,
            encrypted: row.get("encrypted")?,
            unsure: row.get("unsure")?,
            held: row.get("held")?,
            returned: row.get::<Option<Timestamp>>("returned_at")?.zip(row.get("returned")?),
        })
    }
}
