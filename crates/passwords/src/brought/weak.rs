//! Hashes that are too fast to be kept, and how they are written: bare, in a directory (LDAP), by
//! Django long ago, by Magento.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    BroughtError, Given,
    format::{Format, Function},
    text::{base64, hex, number, to_hex},
};

/// A hash so fast that whoever steals it tries thousands of millions of passwords a second.
///
/// It can't be stored: [`Pool::wrap`](crate::Pool::wrap) makes a [`Brought`](crate::Brought) of it,
/// Argon2id over its digest, in which the digest itself is not kept. Wiped when dropped.
pub struct Weak {
    pub(super) simple: Simple,
    /// In lower-case hexadecimal.
    pub(super) digest: Zeroizing<String>,
}

/// How a fast digest is made of a password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Simple {
    pub(super) format: Format,
    pub(super) salt: Vec<u8>,
}

impl Weak {
    /// Most bytes of a salt. Some shops have one for all, as long as a line.
    pub(super) const MAX_SALT: usize = 128;

    pub(super) fn read(given: &Given) -> Result<Self, BroughtError> {
        let text = given.hash;
        if text.starts_with('{') {
            return Self::of_directory(text);
        }
        if let [name @ ("md5" | "sha1"), salt, digest] = text.split('$').collect::<Vec<_>>()[..] {
            let function = if name == "md5" { Function::Md5 } else { Function::Sha1 };
            return Self::new(Format::salt_first(function, salt.as_bytes()), salt, digest);
        }
        if let [digest, salt, version @ ("0" | "1" | "0:1")] = text.splitn(3, ':').collect::<Vec<_>>()[..] {
            let format = Self::magento(version).ok_or(BroughtError::NotUnderstood)?;
            return Self::new(format, salt, digest);
        }
        Self::bare(given)
    }

    /// What Magento's versions of a hash mean, as far as they are fast.
    pub(super) fn magento(version: &str) -> Option<Format> {
        match version {
            "0" => Some(Format::Md5SaltPassword),
            "1" => Some(Format::Sha256SaltPassword),
            "0:1" => Some(Format::Magento),
            _ => None,
        }
    }

    /// `{SSHA}` and the like: the digest with the salt behind it, in Base64 (RFC 3112 for SHA and
    /// MD5, `OpenLDAP` for the others).
    fn of_directory(text: &str) -> Result<Self, BroughtError> {
        let (scheme, encoded) = text[1..].split_once('}').ok_or(BroughtError::NotUnderstood)?;
        let (function, salted) = match scheme.to_ascii_uppercase().as_str() {
            "MD5" => (Function::Md5, false),
            "SMD5" => (Function::Md5, true),
            "SHA" => (Function::Sha1, false),
            "SSHA" => (Function::Sha1, true),
            "SHA256" => (Function::Sha256, false),
            "SSHA256" => (Function::Sha256, true),
            "SHA512" => (Function::Sha512, false),
            "SSHA512" => (Function::Sha512, true),
            _ => return Err(BroughtError::NotUnderstood),
        };
        let length = function.length();
        let most = if salted { length + Self::MAX_SALT } else { length };
        let bytes = Zeroizing::new(base64(encoded, length + usize::from(salted)..=most)?);
        let (digest, salt) = bytes.split_at(length);
        let simple = Simple { format: Format::salt_last(function, salt), salt: salt.to_vec() };
        Ok(Self { simple, digest: to_hex(digest) })
    }

    /// A digest in hexadecimal, its salt beside it or behind a colon, in the format that is given.
    fn bare(given: &Given) -> Result<Self, BroughtError> {
        let (digest, behind) =
            given.hash.split_once(':').map_or((given.hash, None), |(digest, salt)| (digest, Some(salt)));
        let looks_bare = [16, 20, 32, 64].into_iter().any(|length| hex(digest, length..=length).is_ok());
        let format = match given.format {
            Some(format) if looks_bare => format,
            None if looks_bare => return Err(BroughtError::NeedsFormat),
            _ => return Err(BroughtError::NotUnderstood),
        };
        let salt = given.salt.filter(|salt| !salt.is_empty()).or(behind);
        match (format.is_salted(), salt) {
            (true, Some(salt)) => Self::new(format, salt, digest),
            (true, None) => Err(BroughtError::NeedsSalt),
            (false, None) => Self::new(format, "", digest),
            (false, Some(_)) => Err(BroughtError::TakesNoSalt),
        }
    }

    fn new(format: Format, salt: &str, digest: &str) -> Result<Self, BroughtError> {
        let length = format.function().length();
        let digest = Zeroizing::new(hex(digest, length..=length)?);
        if salt.len() > Self::MAX_SALT || (format.is_salted() && salt.is_empty()) {
            return Err(BroughtError::NotUnderstood);
        }
        let simple = Simple { format, salt: salt.as_bytes().to_vec() };
        Ok(Self { simple, digest: to_hex(&digest) })
    }
}

/// Shows how it was made only.
impl fmt::Debug for Weak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Weak({}…)", self.simple.format.as_str())
    }
}

impl Simple {
    pub(super) fn digest(&self, secret: &[u8]) -> Zeroizing<String> {
        self.format.digest(&self.salt, secret)
    }
}

/// The cost that Magento writes into a hash: bytes of the digest, passes, bytes of memory.
pub(super) fn magento_cost(version: &str) -> Option<[u64; 3]> {
    // libsodium's "interactive" cost.
    if version == "2" {
        return Some([32, 2, 64 * 1024 * 1024]);
    }
    let fields: Vec<&str> = version.strip_prefix("3_")?.split('_').collect();
    let [length, passes, memory] = fields.as_slice() else { return None };
    Some([number(length).ok()?, number(passes).ok()?, number(memory).ok()?])
}
