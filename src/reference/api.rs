//! The API's door to its own description: `GET /api/v1/openapi.json`, and the
//! page `/api/docs`.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};

use super::view::{self, Group, Shape};
use crate::error::Error;
use crate::http::api::{ok, problem};
use crate::http::{Answer, Page, Shared, Visit, html, redirect};

/// How long a copy may be used without asking again.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Describe the API as `OpenAPI` 3.1.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "This description", security(()),
    responses((status = 200, description = "The document", content_type = "application/json", body = serde_json::Value)),
)]
pub async fn openapi() -> Answer {
    let mut response = ok(&super::document()?)?;
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    Ok(response)
}

#[derive(Template)]
#[template(path = "reference/pages/docs.html")]
struct DocsPage {
    page: Page,
    /// Where this installation is reached.
    url: String,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
    problems: &'static [&'static problem::Type],
}

/// `GET /api/docs`
pub async fn docs(State(web): State<Shared>, visit: Visit) -> Answer {
    let document = super::document()?;
    let url = web.app.config.http.public_url.trim_end_matches('/').to_owned();
    let (groups, shapes) = (view::groups(&document), view::shapes(&document));
    let page = Page::of_staff(&web, &visit, None);
    html(StatusCode::OK, &DocsPage { page, url, groups, shapes, problems: &problem::ALL })
}

/// `GET /problems/{key}`: where a kind of problem is explained.
pub async fn problem(Path(key): Path<String>) -> Answer {
    let known = problem::ALL.iter().find(|kind| kind.key == key).ok_or(Error::NotFound)?;
    Ok(redirect(&format!("/api/docs#problem-{}", known.key), None))
}
