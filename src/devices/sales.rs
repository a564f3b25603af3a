//! How a browser in which someone signed in to the sales app becomes a device.
//! Not part of the public API.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;

use super::Started;
use super::api::{named, set_cookies, too_many};
use super::me::Device;
use crate::actor::Door;
use crate::http::api::{Problem, Sent, created, must_be_in, problem};
use crate::http::cookies::Jar;
use crate::http::session::{PerhapsStaff, acting};
use crate::http::{Answer, Shared, Visit};
use crate::kernel::Token;

/// What the app sends to become a device.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThisDevice {
    name: String,
}

/// `POST /sales/device`: its tokens are set as cookies.
pub async fn start(
    State(web): State<Shared>,
    visit: Visit,
    headers: HeaderMap,
    PerhapsStaff(session): PerhapsStaff,
    Sent(sent): Sent<ThisDevice>,
) -> Answer {
    let session = session.ok_or_else(|| Problem::new(&problem::NOT_SIGNED_IN))?;
    if !session.kind.uses_sales() {
        return Err(Problem::new(&problem::NOT_FOUND).into());
    }
    let now = web.app.clock.now();
    must_be_in(&session, now)?;
    let name = named("name", &sent.name)?;
    let before = visit.cookies.read(&headers, Jar::Refresh).and_then(|token| Token::parse(&token));
    let before = before.map(|token| token.digest());
    let (actor, place) = (acting(&session, Door::Sales, &visit), visit.place.clone());
    let start =
        web.app.db.write(move |tx| super::start_from(tx, (&actor, &session), (&name, before), &place, now));
    let (device, tokens) = match start.await? {
        Started::Device(device, tokens) => (device, tokens),
        Started::TooMany(oldest) => return Err(too_many(&oldest).into()),
    };
    let location = format!("/api/v1/devices/{}", tokens.device);
    let mut response = created(&location, &Device::new(*device, tokens.device))?;
    set_cookies(&visit, &mut response, &tokens);
    Ok(response)
}
