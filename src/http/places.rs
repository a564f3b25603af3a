//! Who may have a connection. Each costs memory and there are only so many, so a
//! network has a share of them, and when there is no place the one that has done
//! nothing for longest makes room.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::Notify;

use crate::kernel::{Network, network};

/// Connections served at once.
const ALL: usize = 1_024;
/// Those of one network. A proxy in front that is trusted (`http.trusted_proxies`)
/// stands for many and has no share of its own.
const PER_NETWORK: usize = 256;

/// The connections of this node.
#[derive(Debug)]
pub struct Places {
    trusted: Vec<Network>,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    /// The number of the last one; it also orders them by when they were idle last.
    last: u64,
    connections: HashMap<u64, Connection>,
}

#[derive(Debug)]
struct Connection {
    /// Whose it is; nobody's when a trusted proxy has it.
    share: Option<String>,
    /// Answers under way.
    busy: usize,
    /// When it was idle last, counted in what happened since.
    idle_since: u64,
    close: Arc<Notify>,
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    id: u64,
    close: Arc<Notify>,
    /// Whether a trusted proxy has it.
    pub is_proxy: bool,
}

/// An answer under way on a connection, until it is dropped.
#[derive(Debug)]
struct Busy {
    places: Arc<Places>,
    id: u64,
}

impl Places {
    /// None is taken yet.
    pub fn new(trusted: Vec<Network>) -> Arc<Self> {
        Arc::new(Self { trusted, taken: Mutex::default() })
    }

    /// Gives a connection from `peer` a place, if there is one or one can be made.
    pub fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let is_proxy = self.trusted.iter().any(|network| network.contains(peer));
        let share = (!is_proxy).then(|| network::household(&peer.to_string()));
        let mut taken = self.taken();
        if share.is_some() && taken.of(share.as_deref()) >= PER_NETWORK {
            taken.make_room(share.as_deref())?;
        }
        if taken.connections.len() >= ALL {
            let most = taken.share_with_most_idle();
            taken.make_room(most.as_deref())?;
        }
        taken.last += 1;
        let (id, close) = (taken.last, Arc::new(Notify::new()));
        let connection = Connection { share, busy: 0, idle_since: id, close: Arc::clone(&close) };
        taken.connections.insert(id, connection);
        Some(Place { places: Arc::clone(self), id, close, is_proxy })
    }

    /// How many are taken, for metrics.
    pub fn count(&self) -> usize {
        self.taken().connections.len()
    }

    /// How many there are.
    pub const fn most() -> usize {
        ALL
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn of(&self, share: Option<&str>) -> usize {
        self.connections.values().filter(|connection| connection.share.as_deref() == share).count()
    }

    /// Closes the connection of a share that has been idle for longest.
    fn make_room(&mut self, share: Option<&str>) -> Option<()> {
        let idle = self.connections.iter().filter(|(_, connection)| connection.busy == 0);
        let own = idle.filter(|(_, connection)| connection.share.as_deref() == share);
        let (id, _) = own.min_by_key(|(_, connection)| connection.idle_since)?;
        let id = *id;
        let gone = self.connections.remove(&id)?;
        gone.close.notify_one();
        Some(())
    }

    /// Of the shares with idle connections the one with most of them.
    fn share_with_most_idle(&self) -> Option<String> {
        let mut idle: HashMap<Option<&str>, usize> = HashMap::new();
        for connection in self.connections.values().filter(|connection| connection.busy == 0) {
            *idle.entry(connection.share.as_deref()).or_default() += 1;
        }
        idle.into_iter().max_by_key(|(_, count)| *count).and_then(|(share, _)| share.map(str::to_owned))
    }
}

impl Place {
    /// Completes when the connection is to make room.
    pub async fn is_needed(&self) {
        self.close.notified().await;
    }

    /// Remembers that an answer is under way until its last byte is read.
    pub fn answering(&self) -> impl FnOnce(Body) -> Body + use<> {
        if let Some(connection) = self.places.taken().connections.get_mut(&self.id) {
            connection.busy += 1;
        }
        let busy = Busy { places: Arc::clone(&self.places), id: self.id };
        |body| Body::new(Watched { body, _busy: busy })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().connections.remove(&self.id);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.last += 1;
        let now = taken.last;
        if let Some(connection) = taken.connections.get_mut(&self.id) {
            connection.busy -= 1;
            connection.idle_since = now;
        }
    }
}

/// An answer's body; while it is there, its connection is busy.
struct Watched {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn is_closed(place: &Place) -> bool {
        !place.places.taken().connections.contains_key(&place.id)
    }

    #[test]
    fn a_network_that_has_its_share_closes_its_own_idle_ones() {
        let places = Places::new(Vec::new());
        let other = places.admit(address("198.51.100.7")).unwrap();
        let flood: Vec<_> = (0..PER_NETWORK).map(|_| places.admit(address("203.0.113.9")).unwrap()).collect();
        let _busy = flood[0].answering();
        let newest = places.admit(address("203.0.113.9")).unwrap();
        assert!(!is_closed(&flood[0]) && is_closed(&flood[1]) && !is_closed(&newest));
        assert!(!is_closed(&other) && places.count() == PER_NETWORK + 1);
    }

    #[test]
    fn one_whose_connections_all_work_gets_no_more() {
        let places = Places::new(Vec::new());
        let flood: Vec<_> = (0..PER_NETWORK).map(|_| places.admit(address("203.0.113.9")).unwrap()).collect();
        let mut under_way: Vec<_> = flood.iter().map(Place::answering).collect();
        assert!(places.admit(address("203.0.113.9")).is_none());
        drop(under_way.pop());
        assert!(places.admit(address("203.0.113.9")).is_some(), "one is idle again");
    }

    #[test]
    fn a_trusted_proxy_stands_for_many_and_whoever_has_most_makes_room() {
        let places = Places::new(vec!["10.0.0.1".parse().unwrap()]);
        let proxy: Vec<_> = (0..600).map(|_| places.admit(address("10.0.0.1")).unwrap()).collect();
        assert!(proxy.iter().all(|place| place.is_proxy));
        let others: Vec<_> = (0..ALL - 600)
            .map(|n| places.admit(IpAddr::V4((0xC633_0000 + u32::try_from(n).unwrap()).into())).unwrap())
            .collect();
        let new = places.admit(address("203.0.113.9")).unwrap();
        assert!(is_closed(&proxy[0]) && !is_closed(&new), "the proxy's idle ones are the most");
        assert_eq!(others.iter().filter(|place| is_closed(place)).count(), 0);
        assert_eq!(places.count(), ALL);
        drop((proxy, others, new));
        assert_eq!(places.count(), 0);
    }
}
