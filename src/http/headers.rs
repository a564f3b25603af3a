//! Headers every answer carries (ASVS 5.0, chapter 3.4).

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;
use crate::stopping::Phase;

/// No inline script or style, nothing from elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// The same for a page with frames of ours in it.
pub const WITH_FRAMES: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// A mail in a frame of ours styles itself and can do nothing else.
pub const FRAMED_MAIL: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox",
);

/// Adds the headers an answer does not set itself; one that says nothing of
/// caching is never stored.
pub async fn secure(State(web): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if web.app.config.http.public_url.starts_with("https:") {
        let also = if web.app.config.http.hsts_subdomains { "; includeSubDomains" } else { "" };
        let value = HeaderValue::try_from(format!("max-age=31536000{also}"));
        headers.extend(value.ok().map(|value| (header::STRICT_TRANSPORT_SECURITY, value)));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if web.app.stopping.has_reached(Phase::Leaving) {
        // Whoever keeps connections opens the next one elsewhere (RFC 9112, 9.6).
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
