//! The audit trail: append-only, each entry's hash covering the one before, and
//! made with the installation's key, which the database doesn't have.
//!
//! Entries name people by id only, and an entry's hash covers a salted digest of
//! the address it came from, so erasing a person leaves the chain whole.

mod event;
mod export;
mod head;
mod link;
mod seal;
mod search;
mod shorten;
mod store;
mod verify;
mod waiting;

use crate::actor::Actor;
use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, RetailerId, StaffId};
use crate::kernel::{Digest, Timestamp};
use link::{Address, Link};
use seal::Seal;

pub use event::Event;
pub use export::lines_after;
pub use head::{Compared, Head, NoHead, compare, head, heads_in};
pub use search::{Filter, Found, search};
pub use shorten::{shorten, shortened};
pub use store::{Entry, blank_old_addresses, forget_addresses_of, last_at, last_of, of_contact};
pub use verify::{Break, Chain, Checkpoint, Sealed, Verifying, verify};

/// Whom an entry is about, and further facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct About {
    /// The retailer, if one is meant.
    pub retailer: Option<RetailerId>,
    /// The contact, if one is meant.
    pub contact: Option<ContactId>,
    /// The staff user, if one is meant.
    pub staff: Option<StaffId>,
    /// A further fact by name.
    pub fact: Option<(&'static str, Fact)>,
}

/// A further fact of an entry: no names of people, addresses or secrets.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    /// A plain word.
    Word(&'static str),
    /// How many.
    Count(usize),
    /// The id of another row.
    Id(uuid::Uuid),
}

impl From<&'static str> for Fact {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<usize> for Fact {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl<T> From<crate::kernel::Id<T>> for Fact {
    fn from(id: crate::kernel::Id<T>) -> Self {
        Self::Id(id.as_uuid())
    }
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Count(count) => count.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl About {
    /// A contact of a retailer.
    pub fn contact(retailer: RetailerId, contact: ContactId) -> Self {
        Self { retailer: Some(retailer), contact: Some(contact), ..Self::default() }
    }

    /// A retailer.
    pub fn retailer(retailer: RetailerId) -> Self {
        Self { retailer: Some(retailer), ..Self::default() }
    }

    /// A staff user.
    pub fn staff(staff: StaffId) -> Self {
        Self { staff: Some(staff), ..Self::default() }
    }

    /// The same with a further fact.
    #[must_use]
    pub fn with(self, name: &'static str, fact: impl Into<Fact>) -> Self {
        Self { fact: Some((name, fact.into())), ..self }
    }
}

/// Appends an entry.
///
/// # Errors
/// When the database fails; the caller's transaction must then not commit.
pub fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: Timestamp,
    event: Event,
    about: About,
) -> Result<(), Error> {
    record_all(tx, actor, now, &[(event, about)])
}

/// Appends entries, in their order. A process without the key that the trail is
/// sealed with leaves them for one that has it.
///
/// # Errors
/// As for [`record`].
pub fn record_all(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: Timestamp,
    entries: &[(Event, About)],
) -> Result<(), Error> {
    let links = entries.iter().map(|(event, about)| Link::new(actor, now, (*event, about)));
    append(tx, links.collect::<Result<_, _>>()?, now)
}

/// Appends what was left by processes without the key, and begins to seal a trail
/// that isn't sealed with the key that is here.
///
/// # Errors
/// As for [`record`].
pub fn catch_up(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    append(tx, Vec::new(), now)
}

fn append(tx: &mut Tx<'_>, mut links: Vec<Link>, now: Timestamp) -> Result<(), Error> {
    let (mut number, mut previous) = store::last(tx)?.map_or((0, Digest::of(b"")), |last| last);
    let newest = store::newest_seal(tx)?;
    let sealed = match (tx.sealing_key(), newest) {
        (None, None) => None,
        (None, Some(_)) => return waiting::leave(tx, &links),
        (Some(key), Some((seal, waiting))) if seal.is_with(&key) => {
            if waiting > 0 {
                links.splice(0..0, waiting::take(tx)?);
            }
            Some((seal, key))
        }
        (Some(key), _) => {
            links.splice(0..0, waiting::take(tx)?);
            let seal = Seal::new(&key, number + 1, now);
            store::insert_seal(tx, &seal)?;
            Some((seal, key))
        }
    };
    let mut chained = Vec::with_capacity(links.len());
    for mut link in links {
        number += 1;
        link.number = number;
        let hash = match &sealed {
            Some((seal, key)) => {
                link.seal = Some(seal.first);
                seal.hash(key, &link, &previous)
            }
            None => link.hash(&previous),
        };
        chained.push((link, previous, hash));
        previous = hash;
    }
    store::append(tx, &chained)
}
