//! For load balancers and supervisors.

use axum::extract::State;
use axum::http::StatusCode;

use super::Shared;
use crate::stopping::Phase;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too, and this node is not about to stop.
pub async fn ready(State(web): State<Shared>) -> (StatusCode, &'static str) {
    if web.app.stopping.has_reached(Phase::Leaving) {
        return (StatusCode::SERVICE_UNAVAILABLE, "this node is stopping\n");
    }
    match web.app.db.answers().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "Not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
