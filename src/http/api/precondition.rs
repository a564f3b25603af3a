//! Versions: `ETag` on what is read, `If-Match` on what is changed (RFC 9110,
//! 8.8.3 and 13.1.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::problem::{self, Problem};
use crate::http::{Answer, Failure, Shared};

/// The version the client saw of what it changes.
pub struct IfMatch(pub i64);

impl FromRequestParts<Shared> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Answer<Self> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Err(Problem::new(&problem::PRECONDITION_REQUIRED).into());
        };
        let tag = value.to_str().unwrap_or_default().trim();
        let version = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        version.and_then(|version| version.parse().ok()).map(Self).ok_or_else(|| {
            let detail = "Send in If-Match the ETag of what you read, as it came.";
            Problem::new(&problem::UNREADABLE).saying(detail).into()
        })
    }
}

/// Says which version an answer shows.
pub fn with_version(mut response: Response, version: i64) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
