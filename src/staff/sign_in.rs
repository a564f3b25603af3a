//! How staff sign in, with their e-mail address.

use std::sync::Arc;
use std::time::Duration;

use passwords::{Hash, Known, Matched, Own, Password, Turn};

use super::store::{self, Staff};
use crate::actor::{Actor, Door, StaffActor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::StaffId;
use crate::kernel::{EmailAddress, Timestamp, Token, network};
use crate::sessions::{self, Place};
use crate::throttle::{self, Limit};

/// Failures for one address from one place.
const PER_PAIR: Limit = Limit { attempts: 10, window: Duration::from_mins(15) };
/// Failures for one address from everywhere (NIST 800-63B-4, 3.2.2).
const PER_ACCOUNT: Limit = Limit { attempts: 100, window: Duration::from_hours(1) };

/// What came of an attempt.
pub enum SignIn {
    /// In.
    Welcome(Token),
    /// Not in: the password is right, but their work is behind the other door.
    OtherDoor,
    /// Not in, for whatever reason.
    Refused,
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
}

/// Signs a staff user in through a door their kind may use.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn sign_in(app: &App, email: &str, typed: Password, door: Door, place: Place) -> Result<SignIn> {
    let come = by_password(app, (email, typed), door, place, |tx, staff, actor, place, now| {
        let (token, half) = sessions::start_for_staff(tx, staff, place, now)?;
        if !half {
            audit::record(tx, actor, now, Event::SignedIn, About::staff(staff))?;
        }
        Ok(token)
    });
    Ok(match come.await? {
        Entered::In(token) => SignIn::Welcome(token),
        Entered::OtherDoor => SignIn::OtherDoor,
        Entered::Refused => SignIn::Refused,
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
    (email, typed): (&str, Password),
    door: Door,
    place: Place,
    mut enter: F,
) -> Result<Entered<T>>
where
    F: FnMut(&mut Tx<'_>, StaffId, &Actor, &Place, Timestamp) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    let now = app.clock.now();
    let email = EmailAddress::parse(email).ok();
    let key = email.as_ref().map(EmailAddress::key).unwrap_or_default();
    let attempt = Arc::new(Attempt { email: key, door, place });
    let counted = Arc::clone(&attempt);
    let staff = app
        .db
        .write(move |tx| {
            // Narrowest first, as on the website.
            let allowed = throttle::allows(tx, "staff", &counted.pair(), PER_PAIR, now)?
                && throttle::allows(tx, "staff-as", &counted.email, PER_ACCOUNT, now)?;
            match email.as_ref().filter(|_| allowed) {
                Some(email) => store::by_email(tx, email),
                None => Ok(None),
            }
        })
        .await?;
    let own = staff.as_ref().filter(|staff| staff.active).and_then(|staff| staff.password.clone());
    let turn = Turn::new(network::household(&attempt.place.address), false);
    let known = Known { own: own.clone().map(Own::Hash), ..Known::default() };
    let (matched, typed) = app.passwords.check_for(&turn, typed, known).await?;
    let rehashed = match matched {
        Matched::Own { outdated: true } => Some(app.passwords.hash_for(&turn, typed).await?),
        _ => None,
    };
    let (matched, now) = (matches!(matched, Matched::Own { .. }), app.clock.now());
    app.db
        .write(move |tx| match &staff {
            Some(staff) if matched && may_enter(staff, door) => {
                let Some(actor) = welcome(tx, staff, own.as_ref().zip(rehashed.as_ref()), &attempt, now)?
                else {
                    return Ok(Entered::Refused);
                };
                enter(tx, staff.id, &actor, &attempt.place, now).map(Entered::In)
            }
            staff => {
                // Written down for unknown addresses too: the same work for all.
                let about = staff.as_ref().map(|staff| About::staff(staff.id)).unwrap_or_default();
                let about = if matched {
                    throttle::forgive(tx, "staff", &attempt.pair(), 1)?;
                    throttle::forgive(tx, "staff-as", &attempt.email, 1)?;
                    about.with("why", "other-door")
                } else {
                    about
                };
                let actor = Actor { who: Who::Nobody, door, address: attempt.place.address.clone() };
                audit::record(tx, &actor, now, Event::SignInRefused, about)?;
                Ok(if matched { Entered::OtherDoor } else { Entered::Refused })
            }
        })
        .await
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
    /// The key of the address typed; empty when it can't be one.
    email: String,
    door: Door,
    place: Place,
}

impl Attempt {
    fn pair(&self) -> String {
        throttle::pair(&self.email, &self.place.address)
    }
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
    let Attempt { email, door, place } = attempt;
    let text = |staff: &Staff| staff.password.as_ref().map(|hash| hash.as_str().to_owned());
    let found = store::find(tx, staff.id)?;
    if !found.is_some_and(|found| found.active && text(&found) == text(staff)) {
        return Ok(None);
    }
    throttle::forgive(tx, "staff", &attempt.pair(), PER_PAIR.attempts)?;
    throttle::forgive(tx, "staff-as", email, PER_ACCOUNT.attempts)?;
    store::note_sign_in(tx, staff.id, rehashed, now)?;
    let who = Who::Staff(StaffActor { id: staff.id, permissions: staff.permissions.clone() });
    Ok(Some(Actor { who, door: *door, address: place.address.clone() }))
}
