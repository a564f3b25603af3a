//! How contacts sign in, on the website and at the API.

pub mod api;
pub mod passkey;
pub mod site;

use std::sync::Arc;
use std::time::Duration;

use passwords::{Brought, Hash, Matched, Own, Password};

use crate::access;
use crate::actor::{Actor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::{ContactId, RetailerId, TemporaryPasswordId};
use crate::kernel::{Timestamp, Token, Username};
use crate::recovery::{self, Live};
use crate::retailers;
use crate::sessions::{self, ContactSession, Place};
use crate::throttle::{self, Limit};

/// Failures for one username from one address. A stranger elsewhere can't use
/// it to lock a customer out.
const PER_PAIR: Limit = Limit { attempts: 10, window: Duration::from_mins(15) };
/// Failures from one address over all usernames.
const PER_ADDRESS: Limit = Limit { attempts: 100, window: Duration::from_mins(15) };
/// Failures for one username from everywhere (NIST 800-63B-4, 3.2.2: no more
/// than 100).
const PER_USERNAME: Limit = Limit { attempts: 100, window: Duration::from_hours(1) };

/// What came of an attempt to sign in.
#[derive(Debug)]
pub enum SignIn {
    /// In, with their own password.
    Welcome(Token),
    /// In with a temporary password: they can only choose a new one.
    MustChoosePassword(Token),
    /// Not in. Why is not told: unknown, wrong, without access, expired and
    /// throttled all look alike.
    Refused,
}

/// Who might be signing in, and what they may be known by.
#[derive(Default)]
struct Candidate {
    /// Whether too many attempts came before this one.
    throttled: bool,
    who: Option<(ContactId, RetailerId)>,
    live: Live,
    /// What someone else brought along, so that whoever did can't be told by time.
    decoy: Option<Brought>,
}

/// Who says they are whom, and from where.
struct Attempt {
    /// What was typed, if it can be a username.
    username: Option<Username>,
    place: Place,
    network: String,
}

impl Attempt {
    /// What failures are counted for as a username; empty when it can't be one.
    fn key(&self) -> &str {
        self.username.as_ref().map(Username::key).unwrap_or_default()
    }

    /// What failures are counted for, narrowest first.
    fn pair(&self) -> String {
        throttle::pair(self.key(), &self.place.address)
    }
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
pub async fn sign_in(app: &App, username: &str, typed: Password, place: Place) -> Result<SignIn> {
    let now = app.clock.now();
    let network = throttle::network(&place.address);
    let attempt = Arc::new(Attempt { username: Username::parse(username).ok(), place, network });
    let counted = Arc::clone(&attempt);
    let first = app
        .db
        .write(move |tx| {
            if may_try(tx, &counted, now)? {
                candidate(tx, &counted, now)
            } else {
                Ok(Candidate { throttled: true, decoy: recovery::decoy(tx)?, ..Candidate::default() })
            }
        })
        .await?;
    let (outcome, typed) = prove(app, first, typed, &attempt).await?;
    if let Some(outcome) = outcome {
        return Ok(outcome);
    }
    // The right password, and its hash was made anew by another sign-in meanwhile: that one decides.
    let (now, again) = (app.clock.now(), Arc::clone(&attempt));
    let second = app.db.read(move |tx| candidate(tx, &again, now)).await?;
    let (outcome, _) = prove(app, second, typed, &attempt).await?;
    Ok(outcome.unwrap_or(SignIn::Refused))
}

/// Checks what was typed and acts on it. `None` when it was right, but the hash
/// is another one by now.
async fn prove(
    app: &App,
    candidate: Candidate,
    typed: Password,
    attempt: &Arc<Attempt>,
) -> Result<(Option<SignIn>, Password)> {
    let Candidate { throttled, who, live, decoy } = candidate;
    let (matched, mut typed) = app.passwords.check(typed, live.known(decoy)).await?;
    let proof = match matched {
        Matched::Nothing => None,
        Matched::Own { outdated } => {
            let mut rehashed = None;
            if outdated {
                let (hash, same) = app.passwords.rehash(typed).await?;
                (rehashed, typed) = (Some(hash), same);
            }
            live.own.map(|hash| Proof::Own { hash: Box::new(hash), rehashed })
        }
        Matched::Temporary { index } => live.temporary.get(index).map(|(id, _)| Proof::Temporary(*id)),
    };
    let (now, attempt) = (app.clock.now(), Arc::clone(attempt));
    let outcome = app
        .db
        .write(move |tx| match (&who, &proof) {
            (Some(who), Some(proof)) => welcome(tx, *who, proof, &attempt, now),
            (None, _) if throttled => Ok(Some(SignIn::Refused)),
            (who, _) => {
                // Written down for unknown usernames too: the same work for all.
                let about =
                    who.map(|(contact, retailer)| About::contact(retailer, contact)).unwrap_or_default();
                let actor = attempt.place.actor(Who::Nobody);
                audit::record(tx, &actor, now, Event::SignInRefused, about)?;
                Ok(Some(SignIn::Refused))
            }
        })
        .await?;
    Ok((outcome, typed))
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

fn may_try(tx: &mut Tx<'_>, attempt: &Attempt, now: Timestamp) -> Result<bool> {
    // Narrowest first: what one place has used up is not counted for everyone,
    // so no one place can lock a customer out.
    Ok(throttle::allows(tx, "sign-in", &attempt.pair(), PER_PAIR, now)?
        && throttle::allows(tx, "sign-in-from", &attempt.network, PER_ADDRESS, now)?
        && throttle::allows(tx, "sign-in-as", attempt.key(), PER_USERNAME, now)?)
}

fn candidate(tx: &mut Tx<'_>, attempt: &Attempt, now: Timestamp) -> Result<Candidate> {
    let decoy = recovery::decoy(tx)?;
    let contact = match &attempt.username {
        Some(username) => retailers::contact_by_username(tx, username)?,
        None => None,
    };
    let Some(contact) = contact else {
        return Ok(Candidate { decoy, ..Candidate::default() });
    };
    let live = if access::is_open(&contact) { recovery::live(tx, contact.id, now)? } else { Live::default() };
    Ok(Candidate { who: Some((contact.id, contact.retailer)), live, throttled: false, decoy })
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
        return Ok(Some(SignIn::Refused));
    }
    let still_good = match (proof, live.own) {
        (Proof::Own { hash, .. }, Some(own)) if own.as_str() != hash.as_str() => return Ok(None),
        (Proof::Own { .. }, own) => own.is_some(),
        (Proof::Temporary(id), _) => live.temporary.iter().any(|(other, _)| other == id),
    };
    if !still_good {
        return Ok(Some(SignIn::Refused));
    }
    throttle::forgive(tx, "sign-in", &attempt.pair(), PER_PAIR.attempts)?;
    throttle::forgive(tx, "sign-in-from", &attempt.network, 1)?;
    throttle::forgive(tx, "sign-in-as", attempt.key(), PER_USERNAME.attempts)?;
    let actor = place.actor(Who::Contact(contact));
    let about = About::contact(retailer, contact);
    match proof {
        Proof::Own { hash, rehashed } => {
            recovery::note_sign_in(tx, contact, rehashed.as_ref().map(|new| (&**hash, new)), now)?;
            let about = if let Own::Brought(_) = **hash { about.with("password", "upgraded") } else { about };
            audit::record(tx, &actor, now, Event::SignedIn, about)?;
            Ok(Some(SignIn::Welcome(sessions::start_for_contact(tx, contact, None, place, now)?)))
        }
        Proof::Temporary(id) => {
            audit::record(tx, &actor, now, Event::SignedInTemporarily, about)?;
            let session = sessions::start_for_contact(tx, contact, Some(*id), place, now)?;
            Ok(Some(SignIn::MustChoosePassword(session)))
        }
    }
}
