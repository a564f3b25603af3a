//! Secrets made by the system: session cookies and links in mails.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// A bearer secret of 256 bits from the system's random source (ASVS 5.0,
/// 7.2.3). It can't be printed or cloned and is wiped when dropped; the
/// database holds its [`Digest`] only.
pub struct Token(Zeroizing<[u8; 32]>);

impl Token {
    /// A new token.
    ///
    /// # Errors
    /// When the system's random source fails.
    #[expect(
        clippy::disallowed_methods,
        reason = "bearer secrets come from the system, never from an argument"
    )]
    pub fn mint() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// The token in what a client sent; `None` for anything that can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// A token that only who has this one can derive, and only with the same
    /// salt, for one purpose (HMAC-SHA256).
    #[must_use]
    pub fn derive(&self, purpose: &[u8], salt: &[u8]) -> Self {
        // As long as a block of SHA-256: a shorter key is filled up with noughts (RFC 2104).
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(self.0.as_slice());
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        mac.update(purpose);
        mac.update(salt);
        Self(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// The text to hand out, once: 64 hexadecimal digits.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(self.0.as_slice()))
    }

    /// What is stored. A token is random enough that a fast hash keeps it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_slice())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest read from the database.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A digest that was computed elsewhere.
    pub(super) const fn from_array(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest that 64 hexadecimal digits spell.
    pub fn from_hex(text: &str) -> Option<Self> {
        Token::parse(text).map(|token| Self(*token.0))
    }

    /// It as 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_trip_to_the_client_and_shows_nothing() {
        let token = Token::mint().expect("randomness");
        let back = Token::parse(&token.expose()).expect("a token");
        assert_eq!(token.digest(), back.digest());
        assert!(!format!("{token:?}{:?}", token.digest()).contains(&token.expose()[..8]));
    }

    #[test]
    fn a_derived_token_depends_on_token_purpose_and_salt() {
        let token = Token::mint().expect("randomness");
        let derived = |purpose: &[u8], salt: &[u8]| token.derive(purpose, salt).digest().hex();
        assert_eq!(derived(b"a", b"salt"), derived(b"a", b"salt"));
        assert_ne!(derived(b"a", b"salt"), derived(b"b", b"salt"));
        assert_ne!(derived(b"a", b"salt"), derived(b"a", b"tlas"));
        let other = Token::mint().expect("randomness").derive(b"a", b"salt");
        assert_ne!(derived(b"a", b"salt"), other.digest().hex());
    }

    #[test]
    fn what_is_no_token_is_none() {
        for text in ["", "zz", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32), &"+1".repeat(32)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
