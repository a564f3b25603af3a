//! Tables of Tradepost: CSV and XLSX files read row by row.
//!
//! The crate knows nothing of customers. Whatever a file holds, reading it takes less than 200 MB of
//! memory and ends with rows or with a [`FileError`] that tells the person who uploaded it what is wrong.
//!
//! ```
//! use std::io::Cursor;
//! use tables::{Options, Table};
//!
//! let file = Cursor::new("Number;Name\n0042;Corner shop\n");
//! let mut table = Table::open(file, &Options::default())?;
//! assert_eq!(table.headings(), ["Number", "Name"]);
//! assert_eq!(table.found().delimiter, Some(b';'));
//! while let Some(line) = table.next_row()? {
//!     assert_eq!(line.number, 2);
//!     assert_eq!(line.cells[0].text, "0042");
//! }
//! # Ok::<(), tables::FileError>(())
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod limits;
mod options;
mod error;
mod line;
mod headings;
mod quirks;
mod content;
mod csv;
mod xlsx;
mod table;

pub use error::{FileError, Other};
pub use limits::{
    MAX_CELL, MAX_COLUMNS, MAX_DEPTH, MAX_DIRECTORY, MAX_FILE, MAX_OTHER_PART, MAX_PARTS, MAX_PIECE,
    MAX_RECORD, MAX_ROWS, MAX_SHEET, MAX_SHEETS, MAX_STRINGS, MAX_STRINGS_PART,
};
pub use line::{Cell, CellKind, Line, LineProblem};
pub use options::{Dialect, Encoding, Found, Kind, Options};
pub use table::Table;
