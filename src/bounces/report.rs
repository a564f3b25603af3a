//! Reading a delivery report: by the standard (RFC 3464, in a `multipart/report`
//! of RFC 6522), or in words.
//!
//! The words of a report are other people's: they may quote the mail, and so a
//! temporary password. Only codes are kept, with our words for them.

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use super::prose;
use crate::kernel::id::MailId;
use crate::mail::answers::{self, Class, Said, Stage};

/// The largest report that is read, in bytes: it may hold the whole mail.
pub const LARGEST: usize = 1024 * 1024;
/// Reports about more recipients than this are not ours: each mail has one.
const MOST_RECIPIENTS: usize = 20;
/// Headers in which mail servers say whom a message was accepted for.
const RECIPIENT_HEADERS: [&str; 5] = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To"];

/// A report about a mail of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which mail.
    pub mail: MailId,
    /// What it says.
    pub verdict: Verdict,
}

/// What a report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The mail did not arrive, and won't.
    Failed {
        /// Whether it is because of the address, so that no other mail would.
        hard: bool,
        /// Whom the reason is about.
        class: Class,
        /// Why, in our words: `5.1.1, there is no such mailbox`.
        why: String,
    },
    /// It is late, was passed on, or arrived.
    NotFailed,
}

/// Why something is no delivery report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReport {
    /// It is no message.
    #[error("it is no mail")]
    NoMessage,
    /// It is some other mail, such as an automatic answer.
    #[error("it is no report that a mail failed or is late")]
    OtherMail,
    /// It says it is a report, and the report can't be read.
    #[error("its delivery status can't be read")]
    Broken,
}

/// Whom a report was accepted for, as far as it says.
pub(super) fn recipients_of(raw: &[u8]) -> Vec<String> {
    MessageParser::default().parse_headers(raw).map(|message| recipients(&message)).unwrap_or_default()
}

/// What a report says.
pub(super) fn read(raw: &[u8]) -> Result<Verdict, NotAReport> {
    let message = Whole(MessageParser::default().parse(raw).ok_or(NotAReport::NoMessage)?);
    let Whole(message) = &message;
    match report_type(message).as_deref() {
        Some("" | "delivery-status") => verdict(message),
        // A receipt or a complaint.
        Some(_) => Err(NotAReport::OtherMail),
        None => prose::read(message).ok_or(NotAReport::OtherMail),
    }
}

/// A message with all that is in it. Mails within mails, of which a stranger sends as
/// many as fit, are let go one after another: each within the one around it would take
/// a piece of the stack for each.
struct Whole<'x>(Message<'x>);

impl Drop for Whole<'_> {
    fn drop(&mut self) {
        let mut parts = std::mem::take(&mut self.0.parts);
        while let Some(part) = parts.pop() {
            if let PartType::Message(mut inner) = part.body {
                parts.append(&mut inner.parts);
            }
        }
    }
}

/// Of which type a `multipart/report` is; nothing for other mails.
fn report_type(message: &Message<'_>) -> Option<String> {
    let kind = message.content_type()?;
    let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report"));
    is_report.then(|| kind.attribute("report-type").unwrap_or_default().to_ascii_lowercase())
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    let values = RECIPIENT_HEADERS.iter().filter_map(|name| message.header_raw(*name));
    let parts = values.flat_map(|value| value.split([',', '<', '>', ' ', '\t', '\r', '\n', ';']));
    parts.filter(|part| part.contains('@')).map(str::to_owned).take(MOST_RECIPIENTS).collect()
}

fn verdict(message: &Message<'_>) -> Result<Verdict, NotAReport> {
    let status = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
            kind.ctype().eq_ignore_ascii_case("message")
                && matches!(subtype.as_str(), "delivery-status" | "global-delivery-status")
        })
    });
    let text = match &status.ok_or(NotAReport::Broken)?.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        PartType::Multipart(_) => return Err(NotAReport::Broken),
    };
    let mut recipients = Vec::new();
    for group in text.replace("\r\n", "\n").split("\n\n").take(MOST_RECIPIENTS) {
        let fields = format!("{}\r\n\r\n", group.trim_start_matches('\n').replace('\n', "\r\n"));
        recipients.extend(Recipient::read(&fields));
    }
    if recipients.is_empty() {
        return Err(NotAReport::Broken);
    }
    Ok(recipients.iter().find(|one| one.action == "failed").map_or(Verdict::NotFailed, Recipient::failure))
}

/// What a report says of one recipient (RFC 3464, 2.3).
struct Recipient {
    action: String,
    /// Class, subject, detail (RFC 3463).
    status: [u16; 3],
    diagnostic: String,
}

impl Recipient {
    /// Reads the fields; `None` for those of the whole message.
    fn read(fields: &str) -> Option<Self> {
        let message = MessageParser::default().parse_headers(fields.as_bytes())?;
        let action = without_comment(&text(&message, "Action")?).to_ascii_lowercase();
        let known = ["failed", "delayed", "delivered", "relayed", "expanded"];
        let status = without_comment(&text(&message, "Status")?);
        let status = answers::status(status.split_whitespace().next()?)?;
        let diagnostic = text(&message, "Diagnostic-Code").unwrap_or_default();
        known.contains(&action.as_str()).then_some(Self { action, status, diagnostic })
    }

    fn failure(&self) -> Verdict {
        let said = self.diagnostic.split_once(';').map_or("", |(_, said)| said.trim());
        let code: Option<u16> = said.get(..3).and_then(|code| code.parse().ok());
        let inner = said.split([' ', '-']).find_map(answers::status);
        // What the last server said in detail goes over a status that says nothing.
        let status = inner.filter(|_| self.status[1] == 0).unwrap_or(self.status);
        failed(code.filter(|code| (400..600).contains(code)), Some(status), said)
    }
}

/// A failure with the codes and words that tell of it.
pub(super) fn failed(code: Option<u16>, status: Option<[u16; 3]>, words: &str) -> Verdict {
    let class = answers::class(&Said { stage: Stage::Report, code, status, words });
    let passing = code.is_some_and(|code| code < 500) || status.is_some_and(|status| status[0] != 5);
    // What may pass says nothing for good of a mailbox.
    let certain = if passing && class == Class::NoMailbox { Class::TheirServer } else { class };
    let meaning = answers::meaning(certain, status);
    let why = match (status, code) {
        (Some([class, subject, detail]), _) => format!("{class}.{subject}.{detail}, {meaning}"),
        (None, Some(code)) => format!("{code}, {meaning}"),
        (None, None) => meaning.to_owned(),
    };
    Verdict::Failed { hard: class == Class::NoMailbox && !passing, class, why }
}

/// A field on one line.
fn text(message: &Message<'_>, name: &'static str) -> Option<String> {
    match message.header(name)? {
        HeaderValue::Text(text) => Some(text.trim().to_owned()),
        _ => message.header_raw(name).map(|raw| raw.trim().to_owned()),
    }
    .filter(|text| !text.is_empty())
}

fn without_comment(text: &str) -> String {
    text.split('(').next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
