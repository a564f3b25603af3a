use std::io::Read;

use quick_xml::events::{BytesStart, Event};

use super::format::Format;
use super::strings::Strings;
use super::xml::Xml;
use super::{number, text};
use crate::{Cell, CellKind, FileError};

/// What cells refer to.
pub(super) struct Context {
    pub(super) strings: Strings,
    pub(super) formats: Vec<Format>,
    pub(super) from_1904: bool,
}

/// What a cell's tag says (ECMA-376-1, 18.3.1.4).
pub(super) struct Tag {
    /// From 0, when the tag tells it.
    pub(super) column: Option<usize>,
    style: usize,
    stored: Stored,
}

/// How a cell's value is stored.
#[derive(Clone, Copy, PartialEq)]
enum Stored {
    Number,
    Shared,
    Text,
    Bool,
    Error,
    IsoDate,
}

/// A cell and what is to be said about it.
pub(super) struct Reading {
    pub(super) cell: Cell,
    pub(super) too_long: bool,
    pub(super) not_computed: bool,
}

impl Tag {
    /// Reads a cell's tag. `None` when it makes no sense.
    pub(super) fn of(tag: &BytesStart<'_>) -> Option<Self> {
        let mut read = Self { column: None, style: 0, stored: Stored::Number };
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.ok()?;
            match attribute.key.as_ref() {
                "r" => read.column = Some(column(&attribute.value)?),
                "s" => read.style = attribute.value.parse().ok()?,
                "t" => {
                    read.stored = match &*attribute.value {
                        "n" => Stored::Number,
                        "s" => Stored::Shared,
                        "str" | "inlineStr" => Stored::Text,
                        "b" => Stored::Bool,
                        "e" => Stored::Error,
                        "d" => Stored::IsoDate,
                        _ => return None,
                    }
                }
                _ => {}
            }
        }
        Some(read)
    }
}

/// The column of a reference such as `AB12`, from 0.
fn column(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters
        .take(4)
        .fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

/// Reads the cell whose tag began last, up to its end.
pub(super) fn read<R: Read>(xml: &mut Xml<R>, tag: &Tag, context: &Context) -> Result<Reading, FileError> {
    let mut stored = String::new();
    let mut formula = false;
    while let Some(child) = child(xml)? {
        match child {
            Child::Value => stored = text::plain(xml)?,
            Child::Inline => stored = text::rich(xml)?,
            Child::Formula => {
                formula = true;
                xml.skip()?;
            }
            Child::Other => xml.skip()?,
        }
    }
    let not_computed = formula && stored.is_empty() && tag.stored != Stored::Text;
    let (text, kind) = value(stored, tag, context).ok_or_else(|| xml.damaged())?;
    let (cell, too_long) = Cell::text(text);
    let kind = match kind {
        CellKind::Error | CellKind::Rounded => kind,
        CellKind::Text if cell.kind == CellKind::Rounded => cell.kind,
        _ if formula => CellKind::Formula,
        _ => kind,
    };
    Ok(Reading { cell: Cell { kind, ..cell }, too_long, not_computed })
}

enum Child {
    Value,
    Inline,
    Formula,
    Other,
}

/// What begins next within a cell, or `None` at its end.
fn child<R: Read>(xml: &mut Xml<R>) -> Result<Option<Child>, FileError> {
    loop {
        match xml.next()? {
            Event::Start(tag) => {
                return Ok(Some(match tag.local_name().as_ref() {
                    "v" => Child::Value,
                    "is" => Child::Inline,
                    "f" => Child::Formula,
                    _ => Child::Other,
                }));
            }
            Event::End(_) => return Ok(None),
            Event::Eof => return Err(xml.damaged()),
            _ => {}
        }
    }
}

/// The stored text as a person sees it. `None` when it makes no sense.
fn value(stored: String, tag: &Tag, context: &Context) -> Option<(String, CellKind)> {
    if stored.is_empty() {
        return Some((stored, CellKind::Text));
    }
    Some(match tag.stored {
        Stored::Text => (stored, CellKind::Text),
        Stored::Shared => (context.strings.get(stored.trim().parse().ok()?)?.to_owned(), CellKind::Text),
        Stored::Error => (stored, CellKind::Error),
        Stored::IsoDate => (stored.trim_end_matches("T00:00:00").to_owned(), CellKind::Date),
        Stored::Bool => match stored.trim() {
            "0" | "false" => ("false".to_owned(), CellKind::Bool),
            "1" | "true" => ("true".to_owned(), CellKind::Bool),
            _ => return None,
        },
        Stored::Number => {
            let number = stored.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
            let format = context.formats.get(tag.style).copied().unwrap_or(Format::General);
            number::shown(number, format, context.from_1904)
        }
    })
}
