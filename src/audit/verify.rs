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
    /// Where the trail was shortened: the entries up to there are gone.
    pub shortened: Option<Checkpoint>,
    /// Entries that follow from one another, from the first one on.
    pub whole: i64,
    /// When the last of them was written, and its hash: noted down elsewhere,
    /// it also tells later whether entries at the end were removed.
    pub last: Option<(Timestamp, Digest)>,
    /// The first entry that is not as it was written.
    pub broken: Option<Break>,
}

/// The last entry that went when the trail was shortened.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Its number.
    pub number: i64,
    /// Its hash.
    pub hash: Digest,
    /// When the trail was shortened.
    pub at: Timestamp,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The entry of this number does not follow from the one before: it or one
    /// before it was changed, removed, or put in afterwards.
    Entry(i64),
    /// The trail begins after the entry of this number, and no entry says that
    /// it was shortened: what went before was removed past Tradepost.
    Start(i64),
    /// The address of the entry of this number is not the one it was written
    /// with.
    Address(i64),
}

/// Looks at every entry, oldest first, up to the first that is broken.
///
/// # Errors
/// When the database fails.
pub fn verify(tx: &mut Tx<'_>) -> Result<Chain, Error> {
    let shortened = store::checkpoint(tx)?;
    let (first, mut previous) =
        shortened.as_ref().map_or((0, Digest::of(b"")), |checkpoint| (checkpoint.number, checkpoint.hash));
    let mut chain = Chain { shortened, whole: 0, last: None, broken: None };
    if let Some(start) = &chain.shortened
        && !store::is_shortening_noted(tx, start.at)?
    {
        chain.broken = Some(Break::Start(start.number));
        return Ok(chain);
    }
    loop {
        let links = store::links_after(tx, first + chain.whole, CHUNK)?;
        if links.is_empty() {
            return Ok(chain);
        }
        for (link, hash) in links {
            let number = first + chain.whole + 1;
            if link.number != number || link.hash(&previous) != hash {
                chain.broken = Some(Break::Entry(number));
                return Ok(chain);
            }
            if !link.address.is_its_own() {
                chain.broken = Some(Break::Address(number));
                return Ok(chain);
            }
            chain.whole += 1;
            chain.last = Some((Timestamp::from_millis(link.at), hash));
            previous = hash;
        }
    }
}
