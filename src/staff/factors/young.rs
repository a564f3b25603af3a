//! A second factor that is too young to stand against its owner's mailbox.
//!
//! Link and code prove the mailbox and nothing else (NIST SP 800-63B-4, 4.2). Two
//! thieves must fail by them. Who has the password only adds a factor to someone who
//! has none, and would keep the owner out by it for good; who has the mailbox only
//! wants the owner's factor gone. The two factors look alike: each was added by who
//! knew the password. What tells them apart is time. Its owner was told of it by mail
//! (4.6), and either stood before a factor they don't have, or used it, for thirty days.
//!
//! So a factor stands once the person has had one for so long without a break, and all
//! of a younger one goes. What counts is not the age of each: one that is added beside
//! another was added by who proved that, so a new telephone starts nothing anew, and
//! what a thief adds beside their first is no older than that. Nor is it the last
//! password: whoever knows it can change it, and the owner's is mostly older than
//! their factor.

use std::time::Duration;

use super::store;
use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::StaffId;
use crate::notice::{self, Change};
use crate::passkeys::{self, Owner};
use crate::sessions;

/// For how long someone has had a factor before link and code don't take it off.
const STANDS_AFTER: Duration = Duration::from_hours(30 * 24);

/// Whether someone has a second factor that link and code take off.
///
/// # Errors
/// When the database fails.
pub fn has_young(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<bool> {
    let since = store::held_since(tx, staff)?;
    Ok(sessions::has_factor(tx, staff)? && since.is_some_and(|since| is_young(since, now)))
}

fn is_young(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) < STANDS_AFTER
}

/// Takes a young second factor off whoever chooses a password by link and code: all
/// passkeys, the app and the recovery codes. They are told. Says whether there was one.
///
/// # Errors
/// When the database fails.
pub fn take_off(tx: &mut Tx<'_>, actor: &Actor, staff: StaffId, now: Timestamp) -> Result<bool> {
    // A secret that somebody else was shown must not become the owner's.
    store::forget_offer(tx, staff)?;
    if !has_young(tx, staff, now)? {
        return Ok(false);
    }
    remove_all(tx, staff)?;
    audit::record(tx, actor, now, Event::YoungFactorsRemoved, About::staff(staff))?;
    notice::tell(tx, Owner::Staff(staff), Change::YoungFactorsRemoved, now)?;
    Ok(true)
}

/// Removes all that someone proves their second factor with.
///
/// # Errors
/// When the database fails.
pub(super) fn remove_all(tx: &mut Tx<'_>, staff: StaffId) -> Result<()> {
    store::clear_codes(tx, staff)?;
    store::remove(tx, staff)?;
    passkeys::remove_all(tx, Owner::Staff(staff))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_stands_after_thirty_days_and_a_clock_set_back_makes_none_stand() {
        let day = Duration::from_hours(24);
        let since = Timestamp::from_millis(1_800_000_000_000);
        assert!(is_young(since, since));
        assert!(is_young(since, since.plus(29 * day)));
        assert!(!is_young(since, since.plus(30 * day)));
        assert!(is_young(since, since.minus(40 * day)));
    }
}
