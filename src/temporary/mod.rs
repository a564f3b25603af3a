//! Temporary passwords: what is kept of them, which of them work, and what ends
//! one (promise 5). Whatever mints, checks, uses or voids one goes through here.
//!
//! Their order is the one in which the database took them (a number of the
//! contact's, given in the transaction that writes the row), never a clock's:
//! nodes' clocks differ, and clocks are set back.

mod rules;
mod store;

use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, ResetId, TemporaryPasswordId};
use crate::kernel::{Digest, Timestamp};

pub use store::{consume, end_sessions_of_reset, is_live, live, remove_all, void, void_all, void_reset};

/// A temporary password that was minted for one attempt to hand a mail over.
pub struct Minted {
    /// Its row.
    pub id: TemporaryPasswordId,
    /// Of which reset.
    pub reset: ResetId,
    /// What is kept of it.
    pub hash: passwords::Hash,
    /// The digest of the link that cancels its reset.
    pub cancel: Digest,
    /// When it stops working by itself.
    pub expires_at: Timestamp,
}

/// What became of a temporary password that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept, and in doubt until the mail server answers.
    InDoubt,
    /// Its mail has come to its end meanwhile: nothing was kept.
    MailEnded,
    /// Another was minted meanwhile by whose salt this one has to be hashed,
    /// so that signing in takes the same work however many work; nothing was
    /// kept.
    OtherSalt,
}

/// Keeps what is to be kept of a temporary password, while its mail may still
/// leave.
///
/// # Errors
/// When the database fails or holds a hash that can't be read.
pub fn keep(tx: &mut Tx<'_>, contact: ContactId, minted: &Minted, now: Timestamp) -> Result<Kept, Error> {
    let working = live(tx, contact, now)?;
    if working.first().is_some_and(|(_, other)| !other.shares_work(&minted.hash)) {
        return Ok(Kept::OtherSalt);
    }
    if !store::insert(tx, minted, now)? {
        return Ok(Kept::MailEnded);
    }
    let working = store::working(tx, contact, now)?;
    for id in rules::crowded(&working) {
        store::void(tx, id, now)?;
    }
    Ok(Kept::InDoubt)
}

/// The mail server took the mail of a temporary password that still works: it is
/// in hand now. `voids_before` is the number of the reset before which all
/// others give way, if its own makes any. Gives the resets of which nothing
/// works any more, and `None` when the temporary password was voided meanwhile.
///
/// # Errors
/// When the database fails.
pub fn accept(
    tx: &mut Tx<'_>,
    contact: ContactId,
    (id, voids_before): (TemporaryPasswordId, Option<i64>),
    now: Timestamp,
) -> Result<Option<Vec<ResetId>>, Error> {
    if !store::accept(tx, id, now)? {
        return Ok(None);
    }
    let working = store::working(tx, contact, now)?;
    let overtaken = rules::overtaken(&working, id, voids_before);
    for id in &overtaken {
        store::void(tx, *id, now)?;
    }
    Ok(Some(rules::without_any(&working, &overtaken)))
}
