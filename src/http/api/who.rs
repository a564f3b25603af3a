//! Who is asking the API: a staff user, by the access token of one of their
//! devices. Programs send it as a bearer token, the sales app as a cookie that
//! no script can read.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::bearer;
use super::problem::{self, Problem};
use super::rate::Told;
use crate::actor::Door;
use crate::http::cookies::Jar;
use crate::http::refused::WhoAsks;
use crate::http::session::acting;
use crate::http::{Answer, Caller, Failure, Shared, Visit};
use crate::kernel::{Timestamp, Token};
use crate::refusals::Whom;
use crate::sessions::devices::{self, ByAccess};
use crate::sessions::{StaffSession, Standing};

/// A staff user at the API, all the way in.
pub struct AtApi(pub Caller);

/// A staff user at the API, even one who must set up a second factor first:
/// for signing out.
pub struct DeviceAtApi(pub Caller);

impl FromRequestParts<Shared> for AtApi {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let DeviceAtApi(caller) = DeviceAtApi::from_request_parts(parts, web).await?;
        must_be_in(&caller.session, caller.now())?;
        Ok(Self(caller))
    }
}

/// Sends away whoever has first to prove or set up their second factor.
///
/// # Errors
/// The problem that says so.
pub fn must_be_in(session: &StaffSession, now: Timestamp) -> Answer<()> {
    match session.standing(now) {
        Standing::In | Standing::InUntil(_) => Ok(()),
        Standing::MustProve => Err(factor_required(session.has_app, session.has_passkey).into()),
        Standing::MustSetUp => Err(Problem::new(&problem::SECOND_FACTOR_SET_UP_REQUIRED).into()),
    }
}

/// That the second factor is needed, and which there are.
pub fn factor_required(app: bool, passkey: bool) -> Problem {
    let all = [(app, "code"), (passkey, "passkey")];
    let factors: Vec<&str> = all.into_iter().filter(|(has, _)| *has).map(|(_, factor)| factor).collect();
    Problem::new(&problem::SECOND_FACTOR_REQUIRED).with("factors", &factors)
}

impl FromRequestParts<Shared> for DeviceAtApi {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let (visit, told) = (Visit::of(web, parts), Told::of(parts));
        let Some((token, door)) = presented(&parts.headers, &visit) else {
            return Err(Problem::new(&problem::NOT_SIGNED_IN).into());
        };
        let (digest, now) = (token.digest(), web.app.clock.now());
        let device = match web.app.db.read(move |tx| devices::by_access(tx, digest, now)).await? {
            ByAccess::Open(device) => device,
            ByAccess::Expired(device) => {
                told.count(web, device)?;
                return Err(Problem::new(&problem::ACCESS_TOKEN_EXPIRED).into());
            }
            ByAccess::Revoked => return Err(Problem::new(&problem::DEVICE_REVOKED).into()),
            ByAccess::Nobody => return Err(Problem::new(&problem::NOT_SIGNED_IN).into()),
        };
        let session = device.session.clone();
        WhoAsks::tell(parts, Whom::Staff(session.staff));
        told.count(web, session.id)?;
        if device.wants_note(now) {
            web.app.db.write(move |tx| device.note(tx, now)).await?;
        }
        let actor = acting(&session, door, &visit);
        Ok(Self(Caller { web: Shared::clone(web), visit, session, actor }))
    }
}

/// The token a request carries, and the door it comes through by that. Who
/// sends a bearer token is asked by no cookie.
fn presented(headers: &HeaderMap, visit: &Visit) -> Option<(Token, Door)> {
    match bearer(headers) {
        Some(token) => Token::parse(token).map(|token| (token, Door::Api)),
        None => Token::parse(&visit.cookies.read(headers, Jar::Device)?).map(|token| (token, Door::Sales)),
    }
}
