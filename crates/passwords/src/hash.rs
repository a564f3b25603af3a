//! What is stored of a password.

use std::{fmt, str::FromStr};

use base64ct::{Base64Unpadded, Encoding};
use subtle::ConstantTimeEq;

use crate::cost::{Cost, CostError};

/// A salted Argon2id hash as a PHC string:
/// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<digest>`.
///
/// <https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md>
#[derive(Clone)]
pub struct Hash {
    text: String,
    recipe: Recipe,
    digest: Vec<u8>,
}

/// Why a text is no [`Hash`](struct@Hash). It never quotes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Not Argon2id, or not its version 19 (0x13).
    #[error("the stored hash is not of Argon2id version 19")]
    OtherAlgorithm,
    /// Not the canonical form of a PHC string.
    #[error("the stored hash is malformed")]
    Malformed,
    /// The cost is out of bounds.
    #[error(transparent)]
    Cost(#[from] CostError),
}

/// All that decides an Argon2id digest besides the secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Recipe {
    pub(crate) cost: Cost,
    pub(crate) salt: Vec<u8>,
    /// Bytes of the digest; Argon2 hashes it in.
    pub(crate) length: usize,
}

impl Hash {
    /// Longest text looked at: 48 bytes of salt and 64 of digest need less.
    const MAX_TEXT: usize = 256;

    /// Takes a stored hash. Other algorithms, costs out of bounds ([`Cost::validate`]), salts
    /// outside 8 to 48 bytes, digests outside 16 to 64 bytes and non-canonical spellings are
    /// refused.
    pub fn parse(text: &str) -> Result<Self, HashError> {
        if text.len() > Self::MAX_TEXT {
            return Err(HashError::Malformed);
        }
        let fields: Vec<&str> = text.split('$').collect();
        let ["", algorithm, rest @ ..] = fields.as_slice() else { return Err(HashError::Malformed) };
        if *algorithm != "argon2id" || rest.first() != Some(&"v=19") {
            return Err(HashError::OtherAlgorithm);
        }
        let [_version, cost, salt, digest] = rest else { return Err(HashError::Malformed) };
        let cost = cost_of(cost)?.validate()?;
        let (salt, digest) = (bytes(salt, 8..=48)?, bytes(digest, 16..=64)?);
        let hash = Self::new(Recipe { cost, salt, length: digest.len() }, &digest);
        // Leading zeros, signs and the like are not canonical.
        if hash.text == text { Ok(hash) } else { Err(HashError::Malformed) }
    }

    /// The PHC string, for storing.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it cost, and what checking it costs.
    pub fn cost(&self) -> Cost {
        self.recipe.cost
    }

    /// Whether one computation tells of a secret whether it belongs to this or to `other`: both
    /// have one salt and one cost.
    pub fn shares_work(&self, other: &Self) -> bool {
        self.recipe == other.recipe
    }

    pub(crate) fn new(recipe: Recipe, digest: &[u8]) -> Self {
        let salt = Base64Unpadded::encode_string(&recipe.salt);
        let text = format!("{}{salt}${}", head(recipe.cost), Base64Unpadded::encode_string(digest));
        Self { text, recipe, digest: digest.to_vec() }
    }

    pub(crate) fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Compares in a time that does not depend on the bytes.
    pub(crate) fn is_digest(&self, digest: &[u8]) -> bool {
        self.digest.ct_eq(digest).into()
    }
}

/// Shows the cost only: with salt and digest a weak password could be guessed.
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({}…)", head(self.recipe.cost))
    }
}

impl Recipe {
    /// Bytes of a new salt (RFC 9106 section 3.1 recommends 16).
    pub(crate) const SALT: usize = 16;
    /// Bytes of a new digest.
    const DIGEST: usize = 32;

    /// The recipe of a new hash.
    pub(crate) fn new(cost: Cost, salt: [u8; Self::SALT]) -> Self {
        Self { cost, salt: salt.to_vec(), length: Self::DIGEST }
    }
}

fn head(Cost { memory_kib, iterations, parallelism }: Cost) -> String {
    format!("$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}$")
}

fn cost_of(text: &str) -> Result<Cost, HashError> {
    let fields: Vec<&str> = text.split(',').collect();
    let [memory, iterations, parallelism] = fields.as_slice() else { return Err(HashError::Malformed) };
    let number = |field: &str, name: &str| {
        field.strip_prefix(name).and_then(|digits| u32::from_str(digits).ok()).ok_or(HashError::Malformed)
    };
    Ok(Cost {
        memory_kib: number(memory, "m=")?,
        iterations: number(iterations, "t=")?,
        parallelism: number(parallelism, "p=")?,
    })
}

fn bytes(text: &str, length: std::ops::RangeInclusive<usize>) -> Result<Vec<u8>, HashError> {
    let bytes = Base64Unpadded::decode_vec(text).map_err(|_| HashError::Malformed)?;
    if length.contains(&bytes.len()) { Ok(bytes) } else { Err(HashError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    #[test]
    fn a_phc_string_comes_back_as_it_went_in() {
        let hash = Hash::parse(GOOD).unwrap();
        assert_eq!(hash.as_str(), GOOD);
        assert_eq!(hash.cost(), Cost { memory_kib: 256, iterations: 2, parallelism: 1 });
    }

    #[test]
    fn debug_shows_the_cost_only() {
        assert_eq!(format!("{:?}", Hash::parse(GOOD).unwrap()), "Hash($argon2id$v=19$m=256,t=2,p=1$…)");
    }

    #[test]
    fn other_algorithms_are_refused() {
        for (from, to) in [("argon2id", "argon2i"), ("argon2id", "argon2d"), ("v=19", "v=16"), ("v=19$", "")]
        {
            assert_eq!(Hash::parse(&GOOD.replacen(from, to, 1)).unwrap_err(), HashError::OtherAlgorithm);
        }
        let bcrypt = "$2b$12$abcdefghijklmnopqrstuuJ0Qm0bqQZ0Z0Z0Z0Z0Z0Z0Z0Z0Z0Z0Z";
        assert_eq!(Hash::parse(bcrypt).unwrap_err(), HashError::OtherAlgorithm);
    }

    #[test]
    fn absurd_costs_are_refused() {
        for absurd in ["m=4194304", "m=7", "m=0", "m=256,t=4097"] {
            let text = GOOD.replacen(if absurd.contains('t') { "m=256,t=2" } else { "m=256" }, absurd, 1);
            assert!(matches!(Hash::parse(&text), Err(HashError::Cost(_))), "{text}");
        }
    }

    #[test]
    fn malformed_texts_are_refused() {
        let long = format!("{GOOD}{}", "A".repeat(300));
        let changed = [
            ("m=256", "m=0256"),
            ("m=256", "m=+256"),
            ("m=256", "m=99999999999"),
            ("m=256,t=2", "t=2,m=256"),
            ("p=1", "p=1,data=AAAA"),
            ("c29tZXNhbHQ", "c29tZXNhbHQ="),
            ("c29tZXNhbHQ", "c29tZXNhbHR"),
            ("c29tZXNhbHQ", "c29t"),
            ("c29tZXNhbHQ", ""),
            ("Gi/4", "Gi/4$"),
            ("Gi/4", "Gi_4"),
        ];
        let changed = changed.map(|(from, to)| GOOD.replacen(from, to, 1));
        for text in changed.iter().map(String::as_str).chain(["", "hunter2", long.as_str()]) {
            assert_eq!(Hash::parse(text).unwrap_err(), HashError::Malformed, "{text}");
        }
    }
}
