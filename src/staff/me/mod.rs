//! A staff user's own page: their password, and where they are signed in.

pub mod portal;

use passwords::{Known, Matched, Own, Password, Problem};

use super::{factors, store};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::error::Result;
use crate::notice::{self, Change};
use crate::passkeys::Owner;
use crate::passkeys::lately::Lately;
use crate::sessions::{self, StaffSession};
use crate::throttle;

/// What came of changing one's own password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is set; all other sessions have ended.
    Done,
    /// It won't do.
    Refused(Vec<Problem>),
    /// It was changed from elsewhere meanwhile.
    Meanwhile,
}

/// Sets a new password for who proved that it is them; what was added lately of their
/// second factor goes, unless it is to stay.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn change_password(
    app: &App,
    session: &StaffSession,
    actor: &Actor,
    (new, lately): (Password, Lately),
) -> Result<Changed> {
    let (staff, id) = (session.staff, session.id);
    let known = app.db.read(move |tx| store::find(tx, staff)).await?.ok_or(crate::Error::NotFound)?;
    let (mut problems, new) = super::problems_of(app, new, (&known.email, &known.name)).await?;
    let own = known.password.clone().map(Own::Hash);
    let (matched, new) = app.passwords.check(new, Known { own, ..Known::default() }).await?;
    if matches!(matched, Matched::Own { .. }) {
        problems.push(Problem::IsCurrent);
    }
    if !problems.is_empty() {
        return Ok(Changed::Refused(problems));
    }
    let hash = app.passwords.hash(new).await?;
    let (now, actor) = (app.clock.now(), actor.clone());
    let text = |staff: &store::Staff| staff.password.as_ref().map(|hash| hash.as_str().to_owned());
    app.db
        .write(move |tx| {
            let same =
                store::find(tx, staff)?.is_some_and(|found| found.active && text(&found) == text(&known));
            if !same {
                return Ok(Changed::Meanwhile);
            }
            factors::forget_offer(tx, staff)?;
            if lately == Lately::Removed {
                factors::lately::remove(tx, &actor, staff, now)?;
            }
            store::set_password(tx, staff, &hash, now)?;
            throttle::start_anew_of_staff(tx, staff, &actor.address)?;
            store::void_resets(tx, staff, now)?;
            sessions::end_others_of_staff(tx, staff, Some(id), now)?;
            audit::record(tx, &actor, now, Event::PasswordChanged, About::staff(staff))?;
            notice::tell(tx, Owner::Staff(staff), Change::PasswordChanged, now)?;
            Ok(Changed::Done)
        })
        .await
}
