//! What every page has of the supplier's own: the colour and the logo.

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::IntoResponse;

use crate::error::Error;
use crate::http::{Answer, Shared, brand};

/// `GET /brand.css?v=…`: may be kept for ever under the version it has now.
pub async fn sheet(State(web): State<Shared>, RawQuery(query): RawQuery) -> Answer {
    let accent = web.app.settings().accent();
    let kept = kept(query.as_deref(), &brand::version(&accent));
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, kept)];
    Ok((headers, brand::sheet(&accent)).into_response())
}

/// `GET /brand/logo.png?v=…`
pub async fn logo(State(web): State<Shared>, RawQuery(query): RawQuery) -> Answer {
    let logo = web.app.logo().ok_or(Error::NotFound)?;
    let picture = logo.picture.as_ref().ok_or(Error::NotFound)?;
    let kept = kept(query.as_deref(), &logo.version.to_string());
    let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, kept)];
    Ok((headers, picture.png.clone()).into_response())
}

/// How long a browser may keep what it asked for by a version.
fn kept(query: Option<&str>, version: &str) -> &'static str {
    let is_current = query.is_some_and(|query| query.strip_prefix("v=") == Some(version));
    if is_current { "public, max-age=31536000, immutable" } else { "no-cache" }
}
