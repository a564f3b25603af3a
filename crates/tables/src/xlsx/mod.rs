//! Excel workbooks (ECMA-376), read as a stream.
//!
//! The parts are read here and not by a library for workbooks: those hold a whole tag, the whole list of
//! texts, or as much memory as a number in the file asks for, and their readers can't own the file.

mod archive;
mod part;
mod xml;
mod escape;
mod text;
mod book;
mod format;
mod number;
mod strings;
mod cell;
mod rows;

use std::io::{Read, Seek};
use std::sync::Arc;

use crate::{FileError, Line, Options, headings};

pub(crate) use rows::Rows;

/// What was found out about a workbook.
pub(crate) struct Book {
    /// The sheet that is read.
    pub(crate) sheet: String,
    /// The sheets that aren't hidden.
    pub(crate) sheets: Vec<String>,
}

/// Sheets that are looked into, and rows of each.
const LOOKED_INTO: usize = 20;
const ROWS: usize = 30;

/// Reads what the rows need, then opens the sheet: the one that was asked for, or else of those that aren't
/// hidden the first whose headings mean the most. A cover sheet has none.
pub(crate) fn open<R: Read + Seek>(
    mut source: R,
    size: u64,
    options: &Options,
) -> Result<(Book, Rows<R>), FileError> {
    let archive = archive::Archive::read(&mut source, size)?;
    let book = book::read(&archive, &mut source)?;
    let strings = match &book.strings {
        Some(path) => strings::read(&archive, &mut source, path)?,
        None => strings::Strings::default(),
    };
    let formats = match &book.styles {
        Some(path) => format::read(&archive, &mut source, path)?,
        None => Vec::new(),
    };
    let context = Arc::new(cell::Context { strings, formats, from_1904: book.from_1904 });
    let chosen = match &options.sheet {
        Some(name) => book.named(name)?,
        None => best(&archive, &book, (&mut source, &context), options.known)?,
    };
    let part = archive.open(source, &chosen.path, crate::MAX_SHEET)?;
    let rows = Rows::new(xml::Xml::new(part), context)?;
    Ok((Book { sheet: chosen.name.clone(), sheets: book.visible() }, rows))
}

/// The sheet that looks most like what is wanted.
fn best<'b, R: Read + Seek>(
    archive: &archive::Archive,
    book: &'b book::Book,
    (source, context): (&mut R, &Arc<cell::Context>),
    known: Option<fn(&str) -> bool>,
) -> Result<&'b book::Sheet, FileError> {
    let first = book.first()?;
    if known.is_none() || book.shown().nth(1).is_none() {
        return Ok(first);
    }
    let mut best = (0, first);
    for sheet in book.shown().take(LOOKED_INTO) {
        // A sheet that can't be read may be damaged as long as it isn't the one that is read.
        let rows = match first_rows(archive, sheet, &mut *source, context) {
            Ok(rows) => rows,
            Err(FileError::Io(error)) => return Err(FileError::Io(error)),
            Err(_) => continue,
        };
        let meaning = rows.iter().map(|row| headings::meaning(row, known)).max().unwrap_or(0);
        if meaning > best.0 {
            best = (meaning, sheet);
        }
    }
    if best.0 > 1 { Ok(best.1) } else { Ok(first) }
}

fn first_rows<R: Read + Seek>(
    archive: &archive::Archive,
    sheet: &book::Sheet,
    source: &mut R,
    context: &Arc<cell::Context>,
) -> Result<Vec<Line>, FileError> {
    let part = archive.open(source, &sheet.path, crate::MAX_SHEET)?;
    let mut rows = Rows::new(xml::Xml::new(part), Arc::clone(context))?;
    let mut first = Vec::new();
    while first.len() < ROWS {
        match rows.next()? {
            Some(row) => first.push(row),
            None => break,
        }
    }
    Ok(first)
}
