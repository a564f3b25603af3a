//! What people word in each mail, in the order of the mail, and what stands
//! between it and stays where it is. How a mail is worded besides stands in
//! `letter.txt` beside its templates; where the words go, in those as `[[name]]`.

use crate::kernel::Language;
use crate::mail::message::Kind;

/// A piece of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words that people write.
    Words(Slot),
    /// What the mail is for; described, for it can't be changed.
    Fixed(&'static str),
}

/// A place for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: &'static str,
    /// What staff call it.
    pub label: &'static str,
    /// What goes there.
    pub shape: Shape,
}

/// What goes into a place for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The subject, which uses names only.
    Subject,
    /// The heading, which uses names only and which only the HTML part has.
    Heading,
    /// Any number of paragraphs, none too.
    Paragraphs,
    /// The words of a button; in the text they stand above its address.
    Button,
}

impl Shape {
    /// The most characters of it.
    pub const fn longest(self) -> usize {
        match self {
            Self::Subject | Self::Heading => 150,
            Self::Paragraphs => 4_000,
            Self::Button => 40,
        }
    }
}

/// The pieces of a mail; none for one that is worded as templates only.
pub fn of(kind: Kind) -> &'static [Piece] {
    match kind {
        Kind::Reset | Kind::Invitation => &TEMPORARY_PASSWORD,
        Kind::InvitationUsername => &INVITATION_USERNAME,
        Kind::PasswordChanged => &PASSWORD_CHANGED,
        Kind::EmailChanged => &EMAIL_CHANGED,
        Kind::EmailConfirmation => &EMAIL_CONFIRMATION,
        Kind::Usernames => &USERNAMES,
        Kind::SignInChanged => &SIGN_IN_CHANGED,
        Kind::StaffReset => &STAFF_RESET,
        Kind::Test | Kind::TrailHead => &[],
    }
}

/// The places for words in a mail.
pub fn slots(kind: Kind) -> impl Iterator<Item = Slot> {
    of(kind).iter().filter_map(|piece| match piece {
        Piece::Words(slot) => Some(*slot),
        Piece::Fixed(_) => None,
    })
}

const fn words(name: &'static str, label: &'static str, shape: Shape) -> Piece {
    Piece::Words(Slot { name, label, shape })
}

const SUBJECT: Piece = words("subject", "Subject", Shape::Subject);
const HEADING: Piece = words("heading", "Heading", Shape::Heading);
const BUTTON: Piece = words("button", "Words of the button", Shape::Button);
const CLOSING: Piece = words("closing", "At the end", Shape::Paragraphs);

const TEMPORARY_PASSWORD: [Piece; 9] = [
    SUBJECT,
    HEADING,
    words("opening", "Before the temporary password", Shape::Paragraphs),
    Piece::Fixed("The temporary password, alone on its line."),
    words("text", "After it", Shape::Paragraphs),
    Piece::Fixed(
        "The username, where mails may name it, or that it follows, and the address of the page to sign in.",
    ),
    BUTTON,
    CLOSING,
    Piece::Fixed(
        "In a reset what becomes of the current password, in an invitation the page that mails a fresh one; who asked for it, the link that cancels it, and for whom the mail is.",
    ),
];

const INVITATION_USERNAME: [Piece; 8] = [
    SUBJECT,
    HEADING,
    words("opening", "Before the username", Shape::Paragraphs),
    Piece::Fixed("The username, alone on its line."),
    words("text", "After it", Shape::Paragraphs),
    BUTTON,
    CLOSING,
    Piece::Fixed("The address of the page to sign in, under the button, and for whom the mail is."),
];

const PASSWORD_CHANGED: [Piece; 6] = [
    SUBJECT,
    HEADING,
    words("text", "Text", Shape::Paragraphs),
    Piece::Fixed("The address of the page for a forgotten password."),
    BUTTON,
    CLOSING,
];

const EMAIL_CHANGED: [Piece; 5] = [
    SUBJECT,
    HEADING,
    words("text", "When there is a new address", Shape::Paragraphs),
    words("removed", "When the address was only removed", Shape::Paragraphs),
    CLOSING,
];

const EMAIL_CONFIRMATION: [Piece; 6] = [
    SUBJECT,
    HEADING,
    words("text", "Text", Shape::Paragraphs),
    Piece::Fixed("The address of the page that confirms."),
    BUTTON,
    CLOSING,
];

const USERNAMES: [Piece; 8] = [
    SUBJECT,
    HEADING,
    words("one", "Before one username", Shape::Paragraphs),
    words("several", "Before several usernames", Shape::Paragraphs),
    Piece::Fixed("The usernames with person and retailer, and the address of the page to sign in."),
    BUTTON,
    Piece::Fixed("The address of the page for a forgotten password."),
    CLOSING,
];

const SIGN_IN_CHANGED: [Piece; 8] = [
    SUBJECT,
    HEADING,
    words("text", "Text", Shape::Paragraphs),
    words("text-address", "Text, to a former e-mail address", Shape::Paragraphs),
    Piece::Fixed("The address of the page for a forgotten password."),
    BUTTON,
    Piece::Fixed("The address of the page where they see what they sign in with."),
    CLOSING,
];

const STAFF_RESET: [Piece; 14] = [
    words("subject", "Subject", Shape::Subject),
    words("subject-first", "Subject, for a first password", Shape::Subject),
    words("subject-lost", "Subject, for a lost second factor", Shape::Subject),
    words("heading", "Heading", Shape::Heading),
    words("heading-first", "Heading, for a first password", Shape::Heading),
    words("heading-lost", "Heading, for a lost second factor", Shape::Heading),
    words("text", "Text", Shape::Paragraphs),
    words("text-first", "Text, for a first password", Shape::Paragraphs),
    words("text-lost", "Text, for a lost second factor", Shape::Paragraphs),
    Piece::Fixed("The address of the page that asks for the code."),
    BUTTON,
    words("button-lost", "Words of the button, for a lost second factor", Shape::Button),
    Piece::Fixed("The code, alone on its line, and until when both work."),
    CLOSING,
];

/// A field that people put into their words, written `{name}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chip {
    /// What is written.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// The field of templates behind it.
    pub(super) field: &'static str,
}

impl Chip {
    /// What is written in a template for it.
    pub(super) fn source(&self, language: Language) -> String {
        let expression = match (self.field, language) {
            ("change", Language::English) => CHANGE,
            ("change", Language::German) => CHANGE_DE,
            (field, _) => field,
        };
        format!("{{{{ {expression} }}}}")
    }

    /// Whether it is somebody's name: all that goes into a subject, which is read
    /// over shoulders, and into a heading.
    pub fn is_name(&self) -> bool {
        ["person", "retailer", "supplier"].contains(&self.field)
    }

    /// Whether it is set in bold, so that it is found at a glance.
    pub(super) fn is_bold(&self) -> bool {
        ["retailer", "valid_until", "change", "new_address_masked"].contains(&self.field)
    }
}

const fn chip(name: &'static str, meaning: &'static str, field: &'static str) -> Chip {
    Chip { name, meaning, field }
}

const CONTACT: Chip = chip("contact", "contact’s name", "person");
const PERSON: Chip = chip("name", "person’s name", "person");
const RETAILER: Chip = chip("retailer", "retailer’s name", "retailer");
const SUPPLIER: Chip = chip("supplier", "your name", "supplier");
const WEBSITE: Chip = chip("website", "address of the website", "website");
const UNTIL: Chip = chip("until", "until when it works", "valid_until");
const WHEN: Chip = chip("when", "when it happened", "at");

/// The fields that the words of a mail may use.
pub fn chips(kind: Kind) -> &'static [Chip] {
    match kind {
        Kind::Reset | Kind::Invitation => {
            const {
                &[
                    CONTACT,
                    RETAILER,
                    SUPPLIER,
                    UNTIL,
                    chip("how-long", "for how long it works", "valid_for"),
                    WEBSITE,
                ]
            }
        }
        Kind::PasswordChanged => &[CONTACT, RETAILER, SUPPLIER, WHEN, WEBSITE],
        Kind::EmailChanged => {
            const {
                &[
                    CONTACT,
                    RETAILER,
                    SUPPLIER,
                    WHEN,
                    chip("new-address", "new address, masked", "new_address_masked"),
                    WEBSITE,
                ]
            }
        }
        Kind::EmailConfirmation => &[CONTACT, RETAILER, SUPPLIER, UNTIL, WEBSITE],
        Kind::InvitationUsername => &[CONTACT, RETAILER, SUPPLIER, WEBSITE],
        Kind::Usernames => &[SUPPLIER, WEBSITE],
        Kind::SignInChanged => {
            const { &[PERSON, chip("change", "what was changed", "change"), SUPPLIER, WHEN, WEBSITE] }
        }
        Kind::StaffReset => &[PERSON, SUPPLIER, UNTIL, WEBSITE],
        Kind::Test | Kind::TrailHead => &[],
    }
}

/// What was changed, in words. A choice within one tag leaves the line it
/// stands on as it is.
const CHANGE: &str = "\"a passkey was added\" if change == \"passkey-added\" \
    else \"a passkey was removed\" if change == \"passkey-removed\" \
    else \"an authenticator app was set up\" if change == \"app-added\" \
    else \"the authenticator app was removed\" if change == \"app-removed\" \
    else \"your lost second factor was taken off\" if change == \"factors-reset\" \
    else \"your second factor, which you had for less than 30 days, was taken off with the new password\" if change == \"young-factors-removed\" \
    else \"your password was changed\" if change == \"password-changed\" \
    else \"your e-mail address was changed\" if change == \"address-changed\" \
    else \"your username was changed\" if change == \"username-changed\" \
    else \"new recovery codes were made, and the former ones are void\" if change == \"recovery-codes-made\" \
    else \"a recovery code was used\"";
const CHANGE_DE: &str = "\"ein Passkey wurde hinzugefügt\" if change == \"passkey-added\" \
    else \"ein Passkey wurde entfernt\" if change == \"passkey-removed\" \
    else \"eine Authenticator-App wurde eingerichtet\" if change == \"app-added\" \
    else \"die Authenticator-App wurde entfernt\" if change == \"app-removed\" \
    else \"Ihr verlorener zweiter Faktor wurde entfernt\" if change == \"factors-reset\" \
    else \"Ihr zweiter Faktor, den Sie keine 30 Tage hatten, wurde mit dem neuen Passwort entfernt\" if change == \"young-factors-removed\" \
    else \"Ihr Passwort wurde geändert\" if change == \"password-changed\" \
    else \"Ihre E-Mail-Adresse wurde geändert\" if change == \"address-changed\" \
    else \"Ihr Benutzername wurde geändert\" if change == \"username-changed\" \
    else \"neue Wiederherstellungscodes wurden erzeugt, die bisherigen gelten nicht mehr\" if change == \"recovery-codes-made\" \
    else \"ein Wiederherstellungscode wurde benutzt\"";
