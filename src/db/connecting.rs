//! Finding the host that can be written to, with patience that ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

use super::Error;
use super::link::Link;
use super::server::Server;

/// The client library's pause before a silent connection is asked for life.
const USUAL_IDLE: Duration = Duration::from_hours(2);
/// How long a host has beyond connecting to begin a session, when there are others.
const GRACE: Duration = Duration::from_secs(5);
/// Pauses after a failure, from the first to the longest: whoever asks meanwhile is
/// told at once.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// What the connections of a process have found out about their server.
#[derive(Clone, Default)]
pub(super) struct Found(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The place of the host that could be written to last.
    host: usize,
    /// Until when nobody tries again, and how long that was.
    paused: Option<(Instant, Duration)>,
}

/// Connects to the first host that can be written to, beginning with the one that
/// could be last. One that is silent, be it after it has taken the connection, is
/// passed over.
///
/// A pool in between takes a connection and keeps it waiting while all of its
/// own are in use, for minutes; who waits here gives up sooner and says so.
pub(super) fn connect(server: &Server) -> Result<Link, Error> {
    let first = server.found.begin()?;
    let outcome = try_each(server, first);
    server.found.note(outcome.as_ref().ok().map(|(place, _)| *place));
    outcome.map(|(_, link)| link)
}

fn try_each(server: &Server, first: usize) -> Result<(usize, Link), Error> {
    let tls = server.tls.connector(server)?;
    let count = server.config.get_hosts().len().max(server.config.get_hostaddrs().len()).max(1);
    let patience = if count == 1 { server.patience() } else { server.patience_of_each() + GRACE };
    let mut failed = Error::NoConnection { seconds: patience.as_secs() };
    for place in (0..count).map(|step| (first + step) % count) {
        match Link::open(server, at(server, place), tls.clone(), patience) {
            Ok(link) => return Ok((place, link)),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// The address with one of its hosts only.
fn at(server: &Server, place: usize) -> Config {
    let all = &server.config;
    let mut one = Config::new();
    match all.get_hosts().get(place) {
        Some(Host::Tcp(name)) => {
            one.host(name);
        }
        #[cfg(unix)]
        Some(Host::Unix(folder)) => {
            one.host_path(folder);
        }
        None => {}
    }
    if let Some(address) = all.get_hostaddrs().get(place) {
        one.hostaddr(*address);
    }
    let ports = all.get_ports();
    if let Some(port) = ports.get(place).or(ports.first()) {
        one.port(*port);
    }
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(name) = all.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    if let Some(interval) = all.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    let idle = all.get_keepalives_idle();
    one.application_name(all.get_application_name().unwrap_or("tradepost"))
        .ssl_mode(all.get_ssl_mode())
        .ssl_negotiation(all.get_ssl_negotiation())
        .channel_binding(all.get_channel_binding())
        .keepalives(all.get_keepalives())
        .keepalives_idle(if idle == USUAL_IDLE { Duration::from_secs(30) } else { idle })
        .connect_timeout(server.patience_of_each())
        .tcp_user_timeout(Duration::from_secs(20))
        .target_session_attrs(TargetSessionAttrs::ReadWrite);
    one
}

impl Found {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of the host to begin with, unless it was just tried in vain.
    fn begin(&self) -> Result<usize, Error> {
        let state = self.lock();
        match state.paused {
            Some((until, _)) if Instant::now() < until => Err(Error::Away),
            _ => Ok(state.host),
        }
    }

    /// Keeps what came of trying: the place of a host, or nothing.
    fn note(&self, found: Option<usize>) {
        let mut state = self.lock();
        if let Some(place) = found {
            *state = State { host: place, paused: None };
            return;
        }
        let pause = state.paused.map_or(FIRST_PAUSE, |(_, pause)| (pause * 2).min(LONGEST_PAUSE));
        state.paused = Some((Instant::now() + pause, pause));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_own_port_and_all_share_the_rest() {
        let server =
            Server::parse("postgres://shop:hunter2@one:5433,two:5434/x?options=-cwork_mem%3D8MB").unwrap();
        let second = at(&server, 1);
        assert_eq!((second.get_hosts(), second.get_ports()), (&[Host::Tcp("two".into())][..], &[5434][..]));
        assert_eq!((second.get_user(), second.get_dbname()), (Some("shop"), Some("x")));
        assert_eq!(
            (second.get_password(), second.get_options()),
            (Some(&b"hunter2"[..]), Some("-cwork_mem=8MB"))
        );
        assert_eq!(second.get_application_name(), Some("tradepost"));
    }

    #[test]
    fn after_a_failure_nobody_tries_for_a_moment() {
        let found = Found::default();
        assert!(matches!(found.begin(), Ok(0)));
        found.note(None);
        assert!(matches!(found.begin(), Err(Error::Away)));
        found.note(Some(1));
        assert!(matches!(found.begin(), Ok(1)));
    }
}
