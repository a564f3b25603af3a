//! Seals: from which entry on hashes are made with which key (HMAC-SHA256, RFC
//! 2104), so that who can write the database can't make a trail of their own.

use super::Checkpoint;
use super::link::Link;
use crate::kernel::{Digest, SealingKey, Timestamp};

/// With what the hashes of entries are made, from one entry on up to the next seal.
#[derive(Clone, Debug)]
pub(super) struct Seal {
    /// The first entry with it.
    pub first: i64,
    /// The key, by what tells it from others.
    pub key: Digest,
    /// When it was begun.
    pub at: Timestamp,
    /// Proof that who began it had the key.
    pub proof: Digest,
}

impl Seal {
    pub(super) fn new(key: &SealingKey, first: i64, at: Timestamp) -> Self {
        Self { first, key: key.id(), at, proof: proof(key, first, at) }
    }

    /// Whether it is made with this key, or says so.
    pub(super) fn is_with(&self, key: &SealingKey) -> bool {
        self.key == key.id()
    }

    /// Whether who began it had the key.
    pub(super) fn is_genuine(&self, key: &SealingKey) -> bool {
        self.proof == proof(key, self.first, self.at)
    }

    /// The hash of an entry: it covers the seal, the hash before it, and itself.
    pub(super) fn hash(&self, key: &SealingKey, link: &Link, previous: &Digest) -> Digest {
        key.mac("entry", &[&self.first.to_be_bytes(), previous.as_bytes(), &link.covered()])
    }

    /// What proves that a checkpoint was made by who had the key.
    pub(super) fn of_checkpoint(&self, key: &SealingKey, checkpoint: &Checkpoint) -> Digest {
        let (number, at) = (checkpoint.number.to_be_bytes(), checkpoint.at.as_millis().to_be_bytes());
        key.mac("checkpoint", &[&self.first.to_be_bytes(), &number, checkpoint.hash.as_bytes(), &at])
    }
}

fn proof(key: &SealingKey, first: i64, at: Timestamp) -> Digest {
    key.mac("seal", &[&first.to_be_bytes(), &at.as_millis().to_be_bytes()])
}
