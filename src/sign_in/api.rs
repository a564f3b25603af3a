//! Contacts at the API: signing in, choosing a password (promise 7), signing out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use passwords::{Password, PasswordError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SignIn, Typed, has_blank_ends};
use crate::http::api::problem::{self, Described};
use crate::http::api::{ChoosingAtApi, ContactAtApi, FieldError, Problem, Sent, created, ok};
use crate::http::forms::Secret;
use crate::http::session::device_mark;
use crate::http::texts;
use crate::http::{Answer, Failure, Shared, Visit};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{Language, Token};
use crate::passkeys::lately::Lately;
use crate::recovery::choose::{self, Choice, Entitled};
use crate::recovery::site::problem_text;

/// What a contact signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Their username, or their e-mail address while only they have it.
    username: String,
    /// Their password, or the temporary one they were mailed.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// What an earlier sign-in on this device answered. With it, what strangers try elsewhere slows nobody down here.
    #[schema(max_length = 600)]
    device: Option<String>,
}

/// A session of a contact.
#[derive(Serialize, ToSchema)]
pub struct NewSession {
    /// Send it as `Authorization: Bearer …`.
    token: String,
    /// Whether it can do nothing but set a new password and sign out.
    password_change_required: bool,
    /// Keep it on the device, also after signing out, and send it with the next sign-in there. It lets nobody in.
    /// Not there for a session that must choose a password.
    device: Option<String>,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct Whoami {
    /// The contact.
    #[schema(value_type = Uuid)]
    contact: ContactId,
    /// Their name.
    name: String,
    /// Their username.
    username: String,
    /// Their retailer.
    #[schema(value_type = Uuid)]
    retailer: RetailerId,
    /// Its name.
    retailer_name: String,
    /// Its account number.
    account_number: String,
}

/// A password to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The new one.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// The current one; not needed after signing in with a temporary password.
    #[schema(value_type = Option<String>, format = Password)]
    current_password: Option<Secret>,
    /// Whether passkeys stay that were added since the password was chosen, or in the last
    /// 30 days. Without this they are removed: somebody else may have added them. After
    /// signing in with a temporary password all are.
    keep_passkeys: Option<bool>,
}

/// Sign a contact in, with their own password or a temporary one.
#[utoipa::path(
    post, path = "/api/v1/contact-session", tag = "Contact sign-in", security(()),
    request_body = Credentials,
    responses((status = 201, body = NewSession), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn sign_in(State(web): State<Shared>, visit: Visit, Sent(typed): Sent<Credentials>) -> Answer {
    let password = typed.password.expose();
    let sent = Typed { login: &typed.username, password, device: typed.device.as_deref() };
    let blank = has_blank_ends(password);
    let (problem, until) = match super::sign_in(&web.app, sent, visit.place.clone()).await? {
        SignIn::Welcome(token, contact) => {
            let device = device_mark(&web, contact, typed.device).await;
            return created(ADDRESS, &NewSession::new(&token, false, device));
        }
        SignIn::MustChoosePassword(token) => return created(ADDRESS, &NewSession::new(&token, true, None)),
        SignIn::Refused(until) => {
            let refused = Problem::new(&problem::SIGN_IN_REFUSED);
            let blank = blank.then(|| texts::text(visit.language, "sign-in-blank"));
            (blank.map_or(refused.clone(), |blank| refused.saying(blank)), until)
        }
        SignIn::Wait(until) => (Problem::new(&problem::SIGN_IN_PAUSED), Some(until)),
    };
    let wait_s = until.map(|until| until.since(web.app.clock.now()).as_secs().saturating_add(1));
    Err(wait_s.map_or(problem.clone(), |wait_s| problem.retry_after(wait_s)).into())
}

const ADDRESS: &str = "/api/v1/contact-session";

impl NewSession {
    fn new(token: &Token, password_change_required: bool, device: Option<String>) -> Self {
        Self { token: token.expose().to_string(), password_change_required, device }
    }
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/v1/contact-session", tag = "Contact sign-in", security(("contact" = [])),
    responses((status = 200, body = Whoami), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn whoami(ContactAtApi(session): ContactAtApi) -> Answer {
    ok(&Whoami {
        contact: session.contact,
        name: session.name,
        username: session.username,
        retailer: session.retailer,
        retailer_name: session.retailer_name,
        account_number: session.account_number,
    })
}

/// Set a new password. All sessions of the contact end; the answer holds the
/// token of a new one.
#[utoipa::path(
    put, path = "/api/v1/contact-session/password", tag = "Contact sign-in", security(("contact" = [])),
    request_body = NewPassword,
    responses((status = 200, body = NewSession), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn choose(
    State(web): State<Shared>,
    visit: Visit,
    ChoosingAtApi(session): ChoosingAtApi,
    Sent(typed): Sent<NewPassword>,
) -> Answer {
    let language = visit.language;
    let current = typed.current_password.as_ref().map(Secret::expose).unwrap_or_default();
    let entitled = match session.temporary {
        Some(temporary) => Entitled::Temporary(temporary),
        None => match Password::parse(current) {
            Ok(current) => Entitled::Current(current, Lately::of_box(typed.keep_passkeys != Some(true))),
            Err(_) => return Err(wrong("current_password", "password-wrong-current", language)),
        },
    };
    let new = Password::parse(typed.password.expose()).map_err(|error| {
        let key = if matches!(error, PasswordError::Empty) { "password-empty" } else { "password-too-long" };
        wrong("password", key, language)
    })?;
    match choose::choose(&web.app, &session, entitled, new, visit.place).await? {
        Choice::Chosen(token) => {
            let device = device_mark(&web, session.contact, None).await;
            ok(&NewSession::new(&token, false, device))
        }
        Choice::Refused(problems) => {
            let errors: Vec<FieldError> = problems
                .into_iter()
                .map(|problem| FieldError::new("password", problem_text(language, problem)))
                .collect();
            Err(Problem::invalid(&errors).into())
        }
        Choice::WrongCurrent => Err(wrong("current_password", "password-wrong-current", language)),
        Choice::NoLongerGood => Err(Problem::new(&problem::NOT_SIGNED_IN).into()),
    }
}

fn wrong(field: &str, key: &str, language: Language) -> Failure {
    Problem::invalid(&[FieldError::new(field, texts::text(language, key))]).into()
}

/// Sign the contact out.
#[utoipa::path(
    delete, path = "/api/v1/contact-session", tag = "Contact sign-in", security(("contact" = [])),
    responses((status = 204), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn sign_out(
    State(web): State<Shared>,
    visit: Visit,
    ChoosingAtApi(session): ChoosingAtApi,
) -> Answer {
    let now = web.app.clock.now();
    web.app.db.write(move |tx| super::sign_out(tx, &session, &visit.place, now)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
