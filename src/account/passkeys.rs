//! A contact's passkeys: added and removed with the current password.

use passwords::Password;

use crate::app::App;
use crate::audit::{About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::PasskeyId;
use crate::notice::{self, Change};
use crate::passkeys::{self, Added, Answer, Begun, Owner, RelyingParty};
use crate::sessions::{self, ContactSession};
use crate::{recovery, sign_in};

/// Begins to add a passkey; `None` when the current password was not right.
///
/// # Errors
/// [`Error::NotAllowed`] when they have too many; when the database fails or
/// too much is being hashed.
pub async fn begin_adding(
    app: &App,
    party: RelyingParty,
    session: &ContactSession,
    current: Password,
) -> Result<Option<Begun>> {
    let Some(hash) = recovery::choose::knows(app, session.contact, current).await? else { return Ok(None) };
    let (now, session) = (app.clock.now(), session.clone());
    app.db
        .write(move |tx| {
            if !recovery::choose::still_knows(tx, session.id, session.contact, &hash, now)? {
                return Ok(None);
            }
            let owner = (Owner::Contact(session.contact), session.id);
            let names = (session.username.as_str(), session.name.as_str());
            passkeys::begin_adding(tx, &party, owner, names, now).map(Some)
        })
        .await
}

/// Adds a passkey; says whether it was good.
///
/// # Errors
/// When the database fails.
pub fn add(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    (session, address): (&ContactSession, &str),
    (answer, name): (&Answer, &str),
    now: Timestamp,
) -> Result<bool> {
    // Whoever was signed out meanwhile, or whose password was stopped, adds nothing.
    let still =
        sessions::is_open(tx, session.id, now)? && sign_in::passkey::is_possible(tx, session.contact, now)?;
    let owner = (Owner::Contact(session.contact), session.id);
    if !still || passkeys::add(tx, party, owner, (answer, name), now)? == Added::Refused {
        return Ok(false);
    }
    note(tx, (session, address), (Event::FactorAdded, Change::PasskeyAdded), now)?;
    Ok(true)
}

/// Removes one of their passkeys; says whether the current password was right.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs; when the database fails or too much is
/// being hashed.
pub async fn remove(
    app: &App,
    (session, address): (&ContactSession, &str),
    id: PasskeyId,
    current: Password,
) -> Result<bool> {
    let Some(hash) = recovery::choose::knows(app, session.contact, current).await? else { return Ok(false) };
    let (now, session, address) = (app.clock.now(), session.clone(), address.to_owned());
    app.db
        .write(move |tx| {
            if !recovery::choose::still_knows(tx, session.id, session.contact, &hash, now)? {
                return Ok(false);
            }
            if !passkeys::remove(tx, Owner::Contact(session.contact), id)? {
                return Err(Error::NotFound);
            }
            note(tx, (&session, &address), (Event::FactorRemoved, Change::PasskeyRemoved), now)?;
            Ok(true)
        })
        .await
}

fn note(
    tx: &mut Tx<'_>,
    (session, address): (&ContactSession, &str),
    (event, change): (Event, Change),
    now: Timestamp,
) -> Result<()> {
    let about = About::contact(session.retailer, session.contact).with("factor", "passkey");
    super::note_with(tx, (session, address), (event, about), now)?;
    notice::tell(tx, Owner::Contact(session.contact), change, now)
}
