//! Roles of one's own: made by copying, changed, deleted.

use super::{Role, store};
use crate::actor::{Actor, Level, Permissions};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::RoleId;
use crate::staff::people;
use crate::staff::rules::{Hand, Rights};

/// What came of making, changing or deleting a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is done.
    Saved(RoleId),
    /// It was so already; nothing was written.
    Unchanged(RoleId),
    /// Another role is called that.
    NameTaken,
    /// Someone else changed it meanwhile; nothing was written.
    ChangedMeanwhile,
    /// People have it: so many who work here and so many who did.
    InUse(i64, i64),
}

/// Every role, for who may see staff.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not.
pub fn all(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Role>> {
    must_see(actor)?;
    Ok(store::all(tx)?)
}

/// One role, for who may see staff.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not, [`Error::NotFound`] when there
/// is none.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: RoleId) -> Result<Role> {
    must_see(actor)?;
    get(tx, id)
}

/// One role.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: RoleId) -> Result<Role> {
    store::find(tx, id)?.ok_or(Error::NotFound)
}

fn must_see(actor: &Actor) -> Result<()> {
    if actor.staff_level() >= Level::Read { Ok(()) } else { Err(Error::NotAllowed) }
}

/// Whether this hand may change that role: no built-in one, not its own, and
/// none that allows more than it has.
pub fn may_change(hand: &Hand, role: &Role) -> bool {
    !role.built_in && hand.role != Some(role.id) && may_give(hand, &role.permissions)
}

/// Whether this hand may make a role that allows this.
pub fn may_give(hand: &Hand, permissions: &Permissions) -> bool {
    hand.may_give(rights(permissions))
}

fn rights(permissions: &Permissions) -> Rights<'_> {
    Rights { owner: false, permissions, territories: &[] }
}

/// Makes a role.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not, or it allows what they lack.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (name, permissions): (&str, &Permissions),
    now: Timestamp,
) -> Result<Kept> {
    let hand = people::managing(tx, actor)?;
    if !may_give(&hand, permissions) {
        return Err(Error::NotAllowed);
    }
    if super::named(tx, name)?.is_some() {
        return Ok(Kept::NameTaken);
    }
    let id = RoleId::new(now);
    store::insert(tx, id, name, &as_json(permissions)?)?;
    audit::record(tx, actor, now, Event::RoleAdded, About::default().with("role", id))?;
    Ok(Kept::Saved(id))
}

/// Changes a role of which the actor saw `version`. Whoever has it may do what
/// it says from their next request on.
///
/// # Errors
/// As for [`add`]; also for a built-in role and one's own.
pub fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (RoleId, i64),
    (name, permissions): (&str, &Permissions),
    now: Timestamp,
) -> Result<Kept> {
    let hand = people::managing(tx, actor)?;
    let role = get(tx, id)?;
    if !may_change(&hand, &role) || !may_give(&hand, permissions) {
        return Err(Error::NotAllowed);
    }
    if super::named(tx, name)?.is_some_and(|other| other != id) {
        return Ok(Kept::NameTaken);
    }
    if role.version == version && role.name == name && role.permissions == *permissions {
        return Ok(Kept::Unchanged(id));
    }
    if !store::update(tx, (id, version), name, &as_json(permissions)?)? {
        return Ok(Kept::ChangedMeanwhile);
    }
    audit::record(tx, actor, now, Event::RoleChanged, About::default().with("role", id))?;
    Ok(Kept::Saved(id))
}

/// Deletes a role that nobody has.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: RoleId, now: Timestamp) -> Result<Kept> {
    let hand = people::managing(tx, actor)?;
    let role = get(tx, id)?;
    if !may_change(&hand, &role) {
        return Err(Error::NotAllowed);
    }
    if role.people + role.former > 0 {
        return Ok(Kept::InUse(role.people, role.former));
    }
    if store::delete(tx, id)? {
        audit::record(tx, actor, now, Event::RoleDeleted, About::default().with("role", id))?;
    }
    Ok(Kept::Saved(id))
}

fn as_json(permissions: &Permissions) -> Result<String> {
    serde_json::to_string(permissions)
        .map_err(|error| Error::Render { what: "a role", problem: error.to_string() })
}
