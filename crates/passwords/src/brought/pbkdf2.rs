//! PBKDF2 (RFC 8018) as Django, passlib, Werkzeug and ASP.NET Identity write it.

use base64ct::{Base64, Encoding};
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    BroughtError, Measure,
    text::{base64, hex, number, to_base64},
};

/// One PBKDF2 hash.
#[derive(Clone)]
pub(super) struct Pbkdf2 {
    prf: Prf,
    iterations: u32,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

/// The function that is iterated: HMAC with one of these.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prf {
    Sha1,
    Sha256,
    Sha512,
}

impl Pbkdf2 {
    /// Most iterations over all blocks of the output: up to about two seconds on one core. Django
    /// asks 1,000,000 to 1,200,000 today.
    const MOST: u64 = 3_000_000;
    const SALT: std::ops::RangeInclusive<usize> = 1..=128;
    const DIGEST: std::ops::RangeInclusive<usize> = 16..=64;

    /// Whether `text` begins like one.
    pub(super) fn is_meant(text: &str) -> bool {
        text.starts_with("$pbkdf2") || text.starts_with("pbkdf2")
    }

    /// Whether `text` begins like one of ASP.NET Identity, in version 3 or 2. No hexadecimal digest
    /// does: neither Q nor = is among its digits.
    pub(super) fn is_identity(text: &str) -> bool {
        text.starts_with("AQAAAA") || (text.starts_with('A') && text.ends_with("==") && text.len() == 68)
    }

    pub(super) fn read(text: &str) -> Result<Self, BroughtError> {
        let fields: Vec<&str> = text.split('$').collect();
        match fields.as_slice() {
            // passlib, and PHC strings.
            ["", named, cost, salt, digest] => {
                let prf = Prf::named(named, "pbkdf2", "-")?;
                let cost = cost.strip_prefix("i=").unwrap_or(cost);
                let (iterations, length) =
                    cost.split_once(",l=").map_or((cost, None), |(cost, length)| (cost, Some(length)));
                let digest = base64(digest, Self::DIGEST)?;
                if length.is_some_and(|length| number(length) != Ok(digest.len() as u64)) {
                    return Err(BroughtError::NotUnderstood);
                }
                Self::new(prf, number(iterations)?, base64(salt, Self::SALT)?, digest)
            }
            // Django.
            [named, iterations, salt, digest] => {
                let prf = Prf::named(named, "pbkdf2", "_")?;
                Self::new(prf, number(iterations)?, salted(salt)?, base64(digest, Self::DIGEST)?)
            }
            // Werkzeug.
            [method, salt, digest] => {
                let (named, iterations) = method.rsplit_once(':').ok_or(BroughtError::NotUnderstood)?;
                let prf = Prf::named(named, "pbkdf2", ":")?;
                Self::new(prf, number(iterations)?, salted(salt)?, hex(digest, Self::DIGEST)?)
            }
            _ => Err(BroughtError::NotUnderstood),
        }
    }

    /// ASP.NET Identity: version 2 (a zero byte, 16 bytes of salt, 32 of key) or version 3 (a one,
    /// then function, iterations and length of the salt as big-endian numbers, salt, key).
    pub(super) fn read_identity(text: &str) -> Result<Self, BroughtError> {
        let bytes = Base64::decode_vec(text).map_err(|_| BroughtError::NotUnderstood)?;
        match bytes.as_slice() {
            [0, salt_and_key @ ..] if salt_and_key.len() == 48 => {
                let (salt, key) = salt_and_key.split_at(16);
                Self::new(Prf::Sha1, 1_000, salt.to_vec(), key.to_vec())
            }
            [1, p0, p1, p2, p3, i0, i1, i2, i3, s0, s1, s2, s3, salt_and_key @ ..] => {
                let prf = match u32::from_be_bytes([*p0, *p1, *p2, *p3]) {
                    0 => Prf::Sha1,
                    1 => Prf::Sha256,
                    2 => Prf::Sha512,
                    _ => return Err(BroughtError::NotUnderstood),
                };
                let iterations = u32::from_be_bytes([*i0, *i1, *i2, *i3]);
                let salt = usize::try_from(u32::from_be_bytes([*s0, *s1, *s2, *s3]));
                let (salt, key) = salt
                    .ok()
                    .and_then(|length| salt_and_key.split_at_checked(length))
                    .ok_or(BroughtError::NotUnderstood)?;
                Self::new(prf, u64::from(iterations), salt.to_vec(), key.to_vec())
            }
            _ => Err(BroughtError::NotUnderstood),
        }
    }

    /// A PHC string.
    pub(super) fn text(&self) -> String {
        let Self { prf, iterations, salt, digest } = self;
        format!("$pbkdf2-{}$i={iterations}${}${}", prf.name(), to_base64(salt), to_base64(digest))
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.prf {
            Prf::Sha1 => "PBKDF2-SHA-1",
            Prf::Sha256 => "PBKDF2-SHA-256",
            Prf::Sha512 => "PBKDF2-SHA-512",
        }
    }

    pub(super) fn is_of(&self, secret: &str) -> bool {
        let (secret, salt, rounds) = (secret.as_bytes(), &self.salt, self.iterations);
        let mut digest = Zeroizing::new(vec![0; self.digest.len()]);
        match self.prf {
            Prf::Sha1 => pbkdf2_hmac::<Sha1>(secret, salt, rounds, &mut digest),
            Prf::Sha256 => pbkdf2_hmac::<Sha256>(secret, salt, rounds, &mut digest),
            Prf::Sha512 => pbkdf2_hmac::<Sha512>(secret, salt, rounds, &mut digest),
        }
        self.digest.ct_eq(&digest).into()
    }

    fn new(prf: Prf, iterations: u64, salt: Vec<u8>, digest: Vec<u8>) -> Result<Self, BroughtError> {
        if iterations == 0 || !Self::SALT.contains(&salt.len()) || !Self::DIGEST.contains(&digest.len()) {
            return Err(BroughtError::NotUnderstood);
        }
        let most = Self::MOST / digest.len().div_ceil(prf.length()) as u64;
        Measure::Pbkdf2Iterations.at_most(iterations, most)?;
        let iterations = u32::try_from(iterations).map_err(|_| BroughtError::NotUnderstood)?;
        Ok(Self { prf, iterations, salt, digest })
    }
}

impl Prf {
    fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Bytes of one block of output.
    fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The one that `text` names after `head` and `separator`. Without a name it is SHA-1, as
    /// passlib has it.
    fn named(text: &str, head: &str, separator: &str) -> Result<Self, BroughtError> {
        if text == head {
            return Ok(Self::Sha1);
        }
        let name = text.strip_prefix(head).and_then(|rest| rest.strip_prefix(separator));
        [Self::Sha1, Self::Sha256, Self::Sha512]
            .into_iter()
            .find(|prf| name == Some(prf.name()))
            .ok_or(BroughtError::NotUnderstood)
    }
}

/// A salt that is hashed as the text it is.
fn salted(text: &str) -> Result<Vec<u8>, BroughtError> {
    if Pbkdf2::SALT.contains(&text.len()) {
        Ok(text.as_bytes().to_vec())
    } else {
        Err(BroughtError::NotUnderstood)
    }
}
