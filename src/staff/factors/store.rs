//! The SQL of second factors.

use super::app::Sealed;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{RoleId, StaffId};
use crate::kernel::{Digest, Timestamp};

/// Someone's authenticator app.
pub(super) struct Authenticator {
    pub sealed: Sealed,
    pub confirmed_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

pub(super) fn find(tx: &mut Tx<'_>, staff: StaffId) -> Result<Option<Authenticator>, Error> {
    tx.opt(
        "select secret, nonce, confirmed_at, created_at from authenticators where staff_id = $1",
        &[&staff],
    )
}

/// A fresh one in the place of one that was not confirmed; says whether there
/// was none that is.
pub(super) fn put(tx: &mut Tx<'_>, staff: StaffId, new: &Sealed, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "insert into authenticators (staff_id, secret, nonce, last_step, created_at) values ($1, $2, $3, 0, $4)
         on conflict (staff_id) do update set secret = excluded.secret, nonce = excluded.nonce, last_step = 0, created_at = excluded.created_at
         where authenticators.confirmed_at is null",
        &[&staff, &new.secret.as_slice(), &new.nonce.as_slice(), &now],
    )
}

pub(super) fn confirm(tx: &mut Tx<'_>, staff: StaffId, step: i64, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update authenticators set confirmed_at = $3, last_step = $2 where staff_id = $1 and confirmed_at is null",
        &[&staff, &step, &now],
    )
}

/// Uses a step up; says whether it, or a later one, was not before.
pub(super) fn take_step(tx: &mut Tx<'_>, staff: StaffId, step: i64) -> Result<bool, Error> {
    tx.run_once(
        "update authenticators set last_step = $2 where staff_id = $1 and last_step < $2 and confirmed_at is not null",
        &[&staff, &step],
    )
}

pub(super) fn remove(tx: &mut Tx<'_>, staff: StaffId) -> Result<bool, Error> {
    tx.run_once("delete from authenticators where staff_id = $1", &[&staff])
}

/// Forgets a secret that was shown and not confirmed.
pub(super) fn forget_offer(tx: &mut Tx<'_>, staff: StaffId) -> Result<(), Error> {
    tx.run("delete from authenticators where staff_id = $1 and confirmed_at is null", &[&staff])?;
    Ok(())
}

/// Notes that someone who has no factor is about to get one.
pub(super) fn note_first(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update staff set factor_since = $2 where id = $1
           and not exists (select 1 from authenticators a where a.staff_id = $1 and a.confirmed_at is not null)
           and not exists (select 1 from passkeys k where k.staff_id = $1)",
        &[&staff, &now],
    )?;
    Ok(())
}

/// Since when someone who has a factor has had one.
pub(super) fn held_since(tx: &mut Tx<'_>, staff: StaffId) -> Result<Option<Timestamp>, Error> {
    let row: Option<Row> = tx.opt("select factor_since from staff where id = $1", &[&staff])?;
    row.map_or(Ok(None), |row| row.get("factor_since"))
}

pub(super) fn clear_codes(tx: &mut Tx<'_>, staff: StaffId) -> Result<(), Error> {
    tx.run("delete from recovery_codes where staff_id = $1", &[&staff])?;
    Ok(())
}

pub(super) fn add_code(tx: &mut Tx<'_>, staff: StaffId, digest: Digest) -> Result<(), Error> {
    tx.run("insert into recovery_codes (staff_id, digest) values ($1, $2)", &[&staff, &digest])?;
    Ok(())
}

/// Uses a recovery code up; says whether it was good.
pub(super) fn take_code(
    tx: &mut Tx<'_>,
    staff: StaffId,
    digest: Digest,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update recovery_codes set used_at = $3 where staff_id = $1 and digest = $2 and used_at is null",
        &[&staff, &digest, &now],
    )
}

/// How many of someone's recovery codes are still good.
///
/// # Errors
/// When the database fails.
pub fn codes_left(tx: &mut Tx<'_>, staff: StaffId) -> Result<i64, Error> {
    let row: Row = tx.one(
        "select count(*) as codes from recovery_codes where staff_id = $1 and used_at is null",
        &[&staff],
    )?;
    row.get("codes")
}

/// Everyone who has an authenticator app.
pub(super) fn with_app(tx: &mut Tx<'_>) -> Result<Vec<StaffId>, Error> {
    let rows: Vec<Row> =
        tx.all("select staff_id from authenticators where confirmed_at is not null order by staff_id", &[])?;
    rows.iter().map(|row| row.get("staff_id")).collect()
}

/// How many recovery codes of anyone are still good.
pub(super) fn all_codes_left(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let row: Row = tx.one("select count(*) as codes from recovery_codes where used_at is null", &[])?;
    row.get("codes")
}

/// Removes every secret and every recovery code.
pub(super) fn remove_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.run("delete from authenticators", &[])?;
    tx.run("delete from recovery_codes", &[])?;
    Ok(())
}

pub(super) fn demand(
    tx: &mut Tx<'_>,
    role: RoleId,
    days: Option<i64>,
    since: Option<Timestamp>,
) -> Result<bool, Error> {
    tx.run_once(
        "update roles set second_factor_days = $2, second_factor_since = $3 where id = $1",
        &[&role, &days, &since],
    )
}

pub(super) fn demanded(tx: &mut Tx<'_>, role: RoleId) -> Result<Option<i64>, Error> {
    let row: Option<Row> = tx.opt("select second_factor_days from roles where id = $1", &[&role])?;
    row.map_or(Ok(None), |row| row.get("second_factor_days"))
}

impl FromRow for Authenticator {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            sealed: Sealed { secret: row.get("secret")?, nonce: row.get("nonce")? },
            confirmed_at: row.get("confirmed_at")?,
            created_at: row.get("created_at")?,
        })
    }
}
