//! What spreadsheets and reports leave in a table that is not of it.

use crate::{Cell, CellKind, Line, MAX_COLUMNS};

/// The columns in which an apostrophe before a text is a spreadsheet's mark that it is text and no number:
/// those in which each cell has one. `'t Hooft` is a name.
pub(crate) fn marked_columns(rows: &[Line]) -> Vec<usize> {
    (0..MAX_COLUMNS)
        .take_while(|column| rows.iter().any(|row| row.cells.len() > *column))
        .filter(|column| is_marked(rows.iter().filter_map(|row| row.cells.get(*column))))
        .collect()
}

fn is_marked<'c>(cells: impl Iterator<Item = &'c Cell>) -> bool {
    let (mut any, mut all, mut numbers) = (0, true, true);
    for cell in cells.filter(|cell| !cell.is_blank()) {
        let rest = cell.text.trim_start().strip_prefix('\'').filter(|rest| !rest.contains('\''));
        any += 1;
        all &= rest.is_some_and(|rest| !is_dutch(rest));
        numbers &= rest.is_some_and(begins_like_a_number);
    }
    all && (any > 1 || any == 1 && numbers)
}

/// `'t Hooft`, `'s-Gravenhage`.
fn is_dutch(rest: &str) -> bool {
    let mut characters = rest.chars();
    characters.next().is_some_and(char::is_lowercase) && matches!(characters.next(), Some(' ' | '-'))
}

fn begins_like_a_number(rest: &str) -> bool {
    rest.starts_with(|first: char| first.is_ascii_digit() || "+-=@".contains(first))
}

/// Takes the mark off a cell.
pub(crate) fn unmark(cell: &mut Cell) {
    if cell.kind == CellKind::Text
        && let Some(rest) = cell.text.trim_start().strip_prefix('\'')
    {
        cell.text = rest.to_owned();
    }
}

/// Words before a total, and what the consoles of databases write below a table.
const TOTALS: [&str; 16] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "zwischensumme",
    "summen",
    "anzahl",
    "count",
    "records",
    "datensätze",
    "end of report",
    "rows",
];

/// Whether a row is no row of the table but a total below it, or the headings once more as reports write
/// them on each page.
pub(crate) fn is_beside(line: &Line, headings: &[String]) -> bool {
    is_total(line, headings.len()) || is_headings(line, headings)
}

/// A row that begins with a word for a total and is empty for the most part. Of narrow tables nothing is
/// taken for a total that fills more than its word and a number.
fn is_total(line: &Line, width: usize) -> bool {
    let mut filled = line.cells.iter().filter(|cell| !cell.is_blank());
    let Some(first) = filled.next() else { return false };
    let rest: Vec<&Cell> = filled.collect();
    let word: String =
        first.text.chars().filter(|c| !c.is_ascii_digit() && !"()[].,:=".contains(*c)).collect();
    let is_number = |cell: &&Cell| !cell.text.chars().any(char::is_alphabetic);
    width > 2
        && rest.len() < width / 2
        && rest.iter().all(is_number)
        && TOTALS.contains(&word.trim().to_lowercase().as_str())
}

/// Whether a row below a gap is what reports write under their tables: who made it, when, and for whom. It is
/// a word alone where a table is wide.
pub(crate) fn is_alone(line: &Line, headings: &[String]) -> bool {
    headings.len() > 3 && !line.cells.is_empty() && line.cells.iter().skip(1).all(Cell::is_blank)
}

fn is_headings(line: &Line, headings: &[String]) -> bool {
    headings.len() > 1
        && line.cells.len() == headings.len()
        && line.cells.iter().zip(headings).all(|(cell, heading)| cell.text.trim() == heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: &[&str]) -> Vec<Line> {
        let cells = |row: &str| row.split(';').map(|text| Cell::text(text.to_owned()).0).collect();
        rows.iter().map(|row| Line { number: 1, cells: cells(row), problems: Vec::new() }).collect()
    }

    #[test]
    fn an_apostrophe_is_a_mark_where_the_whole_column_has_it() {
        assert_eq!(marked_columns(&lines(&["'7000;'t Hooft;'1234AB;'abc'"])), [0, 2]);
        assert_eq!(marked_columns(&lines(&["'A1;'t Hooft;'68 Records", "'A2;Smith;Shop", "'A3;;"])), [0]);
        assert_eq!(marked_columns(&lines(&["'t Hooft", "'t Hart"])), [0; 0]);
    }

    #[test]
    fn totals_and_headings_on_the_next_page_are_beside_the_table() {
        let headings = ["Number", "Name", "City", "Sales"].map(str::to_owned);
        let beside = ["Total;;;1.200,00", "Summe:", "(12 rows)", "12 Datensätze", "Number;Name;City;Sales"];
        for row in beside {
            assert!(is_beside(&lines(&[row])[0], &headings), "{row}");
        }
        assert!(is_alone(&lines(&["Printed 30.11.2026 10:12"])[0], &headings));
        assert!(!is_alone(&lines(&["1;Shop"])[0], &headings) && !is_alone(&lines(&[";Shop"])[0], &headings));
        for row in ["Total;Total Ltd;Town;5", "1;Total;;", "Totalis;;;5", "Sum;Shop;;"] {
            assert!(!is_beside(&lines(&[row])[0], &headings), "{row}");
        }
    }
}
