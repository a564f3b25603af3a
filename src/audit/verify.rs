//! Verifying the chain.

use super::store;
use crate::db::{Error, Tx};
use crate::kernel::{Digest, Timestamp};

/// Entries that are looked at together, so that memory stays small however
/// long the trail is.
const CHUNK: i64 = 2000;

/// What verifying found.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Entries that follow from one another, from the first one on.
    pub whole: i64,
    /// When the last of them was written, and its hash: noted down elsewhere,
    /// it also tells later whether entries at the end were removed.
    pub last: Option<(Timestamp, Digest)>,
    /// The number of the first entry that does not follow from the one before:
    /// it or one before it was changed, removed, or put in afterwards.
    pub broken: Option<i64>,
}

/// Looks at every entry, oldest first, up to the first that is broken.
///
/// # Errors
/// When the database fails.
pub fn verify(tx: &mut Tx<'_>) -> Result<Chain, Error> {
    let mut chain = Chain { whole: 0, last: None, broken: None };
    let mut previous = Digest::of(b"");
    loop {
        let links = store::links_after(tx, chain.whole, CHUNK)?;
        if links.is_empty() {
            return Ok(chain);
        }
        for (link, hash) in links {
            if link.number != chain.whole + 1 || link.hash(&previous) != hash {
                chain.broken = Some(chain.whole + 1);
                return Ok(chain);
            }
            chain.whole = link.number;
            chain.last = Some((Timestamp::from_millis(link.at), hash));
            previous = hash;
        }
    }
}
