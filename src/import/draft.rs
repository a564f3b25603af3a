//! What is chosen for a file, and looking at its rows with that.

use super::{Choices, Import, State, Tally, choices, discard, find, go, rows, store};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::ImportId;

/// What is most likely chosen for a file: what was chosen for the last one that had
/// its headings, or else what they and its first rows say. The sheet of wrong rows
/// of a file is read as the file was.
///
/// # Errors
/// When the database fails.
pub fn choices_for(tx: &mut Tx<'_>, headings: &[String], likely: &Choices) -> Result<Choices> {
    let known = store::remembered(tx, &choices::remembered_by(headings))?;
    let mut choices = known.map_or_else(|| likely.clone(), |(of, known)| known.over(&of, headings));
    choices.leave_secrets(headings);
    Ok(choices)
}

/// What was chosen for a draft, for the same file handed in again.
///
/// # Errors
/// As for [`find`].
pub fn choices_again(
    tx: &mut Tx<'_>,
    actor: &Actor,
    draft: ImportId,
    headings: &[String],
) -> Result<Choices> {
    let draft = find(tx, actor, draft)?;
    Ok(draft.choices.over(&draft.headings, headings))
}

/// Has a file that was handed in again take the place of its draft, and looks at
/// its rows if nothing is left to be chosen.
///
/// # Errors
/// As for [`check`].
pub fn take_place(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (draft, id): (ImportId, ImportId),
    choices: &Choices,
    now: Timestamp,
) -> Result<()> {
    match discard(tx, actor, draft) {
        // Somebody else was quicker.
        Ok(()) | Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    if choices.problem().is_none() {
        check(tx, actor, id, choices, now)?;
    }
    Ok(())
}

/// Looks at every row with what was chosen. Nothing is brought in.
///
/// Columns that are chosen and were not kept when the file was read are given back:
/// then the file is needed again, and what was chosen waits for it.
///
/// # Errors
/// [`Error::NotAllowed`] or [`Error::NotFound`]; also when it has been started.
pub fn check(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ImportId,
    choices: &Choices,
    now: Timestamp,
) -> Result<Vec<usize>> {
    let mut import = find(tx, actor, id)?;
    if !matches!(import.state, State::Staged | State::Checking | State::Checked) {
        return Err(Error::NotFound);
    }
    import.choices = choices.clone();
    import.choices.leave_secrets(&import.headings);
    let missing = import.not_kept();
    if missing.is_empty() {
        look_again(tx, &mut import, now)?;
    } else {
        import.state = State::Staged;
        store::update(tx, &import, now)?;
    }
    Ok(missing)
}

/// Looks at every row from the first one on.
pub(super) fn look_again(tx: &mut Tx<'_>, import: &mut Import, now: Timestamp) -> Result<()> {
    rows::remove_missing(tx, import.id)?;
    import.tally = Tally::default();
    import.problem = None;
    go(tx, import, State::Checking, now)
}
