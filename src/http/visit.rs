//! What a request says about who is asking, before any session is looked at.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::cookies::{self, Cookies, Jar};
use super::renewed::Renewed;
use super::{Shared, forwarded};
use crate::actor::{Actor, Door, Who};
use crate::kernel::{Language, Token};
use crate::sessions::Place;

/// Longest name of a browser that is kept.
const DEVICE_CHARACTERS: usize = 200;

/// A request as pages and operations need it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The path asked for.
    pub path: String,
    /// The language the browser asks for, or the supplier's.
    pub language: Language,
    /// Where the visitor is.
    pub place: Place,
    /// The key of the message the last request left.
    pub flash: Option<String>,
    /// How cookies are set here.
    pub cookies: Cookies,
    /// Where the token of a session that is renewed is left.
    pub renewed: Renewed,
    /// By what contacts who signed in with this browser before are known.
    pub known_device: Option<String>,
}

impl Visit {
    /// Reads it off a request.
    pub fn of(web: &Shared, parts: &Parts) -> Self {
        let language = header(&parts.headers, header::ACCEPT_LANGUAGE).unwrap_or_default();
        let device = header(&parts.headers, header::USER_AGENT).unwrap_or_default();
        let cookies = cookies(web);
        let door = door(parts.uri.path());
        let jar = match door {
            Door::Website => Some(Jar::Website),
            Door::Portal | Door::Sales => Some(Jar::Staff),
            Door::Api | Door::CommandLine | Door::Worker => None,
        };
        let former = jar.and_then(|jar| cookies.read(&parts.headers, jar));
        Self {
            path: parts.uri.path().to_owned(),
            language: web.app.settings().language(language),
            place: Place {
                address: address(web, parts),
                device: device.chars().filter(|c| !c.is_control()).take(DEVICE_CHARACTERS).collect(),
                door,
                former: former.and_then(|text| Token::parse(&text)).map(|token| token.digest()),
                lasts: web.app.config.sessions,
            },
            renewed: parts.extensions.get::<Renewed>().cloned().unwrap_or_default(),
            flash: cookies::flash(&parts.headers).map(str::to_owned),
            known_device: cookies.read(&parts.headers, Jar::Known).map(|cookie| cookie.to_string()),
            cookies,
        }
    }

    /// Someone not signed in, through a door.
    pub fn nobody(&self, door: Door) -> Actor {
        Actor { who: Who::Nobody, door, address: self.place.address.clone() }
    }
}

impl FromRequestParts<Shared> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Result<Self, Self::Rejection> {
        Ok(Self::of(web, parts))
    }
}

/// How cookies are set here.
pub(super) fn cookies(web: &Shared) -> Cookies {
    Cookies { https: web.app.config.http.public_url.starts_with("https:") }
}

/// The door behind an address.
fn door(path: &str) -> Door {
    match path.split('/').nth(1) {
        Some("portal") => Door::Portal,
        Some("sales") => Door::Sales,
        Some("api") => Door::Api,
        _ => Door::Website,
    }
}

/// The client's address: the peer's, or what a trusted proxy says of it.
pub(super) fn address(web: &Shared, parts: &Parts) -> String {
    let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
        return String::new();
    };
    let origin = forwarded::origin(peer.ip(), &parts.headers, &web.app.config.http.trusted_proxies);
    if let Some(remark) = origin.remark {
        web.remarks.tell(peer.ip(), remark, web.app.clock.now());
    }
    origin.client.to_string()
}

fn header(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
