//! The portal's first page: what needs a person now.

use askama::Template;
use axum::http::StatusCode;

use super::view::{Chart, ContactRow, without_addresses};
use crate::change_requests::ChangeRequest;
use crate::dashboard::{self, Dashboard, Few};
use crate::getting_started::{FirstSteps, portal as first};
use crate::http::{Answer, AtPortal, Page, html};
use crate::kernel::Timestamp;
use crate::listing::{COUNTED, Standing};
use crate::retailers::Contact;
use crate::runs::{self, Run};

/// Requests that are named.
const NAMED: usize = 5;

#[derive(Template)]
#[template(path = "customers/pages/dashboard.html")]
struct DashboardPage {
    page: Page,
    /// The first steps, while they are shown: how many are done, of how many,
    /// and which comes next.
    first_steps: Option<(usize, usize, &'static str)>,
    tasks: Vec<Task>,
    /// Requests of reps: how many, in words, and the first of them.
    requests: (String, Vec<(ChangeRequest, Contact)>),
    /// When the installation was restored, until that was signed off.
    restored: Option<Timestamp>,
    /// Paused runs: what they do, who started them, where they are.
    paused: Vec<(&'static str, String, String)>,
    /// Put off mails: how many, in words, and why; empty when there are none.
    mail: (String, String),
    /// Jobs that were set aside.
    set_aside: usize,
    counts: Vec<(Standing, String)>,
    chart: Chart,
}

/// Contacts that need a person.
struct Task {
    tone: &'static str,
    shape: &'static str,
    title: String,
    text: &'static str,
    rows: Vec<ContactRow>,
    href: String,
}

/// `GET /portal`
pub async fn dashboard(AtPortal(caller): AtPortal) -> Answer {
    let (zone, now) = (caller.web.app.config.time_zone.clone(), caller.now());
    let found = caller.read(move |tx, actor| dashboard::read(tx, actor, &zone, now)).await?;
    let steps = if caller.web.app.shows_first_steps() { Some(first::look(&caller).await?) } else { None };
    html(
        StatusCode::OK,
        &DashboardPage { first_steps: steps.as_ref().and_then(begun), ..page(caller.page(), &found, now) },
    )
}

fn begun(steps: &FirstSteps) -> Option<(usize, usize, &'static str)> {
    let (title, _) = first::words(steps.next().filter(|_| steps.shown)?);
    Some((steps.done(), steps.count(), title))
}

fn page(page: Page, found: &Dashboard, now: Timestamp) -> DashboardPage {
    let bounced = task(
        &found.bounced,
        ("bad", "cross"),
        ("1 address bounced", "addresses bounced"),
        "Mail to them came back, so nothing more is sent there. They need another address, or someone who clears this one.",
        now,
    );
    let expiring = task(
        &found.expiring,
        ("warn", "clock"),
        ("1 invitation is about to expire", "invitations are about to expire"),
        "Within twelve hours, unused. A call helps; so does inviting them again.",
        now,
    );
    let mail = found.mail.as_ref().filter(|mail| mail.put_off > 0).map(|mail| {
        let words = if mail.put_off == 1 {
            "1 mail was put off".to_owned()
        } else {
            format!("{} mails were put off", mail.put_off)
        };
        (words, without_addresses(&mail.why))
    });
    DashboardPage {
        page,
        first_steps: None,
        tasks: [bounced, expiring].into_iter().flatten().collect(),
        mail: mail.unwrap_or_default(),
        set_aside: found.set_aside,
        requests: requests(found),
        restored: found.restored.map(|epoch| epoch.begun_at),
        paused: found.paused.iter().map(paused).collect(),
        counts: in_words(&found.counts),
        chart: Chart::new(&found.days),
    }
}

fn requests(found: &Dashboard) -> (String, Vec<(ChangeRequest, Contact)>) {
    let words = match found.requests.len() {
        0 => String::new(),
        1 => "A rep asks for a change".to_owned(),
        count => format!("Reps ask for {count} changes"),
    };
    (words, found.requests.iter().take(NAMED).cloned().collect())
}

/// Counts as pages show them.
pub(super) fn in_words(counts: &[(Standing, i64)]) -> Vec<(Standing, String)> {
    counts.iter().map(|(standing, count)| (*standing, count.to_string())).collect()
}

fn paused(run: &Run) -> (&'static str, String, String) {
    let started = format!("started by {}", run.staff_name);
    let words = runs::why(run).map_or(started, str::to_owned);
    (runs::label(run.act), words, format!("/portal/runs/{}", run.id))
}

fn task(
    few: &Few,
    (tone, shape): (&'static str, &'static str),
    (one, many): (&str, &str),
    text: &'static str,
    now: Timestamp,
) -> Option<Task> {
    let title = match few.count {
        0 => return None,
        1 => one.to_owned(),
        count if count > COUNTED => format!("More than {COUNTED} {many}"),
        count => format!("{count} {many}"),
    };
    let rows = few.contacts.iter().map(|contact| ContactRow::new(contact.clone(), now)).collect();
    Some(Task { tone, shape, title, text, rows, href: format!("/portal/contacts?{}", few.query) })
}
