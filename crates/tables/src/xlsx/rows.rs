use std::io::Read;
use std::sync::Arc;

use quick_xml::events::Event;

use super::cell::{self, Context, Tag};
use super::xml::{Xml, attribute};
use crate::{Cell, FileError, Line, LineProblem, MAX_CELL, MAX_COLUMNS, MAX_RECORD, MAX_SHEET};

/// Rows and columns of a sheet at most, in Excel.
const LAST_ROW: usize = 1_048_576;
const LAST_COLUMN: usize = 16_384;

/// The rows of a sheet. Rows that hold nothing may be missing; rows and cells out of order are damage, as
/// they are to Excel.
pub(crate) struct Rows<R: Read> {
    xml: Xml<R>,
    context: Arc<Context>,
    number: usize,
    /// Bytes of all cells so far. A short cell may refer to a long text, again and again.
    text: u64,
    ended: bool,
}

impl<R: Read> Rows<R> {
    /// Goes to where the rows begin.
    pub(super) fn new(mut xml: Xml<R>, context: Arc<Context>) -> Result<Self, FileError> {
        loop {
            match xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "sheetData" => {
                    return Ok(Self { xml, context, number: 0, text: 0, ended: false });
                }
                Event::Eof => return Err(xml.damaged()),
                _ => {}
            }
        }
    }

    /// The next row, blank or not.
    pub(crate) fn next(&mut self) -> Result<Option<Line>, FileError> {
        while !self.ended {
            match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                    let told = attribute(&tag, "r").map(|number| number.parse::<usize>());
                    let next = self.number + 1;
                    self.number = match told {
                        Some(Ok(number)) if (next..=LAST_ROW).contains(&number) => number,
                        None if next <= LAST_ROW => next,
                        _ => return Err(self.xml.damaged()),
                    };
                    let (line, bytes) = self.row()?;
                    self.text += bytes as u64;
                    if self.text > MAX_SHEET {
                        return Err(self.xml.too_much(MAX_SHEET));
                    }
                    return Ok(Some(line));
                }
                Event::Start(_) => self.xml.skip()?,
                Event::End(_) => {
                    self.xml.finish()?;
                    self.ended = true;
                }
                Event::Eof => return Err(self.xml.damaged()),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The cells up to the row's end, and the bytes of their texts.
    fn row(&mut self) -> Result<(Line, usize), FileError> {
        let mut line = Line { number: self.number, cells: Vec::new(), problems: Vec::new() };
        let (mut next, mut bytes) = (0, 0);
        loop {
            let tag = match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => Tag::of(&tag),
                Event::Start(_) => {
                    self.xml.skip()?;
                    continue;
                }
                Event::End(_) => return Ok((line, bytes)),
                Event::Eof => return Err(self.xml.damaged()),
                _ => continue,
            };
            let tag = tag.ok_or_else(|| self.xml.damaged())?;
            let column = tag.column.unwrap_or(next);
            if column < next || column >= LAST_COLUMN {
                return Err(self.xml.damaged());
            }
            let reading = cell::read(&mut self.xml, &tag, &self.context)?;
            bytes += reading.cell.text.len();
            if bytes > MAX_RECORD {
                return Err(FileError::RecordTooLong { line: line.number, limit: MAX_RECORD });
            }
            place(&mut line, column, reading)?;
            next = column + 1;
        }
    }
}

/// Puts a cell into its column.
fn place(line: &mut Line, column: usize, reading: cell::Reading) -> Result<(), FileError> {
    let is_good = !reading.too_long && !reading.not_computed;
    let hidden_by_limit = column >= MAX_COLUMNS && reading.cell.is_blank();
    if is_good && (reading.cell.text.is_empty() || hidden_by_limit) {
        return Ok(());
    }
    if column >= MAX_COLUMNS {
        return Err(FileError::TooManyColumns { line: line.number, limit: MAX_COLUMNS });
    }
    if reading.too_long {
        line.problems.push(LineProblem::CellTooLong { column: column + 1, limit: MAX_CELL });
    }
    if reading.not_computed {
        line.problems.push(LineProblem::NotComputed { column: column + 1 });
    }
    if line.cells.len() <= column {
        line.cells.resize_with(column + 1, Cell::empty);
    }
    line.cells[column] = reading.cell;
    Ok(())
}
