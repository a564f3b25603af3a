//! What the mail worker needs of recovery: minting at the moment of sending,
//! and what follows from the mail server's answer (promises 3 to 5).

use passwords::TemporaryPassword;

use super::{Reset, StartedBy, invitation, store};
use crate::access::{self, transfer};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::config::Changeable;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::calendar;
use crate::kernel::id::TemporaryPasswordId;
use crate::kernel::{Timestamp, Token};
use crate::mail::contexts::{self, AskedBy};
use crate::mail::message::Rendered;
use crate::mail::{Composed, Kind, Mail};
use crate::retailers::{self, Contact};
use crate::temporary::{self, Kept, Minted};

/// How often minting begins anew when others are minted for the same contact at
/// the same time.
const MINTINGS: usize = 4;

/// Puts a reset's mail together, with a temporary password made for this one
/// attempt. Its hash is stored before the mail can leave, so a password in an
/// accepted mail works whatever crashes. `None` when the reset was overtaken.
///
/// # Errors
/// When the database, the random source or a template fails.
pub async fn compose(app: &App, mail: &Mail, now: Timestamp) -> Result<Option<Composed>> {
    for _ in 0..MINTINGS {
        match mint(app, mail, now).await? {
            Composition::Done(composed) => return Ok(Some(composed)),
            Composition::Overtaken => return Ok(None),
            Composition::Again => {}
        }
    }
    Err(Error::Render { what: "a temporary password", problem: "others were made meanwhile".into() })
}

/// What came of minting once.
enum Composition {
    Done(Composed),
    Overtaken,
    /// Another was kept meanwhile, whose salt this one has to share.
    Again,
}

async fn mint(app: &App, mail: &Mail, now: Timestamp) -> Result<Composition> {
    let (id, to) = (mail.id, mail.to.key());
    let found = app
        .db
        .read(move |tx| {
            let Some(reset) = store::by_mail(tx, id)? else { return Ok(None) };
            let contact = retailers::contact(tx, &Actor::system(), reset.contact)?;
            let fits = access::obstacle(&contact).is_ok_and(|ready| ready.email.key() == to);
            let salt_of = temporary::live(tx, contact.id, now)?.into_iter().next().map(|(_, hash)| hash);
            let page = invitation::mint_link(tx, &reset, now)?;
            Ok::<_, Error>((fits && reset.cancelled_at.is_none()).then_some((reset, contact, salt_of, page)))
        })
        .await?;
    let Some((reset, contact, salt_of, page)) = found else { return Ok(Composition::Overtaken) };
    let password = TemporaryPassword::generate_from_system().map_err(passwords::PoolError::from)?;
    let cancel = Token::mint()?;
    let hash = app.passwords.hash_temporary(&password, salt_of).await?;
    let minted_at = app.clock.now();
    let settings = app.settings();
    let expires_at = minted_at.plus(settings.values.reset.valid_for);
    let new = Minted {
        id: TemporaryPasswordId::new(minted_at),
        reset: reset.id,
        hash,
        cancel: cancel.digest(),
        expires_at,
    };
    let temporary = new.id;
    let words = Words { app, settings: &settings.values, mail, reset: &reset, contact: &contact, expires_at };
    let rendered = words.render(&password, &cancel, page.as_ref())?;
    let kept = app.db.write(move |tx| {
        let kept = temporary::keep(tx, contact.id, &new, minted_at)?;
        if let Some((token, _)) = page.as_ref().filter(|_| kept == Kept::InDoubt) {
            invitation::keep_link(tx, token, new.reset, minted_at)?;
        }
        Ok::<_, Error>(kept)
    });
    Ok(match kept.await? {
        Kept::InDoubt => {
            Composition::Done(Composed { rendered, to_name: Some(contact.name), temporary: Some(temporary) })
        }
        Kept::MailEnded => Composition::Overtaken,
        Kept::OtherSalt => Composition::Again,
    })
}

struct Words<'a> {
    app: &'a App,
    settings: &'a Changeable,
    mail: &'a Mail,
    reset: &'a Reset,
    contact: &'a Contact,
    expires_at: Timestamp,
}

impl Words<'_> {
    fn render(
        &self,
        password: &TemporaryPassword,
        cancel: &Token,
        page: Option<&(Token, Timestamp)>,
    ) -> Result<Rendered> {
        let config = &self.app.config;
        let language = self.mail.language;
        let website = config.http.public_url.as_str();
        let not_me = zeroize::Zeroizing::new(format!("{website}/not-me/{}", cancel.expose().as_str()));
        let page_url = page.map(|(token, _)| {
            zeroize::Zeroizing::new(format!("{website}/invitation/{}", token.expose().as_str()))
        });
        let page_until = page.map(|(_, until)| calendar::day_and_time(*until, &config.time_zone, language));
        let invited = self.reset.kind == Kind::Invitation;
        let username = self.contact.username.as_ref().filter(|_| self.settings.names_username(invited));
        let context = contexts::TemporaryPassword {
            supplier: &self.settings.supplier,
            website,
            person: &self.contact.name,
            retailer: &self.contact.retailer_name,
            password: &password.grouped(),
            valid_until: &calendar::day_and_time(self.expires_at, &config.time_zone, language),
            valid_for: &calendar::span(self.settings.reset.valid_for, language),
            sign_in_url: &format!("{website}/login"),
            asked_by: match &self.reset.started_by {
                StartedBy::Contact => AskedBy::Contact,
                StartedBy::Staff(name) => AskedBy::Staff(Some(name.as_str()).filter(|name| !name.is_empty())),
                StartedBy::Operator => AskedBy::Operator,
            },
            not_me_url: &not_me,
            username: username.map(crate::kernel::Username::as_str),
            stops_current: self.reset.stops_current
                || (self.contact.password_set_at.is_some() && !self.contact.has_password),
            page_url: page_url.as_ref().map(|url| url.as_str()),
            page_until: page_until.as_deref(),
            username_follows: invitation::names_follow(self.settings, self.reset),
        };
        Ok(self.app.templates().render(self.mail.kind, language, &context)?)
    }
}

/// Puts the mail with the usernames of an address together.
///
/// # Errors
/// When the database or a template fails.
pub async fn compose_usernames(app: &App, mail: &Mail) -> Result<Option<Composed>> {
    let to = mail.to.clone();
    let contacts = app.db.read(move |tx| retailers::contacts_by_email(tx, &to)).await?;
    let entries: Vec<_> = contacts
        .iter()
        .filter(|contact| access::obstacle(contact).is_ok())
        .filter_map(|contact| {
            let username = contact.username.as_ref()?.as_str();
            Some(contexts::UsernameEntry {
                username,
                person: &contact.name,
                retailer: &contact.retailer_name,
            })
        })
        .collect();
    if entries.is_empty() {
        return Ok(None);
    }
    let website = app.config.http.public_url.as_str();
    let context = contexts::Usernames {
        supplier: &app.settings().values.supplier,
        website,
        entries,
        sign_in_url: &format!("{website}/login"),
        forgot_url: &format!("{website}/forgot-password"),
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: None, temporary: None }))
}

/// Puts the mail with the username of who was invited together. `None` when the
/// invitation no longer stands.
///
/// # Errors
/// When the database or a template fails.
pub async fn compose_invitation_username(app: &App, mail: &Mail) -> Result<Option<Composed>> {
    let of = mail.clone();
    let Some(contact) = app.db.read(move |tx| invitation::still_invited(tx, &of)).await? else {
        return Ok(None);
    };
    let Some(username) = contact.username.as_ref() else { return Ok(None) };
    let website = app.config.http.public_url.as_str();
    let context = contexts::InvitationUsername {
        supplier: &app.settings().values.supplier,
        website,
        person: &contact.name,
        retailer: &contact.retailer_name,
        username: username.as_str(),
        sign_in_url: &format!("{website}/login"),
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: Some(contact.name), temporary: None }))
}

/// Puts the notice of a changed password together.
///
/// # Errors
/// When the database or a template fails.
pub async fn compose_password_changed(app: &App, mail: &Mail) -> Result<Option<Composed>> {
    let Some(id) = mail.contact else { return Ok(None) };
    let Some(contact) = app.db.read(move |tx| transfer::as_of_now(tx, id)).await? else { return Ok(None) };
    let website = app.config.http.public_url.as_str();
    let context = contexts::PasswordChanged {
        supplier: &app.settings().values.supplier,
        website,
        person: &contact.name,
        retailer: &contact.retailer_name,
        at: &calendar::day_and_time(mail.created_at, &app.config.time_zone, mail.language),
        forgot_url: &format!("{website}/forgot-password"),
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: Some(contact.name), temporary: None }))
}

/// The mail server took the mail: its temporary password is in hand, and what
/// gives way to it is void (promise 5). An invitation is followed by the
/// username, if `settings` say so. `is_late` when the mail had come to its end
/// before, by another attempt or since a later one took its place.
///
/// # Errors
/// When the database fails.
pub fn accepted(
    tx: &mut Tx<'_>,
    mail: &Mail,
    (temporary, is_late): (TemporaryPasswordId, bool),
    settings: &Changeable,
    now: Timestamp,
) -> Result<()> {
    let reset = store::by_mail(tx, mail.id)?.ok_or(Error::NotFound)?;
    let voids_before = store::voids_before(tx, reset.id)?;
    let overtaken = temporary::accept(tx, reset.contact, (temporary, voids_before), now)?;
    if is_late && overtaken.is_none() {
        // It was called back or voided meanwhile.
        return Ok(());
    }
    for other in overtaken.unwrap_or_default() {
        store::supersede(tx, other, now)?;
    }
    let contact = retailers::contact(tx, &Actor::system(), reset.contact)?;
    if !is_late && invitation::names_follow(settings, &reset) {
        invitation::mail_username(tx, mail, now)?;
    }
    let about = About::contact(contact.retailer, contact.id);
    Ok(audit::record(tx, &Actor::system(), now, Event::ResetMailed, about)?)
}

/// The mail server certainly did not take the mail of this attempt.
///
/// # Errors
/// When the database fails.
pub fn not_taken(tx: &mut Tx<'_>, temporary: TemporaryPasswordId, now: Timestamp) -> Result<()> {
    temporary::void(tx, temporary, now)?;
    Ok(())
}

/// Why a mail will not be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The address does not take mail.
    Bounced,
    /// The mail server refused the message.
    Refused,
    /// Retries ended.
    GivenUp,
    /// It may have arrived, and must not arrive twice.
    Unsure,
    /// It came back after it had been taken, for a reason that may pass.
    Returned,
}

/// The mail will not be tried again, or came back. A bounce marks the address.
///
/// # Errors
/// When the database fails.
pub fn failed(tx: &mut Tx<'_>, mail: &Mail, failed: Failed, now: Timestamp) -> Result<()> {
    if failed == Failed::Bounced {
        access::mark_bounced(tx, &mail.to, now)?;
    }
    let Some(contact) = mail.contact else { return Ok(()) };
    let Some(contact) = transfer::as_of_now(tx, contact)? else { return Ok(()) };
    let why = match failed {
        Failed::Bounced => "bounced",
        Failed::Refused => "refused",
        Failed::GivenUp => "given-up",
        Failed::Unsure => "unsure",
        Failed::Returned => "returned",
    };
    let event = if matches!(mail.kind, Kind::Reset | Kind::Invitation) {
        Event::ResetFailed
    } else {
        Event::MailFailed
    };
    Ok(audit::record(
        tx,
        &Actor::system(),
        now,
        event,
        About::contact(contact.retailer, contact.id).with("why", why),
    )?)
}
