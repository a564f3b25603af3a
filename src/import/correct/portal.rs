//! Correcting rows in the portal: a form of the cells of some wrong rows.

use axum::http::StatusCode;

use super::{Corrected, Correction, columns, correct, seen};
use crate::error::Error;
use crate::http::forms::Posted;
use crate::http::{Answer, AtPortal, Failure, Ids, redirect};
use crate::import::preview::portal::show_typed;
use crate::import::{Field, Import, Staged, find, sheet};
use crate::kernel::id::ImportId;

/// Cells that one page offers at most, so that it stays small.
const CELLS: usize = 240;

/// A row whose cells may be written into.
pub struct RowForm {
    /// Its place.
    pub place: i64,
    /// Its row as a person counts them.
    pub line: i64,
    /// How it stands.
    pub seen: String,
    /// Its cells.
    pub cells: Vec<CellForm>,
    /// What is wrong and of no cell: the column, the words.
    pub notes: Vec<(String, String)>,
}

/// The most rows that one form holds.
const MOST: usize = 25;

/// A cell that may be written into.
pub struct CellForm {
    /// Its name in the form.
    pub name: String,
    /// The heading of its column.
    pub heading: String,
    /// What stands there, or what was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: String,
}

/// How many rows one page offers.
pub fn rows_at_once(import: &Import) -> i64 {
    let rows = (CELLS / columns(import).len().max(1)).clamp(3, MOST);
    i64::try_from(rows).unwrap_or_default()
}

impl RowForm {
    /// A row with what is wrong, and with what was typed if somebody else had
    /// corrected it meanwhile.
    pub fn new(import: &Import, row: &Staged, typed: Option<&Correction>) -> Self {
        let open = columns(import);
        let first = |field: Field| {
            open.iter().copied().find(|place| import.choices.columns.get(*place) == Some(&Some(field)))
        };
        let stops = || row.notes.iter().filter(|note| note.stops);
        let cell = |place: &usize| {
            let stands = row.cells.texts.get(*place).cloned().unwrap_or_default();
            let typed = typed.and_then(|typed| typed.cells.iter().find(|(at, _)| at == place));
            let typed = typed.map(|(_, text)| text.clone()).filter(|text| *text != stands);
            let mut errors: Vec<String> = stops()
                .filter(|note| note.field.and_then(first) == Some(*place))
                .map(|note| note.text.clone())
                .collect();
            if typed.is_some() {
                errors.push(format!("somebody else wrote “{stands}” here meanwhile"));
            }
            CellForm {
                name: format!("cell-{}-{place}", row.place),
                heading: import.headings.get(*place).cloned().unwrap_or_default(),
                value: typed.unwrap_or(stands),
                error: errors.join("; "),
            }
        };
        let elsewhere = stops().filter(|note| note.field.and_then(first).is_none());
        let column = |field| sheet::column(import, field).unwrap_or_default().to_owned();
        Self {
            place: row.place,
            line: row.line,
            seen: seen(&row.cells),
            cells: open.iter().map(cell).collect(),
            notes: elsewhere.map(|note| (column(note.field), note.text.clone())).collect(),
        }
    }

    /// The name of the field that says how the row stood.
    pub fn seen_name(&self) -> String {
        format!("seen-{}", self.place)
    }
}

/// `POST /portal/imports/{id}/rows`
pub async fn rows(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ImportId>,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Answer {
    let corrections = read(&pairs).ok_or(Failure::Unreadable)?;
    let (typed, now) = (corrections.clone(), caller.now());
    let page = format!("/portal/imports/{id}?show=wrong");
    match caller.write(move |tx, actor| correct(tx, actor, id, &corrections, now)).await {
        Ok(Corrected { meanwhile, .. }) if !meanwhile.is_empty() => {
            show_typed(&caller, (StatusCode::CONFLICT, id), typed).await
        }
        Ok(Corrected { saved: 0, .. }) => Ok(redirect(&page, Some("rows-unchanged"))),
        Ok(_) => Ok(redirect(&page, Some("rows-corrected"))),
        // Where it is still there, it was started meanwhile: its page says so.
        Err(Error::NotFound) => {
            caller.read(move |tx, actor| find(tx, actor, id)).await?;
            Ok(redirect(&format!("/portal/imports/{id}"), Some("rows-not-corrected")))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was typed; `None` when it is not such a form.
fn read(pairs: &[(String, String)]) -> Option<Vec<Correction>> {
    let mut corrections: Vec<Correction> = Vec::new();
    for (name, value) in pairs {
        if let Some(place) = name.strip_prefix("seen-") {
            let (place, seen) = (place.parse().ok()?, value.clone());
            corrections.push(Correction { place, seen, cells: Vec::new() });
            if corrections.len() > MOST {
                return None;
            }
            continue;
        }
        let (place, column) = name.strip_prefix("cell-")?.split_once('-')?;
        let (place, column): (i64, usize) = (place.parse().ok()?, column.parse().ok()?);
        let of_row = corrections.last_mut().filter(|correction| correction.place == place)?;
        of_row.cells.push((column, value.clone()));
    }
    Some(corrections)
}
