//! Fresh authentication: who does something grave proves once more that it is
//! them, unless they did within the last five minutes (ASVS 5.0, 7.5.3).

pub mod portal;

use std::time::Duration;

use passwords::{Known, Matched, Own, Password};

use super::factors::{self, Taken};
use super::store;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::config::Limit;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::sessions::{self, StaffSession};
use crate::throttle;
use zeroize::Zeroizing;

/// How long a proof counts.
const FRESH_FOR: Duration = Duration::from_mins(5);
/// Tries of one person.
const PER_PERSON: Limit = Limit { attempts: 10, window: Duration::from_mins(15) };

/// What came of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is them.
    Given,
    /// It is not good.
    Refused,
    /// Too many were not good; a while later they may try again.
    TooMany,
}

/// Whether whoever is signed in proved lately that it is them.
pub fn is_fresh(session: &StaffSession, now: Timestamp) -> bool {
    // A clock that was set back makes no proof last longer.
    now.since(session.proved_at) < FRESH_FOR && session.proved_at.since(now) < FRESH_FOR
}

/// Takes the password as proof for a session, with a code of the second factor
/// if they have one.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn prove(
    app: &App,
    session: &StaffSession,
    actor: &Actor,
    typed: Password,
    code: Zeroizing<String>,
) -> Result<Proof> {
    let (id, staff, now) = (session.id, session.staff, app.clock.now());
    let lately = is_fresh(session, now);
    let (allowed, known) = app
        .db
        .write(move |tx| {
            let allowed = throttle::allows(tx, "staff-proof", &staff.to_string(), PER_PERSON, now)?;
            Ok::<_, crate::Error>((allowed, store::find(tx, staff)?))
        })
        .await?;
    if !allowed {
        return Ok(Proof::TooMany);
    }
    let own = known.filter(|staff| staff.active).and_then(|staff| staff.password);
    let (matched, _) =
        app.passwords.check(typed, Known { own: own.clone().map(Own::Hash), ..Known::default() }).await?;
    let (matched, now, actor) = (matches!(matched, Matched::Own { .. }), app.clock.now(), actor.clone());
    let keys = app.keys.clone();
    app.db
        .write(move |tx| {
            let now_known = store::find(tx, staff)?.and_then(|staff| staff.password);
            let same =
                now_known.as_ref().map(passwords::Hash::as_str) == own.as_ref().map(passwords::Hash::as_str);
            let taken = match (matched && same, &keys) {
                (true, _) if !sessions::has_factor(tx, staff)? => Taken::Good,
                // Whoever has passkeys alone proves one first: then both factors are fresh.
                (true, _) if lately && code.is_empty() && !factors::has_app(tx, staff)? => Taken::Good,
                (true, Some(keys)) => factors::take(tx, (keys, &actor), staff, &code, now)?,
                _ => Taken::Refused,
            };
            if taken == Taken::Good && sessions::note_proof(tx, id, now)? {
                throttle::forgive(tx, "staff-proof", &staff.to_string(), PER_PERSON.attempts)?;
                return Ok(Proof::Given);
            }
            if matched {
                // The password is right; codes have counters of their own.
                throttle::forgive(tx, "staff-proof", &staff.to_string(), 1)?;
            }
            if let Taken::Wait(_) = taken {
                return Ok(Proof::TooMany);
            }
            audit::record(tx, &actor, now, Event::SignInRefused, About::staff(staff))?;
            Ok(Proof::Refused)
        })
        .await
}
