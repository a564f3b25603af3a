//! Tokens in the header `Authorization` (RFC 6750, 2.1).

use axum::http::{HeaderMap, header};

/// What a program proves itself with.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}
