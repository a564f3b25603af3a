//! What every page has of the supplier's own: the colour.

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::IntoResponse;

use crate::http::{Answer, Shared, brand};

/// `GET /brand.css?v=…`: may be kept for ever under the version it has now.
pub async fn sheet(State(web): State<Shared>, RawQuery(query): RawQuery) -> Answer {
    let accent = web.app.settings().accent();
    let is_current = query.is_some_and(|query| query == format!("v={}", brand::version(&accent)));
    let kept = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, kept)];
    Ok((headers, brand::sheet(&accent)).into_response())
}
