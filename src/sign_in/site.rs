//! The website's sign-in page, signing out, and the page after it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use passwords::Password;
use serde::Deserialize;

use super::{SignIn, passkey};
use crate::error::Error;
use crate::http::cookies::Jar;
use crate::http::forms::{NoFields, PasskeyForm, Posted, Secret};
use crate::http::session::{MaybeChoosing, Perhaps, SignedIn, let_in};
use crate::http::{Answer, Page, Shared, Visit, html, json, redirect};
use crate::passkeys;
use crate::retailers::rep;
use crate::sessions::ContactSession;

#[derive(Template)]
#[template(path = "sign_in/pages/sign_in.html")]
struct SignInPage {
    page: Page,
    username: String,
    /// The key of why they were refused; empty when they weren't.
    refused: &'static str,
    /// Whether passkeys are possible here.
    passkeys: bool,
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
    sign_in_page(&web, &visit, String::new(), "")
}

fn sign_in_page(web: &Shared, visit: &Visit, username: String, refused: &'static str) -> Answer {
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    let (page, passkeys) = (Page::of(web, visit), web.app.passkeys.is_some());
    html(status, &SignInPage { page, username, refused, passkeys })
}

/// `POST /login`
pub async fn submit(State(web): State<Shared>, visit: Visit, Posted(form): Posted<SignInForm>) -> Answer {
    let outcome = match Password::parse(form.password.expose()) {
        Ok(typed) => super::sign_in(&web.app, &form.username, typed, visit.place.clone()).await?,
        Err(_) => SignIn::Refused,
    };
    match outcome {
        SignIn::Welcome(token) => Ok(let_in(&visit, &token, "/", None)),
        SignIn::MustChoosePassword(token) => Ok(let_in(&visit, &token, "/password", None)),
        SignIn::Refused => sign_in_page(&web, &visit, form.username, "sign-in-refused"),
    }
}

/// `POST /login/challenge`: for the script.
pub async fn ask_passkey(State(web): State<Shared>, visit: Visit, _: Posted<NoFields>) -> Answer {
    let party = web.app.relying_party()?;
    let now = web.app.clock.now();
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
        SignIn::Welcome(token) => Ok(let_in(&visit, &token, "/", None)),
        SignIn::MustChoosePassword(_) | SignIn::Refused => {
            sign_in_page(&web, &visit, String::new(), "passkey-refused")
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
