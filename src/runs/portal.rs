//! Runs in the portal: the preview, the run itself, and the list of all.

mod form;

use askama::Template;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use jiff::tz::TimeZone;
use url::form_urlencoded;

use super::draft::Of;
use super::items::{self, Show};
use super::view::{self, LineView, RunView};
use super::{Act, Candidate, Started};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::forms::FieldErrors;
use crate::http::{Answer, AtPortal, Caller, Ids, Page, headers, html, redirect};
use crate::kernel::id::RunId;
use crate::kernel::{EmailAddress, Timestamp, calendar};
use crate::retailers::{self, Contact};
use crate::staff::fresh::portal::Confirmed;
use crate::{listing, recovery};
use form::Asking;

/// Rows of a run on one page.
const LINES: i64 = 50;
/// People named of each group of a preview.
const NAMED: usize = 12;

#[derive(Template)]
#[template(path = "runs/pages/preview.html")]
struct PreviewPage {
    page: Page,
    asking: Asking,
    title: String,
    consequence: &'static str,
    /// Who is reached.
    reached: Group,
    /// Who is left out, by reason.
    left_out: Vec<Group>,
    /// About how long it takes; empty for what is done at once.
    lasts: String,
    /// The mail that the first of them gets.
    mail: Option<MailView>,
    /// Which zone the hour is in, and how late it is there.
    zone: String,
    territories: Vec<(String, String)>,
    errors: FieldErrors,
}

/// The mail that someone gets, with a placeholder for the temporary password.
struct MailView {
    to: String,
    subject: String,
    text: String,
    /// Where its HTML part is.
    href: String,
}

/// Some people of a preview.
#[derive(Clone, Debug, Default)]
struct Group {
    words: &'static str,
    count: usize,
    /// Names and places of the first.
    named: Vec<(String, String)>,
    /// Where this choice is turned round; empty when it can't be.
    turn_href: String,
    turn_label: &'static str,
}

impl Group {
    fn new<'c>(words: &'static str, of: impl Iterator<Item = &'c Candidate>) -> Self {
        let mut group = Self { words, ..Self::default() };
        for candidate in of {
            group.count += 1;
            if group.named.len() < NAMED {
                group.named.push((candidate.name.clone(), candidate.place.clone()));
            }
        }
        group
    }

    fn more(&self) -> usize {
        self.count - self.named.len()
    }
}

impl PreviewPage {
    fn may_start(&self) -> bool {
        self.reached.count > 0 && (!self.asking.is("assign-territory") || !self.asking.territory().is_empty())
    }

    fn back(&self) -> String {
        self.asking.list_href()
    }
}

/// `GET /portal/runs/new`
pub async fn preview(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let asking = Asking::of(pairs).ok_or(Error::NotFound)?;
    show(&caller, StatusCode::OK, asking, FieldErrors::default()).await
}

async fn show(caller: &Caller, status: StatusCode, asking: Asking, errors: FieldErrors) -> Answer {
    if !asking.act.is_allowed(&caller.actor) || !asking.act.fits(asking.list) {
        return Err(Error::NotAllowed.into());
    }
    let now = caller.now();
    let asked = asking.clone();
    let (candidates, territories, first) = caller
        .read(move |tx, actor| {
            let territories = listing::territories(tx, actor)?;
            let candidates = super::draft(tx, actor, &asked.plan(&territories), now)?;
            let first = candidates.iter().find(|one| one.verdict.is_ok()).map(|one| one.of);
            let first = match first {
                Some(Of::Contact(id)) if asked.act == Act::Invite => Some(retailers::contact(tx, actor, id)?),
                _ => None,
            };
            Ok((candidates, territories, first))
        })
        .await?;
    let mail = first.map(|first| mail(caller, &first)).transpose()?;
    let zone = &caller.web.app.config.time_zone;
    let zone =
        format!("{}, where it is {} now", zone.iana_name().unwrap_or("UTC"), calendar::clock(now, zone));
    let page = preview_page(caller.page(), asking, &candidates, (territories, errors), now);
    let mut response = html(status, &PreviewPage { mail, zone, ..page })?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, headers::WITH_FRAMES);
    Ok(response)
}

/// The mail that a contact would get from who looks.
fn mail(caller: &Caller, contact: &Contact) -> Result<MailView> {
    let app = &caller.web.app;
    let mail = recovery::preview::of(app, contact, &caller.session.name, caller.now())?;
    let email = contact.email.as_ref().map(EmailAddress::as_str).unwrap_or_default();
    Ok(MailView {
        to: format!("{} <{email}>", contact.name),
        subject: mail.subject.clone(),
        text: mail.text.to_string(),
        href: format!("/portal/contacts/{}/resets/new/mail", contact.id),
    })
}

fn preview_page(
    page: Page,
    mut asking: Asking,
    candidates: &[Candidate],
    (territories, errors): (Vec<super::Territory>, FieldErrors),
    now: Timestamp,
) -> PreviewPage {
    let reached: Vec<&Candidate> = candidates.iter().filter(|one| one.verdict.is_ok()).collect();
    let name = asking.plan(&territories).territory.map(|(_, name)| name).unwrap_or_default();
    let count = i64::try_from(reached.len()).unwrap_or(i64::MAX);
    let mut left_out: Vec<Group> = Vec::new();
    for reason in reasons(candidates) {
        let of = candidates.iter().filter(|one| one.verdict == Err(reason));
        let mut group = Group::new(view::reason(reason), of);
        if reason == super::Reason::StillGood {
            group.turn_href = asking.href(true);
            group.turn_label = "Invite them, too";
        }
        left_out.push(group);
    }
    let mut group = Group::new("", reached.iter().copied());
    if asking.include_live {
        group.turn_href = asking.href(false);
        group.turn_label = "Leave out those whose last invitation is still good";
    }
    asking.run.get_or_insert_with(|| RunId::new(now));
    PreviewPage {
        page,
        title: if count == 0 {
            view::label(asking.act).to_owned()
        } else {
            view::title(asking.act, asking.list, count, &name)
        },
        consequence: view::consequence(asking.act),
        lasts: lasts(&asking, &reached),
        mail: None,
        zone: String::new(),
        reached: group,
        left_out,
        territories: form::choices(&territories),
        errors,
        asking,
    }
}

/// The reasons there are, in their order.
fn reasons(candidates: &[Candidate]) -> std::collections::BTreeSet<super::Reason> {
    candidates.iter().filter_map(|one| one.verdict.err()).collect()
}

/// About how long the invitations take at the pace that is typed.
fn lasts(asking: &Asking, reached: &[&Candidate]) -> String {
    let Some(pace) = asking.fields.pace().filter(|_| asking.act == Act::Invite) else { return String::new() };
    let mut domains: Vec<&str> = reached.iter().map(|one| one.domain.as_str()).collect();
    domains.sort_unstable();
    let most = domains.chunk_by(|a, b| a == b).max_by_key(|same| same.len());
    let (most, domain) = most.map_or((0, ""), |same| (same.len(), same[0]));
    let span = view::span(pace.lasts(reached.len(), most));
    if most < 2 {
        return format!("At this pace it takes about {span}.");
    }
    format!("{most} of them go to {domain}. At this pace it takes about {span}.")
}

/// `GET /portal/runs`: what stands in the browser after a form was confirmed. The
/// list of runs is elsewhere.
pub async fn all(AtPortal(_): AtPortal) -> Answer {
    Ok(redirect("/portal/invitations", None))
}

/// `POST /portal/runs`
pub async fn start(Confirmed(caller, pairs): Confirmed<Vec<(String, String)>>) -> Answer {
    let asking = Asking::of(pairs).ok_or(crate::http::Failure::Unreadable)?;
    let (zone, now) = (caller.web.app.config.time_zone.clone(), caller.now());
    let schedule = match asking.fields.read(asking.act, &zone, now) {
        Ok(read) => read,
        Err(errors) => return show(&caller, StatusCode::UNPROCESSABLE_ENTITY, asking, errors).await,
    };
    let Some(id) = asking.run else { return Err(crate::http::Failure::Unreadable) };
    let asked = asking.clone();
    let started = caller
        .write(move |tx, actor| {
            let territories = listing::territories(tx, actor)?;
            super::start(tx, actor, id, (&asked.plan(&territories), schedule), now)
        })
        .await?;
    match started {
        Started::Run(id) => Ok(redirect(&format!("/portal/runs/{id}"), None)),
        Started::Nobody => show(&caller, StatusCode::CONFLICT, asking, FieldErrors::default()).await,
    }
}

#[derive(Template)]
#[template(path = "runs/pages/run.html")]
struct RunPage {
    page: Page,
    view: RunView,
    filter: String,
    /// The choices of rows: words, where, whether one is there.
    tabs: Vec<(&'static str, String, bool)>,
    lines: Vec<LineView>,
    next_href: String,
    first_href: String,
}

/// How the run stands, alone, for the page that shows it live.
#[derive(Template)]
#[template(path = "runs/pages/status.html")]
struct Status {
    view: RunView,
}

/// `GET /portal/runs/{id}`
pub async fn run(AtPortal(caller): AtPortal, Ids(id): Ids<RunId>, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let field = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let show = field("show").and_then(|name| Show::from_name(&name)).unwrap_or(Show::Reached);
    let after: i64 = field("after").and_then(|number| number.parse().ok()).unwrap_or(0);
    let (now, zone) = (caller.now(), caller.web.app.config.time_zone.clone());
    let (view, lines, filter) = caller
        .read(move |tx, actor| {
            let view = read(tx, actor, id, now, &zone)?;
            let filter = view.filter(&listing::territories(tx, actor)?);
            Ok((view, items::page(tx, id, show, after, LINES + 1)?, filter))
        })
        .await?;
    let path = format!("/portal/runs/{id}");
    let href = |show: Show| {
        if show == Show::Reached { path.clone() } else { format!("{path}?show={}", show.as_str()) }
    };
    let limit = usize::try_from(LINES).unwrap_or(usize::MAX);
    let last = lines.get(limit - 1).filter(|_| lines.len() > limit).map(|line| line.number);
    let next = last.map(|number| format!("{path}?show={}&after={number}", show.as_str()));
    let tabs = Show::ALL.into_iter().map(|one| (view::shown(one), href(one), one == show));
    html(
        StatusCode::OK,
        &RunPage {
            page: caller.page(),
            tabs: tabs.collect(),
            lines: lines.iter().take(limit).map(LineView::new).collect(),
            next_href: next.unwrap_or_default(),
            first_href: if after > 0 { href(show) } else { String::new() },
            view,
            filter,
        },
    )
}

fn read(tx: &mut Tx<'_>, actor: &Actor, id: RunId, now: Timestamp, zone: &TimeZone) -> Result<RunView> {
    let run = super::find(tx, actor, id)?;
    let tally = super::tally(tx, &run)?;
    let may_steer = run.act.is_allowed(actor);
    Ok(RunView::new(run, &tally, may_steer, now, zone))
}

/// `GET /portal/runs/{id}/status`
pub async fn status(AtPortal(caller): AtPortal, Ids(id): Ids<RunId>) -> Answer {
    let (now, zone) = (caller.now(), caller.web.app.config.time_zone.clone());
    let view = caller.read(move |tx, actor| read(tx, actor, id, now, &zone)).await?;
    html(StatusCode::OK, &Status { view })
}

/// `POST /portal/runs/{id}/begin`
pub async fn begin(AtPortal(caller): AtPortal, Ids(id): Ids<RunId>) -> Answer {
    let now = caller.now();
    let done = caller.write(move |tx, actor| super::begin(tx, actor, id, now)).await?;
    Ok(back(id, done, "run-begun"))
}

/// `POST /portal/runs/{id}/pause`
pub async fn pause(AtPortal(caller): AtPortal, Ids(id): Ids<RunId>) -> Answer {
    let now = caller.now();
    let done = caller.write(move |tx, actor| super::pause(tx, actor, id, now)).await?;
    Ok(back(id, done, "run-paused"))
}

/// `POST /portal/runs/{id}/resume`
pub async fn resume(AtPortal(caller): AtPortal, Ids(id): Ids<RunId>) -> Answer {
    let now = caller.now();
    let done = caller.write(move |tx, actor| super::resume(tx, actor, id, now)).await?;
    Ok(back(id, done, "run-resumed"))
}

/// `POST /portal/runs/{id}/cancel`
pub async fn cancel(AtPortal(caller): AtPortal, Ids(id): Ids<RunId>) -> Answer {
    let now = caller.now();
    let done = caller.write(move |tx, actor| super::cancel(tx, actor, id, now)).await?;
    Ok(back(id, done, "run-cancelled"))
}

fn back(id: RunId, done: bool, flash: &'static str) -> axum::response::Response {
    redirect(&format!("/portal/runs/{id}"), Some(if done { flash } else { "run-over" }))
}
