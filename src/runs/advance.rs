//! Taking a run further, a step at a time.

use super::items::{self, Item};
use super::store::{self, Run};
use super::{Act, Drive, State, draft::Of, holding, rules, start};
use crate::actor::Actor;
use crate::config::ResetMode;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, ResetId, RetailerId};
use crate::recovery::{self, Manner, Requested};
use crate::retailers::edit;
use crate::{access, retailers};

use super::rules::Reason;

/// Items that one step takes at most, so that others can write in between.
const AT_ONCE: usize = 20;

/// Takes a run one step further, as its job asks; the job comes again as long
/// as there is more to do.
///
/// # Errors
/// When the database fails; then nothing of the step was done.
pub fn advance(tx: &mut Tx<'_>, job: &Job, mode: ResetMode, now: Timestamp) -> Result<()> {
    let drive: Drive = job.payload()?;
    let run = store::find(tx, drive.run)?.filter(|run| run.turn == drive.turn);
    let again = match run {
        Some(run) if run.state == State::Running => step(tx, &run, mode, now)?,
        Some(run) if run.state == State::Done && run.next_round_at.is_some() => {
            start::next_round(tx, &run, now)?;
            None
        }
        _ => None,
    };
    match again {
        Some(at) => jobs::put_off(tx, job, at)?,
        None => jobs::finish(tx, job)?,
    };
    Ok(())
}

/// Does what is due now; says when more is, if there is more.
fn step(tx: &mut Tx<'_>, run: &Run, mode: ResetMode, now: Timestamp) -> Result<Option<Timestamp>> {
    if let Some(at) = run.waits_until(now) {
        return Ok(Some(at));
    }
    let Some(actor) = run.acting(tx)? else {
        holding::stop_for_starter(tx, run, now)?;
        return Ok(None);
    };
    for _ in 0..AT_ONCE {
        match next(tx, run, now)? {
            Next::Item(item) => settle(tx, &actor, (run, mode), &item, now)?,
            Next::At(at) => return Ok(Some(at)),
            Next::Nobody => return finish(tx, run, now),
        }
    }
    Ok(Some(now))
}

/// What a run does next.
enum Next {
    /// This one is due.
    Item(Item),
    /// The pace allows the next one then.
    At(Timestamp),
    /// Nobody is left.
    Nobody,
}

fn next(tx: &mut Tx<'_>, run: &Run, now: Timestamp) -> Result<Next> {
    let Some(first) = items::next(tx, run.id)? else { return Ok(Next::Nobody) };
    let Some(pace) = run.pace else { return Ok(Next::Item(first)) };
    if let Some(last) = items::last_acted(tx, run.id)?
        && last.plus(pace.gap()) > now
    {
        return Ok(Next::At(last.plus(pace.gap())));
    }
    let gap = pace.domain_gap();
    if let Some(item) = items::next_paced(tx, run.id, now.minus(gap))? {
        return Ok(Next::Item(item));
    }
    let rested = items::next_rested(tx, run.id, now.minus(gap))?;
    Ok(Next::At(rested.map_or(now, |last| last.plus(gap))))
}

/// Does the act to one, or writes down why not.
fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (run, mode): (&Run, ResetMode),
    item: &Item,
    now: Timestamp,
) -> Result<()> {
    let done = match item.of {
        Of::Contact(contact) => to_contact(tx, actor, (run, mode), contact, now),
        Of::Retailer(retailer) => to_retailer(tx, actor, run, retailer, now),
    };
    match done {
        Ok(Ok(reset)) => items::done(tx, item, reset, now)?,
        Ok(Err(reason)) => items::leave_out(tx, item, reason)?,
        Err(Error::NotFound) => items::leave_out(tx, item, Reason::Gone)?,
        Err(error) => return Err(error),
    }
    Ok(())
}

fn to_contact(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (run, mode): (&Run, ResetMode),
    id: ContactId,
    now: Timestamp,
) -> Result<Result<Option<ResetId>, Reason>> {
    let contact = retailers::contact(tx, actor, id)?;
    if let Err(reason) = rules::reaches_contact(run.act, run.include_live, &contact, now) {
        return Ok(Err(reason));
    }
    match run.act {
        Act::Invite => {
            let manner = Manner { mode, stop_current: false, once: true };
            return Ok(match recovery::request(tx, actor, id, manner, now)? {
                Requested::OnItsWay(reset) => Ok(Some(reset)),
                Requested::NotPossible(obstacle) => Err(obstacle.into()),
            });
        }
        Act::AccessOn => access::switch(tx, actor, id, true, now)?,
        Act::AccessOff => access::switch(tx, actor, id, false, now)?,
        Act::Activate => access::set_contact_active(tx, actor, id, true, now)?,
        Act::Deactivate => access::set_contact_active(tx, actor, id, false, now)?,
        Act::AssignTerritory => return Ok(Err(Reason::Gone)),
    }
    Ok(Ok(None))
}

fn to_retailer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    run: &Run,
    id: RetailerId,
    now: Timestamp,
) -> Result<Result<Option<ResetId>, Reason>> {
    let retailer = retailers::find(tx, actor, id)?;
    let (territory, name) =
        run.territory.clone().map_or((None, String::new()), |(id, name)| (Some(id), name));
    if let Err(reason) = rules::reaches_retailer(run.act, &name, &retailer) {
        return Ok(Err(reason));
    }
    match (run.act, territory) {
        (Act::AssignTerritory, Some(territory)) => edit::assign_territory(tx, actor, id, territory, now)?,
        (Act::Activate, _) => access::set_retailer_active(tx, actor, id, true, now)?,
        (Act::Deactivate, _) => access::set_retailer_active(tx, actor, id, false, now)?,
        _ => return Ok(Err(Reason::Gone)),
    }
    Ok(Ok(None))
}

/// Ends a run of which nobody is left; says when its next round is.
fn finish(tx: &mut Tx<'_>, run: &Run, now: Timestamp) -> Result<Option<Timestamp>> {
    let next = run.repeats().then(|| run.begins_at().plus(run.repeat.pause()).max(now));
    store::end(tx, run.id, State::Done, now, next)?;
    Ok(next)
}
