//! Who is signed in, taken from the cookie. A handler that names one of these
//! as an argument can't be reached without it.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;

use super::cookies::Jar;
use super::refused::WhoAsks;
use super::{Answer, Failure, Shared, Visit, redirect};
use crate::actor::{Actor, Door, StaffActor, Who};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Token;
use crate::kernel::id::{ContactId, StaffId};
use crate::refusals::Whom;
use crate::sessions::{self, ContactSession, StaffSession, Standing, known_device};

/// A contact who is signed in with a password of their own.
pub struct SignedIn(pub ContactSession);

/// A contact who is signed in, even if they must choose a password first.
pub struct MaybeChoosing(pub ContactSession);

/// The contact who is signed in, if someone is.
pub struct Perhaps(pub Option<ContactSession>);

/// A staff user in the portal, and as whom they act.
pub struct InPortal(pub StaffSession, pub Actor);

/// A staff user in the sales app, and as whom they act.
pub struct InSales(pub StaffSession, pub Actor);

/// A staff user at a door, however far their session lets them in: for the
/// pages of the second factor alone.
pub struct AtDoor(pub StaffSession, pub Actor);

impl AtDoor {
    async fn come(parts: &Parts, web: &Shared, door: Door) -> Answer<Self> {
        let sales = door == Door::Sales;
        let login = if sales { "/sales/login" } else { "/portal/login" };
        let session = staff(parts, web).await?.ok_or(Failure::SignIn(login))?;
        WhoAsks::tell(parts, Whom::Staff(session.staff));
        if !(if sales { session.kind.uses_sales() } else { session.kind.uses_portal() }) {
            return Err(Error::NotFound.into());
        }
        let actor = acting(&session, door, &Visit::of(web, parts));
        Ok(Self(session, actor))
    }
}

impl FromRequestParts<Shared> for AtDoor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let door = if parts.uri.path().starts_with("/sales") { Door::Sales } else { Door::Portal };
        Self::come(parts, web, door).await
    }
}

/// The staff user who is signed in, if someone is.
pub struct PerhapsStaff(pub Option<StaffSession>);

impl FromRequestParts<Shared> for Perhaps {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        Ok(Self(contact(parts, web).await?))
    }
}

impl FromRequestParts<Shared> for MaybeChoosing {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        contact(parts, web).await?.map(Self).ok_or(Failure::SignIn("/login"))
    }
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let MaybeChoosing(session) = MaybeChoosing::from_request_parts(parts, web).await?;
        if session.temporary.is_some() { Err(Failure::ChoosePassword) } else { Ok(Self(session)) }
    }
}

impl FromRequestParts<Shared> for PerhapsStaff {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        Ok(Self(staff(parts, web).await?))
    }
}

impl FromRequestParts<Shared> for InPortal {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let AtDoor(session, actor) = AtDoor::come(parts, web, Door::Portal).await?;
        match session.standing(web.app.clock.now()) {
            Standing::In | Standing::InUntil(_) => Ok(Self(session, actor)),
            Standing::MustProve => Err(Failure::SignIn("/portal/second-factor")),
            Standing::MustSetUp => Err(Failure::SignIn("/portal/me/second-factor")),
        }
    }
}

impl FromRequestParts<Shared> for InSales {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let AtDoor(session, actor) = AtDoor::come(parts, web, Door::Sales).await?;
        match session.standing(web.app.clock.now()) {
            Standing::In | Standing::InUntil(_) => Ok(Self(session, actor)),
            Standing::MustProve => Err(Failure::SignIn("/sales/second-factor")),
            Standing::MustSetUp => Err(Failure::SignIn("/sales/me/second-factor")),
        }
    }
}

/// As whom a signed-in staff user acts.
pub fn acting(session: &StaffSession, door: Door, visit: &Visit) -> Actor {
    let staff = StaffActor { id: session.staff, permissions: session.permissions.clone() };
    Actor { who: Who::Staff(staff), door, address: visit.place.address.clone() }
}

async fn contact(parts: &Parts, web: &Shared) -> Result<Option<ContactSession>> {
    let Some(token) = token(parts, web, Jar::Website) else { return Ok(None) };
    let found = contact_by(&token, web).await?;
    if let Some(session) = &found {
        WhoAsks::tell(parts, Whom::Contact(session.contact));
    }
    Ok(found)
}

/// The contact whose token this is.
///
/// # Errors
/// When the database fails.
pub async fn contact_by(token: &Token, web: &Shared) -> Result<Option<ContactSession>> {
    let (digest, now) = (token.digest(), web.app.clock.now());
    let found = web.app.db.read(move |tx| sessions::find_contact(tx, digest, now)).await?;
    if let Some(session) = found.clone().filter(|session| session.wants_touch(now)) {
        let lasts = web.app.config.sessions;
        web.app.db.write(move |tx| session.touch(tx, &lasts, now)).await?;
    }
    Ok(found)
}

async fn staff(parts: &Parts, web: &Shared) -> Result<Option<StaffSession>> {
    let Some(token) = token(parts, web, Jar::Staff) else { return Ok(None) };
    staff_by(&token, web).await
}

/// The staff user whose token this is.
///
/// # Errors
/// When the database fails.
pub(super) async fn staff_by(token: &Token, web: &Shared) -> Result<Option<StaffSession>> {
    let (digest, now) = (token.digest(), web.app.clock.now());
    let found = web.app.db.read(move |tx| sessions::find_staff(tx, digest, now)).await?;
    if let Some(session) = found.clone().filter(|session| session.wants_touch(now)) {
        let lasts = web.app.config.sessions;
        web.app.db.write(move |tx| session.touch(tx, &lasts, now)).await?;
    }
    Ok(found)
}

/// What the browser sent in a jar.
pub(super) fn token(parts: &Parts, web: &Shared, jar: Jar) -> Option<Token> {
    let cookies = Visit::of(web, parts).cookies;
    Token::parse(&cookies.read(&parts.headers, jar)?)
}

/// Hands the browser a contact's session and sends it on.
pub fn let_in(visit: &Visit, token: &Token, to: &str, flash: Option<&str>) -> Response {
    let mut response = redirect(to, flash);
    let headers: &mut HeaderMap = response.headers_mut();
    visit.cookies.set(headers, Jar::Website, &token.expose(), visit.place.lasts.contact_lasts.as_secs());
    response
}

/// The same for a contact with a password of their own, by which the browser is
/// known from now on.
pub async fn welcome(
    web: &Shared,
    visit: &Visit,
    (token, contact): (&Token, ContactId),
    (to, flash): (&str, Option<&str>),
) -> Response {
    let mut response = let_in(visit, token, to, flash);
    if let Some(mark) = device_mark(web, contact, visit.known_device.clone()).await {
        visit.cookies.set(response.headers_mut(), Jar::Known, &mark, known_device::LASTS.as_secs());
    }
    response
}

/// What a device with which a contact has just signed in is known by; nothing
/// without a key to sign it with. Whoever is signed in comes in, so when it can't
/// be made their device is not known yet, and the log says why.
pub async fn device_mark(web: &Shared, contact: ContactId, before: Option<String>) -> Option<String> {
    let keys = web.app.keys.clone()?;
    let now = web.app.clock.now();
    let mark = move |tx: &mut Tx<'_>| known_device::remember(tx, &keys, before.as_deref(), contact, now);
    made(web.app.db.read(mark).await)
}

/// Has the browser known from now on as one in which a staff user typed the right
/// password.
pub async fn remember_staff(web: &Shared, visit: &Visit, staff: StaffId, response: &mut Response) {
    let Some(keys) = web.app.keys.clone() else { return };
    let (before, now) = (visit.known_device.clone(), web.app.clock.now());
    let mark = move |tx: &mut Tx<'_>| known_device::remember_staff(tx, &keys, before.as_deref(), staff, now);
    if let Some(mark) = made(web.app.db.read(mark).await) {
        visit.cookies.set(response.headers_mut(), Jar::Known, &mark, known_device::LASTS.as_secs());
    }
}

fn made(mark: Result<String>) -> Option<String> {
    mark.inspect_err(|error| tracing::warn!(%error, "A device was not remembered")).ok()
}
