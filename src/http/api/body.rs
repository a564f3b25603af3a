//! JSON in and out.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::{self, Problem};
use crate::error::Error;
use crate::http::{Answer, Failure, Shared, bodies};

/// A body of JSON. Another media type, unknown fields and wrong types are
/// refused; what is said of it never repeats a value, which might be a password.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Sent<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &Shared) -> Answer<Self> {
        read(request).await.map(|(sent, _)| Self(sent))
    }
}

/// Reads a body of JSON; gives its bytes, too.
pub(super) async fn read<T: DeserializeOwned>(request: Request) -> Answer<(T, Bytes)> {
    if !is_json(request.headers()) {
        return Err(Problem::new(&problem::UNSUPPORTED_MEDIA_TYPE).into());
    }
    let bytes = bodies::whole(request.into_body()).await?;
    match serde_json::from_slice(&bytes) {
        Ok(sent) => Ok((sent, bytes)),
        Err(error) => Err(Problem::new(&problem::UNREADABLE).saying(what_is_wrong(&error)).into()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// What is wrong with a body, without any value of it.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    let text = error.to_string();
    let about_fields = ["unknown field", "missing field", "duplicate field"];
    match error.classify() {
        Category::Data if about_fields.iter().any(|begin| text.starts_with(begin)) => {
            format!("The body has an {}.", text.replacen("missing", "absent", 1))
        }
        Category::Data => format!("A value in the body is of another type than described ({place})."),
        _ => format!("The body is not JSON ({place})."),
    }
}

/// The query of an address, read strictly.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let query = Query::<T>::from_request_parts(parts, web).await;
        query.map(|Query(asked)| Self(asked)).map_err(|_| {
            let detail = "The query has a parameter that is unknown, twice there, or not of its kind.";
            Problem::new(&problem::UNREADABLE).saying(detail).into()
        })
    }
}

/// 200 with a resource.
///
/// # Errors
/// When it can't be written as JSON.
pub fn ok(resource: &impl Serialize) -> Answer {
    written(StatusCode::OK, resource)
}

/// 201 with a resource and where it is.
///
/// # Errors
/// When it can't be written as JSON.
pub fn created(location: &str, resource: &impl Serialize) -> Answer {
    let mut response = written(StatusCode::CREATED, resource)?;
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn written(status: StatusCode, resource: &impl Serialize) -> Answer<Response> {
    let body = serde_json::to_string(resource)
        .map_err(|error| Error::Render { what: "an answer of the API", problem: error.to_string() })?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Password {
        #[expect(dead_code, reason = "only read")]
        password: String,
    }

    #[test]
    fn promise_1_what_is_wrong_with_a_body_never_repeats_a_value() {
        for body in [
            r#"{"password": 12345678}"#,
            r#"{"password": "12345678"#,
            r#"{"password":"a","password":"12345678"}"#,
        ] {
            let error = serde_json::from_str::<Password>(body).expect_err("wrong");
            assert!(!what_is_wrong(&error).contains("12345678"), "{}", what_is_wrong(&error));
        }
        let unknown = serde_json::from_str::<Password>(r#"{"passwort": "x"}"#).expect_err("wrong");
        assert!(what_is_wrong(&unknown).contains("unknown field `passwort`"));
    }
}
