//! `POST /hooks/bounce`: a program hands in what came back.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::{Received, Refusal, take_in};
use crate::error::Error;
use crate::http::api::bearer;
use crate::http::error::{Failure, as_problem};
use crate::http::{Answer, Shared, bodies};
use crate::kernel::Digest;

/// Takes in one message as it came, in the body; `?recipient=` is whom the mail
/// server accepted it for. 204 when it was understood, whether or not it
/// changed something.
pub async fn bounce(
    State(web): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Body,
) -> Answer {
    let (Some(path), Some(secret)) = (&web.app.return_path, &web.app.config.hooks.bounce_secret) else {
        return Err(Error::NotFound.into());
    };
    // Digests are compared, so the time taken says nothing of the secret.
    if bearer(&headers).is_none_or(|given| Digest::of(given.as_bytes()) != *secret) {
        return Ok(unauthorised());
    }
    let body = bodies::whole(body).await?;
    let query = query.unwrap_or_default();
    let recipient = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "recipient");
    let recipient = recipient.map(|(_, value)| value.into_owned());
    let taken = take_in(&web.app.db, path, recipient.as_deref(), &body, web.app.clock.now()).await?;
    match taken {
        Ok(Received::Returned { .. } | Received::NoFailure | Received::Known) => {
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Err(Refusal::TooLarge) => Err(Failure::TooLarge),
        Err(refusal) => {
            let detail = format!("Nothing was changed: {refusal}.");
            let title = "This is no delivery report of a mail sent from here";
            Ok(as_problem(StatusCode::UNPROCESSABLE_ENTITY, "not-a-bounce", title, &detail, None))
        }
    }
}

fn unauthorised() -> Response {
    let detail = "Send the secret of hooks.bounce_secret as Authorization: Bearer …";
    let mut response =
        as_problem(StatusCode::UNAUTHORIZED, "unauthorised", "The secret is missing or wrong", detail, None);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    response
}
