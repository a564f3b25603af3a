//! Forgetting what files said.

use super::{rows, store};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::ContactId;

/// How long the rows of an import are kept after it ended, and with them the
/// way back.
pub const KEPT: std::time::Duration = std::time::Duration::from_hours(30 * 24);

/// Rows that are forgotten by one transaction, so that others can write in
/// between.
const AT_ONCE: i64 = 5_000;

/// Forgets some rows of imports that ended long ago, and of drafts left lying,
/// which go whole. Says whether there is more to forget.
///
/// # Errors
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    let Some(import) = store::oldest_to_forget(tx, now.minus(KEPT))? else { return Ok(false) };
    if rows::remove_some(tx, import.id, AT_ONCE)? < AT_ONCE.unsigned_abs() && import.state.is_draft() {
        store::remove(tx, import.id)?;
    }
    Ok(true)
}

/// Forgets what files said about a contact.
///
/// # Errors
/// When the database fails.
pub fn forget_contact(tx: &mut Tx<'_>, contact: ContactId) -> Result<()> {
    Ok(rows::forget_contact(tx, contact)?)
}
