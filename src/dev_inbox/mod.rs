//! The pages of the inbox that only `tradepost demo` has: mails are shown here
//! instead of sent. Without that inbox there is nothing to be found.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse};

use crate::app::Outbound;
use crate::error::{Error, Result};
use crate::http::{Answer, Page, Shared, Visit, html, redirect};
use crate::mail::inbox::{DevInbox, InboxMail};
use crate::mail::message::for_browser;

/// A mail's HTML part styles itself and can do nothing else.
const MAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);

#[derive(Template)]
#[template(path = "dev_inbox/pages/inbox.html")]
struct InboxPage {
    page: Page,
    query: String,
    mails: Vec<InboxMail>,
    from: String,
    /// The mail that is read.
    open: Option<InboxMail>,
}

/// `GET /dev/inbox`
pub async fn list(
    State(web): State<Shared>,
    visit: Visit,
    Query(fields): Query<BTreeMap<String, String>>,
) -> Answer {
    let query = fields.get("q").map(String::as_str).unwrap_or_default();
    inbox_page(&web, &visit, query, None)
}

/// `GET /dev/inbox/{number}`
pub async fn mail(State(web): State<Shared>, visit: Visit, Path(number): Path<String>) -> Answer {
    let mail = find(&web, &number)?;
    inbox_page(&web, &visit, "", Some(mail))
}

fn inbox_page(web: &Shared, visit: &Visit, query: &str, open: Option<InboxMail>) -> Answer {
    let mails = inbox(web)?.list(Some(query));
    let (page, from) = (Page::of_staff(web, visit, None), web.app.config.mail.from.to_string());
    html(StatusCode::OK, &InboxPage { page, query: query.to_owned(), mails, from, open })
}

/// `GET /dev/inbox/{number}/html`
pub async fn html_part(State(web): State<Shared>, Path(number): Path<String>) -> Answer {
    let mail = find(&web, &number)?;
    let logo = web.app.logo();
    let html = for_browser(&mail.html, logo.as_ref().and_then(|logo| logo.picture.as_ref()));
    Ok(([(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response())
}

/// `POST /dev/inbox/clear`
pub async fn clear(State(web): State<Shared>) -> Answer {
    inbox(&web)?.clear();
    Ok(redirect("/dev/inbox", Some("inbox-cleared")))
}

fn inbox(web: &Shared) -> Result<&DevInbox> {
    match &web.app.outbound {
        Outbound::Inbox(inbox) => Ok(inbox),
        Outbound::Smtp(_) => Err(Error::NotFound),
    }
}

fn find(web: &Shared, number: &str) -> Result<InboxMail> {
    let number = number.parse().map_err(|_| Error::NotFound)?;
    inbox(web)?.get(number).ok_or(Error::NotFound)
}

impl InboxPage {
    fn is_open(&self, mail: &InboxMail) -> bool {
        self.open.as_ref().is_some_and(|open| open.number == mail.number)
    }
}
