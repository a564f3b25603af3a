//! What the office may change while Tradepost runs, unless the file or the
//! environment says it.

use std::time::Duration;

use super::reading::Reading;
use super::{InvitationUsername, Mistakes, ResetMode, Source, spans, value};
use crate::kernel::{Accent, Language};

/// Its keys, in the order pages show them.
pub const CHANGEABLE: [&str; 13] = [
    "supplier.name",
    "supplier.accent",
    "supplier.telephone",
    "supplier.imprint_url",
    "supplier.privacy_url",
    "supplier.terms_url",
    "supplier.language",
    "supplier.languages",
    "reset.valid_for",
    "reset.mode",
    "mail.include_username",
    "invitation.username",
    "password.min_length",
];

/// The values of those keys.
#[derive(Clone, Debug)]
pub struct Changeable {
    /// The supplier's name, as customers know it.
    pub supplier: String,
    /// The supplier's colour, if it has one.
    pub accent: Option<Accent>,
    /// How customers reach the supplier, and what it must tell them.
    pub reach: Reach,
    /// The language of people who have not chosen one.
    pub language: Language,
    /// The languages that are offered.
    pub languages: Vec<Language>,
    /// Resets and invitations.
    pub reset: Reset,
    /// Whether a reset's mail names the username (promise 6).
    pub include_username: bool,
    /// How who is invited learns their username, unless mails name it anyway.
    pub invitation_username: InvitationUsername,
    /// The fewest characters of a contact's password.
    pub min_length: usize,
}

/// How customers reach the supplier, and the pages it links to; each is empty
/// where there is none.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The telephone number, as people write it.
    pub telephone: String,
    /// The imprint.
    pub imprint_url: String,
    /// The privacy policy.
    pub privacy_url: String,
    /// The terms.
    pub terms_url: String,
}

/// Resets and invitations.
#[derive(Clone, Copy, Debug)]
pub struct Reset {
    /// How long a temporary password lives, counted from minting.
    pub valid_for: Duration,
    /// Whether the current password works beside a temporary one.
    pub mode: ResetMode,
}

impl Reach {
    fn read(reading: &mut Reading<'_>) -> Option<Self> {
        let telephone = reading.parse("supplier.telephone", value::telephone);
        let imprint_url = reading.parse("supplier.imprint_url", value::link);
        let privacy_url = reading.parse("supplier.privacy_url", value::link);
        let terms_url = reading.parse("supplier.terms_url", value::link);
        Some(Self {
            telephone: telephone?,
            imprint_url: imprint_url?,
            privacy_url: privacy_url?,
            terms_url: terms_url?,
        })
    }
}

impl Changeable {
    /// Whether a mail with a temporary password names the username; `invited`:
    /// one that is an invitation (promise 6).
    pub fn names_username(&self, invited: bool) -> bool {
        self.include_username || (invited && self.invitation_username == InvitationUsername::SameMail)
    }

    /// Whether an invitation is followed by a mail with the username.
    pub fn mails_username(&self) -> bool {
        !self.include_username && self.invitation_username == InvitationUsername::OwnMail
    }

    /// Checks the values.
    ///
    /// # Errors
    /// Each that is wrong, or does not go with another.
    pub fn read(source: &Source) -> Result<Self, Mistakes> {
        let mut reading = Reading::of(source);
        let read = Self::read_all(&mut reading);
        reading.finish(read)
    }

    pub(super) fn read_all(reading: &mut Reading<'_>) -> Option<Self> {
        let languages = reading.parse("supplier.languages", value::languages);
        let supplier = reading.parse("supplier.name", value::name);
        let accent = reading.parse("supplier.accent", value::accent);
        let reach = Reach::read(reading);
        let offered = languages.as_deref().unwrap_or(&Language::ALL);
        let language = reading.parse("supplier.language", |text| match value::language(text)? {
            language if offered.contains(&language) => Ok(language),
            _ => Err("must be one of the languages that are offered (supplier.languages)".into()),
        });
        let valid_for = reading.parse("reset.valid_for", spans::valid_for);
        let mode = reading.parse("reset.mode", value::reset_mode);
        let include_username = reading.parse("mail.include_username", value::switch);
        let invitation_username = reading.parse("invitation.username", value::invitation_username);
        let min_length = reading.parse("password.min_length", |text| value::number(text, 8, 64));
        Some(Self {
            supplier: supplier?,
            accent: accent?,
            reach: reach?,
            language: language?,
            languages: languages?,
            reset: Reset { valid_for: valid_for?, mode: mode? },
            include_username: include_username?,
            invitation_username: invitation_username?,
            min_length: min_length?,
        })
    }
}
