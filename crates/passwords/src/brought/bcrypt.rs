//! bcrypt: bare, as PHP, Laravel, Drupal and many others write it; over a SHA-256 as Django does; over
//! an HMAC as `WordPress` does since 6.8.

use base64ct::{Base64, Base64Bcrypt, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha384};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{BroughtError, Measure, text};

/// One bcrypt hash.
#[derive(Clone)]
pub(super) struct Bcrypt {
    before: Before,
    /// `2a`, `2b` or `2y`: they differ in how older implementations went wrong, not in the hash.
    version: &'static str,
    cost: u32,
    salt: [u8; 16],
    digest: [u8; Self::DIGEST],
}

/// What is done to the password before bcrypt, which looks at 72 bytes only.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// Django: SHA-256 in hexadecimal.
    Sha256,
    /// `WordPress`: trimmed, HMAC-SHA-384 with a fixed key in Base64.
    WordPress,
}

impl Bcrypt {
    /// The lowest cost that bcrypt defines.
    const LEAST: u64 = 4;
    /// About a second on one core; usual are 10 to 12.
    const MOST: u64 = 14;
    /// The last of the 24 bytes is never written.
    const DIGEST: usize = 23;
    /// How much of the password bcrypt looks at.
    const LOOKS_AT: usize = 72;

    /// Whether `text` begins like one.
    pub(super) fn is_meant(text: &str) -> bool {
        split(text).is_some()
    }

    pub(super) fn read(text: &str) -> Result<Self, BroughtError> {
        let (before, bare) = split(text).ok_or(BroughtError::NotUnderstood)?;
        let fields: Vec<&str> = bare.split('$').collect();
        let ["", version, cost, rest] = fields.as_slice() else { return Err(BroughtError::NotUnderstood) };
        let version = ["2a", "2b", "2y"].into_iter().find(|known| known == version);
        let version = version.ok_or(BroughtError::NotUnderstood)?;
        let (salt, digest) = rest.split_at_checked(22).ok_or(BroughtError::NotUnderstood)?;
        let (salt, digest) = (bytes(&without_spare_bits(salt)?)?, bytes(digest)?);
        // Two digits, as in "04".
        let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = cost.as_bytes() else {
            return Err(BroughtError::NotUnderstood);
        };
        let cost = u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
        if u64::from(cost) < Self::LEAST {
            return Err(BroughtError::NotUnderstood);
        }
        Measure::BcryptCost.at_most(u64::from(cost), Self::MOST)?;
        Ok(Self { before, version, cost, salt, digest })
    }

    pub(super) fn text(&self) -> String {
        let Self { before, version, cost, salt, digest } = self;
        let (salt, digest) = (Base64Bcrypt::encode_string(salt), Base64Bcrypt::encode_string(digest));
        format!("{}${version}${cost:02}${salt}{digest}", before.prefix())
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.before {
            Before::Nothing => "bcrypt",
            Before::Sha256 => "bcrypt over SHA-256",
            Before::WordPress => "bcrypt over HMAC-SHA-384",
        }
    }

    /// Whether `WordPress` made it.
    pub(super) fn is_word_press(&self) -> bool {
        self.before == Before::WordPress
    }

    pub(super) fn is_of(&self, secret: &str) -> bool {
        let prepared = self.before.prepare(secret);
        // A C string: it ends at the first NUL, which is hashed with it where there is room.
        let end = prepared.iter().position(|byte| *byte == 0).unwrap_or(prepared.len());
        let mut key = Zeroizing::new([0; Self::LOOKS_AT]);
        let used = end.min(Self::LOOKS_AT);
        key[..used].copy_from_slice(&prepared[..used]);
        let key = &key[..(used + 1).min(Self::LOOKS_AT)];
        let digest = Zeroizing::new(bcrypt::bcrypt(self.cost, self.salt, key));
        self.digest.ct_eq(&digest[..Self::DIGEST]).into()
    }
}

impl Before {
    const WORD_PRESS_KEY: &[u8] = b"wp-sha384";

    fn prefix(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Sha256 => "bcrypt_sha256$",
            Self::WordPress => "$wp",
        }
    }

    fn prepare(self, secret: &str) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Nothing => Zeroizing::new(secret.as_bytes().to_vec()),
            Self::Sha256 => Zeroizing::new(text::to_hex(&Sha256::digest(secret)).as_bytes().to_vec()),
            Self::WordPress => {
                // What PHP's `trim` takes away. `WordPress` does so when it hashes and not when it
                // checks; whoever types the spaces that they once typed is let in here.
                let trimmed = secret.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b']);
                // The key of a whole block: HMAC fills a shorter one with zeros.
                let mut key = [0; 128];
                key[..Self::WORD_PRESS_KEY.len()].copy_from_slice(Self::WORD_PRESS_KEY);
                let mut mac = Hmac::<Sha384>::new(&key.into());
                mac.update(trimmed.as_bytes());
                Zeroizing::new(Base64::encode_string(&mac.finalize().into_bytes()).into_bytes())
            }
        }
    }
}

/// What comes before bcrypt, and the bare bcrypt hash.
fn split(text: &str) -> Option<(Before, &str)> {
    let wrapped = [Before::Sha256, Before::WordPress]
        .into_iter()
        .find_map(|before| Some((before, text.strip_prefix(before.prefix())?)));
    // Django also names the bare one.
    let (before, bare) = wrapped.unwrap_or((Before::Nothing, text.strip_prefix("bcrypt$").unwrap_or(text)));
    bare.starts_with("$2").then_some((before, bare))
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], BroughtError> {
    let mut bytes = [0; N];
    match Base64Bcrypt::decode(text, &mut bytes) {
        Ok(decoded) if decoded.len() == N => Ok(bytes),
        _ => Err(BroughtError::NotUnderstood),
    }
}

/// A salt with the four bits cleared that its last character has to spare. Some libraries filled
/// them with chance; no implementation looks at them.
fn without_spare_bits(salt: &str) -> Result<String, BroughtError> {
    let (rest, last) = salt.split_at_checked(21).ok_or(BroughtError::NotUnderstood)?;
    let value = match last.as_bytes() {
        [b'.'] => 0,
        [b'/'] => 1,
        [upper @ b'A'..=b'Z'] => upper - b'A' + 2,
        [lower @ b'a'..=b'z'] => lower - b'a' + 28,
        [digit @ b'0'..=b'9'] => digit - b'0' + 54,
        _ => return Err(BroughtError::NotUnderstood),
    };
    let cleared = [".", "O", "e", "u"][usize::from(value >> 4)];
    Ok(format!("{rest}{cleared}"))
}
