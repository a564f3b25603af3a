//! Password hashes brought along from the system that was used before.
//!
//! What a text says is bounded before anything is computed: each kind has a most that one
//! password may cost, and the pool's threads are the only place where it is spent.

mod argon;
mod bcrypt;
mod error;
mod format;
mod pbkdf2;
mod phpass;
mod scrypt;
mod slashed;
mod text;
mod weak;

use std::fmt;

use zeroize::Zeroizing;

pub use error::{BroughtError, Measure};
pub use format::Format;
pub use weak::Weak;

use self::{argon::Argon, bcrypt::Bcrypt, pbkdf2::Pbkdf2, phpass::Phpass, scrypt::Scrypt};
use crate::{
    hash::Hash,
    memory::{HashingError, Memory},
    password::Password,
};

/// A hash as another system wrote it.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    /// The text that was stored.
    pub hash: &'a str,
    /// The salt, if it was stored beside.
    pub salt: Option<&'a str>,
    /// How it was made, if the text is a bare digest. A text that says so itself is read as what it
    /// says.
    pub format: Option<Format>,
}

/// What a hash from elsewhere turned out to be.
#[derive(Debug)]
pub enum Reading {
    /// Slow enough to be kept until the first sign-in.
    Kept(Brought),
    /// Too fast to be kept as it is.
    Weak(Weak),
}

/// A hash brought along: not made here, and good until the password is next typed and can be hashed
/// anew.
#[derive(Clone)]
pub struct Brought {
    text: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Argon(Argon),
    Bcrypt(Bcrypt),
    Pbkdf2(Pbkdf2),
    Phpass(Phpass),
    Scrypt(Scrypt),
}

impl Brought {
    /// Longest text looked at.
    const MAX_TEXT: usize = 512;

    /// Reads a hash as another system wrote it. Malformed ones, bare ones that lack their format or
    /// salt, and those that cost too much are refused; nothing is computed.
    pub fn read(given: &Given) -> Result<Reading, BroughtError> {
        if given.hash.len() > Self::MAX_TEXT {
            return Err(BroughtError::NotUnderstood);
        }
        match Kind::read(given.hash)? {
            Some(kind) => Ok(Reading::Kept(Self::new(kind))),
            None => Weak::read(given).map(Reading::Weak),
        }
    }

    /// Takes a stored text. Only the canonical spelling of [`Brought::as_str`] is taken.
    pub fn parse(text: &str) -> Result<Self, BroughtError> {
        if text.len() > Self::MAX_TEXT {
            return Err(BroughtError::NotUnderstood);
        }
        let kind = match Argon::read_over(text) {
            Some(over) => Some(Kind::Argon(over?)),
            None => Kind::read(text)?,
        };
        let brought = Self::new(kind.ok_or(BroughtError::NotUnderstood)?);
        if brought.text == text { Ok(brought) } else { Err(BroughtError::NotUnderstood) }
    }

    /// The text, for storing. One of Argon2id is a PHC string like a [`Hash`](struct@Hash)'s; no
    /// other looks like one.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Argon2id over a weak hash, which is not kept.
    pub(crate) fn over(weak: &Weak, hash: Hash) -> Self {
        Self::new(Kind::Argon(Argon::over(weak, hash)))
    }

    /// Whether this is the hash of what was typed: in NFKC or, as the other system had it, as typed;
    /// of `WordPress` also with the slashes that it puts before quotation marks. The work depends only
    /// on what was typed.
    pub(crate) fn is_of(&self, typed: &Password, memory: &mut Memory) -> Result<bool, HashingError> {
        typed.spellings().try_fold(false, |found, secret| {
            let found = found | self.kind.is_of(secret, memory)?;
            match self.kind.slashed(secret) {
                Some(slashed) => Ok(found | self.kind.is_of(&slashed, memory)?),
                None => Ok(found),
            }
        })
    }

    fn new(kind: Kind) -> Self {
        let text = match &kind {
            Kind::Argon(argon) => argon.text(),
            Kind::Bcrypt(bcrypt) => bcrypt.text(),
            Kind::Pbkdf2(pbkdf2) => pbkdf2.text(),
            Kind::Phpass(phpass) => phpass.text(),
            Kind::Scrypt(scrypt) => scrypt.text(),
        };
        Self { text, kind }
    }
}

/// Shows the kind only: with salt and digest a weak password could be guessed.
impl fmt::Debug for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Argon(argon) => argon.kind(),
            Kind::Bcrypt(bcrypt) => bcrypt.kind(),
            Kind::Pbkdf2(pbkdf2) => pbkdf2.kind(),
            Kind::Phpass(phpass) => phpass.kind(),
            Kind::Scrypt(_) => "scrypt",
        };
        write!(f, "Brought({kind}…)")
    }
}

impl Kind {
    fn is_of(&self, secret: &str, memory: &mut Memory) -> Result<bool, HashingError> {
        Ok(match self {
            Self::Argon(argon) => argon.is_of(secret, memory)?,
            Self::Bcrypt(bcrypt) => bcrypt.is_of(secret),
            Self::Pbkdf2(pbkdf2) => pbkdf2.is_of(secret),
            Self::Phpass(phpass) => phpass.is_of(secret),
            Self::Scrypt(scrypt) => scrypt.is_of(secret),
        })
    }

    /// What the other system may have hashed in the place of a password with quotation marks.
    fn slashed(&self, secret: &str) -> Option<Zeroizing<String>> {
        let may_be_word_press = match self {
            Self::Bcrypt(bcrypt) => bcrypt.is_word_press(),
            Self::Phpass(phpass) => phpass.is_portable(),
            Self::Argon(_) | Self::Pbkdf2(_) | Self::Scrypt(_) => false,
        };
        if may_be_word_press { slashed::add(secret) } else { None }
    }

    /// What begins like none of them is `None`.
    fn read(text: &str) -> Result<Option<Self>, BroughtError> {
        Ok(Some(if Bcrypt::is_meant(text) {
            Self::Bcrypt(Bcrypt::read(text)?)
        } else if Argon::is_meant(text) {
            Self::Argon(Argon::read(text)?)
        } else if Pbkdf2::is_meant(text) {
            Self::Pbkdf2(Pbkdf2::read(text)?)
        } else if Pbkdf2::is_identity(text) {
            Self::Pbkdf2(Pbkdf2::read_identity(text)?)
        } else if Phpass::is_meant(text) {
            Self::Phpass(Phpass::read(text)?)
        } else if Scrypt::is_meant(text) {
            Self::Scrypt(Scrypt::read(text)?)
        } else {
            return Ok(None);
        }))
    }
}

impl Weak {
    /// What Argon2id is computed over.
    pub(crate) fn digest(&self) -> &[u8] {
        self.digest.as_bytes()
    }
}

#[cfg(test)]
mod tests;
