use std::io::Cursor;

use tables::{FileError, Line, Options, Table};

/// A file, opened.
pub fn table(file: impl Into<Vec<u8>>) -> Table<Cursor<Vec<u8>>> {
    open(file, &Options::default()).unwrap()
}

/// A file, opened in a certain way.
pub fn open(file: impl Into<Vec<u8>>, options: &Options) -> Result<Table<Cursor<Vec<u8>>>, FileError> {
    Table::open(Cursor::new(file.into()), options)
}

/// All rows of a file.
pub fn rows(file: impl Into<Vec<u8>>) -> Vec<Line> {
    lines(table(file)).unwrap()
}

/// Why a file can't be read, wherever that shows.
pub fn refusal(file: impl Into<Vec<u8>>) -> FileError {
    open(file, &Options::default()).and_then(lines).unwrap_err()
}

/// All rows of a table.
pub fn lines(mut table: Table<Cursor<Vec<u8>>>) -> Result<Vec<Line>, FileError> {
    let mut lines = Vec::new();
    while let Some(line) = table.next_row()? {
        lines.push(line);
    }
    Ok(lines)
}

/// What a row's cells say.
pub fn texts(line: &Line) -> Vec<&str> {
    line.cells.iter().map(|cell| cell.text.as_str()).collect()
}
