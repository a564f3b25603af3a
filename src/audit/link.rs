//! An entry as it stands in the chain, and what its hash covers.

use serde::Serialize;

use super::{About, Event};
use crate::actor::{Actor, Who};
use crate::db::Error;
use crate::kernel::{Digest, Timestamp, Token};

/// The parts of an entry that its hash covers, in the order they are hashed.
#[derive(Serialize)]
pub(super) struct Link {
    /// Its place; 0 until it has one.
    pub number: i64,
    /// With which seal its hash was made: the number that [`super::Seal`] begins
    /// with; none for a hash without a key.
    #[serde(skip)]
    pub seal: Option<i64>,
    pub at: i64,
    pub act: String,
    pub actor: String,
    pub actor_id: Option<uuid::Uuid>,
    pub door: String,
    pub address: Address,
    pub retailer_id: Option<uuid::Uuid>,
    pub contact_id: Option<uuid::Uuid>,
    pub staff_id: Option<uuid::Uuid>,
    pub details: String,
}

impl Link {
    pub(super) fn new(actor: &Actor, now: Timestamp, (event, about): (Event, &About)) -> Result<Self, Error> {
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
            number: 0,
            seal: None,
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

    /// SHA-256 over the previous hash and [`Link::covered`]: how entries were
    /// hashed before there were seals, and are where there is no key.
    pub(super) fn hash(&self, previous: &Digest) -> Digest {
        Digest::of(&[previous.as_bytes(), &self.covered()].concat())
    }

    /// The entry as one JSON object with the fields in the order above.
    pub(super) fn covered(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The address of an entry, and how it is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
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
    pub(super) fn is_its_own(&self) -> bool {
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
            seal: None,
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
