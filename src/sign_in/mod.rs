//! How contacts sign in, on the website and at the API.

pub mod api;
mod attempt;
pub mod passkey;
pub mod site;

use std::sync::Arc;

use passwords::{Brought, Hash, Matched, Own, Password};

use crate::access;
use crate::actor::{Actor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::{ContactId, RetailerId, TemporaryPasswordId};
use crate::kernel::{Timestamp, Token};
use crate::recovery::{self, Live};
use crate::refusals;
use crate::retailers::{self, contacts};
use crate::sessions::known_device::KnownDevice;
use crate::sessions::{self, ContactSession, Place};

pub use attempt::{Typed, has_blank_ends};

use attempt::Attempt;

/// What came of an attempt to sign in.
#[derive(Debug)]
pub enum SignIn {
    /// In, with their own password.
    Welcome(Token, ContactId),
    /// In with a temporary password: they can only choose a new one.
    MustChoosePassword(Token),
    /// Not in. Why is not told: unknown, wrong, without access and expired all
    /// look alike. Until when the next attempt has to wait, if it has to.
    Refused(Option<Timestamp>),
    /// Not tried: too many attempts came before, and the next one has to wait
    /// until then. Told alike whether the username exists or not.
    Wait(Timestamp),
}

/// Who might be signing in, and what they may be known by.
#[derive(Default)]
struct Candidate {
    who: Option<(ContactId, RetailerId)>,
    live: Live,
    /// What someone else brought along, so that whoever did can't be told by time.
    decoy: Option<Brought>,
    /// Where they sign in, if they did there before.
    device: Option<KnownDevice>,
    /// Until when their own password has to wait; temporary ones never do.
    waits: Option<Timestamp>,
}

/// What to write down after a match.
enum Proof {
    Own { hash: Box<Own>, rehashed: Option<Hash> },
    Temporary(TemporaryPasswordId),
}

/// Signs a contact in with a username and a password of their own or a
/// temporary one. The work is the same whether the username exists or not.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn sign_in(app: &App, typed: Typed<'_>, place: Place) -> Result<SignIn> {
    let now = app.clock.now();
    let (attempt, password) = Attempt::new(app, typed, place);
    let Some(password) = password else { return Ok(SignIn::Refused(None)) };
    let attempt = Arc::new(attempt);
    let counted = Arc::clone(&attempt);
    let first = app
        .db
        .write(move |tx| {
            let (contact, mut candidate) = candidate(tx, &counted, now)?;
            let waits = counted.count(tx, (contact.as_ref(), &mut candidate.device), now)?;
            Ok::<_, crate::Error>(Candidate { waits, ..candidate })
        })
        .await?;
    if let Some(until) = first.waits.filter(|_| !attempt.may_be_temporary) {
        return Ok(SignIn::Wait(until));
    }
    let (waits, device) = (first.waits, first.device.clone());
    let (outcome, password) = prove(app, first, password, &attempt).await?;
    if let Some(outcome) = outcome {
        return Ok(outcome);
    }
    // The right password, and its hash was made anew by another sign-in meanwhile: that one decides.
    let (now, again) = (app.clock.now(), Arc::clone(&attempt));
    let (_, second) = app.db.read(move |tx| candidate(tx, &again, now)).await?;
    let (outcome, _) = prove(app, Candidate { device, waits, ..second }, password, &attempt).await?;
    Ok(outcome.unwrap_or(SignIn::Refused(None)))
}

/// Checks what was typed and acts on it. `None` when it was right, but the hash
/// is another one by now.
async fn prove(
    app: &App,
    candidate: Candidate,
    typed: Password,
    attempt: &Arc<Attempt>,
) -> Result<(Option<SignIn>, Password)> {
    let Candidate { who, mut live, decoy, device, waits } = candidate;
    if waits.is_some() {
        // Whoever has to wait may still come with a temporary password, which can't be guessed.
        live.own = None;
    }
    let turn = attempt.turn(device.as_ref());
    let (matched, mut typed) = app.passwords.check_for(&turn, typed, live.known(decoy)).await?;
    let proof = match matched {
        Matched::Nothing => None,
        Matched::Own { outdated } => {
            let mut rehashed = None;
            if outdated {
                let (hash, same) = app.passwords.rehash(&turn, typed).await?;
                (rehashed, typed) = (Some(hash), same);
            }
            live.own.map(|hash| Proof::Own { hash: Box::new(hash), rehashed })
        }
        Matched::Temporary { index } => live.temporary.get(index).map(|(id, _)| Proof::Temporary(*id)),
    };
    let found = Found { who, proof, device, waits };
    let (now, attempt) = (app.clock.now(), Arc::clone(attempt));
    let outcome = app.db.write(move |tx| conclude(tx, &found, &attempt, now)).await?;
    Ok((outcome, typed))
}

/// What checking has found.
struct Found {
    who: Option<(ContactId, RetailerId)>,
    proof: Option<Proof>,
    device: Option<KnownDevice>,
    waits: Option<Timestamp>,
}

/// Acts on what was found. `None` when it was right, but the hash is another one
/// by now.
fn conclude(tx: &mut Tx<'_>, found: &Found, attempt: &Attempt, now: Timestamp) -> Result<Option<SignIn>> {
    let from = (found.who.map(|(contact, _)| contact), found.device.as_ref());
    match (found.who, &found.proof, found.waits) {
        (Some(who), Some(proof), waits) => {
            let outcome = welcome(tx, who, proof, attempt, now)?;
            let is_in = matches!(outcome, Some(SignIn::Welcome(..) | SignIn::MustChoosePassword(_)));
            if is_in && waits.is_none() {
                attempt.forgive(tx, from, now)?;
            }
            Ok(outcome)
        }
        (_, _, Some(until)) => Ok(Some(SignIn::Wait(until))),
        (who, _, None) => {
            let whose = who.map(|(contact, retailer)| About::contact(retailer, contact));
            refusals::sign_in(tx, &attempt.place.actor(Who::Nobody), whose, now)?;
            Ok(Some(SignIn::Refused(attempt.next(tx, from, now)?)))
        }
    }
}

/// Signs a contact out where they are.
///
/// # Errors
/// When the database fails.
pub fn sign_out(tx: &mut Tx<'_>, session: &ContactSession, place: &Place, now: Timestamp) -> Result<()> {
    if sessions::end(tx, session.id, now)? {
        let about = About::contact(session.retailer, session.contact);
        audit::record(tx, &place.actor(Who::Contact(session.contact)), now, Event::SignedOut, about)?;
    }
    Ok(())
}

fn candidate(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<(Option<retailers::Contact>, Candidate)> {
    let decoy = recovery::decoy(tx)?;
    let contact = match &attempt.login {
        Some(login) => retailers::contact_by_login(tx, login)?,
        None => None,
    };
    let Some(contact) = contact else {
        return Ok((None, Candidate { decoy, ..Candidate::default() }));
    };
    let live = if access::is_open(&contact) { recovery::live(tx, contact.id, now)? } else { Live::default() };
    let (who, device) = (Some((contact.id, contact.retailer)), attempt.device(&contact, now));
    Ok((Some(contact), Candidate { who, live, decoy, device, waits: None }))
}

/// Checks once more, in the transaction that starts the session, that nothing
/// changed while the password was hashed. `None` when the hash did, and nothing
/// else.
fn welcome(
    tx: &mut Tx<'_>,
    who: (ContactId, RetailerId),
    proof: &Proof,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Option<SignIn>> {
    let ((contact, retailer), place) = (who, &attempt.place);
    let found = retailers::contact(tx, &Actor::system(), contact)?;
    let live = recovery::live(tx, contact, now)?;
    if !access::is_open(&found) {
        return Ok(Some(SignIn::Refused(None)));
    }
    let still_good = match (proof, live.own) {
        (Proof::Own { hash, .. }, Some(own)) if own.as_str() != hash.as_str() => return Ok(None),
        (Proof::Own { .. }, own) => own.is_some(),
        (Proof::Temporary(id), _) => live.temporary.iter().any(|(other, _)| other == id),
    };
    if !still_good {
        return Ok(Some(SignIn::Refused(None)));
    }
    let actor = place.actor(Who::Contact(contact));
    let about = About::contact(retailer, contact);
    match proof {
        Proof::Own { hash, rehashed } => {
            contacts::note_sign_in(tx, contact, rehashed.as_ref().map(|new| (&**hash, new)), now)?;
            let about = if let Own::Brought(_) = **hash { about.with("password", "upgraded") } else { about };
            audit::record(tx, &actor, now, Event::SignedIn, about)?;
            let session = sessions::start_for_contact(tx, contact, None, place, now)?;
            Ok(Some(SignIn::Welcome(session, contact)))
        }
        Proof::Temporary(id) => {
            audit::record(tx, &actor, now, Event::SignedInTemporarily, about)?;
            let session = sessions::start_for_contact(tx, contact, Some(*id), place, now)?;
            Ok(Some(SignIn::MustChoosePassword(session)))
        }
    }
}
