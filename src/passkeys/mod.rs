//! Passkeys (`WebAuthn` level 3): keys on someone's device, which proves that
//! it has them and that whoever holds it is its owner. So one is two factors.
//!
//! Each ceremony is a challenge and an answer. What is remembered between them
//! is a row for five minutes that the first answer takes away.

pub mod lately;
mod store;

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey as Credential, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::config::{Config, Limit, Widths};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, PasskeyId, SessionId, StaffId};
use crate::kernel::names;
use crate::kernel::{Timestamp, Token};
use crate::sessions::Place;
use crate::throttle::{self, Counter};

pub use store::{forget_old, list, remove, remove_added_since, remove_all};

/// How long a challenge waits for its answer.
const LIVES: Duration = Duration::from_mins(5);
/// Challenges and answers of one place, of people who are not signed in.
const PER_PLACE: Widths<Limit> = Widths { near: often(100), middle: often(200), wide: often(400) };
/// What is counted of challenges, and of answers.
const ASKED: &str = "passkey-asked";
const ANSWERED: &str = "passkey";
/// Passkeys one person may have.
const MOST: usize = 20;
/// Characters of a name.
const NAME: usize = 60;

/// Whose a passkey is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A staff user's.
    Staff(StaffId),
    /// A contact's.
    Contact(ContactId),
}

impl Owner {
    fn staff(self) -> Option<StaffId> {
        if let Self::Staff(id) = self { Some(id) } else { None }
    }

    fn contact(self) -> Option<ContactId> {
        if let Self::Contact(id) = self { Some(id) } else { None }
    }

    /// What their devices know them by: says nothing of them to others.
    fn handle(self) -> Uuid {
        match self {
            Self::Staff(id) => id.as_uuid(),
            Self::Contact(id) => id.as_uuid(),
        }
    }
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Which.
    pub id: PasskeyId,
    /// What they call it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// The website as passkeys know it: they are good for its host alone.
#[derive(Clone)]
pub struct RelyingParty(Webauthn);

impl RelyingParty {
    /// The website of an installation; `None` where it has a number for a name,
    /// which browsers give no passkeys for.
    pub fn of(config: &Config) -> Option<Self> {
        let origin = Url::parse(&config.http.public_url).ok()?;
        let builder = WebauthnBuilder::new(origin.domain()?, &origin).ok()?;
        builder.rp_name(config.changeable.value("supplier.name").0).build().ok().map(Self)
    }
}

/// A ceremony that was begun.
pub struct Begun {
    /// Which: only the browser that began it knows.
    pub ceremony: Token,
    /// What the browser asks the device.
    pub options: Value,
}

impl Begun {
    /// Both as the browser takes them.
    pub fn to_json(&self) -> Value {
        json!({ "ceremony": self.ceremony.expose().as_str(), "publicKey": self.options })
    }
}

/// What a browser sends back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which ceremony, as sent.
    pub ceremony: String,
    /// What the device said, as JSON.
    pub credential: String,
}

/// What came of adding a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// They have it.
    Added,
    /// The answer was not good, or came too late.
    Refused,
}

/// What came of an answer that is to prove who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proved {
    /// Its owner is there.
    By(Owner),
    /// The answer was not good, or came too late.
    Refused,
    /// The device counts backwards: there may be a copy of the key.
    Copied(Owner),
}

names! {
    #[derive(Clone, Copy)]
    enum Purpose {
        Add = "add",
        Prove = "prove",
        SignIn = "sign-in",
    }
}

/// Begins to add a passkey to someone whose names are given: the one they sign
/// in with, and what they are called.
///
/// # Errors
/// [`Error::NotAllowed`] when they have as many as can be; when the database
/// fails.
pub fn begin_adding(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    (owner, session): (Owner, SessionId),
    (sign_in_name, name): (&str, &str),
    now: Timestamp,
) -> Result<Begun> {
    let known = store::credential_ids(tx, owner)?;
    if known.len() >= MOST {
        return Err(Error::NotAllowed);
    }
    let (options, state) =
        party.0.start_passkey_registration(owner.handle(), sign_in_name, name, None).map_err(broken)?;
    let mut options = public_key(&options)?;
    // It is to be found without a name being typed first.
    options["authenticatorSelection"]["residentKey"] = "required".into();
    options["authenticatorSelection"]["requireResidentKey"] = true.into();
    options["excludeCredentials"] = credentials(&known);
    begin(tx, Purpose::Add, Some(session), (options, &state), now)
}

/// Takes a new passkey.
///
/// # Errors
/// When the database fails.
pub fn add(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    (owner, session): (Owner, SessionId),
    (answer, name): (&Answer, &str),
    now: Timestamp,
) -> Result<Added> {
    let Some(state) = take::<PasskeyRegistration>(tx, Purpose::Add, Some(session), answer, now)? else {
        return Ok(Added::Refused);
    };
    let made = serde_json::from_str::<RegisterPublicKeyCredential>(&answer.credential)
        .ok()
        .and_then(|sent| party.0.finish_passkey_registration(&sent, &state).ok());
    let Some(credential) = made else { return Ok(Added::Refused) };
    let id = BASE64URL_NOPAD.encode(credential.cred_id());
    let added = store::insert(tx, owner, &named(name), (&id, &written(&credential)?), now)?;
    Ok(if added { Added::Added } else { Added::Refused })
}

/// A name as typed, within bounds.
fn named(typed: &str) -> String {
    let name: String = typed.trim().chars().filter(|letter| !letter.is_control()).take(NAME).collect();
    if name.is_empty() { "Passkey".to_owned() } else { name }
}

/// Asks whoever has a session for one of their passkeys; `None` when they have
/// none.
///
/// # Errors
/// When the database fails.
pub fn begin_proving(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    (owner, session): (Owner, SessionId),
    now: Timestamp,
) -> Result<Option<Begun>> {
    let known = store::credential_ids(tx, owner)?;
    if known.is_empty() {
        return Ok(None);
    }
    let (options, state) = party.0.start_discoverable_authentication().map_err(broken)?;
    let mut options = public_key(&options)?;
    options["allowCredentials"] = credentials(&known);
    begin(tx, Purpose::Prove, Some(session), (options, &state), now).map(Some)
}

/// Takes a passkey as the proof that whoever has a session is there.
///
/// # Errors
/// When the database fails.
pub fn prove(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    (owner, session): (Owner, SessionId),
    answer: &Answer,
    now: Timestamp,
) -> Result<Proved> {
    check(tx, party, (Purpose::Prove, Some((owner, session))), answer, now)
}

/// Asks someone not signed in for a passkey, whoever they are.
///
/// # Errors
/// [`Error::Busy`] when too many were asked for from there.
pub fn begin_signing_in(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    place: &Place,
    now: Timestamp,
) -> Result<Begun> {
    if has_to_wait(tx, ASKED, place, now)? {
        return Err(Error::Busy);
    }
    let (options, state) = party.0.start_discoverable_authentication().map_err(broken)?;
    begin(tx, Purpose::SignIn, None, (public_key(&options)?, &state), now)
}

/// Finds out by a passkey who is there; `None` when too many were tried from
/// there. Whether they may come in is for others to say.
///
/// # Errors
/// When the database fails.
pub fn who(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    answer: &Answer,
    place: &Place,
    now: Timestamp,
) -> Result<Option<Proved>> {
    if has_to_wait(tx, ANSWERED, place, now)? {
        return Ok(None);
    }
    check(tx, party, (Purpose::SignIn, None), answer, now).map(Some)
}

/// Forgets one challenge and one answer of a place: someone came in by them.
///
/// # Errors
/// When the database fails.
pub fn forgive(tx: &mut Tx<'_>, place: &Place) -> Result<()> {
    for network in throttle::networks(&place.address) {
        for what in [ASKED, ANSWERED] {
            throttle::forgive(tx, &network.what(what), &network.name, 1)?;
        }
    }
    Ok(())
}

const fn often(attempts: i64) -> Limit {
    Limit { attempts, window: Duration::from_mins(15) }
}

/// Counts a challenge or an answer of a place, unless there were too many.
fn has_to_wait(tx: &mut Tx<'_>, what: &str, place: &Place, now: Timestamp) -> Result<bool> {
    let counters = Counter::of_networks(what, &place.address, &PER_PLACE);
    Ok(throttle::attempt(tx, &counters, now)?.until().is_some())
}

fn begin(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    session: Option<SessionId>,
    (options, state): (Value, &impl Serialize),
    now: Timestamp,
) -> Result<Begun> {
    let ceremony = Token::mint()?;
    let new = store::NewCeremony {
        token: ceremony.digest(),
        purpose: purpose.as_str(),
        session,
        state: written(state)?,
        expires_at: now.plus(LIVES),
    };
    store::begin(tx, &new)?;
    Ok(Begun { ceremony, options })
}

fn take<State: DeserializeOwned>(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    session: Option<SessionId>,
    answer: &Answer,
    now: Timestamp,
) -> Result<Option<State>> {
    let Some(token) = Token::parse(&answer.ceremony) else { return Ok(None) };
    let state = store::take(tx, token.digest(), purpose.as_str(), session, now)?;
    state.map(|state| read(&state)).transpose()
}

/// Checks an answer against the passkey as it stands now, so that of two
/// devices that count alike the later one is found out.
fn check(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    (purpose, whose): (Purpose, Option<(Owner, SessionId)>),
    answer: &Answer,
    now: Timestamp,
) -> Result<Proved> {
    let session = whose.map(|(_, session)| session);
    let Some(state) = take::<DiscoverableAuthentication>(tx, purpose, session, answer, now)? else {
        return Ok(Proved::Refused);
    };
    let Ok(sent) = serde_json::from_str::<PublicKeyCredential>(&answer.credential) else {
        return Ok(Proved::Refused);
    };
    let id = BASE64URL_NOPAD.encode(sent.get_credential_id());
    let Some(kept) = store::by_credential_id(tx, &id)? else { return Ok(Proved::Refused) };
    // WebAuthn level 3, 7.2, step 6: the owner is whom the device names, if it
    // must, and whoever is signed in, if someone is.
    let named = sent.get_user_unique_id();
    let fits = named.map_or(whose.is_some(), |named| named == kept.owner.handle().as_bytes());
    if !fits || whose.is_some_and(|(owner, _)| owner != kept.owner) {
        return Ok(Proved::Refused);
    }
    let mut credential: Credential = read(&kept.credential)?;
    let key = DiscoverableKey::from(&credential);
    match party.0.finish_discoverable_authentication_v2(&sent, state, &key) {
        Ok(result) => {
            credential.update_credential(&result);
            let noted = store::note_use(tx, kept.id, &written(&credential)?, now)?;
            Ok(if noted { Proved::By(kept.owner) } else { Proved::Refused })
        }
        Err(WebauthnError::CredentialPossibleCompromise) => Ok(Proved::Copied(kept.owner)),
        Err(_) => Ok(Proved::Refused),
    }
}

/// The part of a challenge that the device is asked.
fn public_key(options: &impl Serialize) -> Result<Value> {
    let mut options = serde_json::to_value(options).map_err(broken)?;
    Ok(options["publicKey"].take())
}

fn credentials(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({ "type": "public-key", "id": id })).collect()
}

fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(broken)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Render { what: "a passkey", problem: error.to_string() }
}
