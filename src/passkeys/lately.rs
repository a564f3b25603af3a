//! What was added lately. Whoever changes their password because somebody else may know
//! it wants what that somebody added gone as well: a passkey signs in without the
//! password. Yet it may be their own, so they are asked, with names and days.

use std::time::Duration;

use super::{Owner, Passkey, store};
use crate::db::{Error, Tx};
use crate::kernel::Timestamp;

/// What is lately in any case.
const LATELY: Duration = Duration::from_hours(30 * 24);

/// What becomes of what was added lately when a password is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lately {
    /// It goes.
    Removed,
    /// It stays: they know it all.
    Kept,
}

impl Lately {
    /// What a box says that is ticked for removing.
    pub const fn of_box(ticked: bool) -> Self {
        if ticked { Self::Removed } else { Self::Kept }
    }
}

/// Since when something was added lately: since the password was chosen, and for thirty
/// days at least, since whoever knows a password can choose two others in its place.
pub fn since(chosen_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let in_any_case = now.minus(LATELY);
    chosen_at.map_or(in_any_case, |chosen_at| chosen_at.min(in_any_case))
}

/// Someone's passkeys that were added since then.
///
/// # Errors
/// When the database fails.
pub fn added_since(tx: &mut Tx<'_>, owner: Owner, since: Timestamp) -> Result<Vec<Passkey>, Error> {
    let all = store::list(tx, owner)?;
    Ok(all.into_iter().filter(|passkey| passkey.created_at >= since).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lately_is_since_the_password_and_thirty_days_at_least() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let days = |count: u64| now.minus(Duration::from_hours(24 * count));
        assert_eq!(since(Some(days(400)), now), days(400));
        assert_eq!(since(Some(days(1)), now), days(30), "a password chosen by a thief hides nothing");
        assert_eq!(since(None, now), days(30));
    }
}
