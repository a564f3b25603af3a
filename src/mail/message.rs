//! Putting a mail together: headers, a plain-text part and an HTML part.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use lettre::message::header::{self, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message, address::Envelope};
use zeroize::Zeroizing;

use super::quoting::Secrets;
use crate::kernel::names;
use crate::kernel::{EmailAddress, Language, Picture, Timestamp, text};

/// The most characters of a name that go into a header; longer ones are cut.
const MAX_NAME: usize = 100;
/// Where a mail has the logo, which comes with it.
pub(super) const LOGO: &str = "cid:logo";
/// The most characters of a subject; longer ones are cut.
const MAX_SUBJECT: usize = 200;
/// The longest line that is sent as it is (RFC 2045, 6.7: quoted-printable
/// folds at 76); a part with a longer one is sent as quoted-printable.
const MAX_PLAIN_LINE: usize = 76;
/// The last moment a `Date` header can state: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

names! {
    /// What a mail is: in the database, in `X-Tradepost-Kind`, and the name of its folder
    /// of templates.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Kind {
        /// A temporary password for a contact who has had a password of their own.
        Reset = "reset",
        /// The first temporary password of a contact.
        Invitation = "invitation",
        /// The username of who was invited, beside the invitation.
        InvitationUsername = "invitation-username",
        /// A notice that a contact's password was changed.
        PasswordChanged = "password-changed",
        /// A notice to the old address that a contact's address was changed.
        EmailChanged = "email-changed",
        /// The question to the new address whether it is right.
        EmailConfirmation = "email-confirmation",
        /// The usernames known for an address.
        Usernames = "usernames",
        /// A notice that what someone proves themselves with was changed.
        SignInChanged = "sign-in-changed",
        /// A link and a code with which a staff user sets a password.
        StaffReset = "staff-reset",
        /// One of the others with samples, for who words it.
        Test = "test",
        /// The signed end of the audit trail, for who keeps it.
        TrailHead = "trail-head",
    }
}

impl Kind {
    /// Every kind that has words of its own.
    pub const WORDED: [Self; 9] = [
        Self::Reset,
        Self::Invitation,
        Self::InvitationUsername,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::EmailConfirmation,
        Self::Usernames,
        Self::SignInChanged,
        Self::StaffReset,
    ];

    /// What staff call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Reset => "Password reset",
            Self::Invitation => "Website invitation",
            Self::PasswordChanged => "Notice: password changed",
            Self::EmailChanged => "Notice: address changed",
            Self::EmailConfirmation => "Confirmation of an address",
            Self::InvitationUsername => "Username of who was invited",
            Self::Usernames => "Forgotten usernames",
            Self::SignInChanged => "Notice: sign-in changed",
            Self::StaffReset => "Link and code for a staff user",
            Self::Test => "Test of a mail template",
            Self::TrailHead => "End of the audit trail",
        }
    }
}

/// The words of a mail. They hold a secret, so they are wiped when dropped and
/// can't be printed.
pub struct Rendered {
    /// The subject: one line without secrets.
    pub subject: String,
    /// The plain-text part.
    pub text: Zeroizing<String>,
    /// The HTML part.
    pub html: Zeroizing<String>,
    /// The secrets in them, to be known again in what mail servers answer.
    pub secrets: Secrets,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rendered(…)")
    }
}

/// Why a mail could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The id would not fit into a header.
    #[error("a mail's id must be 1 to 40 letters, digits and hyphens")]
    Id,
    /// The sender's domain can't be written in ASCII.
    #[error("the sender's domain is no domain")]
    Sender,
    /// An address was refused.
    #[error("reading an address of a mail")]
    Address(#[source] lettre::address::AddressError),
    /// The parts did not make a mail.
    #[error("assembling a mail")]
    Assembling(#[source] lettre::error::Error),
}

/// A mail about to be sent.
pub struct Outgoing<'a> {
    /// What it is.
    pub kind: Kind,
    /// Which mail, unique and unguessable, such as a UUID.
    pub id: &'a str,
    /// Which attempt to hand it over, so that no two share a Message-ID.
    pub attempt: i64,
    /// Who it is from.
    pub from: &'a Mailbox,
    /// Where reports about its delivery go; to the sender without one.
    pub return_path: Option<&'a Address>,
    /// Where it goes.
    pub to: &'a EmailAddress,
    /// The name beside that address.
    pub to_name: Option<&'a str>,
    /// When it is written.
    pub now: Timestamp,
    /// What it says.
    pub rendered: &'a Rendered,
    /// In which language.
    pub language: Language,
    /// The supplier's logo, for a mail that shows it.
    pub logo: Option<&'a Picture>,
}

impl Outgoing<'_> {
    /// The message as it goes to the mail server, in ASCII throughout.
    ///
    /// # Errors
    /// When an id or address can't be written in a header.
    pub fn build(&self) -> Result<Message, MessageError> {
        let plain = self.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain || !(1..=40).contains(&self.id.len()) {
            return Err(MessageError::Id);
        }
        let from = self.sender()?;
        let to: Address = self.to.as_str().parse().map_err(MessageError::Address)?;
        let return_path = self.return_path.unwrap_or(&from.email).clone();
        let envelope =
            Envelope::new(Some(return_path), vec![to.clone()]).map_err(MessageError::Assembling)?;
        let message_id = format!("<{}.{}@{}>", self.id, self.attempt, from.email.domain());
        // A body that knew the boundary could forge a part; the id is unguessable.
        let boundary = format!("tradepost-{}-{}", self.id, self.attempt);
        Message::builder()
            .envelope(envelope)
            .from(from)
            .to(Mailbox::new(self.to_name.and_then(header_name), to))
            .subject(one_line(&self.rendered.subject, MAX_SUBJECT))
            .date(moment(self.now))
            .message_id(Some(message_id))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("X-Auto-Response-Suppress", "All"))
            .raw_header(raw("X-Tradepost-Kind", self.kind.as_str()))
            .raw_header(raw("Content-Language", self.language.tag()))
            .multipart(self.body(boundary))
            .map_err(MessageError::Assembling)
    }

    /// The text, and the HTML with the logo it shows: nothing is fetched when the
    /// mail is read.
    fn body(&self, boundary: String) -> MultiPart {
        let html = part(ContentType::TEXT_HTML, &self.rendered.html);
        let related = format!("{boundary}-html");
        let text = part(ContentType::TEXT_PLAIN, &self.rendered.text);
        let both = MultiPart::alternative().boundary(boundary).singlepart(text);
        let png = ContentType::parse("image/png").ok();
        match self.logo.filter(|_| self.rendered.html.contains(LOGO)).zip(png) {
            Some((logo, png)) => {
                let logo = Attachment::new_inline("logo".into()).body(logo.png.clone(), png);
                both.multipart(MultiPart::related().boundary(related).singlepart(html).singlepart(logo))
            }
            None => both.singlepart(html),
        }
    }

    /// The sender with its domain in ASCII, so that no server needs SMTPUTF8.
    fn sender(&self) -> Result<Mailbox, MessageError> {
        let domain = idna::domain_to_ascii(self.from.email.domain()).map_err(|_| MessageError::Sender)?;
        let address = Address::new(self.from.email.user(), domain).map_err(MessageError::Address)?;
        Ok(Mailbox::new(self.from.name.as_deref().and_then(header_name), address))
    }
}

/// The HTML of a mail for a browser, which has no parts to find the logo in.
pub fn for_browser(html: &str, logo: Option<&Picture>) -> String {
    let Some(logo) = logo else { return html.to_owned() };
    html.replace(LOGO, &format!("data:image/png;base64,{}", BASE64.encode(&logo.png)))
}

/// A name fit for a header: one line without control characters.
fn header_name(name: &str) -> Option<String> {
    let name = one_line(name, MAX_NAME);
    (!name.is_empty()).then_some(name)
}

/// At most `max` characters of a text on one line: what can't be shown becomes
/// a space, and spaces are joined.
pub(super) fn one_line(text: &str, max: usize) -> String {
    let shown: String = text.chars().map(|c| if text::is_unshowable(c) { ' ' } else { c }).collect();
    let joined = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.chars().take(max).collect::<String>().trim_end().to_owned()
}

fn moment(now: Timestamp) -> SystemTime {
    let seconds = u64::try_from(now.as_millis() / 1000).unwrap_or(0).min(LAST_SECOND);
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A part of the message. Never base64: a temporary password alone on a line
/// of the text is alone on a line of the mail as sent.
fn part(content_type: ContentType, content: &str) -> SinglePart {
    let content = content.replace('\r', "").replace('\n', "\r\n");
    let plain = content.is_ascii() && content.lines().all(|line| line.len() <= MAX_PLAIN_LINE);
    let encoding =
        if plain { ContentTransferEncoding::SevenBit } else { ContentTransferEncoding::QuotedPrintable };
    let body = Body::new_with_encoding(content, encoding)
        .or_else(|bytes| Body::new_with_encoding(bytes, ContentTransferEncoding::QuotedPrintable))
        .unwrap_or_else(Body::new);
    let builder = SinglePart::builder().header(content_type);
    builder.header(header::ContentDisposition::inline()).body(body)
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
