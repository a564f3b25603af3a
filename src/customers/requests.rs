//! What reps asked the office for: the list of what waits, and settling one on the contact's page.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::edit::{self, SignInForm};
use crate::actor::{Act, Actor};
use crate::change_requests::{self, ChangeRequest, Settled};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::forms::Posted;
use crate::http::{Answer, AtPortal, Ids, Page, html, redirect};
use crate::kernel::id::{ChangeRequestId, ContactId};
use crate::kernel::{EmailAddress, Username};
use crate::retailers::{self, Contact};
use crate::staff::fresh::portal::Confirmed;

/// A request as pages show it.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// What was asked, by whom and when.
    pub request: ChangeRequest,
    /// What is to change: field, what is there now, what was asked for.
    pub changes: Vec<(&'static str, String, String)>,
    /// Whether the actor may settle it.
    pub may_settle: bool,
}

impl RequestView {
    /// What differs from how the contact signs in now.
    pub fn new(request: ChangeRequest, contact: &Contact, may_settle: bool) -> Self {
        let or_none = |text: Option<&str>| text.unwrap_or("none").to_owned();
        let on_off = |on: bool| if on { "on" } else { "off" }.to_owned();
        let (asked, mut changes) = (&request.asked, Vec::new());
        if let Some(email) = &asked.email {
            let now = or_none(contact.email.as_ref().map(EmailAddress::as_str));
            changes.push(("E-mail address", now, email.as_str().to_owned()));
        }
        if let Some(username) = &asked.username {
            let now = or_none(contact.username.as_ref().map(Username::as_str));
            changes.push(("Username", now, username.as_str().to_owned()));
        }
        if asked.website_access {
            changes.push(("Website access", on_off(contact.website_access), on_off(true)));
        }
        changes.retain(|(_, now, asked)| now != asked);
        Self { request, changes, may_settle }
    }
}

#[derive(Template)]
#[template(path = "customers/pages/requests.html")]
struct RequestsPage {
    page: Page,
    rows: Vec<(RequestView, Contact)>,
}

/// `GET /portal/requests`
pub async fn list(AtPortal(caller): AtPortal) -> Answer {
    if !caller.actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed.into());
    }
    let waiting = caller.read(change_requests::waiting).await?;
    let rows =
        waiting.into_iter().map(|(request, contact)| (RequestView::new(request, &contact, true), contact));
    html(StatusCode::OK, &RequestsPage { page: caller.page(), rows: rows.collect() })
}

/// What the form that enters a request sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterForm {
    version: i64,
}

/// `POST /portal/contacts/{id}/requests/{request}/enter`
pub async fn enter(
    Ids((contact, request)): Ids<(ContactId, ChangeRequestId)>,
    Confirmed(caller, form): Confirmed<EnterForm>,
) -> Answer {
    let now = caller.now();
    let (settled, asked, holder) = caller
        .write(move |tx, actor| {
            let asked = of_contact(tx, actor, contact, request)?;
            let settled = change_requests::enter(tx, actor, (request, form.version), now)?;
            let holder = match &settled {
                Settled::Taken(by) => edit::holder(tx, actor, *by)?,
                _ => edit::Holder::default(),
            };
            Ok((settled, (asked, retailers::contact(tx, actor, contact)?), holder))
        })
        .await?;
    if matches!(settled, Settled::Taken(_)) {
        // What was asked for can be put right in the ordinary form.
        let (request, now) = asked;
        let text = |asked: Option<&str>, now: Option<&str>| asked.or(now).unwrap_or_default().to_owned();
        let form = SignInForm {
            username: text(
                request.asked.username.as_ref().map(Username::as_str),
                now.username.as_ref().map(Username::as_str),
            ),
            email: text(
                request.asked.email.as_ref().map(EmailAddress::as_str),
                now.email.as_ref().map(EmailAddress::as_str),
            ),
            version: now.version,
        };
        return edit::username_is_taken(&caller, contact, form, holder).await;
    }
    Ok(redirect(&format!("/portal/contacts/{contact}"), Some(flash(&settled, "request-entered"))))
}

/// What the form that turns a request down sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclineForm {
    #[serde(default)]
    answer: String,
}

/// `POST /portal/contacts/{id}/requests/{request}/decline`
pub async fn decline(
    AtPortal(caller): AtPortal,
    Ids((contact, request)): Ids<(ContactId, ChangeRequestId)>,
    Posted(form): Posted<DeclineForm>,
) -> Answer {
    let mut errors = Vec::new();
    let answer = edit::read_note(&mut errors, "answer", &form.answer);
    if !errors.is_empty() {
        return Ok(redirect(&format!("/portal/contacts/{contact}"), Some("request-answer-unreadable")));
    }
    let now = caller.now();
    let settled = caller
        .write(move |tx, actor| {
            of_contact(tx, actor, contact, request)?;
            change_requests::decline(tx, actor, request, &answer, now)
        })
        .await?;
    Ok(redirect(&format!("/portal/contacts/{contact}"), Some(flash(&settled, "request-declined"))))
}

/// A request about that contact, for who may settle it.
fn of_contact(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: ContactId,
    request: ChangeRequestId,
) -> Result<ChangeRequest> {
    retailers::contact(tx, actor, contact)?;
    if !actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed);
    }
    let found = change_requests::find(tx, actor, request)?;
    if found.contact == contact { Ok(found) } else { Err(Error::NotFound) }
}

fn flash(settled: &Settled, done: &'static str) -> &'static str {
    match settled {
        Settled::Done | Settled::Taken(_) => done,
        Settled::NotOpen => "request-not-open",
        Settled::ChangedMeanwhile => "request-changed-meanwhile",
    }
}
