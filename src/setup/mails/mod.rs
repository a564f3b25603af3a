//! The pages of the words of mails.

mod editor;
mod form;
pub mod portal;
pub mod preview;

use crate::error::{Error, Result};
use crate::kernel::Language;
use crate::mail::Kind;
use crate::mail::templates::{TemplateError, Which, outline};
use crate::wording::Version;

/// The mail that an address names.
fn which((kind, language): &(String, String)) -> Result<Which> {
    let kind = Kind::WORDED.into_iter().find(|known| known.as_str() == kind).ok_or(Error::NotFound)?;
    let language = Language::ALL.into_iter().find(|known| known.tag() == language).ok_or(Error::NotFound)?;
    Ok((kind, language))
}

/// Where the page of a mail is.
fn address((kind, language): Which) -> String {
    format!("/portal/settings/mails/{}/{}", kind.as_str(), language.tag())
}

/// The field of the form that a problem is of, and the problem in words.
fn problem((kind, _): Which, error: &TemplateError) -> (&'static str, String) {
    let file = error.file.rsplit('/').next().unwrap_or_default();
    let (field, part) = match file {
        "subject.txt" => ("subject", "Subject"),
        "body.txt" => ("text", "Text"),
        "body.html" => ("html", "HTML"),
        _ => outline::slots(kind)
            .find(|slot| slot.name == file)
            .map_or(("", "Frame"), |slot| (slot.name, slot.label)),
    };
    let line =
        error.line.filter(|_| field != "subject").map(|line| format!(", line {line}")).unwrap_or_default();
    (field, format!("{part}{line}: {}.", error.problem))
}

/// Where the words of a mail come from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// They are built in.
    BuiltIn,
    /// The office's own, in this version.
    Own(i64),
    /// A file of the operator's stands in for them.
    Fixed(String),
    /// The office's own, which no longer do; the built-in ones are used.
    LeftOut(i64),
}

impl State {
    fn of(version: Option<&Version>, fixed: Option<String>, in_use: bool) -> Self {
        match (fixed, version) {
            (Some(file), _) => Self::Fixed(file),
            (None, Some(Version { words: Some(_), number, .. })) if in_use => Self::Own(*number),
            (None, Some(Version { words: Some(_), number, .. })) => Self::LeftOut(*number),
            (None, _) => Self::BuiltIn,
        }
    }

    /// Tone, shape and word of its badge.
    fn badge(&self) -> (&'static str, &'static str, String) {
        match self {
            Self::BuiltIn => ("neutral", "dash", "Built in".into()),
            Self::Own(number) => ("ok", "dot", format!("Version {number}")),
            Self::Fixed(_) => ("info", "square", "Fixed by a file".into()),
            Self::LeftOut(number) => ("warn", "triangle", format!("Version {number} left out")),
        }
    }
}
