//! Who acts, through which door, and what they may do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::kernel::id::{ContactId, StaffId};
use crate::kernel::names;
use crate::kernel::network;

names! {
    /// The door someone came through.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Door {
        /// The website, where contacts are.
        Website = "website",
        /// The portal, where office staff are.
        Portal = "portal",
        /// The sales app, where reps are.
        Sales = "sales",
        /// The API, where other programs are.
        Api = "api",
        /// The command line.
        CommandLine = "command-line",
        /// A worker in the background.
        Worker = "worker",
    }
}

/// Someone acting.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// Through which door.
    pub door: Door,
    /// From where: the client's IP address; empty for the machine itself.
    pub address: String,
}

/// Who acts.
#[derive(Clone, Debug)]
pub enum Who {
    /// Someone not signed in.
    Nobody,
    /// A contact.
    Contact(ContactId),
    /// A staff user.
    Staff(StaffActor),
    /// Whoever may run commands on the machine.
    Operator,
    /// Tradepost itself.
    System,
}

/// A staff user with what they may do.
#[derive(Clone, Debug)]
pub struct StaffActor {
    /// Who.
    pub id: StaffId,
    /// What their role allows.
    pub permissions: Permissions,
}

impl Actor {
    /// The operator at the command line.
    pub fn operator() -> Self {
        Self { who: Who::Operator, door: Door::CommandLine, address: String::new() }
    }

    /// Tradepost itself, in the background.
    pub fn system() -> Self {
        Self { who: Who::System, door: Door::Worker, address: String::new() }
    }

    /// On whose account their work stands in line (`jobs`): a staff user by
    /// themselves, everyone else with their network.
    pub fn share(&self) -> String {
        match &self.who {
            Who::Staff(staff) => staff.id.to_string(),
            _ => network::household(&self.address),
        }
    }

    /// Whether this actor may do a guarded act. The operator may do all; a
    /// contact or nobody may do none.
    pub fn may(&self, act: Act) -> bool {
        match &self.who {
            Who::Operator | Who::System => true,
            Who::Staff(staff) => staff.permissions.acts.contains(&act),
            Who::Contact(_) | Who::Nobody => false,
        }
    }

    /// Whether this actor may see customers at all.
    pub fn may_see_customers(&self) -> bool {
        self.level(|permissions| permissions.customers) >= Level::Read
    }

    /// Whether this actor may change customers' details.
    pub fn may_edit_customers(&self) -> bool {
        self.level(|permissions| permissions.customers) >= Level::Write
    }

    /// How far this actor goes with staff and roles.
    pub fn staff_level(&self) -> Level {
        self.level(|permissions| permissions.staff)
    }

    /// How far this actor goes with settings and the words of mails.
    pub fn settings_level(&self) -> Level {
        self.level(|permissions| permissions.settings)
    }

    fn level(&self, of: impl Fn(&Permissions) -> Level) -> Level {
        match &self.who {
            Who::Operator | Who::System => Level::Write,
            Who::Staff(staff) => of(&staff.permissions),
            Who::Contact(_) | Who::Nobody => Level::None,
        }
    }

    /// The staff user whose territories bound what this actor sees; `None`
    /// when nothing bounds it.
    pub fn bounded_by(&self) -> Option<StaffId> {
        match &self.who {
            Who::Staff(staff) if staff.permissions.reach == Reach::OwnTerritories => Some(staff.id),
            _ => None,
        }
    }
}

/// How far a role goes in one area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Not at all.
    #[default]
    None,
    /// Look.
    Read,
    /// Look and change.
    Write,
}

/// Which retailers a role reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Those of the staff user's own territories.
    OwnTerritories,
    /// All of them.
    AllRetailers,
}

/// A single act worth guarding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Start a reset or an invitation.
    TriggerReset,
    /// Change a username, an e-mail address or the access switch.
    ChangeSignIn,
    /// Invite many at once.
    BulkInvite,
    /// Add and change staff and roles.
    ManageStaff,
    /// Read the audit trail.
    ViewAudit,
    /// Import customers.
    Import,
    /// Export customers.
    Export,
}

/// What a role allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Retailers and contacts.
    pub customers: Level,
    /// Staff and roles.
    pub staff: Level,
    /// Settings and the words of mails.
    #[serde(default)]
    pub settings: Level,
    /// Which retailers.
    pub reach: Reach,
    /// The guarded acts.
    pub acts: BTreeSet<Act>,
}
