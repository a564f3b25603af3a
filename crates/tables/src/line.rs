use thiserror::Error;

use crate::{Encoding, MAX_CELL};

/// One row that holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As a person sees it, from 1: the line in which a CSV record begins, or the row of a sheet.
    pub number: usize,
    /// One for each heading. More when [`LineProblem::TooManyCells`] says so.
    pub cells: Vec<Cell>,
    /// Why this row can't be taken. None of a good row.
    pub problems: Vec<LineProblem>,
}

impl Line {
    /// The number of the line in which it ends, as far as its cells tell.
    pub(crate) fn last_number(&self) -> usize {
        let ends = self.cells.iter().map(|cell| cell.text.bytes().filter(|byte| *byte == b'\n').count());
        self.number + ends.sum::<usize>()
    }

    /// Whether there is nothing to be seen in it and nothing to be said about it.
    pub(crate) fn is_blank(&self) -> bool {
        self.problems.is_empty() && self.cells.iter().all(Cell::is_blank)
    }
}

/// One cell, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What a person sees, untrimmed. Dates are ISO 8601, numbers have a point and no grouping.
    pub text: String,
    /// What it was. CSV knows texts only.
    pub kind: CellKind,
}

impl Cell {
    /// A cell of text, cut to [`MAX_CELL`], and whether it had to be cut. Of what Excel writes around a text
    /// that it shall not take for a number, `="0042"`, the text is kept.
    pub(crate) fn text(mut text: String) -> (Self, bool) {
        if let Some(within) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'))
            && !within.contains('"')
        {
            text = within.to_owned();
        }
        let cut = cut(&mut text);
        let kind = if is_rounded(&text) { CellKind::Rounded } else { CellKind::Text };
        (Self { text, kind }, cut)
    }

    /// What stands where a row has no cell.
    pub(crate) const fn empty() -> Self {
        Self { text: String::new(), kind: CellKind::Text }
    }

    /// Whether there is nothing to be seen in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Whether a text is how Excel shows a long number that doesn't fit: `7.00E+12`, `4,41632E+11`. What it
/// leaves out is in no file.
fn is_rounded(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once("E+").filter(|_| text.len() <= MAX_NUMBER) else {
        return false;
    };
    let number = number.trim_start().trim_start_matches('-');
    let (whole, rest) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() == 1 && are_digits(whole) && are_digits(rest) && are_digits(exponent.trim_end())
}

/// Bytes of a number that Excel shows, and some.
const MAX_NUMBER: usize = 32;

/// Cuts a text to [`MAX_CELL`] characters; says whether it was longer.
fn cut(text: &mut String) -> bool {
    if text.len() <= MAX_CELL {
        return false;
    }
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => {
            text.truncate(end);
            true
        }
        None => false,
    }
}

/// What a cell was before it became text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text.
    Text,
    /// A number. Zeros that led it are lost unless the cell's format shows them.
    Number,
    /// A number that lost digits: Excel keeps 15 of them, and shows fewer of long ones (`7.00E+12`).
    Rounded,
    /// A number that is shown as a date, a time or both.
    Date,
    /// `true` or `false`.
    Bool,
    /// A formula; the text is its result when the workbook was last saved.
    Formula,
    /// An error, such as `#N/A`.
    Error,
}

/// Why one row can't be taken while the rest of the file can.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineProblem {
    /// Something stands right of the last heading.
    #[error("The row has {found} cells, but there are {expected} headings.")]
    TooManyCells {
        /// Cells up to the last that holds something.
        found: usize,
        /// Headings.
        expected: usize,
    },

    /// Bytes that mean nothing in the file's encoding: most often another encoding got mixed in.
    #[error("The row has characters that aren't {}. Save the file in one encoding.", .encoding.name())]
    NotInEncoding {
        /// The encoding of the file.
        encoding: Encoding,
    },

    /// More characters than [`MAX_CELL`]; the text is cut.
    #[error("The cell in column {column} has more than {limit} characters.")]
    CellTooLong {
        /// Column, from 1.
        column: usize,
        /// Characters it may have.
        limit: usize,
    },

    /// A formula without a result: written by a program that doesn't compute.
    #[error("The formula in column {column} has no result. Open the workbook in Excel and save it.")]
    NotComputed {
        /// Column, from 1.
        column: usize,
    },
}
