//! The SQL of staff users as people: who they are, what they may, where they work.

use super::{Details, Person};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{RoleId, StaffId, TerritoryId};
use crate::kernel::{EmailAddress, Timestamp};

const PERSON: &str =
    "select s.id, s.email, s.name, s.kind, s.active, s.version, s.role_id, s.last_sign_in_at,
        s.password_hash is not null as has_password, r.name as role, r.permissions,
        (r.built_in and r.name_key = 'owner') as is_owner
     from staff s join roles r on r.id = s.role_id";

pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Person>, Error> {
    tx.all(&format!("{PERSON} order by s.active desc, s.name, s.id"), &[])
}

pub(super) fn find(tx: &mut Tx<'_>, id: StaffId) -> Result<Option<Person>, Error> {
    tx.opt(&format!("{PERSON} where s.id = $1"), &[&id])
}

/// Which territories everyone has, by their names.
pub(super) fn territories(tx: &mut Tx<'_>) -> Result<Vec<(StaffId, TerritoryId, String)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select x.staff_id, t.id, t.name from staff_territories x join territories t on t.id = x.territory_id order by t.name_key",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get("staff_id")?, row.get("id")?, row.get("name")?))).collect()
}

pub(super) fn update(tx: &mut Tx<'_>, (id, version): (StaffId, i64), new: &Details) -> Result<bool, Error> {
    tx.run_once(
        "update staff set name = $3, email = $4, email_key = $5, kind = $6, version = version + 1 where id = $1 and version = $2",
        &[&id, &version, &new.name, &new.email.as_str(), &new.email.key(), &new.kind.as_str()],
    )
}

pub(super) fn set_role(tx: &mut Tx<'_>, id: StaffId, role: RoleId, now: Timestamp) -> Result<(), Error> {
    tx.run("update staff set role_id = $2, role_since = $3 where id = $1", &[&id, &role, &now])?;
    Ok(())
}

pub(super) fn clear_territories(tx: &mut Tx<'_>, id: StaffId) -> Result<(), Error> {
    tx.run("delete from staff_territories where staff_id = $1", &[&id])?;
    Ok(())
}

pub(super) fn set_active(tx: &mut Tx<'_>, id: StaffId, active: bool) -> Result<bool, Error> {
    tx.run_once(
        "update staff set active = $2, version = version + 1 where id = $1 and active <> $2",
        &[&id, &active],
    )
}

/// Whether someone else who works here is an Owner.
pub(super) fn has_other_owner(tx: &mut Tx<'_>, id: StaffId) -> Result<bool, Error> {
    let row: Row = tx.one(
        "select count(*) as owners from staff s join roles r on r.id = s.role_id
         where s.id <> $1 and s.active and r.built_in and r.name_key = 'owner'",
        &[&id],
    )?;
    Ok(row.get::<i64>("owners")? > 0)
}

impl FromRow for Person {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            email: row.parse("email", EmailAddress::parse)?,
            name: row.get("name")?,
            kind: row.named("kind")?,
            active: row.get("active")?,
            version: row.get("version")?,
            role: row.get("role_id")?,
            role_name: row.get("role")?,
            owner: row.get("is_owner")?,
            permissions: row.parse("permissions", |text| serde_json::from_str(text))?,
            has_password: row.get("has_password")?,
            last_sign_in_at: row.get("last_sign_in_at")?,
            territories: Vec::new(),
        })
    }
}
