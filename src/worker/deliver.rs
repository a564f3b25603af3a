//! Handing one mail over, and writing down how it went.

use std::sync::Arc;

use lettre::address::Envelope;

use crate::account;
use crate::app::{App, Outbound};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::kernel::Timestamp;
use crate::kernel::id::{MailId, TemporaryPasswordId};
use crate::mail::message::Outgoing;
use crate::mail::smtp::Handover;
use crate::mail::{self, Composed, Delivery, End, HANDOVER_LIMIT, Kind, Mail, SendMail};
use crate::recovery::delivery::Failed;
use crate::settings::Settings;
use crate::{notice, recovery, setup, staff};

/// Why a mail that goes out only once may have arrived: this process, or the
/// one before it, ended in the middle.
const INTERRUPTED: &str = "Tradepost was stopped while the mail was handed over";

/// Puts a mail together, hands it over, and records the outcome. Between the
/// transactions nothing is held; a crash anywhere leaves a job to be taken
/// again.
pub(super) async fn deliver(app: &App, job: Job) -> Result<()> {
    let id = job.payload::<SendMail>()?.mail;
    let found = app.db.read(move |tx| mail::find(tx, id)).await?;
    let Some(mail) = found.filter(|mail| !mail.state.is_final()) else {
        app.db.write(move |tx| jobs::finish(tx, &job)).await?;
        return Ok(());
    };
    let now = app.clock.now();
    if mail.unsure {
        let attempt = Attempt { job, mail, temporary: None, settings: app.settings() };
        return app
            .db
            .write(move |tx| never_again(tx, &attempt, Failed::Unsure, (INTERRUPTED, false), now))
            .await;
    }
    app.db.write(move |tx| mail::count_attempt(tx, id)).await?;
    let Some(composed) = compose(app, &mail).await? else {
        return app.db.write(move |tx| overtaken(tx, &job, id, now)).await;
    };
    if mail.once && !app.db.write(move |tx| mail::about_to_hand_over(tx, id)).await? {
        let temporary = composed.temporary;
        return app.db.write(move |tx| left_to_another(tx, &job, temporary, now)).await;
    }
    let sent = tokio::time::timeout(HANDOVER_LIMIT, hand_over(app, &mail, &composed)).await;
    let handover = match sent {
        Ok(handover) => handover?,
        Err(_) => Handover::InDoubt { problem: "the mail server took too long".into() },
    };
    let outcome = outcome(&handover);
    tracing::info!(mail.id = %mail.id, kind = mail.kind.as_str(), attempt = mail.attempts + 1, outcome, "Mail tried");
    let attempt = Attempt { job, mail, temporary: composed.temporary, settings: app.settings() };
    let now = app.clock.now();
    app.db.write(move |tx| record(tx, &attempt, &handover, now)).await
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
    }
}

async fn hand_over(app: &App, mail: &Mail, composed: &Composed) -> Result<Handover> {
    let now = app.clock.now();
    let broken = |problem: String| Error::Render { what: "a mail", problem };
    let smtp = match &app.outbound {
        Outbound::Smtp(smtp) => smtp,
        Outbound::Inbox(inbox) => {
            inbox.deliver(mail.kind, &mail.to, &composed.rendered, now);
            return Ok(Handover::Accepted {
                answer: "shown at /dev/inbox".into(),
                server: "the built-in inbox".into(),
                encrypted: None,
            });
        }
    };
    let from = &app.config.mail.from;
    let return_path = match &app.return_path {
        Some(path) => Some(path.of(mail.id).map_err(|error| broken(error.to_string()))?),
        None => None,
    };
    let logo = app.logo();
    let outgoing = Outgoing {
        kind: mail.kind,
        id: &mail.id.to_string(),
        attempt: mail.attempts + 1,
        from,
        return_path: return_path.as_ref(),
        to: &mail.to,
        to_name: composed.to_name.as_deref(),
        now,
        rendered: &composed.rendered,
        language: mail.language,
        logo: logo.as_ref().and_then(|logo| logo.picture.as_ref()),
    };
    let message = outgoing.build().map_err(|error| broken(error.to_string()))?;
    let envelope: &Envelope = message.envelope();
    let bytes = zeroize::Zeroizing::new(message.formatted());
    Ok(smtp.send(envelope, &bytes).await)
}

fn outcome(handover: &Handover) -> &'static str {
    match handover {
        Handover::Accepted { .. } => "accepted",
        Handover::Refused { .. } => "refused",
        Handover::Unreachable { .. } => "unreachable",
        Handover::InDoubt { .. } => "in doubt",
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
    let (why, certain) = match handover {
        Handover::Accepted { answer, server, encrypted } => {
            return accepted(tx, attempt, &format!("{server}: {answer}"), *encrypted, now);
        }
        Handover::Refused { answer, permanent: true, about_recipient } => {
            let failed = if *about_recipient { Failed::Bounced } else { Failed::Refused };
            return never_again(tx, attempt, failed, (answer, true), now);
        }
        Handover::Refused { answer, .. } => (answer, true),
        Handover::Unreachable { problem } => (problem, true),
        Handover::InDoubt { problem } if attempt.mail.once => {
            return never_again(tx, attempt, Failed::Unsure, (problem, false), now);
        }
        Handover::InDoubt { problem } => (problem, false),
    };
    match mail::next_try(attempt.mail.attempts + 1, attempt.mail.created_at, now) {
        None => never_again(tx, attempt, Failed::GivenUp, (why, certain), now),
        Some(next) => {
            void(tx, attempt, certain, now)?;
            mail::put_off(tx, attempt.mail.id, why, next)?;
            jobs::put_off(tx, &attempt.job, next)?;
            Ok(())
        }
    }
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
    let end = End { state: Delivery::Accepted, answer, encrypted, unsure: false };
    // A mail that was overtaken while it was handed over keeps its temporary
    // password in doubt: good until the later mail is accepted (promise 4).
    // One that was called back had it voided then.
    if mail::finish(tx, attempt.mail.id, &end, now)?
        && let Some(temporary) = attempt.temporary
    {
        recovery::delivery::accepted(tx, &attempt.mail, temporary, &attempt.settings.values, now)?;
    }
    jobs::finish(tx, &attempt.job)?;
    Ok(())
}

/// Ends a mail that was not accepted; `why` comes with whether that is certain.
fn never_again(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    failed: Failed,
    (why, certain): (&str, bool),
    now: Timestamp,
) -> Result<()> {
    let unsure = failed == Failed::Unsure;
    let state = if failed == Failed::GivenUp || unsure { Delivery::GivenUp } else { Delivery::Bounced };
    if mail::finish(tx, attempt.mail.id, &End { state, answer: why, encrypted: None, unsure }, now)? {
        recovery::delivery::failed(tx, &attempt.mail, failed, now)?;
    }
    void(tx, attempt, certain, now)?;
    jobs::finish(tx, &attempt.job)?;
    Ok(())
}
