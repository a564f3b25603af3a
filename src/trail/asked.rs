//! What the trail is asked for, from an address and back.

use jiff::tz::TimeZone;
use url::form_urlencoded;

use crate::actor::Actor;
use crate::audit::{Event, Filter};
use crate::kernel::id::StaffId;
use crate::kernel::{calendar, text};
use crate::listing::ignored;

/// Kinds of acts to choose from: names in addresses, words.
pub const KINDS: [(&str, &str); 7] = [
    ("sign-in", "Signing in and out"),
    ("passwords", "Resets and passwords"),
    ("access", "Website access"),
    ("customers", "Customers’ details"),
    ("many", "Runs and exports"),
    ("staff", "Staff, roles, territories"),
    ("settings", "Settings, mails, retention"),
];
/// Kinds of actors to choose from beside the staff users.
pub const ACTORS: [(&str, &str); 4] = [
    ("contact", "Contacts"),
    ("operator", "The operator"),
    ("system", "Tradepost"),
    ("nobody", "Someone not signed in"),
];
/// Doors to choose from.
pub const DOORS: [(&str, &str); 6] = [
    ("website", "Website"),
    ("portal", "Portal"),
    ("sales", "Sales app"),
    ("api", "API"),
    ("command-line", "Command line"),
    ("worker", "In the background"),
];

/// Words that are searched for; more are left out.
const WORDS: usize = 8;

/// What the trail is asked for, as typed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Words of whom it is about or by.
    pub q: String,
    /// A kind of acts.
    pub kind: String,
    /// A kind of actors, or a staff user's id.
    pub who: String,
    /// A door.
    pub door: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// A contact's id.
    pub contact: String,
    /// A retailer's id.
    pub retailer: String,
    /// The id of a staff user whom entries are about.
    pub staff: String,
    /// The entry this page ends before.
    pub before: Option<i64>,
    /// What could not be understood.
    pub ignored: Vec<String>,
}

impl Asked {
    /// Reads the query of an address. What is nonsense is ignored, and told.
    pub fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if !value.is_empty() && !asked.take(&name, value) {
                ignored::keep(&mut asked.ignored, &name, value);
            }
        }
        asked
    }

    fn take(&mut self, name: &str, value: &str) -> bool {
        let is_id = || value.parse::<uuid::Uuid>().is_ok();
        let one_of = |choices: &[(&str, &str)]| choices.iter().any(|(name, _)| *name == value);
        let (field, known) = match name {
            "q" => (&mut self.q, text::one_line(value, 100).is_ok()),
            "what" => (&mut self.kind, one_of(&KINDS)),
            "who" => (&mut self.who, one_of(&ACTORS) || is_id()),
            "door" => (&mut self.door, one_of(&DOORS)),
            "from" => (&mut self.from, calendar::midnight(value, &TimeZone::UTC).is_some()),
            "to" => (&mut self.to, calendar::midnight(value, &TimeZone::UTC).is_some()),
            "contact" => (&mut self.contact, is_id()),
            "retailer" => (&mut self.retailer, is_id()),
            "staff" => (&mut self.staff, is_id()),
            "before" => {
                self.before = value.parse().ok();
                return self.before.is_some();
            }
            _ => return false,
        };
        if known {
            value.clone_into(field);
        }
        known
    }

    /// The same as a query, without the page.
    pub fn query(&self) -> String {
        let fields = [
            ("q", &self.q),
            ("what", &self.kind),
            ("who", &self.who),
            ("door", &self.door),
            ("from", &self.from),
            ("to", &self.to),
            ("contact", &self.contact),
            ("retailer", &self.retailer),
            ("staff", &self.staff),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
    }

    /// The filter, for what the actor may see; days begin at midnight of `zone`.
    pub fn filter(&self, actor: &Actor, zone: &TimeZone) -> Filter {
        let fixed = |choices: &[(&'static str, &str)], value: &str| {
            choices.iter().map(|(name, _)| *name).find(|name| *name == value)
        };
        Filter {
            acts: Event::ALL
                .into_iter()
                .filter(|event| !self.kind.is_empty() && kind(*event) == self.kind)
                .map(Event::as_str)
                .collect(),
            words: text::search_key(&self.q).split_whitespace().take(WORDS).map(str::to_owned).collect(),
            actor: fixed(&ACTORS, &self.who),
            by_staff: self.who.parse::<StaffId>().ok(),
            door: fixed(&DOORS, &self.door),
            contact: self.contact.parse().ok(),
            retailer: self.retailer.parse().ok(),
            staff: self.staff.parse().ok(),
            since: calendar::midnight(&self.from, zone),
            until: calendar::midnight_after(&self.to, zone),
            before: self.before,
            bounded_by: actor.bounded_by(),
        }
    }
}

/// Of which kind an act is.
#[expect(clippy::too_many_lines, reason = "a table: an event a line")]
const fn kind(event: Event) -> &'static str {
    match event {
        Event::SignedIn
        | Event::SignedInTemporarily
        | Event::SignInRefused
        | Event::Refused
        | Event::WaitBegan
        | Event::WaitLifted
        | Event::SignedOut
        | Event::SessionEnded
        | Event::SessionsEnded
        | Event::DeviceSignedIn
        | Event::DeviceRevoked
        | Event::RefreshTokenReused
        | Event::FactorAdded
        | Event::FactorRemoved
        | Event::FactorRefused
        | Event::RecoveryCodesMade
        | Event::RecoveryCodeUsed => "sign-in",
        Event::ResetRequested
        | Event::InvitationRequested
        | Event::ResetMailed
        | Event::ResetFailed
        | Event::ResetCancelled
        | Event::PasswordChosen
        | Event::PasswordChanged
        | Event::PasswordBrought
        | Event::UsernamesMailed
        | Event::MailFailed
        | Event::AddressBounced
        | Event::BounceCleared => "passwords",
        Event::AccessOn
        | Event::AccessOff
        | Event::ContactActivated
        | Event::ContactDeactivated
        | Event::RetailerActivated
        | Event::RetailerDeactivated
        | Event::UsernameChanged
        | Event::ChangeAsked
        | Event::ChangeEntered
        | Event::ChangeDeclined
        | Event::EmailChangeRequested
        | Event::EmailChanged => "access",
        Event::NameChanged
        | Event::ContactImported
        | Event::ImportedRowUndone
        | Event::RetailerAdded
        | Event::RetailerChanged
        | Event::ContactAdded
        | Event::ContactChanged
        | Event::ContactMoved
        | Event::ContactMerged
        | Event::ContactErased => "customers",
        Event::CustomersExported
        | Event::ImportCorrected
        | Event::ImportStarted
        | Event::ImportDone
        | Event::ImportUndone
        | Event::ImportTakenBack
        | Event::RunStarted
        | Event::RunBegun
        | Event::RunPaused
        | Event::RunResumed
        | Event::RunCancelled
        | Event::ContactDataExported => "many",
        Event::StaffAdded
        | Event::StaffResetRequested
        | Event::StaffPasswordChosen
        | Event::StaffChanged
        | Event::StaffAddressChanged
        | Event::StaffRoleChanged
        | Event::StaffActivated
        | Event::StaffDeactivated
        | Event::StaffSignedOut
        | Event::RoleAdded
        | Event::RoleChanged
        | Event::RoleDeleted
        | Event::SecondFactorEnforced
        | Event::SecondFactorReleased
        | Event::TerritoryAdded
        | Event::TerritoryRenamed
        | Event::TerritoryDeleted
        | Event::FactorResetRequested
        | Event::FactorsReset
        | Event::YoungFactorsRemoved => "staff",
        Event::SettingChanged
        | Event::TemplateSaved
        | Event::TemplateRestored
        | Event::TemplateTested
        | Event::RecordsRemoved
        | Event::TrailShortened
        | Event::KeyReplaced
        | Event::BackupRestored
        | Event::HeldMailsSent
        | Event::HeldMailsDropped
        | Event::RestoreSignedOff
        | Event::JobSetAside
        | Event::JobTakenUp => "settings",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_survives_the_trip_through_an_address() {
        let query = "q=anna+harbour&what=access&who=contact&door=website&from=2026-11-01&to=2026-11-30&contact=0192c6c3-0000-7000-8000-000000000000";
        let asked = Asked::of(query);
        assert!(asked.ignored.is_empty());
        assert_eq!(asked.query(), query);
    }

    #[test]
    fn nonsense_is_ignored_and_told() {
        let asked = Asked::of("what=x&who=me&door=window&from=yesterday&to=2026-13-01&before=x&z=1");
        assert_eq!((asked.ignored.len(), asked.query().as_str(), asked.before), (5, "", None));
    }

    #[test]
    fn every_kind_has_acts() {
        for (name, _) in KINDS {
            assert!(Event::ALL.into_iter().any(|event| kind(event) == name), "{name}");
        }
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let filter = Asked::of("from=2026-10-25&to=2026-10-25").filter(&Actor::operator(), &zone);
        let hours = filter.until.zip(filter.since).map(|(until, since)| until.since(since).as_secs() / 3600);
        assert_eq!(hours, Some(25), "summer time ended on that day");
    }
}
