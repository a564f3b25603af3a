//! Starting a run, and its next rounds.

use super::draft::{self, Candidate, Chosen, Of, Plan};
use super::store::{self, Run};
use super::{Act, Drive, Schedule, State, items, leave, record, rules, staff_of};
use crate::actor::Actor;
use crate::audit::Event;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::RunId;
use crate::retailers;

/// What came of starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// It runs, or did already when the same form was sent twice.
    Run(RunId),
    /// There is nobody to reach.
    Nobody,
}

/// Starts a run of a plan. The id comes from the form, so that sending the form
/// twice starts one run.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not, [`Error::NotFound`] when the
/// id is of a run of someone else.
pub fn start(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RunId,
    (plan, schedule): (&Plan, Schedule),
    now: Timestamp,
) -> Result<Started> {
    let staff = staff_of(actor)?;
    if let Some(known) = store::find(tx, id)? {
        return if known.staff == staff { Ok(Started::Run(id)) } else { Err(Error::NotFound) };
    }
    let candidates = draft::draft(tx, actor, plan, now)?;
    let nowhere = plan.act == Act::AssignTerritory && plan.territory.is_none();
    if nowhere || candidates.iter().all(|candidate| candidate.verdict.is_err()) {
        return Ok(Started::Nobody);
    }
    let query = match &plan.chosen {
        Chosen::Matching(asked) => asked.query(),
        Chosen::These(..) => String::new(),
    };
    let run = Run {
        id,
        act: plan.act,
        list: plan.chosen.list(),
        staff,
        staff_name: String::new(),
        door: actor.door.as_str().to_owned(),
        address: actor.address.clone(),
        query,
        territory: plan.territory.clone(),
        include_live: plan.include_live,
        pace: schedule.pace,
        starts_at: schedule.starts_at,
        series: id,
        round: 1,
        repeat: schedule.repeat,
        next_round_at: None,
        state: State::Running,
        problem: None,
        said: None,
        resumed_at: None,
        turn: 1,
        created_at: now,
        finished_at: None,
    };
    begin(tx, &run, &candidates, now)?;
    record(tx, actor, Event::RunStarted, id, now)?;
    Ok(Started::Run(id))
}

/// Writes a run and whom it is about down, and leaves it to the workers.
fn begin(tx: &mut Tx<'_>, run: &Run, candidates: &[Candidate], now: Timestamp) -> Result<()> {
    store::insert(tx, run, now)?;
    items::insert(tx, run.id, candidates)?;
    leave(tx, &Drive { run: run.id, turn: run.turn }, now)?;
    Ok(())
}

/// Starts the round after one that is done, for the contacts that one was
/// about: who has come meanwhile is left out, like everyone else who is not to
/// be invited now.
pub(super) fn next_round(tx: &mut Tx<'_>, done: &Run, now: Timestamp) -> Result<()> {
    store::set_next_round(tx, done.id, None)?;
    let run = Run {
        id: RunId::new(now),
        round: done.round + 1,
        starts_at: None,
        next_round_at: None,
        state: State::Running,
        turn: 1,
        created_at: now,
        finished_at: None,
        ..done.clone()
    };
    let mut candidates = Vec::new();
    let contacts = items::contacts(tx, done.id)?;
    for contact in retailers::contacts_in(tx, &contacts)? {
        candidates.push(Candidate {
            of: Of::Contact(contact.id),
            verdict: rules::reaches_contact(run.act, run.include_live, &contact, now),
            domain: draft::domain(run.act, &contact),
            name: String::new(),
            place: String::new(),
        });
    }
    begin(tx, &run, &candidates, now)
}
