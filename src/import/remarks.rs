//! What is to be said of many rows alike stands once, not beside each.

use serde::{Deserialize, Serialize};

use super::cells::Note;
use super::{Field, Import, Tally};

/// Rows beside which the same remark stands; it is only counted for the others.
pub const BESIDE: i64 = 10;
/// Remarks that are told apart.
const KINDS: usize = 50;

/// A remark, and of how many rows it is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What the column holds.
    pub field: Option<Field>,
    /// What is worth knowing.
    pub text: String,
    /// Of how many rows.
    pub rows: i64,
}

/// Counts the remarks of a row, and takes away what stands beside enough rows.
pub fn count(tally: &mut Tally, notes: &mut Vec<Note>) {
    notes.retain(|note| note.stops || count_one(&mut tally.remarks, note) <= BESIDE);
}

fn count_one(remarks: &mut Vec<Remark>, note: &Note) -> i64 {
    if let Some(known) = remarks.iter_mut().find(|known| known.field == note.field && known.text == note.text)
    {
        known.rows += 1;
        return known.rows;
    }
    if remarks.len() == KINDS
        && let Some(single) = remarks.iter().position(|known| known.rows == 1)
    {
        remarks.remove(single);
    }
    if remarks.len() < KINDS {
        remarks.push(Remark { field: note.field, text: note.text.clone(), rows: 1 });
    }
    1
}

/// Forgets those that stand beside each of their rows.
pub fn settle(tally: &mut Tally) {
    tally.remarks.retain(|remark| remark.rows > BESIDE);
}

/// What nobody may find out too late: a column that reads as if it told who is
/// not active any more, and is left out.
pub fn left_out(import: &Import) -> Vec<Remark> {
    let columns = import.headings.iter().zip(&import.choices.columns).filter(|(_, column)| column.is_none());
    let told = columns.filter_map(|(heading, _)| {
        let field = Field::guess(heading).filter(|field| field.is_activity())?;
        let text = format!(
            "{heading:?} reads like “{}” but is left out, since it was not chosen or does not answer yes or no; nobody is taken as inactive by it",
            field.label()
        );
        (!import.choices.has(field)).then_some(Remark { field: None, text, rows: import.total })
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_of_the_whole_file_stands_once_and_single_ones_beside_their_rows() {
        let mut tally = Tally::default();
        let mut kept = 0;
        for row in 0..10_000 {
            let mut notes = vec![
                Note::warning(Field::AccountNumber, "is a number"),
                Note::warning(Field::Email, format!("is only of row {row}")),
            ];
            count(&mut tally, &mut notes);
            kept += notes.len();
        }
        settle(&mut tally);
        assert_eq!(kept, 10_010);
        let [remark] = tally.remarks.as_slice() else { panic!("{:?}", tally.remarks) };
        assert_eq!((remark.field, remark.rows), (Some(Field::AccountNumber), 10_000));
    }
}
