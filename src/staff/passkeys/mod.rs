//! Passkeys of staff: beside the password as the second factor, or alone as
//! both.

pub mod portal;

use zeroize::Zeroizing;

use super::factors::{self, Means};
use super::sign_in::{SignIn, may_enter};
use super::{fresh, store};
use crate::actor::{Actor, Door, StaffActor, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{PasskeyId, StaffId};
use crate::kernel::{Timestamp, Token};
use crate::keys::Keys;
use crate::notice::{self, Change};
use crate::passkeys::{self, Added, Answer, Begun, Owner, Proved, RelyingParty};
use crate::refusals;
use crate::sessions::{self, Place, StaffSession};

/// Begins to add a passkey to whoever is signed in and proved lately that it
/// is them.
///
/// # Errors
/// [`Error::NotAllowed`] when they did not, or have too many.
pub fn begin_adding(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    session: &StaffSession,
    now: Timestamp,
) -> Result<Begun> {
    if !fresh::is_fresh(session, now) {
        return Err(Error::NotAllowed);
    }
    let staff = store::find(tx, session.staff)?.ok_or(Error::NotFound)?;
    let names = (staff.email.as_str(), staff.name.as_str());
    passkeys::begin_adding(tx, party, (Owner::Staff(staff.id), session.id), names, now)
}

/// What adding a passkey gave: `None` when it was refused, else recovery codes
/// if they had none.
pub type Codes = Option<Vec<Zeroizing<String>>>;

/// Adds a passkey, unless they were signed out meanwhile.
///
/// # Errors
/// When the database or the random source fails.
pub fn add(
    tx: &mut Tx<'_>,
    (party, keys, actor): (&RelyingParty, Option<&Keys>, &Actor),
    session: &StaffSession,
    (answer, name): (&Answer, &str),
    now: Timestamp,
) -> Result<Codes> {
    let staff = session.staff;
    if !sessions::is_open(tx, session.id, now)? {
        return Ok(None);
    }
    factors::note_first(tx, staff, now)?;
    if passkeys::add(tx, party, (Owner::Staff(staff), session.id), (answer, name), now)? == Added::Refused {
        return Ok(None);
    }
    audit::record(tx, actor, now, Event::FactorAdded, about(staff))?;
    notice::tell(tx, Owner::Staff(staff), Change::PasskeyAdded, now)?;
    match keys {
        Some(keys) if factors::codes_left(tx, staff)? == 0 => {
            factors::fresh_codes(tx, keys, actor, staff, now).map(Some)
        }
        _ => Ok(Some(Vec::new())),
    }
}

/// Removes one of their passkeys; with their last factor go the recovery codes.
///
/// # Errors
/// [`Error::NotAllowed`] when they did not prove lately that it is them,
/// [`Error::NotFound`] when it is not theirs.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    session: &StaffSession,
    id: PasskeyId,
    now: Timestamp,
) -> Result<()> {
    if !fresh::is_fresh(session, now) {
        return Err(Error::NotAllowed);
    }
    if !passkeys::remove(tx, Owner::Staff(session.staff), id)? {
        return Err(Error::NotFound);
    }
    audit::record(tx, actor, now, Event::FactorRemoved, about(session.staff))?;
    notice::tell(tx, Owner::Staff(session.staff), Change::PasskeyRemoved, now)?;
    factors::clear_codes_of_nothing(tx, session.staff)
}

/// Asks whoever has a session, even one that waits for the second factor, for
/// one of their passkeys.
///
/// # Errors
/// [`Error::NotFound`] when they have none.
pub fn begin_proving(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    session: &StaffSession,
    now: Timestamp,
) -> Result<Begun> {
    let owner = (Owner::Staff(session.staff), session.id);
    passkeys::begin_proving(tx, party, owner, now)?.ok_or(Error::NotFound)
}

/// Whether an answer proves that whoever has the session is there.
fn is_good(
    tx: &mut Tx<'_>,
    (party, actor): (&RelyingParty, &Actor),
    session: &StaffSession,
    answer: &Answer,
    now: Timestamp,
) -> Result<bool> {
    let owner = Owner::Staff(session.staff);
    let proved = passkeys::prove(tx, party, (owner, session.id), answer, now)?;
    if proved == Proved::By(owner) {
        return Ok(true);
    }
    audit::record(tx, actor, now, Event::FactorRefused, copied(proved, about(session.staff)))?;
    Ok(false)
}

/// Lets someone in whose session waits for the second factor, by a passkey;
/// `None` when it is refused.
///
/// # Errors
/// When the database or the random source fails.
pub fn let_in(
    tx: &mut Tx<'_>,
    (party, actor): (&RelyingParty, &Actor),
    session: &StaffSession,
    (answer, place): (&Answer, &Place),
    now: Timestamp,
) -> Result<Option<Token>> {
    let waits = factors::waits(tx, session.staff, Means::Passkey, now)?;
    if waits.is_some() || !is_good(tx, (party, actor), session, answer, now)? {
        return Ok(None);
    }
    factors::forgive(tx, session.staff)?;
    let Some(token) = sessions::let_in(tx, session, place, now)? else { return Ok(None) };
    audit::record(tx, actor, now, Event::SignedIn, about(session.staff))?;
    Ok(Some(token))
}

/// Takes a passkey as the proof that it is still them; says whether it is good.
///
/// # Errors
/// When the database fails.
pub fn confirm(
    tx: &mut Tx<'_>,
    (party, actor): (&RelyingParty, &Actor),
    session: &StaffSession,
    answer: &Answer,
    now: Timestamp,
) -> Result<bool> {
    Ok(factors::waits(tx, session.staff, Means::Passkey, now)?.is_none()
        && is_good(tx, (party, actor), session, answer, now)?
        && sessions::note_proof(tx, session.id, now)?)
}

/// Signs a staff user in by a passkey alone, through a door their kind may use.
///
/// # Errors
/// When the database or the random source fails.
pub fn sign_in(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    answer: &Answer,
    (door, place): (Door, &Place),
    now: Timestamp,
) -> Result<SignIn> {
    let Some(proved) = passkeys::who(tx, party, answer, place, now)? else { return Ok(SignIn::Refused) };
    let staff = match proved {
        Proved::By(Owner::Staff(id)) | Proved::Copied(Owner::Staff(id)) => store::find(tx, id)?,
        _ => None,
    };
    let staff = match staff {
        Some(staff) if may_enter(&staff, door) && matches!(proved, Proved::By(_)) => staff,
        staff => {
            let is_they = staff.as_ref().is_some_and(|staff| staff.active) && matches!(proved, Proved::By(_));
            let whose = staff.map(|staff| copied(proved, about(staff.id)));
            let actor = Actor { who: Who::Nobody, door, address: place.address.clone() };
            refusals::sign_in(tx, &actor, whose, now)?;
            return Ok(if is_they { SignIn::OtherDoor } else { SignIn::Refused });
        }
    };
    passkeys::forgive(tx, place)?;
    store::note_sign_in(tx, staff.id, None, now)?;
    let who = Who::Staff(StaffActor { id: staff.id, permissions: staff.permissions });
    let actor = Actor { who, door, address: place.address.clone() };
    audit::record(tx, &actor, now, Event::SignedIn, about(staff.id))?;
    Ok(SignIn::Welcome(sessions::start_full_for_staff(tx, staff.id, place, now)?, staff.id))
}

fn about(staff: StaffId) -> About {
    About::staff(staff).with("factor", "passkey")
}

/// Notes that there may be a copy of the key, where that is why.
fn copied(proved: Proved, about: About) -> About {
    if matches!(proved, Proved::Copied(_)) { about.with("factor", "copied-passkey") } else { about }
}
