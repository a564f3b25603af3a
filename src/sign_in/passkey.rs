//! How contacts sign in with a passkey: only while their password would let
//! them in, too.

use super::SignIn;
use crate::access;
use crate::actor::{Actor, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::ContactId;
use crate::passkeys::{self, Answer, Owner, Proved, RelyingParty};
use crate::retailers::contacts;
use crate::sessions::{self, Place};
use crate::{recovery, refusals, retailers};

/// Signs a contact in by a passkey alone.
///
/// # Errors
/// When the database or the random source fails.
pub fn sign_in(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    answer: &Answer,
    place: &Place,
    now: Timestamp,
) -> Result<SignIn> {
    let Some(proved) = passkeys::who(tx, party, answer, place, now)? else {
        return Ok(SignIn::Refused(None));
    };
    let contact = match proved {
        Proved::By(Owner::Contact(id)) | Proved::Copied(Owner::Contact(id)) => {
            Some(retailers::contact(tx, &Actor::system(), id)?)
        }
        _ => None,
    };
    let about =
        |contact: &retailers::Contact| About::contact(contact.retailer, contact.id).with("factor", "passkey");
    match contact {
        Some(contact) if matches!(proved, Proved::By(_)) && may_keep(tx, &contact, now)? => {
            passkeys::forgive(tx, place)?;
            contacts::note_sign_in(tx, contact.id, None, now)?;
            audit::record(tx, &place.actor(Who::Contact(contact.id)), now, Event::SignedIn, about(&contact))?;
            let session = sessions::start_for_contact(tx, contact.id, None, place, now)?;
            Ok(SignIn::Welcome(session, contact.id))
        }
        contact => {
            let of = |contact| match proved {
                Proved::Copied(_) => about(contact).with("factor", "copied-passkey"),
                _ => about(contact),
            };
            refusals::sign_in(tx, &place.actor(Who::Nobody), contact.as_ref().map(of), now)?;
            Ok(SignIn::Refused(None))
        }
    }
}

/// Whether a contact's access is in order and a password of their own works.
fn may_keep(tx: &mut Tx<'_>, contact: &retailers::Contact, now: Timestamp) -> Result<bool> {
    Ok(access::is_open(contact) && recovery::live(tx, contact.id, now)?.own.is_some())
}

/// Whether a contact may come in by a passkey now.
///
/// # Errors
/// When the database fails.
pub fn is_possible(tx: &mut Tx<'_>, id: ContactId, now: Timestamp) -> Result<bool> {
    let contact = retailers::contact(tx, &Actor::system(), id)?;
    may_keep(tx, &contact, now)
}
