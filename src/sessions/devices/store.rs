//! The devices' SQL.

use super::State;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{SessionId, StaffId};
use crate::kernel::{Digest, Timestamp};
use crate::sessions::{self, Device, Place};

pub(super) struct New<'a> {
    pub id: SessionId,
    pub staff: StaffId,
    pub name: &'a str,
    pub access: Digest,
    pub refresh: Digest,
    pub access_until: Timestamp,
    pub expires_at: Timestamp,
    pub proved_at: Timestamp,
}

pub(super) struct Next {
    pub access: Digest,
    pub refresh: Digest,
    pub salt: Digest,
    pub request: Option<Digest>,
    pub access_until: Timestamp,
    pub expires_at: Timestamp,
}

const STATE: &str = "s.id, s.staff_id, s.created_at, s.expires_at, s.ended_at, s.revoked_at, s.token_digest, s.access_until, s.refresh_digest, s.refresh_previous, s.refresh_salt, s.refresh_request, p.active";
const DEVICE: &str = "id, device_name, device_door, address, device, created_at, last_seen_at";

pub(super) fn insert(tx: &mut Tx<'_>, new: &New<'_>, place: &Place, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "insert into sessions (id, token_digest, staff_id, created_at, last_seen_at, proved_at, expires_at, address, device, stage, device_name, device_door, access_until, refresh_digest)
         values ($1, $2, $3, $4, $4, $12, $5, $6, $7, 'full', $8, $9, $10, $11)",
        &[
            &new.id,
            &new.access,
            &new.staff,
            &now,
            &new.expires_at,
            &place.address,
            &place.device,
            &new.name,
            &place.door.as_str(),
            &new.access_until,
            &new.refresh,
            &new.proved_at,
        ],
    )?;
    Ok(())
}

pub(super) fn by_access(tx: &mut Tx<'_>, token: Digest) -> Result<Option<State>, Error> {
    tx.opt(
        &format!(
            "select {STATE} from sessions s join staff p on p.id = s.staff_id
             where (s.token_digest = $1 or s.access_previous = $1) and s.device_name is not null"
        ),
        &[&token],
    )
}

pub(super) fn by_refresh(tx: &mut Tx<'_>, token: Digest) -> Result<Option<State>, Error> {
    tx.opt(
        &format!(
            "select {STATE} from sessions s join staff p on p.id = s.staff_id
             where s.refresh_digest = $1 or s.refresh_previous = $1"
        ),
        &[&token],
    )
}

pub(super) fn by_spent(tx: &mut Tx<'_>, token: Digest) -> Result<Option<State>, Error> {
    tx.opt(
        &format!(
            "select {STATE} from spent_refresh_tokens t join sessions s on s.id = t.session_id join staff p on p.id = s.staff_id
             where t.digest = $1"
        ),
        &[&token],
    )
}

/// Spends the refresh token that the pair came from of which `access` is one.
pub(super) fn spend_previous(
    tx: &mut Tx<'_>,
    (device, access): (SessionId, Digest),
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into spent_refresh_tokens (digest, session_id, spent_at)
         select refresh_previous, id, $3 from sessions where id = $1 and token_digest = $2 and refresh_previous is not null",
        &[&device, &access, &now],
    )?;
    tx.run(
        "update sessions set refresh_previous = null, refresh_salt = null where id = $1 and token_digest = $2",
        &[&device, &access],
    )?;
    Ok(())
}

pub(super) fn rotate(tx: &mut Tx<'_>, state: &State, next: &Next, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update sessions set access_previous = token_digest, token_digest = $2, access_until = $3,
                refresh_previous = refresh_digest, refresh_digest = $4, refresh_salt = $5, expires_at = $6, last_seen_at = $7, refresh_request = $8
         where id = $1",
        &[
            &state.id,
            &next.access,
            &next.access_until,
            &next.refresh,
            &next.salt,
            &next.expires_at,
            &now,
            &next.request,
        ],
    )?;
    Ok(())
}

pub(super) fn extend_access(tx: &mut Tx<'_>, device: SessionId, until: Timestamp) -> Result<(), Error> {
    tx.run("update sessions set access_until = $2 where id = $1", &[&device, &until])?;
    Ok(())
}

pub(super) fn forget_spent(tx: &mut Tx<'_>, device: SessionId, before: Timestamp) -> Result<(), Error> {
    tx.run("delete from spent_refresh_tokens where session_id = $1 and spent_at < $2", &[&device, &before])?;
    Ok(())
}

pub(super) fn touch(tx: &mut Tx<'_>, device: SessionId, now: Timestamp) -> Result<(), Error> {
    tx.run("update sessions set last_seen_at = $2 where id = $1 and ended_at is null", &[&device, &now])?;
    Ok(())
}

/// Revokes a device of which there is a copy.
pub(super) fn revoke(tx: &mut Tx<'_>, device: SessionId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update sessions set ended_at = $2, revoked_at = $2 where id = $1 and ended_at is null",
        &[&device, &now],
    )?;
    Ok(())
}

/// What was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A browser's session.
    Browser,
    /// A device, which is revoked with that.
    Device,
}

/// Ends one session of a staff user on purpose, which revokes a device;
/// another's is not found.
///
/// # Errors
/// When the database fails.
pub fn revoke_of_staff(
    tx: &mut Tx<'_>,
    staff: StaffId,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<Ended>, Error> {
    let row: Option<Row> = tx.opt(
        "update sessions set ended_at = $3, revoked_at = case when device_name is null then revoked_at else $3 end
         where staff_id = $1 and id = $2 and ended_at is null returning device_name",
        &[&staff, &session, &now],
    )?;
    row.map(|row| {
        let name: Option<String> = row.get("device_name")?;
        Ok(if name.is_some() { Ended::Device } else { Ended::Browser })
    })
    .transpose()
}

/// Ends all sessions of a staff user but `kept` on purpose, which revokes
/// devices.
///
/// # Errors
/// When the database fails.
pub fn revoke_others_of_staff(
    tx: &mut Tx<'_>,
    staff: StaffId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update sessions set revoked_at = $2
         where staff_id = $1 and device_name is not null and ended_at is null and expires_at > $2",
        &[&staff, &now],
    )?;
    sessions::end_others_of_staff(tx, staff, kept, now)?;
    Ok(())
}

/// Revokes all devices of a staff user who leaves, signed out or not.
///
/// # Errors
/// When the database fails.
pub fn revoke_all_of_staff(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update sessions set revoked_at = $2, ended_at = coalesce(ended_at, $2)
         where staff_id = $1 and device_name is not null and revoked_at is null",
        &[&staff, &now],
    )?;
    Ok(())
}

/// Someone's devices, last used first.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<Vec<Device>, Error> {
    tx.all(
        &format!(
            "select {DEVICE} from sessions where staff_id = $1 and device_name is not null and ended_at is null and expires_at > $2
             order by last_seen_at desc, id desc limit 100"
        ),
        &[&staff, &now],
    )
}

/// A device by its session, while that goes on.
///
/// # Errors
/// When the database fails.
pub fn current(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Device>, Error> {
    tx.opt(
        &format!(
            "select {DEVICE} from sessions where id = $1 and device_name is not null and ended_at is null"
        ),
        &[&id],
    )
}

/// Gives a device another name; says whether it goes on.
///
/// # Errors
/// When the database fails.
pub fn rename(tx: &mut Tx<'_>, id: SessionId, name: &str) -> Result<bool, Error> {
    tx.run_once(
        "update sessions set device_name = $2 where id = $1 and device_name is not null and ended_at is null",
        &[&id, &name],
    )
}

impl FromRow for State {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let (ended, revoked): (Option<Timestamp>, Option<Timestamp>) =
            (row.get("ended_at")?, row.get("revoked_at")?);
        Ok(Self {
            id: row.get("id")?,
            staff: row.get("staff_id")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
            ended: ended.is_some(),
            // Who doesn't work here any more has no device.
            revoked: revoked.is_some() || !row.get::<bool>("active")?,
            access: row.get("token_digest")?,
            access_until: row.get("access_until")?,
            refresh: row.get("refresh_digest")?,
            previous: row.get("refresh_previous")?,
            salt: row.get("refresh_salt")?,
            request: row.get("refresh_request")?,
        })
    }
}
