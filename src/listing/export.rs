//! Lists as files: CSV and XLSX, in which no text is ever taken for a formula.

use rust_xlsxwriter::{Format as Look, Workbook, XlsxError};

use crate::error::Error;
use crate::kernel::names;
use crate::kernel::text;

names! {
    /// A kind of file.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Format {
        /// Comma-separated values: UTF-8, with the mark that tells spreadsheets so.
        Csv = "csv",
        /// A workbook of one sheet.
        Xlsx = "xlsx",
    }
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A table on its way into a file.
pub struct Sheet {
    file: File,
}

enum File {
    Csv { writer: Box<csv::Writer<Vec<u8>>>, delimiter: u8 },
    Xlsx { book: Box<Workbook>, row: u32 },
}

impl Sheet {
    /// An empty table with these headings.
    ///
    /// # Errors
    /// When the file can't be put together.
    pub fn new(format: Format, headings: &[&str]) -> Result<Self, Error> {
        Self::delimited((format, b','), headings)
    }

    /// An empty table with these headings, with something else than commas between
    /// its cells if it is CSV: Excel cuts a file only at what its country writes.
    ///
    /// # Errors
    /// When the file can't be put together.
    pub fn delimited((format, delimiter): (Format, u8), headings: &[&str]) -> Result<Self, Error> {
        let file = match format {
            Format::Csv => {
                File::Csv { writer: Box::new(writer("\u{FEFF}".as_bytes().to_vec(), delimiter)), delimiter }
            }
            Format::Xlsx => {
                let mut book = Workbook::new();
                let sheet = book.add_worksheet_with_constant_memory().map_err(|error| failed(&error))?;
                sheet.set_freeze_panes(1, 0).map_err(|error| failed(&error))?;
                for (column, _) in (0..).zip(headings) {
                    sheet.set_column_width(column, 22).map_err(|error| failed(&error))?;
                }
                File::Xlsx { book: Box::new(book), row: 0 }
            }
        };
        let mut sheet = Self { file };
        sheet.add(headings)?;
        Ok(sheet)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the file can't be put together.
    pub fn add<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<(), Error> {
        match &mut self.file {
            File::Csv { writer, .. } => {
                let cells = cells.iter().map(|cell| defused(cell.as_ref()));
                writer.write_record(cells).map_err(|error| broken(&error))
            }
            File::Xlsx { book, row } => {
                let look = if *row == 0 { Look::new().set_bold() } else { Look::new() };
                let sheet = book.worksheet_from_index(0).map_err(|error| failed(&error))?;
                for (column, cell) in (0..).zip(cells) {
                    sheet
                        .write_string_with_format(*row, column, cell.as_ref(), &look)
                        .map_err(|error| failed(&error))?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    /// The bytes of a CSV file that are complete so far, so that a long one need
    /// not be held in memory; [`Sheet::finish`] gives the rest. A workbook has
    /// none until it is finished: its rows wait on the disk.
    ///
    /// # Errors
    /// When the file can't be put together.
    pub fn take(&mut self) -> Result<Vec<u8>, Error> {
        match &mut self.file {
            File::Csv { writer: current, delimiter } => {
                let complete = std::mem::replace(&mut **current, writer(Vec::new(), *delimiter));
                complete.into_inner().map_err(|error| broken(&error))
            }
            File::Xlsx { .. } => Ok(Vec::new()),
        }
    }

    /// The file's bytes, without those taken before.
    ///
    /// # Errors
    /// When the file can't be put together.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        match self.file {
            File::Csv { writer, .. } => writer.into_inner().map_err(|error| broken(&error)),
            File::Xlsx { mut book, .. } => book.save_to_buffer().map_err(|error| failed(&error)),
        }
    }
}

fn writer(begun: Vec<u8>, delimiter: u8) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().delimiter(delimiter).from_writer(begun)
}

/// A text that a spreadsheet would run as a formula gets an apostrophe before it.
fn defused(cell: &str) -> String {
    if text::begins_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

fn failed(error: &XlsxError) -> Error {
    broken(error)
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::Render { what: "a table", problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_formula() {
        let mut sheet = Sheet::new(Format::Csv, &["name", "phone"]).unwrap();
        sheet.add(&["=HYPERLINK(\"http://x\")", "+44 1947"]).unwrap();
        sheet.add(&["O'Brien, Sons", "-1"]).unwrap();
        sheet.add(&["@x", "a=b"]).unwrap();
        sheet.add(&["\u{FF1D}1+1", "\u{FF0B}1"]).unwrap();
        let text = String::from_utf8(sheet.finish().unwrap()).unwrap();
        let expected = "\u{FEFF}name,phone\n\"'=HYPERLINK(\"\"http://x\"\")\",'+44 1947\n\"O'Brien, Sons\",'-1\n'@x,a=b\n'\u{FF1D}1+1,'\u{FF0B}1\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_taken_piece_by_piece_is_the_whole() {
        let mut sheet = Sheet::new(Format::Csv, &["name", "phone"]).unwrap();
        let mut all = sheet.take().unwrap();
        for row in [["a", "1"], ["b", ""], ["", ""]] {
            sheet.add(&row).unwrap();
            all.extend(sheet.take().unwrap());
        }
        all.extend(sheet.finish().unwrap());
        assert_eq!(String::from_utf8(all).unwrap(), "\u{FEFF}name,phone\na,1\nb,\n,\n");
    }

    #[test]
    fn a_workbook_is_one() {
        let mut sheet = Sheet::new(Format::Xlsx, &["name"]).unwrap();
        sheet.add(&["=1+1"]).unwrap();
        assert!(sheet.finish().unwrap().starts_with(b"PK"));
    }
}
