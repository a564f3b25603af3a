//! Every address, a file a door, and how long and how large requests may be.

mod portal;
mod programs;
mod sales;
mod website;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::MethodRouter;
use memory_serve::CacheControl;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::{App, Outbound};
use crate::bounces;
use crate::http::api::{Rates, Streams, tell};
use crate::http::forwarded::Remarks;
use crate::http::{Assets, Drawn, Floods, Shared, Turns, Web, bodies, error, headers, in_turn, renewed};

/// The largest body of a form, in bytes: all of it is there before its turn comes.
const BODY_LIMIT: usize = bodies::FIRST;
/// The same of the form on which a mail is worded.
const LONG_BODY_LIMIT: usize = 512 * 1024;
/// The same of a file that is handed in.
const UPLOAD_LIMIT: usize = 64 * 1024 * 1024;
/// The longest a request may take once it is its turn.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long one may take that hands a file in over a slow line, if it comes
/// (`http::bodies`): 64 MB at 150 kbit/s.
const UPLOAD_TIME_LIMIT: Duration = Duration::from_hours(1);

type Route = (&'static str, MethodRouter<Shared>);

/// The addresses of every door, for tests that must know them all.
pub fn addresses() -> Vec<&'static str> {
    let others =
        [portal::wording(), portal::uploads(), programs::api(), programs::inbox(), programs::hooks()];
    short_forms().into_iter().chain(others.into_iter().flatten()).map(|(address, _)| address).collect()
}

fn answering(routes: Vec<Route>) -> Router<Shared> {
    routes.into_iter().fold(Router::new(), |router, (address, methods)| router.route(address, methods))
}

/// Gives up on a request that takes longer.
fn within(limit: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limit)
}

/// Has what is bounded at the doors told in the metrics.
fn count(web: &Shared) {
    let gauges = &web.app.gauges;
    let (turns, floods) = (Arc::downgrade(web), Arc::downgrade(web));
    gauges.add(
        ("requests_waiting", "Requests that wait for others of their network."),
        Turns::may_wait(),
        move || turns.upgrade().map_or(0, |web| web.turns.waiting()),
    );
    gauges.add(
        ("networks_counted", "Networks that asked lately for what costs a row."),
        Floods::most(),
        move || floods.upgrade().map_or(0, |web| web.floods.networks()),
    );
}

/// Refuses what other sites send in people's names.
fn csrf(public_url: &str) -> CsrfLayer {
    let csrf = CsrfLayer::new();
    csrf.clone().add_trusted_origin(public_url).unwrap_or(csrf)
}

/// The addresses whose forms are short.
fn short_forms() -> Vec<Route> {
    [
        website::routes(),
        portal::first_steps(),
        portal::waiting(),
        portal::customers(),
        portal::office(),
        portal::audit(),
        portal::imports(),
        sales::routes(),
        programs::health(),
    ]
    .concat()
}

/// Everything an installation answers.
pub fn router(app: Arc<App>) -> Router {
    let files = memory_serve::load!()
        .index_file(None)
        .cache_control(CacheControl::NoCache)
        .enable_hashed_routes(true);
    let manifest = files.manifest();
    let assets: Assets = ["app.css", "app.js", "passkeys.js", "icons.svg", "favicon.svg"]
        .into_iter()
        .filter_map(|file| {
            manifest.get(format!("/{file}").as_str()).map(|path| (file.to_owned(), format!("/assets{path}")))
        })
        .collect();
    // What the service worker keeps; not itself.
    let of_app =
        manifest.iter().filter(|(file, _)| file.starts_with("/sales/") && *file != "/sales/worker.js");
    let app_files = of_app.map(|(file, hashed)| (format!("/assets{file}"), hashed.to_owned())).collect();
    let mut doors = short_forms();
    if matches!(app.outbound, Outbound::Inbox(_)) {
        doors.extend(programs::inbox());
    }
    let csrf = csrf(&app.config.http.public_url);
    let web: Shared = Arc::new(Web {
        app,
        assets: Arc::new(assets),
        app_files,
        drawn: Drawn::default(),
        streams: Streams::default(),
        rates: Rates::default(),
        floods: Floods::default(),
        turns: Turns::default(),
        remarks: Remarks::default(),
    });
    count(&web);
    answering(doors)
        .merge(answering(programs::api()).layer(from_fn(tell)))
        .nest_service("/assets", files.into_router::<()>())
        // From the inside out.
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .merge(answering(portal::wording()).layer(RequestBodyLimitLayer::new(LONG_BODY_LIMIT)))
        .merge(answering(programs::hooks()).layer(RequestBodyLimitLayer::new(bounces::LARGEST)))
        .layer(within(TIME_LIMIT))
        .layer(from_fn_with_state(Arc::clone(&web), in_turn))
        .merge(
            answering(portal::uploads())
                .layer(DefaultBodyLimit::disable())
                .layer(RequestBodyLimitLayer::new(UPLOAD_LIMIT))
                .layer(within(UPLOAD_TIME_LIMIT)),
        )
        .layer(csrf.with_rejection_response(error::cross_site))
        .layer(from_fn_with_state(Arc::clone(&web), renewed::carry))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(Arc::clone(&web), error::pages))
        .layer(from_fn_with_state(Arc::clone(&web), headers::secure))
        .layer(CompressionLayer::new())
        .with_state(web)
}
