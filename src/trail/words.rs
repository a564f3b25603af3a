//! Entries of the audit trail as sentences.

use serde_json::Value;

use crate::audit::{Entry, Event};
use crate::runs;

/// A line of "what happened".
#[derive(Clone, Debug)]
pub struct Line {
    /// The tone of its mark.
    pub tone: &'static str,
    /// The shape of its mark.
    pub shape: &'static str,
    /// What was done, and by whom.
    pub text: String,
    /// Through which door and from where.
    pub meta: String,
    /// When, for machines.
    pub iso: String,
    /// When, for people.
    pub when: String,
}

impl Line {
    /// The sentence of an entry about a contact.
    pub fn new(entry: &Entry) -> Self {
        let (tone, shape, text) = match Event::from_name(&entry.act) {
            Some(event) => words(event, entry),
            None => ("neutral", "dot", entry.act.replace('-', " ")),
        };
        let place = [door(&entry.door), entry.address.as_str()].into_iter().filter(|part| !part.is_empty());
        let meta = place.collect::<Vec<_>>().join(", ");
        Self { tone, shape, text, meta, iso: entry.at.rfc3339(), when: entry.at.in_words() }
    }
}

#[expect(clippy::too_many_lines, reason = "a table: an event a line")]
fn words(event: Event, entry: &Entry) -> (&'static str, &'static str, String) {
    let by = |what: &str| format!("{what} by {}", who(entry));
    let plain = |what: &str| what.to_owned();
    match event {
        Event::SignedIn => ("neutral", "dot", passkey("Signed in", entry) + upgraded(entry)),
        Event::SignedInTemporarily => ("info", "dot", plain("Signed in with a temporary password")),
        Event::SignInRefused => ("warn", "triangle", passkey("Was refused at sign-in", entry)),
        Event::WaitBegan => ("warn", "triangle", plain("Too many wrong attempts: the next one has to wait")),
        Event::WaitLifted => ("ok", "dot", by("A wait after wrong attempts was lifted")),
        Event::SignedOut => ("neutral", "dot", plain("Signed out")),
        Event::SessionEnded => ("neutral", "dot", by("One session was ended")),
        Event::SessionsEnded => ("neutral", "dot", by("All other sessions were ended")),
        Event::DeviceSignedIn => ("neutral", "dot", plain("Signed in on a device")),
        Event::DeviceRevoked => ("warn", "dash", by("A device was revoked")),
        Event::RefreshTokenReused => (
            "bad",
            "cross",
            plain("A token of a device was used twice: there is a copy; the device was revoked"),
        ),
        Event::ResetRequested => ("info", "dot", by("Password reset asked for") + stopped(entry)),
        Event::InvitationRequested => ("info", "dot", by("Website invitation asked for")),
        Event::ResetMailed => ("ok", "check", plain("Mail with a temporary password was handed over")),
        Event::ResetFailed => ("bad", "cross", failed("Mail with a temporary password", entry)),
        Event::MailFailed => ("bad", "cross", failed("A notice by mail", entry)),
        Event::UsernameChanged => ("warn", "triangle", by("Username set")),
        Event::ChangeAsked => ("info", "dot", by("Change of sign-in asked for")),
        Event::ChangeEntered => ("ok", "check", by("Change of sign-in that was asked for entered")),
        Event::ChangeDeclined => ("warn", "dash", by("Change of sign-in turned down")),
        Event::ResetCancelled => ("warn", "dash", by("Temporary password cancelled")),
        Event::PasswordChosen => ("ok", "check", plain("Chose a password of their own")),
        Event::PasswordChanged => ("ok", "check", plain("Changed their password")),
        Event::AccessOn => ("ok", "dot", by("Website access turned on")),
        Event::AccessOff => ("warn", "dash", by("Website access turned off")),
        Event::UsernamesMailed => ("info", "dot", plain("Asked for the usernames of their address; mailed")),
        Event::NameChanged => ("neutral", "dot", by("Name changed")),
        Event::EmailChangeRequested => ("info", "dot", plain("Asked to change the e-mail address")),
        Event::EmailChanged => ("warn", "triangle", by("E-mail address changed")),
        Event::ContactImported => ("neutral", "dot", by("Brought in")),
        Event::PasswordBrought => ("neutral", "dot", by("Password brought along from the system before")),
        Event::ImportedRowUndone => ("warn", "dash", by("What an import did was undone")),
        Event::ImportCorrected => ("neutral", "dot", by("Rows of a file corrected")),
        Event::ImportStarted => ("info", "dot", by("Import started")),
        Event::ImportDone => ("ok", "check", plain("Import done")),
        Event::ImportUndone => ("warn", "dash", by("Undoing an import started")),
        Event::ImportTakenBack => ("warn", "dash", plain("Import undone")),
        Event::RetailerAdded => ("neutral", "dot", by("Retailer entered")),
        Event::RetailerChanged => ("neutral", "dot", by("Retailer changed")),
        Event::RetailerActivated => ("ok", "dot", by("Retailer activated")),
        Event::RetailerDeactivated => ("warn", "dash", by("Retailer deactivated")),
        Event::ContactAdded => ("neutral", "dot", by("Entered")),
        Event::ContactChanged => ("neutral", "dot", by("Details changed")),
        Event::ContactActivated => ("ok", "dot", by("Activated again")),
        Event::ContactDeactivated => ("warn", "dash", by("Deactivated")),
        Event::ContactMoved => ("warn", "triangle", by("Moved from another retailer")),
        Event::ContactMerged => ("neutral", "dot", by("Another record of this person merged into this one")),
        Event::AddressBounced => ("bad", "cross", plain("Mail to their address came back")),
        Event::BounceCleared => ("ok", "dot", by("Address cleared: mail may go there again")),
        Event::CustomersExported if fact(entry, "with") == "password-hashes" => {
            ("warn", "triangle", by("Customers exported with the hashes of their passwords"))
        }
        Event::CustomersExported => ("info", "dot", by("List exported")),
        Event::RunStarted => ("info", "dot", by("Run started")),
        Event::RunBegun => ("info", "dot", by("Run begun before its time")),
        Event::RunPaused if !fact(entry, "why").is_empty() => {
            ("warn", "dash", format!("Run stopped by itself. {}", runs::reason(&fact(entry, "why"))))
        }
        Event::RunPaused => ("warn", "dash", by("Run paused")),
        Event::RunResumed if !fact(entry, "why").is_empty() => {
            ("info", "dot", plain("Run went on by itself: mail leaves again"))
        }
        Event::RunResumed => ("info", "dot", by("Run resumed")),
        Event::RunCancelled => ("warn", "dash", by("Run called off")),
        Event::StaffAdded => ("neutral", "dot", by("Staff user added")),
        Event::StaffResetRequested => ("info", "dot", by("Reset of a staff password asked for")),
        Event::StaffPasswordChosen => ("ok", "check", plain("Staff user chose a password")),
        Event::StaffChanged => ("neutral", "dot", by("Staff user changed")),
        Event::StaffAddressChanged => ("warn", "triangle", by("Staff user’s e-mail address changed")),
        Event::StaffRoleChanged => ("warn", "triangle", by("Another role given")),
        Event::StaffActivated => ("ok", "dot", by("Staff user activated again")),
        Event::StaffDeactivated => ("warn", "dash", by("Staff user deactivated")),
        Event::StaffSignedOut => ("neutral", "dot", by("Signed out elsewhere")),
        Event::RoleAdded => ("neutral", "dot", by("Role made")),
        Event::RoleChanged => ("warn", "triangle", by("Role changed")),
        Event::RoleDeleted => ("warn", "dash", by("Role deleted")),
        Event::SecondFactorEnforced => ("ok", "check", by("Second factor made a must for a role")),
        Event::SecondFactorReleased => ("warn", "triangle", by("Second factor no longer a must for a role")),
        Event::TerritoryAdded => ("neutral", "dot", by("Territory made")),
        Event::TerritoryRenamed => ("neutral", "dot", by("Territory renamed")),
        Event::TerritoryDeleted => ("warn", "dash", by("Territory deleted")),
        Event::FactorAdded => ("ok", "check", factor("was added", entry)),
        Event::FactorRemoved => ("warn", "triangle", factor("was removed", entry)),
        Event::FactorRefused => ("warn", "triangle", passkey("Was refused at the second factor", entry)),
        Event::RecoveryCodesMade => ("neutral", "dot", plain("Made new recovery codes")),
        Event::RecoveryCodeUsed => ("warn", "triangle", plain("Used a recovery code")),
        Event::FactorResetRequested => ("warn", "triangle", by("Reset of a lost second factor asked for")),
        Event::FactorsReset => ("warn", "triangle", plain("Removed a lost second factor by link and code")),
        Event::YoungFactorsRemoved => (
            "warn",
            "triangle",
            plain("A second factor younger than 30 days went with the password chosen by link and code"),
        ),
        Event::SettingChanged => ("warn", "triangle", setting(entry)),
        Event::TemplateSaved => ("neutral", "dot", by("Mail template saved")),
        Event::TemplateRestored => ("neutral", "dot", by("Mail template restored")),
        Event::TemplateTested => ("neutral", "dot", by("Test mail sent")),
        Event::ContactDataExported => ("info", "dot", by("Everything known about them exported")),
        Event::ContactErased => ("warn", "dash", by("Erased")),
        Event::RecordsRemoved => {
            ("neutral", "dot", counted("Old records removed as the retention times say", entry))
        }
        Event::TrailShortened => {
            ("warn", "dash", counted("Entries of the audit trail past their time removed", entry))
        }
        Event::KeyReplaced => {
            ("warn", "triangle", by("Key of the installation replaced: authenticator apps taken off"))
        }
        Event::BackupRestored => ("warn", "triangle", by("Backup restored")),
        Event::HeldMailsSent => ("info", "dot", by("Mails that may have left before a restore were sent")),
        Event::HeldMailsDropped => {
            ("warn", "dash", by("Mails that may have left before a restore were dropped"))
        }
        Event::RestoreSignedOff => ("ok", "check", by("What follows from a restore was looked at")),
        Event::Refused => ("warn", "triangle", refused(entry)),
        Event::JobSetAside => ("bad", "cross", plain("A job that ended Tradepost twice was set aside")),
        Event::JobTakenUp => ("info", "dot", by("A job that was set aside taken up again")),
    }
}

fn who(entry: &Entry) -> String {
    match (entry.actor.as_str(), &entry.staff_name) {
        ("staff", Some(name)) => name.clone(),
        ("staff", None) => "a staff user".into(),
        ("contact", _) => "the contact".into(),
        ("operator", _) => "the operator".into(),
        ("nobody", _) => "someone not signed in".into(),
        _ => "Tradepost".into(),
    }
}

fn door(door: &str) -> &'static str {
    match door {
        "website" => "website",
        "portal" => "portal",
        "sales" => "sales app",
        "api" => "API",
        "command-line" => "command line",
        _ => "",
    }
}

fn stopped(entry: &Entry) -> &'static str {
    if fact(entry, "stopped-current") == "yes" { "; the current password was stopped" } else { "" }
}

fn upgraded(entry: &Entry) -> &'static str {
    if fact(entry, "password") == "upgraded" { "; the password brought along is kept anew" } else { "" }
}

/// What became of a way to sign in; `what` is "was added" or "was removed".
fn factor(what: &str, entry: &Entry) -> String {
    let kind = if fact(entry, "factor") == "passkey" { "A passkey" } else { "An authenticator app" };
    format!("{kind} {what} by {}", who(entry))
}

/// What was done by a passkey, if it was; and that there may be a copy of it.
fn passkey(what: &str, entry: &Entry) -> String {
    match fact(entry, "factor").as_str() {
        "copied-passkey" => format!("{what}: there may be a copy of the passkey"),
        "passkey" => format!("{what} with a passkey"),
        _ => what.to_owned(),
    }
}

fn setting(entry: &Entry) -> String {
    let name = fact(entry, "setting");
    let which = if name.is_empty() { "A setting".to_owned() } else { format!("Setting {name}") };
    format!("{which} changed by {}", who(entry))
}

fn failed(mail: &str, entry: &Entry) -> String {
    let end = match fact(entry, "why").as_str() {
        "given-up" => "was given up after a day of tries",
        "refused" => "was refused by the mail server",
        "unsure" => "may have arrived: the mail server took it or not, and it is not sent any more",
        _ => "came back undelivered",
    };
    format!("{mail} {end}")
}

fn counted(what: &str, entry: &Entry) -> String {
    match fact(entry, "count") {
        count if count.is_empty() => what.to_owned(),
        count => format!("{what}: {count}"),
    }
}

/// What was refused within an hour, and how often.
fn refused(entry: &Entry) -> String {
    let kinds = [
        ("not-allowed", "what their role doesn’t allow"),
        ("not-found", "what isn’t there or isn’t theirs"),
        ("cross-site", "requests that another site had sent"),
        ("throttled", "too many tries, too fast"),
        ("unknown-name", "sign-ins with names that nobody has"),
    ];
    let found = kinds.into_iter().map(|(kind, what)| (fact(entry, kind), what));
    match found.into_iter().find(|(count, _)| !count.is_empty()) {
        Some((count, what)) => {
            let times = if count == "1" { "once".to_owned() } else { format!("{count} times") };
            format!("Refused {times} within an hour: {what} ({})", who(entry))
        }
        None => "Refused within an hour".to_owned(),
    }
}

/// One of the facts an entry holds; empty when it doesn't.
fn fact(entry: &Entry, name: &str) -> String {
    let details = serde_json::from_str::<Value>(&entry.details).unwrap_or_default();
    details.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kernel::Timestamp;

    /// 23 November 2026, 14:02:11 UTC.
    const NOW: Timestamp = Timestamp::from_millis(1_795_442_531_000);

    fn entry(event: Event, details: &str) -> Entry {
        Entry {
            at: NOW,
            act: event.as_str().into(),
            actor: "staff".into(),
            staff_name: Some("Sample Support".into()),
            door: "sales".into(),
            address: "198.51.100.7".into(),
            details: details.into(),
        }
    }

    #[test]
    fn every_event_has_a_sentence_of_its_own() {
        let sentences: BTreeSet<String> =
            Event::ALL.into_iter().map(|event| Line::new(&entry(event, "{}")).text).collect();
        assert_eq!(sentences.len(), Event::ALL.len());
        assert!(sentences.iter().all(|text| text.starts_with(char::is_uppercase)));
        let names: BTreeSet<&str> = Event::ALL.into_iter().map(Event::as_str).collect();
        assert_eq!(names.len(), Event::ALL.len());
    }

    #[test]
    fn an_entry_says_who_through_which_door_and_from_where() {
        let line = Line::new(&entry(Event::ResetRequested, r#"{"stopped-current":"yes"}"#));
        assert_eq!(line.text, "Password reset asked for by Sample Support; the current password was stopped");
        assert_eq!(line.meta, "sales app, 198.51.100.7");
        assert_eq!(line.iso, "2026-11-23T14:02:11Z");
        let system = Entry {
            actor: "system".into(),
            door: "worker".into(),
            address: String::new(),
            ..entry(Event::ResetMailed, "")
        };
        assert_eq!(Line::new(&system).meta, "");
    }

    #[test]
    fn a_failed_mail_says_how_it_failed() {
        let text = |event, details| Line::new(&entry(event, details)).text;
        assert!(text(Event::ResetFailed, r#"{"why":"bounced"}"#).contains("came back"));
        assert!(text(Event::MailFailed, r#"{"why":"given-up"}"#).starts_with("A notice"));
    }

    #[test]
    fn an_act_without_a_sentence_is_still_shown() {
        let unknown = Entry { act: "told-a-joke".into(), ..entry(Event::SignedIn, "") };
        assert_eq!(Line::new(&unknown).text, "told a joke");
    }
}
