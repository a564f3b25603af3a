//! Why a hash from elsewhere is not taken.

/// Why a text is no hash that can be brought along. It never quotes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BroughtError {
    /// None of the kinds known here, or a malformed one.
    #[error("this is no password hash of a kind known here")]
    NotUnderstood,
    /// A bare digest, which does not say how it was made.
    #[error("a bare digest does not say how it was made: its format is needed")]
    NeedsFormat,
    /// The format puts a salt beside the password and there is none.
    #[error("this format needs the salt that belongs to the hash")]
    NeedsSalt,
    /// The format has no salt and there is one: then it is another format.
    #[error("a salt is given, but this format has none")]
    TakesNoSalt,
    /// Checking it would take more than one password may.
    #[error("checking this hash costs too much: {measure} is more than {most}")]
    TooCostly {
        /// What there is too much of.
        measure: Measure,
        /// The most that is taken.
        most: u64,
    },
}

/// What the cost of a hash is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The cost of bcrypt: the binary logarithm of its rounds.
    BcryptCost,
    /// The iterations of PBKDF2, for each block of its output.
    Pbkdf2Iterations,
    /// The memory of scrypt in KiB: N × r / 8.
    ScryptMemoryKib,
    /// The memory that scrypt fills over all its lanes, in KiB: N × r × p / 8.
    ScryptFilledKib,
    /// The memory of Argon2 in KiB.
    Argon2MemoryKib,
    /// The memory that Argon2 fills over all its passes, in KiB.
    Argon2FilledKib,
    /// The lanes of Argon2.
    Argon2Lanes,
    /// The binary logarithm of the rounds of phpass or Drupal.
    RoundsLog2,
}

impl Measure {
    /// Its name, for finding words in other languages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BcryptCost => "bcrypt-cost",
            Self::Pbkdf2Iterations => "pbkdf2-iterations",
            Self::ScryptMemoryKib => "scrypt-memory",
            Self::ScryptFilledKib => "scrypt-filled",
            Self::Argon2MemoryKib => "argon2-memory",
            Self::Argon2FilledKib => "argon2-filled",
            Self::Argon2Lanes => "argon2-lanes",
            Self::RoundsLog2 => "rounds-log2",
        }
    }

    /// Refuses more than `most`.
    pub(super) fn at_most(self, asked: u64, most: u64) -> Result<(), BroughtError> {
        if asked <= most { Ok(()) } else { Err(BroughtError::TooCostly { measure: self, most }) }
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BcryptCost => "the cost of bcrypt",
            Self::Pbkdf2Iterations => "the number of PBKDF2 iterations",
            Self::ScryptMemoryKib => "the memory of scrypt in KiB",
            Self::ScryptFilledKib => "the memory filled by scrypt in KiB",
            Self::Argon2MemoryKib => "the memory of Argon2 in KiB",
            Self::Argon2FilledKib => "the memory filled by Argon2 in KiB",
            Self::Argon2Lanes => "the number of Argon2 lanes",
            Self::RoundsLog2 => "the logarithm of the rounds",
        })
    }
}
