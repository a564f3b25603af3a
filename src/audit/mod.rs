//! The audit trail: append-only, each entry's hash covering the one before.
//!
//! Entries name people by id only, and an entry's hash covers a salted digest of
//! the address it came from, so erasing a person leaves the chain whole.

mod event;
mod search;
mod shorten;
mod store;
mod verify;

use serde::Serialize;

use crate::actor::{Actor, Who};
use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, RetailerId, StaffId};
use crate::kernel::{Digest, Timestamp, Token};

pub use event::Event;
pub use search::{Filter, Found, search};
pub use shorten::{shorten, shortened};
pub use store::{Entry, blank_old_addresses, forget_addresses_of, last_at, last_of, of_contact};
pub use verify::{Break, Chain, Checkpoint, verify};

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

/// Appends entries, in their order.
///
/// # Errors
/// As for [`record`].
pub fn record_all(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: Timestamp,
    entries: &[(Event, About)],
) -> Result<(), Error> {
    let (mut number, mut previous) = store::last(tx)?.map_or((0, Digest::of(b"")), |last| last);
    let mut chained = Vec::with_capacity(entries.len());
    for (event, about) in entries {
        number += 1;
        let link = Link::new(number, actor, now, (*event, about))?;
        let hash = link.hash(&previous);
        chained.push((link, previous, hash));
        previous = hash;
    }
    store::append(tx, &chained)
}

/// The parts of an entry that its hash covers, in the order they are hashed.
#[derive(Serialize)]
struct Link {
    number: i64,
    at: i64,
    act: String,
    actor: String,
    actor_id: Option<uuid::Uuid>,
    door: String,
    address: Address,
    retailer_id: Option<uuid::Uuid>,
    contact_id: Option<uuid::Uuid>,
    staff_id: Option<uuid::Uuid>,
    details: String,
}

impl Link {
    fn new(
        number: i64,
        actor: &Actor,
        now: Timestamp,
        (event, about): (Event, &About),
    ) -> Result<Self, Error> {
        let (kind, id) = match &actor.who {
            Who::Nobody => ("nobody", None),
            Who::Contact(id) => ("contact", Some(id.as_uuid())),
            Who::Staff(staff) => ("staff", Some(staff.id.as_uuid())),
            Who::Operator => ("operator", None),
            Who::System => ("system", None),
        };
        let details: serde_json::Map<_, _> =
            about.fact.iter().map(|(name, fact)| ((*name).to_owned(), fact.to_string().into())).collect();
        Ok(Self {
            number,
            at: now.as_millis(),
            act: event.as_str().to_owned(),
            actor: kind.to_owned(),
            actor_id: id,
            door: actor.door.as_str().to_owned(),
            address: Address::new(&actor.address)?,
            retailer_id: about.retailer.map(crate::kernel::Id::as_uuid),
            contact_id: about.contact.map(crate::kernel::Id::as_uuid),
            staff_id: about.staff.map(crate::kernel::Id::as_uuid),
            details: serde_json::Value::Object(details).to_string(),
        })
    }

    /// SHA-256 over the previous hash and the entry as one JSON object with
    /// the fields in the order above.
    fn hash(&self, previous: &Digest) -> Digest {
        let mut bytes = previous.as_bytes().to_vec();
        bytes.extend(serde_json::to_vec(self).unwrap_or_default());
        Digest::of(&bytes)
    }
}

/// The address of an entry, and how it is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    /// By itself: one that is empty, or of an entry from before there were salts.
    Plain(String),
    /// By a digest over the salt and the address.
    Salted { address: String, salt: Digest, digest: Digest },
    /// By such a digest; the address and its salt were blanked.
    Blanked(Digest),
}

impl Address {
    fn new(address: &str) -> Result<Self, Error> {
        if address.is_empty() {
            return Ok(Self::Plain(String::new()));
        }
        let salt = Token::mint().map_err(std::io::Error::from)?.digest();
        Ok(Self::Salted { address: address.to_owned(), salt, digest: Self::digest_of(&salt, address) })
    }

    fn digest_of(salt: &Digest, address: &str) -> Digest {
        Digest::of(&[salt.as_bytes(), address.as_bytes()].concat())
    }

    /// Whether it is the address that its digest was made of.
    fn is_its_own(&self) -> bool {
        match self {
            Self::Plain(_) | Self::Blanked(_) => true,
            Self::Salted { address, salt, digest } => Self::digest_of(salt, address) == *digest,
        }
    }
}

impl Serialize for Address {
    /// What the hash of an entry covers of it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(address) => serializer.serialize_str(address),
            Self::Salted { digest, .. } | Self::Blanked(digest) => {
                serializer.collect_map([("salted", digest.hex())])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(address: Address) -> Link {
        Link {
            number: 7,
            at: 1_795_442_531_000,
            act: "signed-in".into(),
            actor: "contact".into(),
            actor_id: None,
            door: "website".into(),
            address,
            retailer_id: None,
            contact_id: None,
            staff_id: None,
            details: "{}".into(),
        }
    }

    /// Trails that exist were hashed so: a change here would break them all.
    #[test]
    fn what_a_hash_covers_stays_as_it_is() {
        let covered = |address| serde_json::to_string(&link(address)).expect("a text");
        let around = |address: &str| {
            format!(
                r#"{{"number":7,"at":1795442531000,"act":"signed-in","actor":"contact","actor_id":null,"door":"website","address":{address},"retailer_id":null,"contact_id":null,"staff_id":null,"details":"{{}}"}}"#
            )
        };
        assert_eq!(covered(Address::Plain("198.51.100.7".into())), around("\"198.51.100.7\""));
        let digest = Digest::of(b"");
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(covered(Address::Blanked(digest)), around(&format!(r#"{{"salted":"{hex}"}}"#)));
    }

    #[test]
    fn blanking_an_address_leaves_the_hash_as_it_was() {
        let (previous, address) = (Digest::of(b""), Address::new("198.51.100.7").expect("a salt"));
        let Address::Salted { digest, .. } = address else { panic!("{address:?}") };
        assert!(address.is_its_own());
        assert!(link(address).hash(&previous) == link(Address::Blanked(digest)).hash(&previous));
    }

    #[test]
    fn two_entries_from_one_address_do_not_show_that_they_are() {
        let digest = || match Address::new("198.51.100.7").expect("a salt") {
            Address::Salted { digest, .. } => digest,
            other => panic!("{other:?}"),
        };
        assert!(digest() != digest());
        assert_eq!(Address::new("").expect("nothing to salt"), Address::Plain(String::new()));
    }
}
