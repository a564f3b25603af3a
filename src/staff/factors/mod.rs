//! The second factor of staff users: an authenticator app with recovery codes,
//! demanded by roles, and reset for a lost device by a mailed link and code.

mod app;
pub mod lately;
mod lost;
pub mod portal;
pub mod reset;
mod store;
pub mod young;

use std::time::Duration;

use zeroize::Zeroizing;

use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::config::Pauses;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{RoleId, StaffId};
use crate::kernel::{Digest, Timestamp, Token};
use crate::keys::Keys;
use crate::notice::{self, Change};
use crate::passkeys::Owner;
use crate::sessions::{self, Place, StaffSession};
use crate::throttle::{self, Counter, Rule, Whose};

use super::people;

pub use lost::{Lost, lost_with_the_key, replace_the_key};
pub use store::codes_left;

/// Tries of one person with one of their means; each has its own (NIST SP 800-63B-4,
/// 3.2.2: waits up to an hour, 100 in a row). Three codes of a million are good at a
/// time, so 100 tries find one in 3,300 cases.
const TRIES: Pauses = Pauses {
    free: 10,
    first: Duration::from_mins(1),
    factor: 2,
    longest: Duration::from_hours(1),
    most: 100,
    remembered: Duration::from_hours(30 * 24),
};
/// How long a secret that was not confirmed is shown.
const CONFIRMING: Duration = Duration::from_mins(15);
/// The most days of grace.
pub const MOST_DAYS: i64 = 90;

/// How it stands with someone's authenticator app.
#[derive(Clone, Debug)]
pub enum Factor {
    /// There is none.
    None,
    /// A secret waits to be confirmed by a code.
    Confirming,
    /// There is one, since then.
    App(Timestamp),
}

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is good, and used up.
    Good,
    /// It is not, or was used before.
    Refused,
    /// Too many were not; then they may try again. Other means of theirs don't wait.
    Wait(Timestamp),
}

/// By what someone proves their second factor. Wrong tries with one don't slow the
/// others, or ten wrong codes would lock the recovery codes that are for just that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// A code of the authenticator app.
    App,
    /// A recovery code.
    RecoveryCode,
    /// A passkey.
    Passkey,
}

impl Means {
    const ALL: [Self; 3] = [Self::App, Self::RecoveryCode, Self::Passkey];

    fn counter(self, staff: StaffId) -> Counter {
        let what = match self {
            Self::App => "staff-app",
            Self::RecoveryCode => "staff-recovery-code",
            Self::Passkey => "staff-passkey",
        };
        let whose = Whose { staff: Some(staff), ..Whose::default() };
        Counter::new(what, &staff.to_string(), Rule::Pauses(TRIES)).shown(whose)
    }
}

/// How it stands with someone's authenticator app.
///
/// # Errors
/// When the database fails.
pub fn of(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<Factor> {
    let Some(found) = store::find(tx, staff)? else { return Ok(Factor::None) };
    Ok(match found.confirmed_at {
        Some(at) => Factor::App(at),
        None if now.since(found.created_at) < CONFIRMING => Factor::Confirming,
        None => Factor::None,
    })
}

/// Whether someone has an authenticator app.
///
/// # Errors
/// When the database fails.
pub fn has_app(tx: &mut Tx<'_>, staff: StaffId) -> Result<bool> {
    Ok(store::find(tx, staff)?.is_some_and(|found| found.confirmed_at.is_some()))
}

/// Leaves a fresh secret to be confirmed. One that is confirmed already stays, and who
/// was signed out meanwhile leaves none.
///
/// # Errors
/// When the database or the random source fails.
pub fn begin(tx: &mut Tx<'_>, keys: &Keys, session: &StaffSession, now: Timestamp) -> Result<()> {
    if sessions::is_open(tx, session.id, now)? {
        store::put(tx, session.staff, &app::mint(keys, session.staff)?, now)?;
    }
    Ok(())
}

/// A secret that waits to be confirmed, as the person takes it over.
pub struct Offer {
    /// The secret in groups of four.
    pub words: Zeroizing<String>,
    /// How many modules the QR code is wide, and its dark ones as a path.
    pub picture: (usize, Zeroizing<String>),
}

/// The secret that waits to be confirmed, if one does.
///
/// # Errors
/// When the database fails or the secret can't be opened.
pub fn offer(
    tx: &mut Tx<'_>,
    keys: &Keys,
    staff: StaffId,
    (supplier, email): (&str, &str),
    now: Timestamp,
) -> Result<Option<Offer>> {
    let found = store::find(tx, staff)?.filter(|found| found.confirmed_at.is_none());
    let Some(found) = found.filter(|found| now.since(found.created_at) < CONFIRMING) else { return Ok(None) };
    let secret = app::open(keys, staff, &found.sealed)?;
    Ok(Some(Offer { words: app::words(&secret), picture: app::picture(&secret, supplier, email)? }))
}

/// Takes the first code of a new app; gives the recovery codes, once. Who was signed out
/// meanwhile sets none up.
///
/// # Errors
/// When the database or the random source fails.
pub fn confirm(
    tx: &mut Tx<'_>,
    (keys, actor): (&Keys, &Actor),
    session: &StaffSession,
    code: &str,
    now: Timestamp,
) -> Result<Result<Vec<Zeroizing<String>>, Taken>> {
    let staff = session.staff;
    if !sessions::is_open(tx, session.id, now)? {
        return Ok(Err(Taken::Refused));
    }
    if let Some(until) = waits(tx, staff, Means::App, now)? {
        return Ok(Err(Taken::Wait(until)));
    }
    let Some(found) = store::find(tx, staff)?.filter(|found| now.since(found.created_at) < CONFIRMING) else {
        return Ok(Err(Taken::Refused));
    };
    let secret = app::open(keys, staff, &found.sealed)?;
    let Some(step) = app::step(&secret, code, now) else { return Ok(Err(Taken::Refused)) };
    note_first(tx, staff, now)?;
    if !store::confirm(tx, staff, step, now)? {
        return Ok(Err(Taken::Refused));
    }
    forgive(tx, staff)?;
    audit::record(tx, actor, now, Event::FactorAdded, About::staff(staff).with("factor", "app"))?;
    notice::tell(tx, Owner::Staff(staff), Change::AppAdded, now)?;
    fresh_codes(tx, keys, actor, staff, now).map(Ok)
}

/// Makes new recovery codes, shown once; earlier ones are void.
///
/// # Errors
/// When the database or the random source fails.
pub fn fresh_codes(
    tx: &mut Tx<'_>,
    keys: &Keys,
    actor: &Actor,
    staff: StaffId,
    now: Timestamp,
) -> Result<Vec<Zeroizing<String>>> {
    store::clear_codes(tx, staff)?;
    let codes = app::mint_codes(keys, staff)?;
    for (_, digest) in &codes {
        store::add_code(tx, staff, *digest)?;
    }
    audit::record(tx, actor, now, Event::RecoveryCodesMade, About::staff(staff))?;
    Ok(codes.into_iter().map(|(text, _)| text).collect())
}

/// Makes new recovery codes at the wish of who has a second factor, who is told.
///
/// # Errors
/// As for [`fresh_codes`].
pub fn renew_codes(
    tx: &mut Tx<'_>,
    keys: &Keys,
    actor: &Actor,
    staff: StaffId,
    now: Timestamp,
) -> Result<Vec<Zeroizing<String>>> {
    notice::tell(tx, Owner::Staff(staff), Change::RecoveryCodesMade, now)?;
    fresh_codes(tx, keys, actor, staff, now)
}

/// Takes a code of the app, or a recovery code: each is good once.
///
/// # Errors
/// When the database fails or the secret can't be opened.
pub fn take(
    tx: &mut Tx<'_>,
    (keys, actor): (&Keys, &Actor),
    staff: StaffId,
    typed: &str,
    now: Timestamp,
) -> Result<Taken> {
    let recovery = app::digest_of_typed(keys, staff, typed);
    let means = if recovery.is_some() { Means::RecoveryCode } else { Means::App };
    if let Some(until) = waits(tx, staff, means, now)? {
        return Ok(Taken::Wait(until));
    }
    let step = match store::find(tx, staff)?.filter(|found| found.confirmed_at.is_some()) {
        Some(found) => app::step(&app::open(keys, staff, &found.sealed)?, typed, now),
        None => None,
    };
    let good = match step {
        Some(step) => store::take_step(tx, staff, step)?,
        None => takes_recovery(tx, actor, (staff, recovery), now)?,
    };
    if good {
        forgive(tx, staff)?;
        return Ok(Taken::Good);
    }
    audit::record(tx, actor, now, Event::FactorRefused, About::staff(staff))?;
    Ok(Taken::Refused)
}

fn takes_recovery(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (staff, digest): (StaffId, Option<Digest>),
    now: Timestamp,
) -> Result<bool> {
    let Some(digest) = digest else { return Ok(false) };
    let good = store::take_code(tx, staff, digest, now)?;
    if good {
        audit::record(tx, actor, now, Event::RecoveryCodeUsed, About::staff(staff))?;
        notice::tell(tx, Owner::Staff(staff), Change::RecoveryCodeUsed, now)?;
    }
    Ok(good)
}

/// Counts one try at someone's second factor; `None` when it may be made, else until
/// when it has to wait.
///
/// # Errors
/// When the database fails.
pub(super) fn waits(
    tx: &mut Tx<'_>,
    staff: StaffId,
    means: Means,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    Ok(throttle::attempt(tx, &[means.counter(staff)], now)?.until())
}

/// Forgets the tries counted, once one was good.
///
/// # Errors
/// When the database fails.
pub(super) fn forgive(tx: &mut Tx<'_>, staff: StaffId) -> Result<()> {
    for means in Means::ALL {
        throttle::forget(tx, &means.counter(staff))?;
    }
    Ok(())
}

/// Lets someone in whose session waits for the second factor: a session of full
/// rights with a token of its own takes its place.
///
/// # Errors
/// When the database fails.
pub fn prove(
    tx: &mut Tx<'_>,
    (keys, actor): (&Keys, &Actor),
    session: &StaffSession,
    (typed, place): (&str, &Place),
    now: Timestamp,
) -> Result<Result<Token, Taken>> {
    match take(tx, (keys, actor), session.staff, typed, now)? {
        Taken::Good => {}
        refused => return Ok(Err(refused)),
    }
    let Some(token) = sessions::let_in(tx, session, place, now)? else { return Ok(Err(Taken::Refused)) };
    audit::record(tx, actor, now, Event::SignedIn, About::staff(session.staff))?;
    Ok(Ok(token))
}

/// Removes someone's app; with their last factor go the recovery codes.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, staff: StaffId, now: Timestamp) -> Result<()> {
    if store::remove(tx, staff)? {
        audit::record(tx, actor, now, Event::FactorRemoved, About::staff(staff).with("factor", "app"))?;
        notice::tell(tx, Owner::Staff(staff), Change::AppRemoved, now)?;
    }
    clear_codes_of_nothing(tx, staff)
}

/// Notes that someone is about to get a factor: whoever has none has one since then,
/// and no recovery codes from before.
///
/// # Errors
/// When the database fails.
pub(super) fn note_first(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<()> {
    store::note_first(tx, staff, now)?;
    clear_codes_of_nothing(tx, staff)
}

/// Forgets a secret that was shown and not confirmed: it may be known to somebody else.
///
/// # Errors
/// When the database fails.
pub fn forget_offer(tx: &mut Tx<'_>, staff: StaffId) -> Result<()> {
    Ok(store::forget_offer(tx, staff)?)
}

/// Recovery codes stand in for a factor: without one they are void.
///
/// # Errors
/// When the database fails.
pub(super) fn clear_codes_of_nothing(tx: &mut Tx<'_>, staff: StaffId) -> Result<()> {
    if !sessions::has_factor(tx, staff)? {
        store::clear_codes(tx, staff)?;
    }
    Ok(())
}

/// Makes a second factor a must for a role, so many days from now on, or no
/// longer one. Says whether that changed anything.
///
/// # Errors
/// [`Error::NotAllowed`] for anyone but Owners and the operator,
/// [`Error::NotFound`] when there is no such role.
pub fn demand(
    tx: &mut Tx<'_>,
    actor: &Actor,
    role: RoleId,
    days: Option<i64>,
    now: Timestamp,
) -> Result<bool> {
    if !people::hand(tx, actor)?.owner {
        return Err(Error::NotAllowed);
    }
    if store::demanded(tx, role)? == days {
        return Ok(false);
    }
    if !store::demand(tx, role, days, days.map(|_| now))? {
        return Err(Error::NotFound);
    }
    let event = if days.is_some() { Event::SecondFactorEnforced } else { Event::SecondFactorReleased };
    audit::record(tx, actor, now, event, About::default().with("role", role))?;
    Ok(true)
}

/// How many days of grace a role gives that demands a second factor.
///
/// # Errors
/// When the database fails.
pub fn demanded(tx: &mut Tx<'_>, role: RoleId) -> Result<Option<i64>> {
    Ok(store::demanded(tx, role)?)
}
