//! The rows that are wrong as a sheet of their own, with what is wrong with
//! each, ready to be corrected and handed in again.

use super::cells::Note;
use super::choices::PROBLEM;
use super::rows::{self, Staged};
use super::{Field, Import, Verdict, find};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::ImportId;

/// Rows read at once.
const CHUNK: i64 = 500;

/// The wrong rows of an import as a table: its columns as they came, but those of
/// passwords, and what is wrong.
pub struct WrongRows {
    import: Import,
    columns: Vec<usize>,
}

impl WrongRows {
    /// Those of an import.
    ///
    /// # Errors
    /// As for [`find`].
    pub fn of(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<Self> {
        let import = find(tx, actor, id)?;
        let kept = |(place, heading): &(usize, &String)| {
            *heading != PROBLEM && !import.choices.is_of_passwords(*place, heading)
        };
        let columns = import.headings.iter().enumerate().filter(kept).map(|(place, _)| place).collect();
        Ok(Self { import, columns })
    }

    /// What stands between its cells as CSV: what stood between those of the file.
    pub fn delimiter(&self) -> u8 {
        let own = self.import.origin.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
        own.unwrap_or(b',')
    }

    /// The headings of its columns.
    pub fn headings(&self) -> Vec<&str> {
        let own = self.columns.iter().map(|place| self.import.headings[*place].as_str());
        own.chain([PROBLEM]).collect()
    }

    /// The next rows after a place, and the place of the last of them; none when
    /// there are no more.
    ///
    /// # Errors
    /// When the database fails.
    pub fn after(&self, tx: &mut Tx<'_>, place: i64) -> Result<Option<(Vec<Vec<String>>, i64)>> {
        let wrong = rows::of_verdict(tx, self.import.id, (Verdict::Wrong, place), CHUNK)?;
        let Some(last) = wrong.last().map(|row| row.place) else { return Ok(None) };
        Ok(Some((wrong.iter().map(|row| self.cells(row)).collect(), last)))
    }

    fn cells(&self, row: &Staged) -> Vec<String> {
        let text = |place: &usize| row.cells.texts.get(*place).cloned().unwrap_or_default();
        self.columns.iter().map(text).chain([in_words(&self.import, &row.notes)]).collect()
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
