//! What the fields of each mail mean, for whoever writes its words.

use super::check;
use crate::mail::message::Kind;

/// A field of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, as templates write it.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
    /// Whether the mail is pointless without it.
    pub needed: bool,
    /// Whether the subject may use it.
    pub in_subject: bool,
}

/// The fields of a mail, those it needs first.
pub fn of(kind: Kind) -> Vec<Field> {
    let needed = check::needed_fields(kind);
    let mut fields: Vec<Field> = own(kind)
        .iter()
        .chain(&COMMON)
        .map(|(name, meaning)| Field {
            name,
            meaning,
            needed: needed.contains(&name.rsplit('.').next().unwrap_or(name)),
            in_subject: super::SUBJECT_FIELDS.contains(name) || *name == "language",
        })
        .collect();
    fields.sort_by_key(|field| !field.needed);
    fields
}

type Meaning = (&'static str, &'static str);

const COMMON: [Meaning; 3] = [
    ("supplier", "your name"),
    ("website", "the address of the website"),
    ("language", "the language of the mail: en or de"),
];

const TEMPORARY: [Meaning; 15] = [
    ("person", "the contact’s name"),
    ("retailer", "the retailer’s name"),
    ("password", "the temporary password; in the text it stands alone on its line"),
    ("valid_until", "until when it works"),
    ("valid_for", "for how long it works in all"),
    ("sign_in_url", "where to sign in"),
    ("not_me_url", "the page that calls it back"),
    ("asked_by.kind", "who asked: contact, staff or operator"),
    ("asked_by.name", "the name of who asked; can be nothing"),
    ("username", "the username; nothing unless mails may name it"),
    ("stops_current", "true when the current password was stopped"),
    ("page_url", "the page of an invitation, which mails a fresh temporary password; nothing in a reset"),
    ("page_until", "until when it does; nothing in a reset"),
    ("username_follows", "true when the username comes in a mail of its own"),
    ("subject", "the subject"),
];

const INVITATION_USERNAME: [Meaning; 5] = [
    ("person", "the contact’s name"),
    ("retailer", "the retailer’s name"),
    ("username", "their username"),
    ("sign_in_url", "where to sign in"),
    ("subject", "the subject"),
];

fn own(kind: Kind) -> &'static [Meaning] {
    match kind {
        Kind::Reset | Kind::Invitation => &TEMPORARY,
        Kind::InvitationUsername => &INVITATION_USERNAME,
        Kind::PasswordChanged => &[
            ("person", "the contact’s name"),
            ("retailer", "the retailer’s name"),
            ("at", "when it was changed"),
            ("forgot_url", "the page for a forgotten password"),
            ("subject", "the subject"),
        ],
        Kind::EmailChanged => &[
            ("person", "the contact’s name"),
            ("retailer", "the retailer’s name"),
            ("at", "when it was changed"),
            ("new_address_masked", "the new address, masked; empty when it was only taken off"),
            ("subject", "the subject"),
        ],
        Kind::EmailConfirmation => &[
            ("person", "the new address: whose it is isn’t known yet, so no name is told"),
            ("retailer", "the retailer’s name"),
            ("confirm_url", "the page that confirms the address"),
            ("valid_until", "until when it does"),
            ("subject", "the subject"),
        ],
        Kind::Usernames => &[
            ("entries", "one for each username"),
            ("entry.username", "in {% for entry in entries %}: the username"),
            ("entry.person", "there: whose it is"),
            ("entry.retailer", "there: at which retailer"),
            ("sign_in_url", "where to sign in"),
            ("forgot_url", "the page for a forgotten password"),
            ("subject", "the subject"),
        ],
        Kind::SignInChanged => &[
            ("person", "the name of who it happened to"),
            (
                "change",
                "what changed: passkey-added, passkey-removed, app-added, app-removed, factors-reset, young-factors-removed, recovery-code-used, recovery-codes-made, password-changed, address-changed or username-changed",
            ),
            ("at", "when it was changed"),
            ("page_url", "the page where they see what they have"),
            ("forgot_url", "the page for a forgotten password"),
            ("subject", "the subject"),
        ],
        Kind::StaffReset => &[
            ("person", "the staff user’s name"),
            ("link", "the page that asks for the code"),
            ("code", "the code; in the text it stands alone on its line"),
            ("valid_until", "until when both work"),
            ("first", "true for their first password"),
            ("lost_device", "true when it takes off a lost second factor"),
            ("subject", "the subject"),
        ],
        Kind::Test | Kind::TrailHead => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::mail::templates::samples;

    #[test]
    fn every_field_of_every_mail_is_explained() {
        for kind in Kind::WORDED {
            let explained: BTreeSet<String> = of(kind)
                .iter()
                .map(|field| field.name.split('.').next().unwrap_or_default().replace("entry", "entries"))
                .map(|name| name.replace("entriess", "entries"))
                .collect();
            let sample = samples::of(kind, &[true]).swap_remove(0).fields;
            let there = sample.try_iter().unwrap().map(|key| key.to_string());
            let there: BTreeSet<String> = there.chain(["subject", "language"].map(str::to_owned)).collect();
            assert_eq!(explained, there, "{}", kind.as_str());
            let needed = of(kind).iter().filter(|field| field.needed).count();
            assert_eq!(needed, check::needed_fields(kind).len(), "{}", kind.as_str());
        }
    }
}
