//! The page of jobs that were set aside.

use askama::Template;
use axum::http::StatusCode;

use super::{Item, WHY};
use crate::actor::Level;
use crate::http::{Answer, AtPortal, Ids, Page, html, redirect};
use crate::kernel::id::JobId;

/// Where the page is.
const HERE: &str = "/portal/jobs";

#[derive(Template)]
#[template(path = "set_aside/pages/set_aside.html")]
struct SetAsidePage {
    page: Page,
    rows: Vec<Item>,
    why: &'static str,
    may_change: bool,
}

/// `GET /portal/jobs`
pub async fn jobs(AtPortal(caller): AtPortal) -> Answer {
    let rows = caller.read(super::list).await?;
    let may_change = caller.actor.settings_level() >= Level::Write;
    html(StatusCode::OK, &SetAsidePage { page: caller.page(), rows, why: WHY, may_change })
}

/// `POST /portal/jobs/{id}/retry`
pub async fn retry(AtPortal(caller): AtPortal, Ids(id): Ids<JobId>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| super::take_up(tx, actor, id, now)).await?;
    Ok(redirect(HERE, Some("job-taken-up")))
}
