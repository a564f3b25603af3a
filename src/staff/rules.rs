//! Who may do what to whom among staff: only an Owner touches an Owner, and
//! nobody gives, or takes over, more than they have.

use crate::actor::{Permissions, Reach};
use crate::kernel::id::{RoleId, StaffId, TerritoryId};

/// Who acts on staff and roles, as they are at this moment.
#[derive(Clone, Debug)]
pub struct Hand {
    /// Who; nobody for the operator.
    pub id: Option<StaffId>,
    /// Whether they are an Owner, or the operator.
    pub owner: bool,
    /// What their role allows.
    pub permissions: Permissions,
    /// Their role; none for the operator.
    pub role: Option<RoleId>,
    /// Their territories.
    pub territories: Vec<TerritoryId>,
}

/// What someone has, or is to be given.
#[derive(Clone, Copy, Debug)]
pub struct Rights<'a> {
    /// Whether it is the Owner's role.
    pub owner: bool,
    /// What the role allows.
    pub permissions: &'a Permissions,
    /// The territories.
    pub territories: &'a [TerritoryId],
}

impl Hand {
    /// Whether this hand may give these rights to someone, or touch someone who
    /// has them.
    pub fn may_give(&self, rights: Rights<'_>) -> bool {
        if self.owner {
            return true;
        }
        let bounded = self.permissions.reach == Reach::OwnTerritories;
        let within = !bounded || rights.territories.iter().all(|one| self.territories.contains(one));
        !rights.owner && within && covers(&self.permissions, rights.permissions)
    }

    /// Whether it is their own.
    pub fn is(&self, staff: StaffId) -> bool {
        self.id == Some(staff)
    }
}

/// Whether everything that `theirs` allows is allowed by `mine`, too.
pub fn covers(mine: &Permissions, theirs: &Permissions) -> bool {
    mine.customers >= theirs.customers
        && mine.staff >= theirs.staff
        && mine.settings >= theirs.settings
        && (mine.reach == Reach::AllRetailers || theirs.reach == Reach::OwnTerritories)
        && theirs.acts.is_subset(&mine.acts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::{Act, Level};
    use crate::kernel::Timestamp;
    use crate::staff::BuiltIn;

    fn hand(permissions: Permissions, territories: &[TerritoryId]) -> Hand {
        Hand { id: None, owner: false, permissions, role: None, territories: territories.to_vec() }
    }

    #[test]
    fn every_role_covers_itself_and_only_owner_covers_owner() {
        for role in BuiltIn::ALL {
            assert!(covers(&role.permissions(), &role.permissions()), "{role:?}");
            assert_eq!(covers(&role.permissions(), &BuiltIn::Owner.permissions()), role == BuiltIn::Owner);
        }
        assert!(covers(&BuiltIn::SalesAdmin.permissions(), &BuiltIn::SalesRep.permissions()));
        assert!(!covers(&BuiltIn::SalesRep.permissions(), &BuiltIn::Support.permissions()), "all retailers");
    }

    #[test]
    fn each_single_right_more_is_too_much() {
        let mine = BuiltIn::Support.permissions();
        let more: [fn(&mut Permissions); 4] = [
            |it| it.customers = Level::Write,
            |it| it.staff = Level::Read,
            |it| it.settings = Level::Read,
            |it| it.acts = [Act::TriggerReset, Act::Export].into(),
        ];
        for add in more {
            let mut theirs = mine.clone();
            add(&mut theirs);
            assert!(!covers(&mine, &theirs), "{theirs:?}");
        }
    }

    #[test]
    fn rights_that_equal_an_owners_are_still_not_an_owner() {
        let all = BuiltIn::Owner.permissions();
        let rights = |owner| Rights { owner, permissions: &all, territories: &[] };
        assert!(hand(all.clone(), &[]).may_give(rights(false)));
        assert!(!hand(all.clone(), &[]).may_give(rights(true)));
    }

    #[test]
    fn who_is_bounded_gives_their_own_territories_only() {
        let now = Timestamp::from_millis(1);
        let (north, south) = (TerritoryId::new(now), TerritoryId::new(now));
        let rep = BuiltIn::SalesRep.permissions();
        let give = |territories: &[TerritoryId]| {
            hand(rep.clone(), &[north]).may_give(Rights { owner: false, permissions: &rep, territories })
        };
        assert!(give(&[north]) && give(&[]) && !give(&[south]) && !give(&[north, south]));
    }
}
