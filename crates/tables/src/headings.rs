use std::collections::HashSet;

use crate::Cell;

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
