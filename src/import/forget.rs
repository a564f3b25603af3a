//! Forgetting what files said.

use super::{rows, store};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::ContactId;

/// How long the rows of an import are kept after it ended, and with them the
/// way back.
pub const KEPT: std::time::Duration = std::time::Duration::from_hours(30 * 24);

/// Forgets the rows of imports that ended long ago, and drafts left lying.
///
/// # Errors
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    for id in store::old(tx, now.minus(KEPT))? {
        let is_draft = store::find(tx, id)?.is_some_and(|import| import.state.is_draft());
        rows::remove(tx, id)?;
        if is_draft {
            store::remove(tx, id)?;
        }
    }
    Ok(())
}

/// Forgets what files said about a contact.
///
/// # Errors
/// When the database fails.
pub fn forget_contact(tx: &mut Tx<'_>, contact: ContactId) -> Result<()> {
    Ok(rows::forget_contact(tx, contact)?)
}
