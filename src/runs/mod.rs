//! One act for many: inviting, access on or off, activating, deactivating,
//! assigning a territory (promise 14).
//!
//! A run is drafted from a list ([`draft`]), so that everyone sees beforehand
//! whom it reaches and why others are left out; then it is started ([`start`])
//! and a worker takes it further, step by step ([`advance`]), at the pace that
//! was chosen. Each step checks again, and what it did is written in the same
//! transaction: after a crash the run goes on where it was, and nobody is
//! reached twice.

mod advance;
mod draft;
mod holding;
mod items;
pub mod portal;
mod rules;
mod start;
mod store;
mod view;

use std::time::Duration;

use crate::actor::{self, Actor, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Lane, Turn};
use crate::kernel::Timestamp;
use crate::kernel::id::{RunId, StaffId, TerritoryId};
use crate::kernel::names;
use crate::listing::List;
use crate::{recovery, staff};

pub use advance::advance;
pub use draft::{Candidate, Chosen, Plan, draft};
pub use holding::{failed, go_on, hold, pause_for_restore, paused_for_restore, why as reason};
pub use items::blank_domains;
pub use items::{Stage, Tally};
pub use rules::Reason;
pub use start::{Started, start};
pub use store::Run;
pub use view::{RunView, label, why};

names! {
    /// What is done to each, in the order a page offers them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Act {
        /// Contacts are sent the website invitation.
        Invite = "invite",
        /// Contacts' website access is turned on.
        AccessOn = "access-on",
        /// Contacts' website access is turned off.
        AccessOff = "access-off",
        /// Retailers are put into a territory.
        AssignTerritory = "assign-territory",
        /// Contacts or retailers are activated.
        Activate = "activate",
        /// Contacts or retailers are deactivated.
        Deactivate = "deactivate",
    }
}

impl Act {
    /// Whether it is done to what this list holds.
    pub const fn fits(self, list: List) -> bool {
        match self {
            Self::Invite | Self::AccessOn | Self::AccessOff => matches!(list, List::Contacts),
            Self::AssignTerritory => matches!(list, List::Retailers),
            Self::Activate | Self::Deactivate => true,
        }
    }

    /// Whether the actor may do it to many.
    pub fn is_allowed(self, actor: &Actor) -> bool {
        match self {
            Self::Invite => actor.may(actor::Act::BulkInvite) && actor.may(actor::Act::TriggerReset),
            Self::AccessOn | Self::AccessOff => actor.may(actor::Act::ChangeSignIn),
            Self::Activate | Self::AssignTerritory => actor.may_edit_customers(),
            Self::Deactivate => actor.may_edit_customers() && actor.may(actor::Act::ChangeSignIn),
        }
    }

    /// The acts that the actor may do to what a list holds.
    pub fn choices(actor: &Actor, list: List) -> Vec<Self> {
        Self::ALL.into_iter().filter(|act| act.fits(list) && act.is_allowed(actor)).collect()
    }
}

names! {
    /// Where a run stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum State {
        /// A worker takes it further.
        Running = "running",
        /// It waits for a person.
        Paused = "paused",
        /// Nobody is left to be reached.
        Done = "done",
        /// What was left of it was called off.
        Cancelled = "cancelled",
    }
}

/// Runs on a page of their list.
const PAGE: usize = 25;
/// The most mails a minute.
pub const FASTEST: i64 = 600;
/// The most rounds after the first.
pub const MOST_ROUNDS: i64 = 9;
/// The most days from now until a run begins.
pub const LATEST: u64 = 90;
/// The most days between two rounds.
pub const LONGEST_PAUSE: i64 = 30;

/// How fast invitations leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many a minute, 1 to [`FASTEST`].
    pub per_minute: i64,
    /// How many of them to addresses of one mail domain.
    pub per_domain: i64,
}

/// Whether those who have not come are invited again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// How often in all, 1 for once.
    pub rounds: i64,
    /// Days from one round to the next.
    pub every_days: i64,
}

/// When and how fast a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// When it begins, if not at once.
    pub starts_at: Option<Timestamp>,
    /// How fast invitations leave.
    pub pace: Option<Pace>,
    /// Whether those who have not come are invited again.
    pub repeat: Repeat,
}

impl Repeat {
    fn pause(self) -> Duration {
        Duration::from_hours(24 * u64::try_from(self.every_days.max(1)).unwrap_or(1))
    }
}

/// The job that drives a run.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
struct Drive {
    run: RunId,
    /// Which of the run's jobs; one that is overtaken does nothing.
    turn: i64,
}

/// Leaves the next step of a run to the workers.
fn leave(tx: &mut Tx<'_>, drive: &Drive, now: Timestamp) -> Result<()> {
    let share = drive.run.to_string();
    jobs::enqueue(tx, jobs::Kind::Run, Turn { lane: Lane::Bulk, share: &share, domain: "" }, drive, now)?;
    Ok(())
}

impl Run {
    /// As whom the run acts: its staff user with what they may do now; `None`
    /// when they don't work here any more or may not do this any more.
    fn acting(&self, tx: &mut Tx<'_>) -> Result<Option<Actor>> {
        let actor = staff::acting(tx, self.staff, &self.door, &self.address)?;
        Ok(actor.filter(|actor| self.act.is_allowed(actor)))
    }

    /// When it begins, if that is still to come and nothing holds it up.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.starts_at.filter(|at| self.state == State::Running && *at > now)
    }

    /// When it began, or will.
    pub fn begins_at(&self) -> Timestamp {
        self.starts_at.unwrap_or(self.created_at)
    }

    /// Whether more rounds follow.
    pub const fn repeats(&self) -> bool {
        self.round < self.repeat.rounds
    }
}

/// The staff user who acts.
fn staff_of(actor: &Actor) -> Result<StaffId> {
    match &actor.who {
        Who::Staff(staff) => Ok(staff.id),
        _ => Err(Error::NotAllowed),
    }
}

/// The acts of which the actor may see everyone's runs: those they may do
/// themselves, if they see all customers.
fn visible_acts(actor: &Actor) -> Vec<Act> {
    let all = actor.bounded_by().is_none();
    Act::ALL.into_iter().filter(|act| all && act.is_allowed(actor)).collect()
}

/// Whether the actor may see a run: it is theirs, or one of those.
fn is_visible(run: &Run, actor: &Actor) -> bool {
    let own = staff_of(actor).is_ok_and(|staff| staff == run.staff);
    own || visible_acts(actor).contains(&run.act)
}

/// A run the actor may see.
///
/// # Errors
/// [`Error::NotFound`] when it isn't there or not for this actor.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: RunId) -> Result<Run> {
    store::find(tx, id)?.filter(|run| is_visible(run, actor)).ok_or(Error::NotFound)
}

/// The newest runs before one that the actor may see, newest first, and the one
/// before which older ones are.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor is no staff user.
pub fn latest(tx: &mut Tx<'_>, actor: &Actor, before: Option<RunId>) -> Result<(Vec<Run>, Option<RunId>)> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut runs = store::latest(tx, (staff_of(actor)?, &visible_acts(actor)), before, limit)?;
    let more = runs.len() > PAGE;
    runs.truncate(PAGE);
    let older = runs.last().map(|run| run.id).filter(|_| more);
    Ok((runs, older))
}

/// The runs that wait for a person, as the actor may see them.
///
/// # Errors
/// When the database fails.
pub fn paused(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Run>> {
    let runs = store::in_state(tx, State::Paused)?;
    Ok(runs.into_iter().filter(|run| is_visible(run, actor)).collect())
}

/// A run the actor may see and steer.
fn steered(tx: &mut Tx<'_>, actor: &Actor, id: RunId) -> Result<Run> {
    let run = find(tx, actor, id)?;
    if run.act.is_allowed(actor) { Ok(run) } else { Err(Error::NotAllowed) }
}

/// Begins a run now that was to begin later. Says whether it waited.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, id: RunId, now: Timestamp) -> Result<bool> {
    let run = steered(tx, actor, id)?;
    if run.waits_until(now).is_none() {
        return Ok(false);
    }
    let turn = run.turn + 1;
    store::begin_now(tx, id, turn, now)?;
    leave(tx, &Drive { run: id, turn }, now)?;
    record(tx, actor, Event::RunBegun, id, now)?;
    Ok(true)
}

/// Stops a run until it is resumed. Says whether there was something to stop.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn pause(tx: &mut Tx<'_>, actor: &Actor, id: RunId, now: Timestamp) -> Result<bool> {
    let run = steered(tx, actor, id)?;
    if run.state != State::Running {
        return Ok(false);
    }
    store::set_state(tx, id, State::Paused, None)?;
    record(tx, actor, Event::RunPaused, id, now)?;
    Ok(true)
}

/// Takes a paused run up again. From now on it acts as whoever resumed it.
/// Says whether it was paused.
///
/// # Errors
/// As for [`pause`].
pub fn resume(tx: &mut Tx<'_>, actor: &Actor, id: RunId, now: Timestamp) -> Result<bool> {
    let run = steered(tx, actor, id)?;
    if run.state != State::Paused {
        return Ok(false);
    }
    let turn = run.turn + 1;
    store::take_over(tx, (id, turn), actor, staff_of(actor)?, now)?;
    leave(tx, &Drive { run: id, turn }, now)?;
    record(tx, actor, Event::RunResumed, id, now)?;
    Ok(true)
}

/// Calls off what is left of a run: those not reached yet, mails that have not
/// left, and rounds to come. Says whether there was something left.
///
/// # Errors
/// As for [`pause`].
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: RunId, now: Timestamp) -> Result<bool> {
    let run = steered(tx, actor, id)?;
    let (goes_on, unsent) = (matches!(run.state, State::Running | State::Paused), items::unsent(tx, id)?);
    if !goes_on && run.next_round_at.is_none() && unsent.is_empty() {
        return Ok(false);
    }
    if goes_on {
        store::end(tx, id, State::Cancelled, now, None)?;
        items::cancel_queued(tx, id)?;
    } else {
        store::set_next_round(tx, id, None)?;
    }
    for (contact, reset) in unsent {
        match recovery::cancel(tx, actor, contact, reset, now) {
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    record(tx, actor, Event::RunCancelled, id, now)?;
    Ok(true)
}

/// How many of each run have had their turn; where their mails are is not
/// looked at.
///
/// # Errors
/// When the database fails.
pub fn turns(tx: &mut Tx<'_>, runs: &[Run]) -> Result<Vec<Tally>> {
    Ok(items::turns(tx, &runs.iter().map(|run| run.id).collect::<Vec<_>>())?)
}

/// How many of a run stand where.
///
/// # Errors
/// When the database fails.
pub fn tally(tx: &mut Tx<'_>, run: &Run) -> Result<Tally> {
    Ok(items::tally(tx, run.id)?)
}

fn record(tx: &mut Tx<'_>, actor: &Actor, event: Event, run: RunId, now: Timestamp) -> Result<()> {
    Ok(audit::record(tx, actor, now, event, About::default().with("run", run))?)
}

/// Records what a run did by itself, and why.
fn record_why(tx: &mut Tx<'_>, event: Event, run: RunId, why: &'static str, now: Timestamp) -> Result<()> {
    let about = About::default().with("run", run).with("why", why);
    Ok(audit::record(tx, &Actor::system(), now, event, about)?)
}

/// A territory with its name.
pub type Territory = (TerritoryId, String);
