//! What a typed password is checked against, and what came of it.

use crate::hash::Hash;

/// The hashes known for whoever signs in. Empty for an account that does not exist: checking
/// then takes the same work.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The hash of their own password.
    pub own: Option<Hash>,
    /// The hashes of their live temporary passwords; several when a retry's outcome is in doubt.
    pub temporary: Vec<Hash>,
}

/// Which known hash belongs to what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// None.
    Nothing,
    /// Their own password's.
    Own {
        /// It was made at another cost than the pool's: hash the password again and store that.
        outdated: bool,
    },
    /// A temporary password's.
    Temporary {
        /// Its place in [`Known::temporary`].
        index: usize,
    },
}
