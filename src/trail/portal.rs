//! The pages of the audit trail.

use std::sync::Arc;

use askama::Template;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::Line;
use super::asked::{ACTORS, Asked, DOORS, KINDS};
use super::outside::{self, Sent};
use super::verifying::{self, Check};
use crate::actor::Act;
use crate::audit::{self, About, Compared, Event, Found, Head};
use crate::error::{Error, Result};
use crate::http::forms::Posted;
use crate::http::{Answer, AtPortal, Caller, Page, html, redirect};
use crate::listing::export::{Format, Sheet};
use crate::listing::ignored;
use crate::staff;
use crate::staff::fresh::portal::Confirmed;

/// Entries on one page.
const ENTRIES: usize = 50;
/// Entries read at once for an export.
const CHUNK: usize = 1000;

#[derive(Template)]
#[template(path = "trail/pages/trail.html")]
struct TrailPage {
    page: Page,
    asked: Asked,
    people: Vec<(String, String)>,
    rows: Vec<Row>,
    note: String,
    may_export: bool,
    next_href: String,
    first_href: String,
}

/// A line of the trail.
struct Row {
    number: i64,
    line: Line,
    /// Whom it is about.
    whom: String,
    /// Their page; empty when there is none.
    href: String,
    /// The retailer of a contact.
    retailer: String,
}

impl Row {
    fn new(found: Found) -> Self {
        let line = Line::new(&found.entry);
        let (whom, href, retailer) = match (found.contact, found.retailer) {
            (Some((id, name)), retailer) => {
                let href = if found.erased { String::new() } else { format!("/portal/contacts/{id}") };
                (name, href, retailer.map(|(_, name)| name).unwrap_or_default())
            }
            (None, Some((id, name))) => (name, format!("/portal/retailers/{id}"), String::new()),
            (None, None) => (found.staff.unwrap_or_default(), String::new(), String::new()),
        };
        Self { number: found.number, line, whom, href, retailer }
    }
}

impl TrailPage {
    fn kinds(&self) -> Vec<(&'static str, &'static str, bool)> {
        KINDS.iter().map(|(name, words)| (*name, *words, self.asked.kind == *name)).collect()
    }

    fn doors(&self) -> Vec<(&'static str, &'static str, bool)> {
        DOORS.iter().map(|(name, words)| (*name, *words, self.asked.door == *name)).collect()
    }

    /// Staff users first, then the other kinds of actors.
    fn actors(&self) -> Vec<(String, String, bool)> {
        let others = ACTORS.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned()));
        let all = self.people.iter().cloned().chain(others);
        all.map(|(name, words)| (name.clone(), words, self.asked.who == name)).collect()
    }
}

fn must_see(caller: &Caller) -> Result<()> {
    if caller.actor.may(Act::ViewAudit) { Ok(()) } else { Err(Error::NotAllowed) }
}

/// `GET /portal/audit`
pub async fn trail(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    must_see(&caller)?;
    let asked = Asked::of(&query.unwrap_or_default());
    let filter = asked.filter(&caller.actor, &caller.web.app.config.time_zone);
    let (mut found, people) =
        caller.read(move |tx, _| Ok((audit::search(tx, &filter, ENTRIES + 1)?, staff::names(tx)?))).await?;
    let more = found.len() > ENTRIES;
    found.truncate(ENTRIES);
    let query = asked.query();
    let joined = |query: &str, more: String| if query.is_empty() { more } else { format!("{query}&{more}") };
    let last = found.last().filter(|_| more).map(|found| joined(&query, format!("before={}", found.number)));
    html(
        StatusCode::OK,
        &TrailPage {
            page: caller.page(),
            note: ignored::sentence(&asked.ignored).unwrap_or_default(),
            people: people.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            rows: found.into_iter().map(Row::new).collect(),
            may_export: caller.actor.may(Act::Export),
            next_href: last.map(|query| format!("/portal/audit?{query}")).unwrap_or_default(),
            first_href: if asked.before.is_some() { format!("/portal/audit?{query}") } else { String::new() },
            asked,
        },
    )
}

#[derive(Template)]
#[template(path = "trail/pages/verify.html")]
struct VerifyPage {
    page: Page,
    check: Option<Check>,
    is_under_way: bool,
    announced: &'static str,
    /// How the trail compares with the heads that were pasted.
    compared: Vec<(Head, Compared)>,
    /// What was pasted; nothing when the page was only opened.
    pasted: String,
    /// How the ways are that the trail goes elsewhere.
    sent: Vec<Sent>,
}

/// `GET /portal/audit/verify`: what the last check found.
pub async fn verify(AtPortal(caller): AtPortal) -> Answer {
    must_see(&caller)?;
    verified(&caller, String::new()).await
}

/// `POST /portal/audit/verify`: begins a check, unless one is under way.
pub async fn begin_check(AtPortal(caller): AtPortal) -> Answer {
    must_see(&caller)?;
    let now = caller.now();
    if caller.write(move |tx, actor| verifying::begin(tx, actor, now)).await? {
        tokio::spawn(verifying::perform(Arc::clone(&caller.web.app), now));
    }
    Ok(redirect("/portal/audit/verify", None))
}

#[derive(Template)]
#[template(path = "trail/pages/check_status.html")]
struct CheckStatus {
    page: Page,
    check: Option<Check>,
    is_under_way: bool,
    announced: &'static str,
}

/// `GET /portal/audit/verify/status`: how far the check is, as a part of the page.
pub async fn check_status(AtPortal(caller): AtPortal) -> Answer {
    must_see(&caller)?;
    let check = caller.read(|tx, _| Ok(verifying::find(tx)?)).await?;
    let is_under_way = check.as_ref().is_some_and(|check| check.is_under_way(caller.now()));
    html(
        StatusCode::OK,
        &CheckStatus { page: caller.page(), announced: announced(is_under_way), check, is_under_way },
    )
}

const fn announced(is_under_way: bool) -> &'static str {
    if is_under_way { "The trail is being verified" } else { "Verified" }
}

/// What is compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadsForm {
    heads: String,
}

/// `POST /portal/audit/heads`: compares the trail with heads that were kept
/// elsewhere; nothing is changed.
pub async fn heads(AtPortal(caller): AtPortal, Posted(form): Posted<HeadsForm>) -> Answer {
    must_see(&caller)?;
    verified(&caller, form.heads).await
}

async fn verified(caller: &Caller, pasted: String) -> Answer {
    let heads = audit::heads_in(&pasted);
    let (check, compared, sent) = caller
        .read(move |tx, _| {
            let compare = |head: &Head| Ok((head.clone(), audit::compare(tx, head, &[])?));
            let compared = heads.iter().map(compare).collect::<Result<Vec<_>>>()?;
            Ok((verifying::find(tx)?, compared, outside::sent(tx)?))
        })
        .await?;
    let is_under_way = check.as_ref().is_some_and(|check| check.is_under_way(caller.now()));
    let announced = announced(is_under_way);
    html(
        StatusCode::OK,
        &VerifyPage { page: caller.page(), check, is_under_way, announced, compared, pasted, sent },
    )
}

/// What an export sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    query: String,
    format: String,
}

/// `POST /portal/audit/export`: all that the filter keeps, newest first. That it
/// was taken is written down first.
pub async fn export(Confirmed(caller, form): Confirmed<ExportForm>) -> Answer {
    must_see(&caller)?;
    if !caller.actor.may(Act::Export) {
        return Err(Error::NotAllowed.into());
    }
    let format = Format::from_name(&form.format).ok_or(Error::NotFound)?;
    let filter = Asked::of(&form.query).filter(&caller.actor, &caller.web.app.config.time_zone);
    let now = caller.now();
    caller
        .write(move |tx, actor| {
            let about = About::default().with("list", "audit");
            Ok(audit::record(tx, actor, now, Event::CustomersExported, about)?)
        })
        .await?;
    let bytes = caller.read_long(move |tx, _| sheet(tx, &filter, format)).await?;
    let name = format!("attachment; filename=\"audit-{}.{}\"", &now.rfc3339()[..10], format.as_str());
    let headers =
        [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

fn sheet(tx: &mut crate::db::Tx<'_>, filter: &audit::Filter, format: Format) -> Result<Vec<u8>> {
    let headings = ["number", "at", "act", "what", "about", "retailer", "door", "address"];
    let mut sheet = Sheet::new(format, &headings)?;
    let mut filter = filter.clone();
    loop {
        let found = audit::search(tx, &filter, CHUNK)?;
        let Some(last) = found.last() else { return sheet.finish() };
        filter.before = Some(last.number);
        for found in found {
            let (act, door, address) =
                (found.entry.act.clone(), found.entry.door.clone(), found.entry.address.clone());
            let row = Row::new(found);
            let number = row.number.to_string();
            sheet.add(&[
                &number,
                &row.line.iso,
                &act,
                &row.line.text,
                &row.whom,
                &row.retailer,
                &door,
                &address,
            ])?;
        }
    }
}
