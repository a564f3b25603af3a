//! Everything known about a contact: one shape for the portal's page, the
//! website's page and the file to take away.

mod store;

use serde_json::{Map, Value};

use crate::actor::{Act, Actor};
use crate::audit::{self, About, Entry, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::texts;
use crate::kernel::id::ContactId;
use crate::kernel::{Language, Timestamp};
use crate::retailers::{self, Contact};
use crate::trail::Line;

/// Goes up when the keys of the file change their meaning.
const FORMAT: i64 = 1;
/// Records of a kind that a page shows; the file has all.
const SHOWN: usize = 100;
/// Those of them that are in sight where a kind is opened; the others are folded
/// away behind them.
const FIRST: usize = 5;

/// Everything known about a contact.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who.
    pub contact: Contact,
    /// The parts of it.
    pub sections: Vec<Section>,
}

/// Records of one kind.
#[derive(Clone, Debug)]
pub struct Section {
    /// The key of its title; without `known-` it names the part in the file.
    pub title: &'static str,
    /// Whether there can be but one record.
    pub single: bool,
    /// The records.
    pub records: Vec<Record>,
}

/// What is known, by the keys of labels; without `known-` they name it in the
/// file.
pub type Record = Vec<(&'static str, Told)>;

/// A single thing that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// A text as it is.
    Text(String),
    /// A text for programs, which pages leave out.
    Raw(String),
    /// A word with a meaning of its own.
    Word(String),
    /// A moment.
    Moment(Timestamp),
    /// Yes or no.
    Yes(bool),
    /// A number.
    Number(i64),
}

/// For whom it is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Staff, who also see who of them did what.
    Staff,
    /// The contact, in their language.
    Contact(Language),
}

/// How much of it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What a page shows, and whether there is more.
    Page,
    /// All of it.
    File,
}

impl Extent {
    /// The most records of a kind.
    fn limit(self) -> i64 {
        match self {
            Self::Page => i64::try_from(SHOWN + 1).unwrap_or(i64::MAX),
            Self::File => i64::MAX,
        }
    }
}

/// Everything known about a contact, for staff who may export it.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn of(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, extent: Extent) -> Result<Known> {
    let contact = exportable(tx, actor, id)?;
    read(tx, contact, Reader::Staff, extent)
}

fn exportable(tx: &mut Tx<'_>, actor: &Actor, id: ContactId) -> Result<Contact> {
    let contact = retailers::contact(tx, actor, id)?;
    if actor.may(Act::Export) { Ok(contact) } else { Err(Error::NotAllowed) }
}

/// Everything known about a contact, for themselves.
///
/// # Errors
/// When the database fails.
pub fn own(tx: &mut Tx<'_>, id: ContactId, language: Language, extent: Extent) -> Result<Known> {
    let contact = retailers::contact(tx, &Actor::system(), id)?;
    read(tx, contact, Reader::Contact(language), extent)
}

/// Writes down that staff take everything known about a contact as a file.
/// This comes before it is read: a trail that says too much is better than one
/// that says too little, and nobody waits for a long file to be put together.
///
/// # Errors
/// As for [`of`].
pub fn note_export(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, now: Timestamp) -> Result<()> {
    let contact = exportable(tx, actor, id)?;
    note(tx, actor, &contact, now)
}

/// The same of a contact who takes their own.
///
/// # Errors
/// When the database fails.
pub fn note_own_export(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, now: Timestamp) -> Result<()> {
    let contact = retailers::contact(tx, &Actor::system(), id)?;
    note(tx, actor, &contact, now)
}

fn note(tx: &mut Tx<'_>, actor: &Actor, contact: &Contact, now: Timestamp) -> Result<()> {
    let about = About::contact(contact.retailer, contact.id);
    Ok(audit::record(tx, actor, now, Event::ContactDataExported, about)?)
}

fn read(tx: &mut Tx<'_>, contact: Contact, reader: Reader, extent: Extent) -> Result<Known> {
    let (id, limit) = (contact.id, extent.limit());
    let part = |title, single, records| Section { title, single, records };
    let sections = vec![
        part("known-person", true, store::person(tx, id)?),
        part("known-retailer", true, store::retailer(tx, id)?),
        part("known-merged-records", false, store::merged_records(tx, id)?),
        part("known-passkeys", false, store::passkeys(tx, id)?),
        part("known-sessions", false, store::sessions(tx, id, limit)?),
        part("known-resets", false, store::resets(tx, id, limit)?),
        part("known-mails", false, store::mails(tx, id, limit)?),
        part("known-email-changes", false, store::email_changes(tx, id, limit)?),
        part("known-runs", false, store::runs(tx, id, limit)?),
        part("known-change-requests", false, store::change_requests(tx, id, limit)?),
        part("known-history", false, history(tx, id, reader, limit)?),
    ];
    Ok(Known { contact, sections })
}

fn history(tx: &mut Tx<'_>, id: ContactId, reader: Reader, limit: i64) -> Result<Vec<Record>> {
    let entries = audit::of_contact(tx, id, limit)?;
    Ok(entries.iter().map(|entry| entry_record(entry, reader)).collect())
}

/// An entry of the audit trail. From where staff acted is theirs, not the
/// contact's.
fn entry_record(entry: &Entry, reader: Reader) -> Record {
    let sentence = match reader {
        Reader::Staff => Line::new(entry).text,
        Reader::Contact(language) => texts::text(language, &format!("history-{}", entry.act)),
    };
    let own = matches!(entry.actor.as_str(), "contact" | "nobody") && !entry.address.is_empty();
    vec![
        ("known-at", Told::Moment(entry.at)),
        ("known-what", Told::Text(sentence)),
        ("known-event", Told::Raw(entry.act.clone())),
        ("known-by", Told::Word(entry.actor.clone())),
        ("known-door", Told::Word(entry.door.clone())),
        ("known-internet-address", if own { Told::Text(entry.address.clone()) } else { Told::Nothing }),
        ("known-details", Told::Raw(entry.details.clone())),
    ]
}

impl Section {
    /// The newest records.
    pub fn first(&self) -> &[Record] {
        &self.records[..self.records.len().min(FIRST)]
    }

    /// The others that a page shows.
    pub fn rest(&self) -> &[Record] {
        let shown = &self.records[..self.records.len().min(SHOWN)];
        shown.get(FIRST..).unwrap_or_default()
    }

    /// Whether there are more than that.
    pub fn has_more(&self) -> bool {
        self.records.len() > SHOWN
    }

    /// The first moment of the newest record: when it began.
    pub fn newest(&self) -> Option<Timestamp> {
        self.records.first()?.iter().find_map(|(_, told)| match told {
            Told::Moment(at) => Some(*at),
            _ => None,
        })
    }
}

impl Known {
    /// The kinds of which there is but one record.
    pub fn singles(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| section.single)
    }

    /// The kinds of which there are any number of records, and some.
    pub fn lists(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| !section.single && !section.records.is_empty())
    }

    /// The titles of kinds of which nothing is known.
    pub fn empty(&self, language: Language) -> Option<String> {
        let empty = self.sections.iter().filter(|section| section.records.is_empty());
        let titles: Vec<String> = empty.map(|section| texts::text(language, section.title)).collect();
        (!titles.is_empty()).then(|| titles.join(", "))
    }

    /// All of it as a JSON file.
    ///
    /// # Errors
    /// When it can't be put together.
    pub fn file(&self, now: Timestamp) -> Result<Vec<u8>> {
        let mut file = Map::new();
        file.insert("format".into(), FORMAT.into());
        file.insert("taken_at".into(), now.rfc3339().into());
        for section in &self.sections {
            let mut records = section.records.iter().map(object);
            let value = if section.single {
                records.next().unwrap_or_default()
            } else {
                Value::Array(records.collect())
            };
            file.insert(name(section.title), value);
        }
        serde_json::to_vec_pretty(&file)
            .map_err(|error| Error::Render { what: "a file", problem: error.to_string() })
    }
}

fn object(record: &Record) -> Value {
    Value::Object(record.iter().map(|(label, told)| (name(label), told.value())).collect())
}

/// What a label is called in the file.
fn name(label: &str) -> String {
    label.trim_start_matches("known-").replace('-', "_")
}

impl Told {
    fn value(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) | Self::Raw(text) | Self::Word(text) => text.as_str().into(),
            Self::Moment(at) => at.rfc3339().into(),
            Self::Yes(yes) => (*yes).into(),
            Self::Number(number) => (*number).into(),
        }
    }

    /// Whether a page shows it.
    pub fn is_shown(&self) -> bool {
        !matches!(self, Self::Nothing | Self::Raw(_))
    }

    /// It in words of a language.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) | Self::Raw(text) => text.clone(),
            Self::Word(word) => in_words(language, word),
            Self::Moment(at) => at.in_words(),
            Self::Yes(true) => texts::text(language, "known-yes"),
            Self::Yes(false) => texts::text(language, "known-no"),
            Self::Number(number) => number.to_string(),
        }
    }

    /// It for machines, where it is a moment.
    pub fn iso(&self) -> Option<String> {
        match self {
            Self::Moment(at) => Some(at.rfc3339()),
            _ => None,
        }
    }
}

/// The keys of words that have a meaning of their own.
const WORDS: [&str; 39] = [
    "known-is-en",
    "known-is-de",
    "known-is-reset",
    "known-is-invitation",
    "known-is-password-changed",
    "known-is-email-changed",
    "known-is-email-confirmation",
    "known-is-usernames",
    "known-is-invitation-username",
    "known-is-sign-in-changed",
    "known-is-waiting",
    "known-is-put-off",
    "known-is-accepted",
    "known-is-bounced",
    "known-is-given-up",
    "known-is-cancelled",
    "known-is-contact",
    "known-is-staff",
    "known-is-operator",
    "known-is-system",
    "known-is-nobody",
    "known-is-website",
    "known-is-portal",
    "known-is-sales",
    "known-is-api",
    "known-is-command-line",
    "known-is-worker",
    "known-is-queued",
    "known-is-done",
    "known-is-left-out",
    "known-is-invite",
    "known-is-access-on",
    "known-is-access-off",
    "known-is-activate",
    "known-is-deactivate",
    "known-is-open",
    "known-is-entered",
    "known-is-declined",
    "known-is-closed",
];

fn in_words(language: Language, word: &str) -> String {
    let known = WORDS.into_iter().find(|key| key.strip_prefix("known-is-") == Some(word));
    known.map_or_else(|| word.replace('-', " "), |key| texts::text(language, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Kind;

    #[test]
    fn every_kind_of_mail_to_a_contact_has_its_word_in_every_language() {
        for kind in Kind::WORDED.into_iter().filter(|kind| *kind != Kind::StaffReset) {
            assert!(WORDS.contains(&format!("known-is-{}", kind.as_str()).as_str()), "{}", kind.as_str());
        }
    }
}
