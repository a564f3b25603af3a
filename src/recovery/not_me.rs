//! "This wasn't me": the link in the mail that calls a reset back.
//!
//! Looking at the page changes nothing, so mail scanners don't either; only
//! its button does (promise 10).

use super::{Progress, Reset, call_back, progress, store};
use crate::actor::{Actor, Door, Who};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::{Timestamp, Token};
use crate::retailers::{self, Contact};
use crate::temporary;

/// The reset behind a link, whose it is, where it stands, and whether its mail
/// still holds something to call back.
///
/// # Errors
/// [`Error::NotFound`] for a link that is none of ours.
pub fn find(tx: &mut Tx<'_>, token: &Token, now: Timestamp) -> Result<(Reset, Contact, Progress, bool)> {
    let reset = store::by_cancel_digest(tx, token.digest())?.ok_or(Error::NotFound)?;
    let contact = retailers::contact(tx, &Actor::system(), reset.contact)?;
    let progress = progress(&reset, now);
    let open = !progress.is_final() || temporary::is_live(tx, token.digest(), now)?;
    Ok((reset, contact, progress, open))
}

/// Calls the reset behind a link back.
///
/// # Errors
/// [`Error::NotFound`] for a link that is none of ours.
pub fn cancel(tx: &mut Tx<'_>, token: &Token, address: &str, now: Timestamp) -> Result<()> {
    let (reset, contact, ..) = find(tx, token, now)?;
    let actor = Actor { who: Who::Nobody, door: Door::Website, address: address.to_owned() };
    call_back(tx, &actor, &contact, &reset, now)
}
