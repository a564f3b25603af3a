//! Every mail in every language, as its reader sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

use serde::Serialize;
use tradepost::kernel::Language;
use tradepost::mail::contexts::{
    AskedBy, EmailChanged, EmailConfirmation, InvitationUsername, PasswordChanged, SignInChanged, StaffReset,
    TemporaryPassword, UsernameEntry, Usernames,
};
use tradepost::mail::message::Kind;
use tradepost::mail::templates::Templates;

const SUPPLIER: &str = "Harbour Wholesale";
const WEBSITE: &str = "https://shop.harbour.example";
const PERSON: &str = "Anna Gruber";
const RETAILER: &str = "Barlow & Sons";
const SIGN_IN: &str = "https://shop.harbour.example/sign-in";
const FORGOT: &str = "https://shop.harbour.example/forgot-password";
const UNTIL: &str = "Wednesday 25 November, 14:02 (CET)";

/// A mail's subject and text in each language, and its HTML in English.
fn snapshot(name: &str, kind: Kind, context: &impl Serialize) {
    let templates = Templates::load(None).expect("built-in templates");
    for language in Language::ALL {
        let mail = templates.render(kind, language, context).expect("a mail");
        let shown = format!("{}\n\n{}", mail.subject, *mail.text);
        insta::assert_snapshot!(format!("{name}.{}.txt", language.tag()), shown);
        assert!(!mail.text.contains("\n\n\n"), "two empty lines:\n{}", *mail.text);
        if language == Language::English && kind == Kind::Reset {
            insta::assert_snapshot!(format!("{name}.en.html"), mail.html.as_str());
        }
    }
}

fn temporary_password(asked_by: AskedBy<'static>) -> TemporaryPassword<'static> {
    TemporaryPassword {
        supplier: SUPPLIER,
        website: WEBSITE,
        person: PERSON,
        retailer: RETAILER,
        password: "K7QM-2RXD-9TWP",
        valid_until: UNTIL,
        valid_for: "48 hours",
        sign_in_url: SIGN_IN,
        asked_by,
        not_me_url: "https://shop.harbour.example/not-me/0193b2f0",
        username: None,
        stops_current: false,
        page_url: None,
        page_until: None,
        username_follows: false,
    }
}

#[test]
fn a_reset_asked_for_by_the_contact() {
    snapshot("reset", Kind::Reset, &temporary_password(AskedBy::Contact));
}

#[test]
fn a_reset_by_staff_that_stops_the_current_password_and_names_the_username() {
    let asked = temporary_password(AskedBy::Staff(Some("Max Huber")));
    let context = TemporaryPassword { username: Some("barlow-1"), stops_current: true, ..asked };
    snapshot("reset_by_staff", Kind::Reset, &context);
}

#[test]
fn an_invitation() {
    let page_url = Some("https://shop.harbour.example/invitation/0193b2f0");
    let page_until = Some("Friday 25 December, 14:02 (CET)");
    let with_page = |asked_by| TemporaryPassword { page_url, page_until, ..temporary_password(asked_by) };
    let asked = with_page(AskedBy::Staff(Some("Max Huber")));
    snapshot("invitation", Kind::Invitation, &TemporaryPassword { username_follows: true, ..asked });
    let named = TemporaryPassword { username: Some("barlow-1"), ..with_page(AskedBy::Operator) };
    snapshot("invitation_by_operator", Kind::Invitation, &named);
    snapshot("invitation_by_contact", Kind::Invitation, &with_page(AskedBy::Contact));
}

#[test]
fn the_username_of_who_was_invited() {
    let (supplier, website, person, retailer) = (SUPPLIER, WEBSITE, PERSON, RETAILER);
    let context = InvitationUsername {
        supplier,
        website,
        person,
        retailer,
        username: "barlow-1",
        sign_in_url: SIGN_IN,
    };
    snapshot("invitation_username", Kind::InvitationUsername, &context);
}

#[test]
fn notices_of_changes() {
    let (supplier, website, person, retailer) = (SUPPLIER, WEBSITE, PERSON, RETAILER);
    let changed = PasswordChanged { supplier, website, person, retailer, at: UNTIL, forgot_url: FORGOT };
    snapshot("password_changed", Kind::PasswordChanged, &changed);
    let changed = EmailChanged {
        supplier,
        website,
        person,
        retailer,
        at: UNTIL,
        new_address_masked: "a…d@harbour.example",
    };
    snapshot("email_changed", Kind::EmailChanged, &changed);
    let confirm_url = "https://shop.harbour.example/confirm-email/0193b2f0";
    let confirmation = EmailConfirmation {
        supplier,
        website,
        person: "new@harbour.example",
        retailer,
        confirm_url,
        valid_until: UNTIL,
    };
    snapshot("email_confirmation", Kind::EmailConfirmation, &confirmation);
}

#[test]
fn notices_of_what_someone_proves_themselves_with() {
    for change in ["passkey-added", "recovery-code-used"] {
        let page_url = "https://shop.harbour.example/account";
        let (supplier, website, person, at) = (SUPPLIER, WEBSITE, PERSON, UNTIL);
        let changed = SignInChanged { supplier, website, person, change, at, page_url, forgot_url: FORGOT };
        snapshot(&format!("sign_in_changed_{}", change.replace('-', "_")), Kind::SignInChanged, &changed);
    }
}

#[test]
fn usernames() {
    let one = || UsernameEntry { username: "barlow-1", person: PERSON, retailer: RETAILER };
    let two = || UsernameEntry { username: "quay", person: PERSON, retailer: "Quay Stores" };
    for (name, entries) in [("usernames_one", vec![one()]), ("usernames_two", vec![one(), two()])] {
        let context = Usernames {
            supplier: SUPPLIER,
            website: WEBSITE,
            entries,
            sign_in_url: SIGN_IN,
            forgot_url: FORGOT,
        };
        snapshot(name, Kind::Usernames, &context);
    }
}

#[test]
fn a_staff_users_reset() {
    for (name, first, lost_device) in [
        ("staff_reset", false, false),
        ("staff_first_password", true, false),
        ("staff_lost_device", false, true),
    ] {
        let link = "https://shop.harbour.example/portal/reset/0193b2f0";
        let context = StaffReset {
            supplier: SUPPLIER,
            website: WEBSITE,
            person: PERSON,
            link,
            code: "482913",
            valid_until: UNTIL,
            first,
            lost_device,
        };
        snapshot(name, Kind::StaffReset, &context);
    }
}
