//! Handing one mail over, and writing down how it went.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use lettre::address::Envelope;
use zeroize::Zeroizing;

use super::Place;
use crate::account;
use crate::app::{App, Outbound};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::kernel::Timestamp;
use crate::kernel::id::{MailId, TemporaryPasswordId};
use crate::mail::answers::{Class, Consequence};
use crate::mail::inbox::DevInbox;
use crate::mail::message::Outgoing;
use crate::mail::smtp::{Handover, INTERRUPTED, Smtp};
use crate::mail::{self, Composed, Delivery, End, Kind, Later, Mail, SendMail};
use crate::recovery::delivery::Failed;
use crate::settings::Settings;
use crate::stopping::Phase;
use crate::{notice, recovery, runs, setup, staff};

/// How often a job's lease is renewed while the mail server is waited for.
const RENEW_EVERY: Duration = Duration::from_secs(30);

/// What is said of a mail whose template fails; the log says how. It is tried for a
/// day as any other, so that a template can be mended.
const UNWRITTEN: Later<'_> =
    Later { answer: "It could not be put together; the log says why", class: None, certain: true };

/// Puts a mail together, hands it over, and records the outcome. Between the
/// transactions nothing is held; a crash anywhere leaves a job to be taken
/// again.
pub(super) async fn deliver(app: &App, job: Job, place: Place) -> Result<()> {
    let id = job.payload::<SendMail>()?.mail;
    let found = app.db.read(move |tx| mail::find(tx, id)).await?;
    let Some(mail) = found.filter(|mail| !mail.state.is_final()) else {
        app.db.write(move |tx| jobs::finish(tx, &job)).await?;
        return Ok(());
    };
    let now = app.clock.now();
    if mail.doubts >= mail.most_doubts() {
        let attempt = Attempt { job, mail, temporary: None, settings: app.settings() };
        let why = Later { answer: INTERRUPTED, class: None, certain: false };
        return app.db.write(move |tx| never_again(tx, &attempt, Failed::Unsure, &why, now)).await;
    }
    app.db.write(move |tx| mail::count_attempt(tx, id)).await?;
    let (composed, written) = match put_together(app, &mail).await {
        Ok(Some(whole)) => whole,
        // What it is about may be gone by now.
        Ok(None) | Err(Error::NotFound) => return app.db.write(move |tx| overtaken(tx, &job, id, now)).await,
        Err(Error::Render { problem, .. }) => {
            tracing::error!(mail.id = %id, kind = mail.kind.as_str(), problem, "A mail can't be put together");
            let attempt = Attempt { job, mail, temporary: None, settings: app.settings() };
            return app.db.write(move |tx| later(tx, &attempt, &UNWRITTEN, now)).await;
        }
        Err(error) => return Err(error),
    };
    let most = mail.most_doubts();
    let held = job.clone();
    let may_leave = app.db.write(move |tx| {
        jobs::unended::survived(tx, &held)?;
        mail::about_to_hand_over(tx, id, most)
    });
    if !may_leave.await? {
        let temporary = composed.temporary;
        return app.db.write(move |tx| left_to_another(tx, &job, temporary, now)).await;
    }
    drop(place);
    let handover = holding(app, &job, written.hand_over(app, &mail, &composed)).await;
    let outcome = outcome(&handover);
    tracing::info!(mail.id = %mail.id, kind = mail.kind.as_str(), attempt = mail.attempts + 1, outcome, "Mail tried");
    if let Handover::Refused { verdict, .. } = &handover
        && verdict.consequence() == Consequence::Hold
    {
        let class = verdict.class.as_str();
        tracing::warn!(mail.id = %mail.id, class, "The mail server takes no mail from us; it is tried again, and runs pause");
    }
    let attempt = Attempt { job, mail, temporary: composed.temporary, settings: app.settings() };
    let now = app.clock.now();
    app.db.write(move |tx| record(tx, &attempt, &handover, now)).await
}

/// Does something that may take long, keeping the job meanwhile.
async fn holding<T>(app: &App, job: &Job, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        match tokio::time::timeout(RENEW_EVERY, &mut work).await {
            Ok(done) => return done,
            Err(_) => renew(app, job.clone()).await,
        }
    }
}

async fn renew(app: &App, job: Job) {
    let (id, now) = (job.id, app.clock.now());
    match app.db.write(move |tx| jobs::renew(tx, &job, now)).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(job.id = %id, "A job was lost while the mail server was waited for"),
        Err(error) => tracing::warn!(%error, job.id = %id, "A job's lease could not be renewed"),
    }
}

/// What made the mail pointless has happened meanwhile: it is not sent.
fn overtaken(tx: &mut Tx<'_>, job: &Job, mail: MailId, now: Timestamp) -> Result<()> {
    mail::cancel(tx, mail, now)?;
    jobs::finish(tx, job)?;
    Ok(())
}

/// Another worker hands it over, or it came to its end meanwhile: what was
/// minted for this attempt never left.
fn left_to_another(
    tx: &mut Tx<'_>,
    job: &Job,
    temporary: Option<TemporaryPasswordId>,
    now: Timestamp,
) -> Result<()> {
    if let Some(temporary) = temporary {
        recovery::delivery::not_taken(tx, temporary, now)?;
    }
    jobs::finish(tx, job)?;
    Ok(())
}

/// A mail as it is to leave; `None` when there is nothing to say any more.
async fn put_together<'a>(app: &'a App, mail: &Mail) -> Result<Option<(Composed, Written<'a>)>> {
    let Some(composed) = compose(app, mail).await? else { return Ok(None) };
    let written = written(app, mail, &composed)?;
    Ok(Some((composed, written)))
}

async fn compose(app: &App, mail: &Mail) -> Result<Option<Composed>> {
    let now = app.clock.now();
    match mail.kind {
        Kind::Reset | Kind::Invitation => recovery::delivery::compose(app, mail, now).await,
        Kind::InvitationUsername => recovery::delivery::compose_invitation_username(app, mail).await,
        Kind::Usernames => recovery::delivery::compose_usernames(app, mail).await,
        Kind::PasswordChanged => recovery::delivery::compose_password_changed(app, mail).await,
        Kind::EmailConfirmation => account::email::compose_confirmation(app, mail, now).await,
        Kind::EmailChanged => account::email::compose_changed(app, mail).await,
        Kind::SignInChanged => notice::compose(app, mail).await,
        Kind::StaffReset => staff::recovery::compose(app, mail, now).await,
        Kind::Test => setup::trial::compose(app, mail).await,
        // It is handed over as it is made, and never waits.
        Kind::TrailHead => Ok(None),
    }
}

/// A mail as it leaves: nothing can fail any more but the mail server.
enum Written<'a> {
    /// For the mail server.
    Message(&'a Smtp, Envelope, Zeroizing<Vec<u8>>),
    /// For the inbox of the demo.
    Inbox(&'a DevInbox),
}

/// Writes a mail before it may have arrived, so that one that can't be written is
/// no doubt.
fn written<'a>(app: &'a App, mail: &Mail, composed: &Composed) -> Result<Written<'a>> {
    let broken = |problem: String| Error::Render { what: "a mail", problem };
    let smtp = match &app.outbound {
        Outbound::Smtp(smtp) => smtp,
        Outbound::Inbox(inbox) => return Ok(Written::Inbox(inbox)),
    };
    let return_path = match &app.return_path {
        Some(path) => Some(path.of(mail.id).map_err(|error| broken(error.to_string()))?),
        None => None,
    };
    let logo = app.logo();
    let outgoing = Outgoing {
        kind: mail.kind,
        id: &mail.id.to_string(),
        attempt: mail.attempts + 1,
        from: &app.config.mail.from,
        return_path: return_path.as_ref(),
        to: &mail.to,
        to_name: composed.to_name.as_deref(),
        now: app.clock.now(),
        rendered: &composed.rendered,
        language: mail.language,
        logo: logo.as_ref().and_then(|logo| logo.picture.as_ref()),
    };
    let message = outgoing.build().map_err(|error| broken(error.to_string()))?;
    Ok(Written::Message(smtp, message.envelope().clone(), Zeroizing::new(message.formatted())))
}

impl Written<'_> {
    async fn hand_over(&self, app: &App, mail: &Mail, composed: &Composed) -> Handover {
        match self {
            Self::Message(smtp, envelope, bytes) => {
                let end = app.stopping.reaches(Phase::Over);
                smtp.send_until(envelope, bytes, &composed.rendered.secrets, end).await
            }
            Self::Inbox(inbox) => {
                inbox.deliver(mail.kind, &mail.to, &composed.rendered, app.clock.now());
                Handover::Accepted {
                    answer: "shown at /dev/inbox".into(),
                    server: "the built-in inbox".into(),
                    encrypted: None,
                }
            }
        }
    }
}

fn outcome(handover: &Handover) -> &'static str {
    match handover {
        Handover::Accepted { .. } => "accepted",
        Handover::Refused { .. } => "refused",
        Handover::Unreachable { .. } => "unreachable",
        Handover::InDoubt { .. } => "in doubt",
        Handover::CutOff => "cut off",
    }
}

/// One attempt to hand a mail over.
struct Attempt {
    job: Job,
    mail: Mail,
    temporary: Option<TemporaryPasswordId>,
    settings: Arc<Settings>,
}

fn record(tx: &mut Tx<'_>, attempt: &Attempt, handover: &Handover, now: Timestamp) -> Result<()> {
    match handover {
        Handover::Accepted { answer, server, encrypted } => {
            accepted(tx, attempt, &format!("{server}: {answer}"), *encrypted, now)
        }
        Handover::Refused { answer, verdict } => {
            let why = Later { answer, class: Some(verdict.class), certain: true };
            match verdict.consequence() {
                Consequence::Mark => never_again(tx, attempt, Failed::Bounced, &why, now),
                Consequence::Fail => never_again(tx, attempt, Failed::Refused, &why, now),
                Consequence::PutOff => later(tx, attempt, &why, now),
                Consequence::Hold => {
                    runs::hold(tx, attempt.mail.id, verdict.class, answer, now)?;
                    later(tx, attempt, &why, now)
                }
            }
        }
        Handover::Unreachable { problem } => {
            later(tx, attempt, &Later { answer: problem, class: None, certain: true }, now)
        }
        Handover::InDoubt { problem } => {
            let why = Later { answer: problem, class: None, certain: false };
            if attempt.mail.doubts + 1 < attempt.mail.most_doubts() {
                return later(tx, attempt, &why, now);
            }
            never_again(tx, attempt, Failed::Unsure, &why, now)
        }
        Handover::CutOff => given_back(tx, attempt, now),
    }
}

/// Leaves the mail, which the mail server certainly doesn't have, to another node
/// or to the next start, at once.
fn given_back(tx: &mut Tx<'_>, attempt: &Attempt, now: Timestamp) -> Result<()> {
    let why = Later { answer: INTERRUPTED, class: None, certain: true };
    void(tx, attempt, true, now)?;
    mail::put_off(tx, attempt.mail.id, &why, now)?;
    jobs::put_off(tx, &attempt.job, now)?;
    Ok(())
}

/// Tries the mail again later, unless it has been tried for long enough.
fn later(tx: &mut Tx<'_>, attempt: &Attempt, why: &Later<'_>, now: Timestamp) -> Result<()> {
    let Some(next) = mail::next_try(attempt.mail.attempts + 1, attempt.mail.created_at, now) else {
        let doubtful = attempt.mail.doubts > 0 || !why.certain;
        let failed = if doubtful { Failed::Unsure } else { Failed::GivenUp };
        return never_again(tx, attempt, failed, why, now);
    };
    void(tx, attempt, why.certain, now)?;
    mail::put_off(tx, attempt.mail.id, why, next)?;
    jobs::put_off(tx, &attempt.job, next)?;
    Ok(())
}

/// Voids the attempt's temporary password if its mail certainly was not taken.
fn void(tx: &mut Tx<'_>, attempt: &Attempt, certain: bool, now: Timestamp) -> Result<()> {
    match attempt.temporary.filter(|_| certain) {
        Some(temporary) => recovery::delivery::not_taken(tx, temporary, now),
        None => Ok(()),
    }
}

fn accepted(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    answer: &str,
    encrypted: Option<bool>,
    now: Timestamp,
) -> Result<()> {
    let end = End { state: Delivery::Accepted, answer, encrypted, unsure: false, class: None };
    let is_late = !mail::finish(tx, attempt.mail.id, &end, now)?;
    if let Some(temporary) = attempt.temporary {
        // One that was overtaken while it was handed over is in hand, too
        // (promise 4); one that was called back was voided then.
        let (mail, values) = (&attempt.mail, &attempt.settings.values);
        recovery::delivery::accepted(tx, mail, (temporary, is_late), values, now)?;
    }
    runs::go_on(tx, now)?;
    jobs::finish(tx, &attempt.job)?;
    Ok(())
}

/// Ends a mail that was not accepted.
fn never_again(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    failed: Failed,
    why: &Later<'_>,
    now: Timestamp,
) -> Result<()> {
    let unsure = failed == Failed::Unsure;
    let state = if failed == Failed::GivenUp || unsure { Delivery::GivenUp } else { Delivery::Bounced };
    let end = End { state, answer: why.answer, encrypted: None, unsure, class: why.class };
    if mail::finish(tx, attempt.mail.id, &end, now)? {
        recovery::delivery::failed(tx, &attempt.mail, failed, now)?;
        if failed == Failed::Refused {
            let class = why.class.unwrap_or(Class::Unknown);
            runs::failed(tx, attempt.mail.id, class, why.answer, now)?;
        }
    }
    void(tx, attempt, why.certain, now)?;
    jobs::finish(tx, &attempt.job)?;
    Ok(())
}
