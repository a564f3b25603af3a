//! With what a mail is worded: its paragraphs, or whole templates.

use super::State;
use crate::http::forms::FieldErrors;
use crate::mail::Kind;
use crate::mail::templates::letter::{self, Letter};
use crate::mail::templates::outline::{self, Chip, Piece, Shape, Slot};
use crate::mail::templates::{Which, Wording, Words};
use crate::wording::Version;

/// How the words of a mail are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Its subject, paragraphs and button.
    Letter,
    /// Its templates, for experts.
    Html,
}

impl View {
    /// The view with this name in forms and addresses.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "words" => Some(Self::Letter),
            "html" => Some(Self::Html),
            _ => None,
        }
    }

    /// How these words are shown.
    pub(super) fn of(wording: &Wording) -> Self {
        match wording {
            Wording::Letter(_) => Self::Letter,
            Wording::Html(_) => Self::Html,
        }
    }

    /// How a mail is shown whose words come from here.
    pub(super) fn usual((kind, _): Which, state: &State, newest: Option<&Version>) -> Self {
        let is_html = newest
            .and_then(|version| version.words.as_ref())
            .is_some_and(|words| Self::of(words) == Self::Html);
        if is_html || matches!(state, State::Fixed(_)) || outline::of(kind).is_empty() {
            Self::Html
        } else {
            Self::Letter
        }
    }
}

/// The fields in which a mail is worded.
pub(super) enum Editor {
    /// The places for words, and what stands between them.
    Letter(Vec<Part>),
    /// Its templates.
    Html(Words),
}

/// A part of a mail as the page shows it.
pub(super) enum Part {
    /// What can't be changed.
    Fixed(&'static str),
    /// A place for words, as typed.
    Words { slot: Slot, typed: String, error: String, chips: Vec<&'static Chip> },
}

impl Editor {
    /// The fields with these words in them.
    pub(super) fn of((kind, _): Which, wording: Wording, errors: &FieldErrors) -> Self {
        match wording {
            Wording::Html(words) => Self::Html(words),
            Wording::Letter(letter) => {
                let part = |piece: &Piece| match *piece {
                    Piece::Fixed(what) => Part::Fixed(what),
                    Piece::Words(slot) => words(kind, slot, &letter, errors),
                };
                Self::Letter(outline::of(kind).iter().map(part).collect())
            }
        }
    }

    /// Its name in forms.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Letter(_) => "words",
            Self::Html(_) => "html",
        }
    }
}

fn words(kind: Kind, slot: Slot, letter: &Letter, errors: &FieldErrors) -> Part {
    Part::Words {
        slot,
        typed: letter.words_at(slot.name).to_owned(),
        error: errors.of(slot.name),
        chips: letter::usable(kind, slot.shape),
    }
}

impl Part {
    /// Whether words have paragraphs.
    pub(super) fn is_long(slot: &Slot) -> bool {
        slot.shape == Shape::Paragraphs
    }

    /// What else is to be known of a place.
    pub(super) fn hint(slot: &Slot) -> &'static str {
        match slot.shape {
            Shape::Heading => "In the HTML part only: the text begins with the paragraphs.",
            Shape::Button => "In the text it stands above the address.",
            Shape::Subject | Shape::Paragraphs => "",
        }
    }
}

/// The paragraphs to begin with where there are templates so far, and where
/// they are from: the newest version that has some, or the built-in ones (0).
pub(super) fn letter_before(which: Which, versions: &[Version]) -> (Letter, i64) {
    let own = versions.iter().find_map(|version| match &version.words {
        Some(Wording::Letter(letter)) => Some((letter.clone(), version.number)),
        _ => None,
    });
    own.unwrap_or_else(|| (Letter::built_in(which).unwrap_or_default(), 0))
}
