//! Resets and invitations as resources: the same act, before and after a
//! contact has had a password of their own.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::events::{self, ResetEvent};
use super::shapes::{Reset, Resets};
use crate::access::{Missing, Obstacle};
use crate::customers::view;
use crate::http::api::{AtApi, Keyed, Problem, created, done, ok, problem};
use crate::http::{Answer, Caller, Ids, Shared};
use crate::idempotency::{self, Done};
use crate::kernel::id::{ContactId, ResetId};
use crate::recovery::{self, Manner, Requested};
use crate::retailers::{self, Contact};
use problem::Described;

/// Resets of a contact that are listed.
const LISTED: i64 = 20;

/// How a reset is to be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReset {
    /// Stop the current password now and sign the contact out everywhere: for
    /// an account in wrong hands.
    #[serde(default)]
    stop_current: bool,
}

/// Start a reset, or an invitation if the contact never had a password: a
/// temporary password is minted and mailed at once to the contact's own address.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/resets", tag = "Resets",
    params(("id" = Uuid, Path, description = "The contact"), ("Idempotency-Key" = String, Header, description = "Made once for this act", min_length = 8, max_length = 200, pattern = "^[!-~]+$")),
    request_body = NewReset,
    responses((status = 201, body = Reset), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn start(AtApi(caller): AtApi, Ids(contact): Ids<ContactId>, keyed: Keyed<NewReset>) -> Answer {
    let (new, attempt) = keyed.required()?;
    let mode = caller.web.app.settings().values.reset.mode;
    let manner = Manner { mode, stop_current: new.stop_current, once: false };
    let now = caller.now();
    let once = caller
        .write(move |tx, actor| {
            idempotency::once(tx, actor, Some(attempt), now, |tx| {
                Ok(match recovery::request(tx, actor, contact, manner, now)? {
                    Requested::OnItsWay(reset) => Ok(Done { reset: Some(reset), ..Done::with(contact) }),
                    Requested::NotPossible(obstacle) => {
                        Err((obstacle, retailers::contact(tx, actor, contact)?))
                    }
                })
            })
        })
        .await?;
    let (Done { contact, reset, .. }, replayed) =
        done(once, |(obstacle, contact)| not_possible(obstacle, &contact).into())?;
    let reset = find(&caller, contact, reset).await?;
    created(&format!("/api/v1/contacts/{contact}/resets/{}", reset.id), &reset)
        .map(|answer| replayed.mark(answer))
}

async fn find(caller: &Caller, contact: ContactId, reset: Option<ResetId>) -> Answer<Reset> {
    let (now, id) = (caller.now(), reset.ok_or(crate::Error::NotFound)?);
    let reset = caller
        .read(move |tx, actor| Ok(Reset::new(&recovery::find(tx, actor, contact, id)?, actor, now)))
        .await?;
    Ok(reset)
}

fn not_possible(obstacle: Obstacle, contact: &Contact) -> Problem {
    let reason = match obstacle {
        Obstacle::Inactive => "inactive",
        Obstacle::Off => "off",
        Obstacle::Missing(Missing::Email) => "missing_email",
        Obstacle::Missing(Missing::Username) => "missing_username",
        Obstacle::Bounced => "bounced",
    };
    Problem::new(&problem::NOT_POSSIBLE).saying(view::in_the_way(obstacle, contact)).with("reason", &reason)
}

/// The contact's latest resets and invitations.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/resets", tag = "Resets",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = Resets), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn list(AtApi(caller): AtApi, Ids(contact): Ids<ContactId>) -> Answer {
    let now = caller.now();
    let items = caller
        .read(move |tx, actor| {
            retailers::contact(tx, actor, contact)?;
            let resets = recovery::of_contact(tx, contact, LISTED)?;
            Ok(resets.iter().map(|reset| Reset::new(reset, actor, now)).collect())
        })
        .await?;
    ok(&Resets { items })
}

/// One reset: where its mail is, and what became of it.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/resets/{reset}", tag = "Resets",
    params(("id" = Uuid, Path, description = "The contact"), ("reset" = Uuid, Path, description = "The reset")),
    responses((status = 200, body = Reset), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn reset(AtApi(caller): AtApi, Ids((contact, reset)): Ids<(ContactId, ResetId)>) -> Answer {
    ok(&find(&caller, contact, Some(reset)).await?)
}

/// Call a reset back: its mail if it has not left, its temporary password if it
/// has. One that is over stays as it is.
#[utoipa::path(
    delete, path = "/api/v1/contacts/{id}/resets/{reset}", tag = "Resets",
    params(("id" = Uuid, Path, description = "The contact"), ("reset" = Uuid, Path, description = "The reset")),
    responses((status = 200, body = Reset), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn cancel(AtApi(caller): AtApi, Ids((contact, reset)): Ids<(ContactId, ResetId)>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| recovery::cancel(tx, actor, contact, reset, now)).await?;
    ok(&find(&caller, contact, Some(reset)).await?)
}

/// One reset as server-sent events: `reset` at once and with every change, until
/// nothing more will happen to it or five minutes have passed.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/resets/{reset}/events", tag = "Resets",
    params(("id" = Uuid, Path, description = "The contact"), ("reset" = Uuid, Path, description = "The reset")),
    responses((status = 200, body = ResetEvent, content_type = "text/event-stream"), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn follow(
    State(web): State<Shared>,
    AtApi(caller): AtApi,
    Ids((contact, reset)): Ids<(ContactId, ResetId)>,
) -> Answer<Response> {
    find(&caller, contact, Some(reset)).await?;
    let Some(open) = web.streams.open(caller.session.staff) else {
        return Err(Problem::new(&problem::TOO_MANY_REQUESTS).retry_after(events::WAIT_S).into());
    };
    Ok(events::stream(caller, (contact, reset), open))
}
