//! The SQL of temporary passwords.

use super::Minted;
use super::rules::Working;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, ResetId, TemporaryPasswordId};
use crate::kernel::{Digest, Timestamp};

/// Keeps what is kept of one, under the contact's next number, while its mail may
/// still leave.
pub(super) fn insert(tx: &mut Tx<'_>, minted: &Minted, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "insert into temporary_passwords (id, reset_id, contact_id, number, hash, cancel_digest, minted_at, expires_at)
         select $1, x.id, x.contact_id,
             (select coalesce(max(p.number), 0) + 1 from temporary_passwords p where p.contact_id = x.contact_id), $3, $4, $5, $6
         from resets x join mails m on m.id = x.mail_id where x.id = $2 and m.finished_at is null",
        &[&minted.id, &minted.reset, &minted.hash.as_str(), &minted.cancel, &now, &minted.expires_at],
    )
}

/// Those of a contact that work at `now`, newest first, with what is kept of
/// them.
///
/// # Errors
/// When the database fails or holds a hash that can't be read.
pub fn live(
    tx: &mut Tx<'_>,
    contact: ContactId,
    now: Timestamp,
) -> Result<Vec<(TemporaryPasswordId, passwords::Hash)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select id, hash from temporary_passwords
         where contact_id = $1 and voided_at is null and used_at is null and expires_at > $2 order by number desc",
        &[&contact, &now],
    )?;
    rows.iter().map(|row| Ok((row.get("id")?, row.parse("hash", passwords::Hash::parse)?))).collect()
}

/// Those of a contact that work at `now`, newest first, with what they depend on.
pub(super) fn working(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<Vec<Working>, Error> {
    tx.all(
        "select p.id, p.reset_id, x.number as reset_number, x.voids_before is not null as by_staff, p.accepted_at is not null as accepted,
             exists (select 1 from sessions s where s.contact_id = p.contact_id and s.temporary_password_id = p.id
                 and s.ended_at is null and s.expires_at > $2) as choosing
         from temporary_passwords p join resets x on x.id = p.reset_id
         where p.contact_id = $1 and p.voided_at is null and p.used_at is null and p.expires_at > $2 order by p.number desc",
        &[&contact, &now],
    )
}

/// Notes that the mail server took the mail of one; says whether it was not
/// voided before.
pub(super) fn accept(tx: &mut Tx<'_>, id: TemporaryPasswordId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update temporary_passwords set accepted_at = $2 where id = $1 and voided_at is null",
        &[&id, &now],
    )
}

/// Voids one; says whether it worked.
///
/// # Errors
/// When the database fails.
pub fn void(tx: &mut Tx<'_>, id: TemporaryPasswordId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once("update temporary_passwords set voided_at = $2 where id = $1 and voided_at is null and used_at is null", &[&id, &now])
}

/// Voids those of a reset, and what is still in doubt of those that were
/// overtaken before their mails left; gives how many.
///
/// # Errors
/// When the database fails.
pub fn void_reset(
    tx: &mut Tx<'_>,
    (contact, reset): (ContactId, ResetId),
    now: Timestamp,
) -> Result<u64, Error> {
    let own = tx.run("update temporary_passwords set voided_at = $2 where reset_id = $1 and voided_at is null and used_at is null", &[&reset, &now])?;
    let overtaken = tx.run(
        "update temporary_passwords set voided_at = $2
         where contact_id = $1 and accepted_at is null and voided_at is null and used_at is null
           and reset_id in (select x.id from resets x where x.contact_id = $1 and x.superseded_at is not null)",
        &[&contact, &now],
    )?;
    Ok(own + overtaken)
}

/// Voids every one of a contact; gives how many.
///
/// # Errors
/// When the database fails.
pub fn void_all(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run("update temporary_passwords set voided_at = $2 where contact_id = $1 and voided_at is null and used_at is null", &[&contact, &now])
}

/// Removes every trace of a contact's; gives how many.
///
/// # Errors
/// When the database fails.
pub fn remove_all(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("delete from temporary_passwords where contact_id = $1", &[&contact])
}

/// Whether the one in the mail with this link works.
///
/// # Errors
/// When the database fails.
pub fn is_live(tx: &mut Tx<'_>, cancel: Digest, now: Timestamp) -> Result<bool, Error> {
    let row: Option<Row> = tx.opt(
        "select id from temporary_passwords where cancel_digest = $1 and voided_at is null and used_at is null and expires_at > $2",
        &[&cancel, &now],
    )?;
    Ok(row.is_some())
}

/// Uses one up; gives its reset if it still worked.
///
/// # Errors
/// When the database fails.
pub fn consume(tx: &mut Tx<'_>, id: TemporaryPasswordId, now: Timestamp) -> Result<Option<ResetId>, Error> {
    let row: Option<Row> = tx.opt(
        "update temporary_passwords set used_at = $2 where id = $1 and used_at is null and voided_at is null and expires_at > $2 returning reset_id",
        &[&id, &now],
    )?;
    row.map(|row| row.get("reset_id")).transpose()
}

/// Ends the sessions that were started with those of a reset.
///
/// # Errors
/// When the database fails.
pub fn end_sessions_of_reset(tx: &mut Tx<'_>, reset: ResetId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update sessions set ended_at = $2 where ended_at is null
           and temporary_password_id in (select p.id from temporary_passwords p where p.reset_id = $1)",
        &[&reset, &now],
    )
}

impl FromRow for Working {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            reset: row.get("reset_id")?,
            reset_number: row.get("reset_number")?,
            by_staff: row.get("by_staff")?,
            accepted: row.get("accepted")?,
            choosing: row.get("choosing")?,
        })
    }
}
