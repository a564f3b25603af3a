//! Changing one's e-mail address: the current password, a confirmation from
//! the new address, a notice to the old one (promise 15).

use std::time::Duration;

use passwords::Password;
use zeroize::Zeroizing;

use super::store::{self, Change};
use crate::access::{self, transfer};
use crate::actor::{Actor, Door, Who};
use crate::app::App;
use crate::audit::Event;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::EmailChangeId;
use crate::kernel::{EmailAddress, Timestamp, Token, calendar};
use crate::mail::{self, Composed, Kind, Mail, NewMail, contexts};
use crate::notice;
use crate::recovery;
use crate::retailers;
use crate::sessions::ContactSession;
use crate::throttle::{self, Counter, Rule};

/// How long the link to the new address lives.
const LINK_LIVES: Duration = Duration::from_hours(24);

/// What came of asking for another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The new address was sent a link.
    Sent,
    /// It is the address they have.
    Unchanged,
    /// The current password was not right.
    WrongPassword,
    /// Too many such mails were asked for, by them or to that address, which isn't
    /// told; the next one can be sent then.
    Wait(Timestamp),
}

/// Asks for another address. Nothing changes until its owner confirms.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn ask(
    app: &App,
    session: &ContactSession,
    new: EmailAddress,
    current: Password,
    address: String,
) -> Result<Asked> {
    let Some(hash) = recovery::choose::knows(app, session.contact, current).await? else {
        return Ok(Asked::WrongPassword);
    };
    let (now, session, limits) = (app.clock.now(), session.clone(), app.config.limits.confirm);
    app.db
        .write(move |tx| {
            if !recovery::choose::still_knows(tx, session.id, session.contact, &hash, now)? {
                return Ok(Asked::WrongPassword);
            }
            let known = retailers::contact(tx, &Actor::system(), session.contact)?.email;
            if known.is_some_and(|known| known.as_str() == new.as_str()) {
                return Ok(Asked::Unchanged);
            }
            // Or contacts could have strangers mailed as often as they like.
            let often = [
                Counter::new("confirm", &session.contact.to_string(), Rule::Window(limits.contact)),
                Counter::new("confirm-to", &new.key(), Rule::Window(limits.address)),
            ];
            if let Some(until) = throttle::attempt(tx, &often, now)?.until() {
                return Ok(Asked::Wait(until));
            }
            store::finish_open(tx, session.contact, now)?;
            let (to, language) = (new.clone(), session.language);
            let mail = NewMail {
                kind: Kind::EmailConfirmation,
                to,
                language,
                contact: Some(session.contact),
                staff: None,
            };
            let mail = mail::enqueue(tx, &mail, now)?;
            let change =
                store::NewChange { contact: session.contact, mail, new: &new, until: now.plus(LINK_LIVES) };
            store::insert(tx, EmailChangeId::new(now), &change, now)?;
            super::note(tx, &session, &address, Event::EmailChangeRequested, now)?;
            Ok(Asked::Sent)
        })
        .await
}

/// The change behind a link, while it can be confirmed.
///
/// # Errors
/// [`Error::NotFound`] for a link that is used, overtaken, too old, or none of
/// ours.
pub fn find(tx: &mut Tx<'_>, token: &Token, now: Timestamp) -> Result<Change> {
    store::by_token(tx, token.digest(), now)?.ok_or(Error::NotFound)
}

/// Confirms a change: mail goes to the new address from now on, the old one is
/// told, and temporary passwords mailed to the old one are void.
///
/// # Errors
/// [`Error::NotFound`] as for [`find`].
pub fn confirm(tx: &mut Tx<'_>, token: &Token, address: &str, now: Timestamp) -> Result<()> {
    let change = find(tx, token, now)?;
    if !store::finish(tx, change.id, now)? {
        return Err(Error::NotFound);
    }
    let contact = retailers::contact(tx, &Actor::system(), change.contact)?;
    let actor = Actor { who: Who::Contact(contact.id), door: Door::Website, address: address.to_owned() };
    access::change_email(tx, &actor, &contact, &change.new, now)
}

/// Puts the mail to the new address together; its link is made for this one
/// attempt. `None` when it was overtaken.
///
/// # Errors
/// When the database, the random source or the template fails.
pub async fn compose_confirmation(app: &App, mail: &Mail, now: Timestamp) -> Result<Option<Composed>> {
    let token = Token::mint()?;
    let (id, digest) = (mail.id, token.digest());
    let stored = app.db.write(move |tx| store::set_token(tx, id, digest, now)).await?;
    let (Some(until), Some(contact)) = (stored, mail.contact) else { return Ok(None) };
    let Some(contact) = app.db.read(move |tx| transfer::as_of_now(tx, contact)).await? else {
        return Ok(None);
    };
    let website = app.config.http.public_url.as_str();
    let context = contexts::EmailConfirmation {
        supplier: &app.settings().values.supplier,
        website,
        // Whose address this is isn't known yet, so it hears no words that a contact chose.
        person: mail.to.as_str(),
        retailer: &contact.retailer_name,
        confirm_url: &Zeroizing::new(format!("{website}/account/email/confirm/{}", token.expose().as_str())),
        valid_until: &calendar::day_and_time(until, &app.config.time_zone, mail.language),
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: None, temporary: None }))
}

/// Puts the notice to the old address together.
///
/// # Errors
/// When the database or the template fails.
pub async fn compose_changed(app: &App, mail: &Mail) -> Result<Option<Composed>> {
    let Some(contact) = mail.contact else { return Ok(None) };
    let Some(contact) = app.db.read(move |tx| transfer::as_of_now(tx, contact)).await? else {
        return Ok(None);
    };
    let context = contexts::EmailChanged {
        supplier: &app.settings().values.supplier,
        website: &app.config.http.public_url,
        person: &contact.name,
        retailer: &contact.retailer_name,
        at: &notice::when_and_by(app, mail).await?,
        new_address_masked: &contact.email.as_ref().map(EmailAddress::masked).unwrap_or_default(),
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: Some(contact.name), temporary: None }))
}
