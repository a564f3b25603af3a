//! Devices of staff users: the sales app's and those of other programs. Signing
//! one in, renaming, revoking and signing it out; its tokens are the business
//! of `sessions::devices`.

pub mod api;
mod me;
pub mod sales;

use passwords::Password;
use zeroize::Zeroizing;

use crate::actor::{Actor, Door, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{SessionId, StaffId};
use crate::kernel::text::{self, TextError};
use crate::kernel::{Digest, Timestamp, Token};
use crate::passkeys::{self, Owner};
use crate::sessions::devices::{self, Refreshed, Tokens};
use crate::sessions::{self, Device, Place, StaffSession};
use crate::staff::factors::{self, Taken};
use crate::staff::sign_in::{Entered, Typed};
use crate::staff::{people, sign_in};

/// Longest name of a device, in characters.
const NAME: usize = 60;

/// What a device is called by its owner.
#[derive(Clone, Debug)]
pub struct Name(String);

impl Name {
    /// The name in what was typed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        text::one_line(typed, NAME).map(Self)
    }
}

/// What a staff user signs a device in with.
pub struct Credentials {
    /// Their e-mail address, as typed.
    pub email: String,
    /// Their password.
    pub password: Password,
    /// The code of the authenticator app or a recovery code, if they sent one.
    pub code: Option<Zeroizing<String>>,
}

/// What came of signing a device in.
#[derive(Debug)]
pub enum SignIn {
    /// It is in.
    Welcome(Box<Device>, Tokens),
    /// The password is right; one of these factors is needed, too.
    NeedsFactor {
        /// The authenticator app.
        app: bool,
        /// A passkey.
        passkey: bool,
    },
    /// Not in, for whatever reason.
    Refused,
    /// Not tried: the next attempt has to wait until then.
    Wait(Timestamp),
    /// They have as many devices as they may; this one was used least lately.
    TooMany(Box<Device>),
}

/// What came of making a device.
pub enum Started {
    /// It is in.
    Device(Box<Device>, Tokens),
    /// Their owner has as many as they may; this one was used least lately.
    TooMany(Box<Device>),
}

/// Signs a device in by e-mail address, password and, for whoever has a second
/// factor, a code: in one step, so that nothing half is left behind.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn sign_in(app: &App, with: Credentials, name: Name, place: Place) -> Result<SignIn> {
    let (keys, code) = (app.keys.clone(), with.code);
    let entered = sign_in::by_password(
        app,
        Typed { email: &with.email, password: with.password, device: None },
        Door::Api,
        place,
        move |tx, staff, actor, place, now| {
            if sessions::has_factor(tx, staff)? {
                let (Some(code), Some(keys)) = (&code, &keys) else {
                    let app = factors::has_app(tx, staff)?;
                    return Ok(SignIn::NeedsFactor {
                        app,
                        passkey: !passkeys::list(tx, Owner::Staff(staff))?.is_empty(),
                    });
                };
                if factors::take(tx, (keys, actor), staff, code, now)? != Taken::Good {
                    return Ok(SignIn::Refused);
                }
            }
            Ok(match start(tx, (actor, now), (staff, &name), place, now)? {
                Started::Device(device, tokens) => SignIn::Welcome(device, tokens),
                Started::TooMany(oldest) => SignIn::TooMany(oldest),
            })
        },
    );
    Ok(match entered.await? {
        Entered::In(outcome) => outcome,
        Entered::OtherDoor | Entered::Refused => SignIn::Refused,
        Entered::Wait(until) => SignIn::Wait(until),
    })
}

fn start(
    tx: &mut Tx<'_>,
    (actor, proved_at): (&Actor, Timestamp),
    (staff, name): (StaffId, &Name),
    place: &Place,
    now: Timestamp,
) -> Result<Started> {
    if let Some(oldest) = devices::one_too_many(tx, staff, now)? {
        return Ok(Started::TooMany(Box::new(oldest)));
    }
    let tokens = devices::start(tx, (staff, proved_at), &name.0, place, now)?;
    audit::record(tx, actor, now, Event::DeviceSignedIn, About::staff(staff))?;
    Ok(Started::Device(Box::new(find(tx, tokens.device)?), tokens))
}

/// Makes a device of the browser in which someone is signed in to the sales
/// app; the one whose refresh token it held before is signed out.
///
/// # Errors
/// When the database or the random source fails.
pub fn start_from(
    tx: &mut Tx<'_>,
    (actor, session): (&Actor, &StaffSession),
    (name, before): (&Name, Option<Digest>),
    place: &Place,
    now: Timestamp,
) -> Result<Started> {
    if let Some(before) = before {
        devices::end_by_refresh(tx, before, now)?;
    }
    start(tx, (actor, session.proved_at), (session.staff, name), place, now)
}

/// Takes a refresh token for a new pair. One that was spent before means that
/// there is a copy: its device is revoked, and the trail says so.
///
/// # Errors
/// When the database or the random source fails.
pub fn refresh(
    tx: &mut Tx<'_>,
    (token, key): (&Token, Option<Digest>),
    (door, place): (Door, &Place),
    now: Timestamp,
) -> Result<Refreshed> {
    let refreshed = devices::refresh(tx, (token, key), &place.lasts, now)?;
    if let Refreshed::Reused(_, staff) = refreshed {
        let actor = Actor { who: Who::Nobody, door, address: place.address.clone() };
        audit::record(tx, &actor, now, Event::RefreshTokenReused, About::staff(staff))?;
    }
    Ok(refreshed)
}

/// A device that goes on.
///
/// # Errors
/// [`Error::NotFound`] when it doesn't.
pub fn find(tx: &mut Tx<'_>, device: SessionId) -> Result<Device> {
    devices::current(tx, device)?.ok_or(Error::NotFound)
}

/// Gives a device another name.
///
/// # Errors
/// [`Error::NotFound`] when it was ended meanwhile.
pub fn rename(tx: &mut Tx<'_>, device: SessionId, name: &Name) -> Result<Device> {
    devices::rename(tx, device, &name.0)?;
    find(tx, device)
}

/// Revokes a device of the one who asks. A browser's session is none.
///
/// # Errors
/// [`Error::NotFound`] when they have no such device.
pub fn revoke(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (staff, device): (StaffId, SessionId),
    now: Timestamp,
) -> Result<()> {
    find(tx, device)?;
    people::sign_out(tx, actor, (staff, Some(device)), None, now)
}

/// Signs a device out, which is not revoking it.
///
/// # Errors
/// When the database fails.
pub fn sign_out(tx: &mut Tx<'_>, actor: &Actor, session: &StaffSession, now: Timestamp) -> Result<()> {
    if sessions::end(tx, session.id, now)? {
        audit::record(tx, actor, now, Event::SignedOut, About::staff(session.staff))?;
    }
    Ok(())
}
