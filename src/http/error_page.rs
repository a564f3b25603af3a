//! What people see when something can't be shown or done: in the frame of the door they are at, with its
//! menu when they are signed in there, and a way on that leads somewhere.

use askama::Template;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::cookies::Jar;
use super::session::{contact_by, staff_by, token};
use super::{Answer, Page, Shared, Visit, html, texts};
use crate::actor::Door;
use crate::error::Result;
use crate::kernel::{Language, Token};
use crate::sessions::Standing;

/// By what who asks may be known, kept while their request is answered.
pub(super) struct Asking {
    website: Option<Token>,
    staff: Option<Token>,
}

impl Asking {
    pub(super) fn of(web: &Shared, parts: &Parts) -> Self {
        Self { website: token(parts, web, Jar::Website), staff: token(parts, web, Jar::Staff) }
    }
}

/// What an error page says, in the frame of any door.
struct Said {
    title: String,
    text: String,
    on: WayOn,
    request_id: String,
}

/// Where one can go from here.
struct WayOn {
    href: &'static str,
    label: String,
}

impl WayOn {
    fn new(href: &'static str, label: impl Into<String>) -> Self {
        Self { href, label: label.into() }
    }
}

#[derive(Template)]
#[template(path = "http/pages/error_website.html")]
struct OnWebsite {
    page: Page,
    said: Said,
}

#[derive(Template)]
#[template(path = "http/pages/error_portal.html")]
struct InPortal {
    page: Page,
    said: Said,
}

#[derive(Template)]
#[template(path = "http/pages/error_sales.html")]
struct InSales {
    page: Page,
    said: Said,
}

/// Why an answer has no words of its own, where its status doesn't tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It isn't known whether anything was changed.
    Unsure,
    /// The database can't be reached.
    Away,
}

impl Why {
    /// What it is called among the texts.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Unsure => "unsure",
            Self::Away => "away",
        }
    }
}

/// What a status is called among the texts.
pub(super) fn key(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "not-found",
        StatusCode::FORBIDDEN => "not-allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::REQUEST_TIMEOUT => "too-slow",
        StatusCode::SERVICE_UNAVAILABLE => "busy",
        status if status.is_client_error() => "unreadable",
        _ => "broken",
    }
}

/// Its title and text, in the language of the door.
pub(super) fn words(visit: &Visit, key: &str) -> (String, String) {
    let staff = matches!(visit.place.door, Door::Portal | Door::Sales);
    let language = if staff { Language::English } else { visit.language };
    let words = |what| texts::text(language, &format!("error-{key}-{what}"));
    (words("title"), words("text"))
}

/// The whole page.
pub(super) async fn answer(
    web: &Shared,
    visit: &Visit,
    asking: &Asking,
    (status, key): (StatusCode, &str),
    request_id: &str,
) -> Answer<Response> {
    let (page, on) = frame(web, visit, asking).await;
    let (title, text) = words(visit, key);
    let said = Said { title, text, on, request_id: request_id.to_owned() };
    match visit.place.door {
        Door::Portal => html(status, &InPortal { page, said }),
        Door::Sales => html(status, &InSales { page, said }),
        _ => html(status, &OnWebsite { page, said }),
    }
}

/// The frame of the door, and the way on from there. When it can't be told who asks, it is as for nobody.
async fn frame(web: &Shared, visit: &Visit, asking: &Asking) -> (Page, WayOn) {
    let known = match visit.place.door {
        Door::Portal | Door::Sales => staff_frame(web, visit, asking).await,
        _ => contact_frame(web, visit, asking).await,
    };
    if let Ok(Some(known)) = known {
        return known;
    }
    match visit.place.door {
        Door::Portal => {
            (Page::of_staff(web, visit, None), WayOn::new("/portal/login", "Sign in to the portal"))
        }
        Door::Sales => (Page::of_staff(web, visit, None), WayOn::new("/sales", "Go to the sales app")),
        _ => {
            let page = Page::of(web, visit);
            let on = WayOn::new("/", page.t("error-home"));
            (page, on)
        }
    }
}

async fn contact_frame(web: &Shared, visit: &Visit, asking: &Asking) -> Result<Option<(Page, WayOn)>> {
    let Some(token) = &asking.website else { return Ok(None) };
    // Who has to choose a password first has no menu yet.
    let session = contact_by(token, web).await?.filter(|session| session.temporary.is_none());
    Ok(session.map(|session| {
        let page = Page::of_contact(web, visit, &session);
        let on = if visit.path.starts_with("/account/") {
            WayOn::new("/account", page.t("error-account"))
        } else {
            WayOn::new("/", page.t("error-home"))
        };
        (page, on)
    }))
}

async fn staff_frame(web: &Shared, visit: &Visit, asking: &Asking) -> Result<Option<(Page, WayOn)>> {
    let Some(token) = &asking.staff else { return Ok(None) };
    let now = web.app.clock.now();
    let is_in = |standing| matches!(standing, Standing::In | Standing::InUntil(_));
    let session = staff_by(token, web).await?.filter(|session| is_in(session.standing(now)));
    let Some(session) = session else { return Ok(None) };
    let sales = visit.place.door == Door::Sales;
    let is_theirs = if sales { session.kind.uses_sales() } else { session.kind.uses_portal() };
    let page = Page::of_staff(web, visit, Some(&session).filter(|_| is_theirs));
    let on = match (sales, is_theirs) {
        (true, true) => WayOn::new("/sales", "Back to your retailers"),
        (false, true) => {
            let at = page.nav.iter().find(|entry| entry.current);
            at.map_or(WayOn::new("/portal", "Go to Dashboard"), |entry| {
                WayOn::new(entry.href, format!("Go to {}", entry.label))
            })
        }
        // Signed in, but not for this door.
        (true, false) => WayOn::new("/portal", "Go to the portal"),
        (false, false) => WayOn::new("/sales", "Go to the sales app"),
    };
    Ok(Some((page, on)))
}
