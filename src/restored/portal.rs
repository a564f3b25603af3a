//! The portal's page after a restore.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Restored, SignedOff};
use crate::http::forms::{NoFields, Posted};
use crate::http::{Answer, AtPortal, Failure, Page, html, redirect};
use crate::kernel::id::MailId;

/// Where the page is.
pub const PATH: &str = "/portal/restored";

#[derive(Template)]
#[template(path = "restored/pages/restored.html")]
struct RestoredPage {
    page: Page,
    restored: Option<Restored>,
}

/// `GET /portal/restored`
pub async fn restored(AtPortal(caller): AtPortal) -> Answer {
    let restored = caller.read(super::read).await?;
    html(StatusCode::OK, &RestoredPage { page: caller.page(), restored })
}

/// Which held mails are meant: an id, or `all`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichForm {
    mail: String,
}

impl WhichForm {
    fn which(&self) -> Answer<Option<MailId>> {
        match self.mail.as_str() {
            "all" => Ok(None),
            id => id.parse().map(Some).map_err(|_| Failure::Unreadable),
        }
    }
}

/// `POST /portal/restored/sendings`
pub async fn send(AtPortal(caller): AtPortal, Posted(form): Posted<WhichForm>) -> Answer {
    let (which, now) = (form.which()?, caller.now());
    let sent = caller.write(move |tx, actor| super::send(tx, actor, which, now)).await?;
    Ok(redirect(PATH, Some(if sent > 0 { "held-sent" } else { "unchanged" })))
}

/// `POST /portal/restored/drops`
pub async fn discard(AtPortal(caller): AtPortal, Posted(form): Posted<WhichForm>) -> Answer {
    let (which, now) = (form.which()?, caller.now());
    let dropped = caller.write(move |tx, actor| super::discard(tx, actor, which, now)).await?;
    Ok(redirect(PATH, Some(if dropped > 0 { "held-dropped" } else { "unchanged" })))
}

/// `POST /portal/restored/sign-off`
pub async fn sign_off(AtPortal(caller): AtPortal, Posted(NoFields {}): Posted<NoFields>) -> Answer {
    let now = caller.now();
    let outcome = caller.write(move |tx, actor| super::sign_off(tx, actor, now)).await?;
    Ok(redirect(
        PATH,
        Some(match outcome {
            SignedOff::Done => "restore-signed-off",
            SignedOff::MailsWait => "held-wait",
        }),
    ))
}
