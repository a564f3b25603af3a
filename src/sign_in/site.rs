//! The website's sign-in page, signing out, and the page after it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use serde::Deserialize;

use super::{SignIn, Typed, has_blank_ends, passkey};
use crate::error::Error;
use crate::http::cookies::Jar;
use crate::http::forms::{NoFields, PasskeyForm, Posted, Secret};
use crate::http::session::{MaybeChoosing, Perhaps, SignedIn, let_in, welcome};
use crate::http::{Answer, Page, Shared, Visit, html, json, redirect};
use crate::kernel::{Timestamp, calendar};
use crate::passkeys;
use crate::retailers::rep;
use crate::sessions::ContactSession;

#[derive(Template)]
#[template(path = "sign_in/pages/sign_in.html")]
struct SignInPage {
    page: Page,
    username: String,
    /// Why they were not let in; nothing when they weren't refused.
    refused: Option<Refusal>,
    /// Whether passkeys are possible here.
    passkeys: bool,
    now: Timestamp,
}

/// Why someone was not let in, and what to do about it.
#[derive(Clone, Copy)]
struct Refusal {
    key: &'static str,
    /// Until when the next attempt has to wait.
    until: Option<Timestamp>,
    /// Whether what they typed as a password has a blank at an end.
    blank: bool,
}

impl SignInPage {
    /// When to try again.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn next(&self, until: &Timestamp) -> String {
        self.page.with("sign-in-next", "time", &calendar::wait(until.since(self.now), self.page.language()))
    }
}

#[derive(Template)]
#[template(path = "sign_in/pages/home.html")]
struct HomePage {
    page: Page,
    session: ContactSession,
    /// Who is there for them, if that is one person.
    rep: Option<String>,
}

/// What the sign-in form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    username: String,
    password: Secret,
}

/// `GET /`: who one is, or the way to sign in.
pub async fn home(State(web): State<Shared>, visit: Visit, SignedIn(session): SignedIn) -> Answer {
    let retailer = session.retailer;
    let rep = web.app.db.read(move |tx| rep::of(tx, retailer).map_err(Error::from)).await?;
    let page = Page::of_contact(&web, &visit, &session);
    html(StatusCode::OK, &HomePage { page, session, rep })
}

/// `GET /login`
pub async fn page(State(web): State<Shared>, visit: Visit, Perhaps(session): Perhaps) -> Answer {
    if session.is_some() {
        return Ok(redirect("/", None));
    }
    sign_in_page(&web, &visit, String::new(), None)
}

fn sign_in_page(web: &Shared, visit: &Visit, username: String, refused: Option<Refusal>) -> Answer {
    let status = match refused {
        None => StatusCode::OK,
        Some(Refusal { key: WAIT, .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNAUTHORIZED,
    };
    let (page, passkeys, now) = (Page::of(web, visit), web.app.passkeys.is_some(), web.app.clock.now());
    let mut answer = html(status, &SignInPage { page, username, refused, passkeys, now })?;
    if let Some(until) = refused.and_then(|refused| refused.until) {
        answer.headers_mut().insert(RETRY_AFTER, until.since(now).as_secs().saturating_add(1).into());
    }
    Ok(answer)
}

/// What is said to whoever has to wait, whether the username exists or not.
const WAIT: &str = "sign-in-wait";

/// `POST /login`
pub async fn submit(State(web): State<Shared>, visit: Visit, Posted(form): Posted<SignInForm>) -> Answer {
    let password = form.password.expose();
    let typed = Typed { login: &form.username, password, device: visit.known_device.as_deref() };
    let blank = has_blank_ends(password);
    let refused = match super::sign_in(&web.app, typed, visit.place.clone()).await? {
        SignIn::Welcome(token, contact) => {
            return Ok(welcome(&web, &visit, (&token, contact), ("/", None)).await);
        }
        SignIn::MustChoosePassword(token) => return Ok(let_in(&visit, &token, "/password", None)),
        SignIn::Refused(until) => Refusal { key: "sign-in-refused", until, blank },
        SignIn::Wait(until) => Refusal { key: WAIT, until: Some(until), blank: false },
    };
    sign_in_page(&web, &visit, form.username, Some(refused))
}

/// `POST …/login/challenge`, at the website, the portal and the sales app: for the script.
pub async fn ask_passkey(State(web): State<Shared>, visit: Visit, _: Posted<NoFields>) -> Answer {
    let party = web.app.relying_party()?;
    let now = web.app.clock.now();
    if web.floods.count(&visit.place.address, now).is_some() {
        return Err(Error::Busy.into());
    }
    let begun = web.app.db.write(move |tx| passkeys::begin_signing_in(tx, &party, &visit.place, now)).await?;
    Ok(json(&begun.to_json()))
}

/// `POST /login/passkey`
pub async fn submit_passkey(
    State(web): State<Shared>,
    visit: Visit,
    Posted(form): Posted<PasskeyForm>,
) -> Answer {
    let party = web.app.relying_party()?;
    let (answer, place, now) = (form.answer(), visit.place.clone(), web.app.clock.now());
    match web.app.db.write(move |tx| passkey::sign_in(tx, &party, &answer, &place, now)).await? {
        SignIn::Welcome(token, contact) => Ok(welcome(&web, &visit, (&token, contact), ("/", None)).await),
        SignIn::MustChoosePassword(_) | SignIn::Refused(_) | SignIn::Wait(_) => {
            let refused = Refusal { key: "passkey-refused", until: None, blank: false };
            sign_in_page(&web, &visit, String::new(), Some(refused))
        }
    }
}

/// `POST /logout`
pub async fn sign_out(
    State(web): State<Shared>,
    visit: Visit,
    MaybeChoosing(session): MaybeChoosing,
) -> Answer {
    let (place, now) = (visit.place.clone(), web.app.clock.now());
    web.app.db.write(move |tx| super::sign_out(tx, &session, &place, now)).await?;
    let mut response = redirect("/login", Some("signed-out"));
    visit.cookies.clear(response.headers_mut(), Jar::Website);
    Ok(response)
}
