//! How staff sign in, with their e-mail address. Guessing is slow for strangers and
//! not for them, as on the website (docs/security.md).

use std::sync::Arc;

use passwords::{Hash, Known, Matched, Own, Password, Turn};

use super::store::{self, Staff};
use crate::actor::{Actor, Door, StaffActor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::config::Limits;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::StaffId;
use crate::kernel::{EmailAddress, Timestamp, Token, network};
use crate::keys::Keys;
use crate::refusals;
use crate::sessions::known_device::{self, Holder, KnownDevice};
use crate::sessions::{self, Place};
use crate::throttle::Guess;

/// What someone sends to sign in.
pub struct Typed<'a> {
    /// An e-mail address, as typed.
    pub email: &'a str,
    /// Their password.
    pub password: Password,
    /// By what the device is known.
    pub device: Option<&'a str>,
}

/// What came of an attempt.
pub enum SignIn {
    /// In.
    Welcome(Token, StaffId),
    /// Not in: the password is right, but their work is behind the other door.
    OtherDoor,
    /// Not in, for whatever reason.
    Refused,
    /// Not tried: too many attempts came before, and the next one has to wait until
    /// then. Told alike whether anyone has that address or not.
    Wait(Timestamp),
}

/// What came of address and password at a door.
pub enum Entered<T> {
    /// What `enter` made of it.
    In(T),
    /// Both are right, but their kind doesn't come in here. Only who knows the
    /// password is told.
    OtherDoor,
    /// Not right, or not told why.
    Refused,
    /// Not looked at before then.
    Wait(Timestamp),
}

/// Signs a staff user in through a door their kind may use.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn sign_in(app: &App, typed: Typed<'_>, door: Door, place: Place) -> Result<SignIn> {
    let come = by_password(app, typed, door, place, |tx, staff, actor, place, now| {
        let (token, half) = sessions::start_for_staff(tx, staff, place, now)?;
        if !half {
            audit::record(tx, actor, now, Event::SignedIn, About::staff(staff))?;
        }
        Ok((token, staff))
    });
    Ok(match come.await? {
        Entered::In((token, staff)) => SignIn::Welcome(token, staff),
        Entered::OtherDoor => SignIn::OtherDoor,
        Entered::Refused => SignIn::Refused,
        Entered::Wait(until) => SignIn::Wait(until),
    })
}

/// Has a staff user `enter` a door their kind may use, in the transaction that
/// finds address and password right.
///
/// # Errors
/// Whatever `enter` returns, and when the database fails or too much is being
/// hashed.
pub async fn by_password<T, F>(
    app: &App,
    typed: Typed<'_>,
    door: Door,
    place: Place,
    mut enter: F,
) -> Result<Entered<T>>
where
    F: FnMut(&mut Tx<'_>, StaffId, &Actor, &Place, Timestamp) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    let now = app.clock.now();
    let attempt = Arc::new(Attempt::new(app, &typed, door, place));
    let counted = Arc::clone(&attempt);
    let found = app.db.write(move |tx| look_up(tx, &counted, now)).await?;
    if let Some(until) = found.waits {
        return Ok(Entered::Wait(until));
    }
    let Looked { staff, device, .. } = found;
    let own = staff.as_ref().filter(|staff| staff.active).and_then(|staff| staff.password.clone());
    let turn = Turn::new(network::household(&attempt.place.address), device.is_some());
    let known = Known { own: own.clone().map(Own::Hash), ..Known::default() };
    let (matched, typed) = app.passwords.check_for(&turn, typed.password, known).await?;
    let rehashed = match matched {
        Matched::Own { outdated: true } => Some(app.passwords.hash_for(&turn, typed).await?),
        _ => None,
    };
    let (matched, now) = (matches!(matched, Matched::Own { .. }), app.clock.now());
    app.db
        .write(move |tx| {
            let id = staff.as_ref().map(|staff| staff.id);
            if matched {
                attempt.forgive(tx, (id, device.as_ref()), now)?;
            }
            match &staff {
                Some(staff) if matched && may_enter(staff, door) => {
                    let Some(actor) = welcome(tx, staff, own.as_ref().zip(rehashed.as_ref()), &attempt, now)?
                    else {
                        return Ok(Entered::Refused);
                    };
                    enter(tx, staff.id, &actor, &attempt.place, now).map(Entered::In)
                }
                _ => {
                    let of = |id| {
                        let about = About::staff(id);
                        if matched { about.with("why", "other-door") } else { about }
                    };
                    refusals::sign_in(tx, &attempt.nobody(), id.map(of), now)?;
                    Ok(if matched { Entered::OtherDoor } else { Entered::Refused })
                }
            }
        })
        .await
}

/// Who has the address, from which device they come, and until when they have to
/// wait.
struct Looked {
    staff: Option<Staff>,
    device: Option<KnownDevice>,
    waits: Option<Timestamp>,
}

fn look_up(tx: &mut Tx<'_>, attempt: &Attempt, now: Timestamp) -> Result<Looked> {
    let staff = match &attempt.email {
        Some(email) => store::by_email(tx, email)?,
        None => None,
    };
    let id = staff.as_ref().map(|staff| staff.id);
    let mut device = match id {
        Some(id) => attempt.device(id, known_device::chosen_at_by_staff(tx, id)?, now),
        None => None,
    };
    let key = attempt.key();
    let guessed = attempt.guess(key.as_deref(), id).count(tx, nonce(device.as_ref()), now)?;
    if guessed.wait_begins {
        let about = id.map(About::staff).unwrap_or_default();
        audit::record(tx, &attempt.nobody(), now, Event::WaitBegan, about)?;
    }
    device.take_if(|_| !guessed.known);
    Ok(Looked { staff, device, waits: guessed.waits })
}

/// Whether someone may come in through a door.
pub(super) fn may_enter(staff: &Staff, door: Door) -> bool {
    staff.active
        && match door {
            Door::Api => true,
            Door::Sales => staff.kind.uses_sales(),
            _ => staff.kind.uses_portal(),
        }
}

/// Who says they are whom, through which door, and from where.
struct Attempt {
    /// What was typed, if it can be an address.
    email: Option<EmailAddress>,
    door: Door,
    place: Place,
    cookie: Option<String>,
    keys: Option<Keys>,
    limits: Limits,
}

impl Attempt {
    fn new(app: &App, typed: &Typed<'_>, door: Door, place: Place) -> Self {
        Self {
            email: EmailAddress::parse(typed.email).ok(),
            door,
            place,
            cookie: typed.device.map(str::to_owned),
            keys: app.keys.clone(),
            limits: app.config.limits,
        }
    }

    /// The device this comes from, if they signed in there before.
    fn device(&self, staff: StaffId, chosen_at: Option<Timestamp>, now: Timestamp) -> Option<KnownDevice> {
        let holder = Holder { who: staff.as_uuid(), chosen_at };
        known_device::recognise(self.keys.as_ref()?, self.cookie.as_deref()?, holder, now)
    }

    fn forgive(
        &self,
        tx: &mut Tx<'_>,
        (who, device): (Option<StaffId>, Option<&KnownDevice>),
        now: Timestamp,
    ) -> Result<()> {
        let key = self.key();
        Ok(self.guess(key.as_deref(), who).forgive(tx, nonce(device), now)?)
    }

    fn key(&self) -> Option<String> {
        self.email.as_ref().map(EmailAddress::key)
    }

    fn guess<'a>(&'a self, name: Option<&'a str>, staff: Option<StaffId>) -> Guess<'a> {
        let (address, limits) = (&self.place.address, &self.limits);
        Guess { what: "staff", name, address, contact: None, staff, limits }
    }

    fn nobody(&self) -> Actor {
        Actor { who: Who::Nobody, door: self.door, address: self.place.address.clone() }
    }
}

fn nonce(device: Option<&KnownDevice>) -> Option<&str> {
    device.map(|device| device.nonce.as_str())
}

/// Checks once more, in the transaction that starts the session, that nothing
/// changed while the password was hashed; gives as whom they act.
fn welcome(
    tx: &mut Tx<'_>,
    staff: &Staff,
    rehashed: Option<(&Hash, &Hash)>,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Option<Actor>> {
    let Attempt { door, place, .. } = attempt;
    let text = |staff: &Staff| staff.password.as_ref().map(|hash| hash.as_str().to_owned());
    let found = store::find(tx, staff.id)?;
    if !found.is_some_and(|found| found.active && text(&found) == text(staff)) {
        return Ok(None);
    }
    store::note_sign_in(tx, staff.id, rehashed, now)?;
    let who = Who::Staff(StaffActor { id: staff.id, permissions: staff.permissions.clone() });
    Ok(Some(Actor { who, door: *door, address: place.address.clone() }))
}
