//! The page of an invitation on the website.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;

use super::Standing;
use crate::http::{Answer, Page, Shared, Visit, html, redirect};
use crate::kernel::Token;
use crate::recovery::site::Sent;
use crate::retailers::Contact;

#[derive(Template)]
#[template(path = "recovery/pages/invitation.html")]
struct InvitationPage {
    page: Page,
    token: String,
    /// Whose it is and where it stands; nothing for a link that is none of ours.
    found: Option<(Contact, Standing)>,
    /// After one was asked for: in how many minutes another can be, at once
    /// when 0.
    sent: Option<u64>,
}

impl InvitationPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn again(&self, minutes: &u64) -> String {
        crate::recovery::site::again(&self.page, *minutes)
    }
}

/// `GET /invitation/{token}`: changes nothing.
pub async fn page(State(web): State<Shared>, visit: Visit, Path(token): Path<String>) -> Answer {
    show(&web, &visit, token, None).await
}

/// `POST /invitation/{token}`: mails a fresh temporary password. The answer is a
/// page of its own, so that loading it again asks for nothing.
pub async fn ask(State(web): State<Shared>, visit: Visit, Path(token): Path<String>) -> Answer {
    let Some(parsed) = Token::parse(&token) else { return show(&web, &visit, token, None).await };
    let (now, address) = (web.app.clock.now(), visit.place.address.clone());
    let often = web.app.config.limits.mail.name_from.near;
    let next = web.app.db.write(move |tx| super::ask(tx, &parsed, (often, &address), now)).await?;
    let minutes = next.map_or(0, |next| next.since(now).as_secs().div_ceil(60));
    Ok(redirect(&format!("/invitation/{token}/sent?next={minutes}"), None))
}

/// `GET /invitation/{token}/sent`
pub async fn sent(
    State(web): State<Shared>,
    visit: Visit,
    Path(token): Path<String>,
    Query(sent): Query<Sent>,
) -> Answer {
    show(&web, &visit, token, Some(sent.minutes())).await
}

async fn show(web: &Shared, visit: &Visit, token: String, sent: Option<u64>) -> Answer {
    let now = web.app.clock.now();
    let found = match Token::parse(&token) {
        Some(parsed) => web.app.db.read(move |tx| super::find(tx, &parsed, now)).await?,
        None => None,
    };
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    html(status, &InvitationPage { page: Page::of(web, visit), token, found, sent })
}
