//! What a typed password is checked against, and what came of it.

use crate::{
    brought::{Brought, BroughtError},
    hash::Hash,
};

/// The hashes known for whoever signs in. Empty for an account that does not exist: checking
/// then takes the same work.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The hash of their own password.
    pub own: Option<Own>,
    /// The hashes of their live temporary passwords; several when a retry's outcome is in doubt.
    pub temporary: Vec<Hash>,
    /// A hash that someone else brought along, given whenever there is one: where the own password's
    /// was not brought along, or there is none, this one is computed as well and comes to nothing. So
    /// an account with a hash brought along takes the time of one without, as long as all that
    /// were brought along are of one kind and cost.
    pub decoy: Option<Brought>,
}

/// What is kept of a contact's own password.
#[derive(Clone, Debug)]
pub enum Own {
    /// A hash made here.
    Hash(Hash),
    /// A hash brought along from elsewhere.
    Brought(Brought),
}

impl Own {
    /// Takes a stored text. Whether it was brought along is known beside it, as a PHC string of
    /// Argon2id does not tell; other texts are always of one that was.
    pub fn parse(text: &str, brought_along: bool) -> Result<Self, BroughtError> {
        match Hash::parse(text) {
            Ok(hash) if !brought_along => Ok(Self::Hash(hash)),
            _ => Brought::parse(text).map(Self::Brought),
        }
    }

    /// The text, for storing.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Hash(hash) => hash.as_str(),
            Self::Brought(brought) => brought.as_str(),
        }
    }
}

/// Which known hash belongs to what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// None.
    Nothing,
    /// Their own password's.
    Own {
        /// It was made at another cost than the pool's, or brought along: hash the password again
        /// and store that.
        outdated: bool,
    },
    /// A temporary password's.
    Temporary {
        /// Its place in [`Known::temporary`].
        index: usize,
    },
}
