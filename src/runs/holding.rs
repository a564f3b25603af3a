//! Runs that stop by themselves: because what is in the way is about us, every
//! further mail would meet it too. Nobody is marked, nothing is lost, and a
//! person reads why (promises 12 and 14).

use super::store::{self, Run};
use super::{Drive, State, leave, record_why};
use crate::actor::Actor;
use crate::audit::Event;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::MailId;
use crate::mail::answers::{Class, Ours};

/// Why a run stops: whoever started it may not do it any more.
pub(super) const STARTER_MAY_NOT: &str = "starter-may-not";
/// Why a run stops: several mails came back for a reason of ours.
const CAME_BACK: &str = "came-back";
/// Why a run stops: mail after mail was refused.
const REFUSED_IN_A_ROW: &str = "refused-in-a-row";
/// So many that came back stop a run; one server alone may be strange.
const MOST_BACK: i64 = 3;
/// So many refused one after the other stop a run.
const MOST_REFUSED: i64 = 5;

/// A mail was put off for a reason of ours: the run it belongs to sends no
/// further ones until it has left.
///
/// # Errors
/// When the database fails.
pub fn hold(tx: &mut Tx<'_>, mail: MailId, class: Class, said: &str, now: Timestamp) -> Result<()> {
    match store::running_of_mail(tx, mail)? {
        Some(run) => stop(tx, &run, (class.as_str(), said), now),
        None => Ok(()),
    }
}

/// A mail was refused for good, or came back: when that goes on, the run it
/// belongs to stops, unless it is because of the contacts' own mailboxes.
///
/// # Errors
/// When the database fails.
pub fn failed(tx: &mut Tx<'_>, mail: MailId, class: Class, said: &str, now: Timestamp) -> Result<()> {
    if is_theirs(Some(class)) {
        return Ok(());
    }
    let Some(run) = store::running_of_mail(tx, mail)? else { return Ok(()) };
    let since = run.resumed_at.unwrap_or(run.created_at);
    if store::came_back(tx, run.id, since)? >= MOST_BACK {
        return stop(tx, &run, (CAME_BACK, said), now);
    }
    let ends = store::last_ends(tx, run.id, since, MOST_REFUSED)?;
    let refused = ends.iter().filter(|class| {
        let class = class.as_deref().and_then(Class::from_name);
        class.is_some() && !is_theirs(class)
    });
    if i64::try_from(refused.count()).unwrap_or(0) >= MOST_REFUSED {
        return stop(tx, &run, (REFUSED_IN_A_ROW, said), now);
    }
    Ok(())
}

/// A mail was accepted: runs that waited for that go on, once the mails that were
/// held back have left.
///
/// # Errors
/// When the database fails.
pub fn go_on(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    for run in store::unheld(tx)? {
        if store::go_on(tx, &run, now)? {
            leave(tx, &Drive { run: run.id, turn: run.turn + 1 }, now)?;
            record_why(tx, Event::RunResumed, run.id, "mail-leaves-again", now)?;
            tracing::info!(run.id = %run.id, "Mail leaves again; a run goes on");
        }
    }
    Ok(())
}

/// Stops a run whose starter may not do it any more.
pub(super) fn stop_for_starter(tx: &mut Tx<'_>, run: &Run, now: Timestamp) -> Result<()> {
    store::set_state(tx, run.id, State::Paused, Some(STARTER_MAY_NOT))?;
    super::record(tx, &Actor::system(), Event::RunPaused, run.id, now)
}

fn stop(tx: &mut Tx<'_>, run: &Run, (why, said): (&'static str, &str), now: Timestamp) -> Result<()> {
    if store::stop(tx, run.id, why, said)? {
        record_why(tx, Event::RunPaused, run.id, why, now)?;
        tracing::warn!(run.id = %run.id, why, "A run has stopped by itself");
    }
    Ok(())
}

/// Whether an answer is about the contact's mailbox.
const fn is_theirs(class: Option<Class>) -> bool {
    matches!(class, Some(Class::NoMailbox | Class::Mailbox))
}

/// Why a run stopped, in a sentence.
pub fn why(problem: &str) -> &'static str {
    match (problem, Class::from_name(problem)) {
        (CAME_BACK, _) => {
            "Several of its mails came back, for a reason that is about us and not about the contacts."
        }
        (REFUSED_IN_A_ROW, _) => "Five mails in a row were refused, and not because a mailbox is missing.",
        (_, Some(Class::Ours(ours))) => match ours {
            Ours::Limit => {
                "Your mail server takes no more mails for now: you have sent as many as it allows."
            }
            Ours::Relay => "Your mail server passes no mails on for this installation.",
            Ours::SignIn => "Your mail server does not accept how Tradepost signs in.",
            Ours::Listed => "Your mail server’s address is on a block list, or is not trusted.",
            Ours::Proof => "It can’t be proved that these mails come from you (SPF, DKIM or DMARC).",
            Ours::Sender => "Your mail server does not let you send from this sender’s address.",
            Ours::Refused => "Your mail server takes no mails from you, and does not say why.",
        },
        _ => "Whoever started it may not do this any more, or doesn’t work here any more.",
    }
}

/// What happens next, and what a person can do.
pub(super) fn remedy(run: &Run) -> &'static str {
    match run.problem.as_deref().unwrap_or_default() {
        CAME_BACK | REFUSED_IN_A_ROW => {
            "Nobody’s address is marked. Ask whoever looks after your mail server; resume the run when it is put right."
        }
        problem if Class::from_name(problem) == Some(Class::Ours(Ours::Limit)) => {
            "Nobody’s address is marked. The mails held back are tried again by themselves; once they have left, the run goes on by itself. A slower pace stays below the limit."
        }
        problem if matches!(Class::from_name(problem), Some(Class::Ours(_))) => {
            "Nobody’s address is marked. Ask whoever looks after your mail server. The mails held back are tried again by themselves; once they have left, the run goes on by itself."
        }
        _ => "Resume it, and it goes on in your name.",
    }
}
