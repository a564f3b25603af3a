//! Roles: the built-in ones, and those of one's own.

pub mod abilities;
mod edit;
pub mod portal;
mod store;

use std::collections::BTreeSet;

use crate::actor::{Act, Actor, Level, Permissions, Reach};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::RoleId;

pub use edit::{Kept, add, all, change, delete, find, get, may_change, may_give};

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Which.
    pub id: RoleId,
    /// What it is called.
    pub name: String,
    /// Whether it comes with Tradepost and can't be changed.
    pub built_in: bool,
    /// Whether it is the Owner's.
    pub owner: bool,
    /// What it allows.
    pub permissions: Permissions,
    /// Goes up with every change.
    pub version: i64,
    /// How many people who work here have it.
    pub people: i64,
    /// How many have it who are deactivated.
    pub former: i64,
}

/// A role that comes with Tradepost and can't be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// All, staff and roles too.
    Owner,
    /// All of customer access, all retailers.
    SalesAdmin,
    /// Own territories: view, trigger resets, edit contact details.
    SalesRep,
    /// View and trigger resets; no edits.
    Support,
}

impl BuiltIn {
    /// Every built-in role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::SalesAdmin, Self::SalesRep, Self::Support];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::SalesAdmin => "Sales admin",
            Self::SalesRep => "Sales rep",
            Self::Support => "Support",
        }
    }

    /// What it allows.
    pub fn permissions(self) -> Permissions {
        use Act::{BulkInvite, ChangeSignIn, Export, Import, ManageStaff, TriggerReset, ViewAudit};
        let of = |customers, (staff, settings), reach, acts: &[Act]| Permissions {
            customers,
            staff,
            settings,
            reach,
            acts: acts.iter().copied().collect::<BTreeSet<_>>(),
        };
        match self {
            Self::Owner => of(
                Level::Write,
                (Level::Write, Level::Write),
                Reach::AllRetailers,
                &[TriggerReset, ChangeSignIn, BulkInvite, ManageStaff, ViewAudit, Import, Export],
            ),
            Self::SalesAdmin => of(
                Level::Write,
                (Level::None, Level::Read),
                Reach::AllRetailers,
                &[TriggerReset, ChangeSignIn, BulkInvite, ViewAudit, Import, Export],
            ),
            Self::SalesRep => {
                of(Level::Write, (Level::None, Level::None), Reach::OwnTerritories, &[TriggerReset])
            }
            Self::Support => {
                of(Level::Read, (Level::None, Level::None), Reach::AllRetailers, &[TriggerReset])
            }
        }
    }
}

/// Writes the built-in roles as this binary knows them. Where there were none yet,
/// they demand a second factor after so many days of grace, if they are to (ASVS
/// 5.0, 6.3.3); other installations have what their Owners chose.
///
/// # Errors
/// When the database fails.
pub fn establish_with_factor(tx: &mut Tx<'_>, days: Option<i64>, now: Timestamp) -> Result<()> {
    let is_new = store::all(tx)?.is_empty();
    establish(tx, now)?;
    let Some(days) = days.filter(|_| is_new) else { return Ok(()) };
    for role in store::all(tx)? {
        super::factors::demand(tx, &Actor::system(), role.id, Some(days), now)?;
    }
    Ok(())
}

/// Writes the built-in roles as this binary knows them.
///
/// # Errors
/// When the database fails.
pub fn establish(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    for role in BuiltIn::ALL {
        let permissions = serde_json::to_string(&role.permissions())
            .map_err(|error| crate::Error::Render { what: "a role", problem: error.to_string() })?;
        super::store::establish_role(tx, RoleId::new(now), role.name(), &permissions)?;
    }
    Ok(())
}

/// The role of a name.
///
/// # Errors
/// When the database fails.
pub fn named(tx: &mut Tx<'_>, name: &str) -> Result<Option<RoleId>> {
    Ok(super::store::role_named(tx, name)?)
}
