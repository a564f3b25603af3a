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

use crate::FileError;

pub(crate) use rows::Rows;

/// What was found out about a workbook.
pub(crate) struct Book {
    /// The sheet that is read.
    pub(crate) sheet: String,
    /// The sheets that aren't hidden.
    pub(crate) sheets: Vec<String>,
}

/// Reads what the rows need, then opens the sheet: the one with this name or the first that isn't hidden.
pub(crate) fn open<R: Read + Seek>(
    mut source: R,
    size: u64,
    wanted: Option<&str>,
) -> Result<(Book, Rows<R>), FileError> {
    let archive = archive::Archive::read(&mut source, size)?;
    let book = book::read(&archive, &mut source)?;
    let chosen = book.choose(wanted)?;
    let strings = match &book.strings {
        Some(path) => strings::read(&archive, &mut source, path)?,
        None => strings::Strings::default(),
    };
    let formats = match &book.styles {
        Some(path) => format::read(&archive, &mut source, path)?,
        None => Vec::new(),
    };
    let part = archive.open(source, &chosen.path, crate::MAX_SHEET)?;
    let context = cell::Context { strings, formats, from_1904: book.from_1904 };
    let rows = Rows::new(xml::Xml::new(part), context)?;
    Ok((Book { sheet: chosen.name.clone(), sheets: book.visible() }, rows))
}
