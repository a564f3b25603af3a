//! Reading a delivery report (RFC 3464, in a `multipart/report` of RFC 6522).
//!
//! The words of a report are other people's: they may quote the mail, and so a
//! temporary password. Only codes are kept, with our words for them.

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use crate::kernel::id::MailId;
use crate::mail::smtp;

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
    #[error("it is no delivery report (RFC 3464)")]
    OtherMail,
    /// It says it is a report, and the report can't be read.
    #[error("its delivery status can't be read")]
    Broken,
}

/// Whom a report was accepted for, as far as it says, and what it says.
pub(super) fn read(raw: &[u8]) -> Result<(Vec<String>, Verdict), NotAReport> {
    let message = MessageParser::default().parse(raw).ok_or(NotAReport::NoMessage)?;
    if !is_report(&message) {
        return Err(NotAReport::OtherMail);
    }
    Ok((recipients(&message), verdict(&message)?))
}

fn is_report(message: &Message<'_>) -> bool {
    message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report"))
            && kind.attribute("report-type").is_none_or(|kind| kind.eq_ignore_ascii_case("delivery-status"))
    })
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
        let action = text(&message, "Action")?.to_ascii_lowercase();
        let known = ["failed", "delayed", "delivered", "relayed", "expanded"];
        let status = codes(&text(&message, "Status")?)?;
        let diagnostic = text(&message, "Diagnostic-Code").unwrap_or_default();
        known.contains(&action.as_str()).then_some(Self { action, status, diagnostic })
    }

    fn failure(&self) -> Verdict {
        let said = self.diagnostic.split_once(';').map_or("", |(_, said)| said.trim());
        let code: Option<u16> = said.get(..3).and_then(|code| code.parse().ok());
        let words = said.get(4..).unwrap_or_default();
        let inner = words.split_whitespace().next().and_then(codes);
        // What the last server said in detail goes over a status that says nothing.
        let status = inner.filter(|_| self.status[1] == 0).unwrap_or(self.status);
        let [class, subject, detail] = status;
        let hard = class == 5
            && match code {
                _ if subject != 0 => smtp::is_about_recipient(550, &format!("5.{subject}.{detail}")),
                Some(code) => code >= 500 && smtp::is_about_recipient(code, ""),
                None => false,
            };
        Verdict::Failed { hard, why: format!("{class}.{subject}.{detail}, {}", meaning(status)) }
    }
}

/// A field on one line, without comments.
fn text(message: &Message<'_>, name: &'static str) -> Option<String> {
    match message.header(name)? {
        HeaderValue::Text(text) => Some(text.split('(').next().unwrap_or_default().trim().to_owned()),
        _ => message.header_raw(name).map(|raw| raw.trim().to_owned()),
    }
    .filter(|text| !text.is_empty())
}

/// `5.1.1` in numbers (RFC 3463, 2).
fn codes(text: &str) -> Option<[u16; 3]> {
    let mut numbers = text.split_whitespace().next()?.split('.').map(|part| part.parse::<u16>().ok());
    let codes = [numbers.next()??, numbers.next()??, numbers.next()??];
    let is_code = matches!(codes[0], 2 | 4 | 5) && codes[1] < 1000 && codes[2] < 1000;
    (is_code && numbers.next().is_none()).then_some(codes)
}

/// What a status means (RFC 3463, 3).
const fn meaning(status: [u16; 3]) -> &'static str {
    match status {
        [_, 1, 1] => "there is no such mailbox",
        [_, 1, 2] => "there is no such mail domain",
        [_, 1, 6] => "the mailbox has moved and left no address",
        [_, 1, 10] => "the address takes no mail",
        [_, 1, _] => "the address is wrong",
        [_, 2, 1] => "the mailbox is switched off",
        [_, 2, 2] => "the mailbox is full",
        [_, 2, 3] => "the mail is too long for the mailbox",
        [_, 2, _] => "the mailbox does not take it",
        [_, 3, _] => "the receiving mail system has a fault",
        [_, 4, 7] => "it could not be delivered in time",
        [_, 4, _] => "the way there is broken",
        [_, 5, _] => "the mail servers did not understand each other",
        [_, 6, _] => "the content can’t be carried",
        [_, 7, _] => "a filter or policy there turned it away",
        _ => "the receiving mail server does not say why",
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
