//! A lost device: an Owner, or the operator, has a link and a code mailed. Only
//! who has both, and the password, takes the second factor off; until then it
//! stays.

use passwords::{Known, Matched, Own, Password};

use crate::actor::{Actor, Door, StaffActor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::StaffId;
use crate::kernel::{Timestamp, Token};
use crate::notice::{self, Change};
use crate::passkeys::Owner;
use crate::sessions::{self, Place};
use crate::staff::people;
use crate::staff::recovery::{self, Purpose};
use crate::staff::store::{self, Pending, Try};

/// Has a link and a code mailed to someone who lost their device.
///
/// # Errors
/// [`Error::NotAllowed`] for anyone but Owners and the operator, and for
/// oneself; [`Error::NotFound`] for who does not work here or has no factor.
pub fn request(tx: &mut Tx<'_>, actor: &Actor, id: StaffId, now: Timestamp) -> Result<()> {
    let hand = people::hand(tx, actor)?;
    if !hand.owner || hand.is(id) {
        return Err(Error::NotAllowed);
    }
    let staff = store::find(tx, id)?.filter(|staff| staff.active).ok_or(Error::NotFound)?;
    if !sessions::has_factor(tx, id)? {
        return Err(Error::NotFound);
    }
    recovery::start(tx, actor, &staff, recovery::Reason::LostDevice, now)?;
    Ok(())
}

/// What came of link, code and password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// The second factor is off, and they are signed out everywhere.
    Done,
    /// The code is wrong; so many tries are left.
    WrongCode(i64),
    /// The password is wrong; the try counts.
    WrongPassword,
    /// The link was used, is void, or ran out.
    NoLongerGood,
}

/// Takes the second factor off, by link, code and password.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn confirm(app: &App, token: Token, code: &str, password: Password, place: Place) -> Result<Reset> {
    let (now, digest) = (app.clock.now(), token.digest());
    let find = app.db.read(move |tx| store::reset_by_token(tx, digest, Purpose::SecondFactor, now));
    let Some(pending) = find.await? else { return Ok(Reset::NoLongerGood) };
    let code = recovery::digest_of_typed(&token, code);
    match app.db.write(move |tx| store::try_code(tx, digest, code, now)).await? {
        Try::Right => {}
        Try::Wrong { left } => return Ok(Reset::WrongCode(left)),
        Try::Void => return Ok(Reset::NoLongerGood),
    }
    let known = Known { own: pending.staff.password.clone().map(Own::Hash), ..Known::default() };
    let (matched, _) = app.passwords.check(password, known).await?;
    if !matches!(matched, Matched::Own { .. }) {
        return Ok(Reset::WrongPassword);
    }
    let now = app.clock.now();
    app.db.write(move |tx| take_off(tx, &pending, &place, now)).await
}

fn take_off(tx: &mut Tx<'_>, pending: &Pending, place: &Place, now: Timestamp) -> Result<Reset> {
    let staff = &pending.staff;
    let text = |hash: Option<&passwords::Hash>| hash.map(|hash| hash.as_str().to_owned());
    let found = store::find(tx, staff.id)?.filter(|found| found.active);
    let same = found.is_some_and(|found| text(found.password.as_ref()) == text(staff.password.as_ref()));
    if !same || !store::finish_reset(tx, pending.id, now)? {
        return Ok(Reset::NoLongerGood);
    }
    super::young::remove_all(tx, staff.id)?;
    sessions::end_all_of_staff(tx, staff.id, now)?;
    let who = Who::Staff(StaffActor { id: staff.id, permissions: staff.permissions.clone() });
    let actor = Actor { who, door: Door::Portal, address: place.address.clone() };
    audit::record(tx, &actor, now, Event::FactorsReset, About::staff(staff.id))?;
    notice::tell(tx, Owner::Staff(staff.id), Change::FactorsReset, now)?;
    Ok(Reset::Done)
}
