//! The words of a mail as people write them: a subject, paragraphs and a
//! button's words, with fields as `{contact}`. The text and the HTML part are
//! both made of them and of what the mail must have, which no words can lose.
//! Everything typed is words: nothing of it is read as HTML or as a template.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::outline::{self, Chip, Shape, Slot};
use super::{TemplateError, Which, Words, builtin, folder};
use crate::kernel::{Language, text};
use crate::mail::message::Kind;

/// Words by the names of their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter(BTreeMap<String, String>);

impl Letter {
    /// How a mail is worded unless the office words it otherwise; none for one
    /// that is worded as templates only.
    pub fn built_in(which: Which) -> Option<Self> {
        let name = format!("{}/letter.txt", folder(which));
        let (_, source) = builtin::LETTERS.iter().find(|(known, _)| *known == name)?;
        let mut letter = BTreeMap::new();
        for part in source.split("\n[").map(|part| part.trim_start_matches('[')) {
            if let Some((slot, words)) = part.split_once("]\n") {
                letter.insert(slot.to_owned(), words.trim().to_owned());
            }
        }
        Some(Self(letter))
    }

    /// Words as typed. Browsers send lines with two characters at the end.
    pub fn typed(kind: Kind, typed: impl Fn(&str) -> String) -> Self {
        let tidy = |words: String| {
            let lines: Vec<&str> = words.lines().map(str::trim_end).collect();
            let mut words = lines.join("\n").trim().to_owned();
            while words.contains("\n\n\n") {
                words = words.replace("\n\n\n", "\n\n");
            }
            words
        };
        Self(outline::slots(kind).map(|slot| (slot.name.to_owned(), tidy(typed(slot.name)))).collect())
    }

    /// It as it is stored.
    pub fn json(&self) -> String {
        let words = self.0.iter().map(|(slot, words)| (slot.clone(), words.as_str().into()));
        serde_json::Value::Object(words.collect()).to_string()
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// When it is no letter.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(Self)
    }

    /// Whether another says the same; a place that one lacks is empty.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let mut places = self.0.keys().chain(other.0.keys());
        let lines = |letter: &Self, place: &str| -> Vec<String> {
            letter.words_at(place).trim().lines().map(|line| line.trim_end().to_owned()).collect()
        };
        places.all(|place| lines(self, place) == lines(other, place))
    }

    /// What stands in a place.
    pub fn words_at(&self, slot: &str) -> &str {
        self.0.get(slot).map_or("", String::as_str)
    }

    /// The templates they make, with the built-in words in places that a newer
    /// version brought.
    ///
    /// # Errors
    /// The place, and what is wrong with the words in it.
    pub(super) fn templates(&self, which: Which) -> Result<Words, TemplateError> {
        let built_in = Self::built_in(which).unwrap_or_default();
        let skeleton = |part: &str| builtin::source(&format!("{}/{part}", folder(which)));
        let mut words = Words {
            subject: skeleton("subject.txt").to_owned(),
            text: skeleton("body.txt").to_owned(),
            html: skeleton("body.html").to_owned(),
        };
        for slot in outline::slots(which.0) {
            let typed = self.0.get(slot.name).map_or_else(|| built_in.words_at(slot.name), String::as_str);
            let parts = read(which.0, slot, typed).map_err(|problem| TemplateError {
                file: format!("{}/{}", folder(which), slot.name),
                line: None,
                problem,
            })?;
            put(&mut words.subject, slot, &plain(&parts, which.1));
            put(&mut words.text, slot, &plain(&parts, which.1));
            put(&mut words.html, slot, &marked_up(&parts, slot.shape, which.1));
        }
        Ok(words)
    }
}

/// A piece of what was typed.
enum Part<'t> {
    Words(&'t str),
    Field(&'static Chip),
}

/// What was typed, parted into words and fields.
fn read(kind: Kind, slot: Slot, typed: &str) -> Result<Vec<Part<'_>>, String> {
    let longest = slot.shape.longest();
    if typed.chars().count() > longest {
        return Err(format!("it is longer than {longest} characters"));
    }
    if typed.trim().is_empty() && slot.shape != Shape::Paragraphs {
        return Err("it is empty".into());
    }
    let is_line = slot.shape != Shape::Paragraphs;
    if typed.chars().any(|c| text::is_unshowable(c) && (is_line || !['\n', '\t'].contains(&c))) {
        return Err("it holds a character that can’t be shown".into());
    }
    let mut parts = Vec::new();
    let mut rest = typed;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        let after = &from[1..];
        if after.starts_with(['{', '%', '#']) {
            return Err("a field is written with one brace on each side, such as {supplier}".into());
        }
        let name = after.find('}').map(|end| &after[..end]).filter(|name| is_name(name));
        if let Some(name) = name {
            parts.push(Part::Words(before));
            parts.push(Part::Field(field(kind, slot.shape, name)?));
            rest = &after[name.len() + 1..];
        } else {
            parts.push(Part::Words(&rest[..=at]));
            rest = after;
        }
    }
    parts.push(Part::Words(rest));
    Ok(parts)
}

/// Whether something between braces is meant for a field.
fn is_name(inside: &str) -> bool {
    let name = inside.trim();
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(&c))
}

fn field(kind: Kind, shape: Shape, name: &str) -> Result<&'static Chip, String> {
    let known = usable(kind, shape);
    let wanted = name.trim().to_lowercase();
    known.iter().find(|chip| chip.name == wanted).copied().ok_or_else(|| {
        let names: Vec<String> = known.iter().map(|chip| format!("{{{}}}", chip.name)).collect();
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        format!("there is no field {{{}}} here; there are {there}", name.trim())
    })
}

/// The fields that may stand in a place of this shape.
pub fn usable(kind: Kind, shape: Shape) -> Vec<&'static Chip> {
    let is_usable = |chip: &&Chip| match shape {
        Shape::Subject | Shape::Heading => chip.is_name(),
        Shape::Paragraphs => true,
        Shape::Button => false,
    };
    outline::chips(kind).iter().filter(is_usable).collect()
}

/// Puts words into their place in a template. Where there are none, their line
/// goes, with the empty one after it.
fn put(template: &mut String, slot: Slot, words: &str) {
    let place = format!("[[{}]]", slot.name);
    if words.is_empty() {
        *template = template.replace(&format!("{place}\n\n"), "").replace(&format!("{place}\n"), "");
    }
    *template = template.replace(&place, words);
}

/// The words in a template of plain text. A brace could begin a tag, and two
/// brackets a place.
fn plain(parts: &[Part<'_>], language: Language) -> String {
    let mut source = String::new();
    for part in parts {
        match part {
            Part::Words(words) => {
                source.push_str(&words.replace('{', "{{ \"{\" }}").replace("[[", "[{{ \"[\" }}"));
            }
            Part::Field(chip) => source.push_str(&chip.source(language)),
        }
    }
    source
}

/// The words in a template of HTML.
fn marked_up(parts: &[Part<'_>], shape: Shape, language: Language) -> String {
    let is_paragraphs = shape == Shape::Paragraphs;
    let mut source = String::new();
    for part in parts {
        match part {
            Part::Words(words) => source.push_str(&escaped(words)),
            Part::Field(chip) if is_paragraphs && chip.is_bold() => {
                // Nothing can fail in writing to a string.
                let _ = write!(source, "<strong>{}</strong>", chip.source(language));
            }
            Part::Field(chip) => source.push_str(&chip.source(language)),
        }
    }
    if !is_paragraphs {
        return source;
    }
    let paragraphs = source.split("\n\n").map(|paragraph| paragraph.trim_matches('\n'));
    let paragraphs = paragraphs.filter(|paragraph| !paragraph.is_empty());
    let marked = paragraphs
        .map(|paragraph| format!("<p style=\"margin:0 0 16px\">{}</p>", paragraph.replace('\n', "<br>\n")));
    marked.collect::<Vec<_>>().join("\n")
}

/// Words as HTML, without anything that could begin a tag of a template or a
/// place.
fn escaped(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '{' => escaped.push_str("&#123;"),
            '[' => escaped.push_str("&#91;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
