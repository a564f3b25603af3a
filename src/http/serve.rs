//! Accepting connections, with patience that ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::bodies::{Arriving, Leaving};
use super::places::Places;
use super::strict::{self, Strict};
use crate::stopping::{Phase, Stopping};

/// How long a client may take to send a request's head: a slow one can't hold
/// a place for ever.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// The same for a trusted proxy, which keeps connections for the next client.
const PROXY_HEAD_LIMIT: Duration = Duration::from_secs(75);
/// How long requests under way may take to end when the process is stopped.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until the process ends, then lets requests under way end.
pub async fn serve(listener: TcpListener, router: Router, places: Arc<Places>, stopping: Stopping) {
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stopping.reaches(Phase::Ending));
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "A connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // A stranger with nothing but connections under way gets no further one.
        let Some(place) = places.admit(peer.ip()).map(Arc::new) else { continue };
        drop(stream.set_nodelay(true));
        let (router, own) = (router.clone(), Arc::clone(&place));
        let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
            let (answering, seat) = (own.answering(request.headers()), own.seat());
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(seat.clone());
            let request = request.map(|body| Body::new(Arriving::new(body, seat.clone())));
            let answer = answer(router.clone(), request);
            let leaving = |body| Body::new(Leaving::new(body, answering, seat));
            async move { answer.await.map(|answer| answer.map(leaving)) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(if place.is_proxy { PROXY_HEAD_LIMIT } else { HEAD_LIMIT })
            .serve_connection(TokioIo::new(Strict::new(stream)), TowerToHyperService::new(service));
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                // A client that goes away mid-request is nothing to act on.
                ended = watched => drop(ended),
                () = place.is_needed() => {}
            }
        });
    }
    // Nobody is to wait here for an answer that can't come any more.
    drop(listener);
    drop(tokio::time::timeout(FAREWELL, graceful.shutdown()).await);
}

async fn answer(router: Router, request: Request) -> Result<Response, Infallible> {
    if !strict::names_its_host(&request) {
        return Ok(strict::no_host());
    }
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut answer = router.oneshot(request).await?;
    // Of one whose body didn't come nothing further can be read (RFC 9110, 15.5.9).
    if chunked || answer.status() == StatusCode::REQUEST_TIMEOUT {
        strict::close(&mut answer);
    }
    Ok(answer)
}
