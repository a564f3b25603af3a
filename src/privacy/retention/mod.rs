//! Keeping nothing longer than the retention times say: once a day, by one
//! node, a little at a time so that others can write in between.

mod store;

use std::time::Duration;

use crate::actor::{Act, Actor};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::change_requests;
use crate::db::{self, Tx};
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::mail;
use crate::sessions;

/// How often the times are applied.
const EVERY: Duration = Duration::from_hours(24);
/// How long a node may be at one step before another takes over.
const LEASE: Duration = Duration::from_mins(10);
/// Rows that go in one transaction.
const AT_ONCE: i64 = 500;

/// Removes at most so many rows from before then; gives how many went.
type Step = fn(&mut Tx<'_>, Timestamp, i64) -> Result<u64, db::Error>;

/// Applies the retention times if that is due and no other node is at it. Safe
/// to do twice, and to break off anywhere: the next one goes on.
///
/// # Errors
/// When the database fails.
pub async fn apply(app: &App) -> Result<()> {
    let now = app.clock.now();
    if !app.db.write(move |tx| store::claim(tx, now.minus(EVERY), now, now.plus(LEASE))).await? {
        return Ok(());
    }
    let kept = &app.config.retention;
    let steps: [(Duration, Step); 6] = [
        (kept.sessions, sessions::forget_old),
        (kept.mails, store::remove_email_changes),
        (kept.mails, mail::blank_old),
        (kept.mails, mail::remove_old_notices),
        (kept.mails, change_requests::blank_old),
        (kept.addresses, audit::blank_old_addresses),
    ];
    for (kept, step) in steps {
        in_steps(app, now.minus(kept), step).await?;
    }
    app.db.write(move |tx| finish(tx, now)).await?;
    if let Some(kept) = kept.audit {
        app.db.write(move |tx| audit::shorten(tx, now.minus(kept), now)).await?;
        while app.db.write(|tx| audit::shortened(tx, AT_ONCE)).await? > 0 {}
    }
    Ok(())
}

/// Does one step until nothing is left, and counts with each transaction, so
/// that a node that dies leaves the right number.
async fn in_steps(app: &App, before: Timestamp, step: Step) -> Result<()> {
    loop {
        let until = app.clock.now().plus(LEASE);
        let gone = app
            .db
            .write(move |tx| {
                let gone = step(tx, before, AT_ONCE)?;
                store::count(tx, i64::try_from(gone).unwrap_or(0), until)?;
                Ok::<_, db::Error>(gone)
            })
            .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

/// Writes down when the times were applied and, if anything went, how much.
fn finish(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let gone = usize::try_from(store::finish(tx, now)?).unwrap_or(0);
    if gone > 0 {
        audit::record(
            tx,
            &Actor::system(),
            now,
            Event::RecordsRemoved,
            About::default().with("count", gone),
        )?;
    }
    Ok(())
}

/// When the retention times were applied last, for who may see the trail.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not.
pub fn applied_at(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<Timestamp>> {
    if !actor.may(Act::ViewAudit) {
        return Err(Error::NotAllowed);
    }
    Ok(store::applied_at(tx)?)
}
