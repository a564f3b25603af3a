//! Requests to the office: what a rep's role doesn't let them change, asked of those who may.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::change_requests::{self, Asked};
use crate::customers::edit::{read_email, read_note, read_username};
use crate::http::api::problem::Described;
use crate::http::api::{AtApi, FieldError, Keyed, Moment, Problem, created, done, ok};
use crate::http::{Answer, Failure, Ids};
use crate::idempotency::{self, Done};
use crate::kernel::id::{ChangeRequestId, ContactId};
use crate::retailers;

/// What to ask the office for; at least one of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChangeRequest {
    /// Where the contact's mail is to go.
    email: Option<String>,
    /// What they are to sign in with.
    username: Option<String>,
    /// Whether website access is to be turned on.
    #[serde(default)]
    website_access: bool,
    /// What else the office should know.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
}

/// A change that a rep asked the office for.
#[derive(Serialize, ToSchema)]
pub struct ChangeRequest {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ChangeRequestId,
    /// The contact it is about.
    #[schema(value_type = uuid::Uuid)]
    contact: ContactId,
    /// `open`: the office has not looked at it yet. `entered`: it was done. `declined`: it was turned down.
    /// `closed`: a newer one took its place, or the contact is gone.
    #[schema(pattern = "^(open|entered|declined|closed)$")]
    state: &'static str,
    /// Where the contact's mail is to go, if that was asked for.
    email: Option<String>,
    /// What they are to sign in with, if that was asked for.
    username: Option<String>,
    /// Whether website access was to be turned on.
    website_access: bool,
    /// What else was said.
    note: String,
    /// Who asked.
    asked_by: String,
    /// When.
    asked_at: Moment,
    /// Who settled it.
    settled_by: Option<String>,
    /// When.
    settled_at: Option<Moment>,
    /// What the office said to it; may be empty.
    answer: String,
}

/// Requests, newest first.
#[derive(Serialize, ToSchema)]
pub struct ChangeRequests {
    /// The open ones, and those settled in the last 30 days.
    items: Vec<ChangeRequest>,
}

impl ChangeRequest {
    fn new(request: &change_requests::ChangeRequest) -> Self {
        let asked = &request.asked;
        Self {
            id: request.id,
            contact: request.contact,
            state: request.state.as_str(),
            email: asked.email.as_ref().map(|email| email.as_str().to_owned()),
            username: asked.username.as_ref().map(|username| username.as_str().to_owned()),
            website_access: asked.website_access,
            note: asked.note.clone(),
            asked_by: request.asked_by_name.clone(),
            asked_at: request.asked_at.into(),
            settled_by: request.settled_by_name.clone(),
            settled_at: request.settled_at.map(Into::into),
            answer: request.answer.clone(),
        }
    }
}

/// Ask the office to change how a contact signs in: for whoever may edit contacts, but not that. A newer
/// request takes the place of an open one.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/change-requests", tag = "Customers",
    params(("id" = Uuid, Path, description = "The contact"), ("Idempotency-Key" = String, Header, description = "Made once for this act", min_length = 8, max_length = 200, pattern = "^[!-~]+$")),
    request_body = NewChangeRequest,
    responses((status = 201, body = ChangeRequest), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn ask(
    AtApi(caller): AtApi,
    Ids(contact): Ids<ContactId>,
    keyed: Keyed<NewChangeRequest>,
) -> Answer {
    let (new, attempt) = keyed.required()?;
    let mut errors = Vec::new();
    let asked = Asked {
        email: read_email(&mut errors, &new.email.unwrap_or_default()),
        username: read_username(&mut errors, &new.username.unwrap_or_default()),
        website_access: new.website_access,
        note: read_note(&mut errors, "note", &new.note),
    };
    if errors.is_empty() && asked.is_empty() {
        errors.push(("note", "Say what is to be changed.".to_owned()));
    }
    let now = caller.now();
    let (once, request) = caller
        .write(move |tx, actor| {
            let once = idempotency::once(tx, actor, Some(attempt), now, |tx| {
                retailers::contact(tx, actor, contact)?;
                if !errors.is_empty() {
                    return Ok(Err(errors.clone()));
                }
                let request = change_requests::ask(tx, actor, contact, &asked, now)?;
                Ok(Ok(Done { request: Some(request), ..Done::with(contact) }))
            })?;
            let made = match &once {
                idempotency::Once::Now(done) | idempotency::Once::Before(done) => done.request,
                _ => None,
            };
            let made = made.map(|id| change_requests::find(tx, actor, id)).transpose()?;
            Ok((once, made))
        })
        .await?;
    let (_, replayed) = done(once, invalid)?;
    let request = ChangeRequest::new(&request.ok_or(crate::Error::NotFound)?);
    created(&format!("/api/v1/change-requests/{}", request.id), &request).map(|answer| replayed.mark(answer))
}

fn invalid(errors: Vec<(&'static str, String)>) -> Failure {
    let errors: Vec<FieldError> =
        errors.into_iter().map(|(field, detail)| FieldError::new(field, detail)).collect();
    Problem::invalid(&errors).into()
}

/// What one asked the office for, and what came of it.
#[utoipa::path(
    get, path = "/api/v1/change-requests", tag = "Customers",
    responses((status = 200, body = ChangeRequests), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn list(AtApi(caller): AtApi) -> Answer {
    let now = caller.now();
    let own = caller.read(move |tx, actor| change_requests::own(tx, actor, now)).await?;
    ok(&ChangeRequests { items: own.iter().map(ChangeRequest::new).collect() })
}

/// One request to the office, for whoever asked or may settle it.
#[utoipa::path(
    get, path = "/api/v1/change-requests/{id}", tag = "Customers",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, body = ChangeRequest), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn request(AtApi(caller): AtApi, Ids(id): Ids<ChangeRequestId>) -> Answer {
    let request = caller.read(move |tx, actor| change_requests::find(tx, actor, id)).await?;
    ok(&ChangeRequest::new(&request))
}
