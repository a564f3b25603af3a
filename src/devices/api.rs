//! Devices and their tokens at the API.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use passwords::Password;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::me::{Device, Me};
use super::{Credentials, Name, SignIn};
use crate::actor::Door;
use crate::http::api::problem::{self, Described};
use crate::http::api::{AtApi, DeviceAtApi, FieldError, Problem, Sent, Told, created, factor_required, ok};
use crate::http::cookies::Jar;
use crate::http::forms::Secret;
use crate::http::{Answer, Failure, Ids, Shared, Visit};
use crate::kernel::id::SessionId;
use crate::kernel::text::TextError;
use crate::kernel::{Digest, Token};
use crate::sessions;
use crate::sessions::devices::{self, Refreshed, Tokens};
use crate::staff::fresh::{self, Proof};
use crate::staff::people;

/// How long whoever tried too many passwords as a proof waits at most, in seconds.
const WAIT_S: u64 = 900;

/// What a staff user signs a device in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDevice {
    /// Their e-mail address.
    #[schema(example = "robin@supplier.example")]
    email: String,
    /// Their password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// The code of their authenticator app, or a recovery code, if they have a
    /// second factor.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    code: Option<Secret>,
    /// What the device is to be called in lists, up to 60 characters.
    #[schema(example = "Shop iPad")]
    device_name: String,
}

/// A device that was just signed in, with its tokens, which are shown once.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// The device.
    device: Device,
    #[serde(flatten)]
    tokens: Pair,
}

/// An access token and the refresh token that brings the next pair.
#[derive(Serialize, ToSchema)]
pub struct Pair {
    /// Send it as `Authorization: Bearer …`.
    #[schema(value_type = String)]
    access_token: Zeroizing<String>,
    /// In how many seconds it expires.
    access_expires_in_s: u64,
    /// Good once, for a new pair.
    #[schema(value_type = String)]
    refresh_token: Zeroizing<String>,
    /// In how many seconds it expires, unless it is used.
    refresh_expires_in_s: u64,
}

/// For how long the tokens are good that were set as cookies.
#[derive(Serialize, ToSchema)]
pub struct Lifetimes {
    /// In how many seconds the access token expires.
    access_expires_in_s: u64,
    /// In how many seconds the refresh token expires, unless it is used.
    refresh_expires_in_s: u64,
}

/// New tokens: both of them for a program, their lifetimes for the sales app,
/// which is sent them as cookies.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum NewTokens {
    /// To a refresh token in the body.
    Pair(Pair),
    /// To one in a cookie.
    Lifetimes(Lifetimes),
}

/// A refresh token, or nothing when it comes as a cookie.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The refresh token; absent in the sales app, whose tokens are cookies.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    refresh_token: Option<Secret>,
    /// A UUID or the like, made at random for this refresh and kept until its answer has come: who sends the
    /// same refresh token again sends the same key, and is given the same pair.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 16, max_length = 200)]
    request_key: Option<Secret>,
}

/// What proves that whoever signed the device in is there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProof {
    /// Their password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// The code of their authenticator app, or a recovery code, if they have a
    /// second factor.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    code: Option<Secret>,
}

/// Another name for a device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewName {
    /// The name, up to 60 characters.
    #[schema(example = "Shop iPad")]
    name: String,
}

/// Someone's devices.
#[derive(Serialize, ToSchema)]
pub struct Devices {
    /// Last used first.
    items: Vec<Device>,
}

impl Pair {
    fn new(tokens: &Tokens) -> Self {
        Self {
            access_token: tokens.access.expose(),
            access_expires_in_s: tokens.access_expires_in_s,
            refresh_token: tokens.refresh.expose(),
            refresh_expires_in_s: tokens.refresh_expires_in_s,
        }
    }
}

/// Sign a device in.
#[utoipa::path(
    post, path = "/api/v1/devices", tag = "Devices", security(()),
    request_body = NewDevice,
    responses((status = 201, body = SignedIn), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn sign_in(State(web): State<Shared>, visit: Visit, Sent(new): Sent<NewDevice>) -> Answer {
    let name = named("device_name", &new.device_name)?;
    let refused = || Problem::new(&problem::SIGN_IN_REFUSED);
    let password = Password::parse(new.password.expose()).map_err(|_| refused())?;
    let code = new.code.as_ref().map(Secret::expose).filter(|code| !code.trim().is_empty());
    let code = code.map(|code| Zeroizing::new(code.to_owned()));
    let with = Credentials { email: new.email, password, code };
    let now = web.app.clock.now();
    match super::sign_in(&web.app, with, name, visit.place).await? {
        SignIn::Welcome(device, tokens) => {
            let location = format!("/api/v1/devices/{}", tokens.device);
            let device = Device::new(*device, tokens.device);
            created(&location, &SignedIn { device, tokens: Pair::new(&tokens) })
        }
        SignIn::NeedsFactor { app, passkey } => Err(factor_required(app, passkey).into()),
        SignIn::Refused => Err(refused().into()),
        SignIn::Wait(until) => {
            let wait_s = until.since(now).as_secs().saturating_add(1);
            Err(Problem::new(&problem::SIGN_IN_PAUSED).retry_after(wait_s).into())
        }
        SignIn::TooMany(oldest) => Err(too_many(&oldest).into()),
    }
}

/// What is said to who has as many devices as they may.
pub(super) fn too_many(oldest: &sessions::Device) -> Problem {
    let name = oldest.name.as_deref().unwrap_or_default();
    let day = &oldest.last_seen_at.rfc3339()[..10];
    Problem::new(&problem::NOT_POSSIBLE)
        .saying(format!(
            "You have {} devices, which is as many as one person can have. Revoke one you no longer use: in the portal or the sales app, under your own name. \"{name}\" was used least lately, on {day}.",
            devices::MOST
        ))
        .with("reason", &"too-many-devices")
}

/// The name in what was sent as `field`.
pub(super) fn named(field: &str, typed: &str) -> Answer<Name> {
    Name::parse(typed).map_err(|error| {
        let detail = match error {
            TextError::Empty => "Give the device a name.".to_owned(),
            error => format!("The name of the device {error}."),
        };
        Problem::invalid(&[FieldError::new(field, detail)]).into()
    })
}

/// One's own devices.
#[utoipa::path(
    get, path = "/api/v1/devices", tag = "Devices",
    responses((status = 200, body = Devices), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn list(AtApi(caller): AtApi) -> Answer {
    let (staff, here, now) = (caller.session.staff, caller.session.id, caller.now());
    let all = caller.read(move |tx, _| Ok(devices::list(tx, staff, now)?)).await?;
    ok(&Devices { items: all.into_iter().map(|device| Device::new(device, here)).collect() })
}

/// Revoke one of one's own devices: it is signed out and told to wipe what it
/// holds.
#[utoipa::path(
    delete, path = "/api/v1/devices/{id}", tag = "Devices",
    params(("id" = Uuid, Path, description = "The device")),
    responses((status = 204), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn revoke(AtApi(caller): AtApi, Ids(device): Ids<SessionId>) -> Answer {
    let (staff, now) = (caller.session.staff, caller.now());
    caller.write(move |tx, actor| super::revoke(tx, actor, (staff, device), now)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Give the device that asks another name.
#[utoipa::path(
    patch, path = "/api/v1/devices/current", tag = "Devices",
    request_body = NewName,
    responses((status = 200, body = Device), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn rename(AtApi(caller): AtApi, Sent(new): Sent<NewName>) -> Answer {
    let (here, name) = (caller.session.id, named("name", &new.name)?);
    let device = caller.write(move |tx, _| super::rename(tx, here, &name)).await?;
    ok(&Device::new(device, here))
}

/// Prove that whoever signed the device in is there: for five minutes it may
/// then change how contacts sign in (ASVS 5.0, 7.5.3).
#[utoipa::path(
    post, path = "/api/v1/devices/current/proof", tag = "Devices",
    request_body = NewProof,
    responses((status = 204), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn prove(AtApi(caller): AtApi, Sent(sent): Sent<NewProof>) -> Answer {
    const NOT_IT: &str = "That is not your password, or not a code that is good now.";
    let refused = || Failure::from(Problem::invalid(&[FieldError::new("password", NOT_IT)]));
    let password = Password::parse(sent.password.expose()).map_err(|_| refused())?;
    let code = Zeroizing::new(sent.code.as_ref().map(Secret::expose).unwrap_or_default().to_owned());
    match fresh::prove(&caller.web.app, &caller.session, &caller.actor, password, code).await? {
        Proof::Given => Ok(StatusCode::NO_CONTENT.into_response()),
        Proof::Refused => Err(refused()),
        Proof::TooMany => Err(Problem::new(&problem::TOO_MANY_REQUESTS).retry_after(WAIT_S).into()),
    }
}

/// Sign the device that asks out.
#[utoipa::path(
    delete, path = "/api/v1/devices/current", tag = "Devices",
    responses((status = 204), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn sign_out(DeviceAtApi(caller): DeviceAtApi) -> Answer {
    let (session, now) = (caller.session.clone(), caller.now());
    caller.write(move |tx, actor| super::sign_out(tx, actor, &session, now)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    for jar in [Jar::Device, Jar::Refresh] {
        caller.visit.cookies.clear(response.headers_mut(), jar);
    }
    Ok(response)
}

/// Take a refresh token for a new pair of tokens. If the answer is lost, the
/// same token may be sent again with the same `request_key`, until one of the new
/// ones has been used. Sending it otherwise means that there is a copy of it, and
/// revokes the device.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "Devices", security(()),
    request_body = Refresh,
    responses((status = 200, body = NewTokens), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn refresh(
    State(web): State<Shared>,
    visit: Visit,
    told: Told,
    headers: HeaderMap,
    Sent(sent): Sent<Refresh>,
) -> Answer {
    let (text, door) = match sent.refresh_token {
        Some(token) => (Some(Zeroizing::new(token.expose().to_owned())), Door::Api),
        None => (visit.cookies.read(&headers, Jar::Refresh), Door::Sales),
    };
    let nobody = || Failure::from(Problem::new(&problem::NOT_SIGNED_IN));
    let token = text.and_then(|text| Token::parse(&text)).ok_or_else(nobody)?;
    let key = request_key(sent.request_key.as_ref())?;
    let digest = token.digest();
    // Read first: what is nobody's keeps nobody from writing.
    let device = web.app.db.read(move |tx| devices::of_refresh(tx, digest)).await?.ok_or_else(nobody)?;
    told.count(&web, device)?;
    let (now, place) = (web.app.clock.now(), visit.place.clone());
    match web.app.db.write(move |tx| super::refresh(tx, (&token, key), (door, &place), now)).await? {
        Refreshed::Fresh(tokens) if door == Door::Api => ok(&NewTokens::Pair(Pair::new(&tokens))),
        Refreshed::Fresh(tokens) => {
            let Tokens { access_expires_in_s, refresh_expires_in_s, .. } = tokens;
            let mut response =
                ok(&NewTokens::Lifetimes(Lifetimes { access_expires_in_s, refresh_expires_in_s }))?;
            set_cookies(&visit, &mut response, &tokens);
            Ok(response)
        }
        Refreshed::Reused(..) | Refreshed::Revoked => Err(Problem::new(&problem::DEVICE_REVOKED).into()),
        Refreshed::Nobody => Err(nobody()),
    }
}

/// The digest of the key of a request.
fn request_key(sent: Option<&Secret>) -> Answer<Option<Digest>> {
    let Some(key) = sent.map(Secret::expose) else { return Ok(None) };
    if !(16..=200).contains(&key.len()) {
        let detail = "Make it of 16 to 200 characters, such as a UUID.";
        return Err(Problem::invalid(&[FieldError::new("request_key", detail)]).into());
    }
    Ok(Some(Digest::of(key.as_bytes())))
}

/// Hands the sales app its tokens. Both cookies live as long as the device, so
/// that an access token that is over is known for what it is.
pub(super) fn set_cookies(visit: &Visit, response: &mut Response, tokens: &Tokens) {
    for (jar, token) in [(Jar::Device, &tokens.access), (Jar::Refresh, &tokens.refresh)] {
        visit.cookies.set(response.headers_mut(), jar, &token.expose(), tokens.refresh_expires_in_s);
    }
}

/// Who is signed in, and what they may do.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "Devices",
    responses((status = 200, body = Me), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn me(AtApi(caller): AtApi) -> Answer {
    let (staff, here) = (caller.session.staff, caller.session.id);
    let (device, territories) =
        caller.read(move |tx, _| Ok((super::find(tx, here)?, people::territory_names(tx, staff)?))).await?;
    ok(&Me::new(caller.session.clone(), device, territories, &caller.web.app.settings()))
}
