//! Whom a run reaches, and at what pace.

use std::time::Duration;

use super::{Act, Pace};
use crate::access::{self, Access, Missing, Obstacle};
use crate::kernel::Timestamp;
use crate::kernel::names;
use crate::retailers::{Contact, Retailer};

names! {
    /// Why someone is left out.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Reason {
        /// A password of their own is there: nothing to invite them to.
        HasPassword = "has-password",
        /// An invitation is on its way already.
        OnItsWay = "on-its-way",
        /// The last invitation is still good.
        StillGood = "still-good",
        /// The contact or their retailer is not active.
        Inactive = "inactive",
        /// Website access is off.
        AccessOff = "access-off",
        /// There is no e-mail address.
        NoEmail = "no-email",
        /// There is no username.
        NoUsername = "no-username",
        /// The address does not take mail.
        Bounced = "bounced",
        /// It is so already: nothing to change.
        AlreadySo = "already-so",
        /// Not there any more, or not for who started the run.
        Gone = "gone",
    }
}

impl From<Obstacle> for Reason {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Inactive => Self::Inactive,
            Obstacle::Off => Self::AccessOff,
            Obstacle::Missing(Missing::Email) => Self::NoEmail,
            Obstacle::Missing(Missing::Username) => Self::NoUsername,
            Obstacle::Bounced => Self::Bounced,
        }
    }
}

/// Whether an act reaches a contact at `now` (promise 14). `include_live`: an
/// invitation also goes to those whose last one is still good.
///
/// # Errors
/// Why they are left out.
pub(super) fn reaches_contact(
    act: Act,
    include_live: bool,
    contact: &Contact,
    now: Timestamp,
) -> Result<(), Reason> {
    let already = match act {
        Act::Invite => return may_be_invited(include_live, contact, now),
        Act::AccessOn => contact.website_access,
        Act::AccessOff => !contact.website_access,
        Act::Activate => contact.active,
        Act::Deactivate => !contact.active,
        Act::AssignTerritory => return Err(Reason::Gone),
    };
    if already { Err(Reason::AlreadySo) } else { Ok(()) }
}

fn may_be_invited(include_live: bool, contact: &Contact, now: Timestamp) -> Result<(), Reason> {
    access::obstacle(contact)?;
    match access::state(contact, now) {
        _ if contact.password_set_at.is_some() => Err(Reason::HasPassword),
        Access::Inviting => Err(Reason::OnItsWay),
        Access::Invited { .. } if !include_live => Err(Reason::StillGood),
        _ => Ok(()),
    }
}

/// Whether an act reaches a retailer; `territory` is where one is put.
///
/// # Errors
/// Why it is left out.
pub(super) fn reaches_retailer(act: Act, territory: &str, retailer: &Retailer) -> Result<(), Reason> {
    let already = match act {
        Act::AssignTerritory => retailer.territory == territory,
        Act::Activate => retailer.active,
        Act::Deactivate => !retailer.active,
        Act::Invite | Act::AccessOn | Act::AccessOff => return Err(Reason::Gone),
    };
    if already { Err(Reason::AlreadySo) } else { Ok(()) }
}

impl Pace {
    /// The time from one mail to the next.
    pub(super) fn gap(self) -> Duration {
        every(self.per_minute)
    }

    /// The time from one mail to a domain to the next.
    pub(super) fn domain_gap(self) -> Duration {
        every(self.per_domain)
    }

    /// How long `mails` take of which `to_one` go to one domain, about.
    pub fn lasts(self, mails: usize, to_one: usize) -> Duration {
        let times =
            |gap: Duration, count: usize| gap * u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX);
        times(self.gap(), mails).max(times(self.domain_gap(), to_one))
    }
}

fn every(per_minute: i64) -> Duration {
    Duration::from_millis(60_000 / u64::try_from(per_minute.max(1)).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retailers::samples::{NOW, contact};

    #[test]
    fn promise_14_who_is_eligible_follows_from_the_facts() {
        let later = Some(Timestamp::from_millis(2_000_000));
        let invited = Contact { was_invited: true, temporary_until: later, ..contact() };
        let cases = [
            (contact(), Ok(())),
            (Contact { was_invited: true, temporary_until: Some(NOW), ..contact() }, Ok(())),
            (Contact { retailer_active: false, ..contact() }, Err(Reason::Inactive)),
            (Contact { active: false, ..contact() }, Err(Reason::Inactive)),
            (Contact { website_access: false, ..contact() }, Err(Reason::AccessOff)),
            (Contact { email: None, ..contact() }, Err(Reason::NoEmail)),
            (Contact { username: None, ..contact() }, Err(Reason::NoUsername)),
            (Contact { bounced_at: Some(NOW), ..contact() }, Err(Reason::Bounced)),
            (
                Contact { password_set_at: Some(NOW), has_password: true, ..contact() },
                Err(Reason::HasPassword),
            ),
            (
                Contact { password_set_at: Some(NOW), has_password: false, ..contact() },
                Err(Reason::HasPassword),
            ),
            (Contact { mail_pending: true, was_invited: true, ..contact() }, Err(Reason::OnItsWay)),
            (invited.clone(), Err(Reason::StillGood)),
        ];
        for (contact, expected) in cases {
            assert_eq!(reaches_contact(Act::Invite, false, &contact, NOW), expected, "{contact:?}");
        }
        assert_eq!(reaches_contact(Act::Invite, true, &invited, NOW), Ok(()));
    }

    #[test]
    fn who_is_so_already_is_left_out() {
        let on = contact();
        let already = Err(Reason::AlreadySo);
        assert_eq!(reaches_contact(Act::AccessOn, false, &on, NOW), already);
        assert_eq!(reaches_contact(Act::AccessOff, false, &on, NOW), Ok(()));
        assert_eq!(reaches_contact(Act::Activate, false, &on, NOW), already);
        assert_eq!(reaches_contact(Act::Deactivate, false, &on, NOW), Ok(()));
    }

    #[test]
    fn a_run_lasts_as_long_as_its_slowest_part() {
        let pace = Pace { per_minute: 60, per_domain: 20 };
        assert_eq!(pace.lasts(61, 1), Duration::from_mins(1));
        assert_eq!(pace.lasts(61, 61), Duration::from_mins(3));
        assert_eq!(pace.lasts(0, 0), Duration::ZERO);
    }

    #[test]
    fn reasons_are_found_by_their_names() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_name(reason.as_str()), Some(reason));
        }
    }
}
