//! What was refused is in the trail, too (ASVS 5.0, 16.3.1 to 16.3.3): acts without
//! the right to them, what isn't there or isn't the asker's, requests that another
//! site had sent, tries that came too fast. Folded: one entry for who or where from,
//! kind, door and hour, with how often; so a stranger can't fill the trail.
//!
//! A node counts in memory and adds to the database's count each minute; what is of an
//! hour that is over becomes entries. A node that dies takes a minute with it at most.

mod store;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::actor::{Actor, Door, Level, Permissions, Reach, StaffActor, Who};
use crate::audit::{self, About, Event};
use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, StaffId};
use crate::kernel::names;
use crate::kernel::{Timestamp, network};

/// The most networks that a node counts apart at once; the rest is counted together.
/// Who is signed in is always counted by themselves.
const MOST: usize = 1000;
/// The rows, and so entries, of an hour beyond which networks are counted together.
const MOST_ROWS: i64 = 200;
/// The span that is counted together.
const HOUR: Duration = Duration::from_hours(1);
/// Entries made in one transaction.
const ENTRIES: i64 = 100;

names! {
    /// What was refused.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Kind {
        /// An act that their role doesn't allow.
        NotAllowed = "not-allowed",
        /// Somebody signed in asked for what isn't there, or isn't theirs to see.
        NotFound = "not-found",
        /// A request that another site made the browser send (CSRF).
        CrossSite = "cross-site",
        /// Too many, too fast.
        Throttled = "throttled",
        /// A sign-in with a name or an address that nobody has.
        UnknownName = "unknown-name",
    }
}

/// Who was refused: somebody signed in, or a network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whom {
    /// A staff user.
    Staff(StaffId),
    /// A contact.
    Contact(ContactId),
    /// Someone not signed in, by the network they came from; empty for all others.
    Network(String),
}

impl Whom {
    /// Someone not signed in at an address.
    pub fn at(address: &str) -> Self {
        let roughly = address.parse::<IpAddr>().map(|address| network::roughly(address.to_canonical()));
        Self::Network(roughly.unwrap_or_default())
    }

    fn is_network(&self) -> bool {
        matches!(self, Self::Network(_))
    }

    fn to_text(&self) -> String {
        match self {
            Self::Staff(id) => format!("staff {id}"),
            Self::Contact(id) => format!("contact {id}"),
            Self::Network(network) => network.clone(),
        }
    }

    fn from_text(text: &str) -> Self {
        let found = match text.split_once(' ') {
            Some(("staff", id)) => id.parse().ok().map(Self::Staff),
            Some(("contact", id)) => id.parse().ok().map(Self::Contact),
            _ => None,
        };
        found.unwrap_or_else(|| Self::Network(text.to_owned()))
    }
}

/// What is counted apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// When its hour began.
    hour: Timestamp,
    kind: Kind,
    door: Door,
    whom: Whom,
}

/// What this node refused since it was last written down.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<Key, i64>>);

impl Refusals {
    /// Counts one.
    pub fn count(&self, kind: Kind, door: Door, whom: Whom, now: Timestamp) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = Key { hour: now.floor(HOUR), kind, door, whom };
        if key.whom.is_network() && counts.len() >= MOST && !counts.contains_key(&key) {
            key.whom = Whom::Network(String::new());
        }
        *counts.entry(key).or_default() += 1;
    }

    fn take(&self) -> Vec<(Key, i64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    fn put_back(&self, counts: Vec<(Key, i64)>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in counts {
            *all.entry(key).or_default() += count;
        }
    }
}

/// Writes a refused sign-in down: an entry about who has the name; folded when nobody
/// has it, for there is no end of such names. Either way the work is about the same, and
/// done in the transaction that refuses.
///
/// # Errors
/// When the database fails.
pub fn sign_in(tx: &mut Tx<'_>, actor: &Actor, whose: Option<About>, now: Timestamp) -> Result<(), Error> {
    if let Some(about) = whose {
        return audit::record(tx, actor, now, Event::SignInRefused, about);
    }
    let whom = Whom::at(&actor.address);
    add(tx, &Key { hour: now.floor(HOUR), kind: Kind::UnknownName, door: actor.door, whom }, 1)
}

/// Adds what this node counted to what the database has, and makes entries of the
/// hours that are over.
///
/// # Errors
/// When the database fails; nothing is lost by that.
pub async fn write_down(refusals: &Refusals, db: &crate::db::Db, now: Timestamp) -> Result<(), Error> {
    let counts = refusals.take();
    if !counts.is_empty() {
        let added = counts.clone();
        let written =
            db.write(move |tx| added.iter().try_for_each(|(key, count)| add(tx, key, *count))).await;
        if let Err(error) = written {
            refusals.put_back(counts);
            return Err(error);
        }
    }
    if db.read(move |tx| store::any_before(tx, now.floor(HOUR))).await? {
        while db.write(move |tx| fold(tx, now)).await? {}
    }
    Ok(())
}

fn add(tx: &mut Tx<'_>, key: &Key, count: i64) -> Result<(), Error> {
    let whom = key.whom.to_text();
    if store::add(tx, key, &whom, count)? {
        return Ok(());
    }
    let together = key.whom.is_network() && store::rows(tx, key.hour)? >= MOST_ROWS;
    let whom = if together { String::new() } else { whom };
    store::insert(tx, key, &whom, count)
}

/// Makes entries of some of what is of hours that are over; says whether there may be
/// more.
fn fold(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, Error> {
    let rows = store::take_before(tx, now.floor(HOUR), ENTRIES)?;
    for (key, count) in &rows {
        let count = usize::try_from(*count).unwrap_or(0);
        let about = About::default().with(key.kind.as_str(), count);
        audit::record(tx, &actor(key), now, Event::Refused, about)?;
    }
    Ok(!rows.is_empty())
}

fn actor(key: &Key) -> Actor {
    let (who, address) = match &key.whom {
        Whom::Staff(id) => (Who::Staff(StaffActor { id: *id, permissions: NO_RIGHTS }), String::new()),
        Whom::Contact(id) => (Who::Contact(*id), String::new()),
        Whom::Network(network) => (Who::Nobody, network.clone()),
    };
    Actor { who, door: key.door, address }
}

/// Who is only named needs none.
const NO_RIGHTS: Permissions = Permissions {
    customers: Level::None,
    staff: Level::None,
    settings: Level::None,
    reach: Reach::OwnTerritories,
    acts: std::collections::BTreeSet::new(),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_come_memory_is_bounded_and_nothing_goes_uncounted() {
        let (refusals, now) = (Refusals::default(), Timestamp::from_millis(7_200_000));
        for number in 0..3000_u32 {
            let whom = Whom::at(&std::net::Ipv4Addr::from_bits(0xC000_0000 + (number << 8)).to_string());
            refusals.count(Kind::Throttled, Door::Website, whom, now);
        }
        let staff = Whom::Staff(StaffId::new(now));
        refusals.count(Kind::NotAllowed, Door::Portal, staff.clone(), now);
        let counts = refusals.take();
        assert!(counts.len() <= MOST + 2, "{}", counts.len());
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<i64>(), 3001);
        assert!(counts.iter().any(|(key, count)| key.whom == staff && *count == 1), "no crowd hides them");
        assert!(refusals.take().is_empty());
    }

    #[test]
    fn whom_is_read_as_it_was_written() {
        let now = Timestamp::from_millis(1);
        for whom in [
            Whom::Staff(StaffId::new(now)),
            Whom::Contact(ContactId::new(now)),
            Whom::at("203.0.113.7"),
            Whom::at("2001:db8:1:2::3"),
            Whom::at(""),
        ] {
            assert_eq!(Whom::from_text(&whom.to_text()), whom);
        }
        assert_eq!(Whom::at("203.0.113.7"), Whom::Network("203.0.113.0/24".into()));
    }
}
