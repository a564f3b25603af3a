//! Sample fields with which every template is tried before the first mail.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

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
pub(super) const SIGN_IN: &str = "https://shop.sample.example/sign-in";
pub(super) const NOT_ME: &str = "https://shop.sample.example/not-me/0123456789abcdef";
pub(super) const LINK: &str = "https://shop.sample.example/confirm/0123456789abcdef";
pub(super) const PAGE: &str = "https://shop.sample.example/invitation/0123456789abcdef";
pub(super) const FORGOT: &str = "https://shop.sample.example/forgot-password";
const UNTIL: &str = "Wednesday 25 November, 14:02 (CET)";

/// The fields of a kind in each variant that a template can tell apart;
/// `usernames`: whether mails with a temporary password name the username, for
/// those that may.
pub(super) fn of(kind: Kind, usernames: &[bool]) -> Vec<Value> {
    match kind {
        Kind::Reset | Kind::Invitation => {
            let invited = kind == Kind::Invitation;
            usernames
                .iter()
                .flat_map(|named| temporary_passwords(invited, named.then_some(USERNAME)))
                .collect()
        }
        Kind::InvitationUsername => vec![fields(&InvitationUsername {
            supplier: SUPPLIER,
            website: WEBSITE,
            person: PERSON,
            retailer: RETAILER,
            username: USERNAME,
            sign_in_url: SIGN_IN,
        })],
        Kind::PasswordChanged => vec![fields(&PasswordChanged {
            supplier: SUPPLIER,
            website: WEBSITE,
            person: PERSON,
            retailer: RETAILER,
            at: UNTIL,
            forgot_url: FORGOT,
        })],
        Kind::EmailChanged => vec![fields(&EmailChanged {
            supplier: SUPPLIER,
            website: WEBSITE,
            person: PERSON,
            retailer: RETAILER,
            at: UNTIL,
            new_address_masked: "a…d@harbour.example",
        })],
        Kind::EmailConfirmation => vec![fields(&EmailConfirmation {
            supplier: SUPPLIER,
            website: WEBSITE,
            person: PERSON,
            retailer: RETAILER,
            confirm_url: LINK,
            valid_until: UNTIL,
        })],
        Kind::Usernames => vec![known_usernames(1), known_usernames(2)],
        Kind::SignInChanged => SIGN_IN_CHANGES.map(sign_in_changed).to_vec(),
        Kind::StaffReset => {
            vec![staff_reset(false, false), staff_reset(true, false), staff_reset(false, true)]
        }
        // It borrows another's.
        Kind::Test => Vec::new(),
    }
}

const SIGN_IN_CHANGES: [&str; 6] =
    ["passkey-added", "passkey-removed", "app-added", "app-removed", "factors-reset", "recovery-code-used"];

fn sign_in_changed(change: &str) -> Value {
    fields(&SignInChanged {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: PERSON,
        change,
        at: UNTIL,
        page_url: SIGN_IN,
        forgot_url: FORGOT,
    })
}

fn temporary_passwords(invited: bool, username: Option<&'static str>) -> Vec<Value> {
    let sample = |asked_by: AskedBy<'static>, stops_current| {
        let by_contact = asked_by == AskedBy::Contact;
        fields(&TemporaryPassword {
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
            stops_current: stops_current && !invited,
            page_url: invited.then_some(PAGE),
            page_until: invited.then_some(UNTIL),
            username_follows: invited && !by_contact && username.is_none(),
        })
    };
    vec![
        sample(AskedBy::Contact, false),
        sample(AskedBy::Staff(Some("Sample Staff")), true),
        sample(AskedBy::Staff(None), true),
        sample(AskedBy::Operator, false),
    ]
}

fn known_usernames(count: usize) -> Value {
    let entry = || UsernameEntry { username: USERNAME, person: PERSON, retailer: RETAILER };
    let entries = std::iter::repeat_with(entry).take(count).collect();
    fields(&Usernames {
        supplier: SUPPLIER,
        website: WEBSITE,
        entries,
        sign_in_url: SIGN_IN,
        forgot_url: FORGOT,
    })
}

fn staff_reset(first: bool, lost_device: bool) -> Value {
    fields(&StaffReset {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: PERSON,
        link: LINK,
        code: CODE,
        valid_until: UNTIL,
        first,
        lost_device,
    })
}

fn fields(context: &impl Serialize) -> Value {
    Value::from(Serde(context))
}
