//! Contacts at the API: signing in, choosing a password (promise 7), signing out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use passwords::{Password, PasswordError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SignIn;
use crate::http::api::problem::{self, Described};
use crate::http::api::{ChoosingAtApi, ContactAtApi, FieldError, Problem, Sent, created, ok};
use crate::http::forms::Secret;
use crate::http::texts;
use crate::http::{Answer, Failure, Shared, Visit};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{Language, Token};
use crate::recovery::choose::{self, Choice, Entitled};
use crate::recovery::site::problem_text;

/// What a contact signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Their username.
    username: String,
    /// Their password, or the temporary one they were mailed.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// A session of a contact.
#[derive(Serialize, ToSchema)]
pub struct NewSession {
    /// Send it as `Authorization: Bearer …`.
    token: String,
    /// Whether it can do nothing but set a new password and sign out.
    password_change_required: bool,
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
}

/// Sign a contact in, with their own password or a temporary one.
#[utoipa::path(
    post, path = "/api/v1/contact-session", tag = "Contact sign-in", security(()),
    request_body = Credentials,
    responses((status = 201, body = NewSession), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn sign_in(State(web): State<Shared>, visit: Visit, Sent(typed): Sent<Credentials>) -> Answer {
    let outcome = match Password::parse(typed.password.expose()) {
        Ok(password) => super::sign_in(&web.app, &typed.username, password, visit.place).await?,
        Err(_) => SignIn::Refused,
    };
    match outcome {
        SignIn::Welcome(token) => created(ADDRESS, &NewSession::new(&token, false)),
        SignIn::MustChoosePassword(token) => created(ADDRESS, &NewSession::new(&token, true)),
        SignIn::Refused => Err(Problem::new(&problem::SIGN_IN_REFUSED).into()),
    }
}

const ADDRESS: &str = "/api/v1/contact-session";

impl NewSession {
    fn new(token: &Token, password_change_required: bool) -> Self {
        Self { token: token.expose().to_string(), password_change_required }
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
            Ok(current) => Entitled::Current(current),
            Err(_) => return Err(wrong("current_password", "password-wrong-current", language)),
        },
    };
    let new = Password::parse(typed.password.expose()).map_err(|error| {
        let key = if matches!(error, PasswordError::Empty) { "password-empty" } else { "password-too-long" };
        wrong("password", key, language)
    })?;
    match choose::choose(&web.app, &session, entitled, new, visit.place).await? {
        Choice::Chosen(token) => ok(&NewSession::new(&token, false)),
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
