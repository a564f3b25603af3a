//! Failures become answers here and nowhere else: a page for people, RFC 9457
//! problem details for programs.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::ProtectionError;

use super::api::{Problem, problem};
use super::error_page::{self, Asking, Why};
use super::refused::{Asked, CrossSite};
use super::{Shared, Visit, cookies, redirect};
use crate::error::Error;
use crate::kernel::id::{Id, of};

/// What handlers give.
pub type Answer<T = Response> = std::result::Result<T, Failure>;

/// Why a request is not answered as asked.
#[derive(Debug)]
pub enum Failure {
    /// An operation refused or broke.
    Refused(Error),
    /// Sign in first, at this address.
    SignIn(&'static str),
    /// Choose a password first (promise 7).
    ChoosePassword,
    /// What was sent can't be read.
    Unreadable,
    /// What was sent is larger than any form.
    TooLarge,
    /// What was sent came more slowly than we wait for.
    TooSlow,
    /// A problem of the API.
    Problem(Box<Problem>),
    /// This instead of what was asked for.
    Answered(Box<Response>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<crate::db::Error> for Failure {
    fn from(error: crate::db::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// Marks an answer whose words [`pages`] is to give: those of its status, or these.
#[derive(Clone, Copy, Debug)]
struct Wordless(Option<Why>);

/// Marks an answer for programs whose words are kept as they are.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut why = None;
        let status = match self {
            Self::Answered(answer) => return *answer,
            Self::Problem(problem) => {
                let mut response = StatusCode::BAD_REQUEST.into_response();
                response.extensions_mut().insert(Arc::<Problem>::from(problem));
                return response;
            }
            Self::SignIn(door) => return redirect(door, None),
            Self::ChoosePassword => return redirect("/password", None),
            Self::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Refused(Error::NotFound) => StatusCode::NOT_FOUND,
            Self::Refused(Error::NotAllowed) => StatusCode::FORBIDDEN,
            Self::Refused(Error::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Refused(Error::Database(error)) if error.is_away() || error.is_unsure() => {
                why = Some(if error.is_unsure() { Why::Unsure } else { Why::Away });
                tracing::warn!(%error, "A request could not be answered");
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Refused(error) => {
                tracing::error!(%error, "A request could not be answered");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Wordless(why));
        response
    }
}

/// The answer to a request another site made the browser send (CSRF).
pub fn cross_site(_: ProtectionError) -> Response {
    let mut response = Failure::Refused(Error::NotAllowed).into_response();
    response.extensions_mut().insert(CrossSite);
    response
}

/// Gives every error answer its words, whoever raised it: a handler, an
/// extractor, a limit, or the router. Knows each request by an id that can be
/// copied from the page and found in the log.
pub async fn pages(State(web): State<Shared>, request: Request, next: Next) -> Response {
    let started = web.app.clock.now();
    let id: Id<of::Session> = Id::new(started);
    let (mut parts, body) = request.into_parts();
    let asked = Asked::of(&mut parts);
    let visit = Visit::of(&web, &parts);
    let asking = Asking::of(&web, &parts);
    let wants_json = wants_json(&parts.headers, &visit.path);
    let route = parts.extensions.get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let method = parts.method.clone();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    asked.count(&web, &visit, &response);
    if let Some(problem) = response.extensions().get::<Arc<Problem>>() {
        response = keeping(&response, problem.answer(&id.to_string()));
    } else if visit.path.starts_with(API) && status.as_u16() >= 400 && !has_words(&response) {
        let problem = match why(&response, &method) {
            Some(Why::Unsure) => Problem::new(&problem::OUTCOME_UNKNOWN),
            Some(Why::Away) | None => Problem::of_status(status),
        };
        response = keeping(&response, problem.answer(&id.to_string()));
    } else if (status.is_client_error() || status.is_server_error()) && !has_words(&response) {
        let key = why(&response, &method).map_or_else(|| error_page::key(status), Why::key);
        response = if wants_json {
            let (title, text) = error_page::words(&visit, key);
            as_problem(status, key, &title, &text, Some(&id.to_string()))
        } else {
            let worded = error_page::answer(&web, &visit, &asking, (status, key), &id.to_string()).await;
            worded.unwrap_or_else(|_| status.into_response())
        };
    }
    if visit.flash.is_some() && has_words(&response) {
        cookies::clear_flash(response.headers_mut());
    }
    let ms = web.app.clock.now().since(started).as_millis();
    tracing::info!(%method, route, status = status.as_u16(), ms, request.id = %id, "Request answered");
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Why an answer has no words, where its status doesn't tell. One that was given up
/// because it took too long says of nothing that it wasn't changed.
fn why(response: &Response, method: &Method) -> Option<Why> {
    match response.extensions().get::<Wordless>() {
        Some(Wordless(why)) => *why,
        None if response.status() == StatusCode::SERVICE_UNAVAILABLE && !method.is_safe() => {
            Some(Why::Unsure)
        }
        None => None,
    }
}

/// Where the addresses of the API begin.
const API: &str = "/api/";

/// What other answers than successes say of what can be asked instead, and of
/// how much, is kept: `Allow`, and the limits of the rate.
fn keeping(of: &Response, mut answer: Response) -> Response {
    for name in ["allow", "ratelimit", "ratelimit-policy"] {
        if let Some(value) = of.headers().get(name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

fn has_words(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    response.extensions().get::<Plain>().is_some()
        || response.extensions().get::<Wordless>().is_none()
            && kind.is_some_and(|kind| {
                kind.starts_with("text/html") || kind.starts_with("application/problem+json")
            })
}

fn wants_json(headers: &HeaderMap, path: &str) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    path.starts_with("/hooks/") || (accept.contains("json") && !accept.contains("text/html"))
}

/// Problem details (RFC 9457); `id` is the request's.
pub fn as_problem(status: StatusCode, key: &str, title: &str, detail: &str, id: Option<&str>) -> Response {
    let mut body = serde_json::json!({
        "type": format!("/problems/{key}"),
        "title": title,
        "status": status.as_u16(),
        "detail": detail,
    });
    if let Some(id) = id {
        body["instance"] = format!("urn:uuid:{id}").into();
    }
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
