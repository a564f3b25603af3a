use std::collections::HashSet;

use crate::{Cell, CellKind, Line};

/// Rows among which the headings are looked for.
const LOOKED_AT: usize = 30;

/// Characters of a heading at most; sentences are longer.
const LONGEST: usize = 60;

/// Which of the first rows of a table holds its headings: the first, unless a later one has more headings
/// that mean something, or the first is a title above wider rows.
pub(crate) fn find(rows: &[Line], known: Option<fn(&str) -> bool>) -> usize {
    let rows = &rows[..rows.len().min(LOOKED_AT)];
    let meaning: Vec<usize> = rows.iter().map(|row| meaning(row, known)).collect();
    let most = meaning.iter().copied().max().unwrap_or(0);
    if most > 1 {
        return meaning.iter().position(|known| *known == most).unwrap_or(0);
    }
    by_shape(rows)
}

/// How many headings in a row mean something.
pub(crate) fn meaning(row: &Line, known: Option<fn(&str) -> bool>) -> usize {
    let Some(known) = known else { return 0 };
    let said: HashSet<&str> = filled(row).map(|cell| cell.text.trim()).filter(|text| known(text)).collect();
    said.len()
}

/// The first row that is nearly as wide as the others and made of words, where the first is much narrower.
fn by_shape(rows: &[Line]) -> usize {
    let widths: Vec<usize> = rows.iter().map(|row| filled(row).count()).collect();
    let alike = |width: usize| widths.iter().filter(|other| **other == width).count();
    let Some(usual) = widths.iter().copied().max_by_key(|width| (alike(*width), *width)) else { return 0 };
    if usual < 2 || widths[0] * 2 > usual {
        return 0;
    }
    let is_heading = |at: &usize| widths[*at] * 3 >= usual * 2 && filled(&rows[*at]).all(is_word);
    (1..rows.len()).find(is_heading).unwrap_or(0)
}

fn filled(row: &Line) -> impl Iterator<Item = &Cell> {
    row.cells.iter().filter(|cell| !cell.is_blank())
}

/// Whether a cell may be a heading: text that is no number and no address.
fn is_word(cell: &Cell) -> bool {
    let text = cell.text.trim();
    cell.kind == CellKind::Text
        && text.chars().count() <= LONGEST
        && !text.contains('@')
        && text.chars().any(char::is_alphabetic)
}

/// The headings of a table: trimmed, each with a name, no name twice.
pub(crate) fn of(cells: Vec<Cell>) -> Vec<String> {
    let mut taken = HashSet::new();
    cells
        .into_iter()
        .enumerate()
        .map(|(index, cell)| {
            let name = match cell.text.trim() {
                "" => format!("Column {}", index + 1),
                name => name.to_owned(),
            };
            unused(&name, &mut taken)
        })
        .collect()
}

/// The name, or with the first number behind it that makes it new. Letters' case makes no difference.
fn unused(name: &str, taken: &mut HashSet<String>) -> String {
    let mut unique = name.to_owned();
    let mut number = 2;
    while !taken.insert(unique.to_lowercase()) {
        unique = format!("{name} ({number})");
        number += 1;
    }
    unique
}
