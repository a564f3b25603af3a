//! Correcting rows where they are shown. A corrected row is looked at again with all
//! others, since others may be about the same people.

pub mod portal;

use sha2::{Digest as _, Sha256};

use super::draft::look_again;
use super::secrets::{self, SECRET};
use super::{Cells, Import, Note, State, find, record, rows};
use crate::actor::Actor;
use crate::audit::Event;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::ImportId;

/// Characters of a cell at most.
const MOST: usize = 1_000;

/// What somebody writes into a row.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The row's place.
    pub place: i64,
    /// How it stood when they saw it, as [`seen`] says it.
    pub seen: String,
    /// Columns and what they write there.
    pub cells: Vec<(usize, String)>,
}

/// What became of corrections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrected {
    /// Rows that were changed.
    pub saved: usize,
    /// Rows, as people count them, that somebody else had corrected meanwhile.
    pub meanwhile: Vec<i64>,
}

/// A mark of how a row stands, by which it is known whether it was corrected
/// meanwhile.
pub fn seen(cells: &Cells) -> String {
    let mut hasher = Sha256::new();
    for text in &cells.texts {
        hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text);
    }
    data_encoding::HEXLOWER.encode(hasher.finalize().get(..8).unwrap_or_default())
}

/// Corrects rows of an import that has not been started, and looks at all of them
/// again.
///
/// # Errors
/// [`Error::NotAllowed`] or [`Error::NotFound`]; also when it has been started.
pub fn correct(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ImportId,
    corrections: &[Correction],
    now: Timestamp,
) -> Result<Corrected> {
    let mut import = find(tx, actor, id)?;
    if !matches!(import.state, State::Checking | State::Checked) {
        return Err(Error::NotFound);
    }
    let mut corrected = Corrected::default();
    let mut changed = Vec::new();
    for correction in corrections {
        let Some(mut row) = rows::at(tx, id, correction.place)? else { continue };
        let before = row.cells.clone();
        write(&mut row.cells, correction, &import);
        if row.cells == before {
            continue;
        }
        if seen(&before) == correction.seen {
            changed.push(row);
        } else {
            corrected.meanwhile.push(row.line);
        }
    }
    corrected.saved = changed.len();
    if !changed.is_empty() {
        rows::put(tx, id, &changed)?;
        look_again(tx, &mut import, now)?;
        record(tx, actor, Event::ImportCorrected, id, now)?;
    }
    Ok(corrected)
}

/// The columns of an import that may be written into: those that are kept and hold
/// something.
pub fn columns(import: &Import) -> Vec<usize> {
    let is_open = |place: &usize| {
        let field = import.choices.columns.get(*place).copied().flatten();
        let heading = import.headings.get(*place).map_or("", String::as_str);
        field.is_some() && !import.choices.is_of_passwords(*place, heading)
    };
    import.origin.kept.iter().copied().filter(is_open).collect()
}

fn write(cells: &mut Cells, correction: &Correction, import: &Import) {
    let open = columns(import);
    let mut is_changed = false;
    for (place, typed) in correction.cells.iter().filter(|(place, _)| open.contains(place)) {
        let typed: String =
            typed.replace("\r\n", "\n").replace('\0', "\u{FFFD}").chars().take(MOST).collect();
        if cells.texts.len() <= *place {
            cells.texts.resize(*place + 1, String::new());
        }
        let Some(text) = cells.texts.get_mut(*place).filter(|text| **text != typed) else { continue };
        let field = import.choices.columns.get(*place).copied().flatten();
        is_changed = true;
        cells.notes.retain(|note| note.field != field);
        cells.marks.remove(place);
        *text = typed;
        if field.is_some_and(|field| secrets::is_cell(text, field)) {
            text.clear();
            cells.notes.push(Note::problem(field, SECRET));
        }
    }
    if is_changed {
        // What the reader said about the row as a whole was about what stood there.
        cells.notes.retain(|note| note.field.is_some());
    }
}
