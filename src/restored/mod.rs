//! After a restore: the database is as it was when the copy was made, and the
//! world has gone on. What would do harm unasked is held, and a page says what a
//! person has to look at, until somebody signs it off.
//!
//! A mail that waited in the copy may have left since, so it is held and not sent;
//! a run may have reached others since, so it pauses; whoever was signed in may
//! have been signed out since, so everyone signs in again; and a new epoch begins,
//! so that clients that keep a copy of their customers begin anew.

pub mod portal;
mod store;

use crate::actor::{Actor, Who};
use crate::audit::{self, About, Event};
use crate::db::{self, Tx};
use crate::epoch::{self, Epoch};
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::MailId;
use crate::settings::must_change;
use crate::{jobs, mail, runs, sessions};

use store::Held;

/// Held mails that the page lists.
const LISTED: i64 = 200;

/// What a restore began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The epoch it began.
    pub epoch: Epoch,
    /// Mails that may have left.
    pub held: u64,
    /// Runs that were under way.
    pub paused: usize,
}

/// Makes a database that was brought back one that may be served: everything
/// that follows from a restore, in one transaction.
///
/// # Errors
/// When the database fails.
pub fn mark(tx: &mut Tx<'_>, now: Timestamp) -> Result<Marked> {
    let lost_since = audit::last_at(tx)?.unwrap_or(now);
    audit::record(tx, &Actor::operator(), now, Event::BackupRestored, About::default())?;
    let dropped = jobs::drop_requests(tx)?;
    let epoch = epoch::begin(tx, lost_since, i64::try_from(dropped).unwrap_or(i64::MAX), now)?;
    sessions::end_everyones(tx, now)?;
    let held = mail::hold_unfinished(tx, now)?;
    jobs::drop_mails(tx)?;
    jobs::release_all(tx, now)?;
    let paused = runs::pause_for_restore(tx, now)?;
    Ok(Marked { epoch, held, paused })
}

/// What is to be done after a restore.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The epoch it began.
    pub epoch: Epoch,
    /// How many mails may have left.
    pub held: i64,
    /// The oldest of them.
    pub mails: Vec<Held>,
    /// Runs that wait for a person.
    pub paused: usize,
}

impl Restored {
    /// Whether there are more held mails than are listed.
    pub fn has_more(&self) -> bool {
        self.held > LISTED
    }
}

/// The last restore; none when there was none.
///
/// # Errors
/// [`crate::Error::NotAllowed`] when the actor may not change settings.
pub fn read(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<Restored>> {
    must_change(actor)?;
    let Some(epoch) = epoch::current(tx)? else { return Ok(None) };
    let mut mails = store::held(tx, LISTED)?;
    if !actor.may_see_customers() || actor.bounded_by().is_some() {
        mails.iter_mut().for_each(Held::unnamed);
    }
    Ok(Some(Restored { epoch, held: store::count_held(tx)?, mails, paused: runs::paused_for_restore(tx)? }))
}

/// A restore that nobody has signed off, for who may do that.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<Epoch>, db::Error> {
    if must_change(actor).is_err() {
        return Ok(None);
    }
    Ok(epoch::current(tx)?.filter(|epoch| epoch.signed_off_at.is_none()))
}

/// Sends held mails after all: one, or every one. Gives how many.
///
/// # Errors
/// [`crate::Error::NotAllowed`] when the actor may not change settings.
pub fn send(tx: &mut Tx<'_>, actor: &Actor, which: Option<MailId>, now: Timestamp) -> Result<usize> {
    must_change(actor)?;
    let released = mail::release_held(tx, which)?;
    for id in &released {
        // One whose address was blanked meanwhile goes nowhere.
        if let Some(mail) = mail::find(tx, *id)? {
            mail::leave_to_workers(tx, &mail, now)?;
        }
    }
    note(tx, actor, Event::HeldMailsSent, released.len(), now)?;
    Ok(released.len())
}

/// Calls held mails back: one, or every one. Gives how many.
///
/// # Errors
/// As for [`send`].
pub fn discard(tx: &mut Tx<'_>, actor: &Actor, which: Option<MailId>, now: Timestamp) -> Result<usize> {
    must_change(actor)?;
    let released = mail::release_held(tx, which)?;
    for id in &released {
        mail::cancel(tx, *id, now)?;
    }
    note(tx, actor, Event::HeldMailsDropped, released.len(), now)?;
    Ok(released.len())
}

fn note(tx: &mut Tx<'_>, actor: &Actor, event: Event, count: usize, now: Timestamp) -> Result<()> {
    if count > 0 {
        audit::record(tx, actor, now, event, About::default().with("mails", count))?;
    }
    Ok(())
}

/// What came of signing off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOff {
    /// It is done, now or before.
    Done,
    /// Mails are still held.
    MailsWait,
}

/// Notes that all that follows from the last restore is done.
///
/// # Errors
/// As for [`send`].
pub fn sign_off(tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<SignedOff> {
    must_change(actor)?;
    if store::count_held(tx)? > 0 {
        return Ok(SignedOff::MailsWait);
    }
    let staff = if let Who::Staff(staff) = &actor.who { Some(staff.id) } else { None };
    if let Some(open) = open(tx, actor)?
        && epoch::sign_off(tx, open.id, staff, now)?
    {
        audit::record(tx, actor, now, Event::RestoreSignedOff, About::default())?;
    }
    Ok(SignedOff::Done)
}
