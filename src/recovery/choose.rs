//! Choosing a password: by a temporary one, or knowing the current one
//! (promises 7 and 8).

use passwords::{About as Names, Hash, Known, Matched, Own, Password, Problem};

use super::store;
use crate::access;
use crate::actor::{Actor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::config::Limit;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::{ContactId, SessionId, TemporaryPasswordId};
use crate::kernel::{EmailAddress, Timestamp, Token};
use crate::mail::{self, Kind, NewMail};
use crate::passkeys::lately::{self, Lately};
use crate::retailers::{self, Contact, contacts};
use crate::sessions::{self, ContactSession, Place};
use crate::temporary;
use crate::throttle;

/// How often the current password may be tried in a session.
const TRIES: Limit = Limit { attempts: 10, window: std::time::Duration::from_mins(15) };

/// What became of a new password.
#[derive(Debug)]
pub enum Choice {
    /// It is set; the session goes on under this token.
    Chosen(Token),
    /// It won't do, for these reasons.
    Refused(Vec<Problem>),
    /// The current password was not right.
    WrongCurrent,
    /// The temporary password was used, voided or ran out meanwhile.
    NoLongerGood,
}

/// What entitles a contact to choose.
pub enum Entitled {
    /// The temporary password they signed in with.
    Temporary(TemporaryPasswordId),
    /// The current password, typed again, and what becomes of the passkeys that were
    /// added lately.
    Current(Password, Lately),
}

/// Sets a new password. Ends all the contact's sessions, uses up and voids
/// temporary passwords, removes passkeys (by a temporary password all, by the current
/// one those added lately, unless they are to stay), sends a notice, and starts a fresh
/// session.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn choose(
    app: &App,
    session: &ContactSession,
    entitled: Entitled,
    new: Password,
    place: Place,
) -> Result<Choice> {
    let now = app.clock.now();
    let id = session.contact;
    let (contact, live) = app
        .db
        .read(move |tx| {
            Ok::<_, crate::Error>((retailers::contact(tx, &Actor::system(), id)?, store::live(tx, id, now)?))
        })
        .await?;
    let proof = match entitled {
        Entitled::Temporary(temporary) => Proof::Temporary(temporary),
        Entitled::Current(current, lately) => match knows(app, id, current).await? {
            Some(hash) => Proof::Current(session.id, hash, lately),
            None => return Ok(Choice::WrongCurrent),
        },
    };
    let (mut problems, new) = broken_rules(app, &contact, new).await?;
    let known = Known {
        own: live.own.or(live.stopped),
        temporary: live.temporary.into_iter().map(|(_, hash)| hash).collect(),
        decoy: None,
    };
    let (matched, new) = app.passwords.check(new, known).await?;
    problems.extend(match matched {
        Matched::Nothing => None,
        Matched::Own { .. } => Some(Problem::IsCurrent),
        Matched::Temporary { .. } => Some(Problem::IsTemporary),
    });
    if !problems.is_empty() {
        return Ok(Choice::Refused(problems));
    }
    let hash = app.passwords.hash(new).await?;
    let now = app.clock.now();
    let chosen = Chosen { proof, hash, place };
    app.db.write(move |tx| set(tx, &contact, &chosen, now)).await
}

async fn broken_rules(app: &App, contact: &Contact, new: Password) -> Result<(Vec<Problem>, Password)> {
    let (settings, contact) = (app.settings(), contact.clone());
    app.problems_of(new, move |new| {
        let names = [contact.retailer_name.as_str(), settings.values.supplier.as_str()];
        let username = contact.username.as_ref().map(crate::kernel::Username::as_str);
        let known = [contact.name.as_str(), contact.email.as_ref().map_or("", EmailAddress::as_str)];
        settings.password_rule.problems(new, &Names { username, names: &names, known: &known })
    })
    .await
}

/// The hash of the contact's current password, if that is what was typed.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn knows(app: &App, contact: ContactId, current: Password) -> Result<Option<Own>> {
    const WHAT: &str = "current-password";
    let now = app.clock.now();
    let (allowed, live) = app
        .db
        .write(move |tx| {
            let allowed = throttle::allows(tx, WHAT, &contact.to_string(), TRIES, now)?;
            Ok::<_, crate::Error>((allowed, store::live(tx, contact, now)?))
        })
        .await?;
    if !allowed {
        return Ok(None);
    }
    let known = Known { own: live.own.clone(), ..Known::default() };
    let (matched, _) = app.passwords.check(current, known).await?;
    if !matches!(matched, Matched::Own { .. }) {
        return Ok(None);
    }
    app.db.write(move |tx| throttle::forgive(tx, WHAT, &contact.to_string(), TRIES.attempts)).await?;
    Ok(live.own)
}

/// Whether a session goes on and the password it was proved with is still the
/// current one: hashing took a while, and staff may have acted meanwhile.
///
/// # Errors
/// When the database fails.
pub fn still_knows(
    tx: &mut Tx<'_>,
    session: SessionId,
    contact: ContactId,
    hash: &Own,
    now: Timestamp,
) -> Result<bool> {
    let found = retailers::contact(tx, &Actor::system(), contact)?;
    let own = store::live(tx, contact, now)?.own;
    let unchanged = own.is_some_and(|own| own.as_str() == hash.as_str());
    Ok(unchanged && access::is_open(&found) && sessions::is_open(tx, session, now)?)
}

/// What a new password was chosen by, as it was checked.
enum Proof {
    Temporary(TemporaryPasswordId),
    Current(SessionId, Own, Lately),
}

/// A new password that passed every check.
struct Chosen {
    proof: Proof,
    hash: Hash,
    place: Place,
}

fn set(tx: &mut Tx<'_>, contact: &Contact, chosen: &Chosen, now: Timestamp) -> Result<Choice> {
    match &chosen.proof {
        Proof::Temporary(temporary) => match temporary::consume(tx, *temporary, now)? {
            Some(reset) => drop(store::mark_used(tx, reset, now)?),
            None => return Ok(Choice::NoLongerGood),
        },
        Proof::Current(session, hash, _) if !still_knows(tx, *session, contact.id, hash, now)? => {
            return Ok(Choice::NoLongerGood);
        }
        Proof::Current(..) => {}
    }
    contacts::set_password(tx, contact.id, &chosen.hash, now)?;
    throttle::start_anew(tx, contact.id, &chosen.place.address)?;
    store::supersede_all(tx, contact.id, now)?;
    access::call_back_resets(tx, contact.id, now)?;
    sessions::end_all_of_contact(tx, contact.id, None, now)?;
    let token = sessions::start_for_contact(tx, contact.id, None, &chosen.place, now)?;
    if let Some(to) = contact.email.clone() {
        let notice = NewMail {
            kind: Kind::PasswordChanged,
            to,
            language: contact.language,
            contact: Some(contact.id),
            staff: None,
        };
        mail::enqueue(tx, &notice, now)?;
    }
    let event = match chosen.proof {
        Proof::Temporary(_) => Event::PasswordChosen,
        Proof::Current(..) => Event::PasswordChanged,
    };
    let actor = chosen.place.actor(Who::Contact(contact.id));
    audit::record(tx, &actor, now, event, About::contact(contact.retailer, contact.id))?;
    match chosen.proof {
        Proof::Temporary(_) => {
            contacts::note_sign_in(tx, contact.id, None, now)?;
            access::remove_passkeys(tx, &actor, (contact.retailer, contact.id), now)?;
        }
        Proof::Current(_, _, Lately::Removed) => {
            let since = lately::since(contact.password_set_at, now);
            access::remove_passkeys_added_since(tx, &actor, (contact.retailer, contact.id, since), now)?;
        }
        Proof::Current(_, _, Lately::Kept) => {}
    }
    Ok(Choice::Chosen(token))
}
