//! The fields of each mail's templates. Secrets are borrowed, never cloned.
//!
//! Texts such as `valid_until` come ready in the mail's language and the
//! reader's zone: "Wednesday 25 November, 14:02 (CET)".

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Who asked for a reset or invitation. Templates see `kind` (`contact`,
/// `staff` or `operator`) and `name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy<'a> {
    /// The contact, on the website.
    Contact,
    /// Someone at the supplier, by name if it is known.
    Staff(Option<&'a str>),
    /// The operator, by command.
    Operator,
}

impl Serialize for AskedBy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, name) = match self {
            Self::Contact => ("contact", None),
            Self::Staff(name) => ("staff", *name),
            Self::Operator => ("operator", None),
        };
        let mut fields = serializer.serialize_struct("AskedBy", 2)?;
        fields.serialize_field("kind", kind)?;
        fields.serialize_field("name", &name)?;
        fields.end()
    }
}

/// The fields of [`Reset`](super::message::Kind::Reset) and
/// [`Invitation`](super::message::Kind::Invitation).
#[derive(serde::Serialize)]
pub struct TemporaryPassword<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The contact's name.
    pub person: &'a str,
    /// The retailer's name; never its account number, which often is the
    /// username (promise 6).
    pub retailer: &'a str,
    /// The temporary password, grouped: `K7QM-2RXD-9TWP`.
    pub password: &'a str,
    /// Until when it is valid.
    pub valid_until: &'a str,
    /// For how long it is valid: "48 hours".
    pub valid_for: &'a str,
    /// Where to sign in; a plain address without a token.
    pub sign_in_url: &'a str,
    /// Who asked for it.
    pub asked_by: AskedBy<'a>,
    /// The "this wasn't me" page.
    pub not_me_url: &'a str,
    /// The username, only if the operator turned it on (promise 6).
    pub username: Option<&'a str>,
    /// Whether the current password was stopped at once (promise 10).
    pub stops_current: bool,
    /// The page of an invitation, which mails a fresh temporary password;
    /// nothing in a reset, or when it is over.
    pub page_url: Option<&'a str>,
    /// Until when it does.
    pub page_until: Option<&'a str>,
    /// Whether the username comes in a mail of its own (promise 6).
    pub username_follows: bool,
}

/// The fields of [`InvitationUsername`](super::message::Kind::InvitationUsername).
#[derive(serde::Serialize)]
pub struct InvitationUsername<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The contact's name.
    pub person: &'a str,
    /// The retailer's name.
    pub retailer: &'a str,
    /// Their username.
    pub username: &'a str,
    /// Where to sign in.
    pub sign_in_url: &'a str,
}

/// The fields of [`SignInChanged`](super::message::Kind::SignInChanged).
#[derive(serde::Serialize)]
pub struct SignInChanged<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The person's name.
    pub person: &'a str,
    /// What changed: `passkey-added`, `passkey-removed`, `app-added`,
    /// `app-removed`, `factors-reset`, `young-factors-removed`, `recovery-code-used`,
    /// `recovery-codes-made`, `password-changed`, `address-changed` (to the former address) or `username-changed`.
    pub change: &'a str,
    /// When it was changed, and by whom if not by themself.
    pub at: &'a str,
    /// Where they see what they have.
    pub page_url: &'a str,
    /// The "Forgot your password?" page.
    pub forgot_url: &'a str,
}

/// The fields of [`PasswordChanged`](super::message::Kind::PasswordChanged).
#[derive(serde::Serialize)]
pub struct PasswordChanged<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The contact's name.
    pub person: &'a str,
    /// The retailer's name.
    pub retailer: &'a str,
    /// When it was changed.
    pub at: &'a str,
    /// The "Forgot your password?" page.
    pub forgot_url: &'a str,
}

/// The fields of [`EmailChanged`](super::message::Kind::EmailChanged), which
/// goes to the old address.
#[derive(serde::Serialize)]
pub struct EmailChanged<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The contact's name.
    pub person: &'a str,
    /// The retailer's name.
    pub retailer: &'a str,
    /// When it was changed.
    pub at: &'a str,
    /// The new address, masked.
    pub new_address_masked: &'a str,
}

/// The fields of [`EmailConfirmation`](super::message::Kind::EmailConfirmation),
/// which goes to the new address.
#[derive(serde::Serialize)]
pub struct EmailConfirmation<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The new address: whose it is isn't known yet, and a name is words that
    /// whoever asks has chosen.
    pub person: &'a str,
    /// The retailer's name.
    pub retailer: &'a str,
    /// The page that confirms the address when its button is pressed.
    pub confirm_url: &'a str,
    /// Until when it does.
    pub valid_until: &'a str,
}

/// A line of [`Usernames`].
#[derive(serde::Serialize)]
pub struct UsernameEntry<'a> {
    /// The username.
    pub username: &'a str,
    /// Whose it is.
    pub person: &'a str,
    /// At which retailer.
    pub retailer: &'a str,
}

/// The fields of [`Usernames`](super::message::Kind::Usernames).
#[derive(serde::Serialize)]
pub struct Usernames<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The usernames known for the address; at least one.
    pub entries: Vec<UsernameEntry<'a>>,
    /// Where to sign in.
    pub sign_in_url: &'a str,
    /// The "Forgot your password?" page.
    pub forgot_url: &'a str,
}

/// The fields of [`StaffReset`](super::message::Kind::StaffReset).
#[derive(serde::Serialize)]
pub struct StaffReset<'a> {
    /// The supplier's name.
    pub supplier: &'a str,
    /// Where the website is.
    pub website: &'a str,
    /// The staff user's name.
    pub person: &'a str,
    /// The page that asks for the code; opening it uses nothing up.
    pub link: &'a str,
    /// The code of six digits.
    pub code: &'a str,
    /// Until when both are valid.
    pub valid_until: &'a str,
    /// Whether this is to be their first password.
    pub first: bool,
    /// Whether it takes a lost second factor off instead.
    pub lost_device: bool,
}
