//! What was added lately of someone's second factor, when they change their password
//! because somebody else may know it.

use jiff::tz::TimeZone;

use super::store;
use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::StaffId;
use crate::kernel::{Language, Timestamp, calendar};
use crate::notice::{self, Change};
use crate::passkeys::{self, Owner, lately};
use crate::recovery::site::listed;
use crate::sessions::known_device::chosen_at_by_staff;

/// What was added lately, with names and days, in words; empty when nothing was.
///
/// # Errors
/// When the database fails.
pub fn in_words(tx: &mut Tx<'_>, staff: StaffId, zone: &TimeZone, now: Timestamp) -> Result<String> {
    let since = lately::since(chosen_at_by_staff(tx, staff)?, now);
    let passkeys = lately::added_since(tx, Owner::Staff(staff), since)?;
    let app = app_since(tx, staff, since)?
        .map(|at| format!("Authenticator app of {}", calendar::date(at, zone, Language::English)));
    let passkeys = Some(listed(&passkeys, zone, Language::English)).filter(|words| !words.is_empty());
    let words: Vec<String> =
        passkeys.map(|words| format!("Passkey {words}")).into_iter().chain(app).collect();
    Ok(words.join(". "))
}

/// Removes what was added lately, before another password is kept; recovery codes go
/// along, since whoever added something may have seen them. They are told.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, staff: StaffId, now: Timestamp) -> Result<()> {
    let (owner, since) = (Owner::Staff(staff), lately::since(chosen_at_by_staff(tx, staff)?, now));
    let removed = [
        ("passkey", Change::PasskeyRemoved, passkeys::remove_added_since(tx, owner, since)? > 0),
        ("app", Change::AppRemoved, app_since(tx, staff, since)?.is_some() && store::remove(tx, staff)?),
    ];
    for (factor, change, _) in removed.into_iter().filter(|(.., removed)| *removed) {
        store::clear_codes(tx, staff)?;
        audit::record(tx, actor, now, Event::FactorRemoved, About::staff(staff).with("factor", factor))?;
        notice::tell(tx, owner, change, now)?;
    }
    Ok(())
}

/// When an app was set up, if it was since then.
fn app_since(tx: &mut Tx<'_>, staff: StaffId, since: Timestamp) -> Result<Option<Timestamp>> {
    let confirmed_at = store::find(tx, staff)?.and_then(|found| found.confirmed_at);
    Ok(confirmed_at.filter(|at| *at >= since))
}
