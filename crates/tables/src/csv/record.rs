use std::io::Read;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::dialect::unescaped;
use super::lines::Lines;
use super::text::Text;
use crate::{Cell, Dialect, FileError, Line, LineProblem, MAX_CELL, MAX_COLUMNS, MAX_RECORD};

/// Cells that a record is cut into at most: what Excel knows. Blank ones at its end may be so many.
const MAX_CUT: usize = 16_384;

/// The records of a CSV file.
pub(crate) struct Records<R> {
    text: Text<R>,
    reader: Reader,
    dialect: Dialect,
    lines: Lines,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Records<R> {
    /// Records from the beginning of the text.
    pub(super) fn new(text: Text<R>, delimiter: u8, dialect: Dialect) -> Self {
        let quoting = dialect == Dialect::Quoted;
        Self {
            text,
            reader: ReaderBuilder::new().delimiter(delimiter).quoting(quoting).build(),
            dialect,
            lines: Lines::default(),
            output: vec![0; MAX_RECORD],
            ends: vec![0; MAX_CUT],
        }
    }

    /// The next record, blank or not; empty lines are none.
    pub(crate) fn next(&mut self) -> Result<Option<Line>, FileError> {
        self.skip_line_ends()?;
        let number = self.lines.current();
        let (mut written, mut cells) = (0, 0);
        let mut begun = false;
        loop {
            let rest = self.text.rest()?;
            let at_end = rest.is_empty();
            if at_end && !begun {
                return Ok(None);
            }
            // A line end at the end of the file does no harm, and shows whether a quote is open.
            let input = if at_end { b"\n" } else { rest };
            let (result, read, more, ended) =
                self.reader.read_record(input, &mut self.output[written..], &mut self.ends[cells..]);
            begun = true;
            written += more;
            cells += ended;
            if !at_end {
                self.lines.pass(&input[..read]);
                self.text.take(read);
            }
            match result {
                ReadRecordResult::InputEmpty if at_end => {
                    return Err(self.quote_never_closed(number, written, cells));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => return Ok(Some(self.line(number, cells))),
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(self.too_much(number, written, cells));
                }
            }
        }
    }

    /// Goes to where the next record begins, so that its number is the line a person would look at.
    fn skip_line_ends(&mut self) -> Result<(), FileError> {
        loop {
            let rest = self.text.rest()?;
            let ends = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            if ends == 0 {
                return Ok(());
            }
            self.lines.pass(&rest[..ends]);
            self.text.take(ends);
        }
    }

    fn line(&mut self, number: usize, cells: usize) -> Line {
        let mut problems = Vec::new();
        if self.text.was_strange() {
            problems.push(LineProblem::NotInEncoding { encoding: self.text.encoding() });
        }
        let mut begin = 0;
        let mut row = Vec::with_capacity(cells.min(MAX_COLUMNS));
        let seen = self.last_seen(cells);
        for (index, end) in self.ends[..seen].iter().enumerate() {
            let text = String::from_utf8_lossy(&self.output[begin..*end]).into_owned();
            begin = *end;
            let text = if self.dialect == Dialect::MySql { unescaped(&text) } else { text };
            let (cell, cut) = Cell::text(text);
            if cut {
                problems.push(LineProblem::CellTooLong { column: index + 1, limit: MAX_CELL });
            }
            row.push(cell);
        }
        Line { number, cells: row, problems }
    }

    /// Cells up to the last that holds anything.
    fn last_seen(&self, cells: usize) -> usize {
        let begin = |index: usize| if index == 0 { 0 } else { self.ends[index - 1] };
        (0..cells)
            .rev()
            .find(|index| !self.output[begin(*index)..self.ends[*index]].trim_ascii().is_empty())
            .map_or(0, |last| last + 1)
    }

    /// What to say of a record that fits nowhere.
    fn too_much(&mut self, number: usize, written: usize, cells: usize) -> FileError {
        if cells == self.ends.len() || self.last_seen(cells) > MAX_COLUMNS {
            return FileError::TooManyColumns { line: number, limit: MAX_COLUMNS };
        }
        // Within quotes a line end is text like any other.
        let (result, ..) = self.reader.read_record(b"\n", &mut [0; 8], &mut [0; 8]);
        if result == ReadRecordResult::InputEmpty {
            return self.quote_never_closed(number, written, cells);
        }
        FileError::RecordTooLong { line: number, limit: MAX_RECORD }
    }

    /// The open cell begins after the line ends within the cells before it.
    fn quote_never_closed(&self, number: usize, written: usize, cells: usize) -> FileError {
        let closed = if cells == 0 { 0 } else { self.ends[cells - 1] };
        let mut lines = Lines::default();
        lines.pass(&self.output[..closed.min(written)]);
        FileError::QuoteNeverClosed { line: number + lines.current() - 1 }
    }
}
