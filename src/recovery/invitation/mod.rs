//! The page of an invitation, by the link in its mail: for 30 days it mails a
//! fresh temporary password to the address the invitation went to (promise 6).
//!
//! The link is a secret, of which the digest is kept; looking at the page
//! changes nothing, so mail scanners don't either.

pub mod site;
mod store;

use std::time::Duration;

use super::{Manner, Requested, Reset, StartedBy, start};
use crate::access;
use crate::actor::{Actor, Door, Who};
use crate::config::{Changeable, Pauses};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, ResetId};
use crate::kernel::{EmailAddress, Timestamp, Token};
use crate::mail::{self, Kind, Mail, NewMail};
use crate::retailers::{self, Contact};
use crate::throttle::{self, Counter, Rule};

/// How long the page of an invitation is open.
pub const LASTS: Duration = Duration::from_hours(30 * 24);

/// Where an invitation stands for whoever has its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A temporary password can be mailed.
    Open {
        /// Where it goes.
        to: EmailAddress,
        /// Until when.
        until: Timestamp,
    },
    /// The contact has chosen a password of their own.
    Chosen,
    /// Its time is over.
    Over,
    /// It was called back, or access or the address changed since. Who has the
    /// link may no longer be who was invited, so nothing is told.
    Withdrawn,
}

/// Opens the page of an invitation that has just been asked for. The supplier
/// opens it for its whole time; whoever asks for a fresh temporary password gets
/// no more than was left.
pub(super) fn open(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (contact, reset): (ContactId, ResetId),
    now: Timestamp,
) -> Result<()> {
    let until = match actor.who {
        Who::Staff(_) | Who::Operator | Who::System => Some(now.plus(LASTS)),
        Who::Contact(_) | Who::Nobody => store::open_until(tx, contact, now)?,
    };
    if let Some(until) = until {
        store::open(tx, reset, until)?;
    }
    Ok(())
}

/// A link for one attempt to mail an invitation, while its page is open.
pub(super) fn mint_link(
    tx: &mut Tx<'_>,
    reset: &Reset,
    now: Timestamp,
) -> Result<Option<(Token, Timestamp)>> {
    if reset.kind != Kind::Invitation {
        return Ok(None);
    }
    let until = store::page_until(tx, reset.id)?.filter(|until| *until > now);
    Ok(until.map(|until| Token::mint().map(|token| (token, until))).transpose()?)
}

/// Keeps the digest of a link whose mail may leave now.
pub(super) fn keep_link(tx: &mut Tx<'_>, token: &Token, reset: ResetId, now: Timestamp) -> Result<()> {
    Ok(store::insert_link(tx, token.digest(), reset, now)?)
}

/// The invitation behind a link and where it stands. `None` for a link that is
/// none of ours.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, token: &Token, now: Timestamp) -> Result<Option<(Contact, Standing)>> {
    let Some(link) = store::by_token(tx, token.digest())? else { return Ok(None) };
    let contact = match retailers::contact(tx, &Actor::system(), link.contact) {
        // Merged into another record or erased since.
        Err(Error::NotFound) => return Ok(None),
        contact => contact?,
    };
    let standing = standing(&link, &contact, now);
    Ok(Some((contact, standing)))
}

fn standing(link: &store::Link, contact: &Contact, now: Timestamp) -> Standing {
    let to = access::obstacle(contact).ok().map(|ready| ready.email);
    let same = |to: &EmailAddress| link.to.as_ref().is_some_and(|went| went.key() == to.key());
    match to.filter(same) {
        Some(_) if link.cancelled => Standing::Withdrawn,
        Some(_) if contact.password_set_at.is_some() => Standing::Chosen,
        Some(to) if link.until > now => Standing::Open { to, until: link.until },
        Some(_) => Standing::Over,
        None => Standing::Withdrawn,
    }
}

/// Mails a fresh temporary password from the page behind a link, unless the
/// invitation no longer stands. Gives when the next one can be mailed, if that
/// is not at once; one that comes too soon, by `often`, mails nothing.
///
/// # Errors
/// When the database fails.
pub fn ask(
    tx: &mut Tx<'_>,
    token: &Token,
    (often, address): (Pauses, &str),
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let Some((contact, Standing::Open { .. })) = find(tx, token, now)? else { return Ok(None) };
    // The page mails as often as "Forgot your password?" does.
    let counter = [Counter::new("invitation", &contact.id.to_string(), Rule::Pauses(often))];
    if let Some(until) = throttle::attempt(tx, &counter, now)?.until() {
        return Ok(Some(until));
    }
    let actor = Actor { who: Who::Contact(contact.id), door: Door::Website, address: address.to_owned() };
    match start(tx, &actor, &contact, Manner::HARMLESS, now)? {
        Requested::OnItsWay(_) | Requested::NotPossible(_) => Ok(throttle::next(tx, &counter, now)?),
    }
}

/// Whether an invitation is followed by a mail with the username: one that the
/// supplier sent. Whoever asks for a fresh temporary password has had it.
pub(super) fn names_follow(settings: &Changeable, reset: &Reset) -> bool {
    reset.kind == Kind::Invitation && reset.started_by != StartedBy::Contact && settings.mails_username()
}

/// Leaves the mail with the username, in the transaction that says that the
/// invitation was taken.
pub(super) fn mail_username(tx: &mut Tx<'_>, invitation: &Mail, now: Timestamp) -> Result<()> {
    let (kind, to) = (Kind::InvitationUsername, invitation.to.clone());
    let new = NewMail { kind, to, language: invitation.language, contact: invitation.contact, staff: None };
    if invitation.once {
        mail::enqueue_once(tx, &new, now)?
    } else {
        mail::enqueue(tx, &new, now)?
    };
    Ok(())
}

/// Whom the mail with the username is still for: the invitation stands, and
/// goes where this mail does.
pub(super) fn still_invited(tx: &mut Tx<'_>, mail: &Mail) -> Result<Option<Contact>> {
    let Some(id) = mail.contact else { return Ok(None) };
    let contact = match retailers::contact(tx, &Actor::system(), id) {
        Err(Error::NotFound) => return Ok(None),
        contact => contact?,
    };
    let fits = access::obstacle(&contact).is_ok_and(|ready| ready.email.key() == mail.to.key());
    Ok(if fits && store::stands(tx, id)? { Some(contact) } else { None })
}
