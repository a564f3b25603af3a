use std::io::{Read, Seek, SeekFrom};

use crate::content::{self, Content};
use crate::{Cell, FileError, Found, Kind, Line, LineProblem, MAX_COLUMNS, MAX_FILE, MAX_ROWS, Options};
use crate::{csv, headings, xlsx};

/// A table in a file, read row by row.
pub struct Table<R: Read + Seek> {
    found: Found,
    headings: Vec<String>,
    rows: Rows<R>,
    taken: usize,
}

enum Rows<R: Read + Seek> {
    Csv(Box<csv::Records<R>>),
    Xlsx(Box<xlsx::Rows<R>>),
}

impl<R: Read + Seek> Table<R> {
    /// Finds out what the file is and reads up to its headings, from its beginning wherever it stands.
    ///
    /// Blocks, as [`next_row`](Self::next_row) does: for a hostile file some seconds of one core.
    ///
    /// # Errors
    /// Why the file can't be read, as far as that shows by then.
    pub fn open(mut source: R, options: &Options) -> Result<Self, FileError> {
        let size = source.seek(SeekFrom::End(0))?;
        if size > MAX_FILE {
            return Err(FileError::TooLarge { size, limit: MAX_FILE });
        }
        let (found, mut rows) = match content::of(&mut source)? {
            Content::Nothing => return Err(FileError::Empty),
            Content::Other(other) => return Err(FileError::NotATable(other)),
            Content::Encrypted => return Err(FileError::Encrypted),
            Content::Zip => {
                let (book, rows) = xlsx::open(source, size, options.sheet.as_deref())?;
                (of_workbook(book), Rows::Xlsx(Box::new(rows)))
            }
            Content::Text => {
                let (found, records) = csv::open(source, options)?;
                (found, Rows::Csv(Box::new(records)))
            }
        };
        let Some(first) = rows.next()? else { return Err(FileError::Empty) };
        Ok(Self { found, headings: headings::of(first.cells), rows, taken: 0 })
    }

    /// What was found out about the file.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// The first row that holds something: trimmed, each with a name, no name twice.
    ///
    /// A heading without text is called `Column 3`, a name that was there before `Name (2)`.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The next row that holds something, or `None` after the last.
    ///
    /// # Errors
    /// Why the file can't be read any further. Ask no more after an error.
    pub fn next_row(&mut self) -> Result<Option<Line>, FileError> {
        let Some(mut line) = self.rows.next()? else { return Ok(None) };
        self.taken += 1;
        if self.taken > MAX_ROWS {
            return Err(FileError::TooManyRows { limit: MAX_ROWS });
        }
        let (found, expected) = (line.cells.len(), self.headings.len());
        if found > expected {
            line.problems.push(LineProblem::TooManyCells { found, expected });
        } else {
            line.cells.resize_with(expected, Cell::empty);
        }
        Ok(Some(line))
    }
}

impl<R: Read + Seek> Rows<R> {
    /// The next row that isn't blank, without the blank cells at its end.
    fn next(&mut self) -> Result<Option<Line>, FileError> {
        loop {
            let line = match self {
                Self::Csv(records) => records.next()?,
                Self::Xlsx(rows) => rows.next()?,
            };
            let Some(mut line) = line else { return Ok(None) };
            if line.is_blank() {
                continue;
            }
            while line.cells.pop_if(|cell| cell.is_blank()).is_some() {}
            if line.cells.len() > MAX_COLUMNS {
                return Err(FileError::TooManyColumns { line: line.number, limit: MAX_COLUMNS });
            }
            return Ok(Some(line));
        }
    }
}

fn of_workbook(book: xlsx::Book) -> Found {
    Found {
        kind: Kind::Xlsx,
        encoding: None,
        delimiter: None,
        sheet: Some(book.sheet),
        sheets: book.sheets,
        marked: false,
    }
}
