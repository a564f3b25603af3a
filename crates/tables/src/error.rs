use std::io;

use thiserror::Error;

/// Why a file as a whole can't be read, for the person who uploaded it.
///
/// The texts are English; a page that speaks another language has the numbers.
#[derive(Debug, Error)]
pub enum FileError {
    /// More bytes than [`MAX_FILE`](crate::MAX_FILE).
    #[error("The file has {size} bytes; at most {limit} can be read.")]
    TooLarge {
        /// Bytes of the file.
        size: u64,
        /// Bytes it may have.
        limit: u64,
    },

    /// More rows than [`MAX_ROWS`](crate::MAX_ROWS).
    #[error("The file has more than {limit} rows. Split it into several files.")]
    TooManyRows {
        /// Rows it may have, without the headings.
        limit: usize,
    },

    /// Something stands right of [`MAX_COLUMNS`](crate::MAX_COLUMNS).
    #[error("Line {line} has more than {limit} columns.")]
    TooManyColumns {
        /// Line or row, from 1.
        line: usize,
        /// Columns it may have.
        limit: usize,
    },

    /// A row goes on for more than [`MAX_RECORD`](crate::MAX_RECORD).
    #[error("The row that begins in line {line} is longer than {limit} bytes.")]
    RecordTooLong {
        /// Line, from 1.
        line: usize,
        /// Bytes it may have.
        limit: usize,
    },

    /// The rest of the file would be one cell.
    #[error("The quotation mark (\") that opens a cell in line {line} is never closed.")]
    QuoteNeverClosed {
        /// Line of the quotation mark, from 1.
        line: usize,
    },

    /// A tag or text of a workbook goes on for more than [`MAX_PIECE`](crate::MAX_PIECE).
    #[error("A single text in {part} of the workbook is longer than {limit} bytes.")]
    TextTooLong {
        /// Which part of the workbook.
        part: String,
        /// Bytes it may have.
        limit: usize,
    },

    /// Neither CSV nor XLSX.
    #[error("{0}")]
    NotATable(Other),

    /// A workbook that needs a password.
    #[error("The workbook is protected by a password. Save it without one.")]
    Encrypted,

    /// A workbook that isn't as a workbook must be.
    #[error("The workbook is damaged ({part}). Open it in Excel and save it again.")]
    Damaged {
        /// Which part of the workbook.
        part: String,
    },

    /// A part of a workbook that would fill the memory.
    #[error("A part of the workbook ({part}) unpacks to more than {limit} bytes.")]
    UnpacksToTooMuch {
        /// Which part of the workbook.
        part: String,
        /// Bytes it may unpack to.
        limit: u64,
    },

    /// More than [`MAX_PARTS`](crate::MAX_PARTS).
    #[error("The workbook has more than {limit} parts.")]
    TooManyParts {
        /// Parts it may have.
        limit: usize,
    },

    /// More than [`MAX_SHEETS`](crate::MAX_SHEETS).
    #[error("The workbook has more than {limit} sheets.")]
    TooManySheets {
        /// Sheets it may have.
        limit: usize,
    },

    /// The sheet that was asked for.
    #[error("The workbook has no sheet \"{name}\".")]
    NoSuchSheet {
        /// The name that was asked for.
        name: String,
    },

    /// The row that was said to hold the headings.
    #[error(
        "There is nothing in row {row}, or it is not among the first rows. In which row do the headings stand?"
    )]
    NoHeadings {
        /// The row that was asked for.
        row: usize,
    },

    /// There is no row that holds anything.
    #[error("The file is empty: the first row must hold the headings.")]
    Empty,

    /// The file can't be read from where it lies.
    #[error("reading the file")]
    Io(#[from] io::Error),
}

/// What a file is that isn't a table, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Other {
    /// A PDF document.
    #[error("This is a PDF document. Ask for the table it was made from, as XLSX or CSV.")]
    Pdf,

    /// A PNG, JPEG, GIF or TIFF picture.
    #[error("This is a picture. Ask for the table itself, as XLSX or CSV.")]
    Picture,

    /// An Excel workbook of before 2007 (or another document of that time).
    #[error("This is an old Excel file (.xls). Open it in Excel and save it as XLSX or CSV.")]
    OldExcel,

    /// A binary workbook, `.xlsb`.
    #[error("This is a binary Excel workbook (.xlsb). Open it in Excel and save it as XLSX or CSV.")]
    BinaryExcel,

    /// An `OpenDocument` spreadsheet, `.ods`.
    #[error("This is an OpenDocument file (.ods). Open it and save it as XLSX or CSV.")]
    OpenDocument,

    /// Apple Numbers.
    #[error("This is an Apple Numbers file. Export it as Excel (XLSX) or CSV.")]
    Numbers,

    /// A Word or `PowerPoint` document.
    #[error("This is a document without a table. Save the table as XLSX or CSV.")]
    Document,

    /// A page or an XML file, even if it is named `.xls`.
    #[error("This is a web page or an XML file. Open it in Excel and save it as XLSX or CSV.")]
    WebPage,

    /// A ZIP, gzip, 7z or RAR archive.
    #[error("This is an archive. Unpack it and upload the table in it.")]
    Archive,

    /// Statements of a database.
    #[error("These are statements of a database (SQL). Export the table as CSV instead.")]
    Sql,

    /// JSON.
    #[error("This is a JSON file. Export the table as CSV or XLSX instead.")]
    Json,

    /// Address cards.
    #[error("These are address cards (vCard). Export the contacts as CSV instead.")]
    Cards,

    /// Anything else that isn't text.
    #[error("This file is neither text nor a workbook. Save the table as XLSX or CSV.")]
    Binary,
}
