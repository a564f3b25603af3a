//! Posting JSON to a web server elsewhere.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::kernel::authorities;

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Posts JSON. It doesn't follow where it is
/// sent on to, and believes the roots that this machine trusts.
///
/// # Errors
/// In words, when it can't be reached in time or answers anything but success.
pub async fn post(to: &Url, body: String) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, try_to_post(to, body)).await {
        Ok(done) => done,
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

async fn try_to_post(to: &Url, body: String) -> Result<(), String> {
    let host = to.host_str().ok_or("no host")?.trim_matches(['[', ']']).to_owned();
    let port = to.port_or_known_default().ok_or("no port")?;
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|error| error.to_string())?;
    if to.scheme() == "http" {
        return exchange(stream, to, body).await;
    }
    let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
    let connector = TlsConnector::from(Arc::new(config()?));
    let stream = connector.connect(name, stream).await.map_err(|error| format!("encrypting: {error}"))?;
    exchange(stream, to, body).await
}

/// Believes the servers that the system's roots vouch for.
fn config() -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(authorities::of_system()).with_no_client_auth())
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    to: &Url,
    body: String,
) -> Result<(), String> {
    let (mut sender, connection) =
        http1::handshake::<_, Body>(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let connection = tokio::spawn(connection);
    let host = &to[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::post(&to[url::Position::BeforePath..url::Position::AfterQuery])
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::CONNECTION, "close")
        .header(header::USER_AGENT, "tradepost")
        .body(Body::from(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| error.to_string());
    connection.abort();
    let status = answer?.status();
    if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
}
