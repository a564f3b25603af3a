//! Sample fields with which every template is tried before the first mail.

use std::time::Duration;

use jiff::tz::TimeZone;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::kernel::{Language, Timestamp, calendar};
use crate::mail::contexts::{
    AskedBy, EmailChanged, EmailConfirmation, InvitationUsername, PasswordChanged, SignInChanged, StaffReset,
    TemporaryPassword, UsernameEntry, Usernames,
};
use crate::mail::message::Kind;

pub(super) const SUPPLIER: &str = "Sample Supplier";
pub(super) const WEBSITE: &str = "https://shop.sample.example";
pub(super) const PERSON: &str = "Sample Person";
pub(super) const RETAILER: &str = "Sample Retailer & Sons";
pub(super) const PASSWORD: &str = "K7QM-2RXD-9TWP";
pub(super) const CODE: &str = "482913";
pub(super) const USERNAME: &str = "sample-username";
pub(super) const SIGN_IN: &str = "https://shop.sample.example/login";
pub(super) const NOT_ME: &str = "https://shop.sample.example/not-me/0123456789abcdef";
pub(super) const LINK: &str = "https://shop.sample.example/confirm/0123456789abcdef";
pub(super) const PAGE: &str = "https://shop.sample.example/invitation/0123456789abcdef";
pub(super) const FORGOT: &str = "https://shop.sample.example/forgot-password";
const UNTIL: &str = "Wednesday 25 November, 13:02 (UTC)";
/// The same moment.
const MOMENT: Timestamp = Timestamp::from_millis(1_795_611_720_000);

/// Until when, when and for how long, in a language.
pub(super) fn times(language: Language) -> [(&'static str, Value); 4] {
    let moment = calendar::day_and_time(MOMENT, &TimeZone::UTC, language);
    let span = calendar::span(Duration::from_hours(48), language);
    [
        ("valid_until", Value::from(moment.as_str())),
        ("page_until", Value::from(moment.as_str())),
        ("at", Value::from(moment)),
        ("valid_for", Value::from(span)),
    ]
}

/// A case of a mail that its template can tell from others.
pub(super) struct Sample {
    /// Its name in addresses.
    pub(super) name: String,
    /// What it is, in words.
    pub(super) label: String,
    pub(super) fields: Value,
}

impl Sample {
    fn new(name: &str, label: &str, context: &impl Serialize) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), fields: fields(context) }
    }
}

/// The cases of a kind, the usual one first; `usernames`: whether mails with a
/// temporary password name the username, for those that may.
pub(super) fn of(kind: Kind, usernames: &[bool]) -> Vec<Sample> {
    match kind {
        Kind::Reset | Kind::Invitation => {
            usernames.iter().flat_map(|named| temporary_passwords(kind, *named)).collect()
        }
        Kind::InvitationUsername => vec![invitation_username()],
        Kind::PasswordChanged => vec![password_changed()],
        Kind::EmailChanged => vec![
            email_changed("new", "There is a new address", "a…d@harbour.example"),
            email_changed("removed", "The address was only removed", ""),
        ],
        Kind::EmailConfirmation => vec![email_confirmation()],
        Kind::Usernames => {
            vec![
                known_usernames("one", "One username", 1),
                known_usernames("several", "Several usernames", 2),
            ]
        }
        Kind::SignInChanged => SIGN_IN_CHANGES.map(sign_in_changed).into(),
        Kind::StaffReset => vec![
            staff_reset("again", "A new password", (false, false)),
            staff_reset("first", "The first password", (true, false)),
            staff_reset("lost", "A lost second factor", (false, true)),
        ],
        // It borrows another's.
        Kind::Test | Kind::TrailHead => Vec::new(),
    }
}

const SIGN_IN_CHANGES: [(&str, &str); 11] = [
    ("passkey-added", "A passkey was added"),
    ("passkey-removed", "A passkey was removed"),
    ("app-added", "An authenticator app was set up"),
    ("app-removed", "The authenticator app was removed"),
    ("factors-reset", "A lost second factor was removed"),
    ("young-factors-removed", "A young second factor went with a new password"),
    ("recovery-code-used", "A recovery code was used"),
    ("recovery-codes-made", "New recovery codes were made"),
    ("password-changed", "A staff user’s password was changed"),
    ("address-changed", "A staff user’s e-mail address was changed"),
    ("username-changed", "A contact’s username was changed"),
];

fn invitation_username() -> Sample {
    let (supplier, website, person, retailer) = (SUPPLIER, WEBSITE, PERSON, RETAILER);
    let named =
        InvitationUsername { supplier, website, person, retailer, username: USERNAME, sign_in_url: SIGN_IN };
    Sample::new("invited", "After an invitation", &named)
}

fn password_changed() -> Sample {
    let changed = PasswordChanged {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: PERSON,
        retailer: RETAILER,
        at: UNTIL,
        forgot_url: FORGOT,
    };
    Sample::new("changed", "The password was changed", &changed)
}

fn email_changed(name: &str, label: &str, new_address_masked: &str) -> Sample {
    let (supplier, website, person, retailer) = (SUPPLIER, WEBSITE, PERSON, RETAILER);
    let changed = EmailChanged { supplier, website, person, retailer, at: UNTIL, new_address_masked };
    Sample::new(name, label, &changed)
}

fn email_confirmation() -> Sample {
    let asked = EmailConfirmation {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: "new@harbour.example",
        retailer: RETAILER,
        confirm_url: LINK,
        valid_until: UNTIL,
    };
    Sample::new("asked", "The address is to be confirmed", &asked)
}

fn sign_in_changed((change, label): (&str, &str)) -> Sample {
    let changed = SignInChanged {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: PERSON,
        change,
        at: UNTIL,
        page_url: SIGN_IN,
        forgot_url: FORGOT,
    };
    Sample::new(change, label, &changed)
}

/// Who asks for one: for a reset mostly the contact, for an invitation staff.
fn temporary_passwords(kind: Kind, named: bool) -> Vec<Sample> {
    let sample = |name: &str, label: &str, asked_by, stops_current| {
        let (name, label) = if named {
            (format!("{name}-username"), format!("{label}, with the username"))
        } else {
            (name.to_owned(), label.to_owned())
        };
        let username = named.then_some(USERNAME);
        Sample::new(&name, &label, &temporary_password(kind, asked_by, username, stops_current))
    };
    let named_staff = AskedBy::Staff(Some("Sample Staff"));
    let contact = sample("contact", "Asked for by the contact", AskedBy::Contact, false);
    let staff = sample("staff", "Asked for by staff", named_staff, false);
    let office = sample("office", "Asked for by staff who left since", AskedBy::Staff(None), false);
    let operator = sample("operator", "Asked for by command", AskedBy::Operator, false);
    if kind == Kind::Invitation {
        return vec![staff, operator, office, contact];
    }
    let stopped = sample("stopped", "Staff stopped the current password", named_staff, true);
    vec![contact, staff, stopped, office, operator]
}

fn temporary_password<'a>(
    kind: Kind,
    asked_by: AskedBy<'a>,
    username: Option<&'a str>,
    stops_current: bool,
) -> TemporaryPassword<'a> {
    let invited = kind == Kind::Invitation;
    TemporaryPassword {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: PERSON,
        retailer: RETAILER,
        password: PASSWORD,
        valid_until: UNTIL,
        valid_for: "48 hours",
        sign_in_url: SIGN_IN,
        asked_by,
        not_me_url: NOT_ME,
        username,
        stops_current,
        page_url: invited.then_some(PAGE),
        page_until: invited.then_some(UNTIL),
        username_follows: invited && asked_by != AskedBy::Contact && username.is_none(),
    }
}

fn known_usernames(name: &str, label: &str, count: usize) -> Sample {
    let entry = || UsernameEntry { username: USERNAME, person: PERSON, retailer: RETAILER };
    let entries = std::iter::repeat_with(entry).take(count).collect();
    let known =
        Usernames { supplier: SUPPLIER, website: WEBSITE, entries, sign_in_url: SIGN_IN, forgot_url: FORGOT };
    Sample::new(name, label, &known)
}

fn staff_reset(name: &str, label: &str, (first, lost_device): (bool, bool)) -> Sample {
    let reset = StaffReset {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: PERSON,
        link: LINK,
        code: CODE,
        valid_until: UNTIL,
        first,
        lost_device,
    };
    Sample::new(name, label, &reset)
}

fn fields(context: &impl Serialize) -> Value {
    Value::from(Serde(context))
}
