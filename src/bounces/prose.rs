//! Reading reports that are written for people only: by qmail (QSBMF,
//! cr.yp.to/proto/qsbmf.txt), Exim, older sendmails and webmailers. The return
//! path they come to proves which mail came back; their words only decide whether
//! the mailbox is missing.

use mail_parser::Message;

use super::report::{self, Verdict};
use crate::mail::answers;

/// The most bytes and lines of a report that are looked at.
const LOOKED_AT: (usize, usize) = (16 * 1024, 300);
/// Who reports, by the part of their address before the `@`.
const REPORTERS: [&str; 5] = ["mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "mdaemon"];
/// How the subject of a report begins or what it holds, as the table of answers
/// writes words.
const FAILED: [&str; 17] = [
    " failure notice ",
    " delivery failure ",
    " delivery failed ",
    " delivery has failed ",
    " delivery status notification failure ",
    " delivery notification failure ",
    " undeliverable ",
    " undelivered ",
    " undelivered mail ",
    " returned mail ",
    " returned to sender ",
    " returning message to sender ",
    " could not be delivered ",
    " mail system error ",
    " unzustellbar ",
    " nicht zustellbar ",
    " zustellung fehlgeschlagen ",
];
/// What the subject of a warning holds.
const LATE: [&str; 6] = [" warning ", " delay ", " delayed ", " verzögert ", " verzögerung ", " not yet "];
/// Where the copy of the mail begins.
const COPY: [&str; 12] = [
    "below this line is a copy",
    "this is a copy of",
    "copy of your message",
    "copy of the message",
    "original message",
    "original headers",
    "message header follows",
    "message headers follow",
    "unsent message",
    "returned message",
    "ursprüngliche nachricht",
    "ursprüngliche e-mail",
];
const HEADERS: [&str; 7] = [
    "received:",
    "return-path:",
    "message-id:",
    "mime-version:",
    "x-tradepost-kind:",
    "content-type:",
    "dkim-signature:",
];

/// What a report says; nothing when it is none.
pub(super) fn read(message: &Message<'_>) -> Option<Verdict> {
    let text = message.body_text(0)?;
    let text = explanation(&text);
    let qmail = text.trim_start().starts_with("Hi. This is the");
    if message.header("X-Failed-Recipients").is_some() || qmail {
        return Some(verdict(&text));
    }
    let from = message.from().and_then(|from| from.first()).and_then(|from| from.address())?;
    let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let subject = answers::normal(message.subject().unwrap_or_default());
    let holds = |phrases: &[&str]| phrases.iter().any(|phrase| subject.contains(phrase));
    match REPORTERS.contains(&local.as_str()) {
        true if holds(&LATE) => Some(Verdict::NotFailed),
        true if holds(&FAILED) => Some(verdict(&text)),
        _ => None,
    }
}

/// What is said before the copy of the mail.
fn explanation(text: &str) -> String {
    let mut end = text.len().min(LOOKED_AT.0);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let is_copy = |line: &&str| {
        let parts = line.trim_start().starts_with(['-', '=', '_', '*', '>']);
        let line = line.trim_start_matches(['>', ' ', '\t', '-']).to_lowercase();
        (parts && COPY.iter().any(|phrase| line.contains(phrase)))
            || HEADERS.iter().any(|name| line.starts_with(name))
    };
    let lines = text[..end].lines().map(str::trim_end).take(LOOKED_AT.1).take_while(|line| !is_copy(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads the paragraphs that are about an address or quote an answer.
fn verdict(text: &str) -> Verdict {
    let told: Vec<&str> =
        text.split("\n\n").filter(|part| part.contains('@') || codes(part).next().is_some()).collect();
    let told = told.join("\n");
    let all: Vec<Code> = codes(&told).collect();
    // One that may pass is in doubt, whatever else is said.
    let pick = |passing: bool| {
        let of_kind = |code: &&Code| code.is_passing() == passing;
        let status = all.iter().filter(of_kind).find_map(|code| match code {
            Code::Status(status) => Some(*status),
            Code::Smtp(_) => None,
        });
        let smtp = all.iter().filter(of_kind).find_map(|code| match code {
            Code::Smtp(smtp) => Some(*smtp),
            Code::Status(_) => None,
        });
        (smtp, status)
    };
    let (code, status) = match pick(true) {
        (None, None) => pick(false),
        passing => passing,
    };
    report::failed(code, status, &told)
}

/// A code that a report quotes.
enum Code {
    Smtp(u16),
    Status([u16; 3]),
}

impl Code {
    const fn is_passing(&self) -> bool {
        match self {
            Self::Smtp(code) => *code < 500,
            Self::Status(status) => status[0] != 5,
        }
    }
}

/// The codes in a text: enhanced ones anywhere; those of SMTP where an answer
/// begins, at the beginning of a line, after a colon or bracket, or before words
/// that go on from them.
fn codes(text: &str) -> impl Iterator<Item = Code> + '_ {
    text.lines().flat_map(|line| {
        let line = line.trim_start_matches(['<', '>', ' ', '\t']);
        let mut begins = true;
        line.split_whitespace().flat_map(move |word| {
            let may_begin = begins || word.starts_with('(');
            begins = word.ends_with(':') || word.ends_with(';');
            let bare = word.trim_matches(['(', ')', '"', '\'', ',', '.', ':']);
            let (code, rest) = bare.split_once('-').unwrap_or((bare, bare));
            let smtp = code.parse().ok().filter(|code| may_begin && code_like(*code, rest, bare));
            let status = [bare, rest].into_iter().find_map(answers::status).filter(|status| status[0] != 2);
            smtp.map(Code::Smtp).into_iter().chain(status.map(Code::Status))
        })
    })
}

/// Whether three digits are an answer's code: alone, or with what a further line
/// begins with.
fn code_like(code: u16, rest: &str, whole: &str) -> bool {
    (400..600).contains(&code)
        && (rest == whole || !rest.starts_with(|c: char| c.is_ascii_digit()) || rest.contains('.'))
}
