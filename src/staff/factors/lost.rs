//! The key of the installation is lost for good: what it sealed is of no use to
//! anyone, so it goes, rather than that people stand before a door without a lock.

use super::store;
use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::keys::{self, Fingerprint};
use crate::sessions;

/// What is lost with the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// People with an authenticator app.
    pub apps: usize,
    /// Recovery codes that were not used.
    pub codes: i64,
}

/// What would be lost with the key.
///
/// # Errors
/// When the database fails.
pub fn lost_with_the_key(tx: &mut Tx<'_>) -> Result<Lost> {
    Ok(Lost { apps: store::with_app(tx)?.len(), codes: store::all_codes_left(tx)? })
}

/// Makes the database belong to another key. Whoever has an authenticator app
/// loses it, is signed out and told; recovery codes are void. Nothing is done, and
/// that is said, while a node serves the database with the former key.
///
/// # Errors
/// When the database fails.
pub fn replace_the_key(tx: &mut Tx<'_>, actor: &Actor, by: Fingerprint, now: Timestamp) -> Result<bool> {
    if !tx.is_served_by_nobody()? {
        return Ok(false);
    }
    keys::replace(tx, by, now)?;
    let apps = store::with_app(tx)?;
    audit::record(tx, actor, now, Event::KeyReplaced, About::default().with("apps", apps.len()))?;
    for staff in apps {
        super::remove(tx, actor, staff, now)?;
        sessions::end_all_of_staff(tx, staff, now)?;
    }
    // Secrets that were never confirmed, and codes beside passkeys.
    store::remove_all(tx)?;
    Ok(true)
}
