//! What an answer of a mail server means, in one table for answers at once
//! (SMTP) and for reports that come later: whether the customer's mailbox isn't
//! there, whether it is about us, about their server, or can't be told.
//!
//! The class decides what follows. Only [`Class::NoMailbox`] marks an address,
//! and whatever the table does not know marks nobody. The words of an answer are
//! asked before its codes: they say what the codes of many servers don't.

mod table;

/// Whom or what an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The customer's mailbox isn't there, so no other mail would arrive.
    NoMailbox,
    /// The customer's mailbox is there and can't take the mail: it is full.
    Mailbox,
    /// Us: what we are, what we may, or how much we send. Every other mail would
    /// be answered alike, whoever it goes to.
    Ours(Ours),
    /// Their server: a fault, or a policy about this mail.
    TheirServer,
    /// It doesn't say, or not so that it could be told.
    Unknown,
}

/// What about us is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ours {
    /// We have sent too much, too fast.
    Limit,
    /// The mail server passes no mail on for us.
    Relay,
    /// It wants us to sign in, or doesn't accept how we do.
    SignIn,
    /// Our mail server's address or name is on a list, or not trusted.
    Listed,
    /// Our mails can't be proved to be ours (SPF, DKIM, DMARC).
    Proof,
    /// We may not send from this address.
    Sender,
    /// It wants nothing from us, and doesn't say why.
    Refused,
}

/// What an answer means for a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whom it is about.
    pub class: Class,
    /// Whether it is a 5xx.
    pub permanent: bool,
}

/// What follows for a mail that a server did not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// It is tried again later.
    PutOff,
    /// It is tried again later, and nothing more is sent to many until then.
    Hold,
    /// This mail has failed; the address is not marked.
    Fail,
    /// It has failed, and the address is marked.
    Mark,
}

/// The point of the conversation at which something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The greeting and the introduction.
    Opening,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA and the message.
    Content,
    /// Later, in a report.
    Report,
}

/// What was said.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// When.
    pub stage: Stage,
    /// The code of SMTP.
    pub code: Option<u16>,
    /// The enhanced code: class, subject, detail (RFC 3463).
    pub status: Option<[u16; 3]>,
    /// The words, without addresses of the mail.
    pub words: &'a str,
}

impl Verdict {
    /// What follows for a mail that was being handed over.
    pub const fn consequence(self) -> Consequence {
        match self.class {
            Class::Ours(_) => Consequence::Hold,
            _ if !self.permanent => Consequence::PutOff,
            Class::NoMailbox => Consequence::Mark,
            Class::Mailbox | Class::TheirServer | Class::Unknown => Consequence::Fail,
        }
    }
}

impl Class {
    const ALL: [Self; 11] = [
        Self::NoMailbox,
        Self::Mailbox,
        Self::Ours(Ours::Limit),
        Self::Ours(Ours::Relay),
        Self::Ours(Ours::SignIn),
        Self::Ours(Ours::Listed),
        Self::Ours(Ours::Proof),
        Self::Ours(Ours::Sender),
        Self::Ours(Ours::Refused),
        Self::TheirServer,
        Self::Unknown,
    ];

    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoMailbox => "no-mailbox",
            Self::Mailbox => "mailbox",
            Self::Ours(Ours::Limit) => "our-limit",
            Self::Ours(Ours::Relay) => "our-relay",
            Self::Ours(Ours::SignIn) => "our-sign-in",
            Self::Ours(Ours::Listed) => "our-listing",
            Self::Ours(Ours::Proof) => "our-proof",
            Self::Ours(Ours::Sender) => "our-sender",
            Self::Ours(Ours::Refused) => "our-refusal",
            Self::TheirServer => "their-server",
            Self::Unknown => "unknown",
        }
    }

    /// The class of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }
}

/// Whom an answer is about.
pub fn class(said: &Said<'_>) -> Class {
    let words = normal(said.words);
    let status = said.status.filter(|status| matches!(status[0], 4 | 5));
    let found = table::by_words(said, &words)
        .or_else(|| table::by_code(said.code))
        .or_else(|| status.and_then(table::by_status))
        .or_else(|| table::by_bare_code(said));
    match (found.unwrap_or(Class::Unknown), said.stage) {
        // Before the recipient is named, nothing can be about them.
        (ours @ Class::Ours(_), Stage::Opening | Stage::Sender) => ours,
        (_, Stage::Opening) if is_permanent(said) => Class::Ours(Ours::Refused),
        (_, Stage::Sender) if is_permanent(said) => Class::Ours(Ours::Sender),
        (_, Stage::Opening | Stage::Sender) => Class::TheirServer,
        // Words of a sender beside those of a missing mailbox: whose is missing?
        (Class::NoMailbox, _) if table::speaks_of_a_sender(&words) => Class::Unknown,
        (class, _) => class,
    }
}

fn is_permanent(said: &Said<'_>) -> bool {
    said.code.map_or(said.status.is_some_and(|status| status[0] == 5), |code| code >= 500)
}

/// `5.1.1` in numbers (RFC 3463, 2); some servers write `#5.1.1` or `(5.1.1)`.
pub fn status(text: &str) -> Option<[u16; 3]> {
    let text = text.trim_matches(|c| matches!(c, '#' | '(' | ')' | '[' | ']' | ',' | ';' | ':'));
    let mut numbers = text.split('.').map(|part| part.parse::<u16>().ok());
    let status = [numbers.next()??, numbers.next()??, numbers.next()??];
    let is_status = matches!(status[0], 2 | 4 | 5) && status[1] < 1000 && status[2] < 1000;
    (is_status && numbers.next().is_none()).then_some(status)
}

/// What an answer means, in our words: those of mail servers may quote the mail.
pub const fn meaning(class: Class, status: Option<[u16; 3]>) -> &'static str {
    match (class, status) {
        (Class::NoMailbox, Some([_, 1, 2])) => "there is no such mail domain",
        (Class::NoMailbox, Some([_, 1, 6])) => "the mailbox has moved and left no address",
        (Class::NoMailbox, Some([_, 1, 10])) => "the address takes no mail",
        (Class::NoMailbox, Some([_, 2, 1])) => "the mailbox is switched off",
        (Class::NoMailbox, _) => "there is no such mailbox",
        (Class::Ours(Ours::Limit), _) => "we have sent more than is allowed",
        (Class::Ours(Ours::Relay), _) => "the mail server passes no mail on for us",
        (Class::Ours(Ours::SignIn), _) => "the mail server wants us to sign in",
        (Class::Ours(Ours::Listed), _) => "our mail server is on a block list, or not trusted there",
        (Class::Ours(Ours::Proof), _) => {
            "it could not be proved that the mail comes from us (SPF, DKIM, DMARC)"
        }
        (Class::Ours(Ours::Sender), _) => "our sender’s address is not accepted",
        (Class::Ours(Ours::Refused), _) => "mail from us is not accepted",
        (_, Some([_, 1, _])) => "the address is wrong",
        (_, Some([_, 2, 2])) => "the mailbox is full",
        (_, Some([_, 2, 3])) => "the mail is too long for the mailbox",
        (Class::Mailbox, _) | (_, Some([_, 2, _])) => "the mailbox does not take it",
        (_, Some([_, 3, _])) => "the receiving mail system has a fault",
        (_, Some([_, 4, 7])) => "it could not be delivered in time",
        (_, Some([_, 4, _])) => "the way there is broken",
        (_, Some([_, 5, _])) => "the mail servers did not understand each other",
        (_, Some([_, 6, _])) => "the content can’t be carried",
        (_, Some([_, 7, _])) => "a filter or policy there turned it away",
        (Class::TheirServer, _) => "the receiving mail server turned it away",
        _ => "the receiving mail server does not say why",
    }
}

/// Words as the table has them: letters and digits of any script in lower case,
/// one space between words, and one around them; nothing that is an address or
/// a code.
pub(crate) fn normal(words: &str) -> String {
    let mut normal = String::from(" ");
    let is_word = |word: &&str| !word.contains('@') && word.chars().any(char::is_alphabetic);
    for word in words.split_whitespace().filter(is_word) {
        for part in word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
            normal.extend(part.chars().flat_map(char::to_lowercase));
            normal.push(' ');
        }
    }
    normal
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
