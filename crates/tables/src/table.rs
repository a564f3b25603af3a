use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};

use crate::content::{self, Content};
use crate::{Cell, FileError, Found, Kind, Line, LineProblem, MAX_COLUMNS, MAX_FILE, MAX_ROWS, Options};
use crate::{csv, headings, quirks, xlsx};

/// Rows and about how many bytes of text are read ahead, to see what the table is like.
const AHEAD: usize = 100;
const AHEAD_BYTES: usize = 1024 * 1024;

/// Rows beside the table that are told.
const TOLD: usize = 20;

/// A table in a file, read row by row.
pub struct Table<R: Read + Seek> {
    found: Found,
    headings: Vec<String>,
    /// Rows that were read to see what the table is like.
    ahead: VecDeque<Line>,
    rows: Rows<R>,
    taken: usize,
    /// Columns in which an apostrophe says that a text is one.
    marked: Vec<usize>,
    /// The line in which the row before ended, and whether that stood alone below a gap.
    before: (usize, bool),
    beside: Vec<usize>,
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
        let (mut found, mut rows) = match content::of(&mut source)? {
            Content::Nothing => return Err(FileError::Empty),
            Content::Other(other) => return Err(FileError::NotATable(other)),
            Content::Encrypted => return Err(FileError::Encrypted),
            Content::Zip => {
                let (book, rows) = xlsx::open(source, size, options)?;
                (of_workbook(book), Rows::Xlsx(Box::new(rows)))
            }
            Content::Text => {
                let (found, records) = csv::open(source, options)?;
                (found, Rows::Csv(Box::new(records)))
            }
        };
        let mut ahead = rows.some()?;
        if ahead.is_empty() {
            return Err(FileError::Empty);
        }
        let at = match options.heading_row {
            Some(row) => ahead.iter().position(|line| line.number == row),
            None => Some(headings::find(ahead.make_contiguous(), options.known)),
        };
        let no_headings = || FileError::NoHeadings { row: options.heading_row.unwrap_or_default() };
        let first = at.and_then(|at| ahead.drain(..=at).next_back()).ok_or_else(no_headings)?;
        found.heading_row = first.number;
        let before = (first.last_number(), false);
        let marked = quirks::marked_columns(ahead.make_contiguous());
        Ok(Self {
            found,
            headings: headings::of(first.cells),
            ahead,
            rows,
            taken: 0,
            marked,
            before,
            beside: Vec::new(),
        })
    }

    /// What was found out about the file.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// The row of headings: trimmed, each with a name, no name twice.
    ///
    /// A heading without text is called `Column 3`, a name that was there before `Name (2)`.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The next rows, as many as were read to see what the table is like: at most a hundred.
    pub fn ahead(&self) -> impl Iterator<Item = &Line> {
        self.ahead.iter()
    }

    /// The rows so far that were left out since they are beside the table, such as totals, as a person
    /// counts them; of many, the first.
    pub fn beside(&self) -> &[usize] {
        &self.beside
    }

    /// The next row that holds something, or `None` after the last.
    ///
    /// # Errors
    /// Why the file can't be read any further. Ask no more after an error.
    pub fn next_row(&mut self) -> Result<Option<Line>, FileError> {
        let Some(mut line) = self.next_of_table()? else { return Ok(None) };
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
        for column in &self.marked {
            if let Some(cell) = line.cells.get_mut(*column) {
                quirks::unmark(cell);
            }
        }
        Ok(Some(line))
    }

    fn next_of_table(&mut self) -> Result<Option<Line>, FileError> {
        loop {
            let line = match self.ahead.pop_front() {
                Some(line) => line,
                None => match self.rows.next()? {
                    Some(line) => line,
                    None => return Ok(None),
                },
            };
            let is_below = line.number > self.before.0 + 1 || self.before.1;
            let is_alone = is_below && quirks::is_alone(&line, &self.headings);
            self.before = (line.last_number(), is_alone);
            if !is_alone && !quirks::is_beside(&line, &self.headings) {
                return Ok(Some(line));
            }
            if self.beside.len() < TOLD {
                self.beside.push(line.number);
            }
        }
    }
}

impl<R: Read + Seek> Rows<R> {
    /// The first rows, as many as show what the table is like.
    fn some(&mut self) -> Result<VecDeque<Line>, FileError> {
        let (mut ahead, mut bytes) = (VecDeque::new(), 0);
        while ahead.len() < AHEAD && bytes < AHEAD_BYTES {
            let Some(line) = self.next()? else { break };
            bytes += line.cells.iter().map(|cell| cell.text.len()).sum::<usize>();
            ahead.push_back(line);
        }
        Ok(ahead)
    }

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
        dialect: None,
        sheet: Some(book.sheet),
        sheets: book.sheets,
        marked: false,
        heading_row: 0,
    }
}
