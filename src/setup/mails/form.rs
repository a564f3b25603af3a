//! What the page on which a mail is worded sends.

use super::editor::View;
use crate::http::{Answer, Failure};
use crate::mail::templates::letter::Letter;
use crate::mail::templates::{Which, Wording, Words, outline};

/// What was typed, and what is to be shown of it.
pub(super) struct WordsForm {
    /// The words.
    pub(super) wording: Wording,
    /// The latest version that was seen.
    pub(super) version: i64,
    /// The case that the preview shows.
    pub(super) case: String,
    /// How the words are to be shown from now on, if differently.
    pub(super) show: Option<View>,
}

impl WordsForm {
    /// Reads it; fields that are not of this mail and view are refused.
    pub(super) fn of((kind, _): Which, pairs: Vec<(String, String)>) -> Answer<Self> {
        let (mut version, mut case, mut show, mut view) = (None, String::new(), None, View::Html);
        let mut words: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "version" => version = Some(value.parse().map_err(|_| Failure::Unreadable)?),
                "case" => case = value,
                "show" => show = Some(View::named(&value).ok_or(Failure::Unreadable)?),
                "view" => view = View::named(&value).ok_or(Failure::Unreadable)?,
                _ => words.push((name, value)),
            }
        }
        let mut known: Vec<&str> = match view {
            View::Letter => outline::slots(kind).map(|slot| slot.name).collect(),
            View::Html => vec!["subject", "text", "html"],
        };
        known.sort_unstable();
        let mut sent: Vec<&str> = words.iter().map(|(name, _)| name.as_str()).collect();
        sent.sort_unstable();
        if known != sent {
            return Err(Failure::Unreadable);
        }
        let typed = |name: &str| {
            words.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        // Browsers send lines with two characters at the end.
        let lines = |name: &str| typed(name).replace("\r\n", "\n");
        let wording = match view {
            View::Letter => Wording::Letter(Letter::typed(kind, typed)),
            View::Html => {
                Wording::Html(Words { subject: lines("subject"), text: lines("text"), html: lines("html") })
            }
        };
        Ok(Self { wording, version: version.ok_or(Failure::Unreadable)?, case, show })
    }
}
