//! Accepting connections, with patience that ends.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::places::Places;

/// How long a client may take to send a request's head: a slow one can't hold
/// a place for ever.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// The same for a trusted proxy, which keeps connections for the next client.
const PROXY_HEAD_LIMIT: Duration = Duration::from_secs(75);
/// How long requests under way may take to end when the process is stopped.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until `stop` completes, then lets requests under way end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    places: Arc<Places>,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
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
            request.extensions_mut().insert(ConnectInfo(peer));
            let (watched, answer) = (own.answering(), router.clone().oneshot(request.map(Body::new)));
            async move { answer.await.map(|answer| answer.map(watched)) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(if place.is_proxy { PROXY_HEAD_LIMIT } else { HEAD_LIMIT })
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                // A client that goes away mid-request is nothing to act on.
                ended = watched => drop(ended),
                () = place.is_needed() => {}
            }
        });
    }
    drop(tokio::time::timeout(FAREWELL, graceful.shutdown()).await);
}
