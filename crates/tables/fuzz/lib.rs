//! What holds of every file, good or not.

use std::io::Cursor;

use tables::{MAX_CELL, MAX_COLUMNS, Options, Table};

/// Reads a file as far as it can be read.
pub fn read(file: &[u8], options: &Options) {
    let Ok(mut table) = Table::open(Cursor::new(file), options) else { return };
    let headings = table.headings().len();
    assert!((1..=MAX_COLUMNS).contains(&headings));
    assert!(table.headings().iter().all(|heading| heading.trim() == heading && !heading.is_empty()));
    let mut last = 0;
    while let Ok(Some(line)) = table.next_row() {
        assert!(line.number > last);
        last = line.number;
        assert!((headings..=MAX_COLUMNS).contains(&line.cells.len()));
        assert!(line.cells.iter().all(|cell| cell.text.chars().count() <= MAX_CELL));
        assert!(line.problems.len() <= 2 * MAX_COLUMNS + 2);
    }
}
