//! The SQL of the words of mails.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::StaffId;
use crate::kernel::{Language, Timestamp};
use crate::mail::Kind;
use crate::mail::templates::letter::Letter;
use crate::mail::templates::{Which, Wording, Words};

/// A version of the words of a mail.
#[derive(Clone, Debug)]
pub struct Version {
    /// Of which mail.
    pub which: Which,
    /// Its number, counted from 1 for each mail.
    pub number: i64,
    /// The words; none when the built-in ones were taken again.
    pub words: Option<Wording>,
    /// The number of the version that was restored by it.
    pub restored: Option<i64>,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// By whom.
    pub by: Option<String>,
}

/// A version about to be saved.
pub(super) struct New<'n> {
    pub(super) which: Which,
    pub(super) number: i64,
    pub(super) words: Option<&'n Wording>,
    pub(super) restored: Option<i64>,
}

const VERSION: &str = "w.kind, w.language, w.number, w.subject_line, w.body_text, w.body_html, w.letter, w.restored, w.saved_at, p.name as staff_name";

/// The latest version of each mail that has one.
///
/// # Errors
/// When the database fails.
pub fn latest(tx: &mut Tx<'_>) -> Result<Vec<Version>, Error> {
    tx.all(
        &format!(
            "select {VERSION} from wordings w left join staff p on p.id = w.staff_id
             where w.number = (select max(o.number) from wordings o where o.kind = w.kind and o.language = w.language)
             order by w.kind, w.language"
        ),
        &[],
    )
}

/// The versions of a mail, newest first.
///
/// # Errors
/// When the database fails.
pub fn versions(tx: &mut Tx<'_>, (kind, language): Which) -> Result<Vec<Version>, Error> {
    tx.all(
        &format!(
            "select {VERSION} from wordings w left join staff p on p.id = w.staff_id
             where w.kind = $1 and w.language = $2 order by w.number desc"
        ),
        &[&kind.as_str(), &language.tag()],
    )
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    new: &New<'_>,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<(), Error> {
    let (html, letter) = match new.words {
        None => (None, None),
        Some(Wording::Html(words)) => (Some(words), None),
        Some(Wording::Letter(letter)) => (None, Some(letter.json())),
    };
    tx.run(
        "insert into wordings (kind, language, number, subject_line, body_text, body_html, letter, restored, saved_at, staff_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &new.which.0.as_str(),
            &new.which.1.tag(),
            &new.number,
            &html.map(|words| words.subject.as_str()),
            &html.map(|words| words.text.as_str()),
            &html.map(|words| words.html.as_str()),
            &letter.as_deref(),
            &new.restored,
            &now,
            &staff,
        ],
    )?;
    Ok(())
}

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let kind = row.named::<Kind>("kind")?;
        let language = row.parse("language", |tag| Language::from_tag(tag).ok_or("unknown language"))?;
        let subject: Option<String> = row.get("subject_line")?;
        let text: Option<String> = row.get("body_text")?;
        let html: Option<String> = row.get("body_html")?;
        let letter = row.parse_opt("letter", Letter::from_json)?;
        let words = match (letter, subject, text, html) {
            (Some(letter), ..) => Some(Wording::Letter(letter)),
            (None, Some(subject), Some(text), Some(html)) => {
                Some(Wording::Html(Words { subject, text, html }))
            }
            _ => None,
        };
        Ok(Self {
            which: (kind, language),
            number: row.get("number")?,
            words,
            restored: row.get("restored")?,
            saved_at: row.get("saved_at")?,
            by: row.get("staff_name")?,
        })
    }
}
