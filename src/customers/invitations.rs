//! The portal's page of invitations: how the roll-out stands, and every run.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use url::form_urlencoded;

use super::dashboard::in_words;
use crate::dashboard;
use crate::http::{Answer, AtPortal, Page, html};
use crate::kernel::id::RunId;
use crate::listing::Standing;
use crate::runs::{self, Act, RunView};

#[derive(Template)]
#[template(path = "customers/pages/invitations.html")]
struct InvitationsPage {
    page: Page,
    counts: Vec<(Standing, String)>,
    /// Whether somebody was never invited, and the actor may invite them.
    may_invite: bool,
    runs: Vec<RunView>,
    next_href: String,
    first_href: String,
}

/// `GET /portal/invitations`
pub async fn invitations(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let before: Option<RunId> = form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == "before")
        .and_then(|(_, value)| value.parse().ok());
    let now = caller.now();
    let (counts, (runs, older), turns) = caller
        .read(move |tx, actor| {
            let latest = runs::latest(tx, actor, before)?;
            let turns = runs::turns(tx, &latest.0)?;
            Ok((dashboard::counts(tx, actor, now)?, latest, turns))
        })
        .await?;
    let some_left = counts.iter().any(|(standing, count)| *standing == Standing::NotInvited && *count > 0);
    let views = runs.into_iter().zip(&turns).map(|(run, tally)| {
        let may_steer = run.act.is_allowed(&caller.actor);
        RunView::new(run, tally, may_steer, now, &caller.web.app.config.time_zone)
    });
    html(
        StatusCode::OK,
        &InvitationsPage {
            page: caller.page(),
            counts: in_words(&counts),
            may_invite: some_left && Act::Invite.is_allowed(&caller.actor),
            runs: views.collect(),
            next_href: older.map(|id| format!("/portal/invitations?before={id}")).unwrap_or_default(),
            first_href: if before.is_some() { "/portal/invitations".into() } else { String::new() },
        },
    )
}
