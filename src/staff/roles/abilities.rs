//! What a role lets people do, in plain words.

use super::Role;
use crate::actor::{Act, Level, Permissions, Reach};

/// One thing that a role allows or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// See retailers and contacts.
    SeeCustomers,
    /// Change their details.
    EditCustomers,
    /// A guarded act.
    Act(Act),
    /// See staff, roles and territories.
    SeeStaff,
    /// Make, rename and delete territories.
    ArrangeTerritories,
    /// See the settings and the words of mails.
    SeeSettings,
    /// Change them.
    ChangeSettings,
}

impl Ability {
    /// Every ability, in the order pages show them.
    pub const ALL: [Self; 13] = [
        Self::SeeCustomers,
        Self::EditCustomers,
        Self::Act(Act::TriggerReset),
        Self::Act(Act::ChangeSignIn),
        Self::Act(Act::BulkInvite),
        Self::Act(Act::Import),
        Self::Act(Act::Export),
        Self::Act(Act::ViewAudit),
        Self::SeeStaff,
        Self::ArrangeTerritories,
        Self::Act(Act::ManageStaff),
        Self::SeeSettings,
        Self::ChangeSettings,
    ];

    /// Its name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SeeCustomers => "see-customers",
            Self::EditCustomers => "edit-customers",
            Self::Act(act) => act_name(act),
            Self::SeeStaff => "see-staff",
            Self::ArrangeTerritories => "arrange-territories",
            Self::SeeSettings => "see-settings",
            Self::ChangeSettings => "change-settings",
        }
    }

    /// The ability of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ability| ability.as_str() == name)
    }

    /// What it lets one do, as the end of "They can …".
    pub const fn words(self) -> &'static str {
        match self {
            Self::SeeCustomers => "see retailers and contacts",
            Self::EditCustomers => "enter, change, move and merge retailers and contacts",
            Self::Act(act) => act_words(act),
            Self::SeeStaff => "see who works here, their roles and territories",
            Self::ArrangeTerritories => "make, rename and delete territories",
            Self::SeeSettings => "see the settings and the words of mails",
            Self::ChangeSettings => "change the settings and the words of mails",
        }
    }

    /// Whether a role with these permissions allows it.
    pub fn is_in(self, permissions: &Permissions) -> bool {
        let customers = permissions.customers >= Level::Read;
        match self {
            Self::SeeCustomers => customers,
            Self::EditCustomers => permissions.customers >= Level::Write,
            Self::Act(Act::ManageStaff) => {
                permissions.staff >= Level::Write && permissions.acts.contains(&Act::ManageStaff)
            }
            Self::Act(Act::ViewAudit) => permissions.acts.contains(&Act::ViewAudit),
            Self::Act(act) => customers && permissions.acts.contains(&act),
            Self::SeeStaff => permissions.staff >= Level::Read,
            Self::ArrangeTerritories => permissions.staff >= Level::Write,
            Self::SeeSettings => permissions.settings >= Level::Read,
            Self::ChangeSettings => permissions.settings >= Level::Write,
        }
    }
}

/// Whose customers a role is about, as a sentence.
pub const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::AllRetailers => "All retailers and their contacts.",
        Reach::OwnTerritories => {
            "Only retailers of their own territories; all others are not found, in every door."
        }
    }
}

impl Role {
    /// Whose customers it is about.
    pub const fn whose(&self) -> &'static str {
        reach(self.permissions.reach)
    }

    /// What it allows, for who chooses one.
    pub fn summary(&self) -> String {
        if self.owner {
            return "Everything, for all retailers: customers, staff, roles and settings.".into();
        }
        let can: Vec<&str> = Ability::ALL
            .into_iter()
            .filter(|ability| ability.is_in(&self.permissions))
            .map(Ability::words)
            .collect();
        if can.is_empty() {
            "Nothing yet.".into()
        } else {
            format!("{} They can {}.", self.whose(), can.join("; "))
        }
    }
}

/// The name of a guarded act in addresses and forms.
pub const fn act_name(act: Act) -> &'static str {
    match act {
        Act::TriggerReset => "trigger_reset",
        Act::ChangeSignIn => "change_sign_in",
        Act::BulkInvite => "bulk_invite",
        Act::ManageStaff => "manage_staff",
        Act::ViewAudit => "view_audit",
        Act::Import => "import",
        Act::Export => "export",
    }
}

const fn act_words(act: Act) -> &'static str {
    match act {
        Act::TriggerReset => "send website invitations and password resets, and call them back",
        Act::ChangeSignIn => {
            "change a contact’s username, e-mail address and website access, and sign contacts out"
        }
        Act::BulkInvite => "invite many contacts at once",
        Act::ManageStaff => "add and change staff users and roles, within what they may do themselves",
        Act::ViewAudit => "read the audit trail and verify it",
        Act::Import => "import customers",
        Act::Export => "export customers and the audit trail",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::BuiltIn;

    #[test]
    fn an_owner_can_all_and_support_little() {
        let of = |role: BuiltIn| {
            Ability::ALL.into_iter().filter(|ability| ability.is_in(&role.permissions())).count()
        };
        assert_eq!(of(BuiltIn::Owner), Ability::ALL.len());
        assert_eq!(of(BuiltIn::Support), 2);
    }

    #[test]
    fn names_lead_back() {
        for ability in Ability::ALL {
            assert_eq!(Ability::from_name(ability.as_str()), Some(ability));
        }
    }
}
