//! Verifying the chain.

use serde::{Deserialize, Serialize};

use super::link::Link;
use super::seal::Seal;
use super::store;
use crate::db::{Error, Tx};
use crate::kernel::{Digest, SealingKey, Timestamp};

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
    /// What the installation's key says.
    pub sealed: Sealed,
    /// Entries from the first to the second of these numbers were sealed with a key
    /// that isn't here: that one follows from the other is all that can be told.
    pub unchecked: Option<(i64, i64)>,
}

impl Chain {
    /// Whether nothing speaks against it that can be looked at.
    pub fn is_whole(&self) -> bool {
        self.broken.is_none() && matches!(self.sealed, Sealed::WithoutKey | Sealed::From(..))
    }
}

/// How far a trail is sealed: hashes that only who has the key can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sealed {
    /// The installation has no key, and no entry is sealed: whoever can write the
    /// database can make a trail of their own that verifies.
    WithoutKey,
    /// There is a key, and yet no entry is sealed: nothing was written down since
    /// Tradepost seals, or the seals were removed.
    NotYet,
    /// From this entry on, since then, with the key that is here.
    From(i64, #[serde(with = "crate::kernel::timestamp::in_millis")] Timestamp),
    /// From this entry on with a key that isn't here, so nobody can tell.
    KeyElsewhere(i64),
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
    /// The seal then, and proof that who shortened it had the key.
    pub(super) proof: Option<(i64, Digest)>,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Break {
    /// The entry of this number does not follow from the one before: it or one
    /// before it was changed, removed, or put in afterwards.
    Entry(i64),
    /// The trail begins after the entry of this number, and no entry says that
    /// it was shortened, or it wasn't by who has the key: what went before was
    /// removed past Tradepost.
    Start(i64),
    /// The seal that begins with the entry of this number was not made with the key.
    Seal(i64),
    /// The address of the entry of this number is not the one it was written
    /// with.
    Address(i64),
}

/// Looks at every entry, oldest first, up to the first that is broken. `former` are
/// keys that were replaced since.
///
/// # Errors
/// When the database fails.
pub fn verify(tx: &mut Tx<'_>, former: &[SealingKey]) -> Result<Chain, Error> {
    let mut verifying = Verifying::begin(tx, former)?;
    while !verifying.go_on(tx)? {}
    Ok(verifying.chain)
}

/// Verifying in steps, each in a transaction of its own: what is written meanwhile is
/// not looked at.
#[derive(Clone)]
pub struct Verifying {
    seals: Seals,
    former: Vec<SealingKey>,
    /// What was found so far.
    pub chain: Chain,
    /// The last entry to look at.
    pub until: i64,
    /// The last that was looked at, and its hash.
    at: (i64, Digest),
}

impl Verifying {
    /// Looks at how the trail begins.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin(tx: &mut Tx<'_>, former: &[SealingKey]) -> Result<Self, Error> {
        let (seals, shortened) = (Seals::of(tx, former)?, store::checkpoint(tx)?);
        let at = shortened.as_ref().map_or((0, Digest::of(b"")), |start| (start.number, start.hash));
        let until = store::last(tx)?.map_or(0, |(number, _)| number);
        let broken = match seals.first_false() {
            Some(false_one) => Some(Break::Seal(false_one)),
            None => seals.wrong_start(tx, shortened.as_ref())?,
        };
        let sealed = seals.say(until > at.0);
        let chain = Chain { shortened, whole: 0, last: None, broken, sealed, unchecked: None };
        Ok(Self { seals, former: former.to_vec(), chain, until, at })
    }

    /// The last entry that was looked at.
    pub fn reached(&self) -> i64 {
        self.at.0
    }

    /// Looks at some more entries; says whether it is done.
    ///
    /// # Errors
    /// When the database fails.
    pub fn go_on(&mut self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let links = store::links_after(tx, self.at.0, CHUNK)?;
        let done = links.is_empty();
        for (link, follows, hash) in links {
            if self.chain.broken.is_some() || self.at.0 >= self.until {
                break;
            }
            self.take(&link, &follows, hash);
        }
        if self.chain.broken.is_none() {
            return Ok(done || self.at.0 >= self.until);
        }
        let begun_at = self.chain.shortened.as_ref().map(|start| start.number);
        if store::checkpoint(tx)?.map(|start| start.number) == begun_at {
            return Ok(true);
        }
        // It was shortened meanwhile.
        *self = Self::begin(tx, &self.former)?;
        Ok(false)
    }

    fn take(&mut self, link: &Link, follows: &Digest, hash: Digest) {
        let (number, previous) = (self.at.0 + 1, self.at.1);
        let computed = self.seals.hash(link, number, &previous);
        let fits = link.number == number && *follows == previous && computed.is_none_or(|it| it == hash);
        if !fits {
            self.chain.broken = Some(Break::Entry(number));
        } else if !link.address.is_its_own() {
            self.chain.broken = Some(Break::Address(number));
        } else {
            if computed.is_none() {
                let from = self.chain.unchecked.map_or(number, |(from, _)| from);
                self.chain.unchecked = Some((from, number));
            }
            self.chain.whole += 1;
            self.chain.last = Some((Timestamp::from_millis(link.at), hash));
            self.at = (number, hash);
        }
    }
}

/// The seals of a trail, each with its key where that is here.
#[derive(Clone)]
struct Seals {
    all: Vec<(Seal, Option<SealingKey>)>,
    /// The key of the installation.
    own: Option<SealingKey>,
}

impl Seals {
    fn of(tx: &mut Tx<'_>, former: &[SealingKey]) -> Result<Self, Error> {
        let own = tx.sealing_key();
        let keys: Vec<SealingKey> = own.iter().chain(former).cloned().collect();
        let with = |seal: Seal| {
            let key = keys.iter().find(|key| seal.is_with(key)).cloned();
            (seal, key)
        };
        Ok(Self { all: store::seals(tx)?.into_iter().map(with).collect(), own })
    }

    /// The first that says it was made with a key that is here, and wasn't.
    fn first_false(&self) -> Option<i64> {
        let is_false =
            |(seal, key): &&(Seal, Option<SealingKey>)| key.as_ref().is_some_and(|key| !seal.is_genuine(key));
        self.all.iter().find(is_false).map(|(seal, _)| seal.first)
    }

    /// The seal an entry must have.
    fn at(&self, number: i64) -> Option<&(Seal, Option<SealingKey>)> {
        self.all.iter().rev().find(|(seal, _)| seal.first <= number)
    }

    /// What the hash of an entry must be: none where the key isn't here. One that
    /// hasn't the seal it must have gets a hash that nothing has.
    fn hash(&self, link: &Link, number: i64, previous: &Digest) -> Option<Digest> {
        let seal = self.at(number);
        if link.seal != seal.map(|(seal, _)| seal.first) {
            return Some(Digest::of(b"no entry has this seal"));
        }
        match seal {
            None => Some(link.hash(previous)),
            Some((seal, key)) => key.as_ref().map(|key| seal.hash(key, link, previous)),
        }
    }

    /// Whether the trail was shortened by someone who might. A checkpoint from before
    /// there were seals may stand where no entry is sealed. Where the key of one isn't
    /// here, its seal must at least not be older than that of the entry that follows:
    /// whoever shortens does so with the newest, and no seal can be put in between.
    fn wrong_start(&self, tx: &mut Tx<'_>, start: Option<&Checkpoint>) -> Result<Option<Break>, Error> {
        let Some(start) = start else { return Ok(None) };
        let genuine = match (start.proof, self.at(start.number)) {
            (None, sealed) => sealed.is_none(),
            (Some((first, proof)), _) => match self.at(first).filter(|(seal, _)| seal.first == first) {
                None => false,
                Some((_, None)) => self.at(start.number + 1).is_none_or(|(next, _)| next.first <= first),
                Some((seal, Some(key))) => seal.of_checkpoint(key, start) == proof,
            },
        };
        let noted = genuine && store::is_shortening_noted(tx, start.at)?;
        Ok((!noted).then_some(Break::Start(start.number)))
    }

    fn say(&self, has_entries: bool) -> Sealed {
        match (self.all.last(), &self.own) {
            (None, Some(_)) if has_entries => Sealed::NotYet,
            (None, _) => Sealed::WithoutKey,
            (Some((seal, _)), Some(own)) if seal.is_with(own) => {
                // The former keys' entries count from where the oldest key here begins.
                let mut first = seal;
                for (earlier, key) in self.all.iter().rev() {
                    if key.is_none() {
                        break;
                    }
                    first = earlier;
                }
                Sealed::From(first.first, first.at)
            }
            (Some((seal, _)), _) => Sealed::KeyElsewhere(seal.first),
        }
    }
}
