//! Where the doors are.

use std::net::SocketAddr;
use std::time::Duration;

use super::reading::Reading;
use super::{spans, value};
use crate::kernel::Network;

/// Where the doors are.
#[derive(Clone, Debug)]
pub struct Http {
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// Where the metrics are; nowhere when nothing is said.
    pub metrics_listen: Option<SocketAddr>,
    /// Where people reach the website, without a path or a slash at its end.
    pub public_url: String,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// How long a node that was asked to stop goes on answering.
    pub drain: Duration,
    /// Whether names below the website's are to be reached by https only, too.
    pub hsts_subdomains: bool,
}

impl Http {
    /// How this installation introduces itself to mail servers.
    pub fn hello(&self) -> &str {
        let host = self.public_url.split("://").last().and_then(|host| host.split(':').next());
        host.unwrap_or("localhost")
    }
}

pub(super) fn read(reading: &mut Reading<'_>) -> Option<Http> {
    let listen = reading.parse("http.listen", value::listen);
    let told = reading.parse_or("http.public_url", |text| value::public_url(text).map(Some), || None);
    let trusted_proxies = reading.parse("http.trusted_proxies", value::networks);
    let hsts_subdomains = reading.parse("http.hsts_subdomains", value::switch);
    let metrics_listen =
        reading.parse_or("http.metrics_listen", |text| value::listen(text).map(Some), || None);
    let drain = reading.parse("http.drain", spans::drain);
    let listen = listen?;
    let public_url = told?.unwrap_or_else(|| format!("http://{listen}"));
    let (metrics_listen, trusted_proxies) = (metrics_listen?, trusted_proxies?);
    let (drain, hsts_subdomains) = (drain?, hsts_subdomains?);
    Some(Http { listen, metrics_listen, public_url, trusted_proxies, drain, hsts_subdomains })
}
