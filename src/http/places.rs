//! Who may have a connection. Each costs memory and there are only so many, so a
//! network has a share of them, and when there is no place a connection that waits
//! makes room: for its client to send or to take something, or for its network's turn
//! (CWE-400; RFC 9110, 15.5.9 and RFC 9112, 9.5 let a server close those). One that is
//! being worked for never does.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use tokio::sync::Notify;

use super::forwarded;
use crate::kernel::{Network, network};

/// Connections served at once.
const ALL: usize = 1_024;
/// Those of one network. A proxy in front that is trusted (`http.trusted_proxies`)
/// stands for many and has no share of its own.
const PER_NETWORK: usize = 256;
/// Those that only trusted proxies may have, where there are any: through them come
/// all customers, whoever else finds this address.
const OF_PROXIES: usize = 256;

/// The connections of this node.
#[derive(Debug)]
pub struct Places {
    trusted: Vec<Network>,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    /// How much has happened; it orders connections by when something last did on them.
    last: u64,
    connections: HashMap<u64, Connection>,
}

#[derive(Debug)]
struct Connection {
    /// Whose share it is of; nobody's when a trusted proxy has it.
    household: Option<String>,
    /// The wide network of whom it serves; nobody's while a proxy keeps it for the next.
    network: Option<String>,
    /// Answers under way.
    answers: usize,
    /// Those of them that wait.
    waiting: usize,
    /// When something last happened on it, counted in what happened since.
    since: u64,
    close: Arc<Notify>,
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    seat: Seat,
    peer: IpAddr,
    close: Arc<Notify>,
    /// Whether a trusted proxy has it.
    pub is_proxy: bool,
}

/// A connection, for those who know what it waits for.
#[derive(Clone, Debug)]
pub struct Seat {
    places: Arc<Places>,
    id: u64,
}

/// Something that goes on on a connection, until it is dropped.
#[derive(Debug)]
pub struct During {
    seat: Seat,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Answering,
    Waiting,
}

impl Places {
    /// None is taken yet.
    pub fn new(trusted: Vec<Network>) -> Arc<Self> {
        Arc::new(Self { trusted, taken: Mutex::default() })
    }

    /// Gives a connection from `peer` a place, if there is one or one can be made.
    pub fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let is_proxy = self.trusted.iter().any(|network| network.contains(peer));
        let household = (!is_proxy).then(|| network::household(&peer.to_string()));
        let mut taken = self.taken();
        self.have_room(&mut taken, household.as_deref())?;
        taken.last += 1;
        let (id, close) = (taken.last, Arc::new(Notify::new()));
        let connection = Connection {
            network: household.as_ref().map(|_| network::wide(peer)),
            household,
            answers: 0,
            waiting: 0,
            since: id,
            close: Arc::clone(&close),
        };
        taken.connections.insert(id, connection);
        Some(Place { seat: Seat { places: Arc::clone(self), id }, peer, close, is_proxy })
    }

    /// Makes room for one more of a household, or of a trusted proxy, if need be.
    fn have_room(&self, taken: &mut Taken, household: Option<&str>) -> Option<()> {
        let of_household = |connection: &Connection| connection.household.as_deref() == household;
        if household.is_some() && taken.count(of_household) >= PER_NETWORK {
            taken.make_room(of_household)?;
        }
        let proxies = taken.count(Connection::is_of_proxy);
        if household.is_some() && taken.connections.len() - proxies >= self.most_of_others() {
            taken.make_room(|connection| !connection.is_of_proxy())?;
        }
        if taken.connections.len() >= ALL {
            let spared = household.is_some() && proxies <= OF_PROXIES;
            taken.make_room(|connection| !(spared && connection.is_of_proxy()))?;
        }
        Some(())
    }

    /// How many who are no trusted proxies may have at once.
    fn most_of_others(&self) -> usize {
        if self.trusted.is_empty() { ALL } else { ALL - OF_PROXIES }
    }

    /// How many are taken, for metrics.
    pub fn count(&self) -> usize {
        self.taken().connections.len()
    }

    /// How many of them wait and would make room, for metrics.
    pub fn waiting(&self) -> usize {
        self.taken().count(Connection::waits)
    }

    /// How many there are.
    pub const fn most() -> usize {
        ALL
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Whether nothing is being done for it.
    fn waits(&self) -> bool {
        self.answers <= self.waiting
    }

    fn is_of_proxy(&self) -> bool {
        self.household.is_none()
    }
}

impl Taken {
    fn count(&self, which: impl Fn(&Connection) -> bool) -> usize {
        self.connections.values().filter(|connection| which(connection)).count()
    }

    /// Closes, of the connections that wait and `may` make room, one of the wide network
    /// that has most connections: the one on which nothing has happened for longest.
    fn make_room(&mut self, may: impl Fn(&Connection) -> bool) -> Option<()> {
        let mut shares: HashMap<Option<&str>, usize> = HashMap::new();
        for connection in self.connections.values() {
            *shares.entry(connection.network.as_deref()).or_default() += 1;
        }
        let share = |of: &Connection| shares.get(&of.network.as_deref()).copied();
        let waiting = self.connections.iter().filter(|(_, one)| one.waits() && may(one));
        let (id, _) = waiting.min_by_key(|(_, one)| (Reverse(share(one)), one.since))?;
        let id = *id;
        let gone = self.connections.remove(&id)?;
        gone.close.notify_one();
        Some(())
    }
}

impl Place {
    /// Completes when the connection is to make room.
    pub async fn is_needed(&self) {
        self.close.notified().await;
    }

    /// The connection, for those who know what it waits for.
    pub fn seat(&self) -> Seat {
        self.seat.clone()
    }

    /// Remembers that a request with these headers is being answered. While it is, a
    /// proxy's connection counts for the network of the client it comes from.
    pub fn answering(&self, headers: &HeaderMap) -> During {
        if self.is_proxy {
            let client = forwarded::origin(self.peer, headers, &self.seat.places.trusted).client;
            self.seat.change(|connection| connection.network = Some(network::wide(client)));
        }
        self.seat.change(|connection| connection.answers += 1);
        During { seat: self.seat(), what: What::Answering }
    }
}

impl Seat {
    /// Remembers that nothing can be done for the answer under way.
    pub fn waiting(&self) -> During {
        self.change(|connection| connection.waiting += 1);
        During { seat: self.clone(), what: What::Waiting }
    }

    fn change(&self, change: impl FnOnce(&mut Connection)) {
        let mut taken = self.places.taken();
        taken.last += 1;
        let now = taken.last;
        if let Some(connection) = taken.connections.get_mut(&self.id) {
            connection.since = now;
            change(connection);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seat.places.taken().connections.remove(&self.seat.id);
    }
}

impl Drop for During {
    fn drop(&mut self) {
        let what = self.what;
        self.seat.change(|connection| match what {
            What::Waiting => connection.waiting -= 1,
            What::Answering => {
                connection.answers -= 1;
                if connection.is_of_proxy() {
                    connection.network = None;
                }
            }
        });
    }
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
