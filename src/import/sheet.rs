//! The rows that are wrong as a sheet of their own, with what is wrong with
//! each, ready to be corrected and handed in again.

use super::entry::Note;
use super::rows;
use super::{Field, Import, Verdict, find};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::ImportId;
use crate::listing::export::{Format, Sheet};

/// Rows read at once.
const CHUNK: i64 = 500;
/// The heading of what is wrong; no field is guessed from it.
const PROBLEM: &str = "what is wrong";

/// The wrong rows of an import: its columns as they came, but those of passwords,
/// and what is wrong.
///
/// # Errors
/// As for [`find`].
pub fn of_wrong_rows(tx: &mut Tx<'_>, actor: &Actor, id: ImportId, format: Format) -> Result<Vec<u8>> {
    let import = find(tx, actor, id)?;
    let kept = |(place, heading): &(usize, &String)| {
        *heading != PROBLEM && !import.choices.is_of_passwords(*place, heading)
    };
    let columns: Vec<usize> =
        import.headings.iter().enumerate().filter(kept).map(|(place, _)| place).collect();
    let mut headings: Vec<&str> = columns.iter().map(|place| import.headings[*place].as_str()).collect();
    headings.push(PROBLEM);
    let mut sheet = Sheet::new(format, &headings)?;
    let mut after = 0;
    loop {
        let wrong = rows::of_verdict(tx, id, (Verdict::Wrong, after), CHUNK)?;
        let Some(last) = wrong.last() else { return sheet.finish() };
        after = last.place;
        for row in &wrong {
            let problem = in_words(&import, &row.notes);
            let text = |place: &usize| row.cells.texts.get(*place).map(String::as_str).unwrap_or_default();
            let mut cells: Vec<&str> = columns.iter().map(text).collect();
            cells.push(&problem);
            sheet.add(&cells)?;
        }
    }
}

/// What is wrong with a row, in one line.
fn in_words(import: &Import, notes: &[Note]) -> String {
    let stops = notes.iter().filter(|note| note.stops);
    let line = |note: &Note| match column(import, note.field) {
        Some(column) => format!("{column}: {}", note.text),
        None => note.text.clone(),
    };
    stops.map(line).collect::<Vec<_>>().join("; ")
}

/// The heading under which a file holds a field, or the field's own name.
pub fn column(import: &Import, field: Option<Field>) -> Option<&str> {
    let field = field?;
    let place = import.choices.columns.iter().position(|column| *column == Some(field));
    Some(place.and_then(|place| import.headings.get(place)).map_or(field.as_str(), String::as_str))
}
