//! The key that the audit trail is sealed with.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Digest;

/// A key of 256 bits, derived from the installation's and never in the database.
/// It can't be printed and is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct SealingKey(Arc<Zeroizing<[u8; 64]>>);

impl SealingKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        // As long as a block of SHA-256: a shorter key is filled up with noughts (RFC 2104).
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(bytes);
        Self(Arc::new(block))
    }

    /// What tells it from others, and says nothing about it.
    pub fn id(&self) -> Digest {
        self.mac("id", &[])
    }

    /// HMAC-SHA256 over a purpose and parts, each with its length before it, so
    /// that no two lists of parts look alike.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Digest {
        let mut mac = Hmac::<Sha256>::new((&**self.0).into());
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        Digest::from_array(bytes)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_depends_on_key_purpose_and_where_parts_end() {
        let (one, other) = (SealingKey::new(&[1; 32]), SealingKey::new(&[2; 32]));
        let seal = one.mac("entry", &[b"ab", b"c"]);
        assert_eq!(seal, one.clone().mac("entry", &[b"ab", b"c"]));
        assert_ne!(seal, other.mac("entry", &[b"ab", b"c"]));
        assert_ne!(seal, one.mac("head", &[b"ab", b"c"]));
        assert_ne!(seal, one.mac("entry", &[b"a", b"bc"]));
        assert_ne!(one.id(), other.id());
        assert!(!format!("{one:?}").contains('1'));
    }
}
