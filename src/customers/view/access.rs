//! Where a contact stands with the website, in words.

use super::{Badge, short, spelt};
use crate::access::{self, Access, Missing, Obstacle};
use crate::actor::{Act, Actor};
use crate::kernel::Timestamp;
use crate::retailers::Contact;

/// A contact's access with what can be done about it.
#[derive(Clone, Debug)]
pub struct AccessView {
    /// It in a word.
    pub badge: Badge,
    /// What the state means, and what comes next.
    pub meaning: String,
    /// What sending a temporary password is called here.
    pub act: &'static str,
    /// Whether it can be sent, and by this actor.
    pub may_send: bool,
    /// Whether this actor may turn the switch.
    pub may_switch: bool,
}

impl AccessView {
    /// The access of a contact as `actor` sees it.
    pub fn new(contact: &Contact, actor: &Actor, now: Timestamp) -> Self {
        Self {
            badge: badge_of(contact, now),
            meaning: meaning(access::state(contact, now), contact, now),
            act: act(contact),
            may_send: actor.may(Act::TriggerReset) && access::obstacle(contact).is_ok(),
            may_switch: actor.may(Act::ChangeSignIn),
        }
    }
}

/// One thing that is needed to sign in.
#[derive(Clone, Debug)]
pub struct Need {
    /// Whether it is there.
    pub done: bool,
    /// What it is.
    pub text: &'static str,
    /// Where it can be mended; empty where it is there or the actor may not.
    pub href: String,
    /// What the link says.
    pub link: &'static str,
}

/// What a contact needs to sign in, in the order it is mended; nothing once they
/// can.
pub(super) fn needs(contact: &Contact, actor: &Actor) -> Vec<Need> {
    let page = format!("/portal/contacts/{}", contact.id);
    let sign_in = (format!("{page}/sign-in"), "Change", actor.may(Act::ChangeSignIn));
    let retailer = (format!("/portal/retailers/{}", contact.retailer), "Open the retailer", true);
    let here = (String::new(), "", false);
    let invite = (
        format!("{page}/resets/new"),
        "Send it",
        actor.may(Act::TriggerReset) && access::obstacle(contact).is_ok(),
    );
    let all = [
        (contact.retailer_active, "The retailer is active", retailer),
        (contact.active, "The contact is active", here.clone()),
        (contact.website_access, "Website access is on", here.clone()),
        (contact.email.is_some(), "An e-mail address", sign_in.clone()),
        (contact.username.is_some(), "A username", sign_in.clone()),
        (contact.bounced_at.is_none(), "The address takes mail", sign_in),
        (contact.was_invited || contact.password_set_at.is_some(), "A website invitation was sent", invite),
        (contact.has_password, "A password of their own", here),
    ];
    if all.iter().all(|(done, ..)| *done) {
        return Vec::new();
    }
    all.into_iter()
        .map(|(done, text, (href, link, may))| Need {
            done,
            text,
            href: if may && !done { href } else { String::new() },
            link,
        })
        .collect()
}

/// The name of the act: before and after the contact has had a password.
pub(super) fn act(contact: &Contact) -> &'static str {
    if contact.password_set_at.is_some() { "Send password reset" } else { "Send website invitation" }
}

pub(super) fn badge_of(contact: &Contact, now: Timestamp) -> Badge {
    badge(access::state(contact, now), contact.has_password, now)
}

fn badge(access: Access, has_password: bool, now: Timestamp) -> Badge {
    let base = if has_password { "Active" } else { "Stopped" };
    match access {
        Access::Inactive => Badge::new("neutral", "dash", "Inactive"),
        Access::Off => Badge::new("neutral", "dash", "Off"),
        Access::NotReady(Missing::Email) => Badge::new("warn", "triangle", "Missing e-mail"),
        Access::NotReady(Missing::Username) => Badge::new("warn", "triangle", "Missing username"),
        Access::Bounced => Badge::new("bad", "cross", "Bounced"),
        Access::NotInvited => Badge::new("neutral", "ring", "Not invited"),
        Access::Inviting => Badge::new("info", "clock", "Invitation on its way"),
        Access::Invited { until } => {
            Badge::new("info", "clock", format!("Invited · {} left", short(until.since(now))))
        }
        Access::InvitationExpired => Badge::new("warn", "half", "Invitation expired"),
        Access::Active => Badge::new("ok", "dot", "Active"),
        Access::BroughtAlong => Badge::new("ok", "ring", "Password brought along"),
        Access::Resetting => Badge::new("info", "clock", format!("{base} · reset on its way")),
        Access::ResetSent { .. } => Badge::new("info", "clock", format!("{base} · reset sent")),
        Access::Stopped => Badge::new("warn", "square", "Stopped"),
    }
}

fn meaning(access: Access, contact: &Contact, now: Timestamp) -> String {
    let own = if contact.has_password {
        "Their own password keeps working until then."
    } else {
        "Their own password is stopped."
    };
    match access {
        Access::Inactive => obstacle(Obstacle::Inactive, contact),
        Access::Off => obstacle(Obstacle::Off, contact),
        Access::NotReady(missing) => obstacle(Obstacle::Missing(missing), contact),
        Access::Bounced => obstacle(Obstacle::Bounced, contact),
        Access::NotInvited => "They can’t sign in yet. Next: send the website invitation.".into(),
        Access::Inviting => "The website invitation is on its way to the mail server.".into(),
        Access::Invited { until } => {
            format!("Next: they sign in with the mailed temporary password and choose their own. It runs out in {}.", spelt(until.since(now)))
        }
        Access::InvitationExpired => "Their invitation ran out, was called back, or could not be mailed. Next: send it again.".into(),
        Access::Active => "They sign in with a password of their own.".into(),
        Access::BroughtAlong => "They sign in with the password of the old system; it is kept anew then.".into(),
        Access::Resetting => format!("A password reset is on its way to the mail server. {own}"),
        Access::ResetSent { until } => {
            format!("Next: they sign in with the mailed temporary password, which runs out in {}, and choose a new one. {own}", spelt(until.since(now)))
        }
        Access::Stopped => "Their own password is stopped, and no temporary one is good any more. Next: send a password reset.".into(),
    }
}

/// What stands in the way of mailing a temporary password, in a sentence or two.
pub fn obstacle(obstacle: Obstacle, contact: &Contact) -> String {
    let retailer = contact.retailer_name.as_str();
    match obstacle {
        Obstacle::Inactive if contact.retailer_active => {
            format!("{} is no longer active at {retailer}: no signing in, no mail.", contact.name)
        }
        Obstacle::Inactive => format!("{retailer} is not an active customer: nobody there can sign in, and no mail is sent."),
        Obstacle::Off => "Website access is turned off, so they can’t sign in and no mail is sent. Turning it on loses nothing.".into(),
        Obstacle::Missing(Missing::Email) => "An e-mail address is missing. Without one no temporary password can be mailed.".into(),
        Obstacle::Missing(Missing::Username) => "A username is missing. Without one they can’t sign in.".into(),
        Obstacle::Bounced => "The mail server refused their e-mail address. They need a working one before anything can be mailed.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{NOW, contact, staff};
    use super::*;

    /// Every state, so that a new one is noticed here: `badge` and `meaning`
    /// match without a wildcard.
    fn every() -> [Access; 14] {
        let until = NOW.plus(std::time::Duration::from_hours(31));
        [
            Access::Inactive,
            Access::Off,
            Access::NotReady(Missing::Email),
            Access::NotReady(Missing::Username),
            Access::Bounced,
            Access::NotInvited,
            Access::Inviting,
            Access::Invited { until },
            Access::InvitationExpired,
            Access::Active,
            Access::BroughtAlong,
            Access::Resetting,
            Access::ResetSent { until },
            Access::Stopped,
        ]
    }

    #[test]
    fn every_state_has_its_own_word_and_sentence() {
        let contact = Contact { has_password: true, ..contact() };
        let words: std::collections::BTreeSet<String> =
            every().into_iter().map(|access| badge(access, true, NOW).word).collect();
        let sentences: std::collections::BTreeSet<String> =
            every().into_iter().map(|access| meaning(access, &contact, NOW)).collect();
        assert_eq!((words.len(), sentences.len()), (every().len(), every().len()));
        assert!(words.contains("Invited · 31 h left") && words.contains("Active · reset sent"));
        assert!(sentences.iter().all(|sentence| sentence.ends_with('.')));
    }

    #[test]
    fn a_stopped_password_is_never_called_active() {
        let access = Access::ResetSent { until: NOW };
        assert_eq!(badge(access, false, NOW).word, "Stopped · reset sent");
        assert!(meaning(access, &contact(), NOW).contains("is stopped"));
    }

    #[test]
    fn the_act_is_offered_only_where_it_can_be_done() {
        let offered = |contact: &Contact, acts: &[Act]| AccessView::new(contact, &staff(acts), NOW).may_send;
        assert!(offered(&contact(), &[Act::TriggerReset]));
        assert!(!offered(&contact(), &[]));
        assert!(!offered(&Contact { email: None, ..contact() }, &[Act::TriggerReset]));
        assert_eq!(act(&contact()), "Send website invitation");
        assert_eq!(act(&Contact { password_set_at: Some(NOW), ..contact() }), "Send password reset");
    }
}
