//! What is shown before a reset is sent: the right contact (promise 11).

use super::access;
use crate::access::obstacle;
use crate::actor::{Act, Actor};
use crate::config::{self, ResetMode};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::ContactId;
use crate::kernel::{Language, Timestamp, calendar};
use crate::mail;
use crate::recovery::{self, Around, Caution, Reset};
use crate::retailers::{self, Contact};

/// The words of the confirmation.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Whom it is for.
    pub contact: Contact,
    /// The question.
    pub title: &'static str,
    /// Their account number.
    pub account: String,
    /// The address, enough to recognise it by; empty if there is none.
    pub masked: String,
    /// The whole address.
    pub full: String,
    /// What will happen.
    pub sentence: String,
    /// What to look at twice.
    pub warnings: Vec<String>,
    /// The act by its name.
    pub act: &'static str,
    /// Whether there is a password that could be stopped.
    pub can_stop: bool,
    /// Why it can't be done; empty when it can.
    pub problem: String,
}

impl Confirmation {
    /// Reads what the confirmation for a contact says; there is none for who
    /// may not confirm.
    pub fn read(
        tx: &mut Tx<'_>,
        actor: &Actor,
        id: ContactId,
        reset: &config::Reset,
        now: Timestamp,
    ) -> Result<Self> {
        let contact = retailers::contact(tx, actor, id)?;
        if !actor.may(Act::TriggerReset) {
            return Err(Error::NotAllowed);
        }
        let latest = recovery::of_contact(tx, contact.id, 1)?.into_iter().next();
        let (_, cautions) = cautions(tx, &contact, latest.as_ref(), now)?;
        Ok(Self::new(contact, cautions, reset))
    }

    fn new(contact: Contact, warnings: Vec<String>, reset: &config::Reset) -> Self {
        let again = contact.password_set_at.is_some();
        let (masked, full) = contact
            .email
            .as_ref()
            .map(|email| (email.masked(), email.as_str().to_owned()))
            .unwrap_or_default();
        Self {
            title: if again { "Send a password reset?" } else { "Send a website invitation?" },
            account: format!("Account {}", contact.account_number),
            masked,
            full,
            sentence: sentence(&contact, reset),
            warnings,
            act: access::act(&contact),
            can_stop: contact.has_password && reset.mode != ResetMode::Replace,
            problem: obstacle(&contact)
                .err()
                .map(|obstacle| access::obstacle(obstacle, &contact))
                .unwrap_or_default(),
            contact,
        }
    }
}

/// What will happen, in one sentence or two.
fn sentence(contact: &Contact, reset: &config::Reset) -> String {
    let (name, valid_for) = (&contact.name, calendar::span(reset.valid_for, Language::English));
    let mail =
        format!("{name} gets a mail with a temporary password, good for {valid_for} and only for choosing");
    match (contact.password_set_at.is_some(), contact.has_password, reset.mode == ResetMode::Replace) {
        (false, ..) => format!("{mail} one of their own."),
        (true, true, false) => format!("{mail} a new one. Their own password keeps working until then."),
        (true, true, true) => format!(
            "{mail} a new one. Their own password stops working at once, and they are signed out everywhere."
        ),
        (true, false, _) => format!("{mail} a new one. Their own password was stopped before and stays so."),
    }
}

/// How many others share a contact's address, and what to look at twice before a
/// reset is sent there, in sentences.
pub fn cautions(
    tx: &mut Tx<'_>,
    contact: &Contact,
    latest: Option<&Reset>,
    now: Timestamp,
) -> Result<(i64, Vec<String>)> {
    let around = Around { latest, ..around(tx, contact)? };
    let cautions = recovery::cautions(contact, around, now);
    Ok((around.sharing, cautions.iter().map(|caution| warning(*caution, now)).collect()))
}

/// Who shares a contact's address, and whether mail there bounced before.
fn around<'r>(tx: &mut Tx<'_>, contact: &Contact) -> Result<Around<'r>> {
    let Some(email) = &contact.email else { return Ok(Around::default()) };
    Ok(Around {
        sharing: retailers::contacts_sharing(tx, email, contact.id)?,
        bounced: mail::last_bounced(tx, contact.id, email)?,
        latest: None,
    })
}

fn warning(caution: Caution, now: Timestamp) -> String {
    match caution {
        Caution::Shared(1) => "One other contact uses the same address. The mail says whom it is for.".into(),
        Caution::Shared(others) => {
            format!("{others} other contacts use the same address. The mail says whom it is for.")
        }
        Caution::EmailChanged(at) => format!("The address was changed {} ago.", super::spelt(now.since(at))),
        Caution::Bounced(at) => format!(
            "Mail to this address bounced {} ago and was allowed again since. Ask whether it is right.",
            super::spelt(now.since(at))
        ),
        Caution::JustSent => "One was asked for a moment ago. Once the new mail has left, the password in the earlier one is void.".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::samples::{NOW, contact};
    use super::*;

    fn confirmation(contact: Contact, mode: ResetMode) -> Confirmation {
        let earlier = NOW.minus(Duration::from_hours(26));
        let cautions =
            [Caution::Shared(1), Caution::Shared(3), Caution::EmailChanged(earlier), Caution::JustSent];
        let warnings = cautions.iter().map(|caution| warning(*caution, NOW)).collect();
        Confirmation::new(contact, warnings, &config::Reset { valid_for: Duration::from_hours(48), mode })
    }

    #[test]
    fn promise_11_names_the_right_contact_and_what_to_look_at_twice() {
        let shown = confirmation(contact(), ResetMode::Parallel);
        assert_eq!((shown.title, shown.act), ("Send a website invitation?", "Send website invitation"));
        assert_eq!((shown.masked.as_str(), shown.account.as_str()), ("a…d@harbour.example", "Account 10023"));
        assert!(shown.sentence.contains("48 hours"), "{}", shown.sentence);
        assert_eq!(shown.warnings.len(), 4);
        assert!(shown.warnings[2].contains("26 hours ago"));
        assert_eq!((shown.can_stop, shown.problem.as_str()), (false, ""));
    }

    #[test]
    fn promise_10_says_whether_the_own_password_keeps_working() {
        let has = Contact { has_password: true, password_set_at: Some(NOW), ..contact() };
        let beside = confirmation(has.clone(), ResetMode::Parallel);
        assert!(beside.can_stop && beside.sentence.contains("keeps working"));
        let replaced = confirmation(has.clone(), ResetMode::Replace);
        assert!(!replaced.can_stop && replaced.sentence.contains("stops working at once"));
        let stopped = confirmation(Contact { has_password: false, ..has }, ResetMode::Parallel);
        assert!(!stopped.can_stop && stopped.sentence.contains("stopped before"));
    }

    #[test]
    fn what_stands_in_the_way_is_said() {
        let shown = confirmation(Contact { email: None, ..contact() }, ResetMode::Parallel);
        assert_eq!((shown.masked.as_str(), shown.full.as_str()), ("", ""));
        assert!(shown.problem.contains("e-mail address is missing"));
    }
}
