//! How full what is bounded is, for Prometheus and what understands its text format:
//! at an address of its own (`http.metrics_listen`), which no proxy hands on.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::app::App;
use crate::{gauges, jobs};

/// Jobs of a line that are counted, which bounds what asking costs.
const COUNTED: i64 = 100_000;

/// Answers `GET /metrics` for as long as the process lives.
pub async fn serve(listener: TcpListener, app: Arc<App>) {
    let router = Router::new().route("/metrics", get(metrics)).with_state(app);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::warn!(%error, "The metrics are no longer answered");
    }
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    match text(&app).await {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::warn!(%error, "The lines of jobs could not be read for metrics");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn text(app: &App) -> crate::error::Result<String> {
    let lines = app.db.read(|tx| jobs::in_line(tx, COUNTED)).await?;
    let (pool, mut text) = (&app.passwords, app.gauges.text());
    let waiting = ("hashes_waiting", "Passwords that wait to be checked or hashed.");
    text += &gauges::told(waiting, pool.waiting(), pool.may_wait());
    let minting = ("mints_waiting", "Temporary passwords that wait to be minted.");
    text += &gauges::told(minting, pool.waiting_to_mint(), pool.may_wait());
    // Writing into a text can't fail.
    let _ = write!(
        text,
        "# HELP tradepost_hashes_total Password hashes begun since the start.\n\
         # TYPE tradepost_hashes_total counter\ntradepost_hashes_total {}\n\
         # HELP tradepost_jobs_waiting Jobs whose turn is still to come, by line, for all nodes.\n\
         # TYPE tradepost_jobs_waiting gauge\n",
        pool.computed() + pool.computed_brought()
    );
    for line in lines {
        let _ = writeln!(text, "tradepost_jobs_waiting{{lane=\"{}\"}} {}", line.lane.as_str(), line.waiting);
    }
    let _ = write!(
        text,
        "# HELP tradepost_look_ups_of_a_network_most Look-ups of one network that may wait.\n\
         # TYPE tradepost_look_ups_of_a_network_most gauge\ntradepost_look_ups_of_a_network_most {}\n",
        jobs::MOST_LOOK_UPS
    );
    Ok(text)
}
