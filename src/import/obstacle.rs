//! What stands against bringing an import in, and why one stopped.

use super::Import;
use super::rows::{self, Fate};
use crate::db::Tx;
use crate::error::Result;

/// More contacts and retailers are missing from the file than may be
/// deactivated.
pub const TOO_MANY_MISSING: &str = "too-many-missing";
/// Whoever started it may not import any more.
pub const STARTER_MAY_NOT: &str = "starter-may-not";
/// A row could no longer be brought in, so everything was undone.
pub const CHANGED_MEANWHILE: &str = "changed-meanwhile";

/// Why an import can't be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Rows are wrong, and all or nothing was chosen.
    WrongRows,
    /// More are missing from the file than may be deactivated.
    TooManyMissing,
    /// Rows are wrong, so nobody knows who is missing.
    MissingUnknown,
    /// There is nothing to do.
    NothingToDo,
}

/// What stands against bringing a checked import in.
///
/// # Errors
/// When the database fails.
pub fn obstacle(tx: &mut Tx<'_>, import: &Import) -> Result<Option<Obstacle>> {
    let counts = rows::counts(tx, import.id)?;
    let waits = counts.iter().any(|(verdict, fate, _)| verdict.is_some() && *fate == Fate::Waiting);
    let wrong = import.tally.wrong > 0;
    Ok(match () {
        () if wrong && !import.choices.good_rows => Some(Obstacle::WrongRows),
        () if wrong && import.choices.missing.is_some() => Some(Obstacle::MissingUnknown),
        () if import.problem.as_deref() == Some(TOO_MANY_MISSING) => Some(Obstacle::TooManyMissing),
        () if !waits => Some(Obstacle::NothingToDo),
        () => None,
    })
}
