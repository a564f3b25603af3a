//! The state of a contact's access, from the facts.

use super::Ready;
use crate::kernel::Timestamp;
use crate::retailers::Contact;

/// What is missing before a contact can be invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An e-mail address.
    Email,
    /// A username.
    Username,
}

/// Where a contact stands with the website: the badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The contact or the retailer is not active.
    Inactive,
    /// The switch is off.
    Off,
    /// Something is missing.
    NotReady(Missing),
    /// The address does not take mail.
    Bounced,
    /// No invitation has been sent.
    NotInvited,
    /// An invitation is on its way to the mail server.
    Inviting,
    /// Invited; the temporary password lives until then.
    Invited {
        /// When it expires.
        until: Timestamp,
    },
    /// Invited, and the temporary password ran out unused.
    InvitationExpired,
    /// Has a password of their own.
    Active,
    /// Has the password of the system before, and has not signed in with it yet.
    BroughtAlong,
    /// Has a password, and a reset is on its way to the mail server.
    Resetting,
    /// Has had a password, and a reset's temporary one lives until then.
    ResetSent {
        /// When it expires.
        until: Timestamp,
    },
    /// The password was stopped and nothing took its place yet.
    Stopped,
}

/// Where a contact stands at `now`.
pub fn state(contact: &Contact, now: Timestamp) -> Access {
    let live_until = contact.temporary_until.filter(|until| *until > now);
    match obstacle(contact) {
        Err(Obstacle::Inactive) => Access::Inactive,
        Err(Obstacle::Off) => Access::Off,
        Err(Obstacle::Missing(missing)) => Access::NotReady(missing),
        Err(Obstacle::Bounced) => Access::Bounced,
        Ok(_) if contact.password_set_at.is_some() => match (contact.mail_pending, live_until) {
            (true, _) => Access::Resetting,
            (false, Some(until)) => Access::ResetSent { until },
            (false, None) if contact.has_password && contact.password_brought_at.is_some() => {
                Access::BroughtAlong
            }
            (false, None) if contact.has_password => Access::Active,
            (false, None) => Access::Stopped,
        },
        Ok(_) => match (contact.mail_pending, live_until) {
            (true, _) => Access::Inviting,
            (false, Some(until)) => Access::Invited { until },
            (false, None) if contact.was_invited => Access::InvitationExpired,
            (false, None) => Access::NotInvited,
        },
    }
}

/// Why no temporary password can be mailed to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The contact or the retailer is not active.
    Inactive,
    /// The switch is off.
    Off,
    /// Something is missing.
    Missing(Missing),
    /// The address does not take mail.
    Bounced,
}

/// Whether a contact may be signed in at all.
pub fn is_open(contact: &Contact) -> bool {
    contact.website_access && contact.active && contact.retailer_active
}

/// What is needed to mail a temporary password, or what stands in the way.
///
/// # Errors
/// The first obstacle.
pub fn obstacle(contact: &Contact) -> Result<Ready, Obstacle> {
    if !contact.active || !contact.retailer_active {
        return Err(Obstacle::Inactive);
    }
    if !contact.website_access {
        return Err(Obstacle::Off);
    }
    let email = contact.email.clone().ok_or(Obstacle::Missing(Missing::Email))?;
    let username = contact.username.clone().ok_or(Obstacle::Missing(Missing::Username))?;
    if contact.bounced_at.is_some() {
        return Err(Obstacle::Bounced);
    }
    Ok(Ready { email, username })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retailers::samples::{NOW, contact};

    #[test]
    fn the_badge_follows_from_the_facts() {
        let (past, future) = (Timestamp::from_millis(1), Timestamp::from_millis(2_000_000));
        let set = Some(past);
        let cases = [
            (Contact { active: false, ..contact() }, Access::Inactive),
            (Contact { retailer_active: false, ..contact() }, Access::Inactive),
            (Contact { website_access: false, ..contact() }, Access::Off),
            (Contact { email: None, ..contact() }, Access::NotReady(Missing::Email)),
            (Contact { username: None, ..contact() }, Access::NotReady(Missing::Username)),
            (Contact { bounced_at: set, ..contact() }, Access::Bounced),
            (contact(), Access::NotInvited),
            (Contact { was_invited: true, mail_pending: true, ..contact() }, Access::Inviting),
            (
                Contact { was_invited: true, temporary_until: Some(future), ..contact() },
                Access::Invited { until: future },
            ),
            (Contact { was_invited: true, temporary_until: set, ..contact() }, Access::InvitationExpired),
            (Contact { has_password: true, password_set_at: set, ..contact() }, Access::Active),
            (
                Contact { has_password: true, password_set_at: set, password_brought_at: set, ..contact() },
                Access::BroughtAlong,
            ),
            (
                Contact { has_password: true, password_set_at: set, mail_pending: true, ..contact() },
                Access::Resetting,
            ),
            (
                Contact {
                    has_password: true,
                    password_set_at: set,
                    temporary_until: Some(future),
                    ..contact()
                },
                Access::ResetSent { until: future },
            ),
            (Contact { password_set_at: set, temporary_until: set, ..contact() }, Access::Stopped),
        ];
        for (contact, expected) in cases {
            assert_eq!(state(&contact, NOW), expected);
        }
    }
}
