//! Sending a reset or an invitation and watching it, in the portal.

use std::time::Duration;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse};
use serde::Deserialize;

use super::view::{Confirmation, ResetView};
use crate::actor::Act;
use crate::error::Error;
use crate::http::{Answer, Caller, Page, headers, html, redirect};
use crate::kernel::id::{ContactId, ResetId};
use crate::kernel::{Language, Timestamp, calendar};
use crate::mail::message::for_browser;
use crate::recovery::{self, Manner, Requested};
use crate::retailers::{self, Contact};

#[derive(Template)]
#[template(path = "customers/pages/portal_confirm.html")]
struct PortalConfirm {
    page: Page,
    base: &'static str,
    shown: Confirmation,
    /// Why nothing was sent, if they have sent too many lately.
    slow: String,
}

#[derive(Template)]
#[template(path = "customers/pages/portal_reset.html")]
struct PortalReset {
    page: Page,
    base: &'static str,
    contact: Contact,
    reset: ResetView,
}

/// The steps alone, for the page that shows them live.
#[derive(Template)]
#[template(path = "customers/pages/status.html")]
struct Status {
    base: &'static str,
    reset: ResetView,
}

/// What the confirmation sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetForm {
    /// Whether the current password is to be stopped now.
    #[serde(default)]
    stop_current: bool,
}

/// Shows which contact a reset would be sent to, and what will happen.
pub(super) async fn confirm(caller: &Caller, contact: ContactId) -> Answer {
    confirm_page(caller, contact, StatusCode::OK, None).await
}

async fn confirm_page(caller: &Caller, id: ContactId, status: StatusCode, wait: Option<Timestamp>) -> Answer {
    let (settings, now) = (caller.web.app.settings().values.reset, caller.now());
    let shown = caller.read(move |tx, actor| Confirmation::read(tx, actor, id, &settings, now)).await?;
    let slow = wait.map(|until| too_often(until.since(now))).unwrap_or_default();
    html(status, &PortalConfirm { page: caller.page(), base: caller.base(), shown, slow })
}

/// Shows the mail that a reset would be, for a frame.
pub(super) async fn mail(caller: &Caller, contact: ContactId) -> Answer {
    let contact = caller
        .read(move |tx, actor| {
            let contact = retailers::contact(tx, actor, contact)?;
            if actor.may(Act::TriggerReset) { Ok(contact) } else { Err(Error::NotAllowed) }
        })
        .await?;
    let app = &caller.web.app;
    let mail = recovery::preview::of(app, &contact, &caller.session.name, caller.now())?;
    let logo = app.logo();
    let html = for_browser(&mail.html, logo.as_ref().and_then(|logo| logo.picture.as_ref()));
    Ok(([(header::CONTENT_SECURITY_POLICY, headers::FRAMED_MAIL)], Html(html)).into_response())
}

/// Starts a reset, or says why it can't be.
pub(super) async fn start(caller: &Caller, contact: ContactId, form: &ResetForm) -> Answer {
    let manner = Manner {
        mode: caller.web.app.settings().values.reset.mode,
        stop_current: form.stop_current,
        once: false,
    };
    let (now, how) = (caller.now(), (manner, caller.web.app.config.limits.by_staff));
    match caller.write(move |tx, actor| recovery::request_in_bounds(tx, actor, contact, how, now)).await? {
        Ok(Requested::OnItsWay(reset)) => Ok(redirect(&address(caller, contact, reset), None)),
        Ok(Requested::NotPossible(_)) => confirm_page(caller, contact, StatusCode::CONFLICT, None).await,
        Err(until) => confirm_page(caller, contact, StatusCode::TOO_MANY_REQUESTS, Some(until)).await,
    }
}

/// What is said to whoever has sent too many lately.
pub(super) fn too_often(wait: Duration) -> String {
    let wait = calendar::wait(wait, Language::English);
    format!(
        "You have sent too many of these lately; nothing was sent now. What was mailed before works. You can send another in {wait}."
    )
}

/// Shows one reset.
pub(super) async fn show(caller: &Caller, (contact, id): (ContactId, ResetId)) -> Answer {
    let now = caller.now();
    let (contact, reset) = caller
        .read(move |tx, actor| {
            let contact = retailers::contact(tx, actor, contact)?;
            let reset = recovery::find(tx, actor, contact.id, id)?;
            Ok((contact, ResetView::new(&reset, actor, now)))
        })
        .await?;
    html(StatusCode::OK, &PortalReset { page: caller.page(), base: caller.base(), contact, reset })
}

/// Shows the steps of one reset, as a fragment.
pub(super) async fn status(caller: &Caller, (contact, id): (ContactId, ResetId)) -> Answer {
    let now = caller.now();
    let reset = caller
        .read(move |tx, actor| Ok(ResetView::new(&recovery::find(tx, actor, contact, id)?, actor, now)))
        .await?;
    html(StatusCode::OK, &Status { base: caller.base(), reset })
}

/// Calls a reset back, and says whether there was still something to call.
pub(super) async fn cancel(caller: &Caller, (contact, id): (ContactId, ResetId)) -> Answer {
    let now = caller.now();
    let cancelled = caller
        .write(move |tx, actor| {
            recovery::cancel(tx, actor, contact, id, now)?;
            Ok(recovery::find(tx, actor, contact, id)?.cancelled_at.is_some())
        })
        .await?;
    let flash = if cancelled { "reset-cancelled" } else { "reset-over" };
    Ok(redirect(&address(caller, contact, id), Some(flash)))
}

fn address(caller: &Caller, contact: ContactId, reset: ResetId) -> String {
    format!("{}/contacts/{contact}/resets/{reset}", caller.base())
}
