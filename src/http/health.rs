//! For load balancers and supervisors.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::error::Plain;
use crate::stopping::Phase;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too and takes what is written, and this node is
/// not about to stop.
pub async fn ready(State(web): State<Shared>) -> Response {
    let not_ready =
        |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, Extension(Plain), why).into_response();
    if web.app.stopping.has_reached(Phase::Leaving) {
        return not_ready("this node is stopping\n");
    }
    match web.app.db.answers().await {
        Ok(()) if web.app.writable.problem(&web.app.db).is_some() => {
            not_ready("nothing can be written to the database\n")
        }
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "Not ready: the database does not answer");
            not_ready("the database does not answer\n")
        }
    }
}
