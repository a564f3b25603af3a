//! The SQL of roles.

use super::Role;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::RoleId;
use crate::kernel::text;

const ROLE: &str = "select r.id, r.name, r.built_in, r.permissions, r.version,
        (r.built_in and r.name_key = 'owner') as is_owner,
        (select count(*) from staff s where s.role_id = r.id and s.active) as people,
        (select count(*) from staff s where s.role_id = r.id and not s.active) as former
     from roles r";

/// The built-in ones first.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Role>, Error> {
    tx.all(&format!("{ROLE} order by r.built_in desc, r.name_key"), &[])
}

pub(super) fn find(tx: &mut Tx<'_>, id: RoleId) -> Result<Option<Role>, Error> {
    tx.opt(&format!("{ROLE} where r.id = $1"), &[&id])
}

pub(super) fn insert(tx: &mut Tx<'_>, id: RoleId, name: &str, permissions: &str) -> Result<(), Error> {
    tx.run(
        "insert into roles (id, name, name_key, built_in, permissions) values ($1, $2, $3, $4, $5)",
        &[&id, &name, &text::search_key(name), &false, &permissions],
    )?;
    Ok(())
}

pub(super) fn update(
    tx: &mut Tx<'_>,
    (id, version): (RoleId, i64),
    name: &str,
    permissions: &str,
) -> Result<bool, Error> {
    tx.run_once(
        "update roles set name = $3, name_key = $4, permissions = $5, version = version + 1 where id = $1 and version = $2 and not built_in",
        &[&id, &version, &name, &text::search_key(name), &permissions],
    )
}

pub(super) fn delete(tx: &mut Tx<'_>, id: RoleId) -> Result<bool, Error> {
    tx.run_once("delete from roles where id = $1 and not built_in", &[&id])
}

impl FromRow for Role {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            built_in: row.get("built_in")?,
            owner: row.get("is_owner")?,
            permissions: row.parse("permissions", |text| serde_json::from_str(text))?,
            version: row.get("version")?,
            people: row.get("people")?,
            former: row.get("former")?,
        })
    }
}
