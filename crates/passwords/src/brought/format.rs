//! Fast digests, with or without a salt: what small shops keep.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::text::to_hex;

/// How a digest was made that does not say so itself.
///
/// The salt is hashed as the text it is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// MD5 of the password.
    Md5,
    /// MD5 of salt and password.
    Md5SaltPassword,
    /// MD5 of password and salt.
    Md5PasswordSalt,
    /// SHA-1 of the password.
    Sha1,
    /// SHA-1 of salt and password.
    Sha1SaltPassword,
    /// SHA-1 of password and salt.
    Sha1PasswordSalt,
    /// SHA-256 of the password.
    Sha256,
    /// SHA-256 of salt and password.
    Sha256SaltPassword,
    /// SHA-256 of password and salt.
    Sha256PasswordSalt,
    /// SHA-512 of the password.
    Sha512,
    /// SHA-512 of salt and password.
    Sha512SaltPassword,
    /// SHA-512 of password and salt.
    Sha512PasswordSalt,
    /// `OpenCart` while it kept a salt beside: SHA-1 of the password as written in HTML, then twice of the salt
    /// and the digest so far.
    OpenCart,
    /// Magento 1 brought to Magento 2: SHA-256 of the salt and the MD5 of salt and password.
    Magento,
}

/// A digest's function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Md5,
        Self::Md5SaltPassword,
        Self::Md5PasswordSalt,
        Self::Sha1,
        Self::Sha1SaltPassword,
        Self::Sha1PasswordSalt,
        Self::Sha256,
        Self::Sha256SaltPassword,
        Self::Sha256PasswordSalt,
        Self::Sha512,
        Self::Sha512SaltPassword,
        Self::Sha512PasswordSalt,
        Self::OpenCart,
        Self::Magento,
    ];

    /// Its name, as it is given with a hash and stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Md5SaltPassword => "md5-salt-password",
            Self::Md5PasswordSalt => "md5-password-salt",
            Self::Sha1 => "sha1",
            Self::Sha1SaltPassword => "sha1-salt-password",
            Self::Sha1PasswordSalt => "sha1-password-salt",
            Self::Sha256 => "sha256",
            Self::Sha256SaltPassword => "sha256-salt-password",
            Self::Sha256PasswordSalt => "sha256-password-salt",
            Self::Sha512 => "sha512",
            Self::Sha512SaltPassword => "sha512-salt-password",
            Self::Sha512PasswordSalt => "sha512-password-salt",
            Self::OpenCart => "opencart",
            Self::Magento => "magento",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Whether a salt goes with it.
    pub fn is_salted(self) -> bool {
        !matches!(self, Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha512)
    }

    /// The one that puts a salt, unless it is empty, before the password.
    pub(super) fn salt_first(function: Function, salt: &[u8]) -> Self {
        match (function, salt.is_empty()) {
            (Function::Md5, true) => Self::Md5,
            (Function::Md5, false) => Self::Md5SaltPassword,
            (Function::Sha1, true) => Self::Sha1,
            (Function::Sha1, false) => Self::Sha1SaltPassword,
            (Function::Sha256, true) => Self::Sha256,
            (Function::Sha256, false) => Self::Sha256SaltPassword,
            (Function::Sha512, true) => Self::Sha512,
            (Function::Sha512, false) => Self::Sha512SaltPassword,
        }
    }

    /// The one that puts a salt, unless it is empty, after the password.
    pub(super) fn salt_last(function: Function, salt: &[u8]) -> Self {
        match (function, salt.is_empty()) {
            (Function::Md5, false) => Self::Md5PasswordSalt,
            (Function::Sha1, false) => Self::Sha1PasswordSalt,
            (Function::Sha256, false) => Self::Sha256PasswordSalt,
            (Function::Sha512, false) => Self::Sha512PasswordSalt,
            (function, true) => Self::salt_first(function, salt),
        }
    }

    /// The function that makes the digest in the end.
    pub(super) fn function(self) -> Function {
        match self {
            Self::Md5 | Self::Md5SaltPassword | Self::Md5PasswordSalt => Function::Md5,
            Self::Sha1 | Self::Sha1SaltPassword | Self::Sha1PasswordSalt | Self::OpenCart => Function::Sha1,
            Self::Sha256 | Self::Sha256SaltPassword | Self::Sha256PasswordSalt | Self::Magento => {
                Function::Sha256
            }
            Self::Sha512 | Self::Sha512SaltPassword | Self::Sha512PasswordSalt => Function::Sha512,
        }
    }

    /// The digest of a password in lower-case hexadecimal.
    pub(super) fn digest(self, salt: &[u8], secret: &[u8]) -> Zeroizing<String> {
        let function = self.function();
        match self {
            Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha512 => function.hex([secret, b""]),
            Self::Md5SaltPassword
            | Self::Sha1SaltPassword
            | Self::Sha256SaltPassword
            | Self::Sha512SaltPassword => function.hex([salt, secret]),
            Self::Md5PasswordSalt
            | Self::Sha1PasswordSalt
            | Self::Sha256PasswordSalt
            | Self::Sha512PasswordSalt => function.hex([secret, salt]),
            Self::OpenCart => {
                let first = function.hex([&in_html(secret), b""]);
                let second = function.hex([salt, first.as_bytes()]);
                function.hex([salt, second.as_bytes()])
            }
            Self::Magento => function.hex([salt, Function::Md5.hex([salt, secret]).as_bytes()]),
        }
    }
}

impl Function {
    /// Bytes of its digest.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    fn hex(self, parts: [&[u8]; 2]) -> Zeroizing<String> {
        match self {
            Self::Md5 => digest::<Md5>(parts),
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }
}

/// What `OpenCart` makes of everything that comes in a form, passwords too.
fn in_html(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    // Room for all from the start: growing would leave unwiped copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(secret.len() * "&quot;".len()));
    for byte in secret {
        match byte {
            b'&' => text.extend_from_slice(b"&amp;"),
            b'<' => text.extend_from_slice(b"&lt;"),
            b'>' => text.extend_from_slice(b"&gt;"),
            b'"' => text.extend_from_slice(b"&quot;"),
            other => text.push(*other),
        }
    }
    text
}

fn digest<D: Digest>(parts: [&[u8]; 2]) -> Zeroizing<String> {
    to_hex(&D::new().chain_update(parts[0]).chain_update(parts[1]).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_name_of_its_own() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.as_str()), Some(format));
        }
        assert_eq!(Format::from_name("sha3"), None);
    }

    #[test]
    fn a_digest_is_as_long_as_its_function_says() {
        for format in Format::ALL {
            assert_eq!(format.digest(b"salt", b"trout9lamp").len(), 2 * format.function().length());
        }
    }
}
