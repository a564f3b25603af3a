//! The sessions' SQL.

use std::time::Duration;

use super::{ContactSession, Place, StaffSession};
use crate::actor::Door;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, SessionId, StaffId, TemporaryPasswordId};
use crate::kernel::{Digest, Language, Timestamp};

pub(super) struct NewSession {
    pub token: Digest,
    pub contact: Option<ContactId>,
    pub staff: Option<StaffId>,
    pub temporary: Option<TemporaryPasswordId>,
    pub half: bool,
    pub expires_at: Timestamp,
}

/// The stage of a session that waits for the second factor.
const HALF: &str = "second-factor";

/// One line of "where I am signed in".
#[derive(Clone, Debug)]
pub struct Device {
    /// The session.
    pub id: SessionId,
    /// The client's IP address.
    pub address: String,
    /// What the browser calls itself.
    pub device: String,
    /// What its owner calls it, of a device of the sales app or the API.
    pub name: Option<String>,
    /// Whether it came by the sales app, not by the API.
    pub is_sales_app: bool,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was last used, to within five minutes.
    pub last_seen_at: Timestamp,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewSession, place: &Place, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "insert into sessions (id, token_digest, contact_id, staff_id, temporary_password_id, created_at, last_seen_at, proved_at, expires_at, address, device, stage)
         values ($1, $2, $3, $4, $5, $6, $6, $6, $7, $8, $9, $10)",
        &[
            &SessionId::new(now),
            &new.token,
            &new.contact,
            &new.staff,
            &new.temporary,
            &now,
            &new.expires_at,
            &place.address,
            &place.device,
            &if new.half { HALF } else { "full" },
        ],
    )?;
    Ok(())
}

/// The contact behind a cookie, while their access is in order.
///
/// # Errors
/// When the database fails.
pub fn find_contact(tx: &mut Tx<'_>, token: Digest, now: Timestamp) -> Result<Option<ContactSession>, Error> {
    tx.opt(
        "select s.id, s.contact_id, s.temporary_password_id, s.created_at, s.last_seen_at,
                c.name, c.username, c.language, r.id as retailer_id, r.name as retailer_name, r.account_number
         from sessions s join contacts c on c.id = s.contact_id join retailers r on r.id = c.retailer_id
         where s.token_digest = $1 and s.ended_at is null and s.expires_at > $2
           and c.website_access and c.active and r.active and c.username is not null
           and (s.temporary_password_id is null or exists (
                select 1 from temporary_passwords p where p.id = s.temporary_password_id
                   and p.voided_at is null and p.used_at is null and p.expires_at > $2))",
        &[&token, &now],
    )
}

/// What a [`StaffSession`] is read from, of `sessions s`, `staff p` and `roles r`.
const STAFF: &str = "s.id, s.staff_id, s.created_at, s.last_seen_at, s.proved_at, s.stage, p.name, p.kind, r.name as role, r.permissions,
    r.second_factor_days, r.second_factor_since, p.role_since, p.created_at as staff_since,
    exists (select 1 from authenticators a where a.staff_id = p.id and a.confirmed_at is not null) as has_app,
    exists (select 1 from passkeys k where k.staff_id = p.id) as has_passkey";

/// The staff user behind a browser's cookie, while they are active. A device's
/// token is no cookie.
///
/// # Errors
/// When the database fails.
pub fn find_staff(tx: &mut Tx<'_>, token: Digest, now: Timestamp) -> Result<Option<StaffSession>, Error> {
    tx.opt(
        &format!(
            "select {STAFF} from sessions s join staff p on p.id = s.staff_id join roles r on r.id = p.role_id
             where s.token_digest = $1 and s.device_name is null and s.ended_at is null and s.expires_at > $2 and p.active"
        ),
        &[&token, &now],
    )
}

/// The staff user of a device, whatever became of it.
pub(super) fn staff_of(tx: &mut Tx<'_>, device: SessionId) -> Result<Option<StaffSession>, Error> {
    tx.opt(
        &format!(
            "select {STAFF} from sessions s join staff p on p.id = s.staff_id join roles r on r.id = p.role_id
             where s.id = $1"
        ),
        &[&device],
    )
}

pub(super) fn touch(
    tx: &mut Tx<'_>,
    session: SessionId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update sessions set last_seen_at = $2, expires_at = $3 where id = $1 and ended_at is null",
        &[&session, &now, &expires_at],
    )?;
    Ok(())
}

/// Notes that whoever is signed in proved that it is them; says whether the
/// session goes on.
///
/// # Errors
/// When the database fails.
pub fn note_proof(tx: &mut Tx<'_>, session: SessionId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once("update sessions set proved_at = $2 where id = $1 and ended_at is null", &[&session, &now])
}

/// Gives a browser's session another token; says whether it goes on.
///
/// # Errors
/// When the database fails.
pub fn renew(tx: &mut Tx<'_>, session: SessionId, token: Digest) -> Result<bool, Error> {
    tx.run_once(
        "update sessions set token_digest = $2 where id = $1 and device_name is null and ended_at is null",
        &[&session, &token],
    )
}

/// Whether a staff user has a second factor.
///
/// # Errors
/// When the database fails.
pub fn has_factor(tx: &mut Tx<'_>, staff: StaffId) -> Result<bool, Error> {
    let row: Option<Row> = tx.opt(
        "select id from staff p where id = $1
           and (exists (select 1 from authenticators a where a.staff_id = p.id and a.confirmed_at is not null)
                or exists (select 1 from passkeys k where k.staff_id = p.id))",
        &[&staff],
    )?;
    Ok(row.is_some())
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub fn end(tx: &mut Tx<'_>, session: SessionId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once("update sessions set ended_at = $2 where id = $1 and ended_at is null", &[&session, &now])
}

/// Ends the session of a browser's cookie.
pub(super) fn end_of_browser(tx: &mut Tx<'_>, token: Digest, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update sessions set ended_at = $2 where token_digest = $1 and device_name is null and ended_at is null",
        &[&token, &now],
    )
}

/// Ends one session of a contact; another's is not found.
///
/// # Errors
/// When the database fails.
pub fn end_of_contact(
    tx: &mut Tx<'_>,
    contact: ContactId,
    session: SessionId,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update sessions set ended_at = $3 where contact_id = $1 and id = $2 and ended_at is null",
        &[&contact, &session, &now],
    )
}

/// Whether a session goes on.
///
/// # Errors
/// When the database fails.
pub fn is_open(tx: &mut Tx<'_>, session: SessionId, now: Timestamp) -> Result<bool, Error> {
    let row: Option<Row> = tx.opt(
        "select id from sessions where id = $1 and ended_at is null and expires_at > $2",
        &[&session, &now],
    )?;
    Ok(row.is_some())
}

/// Ends all sessions of a contact, `except` one if given; gives how many.
///
/// # Errors
/// When the database fails.
pub fn end_all_of_contact(
    tx: &mut Tx<'_>,
    contact: ContactId,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, Error> {
    match except {
        None => tx.run(
            "update sessions set ended_at = $2 where contact_id = $1 and ended_at is null",
            &[&contact, &now],
        ),
        Some(kept) => tx.run(
            "update sessions set ended_at = $2 where contact_id = $1 and ended_at is null and id <> $3",
            &[&contact, &now, &kept],
        ),
    }
}

/// Ends every session: after a restore nobody knows which of them were ended since.
/// Devices are signed out and not revoked, so that they keep what waits on them.
///
/// # Errors
/// When the database fails.
pub fn end_everyones(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.run("update sessions set ended_at = $1 where ended_at is null", &[&now])
}

/// Ends the sessions of a contact that were started with a password of their
/// own; whoever is choosing by a temporary one goes on.
///
/// # Errors
/// When the database fails.
pub fn end_own_of_contact(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update sessions set ended_at = $2 where contact_id = $1 and ended_at is null and temporary_password_id is null",
        &[&contact, &now],
    )
}

/// Ends all sessions of a staff user.
///
/// # Errors
/// When the database fails.
pub fn end_all_of_staff(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<u64, Error> {
    tx.run("update sessions set ended_at = $2 where staff_id = $1 and ended_at is null", &[&staff, &now])
}

/// Ends all sessions of a staff user but `kept`, if one is.
///
/// # Errors
/// When the database fails.
pub fn end_others_of_staff(
    tx: &mut Tx<'_>,
    staff: StaffId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, Error> {
    let Some(kept) = kept else { return end_all_of_staff(tx, staff, now) };
    tx.run(
        "update sessions set ended_at = $2 where staff_id = $1 and ended_at is null and id <> $3",
        &[&staff, &now, &kept],
    )
}

/// Where a staff user is signed in, last used first.
///
/// # Errors
/// When the database fails.
pub fn device_list_of_staff(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<Vec<Device>, Error> {
    tx.all(
        "select id, address, device, device_name, device_door, created_at, last_seen_at from sessions
         where staff_id = $1 and ended_at is null and expires_at > $2 order by last_seen_at desc, id desc limit 100",
        &[&staff, &now],
    )
}

/// Where a contact is signed in, last used first.
///
/// # Errors
/// When the database fails.
pub fn device_list(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<Vec<Device>, Error> {
    tx.all(
        "select id, address, device, device_name, device_door, created_at, last_seen_at from sessions
         where contact_id = $1 and ended_at is null and expires_at > $2 order by last_seen_at desc, id desc limit 100",
        &[&contact, &now],
    )
}

/// How much longer than others a revoked device is known, so that one that was
/// switched off all that time still hears of it: by nothing but its tokens.
const REVOKED_KEPT: Duration = Duration::from_hours(365 * 24);

/// Removes at most `limit` sessions that ended or ran out before `before`; of
/// revoked devices only where they were, and the rest a year later.
///
/// # Errors
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    let blanked = tx.run(
        "update sessions set address = '', device = '', device_name = ''
         where id in (select id from sessions where revoked_at < $1 and (address <> '' or device <> '' or device_name <> '') limit $2)",
        &[&before, &limit],
    )?;
    let removed = tx.run(
        "delete from sessions where id in (select id from sessions
             where (expires_at < $1 or ended_at < $1) and (revoked_at is null or revoked_at < $3) limit $2)",
        &[&before, &limit, &before.minus(REVOKED_KEPT)],
    )?;
    Ok(blanked + removed)
}

/// When a contact last chose a password, or theirs was brought along.
pub(super) fn chosen_at(tx: &mut Tx<'_>, contact: ContactId) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one("select password_set_at from contacts where id = $1", &[&contact])?;
    row.get("password_set_at")
}

/// When a staff user last chose a password.
///
/// # Errors
/// When the database fails.
pub fn chosen_at_by_staff(tx: &mut Tx<'_>, staff: StaffId) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one("select password_set_at from staff where id = $1", &[&staff])?;
    row.get("password_set_at")
}

impl FromRow for ContactSession {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            contact: row.get("contact_id")?,
            name: row.get("name")?,
            username: row.get("username")?,
            language: row.parse("language", |tag| Language::from_tag(tag).ok_or("unknown language"))?,
            retailer: row.get("retailer_id")?,
            retailer_name: row.get("retailer_name")?,
            account_number: row.get("account_number")?,
            temporary: row.get("temporary_password_id")?,
            started_at: row.get("created_at")?,
            last_seen_at: row.get("last_seen_at")?,
        })
    }
}

impl FromRow for StaffSession {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            staff: row.get("staff_id")?,
            name: row.get("name")?,
            kind: row.named("kind")?,
            role: row.get("role")?,
            permissions: row.parse("permissions", |text| serde_json::from_str(text))?,
            proved_at: row.get("proved_at")?,
            half: row.get::<String>("stage")? == HALF,
            has_app: row.get("has_app")?,
            has_passkey: row.get("has_passkey")?,
            factor_due_at: factor_due_at(row)?,
            started_at: row.get("created_at")?,
            last_seen_at: row.get("last_seen_at")?,
        })
    }
}

/// The days of grace count from when the role began to demand a second factor,
/// or they got the role, whichever was later.
fn factor_due_at(row: &Row) -> Result<Option<Timestamp>, Error> {
    let Some(days) = row.get::<Option<i64>>("second_factor_days")? else { return Ok(None) };
    if row.get::<bool>("has_app")? || row.get::<bool>("has_passkey")? {
        return Ok(None);
    }
    let since: Option<Timestamp> = row.get("second_factor_since")?;
    let (role, staff): (Timestamp, Timestamp) = (row.get("role_since")?, row.get("staff_since")?);
    let from = since.unwrap_or(role).max(role).max(staff);
    Ok(Some(from.plus(Duration::from_hours(24 * u64::try_from(days).unwrap_or(0)))))
}

impl FromRow for Device {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            address: row.get("address")?,
            device: row.get("device")?,
            name: row.get("device_name")?,
            is_sales_app: row
                .get::<Option<String>>("device_door")?
                .is_some_and(|door| door == Door::Sales.as_str()),
            created_at: row.get("created_at")?,
            last_seen_at: row.get("last_seen_at")?,
        })
    }
}
