//! The website's pages of recovery: forgotten password, forgotten username,
//! choosing a password, "this wasn't me".

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::tz::TimeZone;
use passwords::{Password, PasswordError, Problem};
use serde::Deserialize;

use super::choose::{self, Choice, Entitled};
use super::forgot::{self, Forgot};
use super::{Progress, Reset, not_me};
use crate::actor::Actor;
use crate::error::Error;
use crate::http::forms::{FieldErrors, Posted, Secret};
use crate::http::session::{MaybeChoosing, welcome};
use crate::http::{Answer, Page, Shared, Visit, html, link_gone, redirect, texts};
use crate::jobs::Kind;
use crate::kernel::{Language, Token, calendar};
use crate::passkeys::lately::{self, Lately};
use crate::passkeys::{Owner, Passkey};
use crate::retailers::{self, Contact, rep};
use crate::sessions::ContactSession;

#[derive(Template)]
#[template(path = "recovery/pages/forgot.html")]
struct ForgotPage {
    page: Page,
    /// `password` or `username`: which was forgotten, and part of every key.
    what: &'static str,
    /// Once it was sent: in how many minutes another can be, at once when 0.
    sent: Option<u64>,
}

/// What the address of the page after a request says.
#[derive(Deserialize)]
pub struct Sent {
    /// In how many minutes another mail can be sent.
    #[serde(default)]
    next: u16,
}

impl Sent {
    /// In how many minutes another mail can be sent.
    pub fn minutes(&self) -> u64 {
        self.next.into()
    }
}

/// What to do until another mail can be sent.
pub fn again(page: &Page, minutes: u64) -> String {
    let wait = calendar::wait(Duration::from_mins(minutes), page.language());
    page.with("forgot-lately", "time", &wait)
}

impl ForgotPage {
    /// When another mail can be sent.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn again(&self, minutes: &u64) -> String {
        again(&self.page, *minutes)
    }

    fn text(&self, part: &str) -> String {
        self.page.t(&format!("forgot-{}-{part}", self.what))
    }
}

/// What the form of a forgotten password sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgotPasswordForm {
    username: String,
}

/// What the form of a forgotten username sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgotUsernameForm {
    email: String,
}

/// `GET /forgot-password`
pub async fn forgot_password(State(web): State<Shared>, visit: Visit) -> Answer {
    forgot_page(&web, &visit, "password", None)
}

/// `POST /forgot-password`: one row is written, whatever was typed (promise 9).
/// The answer is a page of its own, so that loading it again asks for nothing.
pub async fn submit_forgot_password(
    State(web): State<Shared>,
    visit: Visit,
    Posted(form): Posted<ForgotPasswordForm>,
) -> Answer {
    let next = ask(&web, &visit, Kind::ForgotPassword, &form.username).await?;
    Ok(redirect(&format!("/forgot-password/sent{next}"), None))
}

/// `GET /forgot-password/sent`
pub async fn forgot_password_sent(
    State(web): State<Shared>,
    visit: Visit,
    Query(sent): Query<Sent>,
) -> Answer {
    forgot_page(&web, &visit, "password", Some(sent.minutes()))
}

/// `GET /forgot-username`
pub async fn forgot_username(State(web): State<Shared>, visit: Visit) -> Answer {
    forgot_page(&web, &visit, "username", None)
}

/// `POST /forgot-username`
pub async fn submit_forgot_username(
    State(web): State<Shared>,
    visit: Visit,
    Posted(form): Posted<ForgotUsernameForm>,
) -> Answer {
    let next = ask(&web, &visit, Kind::ForgotUsername, &form.email).await?;
    Ok(redirect(&format!("/forgot-username/sent{next}"), None))
}

/// `GET /forgot-username/sent`
pub async fn forgot_username_sent(
    State(web): State<Shared>,
    visit: Visit,
    Query(sent): Query<Sent>,
) -> Answer {
    forgot_page(&web, &visit, "username", Some(sent.minutes()))
}

fn forgot_page(web: &Shared, visit: &Visit, what: &'static str, sent: Option<u64>) -> Answer {
    html(StatusCode::OK, &ForgotPage { page: Page::of(web, visit), what, sent })
}

/// Leaves the request; gives what the page after it is to say.
async fn ask(web: &Shared, visit: &Visit, kind: Kind, typed: &str) -> Answer<String> {
    let forgot = Forgot::new(typed, &visit.place.address);
    let now = web.app.clock.now();
    let limits = web.app.config.limits;
    let next = match web.floods.count(&visit.place.address, now) {
        None => web.app.db.write(move |tx| forgot::ask(tx, (kind, &limits), &forgot, now)).await?,
        flood => flood,
    };
    let minutes = next.map(|next| next.since(now).as_secs().div_ceil(60));
    Ok(minutes.map(|minutes| format!("?next={minutes}")).unwrap_or_default())
}

#[derive(Template)]
#[template(path = "recovery/pages/choose.html")]
struct ChoosePage {
    page: Page,
    username: String,
    /// Whether the session was started with a temporary password.
    must: bool,
    min: usize,
    /// The passkeys that were added lately, in words; empty when there are none.
    lately: String,
    /// Whether they are to go.
    remove_passkeys: bool,
    errors: FieldErrors,
}

/// What the form of a new password sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChooseForm {
    #[serde(default)]
    current_password: Secret,
    new_password: Secret,
    confirm_password: Secret,
    /// Whether the passkeys go that were added lately.
    #[serde(default)]
    remove_passkeys: bool,
    /// Carried for password managers only.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `GET /password`
pub async fn choose(
    State(web): State<Shared>,
    visit: Visit,
    MaybeChoosing(session): MaybeChoosing,
) -> Answer {
    choose_page(&web, &visit, &session, Lately::Removed, FieldErrors::default()).await
}

/// `POST /password`
pub async fn submit_choose(
    State(web): State<Shared>,
    visit: Visit,
    MaybeChoosing(session): MaybeChoosing,
    Posted(form): Posted<ChooseForm>,
) -> Answer {
    let lately = Lately::of_box(form.remove_passkeys);
    let refuse = |errors| choose_page(&web, &visit, &session, lately, errors);
    let entitled = match session.temporary {
        Some(temporary) => Entitled::Temporary(temporary),
        None => match Password::parse(form.current_password.expose()) {
            Ok(current) => Entitled::Current(current, lately),
            Err(_) => {
                return refuse(FieldErrors::one(
                    "current_password",
                    texts::text(visit.language, "password-wrong-current"),
                ))
                .await;
            }
        },
    };
    if form.new_password.expose() != form.confirm_password.expose() {
        return refuse(FieldErrors::one("confirm_password", texts::text(visit.language, "password-differs")))
            .await;
    }
    let new = match Password::parse(form.new_password.expose()) {
        Ok(new) => new,
        Err(PasswordError::Empty) => {
            return refuse(FieldErrors::one("new_password", texts::text(visit.language, "password-empty")))
                .await;
        }
        Err(_) => {
            return refuse(FieldErrors::one(
                "new_password",
                texts::text(visit.language, "password-too-long"),
            ))
            .await;
        }
    };
    match choose::choose(&web.app, &session, entitled, new, visit.place.clone()).await? {
        Choice::Chosen(token) => {
            let to = match session.temporary {
                Some(_) => ("/", Some("password-chosen")),
                None => ("/account", Some("password-changed")),
            };
            Ok(welcome(&web, &visit, (&token, session.contact), to).await)
        }
        Choice::Refused(problems) => {
            let texts = problems.iter().map(|problem| problem_text(visit.language, *problem));
            refuse(FieldErrors::all("new_password", texts)).await
        }
        Choice::WrongCurrent => {
            let text = texts::text(visit.language, "password-wrong-current");
            refuse(FieldErrors::one("current_password", text)).await
        }
        Choice::NoLongerGood => Ok(redirect("/login", Some("temporary-gone"))),
    }
}

async fn choose_page(
    web: &Shared,
    visit: &Visit,
    session: &ContactSession,
    lately: Lately,
    errors: FieldErrors,
) -> Answer {
    let must = session.temporary.is_some();
    let (id, now) = (session.contact, web.app.clock.now());
    let added = web.app.db.read(move |tx| {
        let since = lately::since(retailers::contact(tx, &Actor::system(), id)?.password_set_at, now);
        Ok::<_, Error>(lately::added_since(tx, Owner::Contact(id), since)?)
    });
    // By a temporary password all go, which is no question.
    let added = if must { Vec::new() } else { added.await? };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = if must { Page::of(web, visit) } else { Page::of_contact(web, visit, session) };
    let min = web.app.settings().password_rule.min_length();
    let (username, remove_passkeys) = (session.username.clone(), lately == Lately::Removed);
    let lately = listed(&added, &web.app.config.time_zone, visit.language);
    html(status, &ChoosePage { page, username, must, min, lately, remove_passkeys, errors })
}

/// Passkeys with their days, in words.
pub fn listed(passkeys: &[Passkey], zone: &TimeZone, language: Language) -> String {
    let one = |passkey: &Passkey| {
        let day = calendar::date(passkey.created_at, zone, language);
        texts::text_with(language, "passkey-of-day", &[("name", &passkey.name), ("day", &day)])
    };
    passkeys.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What to do about a password that won't do.
pub fn problem_text(language: Language, problem: Problem) -> String {
    let key = match problem {
        Problem::TooShort { min } => {
            return texts::text_with(language, "password-too-short", &[("min", &min.to_string())]);
        }
        Problem::NoLetter => "password-no-letter",
        Problem::NoDigit => "password-no-digit",
        Problem::IsUsername => "password-is-username",
        Problem::IsName => "password-is-name",
        Problem::TooCommon => "password-too-common",
        Problem::TooWeak => "password-too-weak",
        Problem::IsBreached => "password-is-breached",
        Problem::IsCurrent => "password-is-current",
        Problem::IsTemporary => "password-is-temporary",
    };
    texts::text(language, key)
}

#[derive(Template)]
#[template(path = "recovery/pages/not_me.html")]
struct NotMePage {
    page: Page,
    token: String,
    reset: Reset,
    contact: Contact,
    /// Whether there is still something to call back.
    open: bool,
    done: bool,
    /// Who is there for them, if that is one person.
    rep: Option<String>,
}

/// `GET /not-me/{token}`: changes nothing.
pub async fn not_me(State(web): State<Shared>, visit: Visit, Path(token): Path<String>) -> Answer {
    not_me_page(&web, &visit, token, false).await
}

/// `POST /not-me/{token}`
pub async fn submit_not_me(State(web): State<Shared>, visit: Visit, Path(token): Path<String>) -> Answer {
    let Some(parsed) = Token::parse(&token) else { return link_gone(&web, &visit, "link-gone-not-me") };
    let (now, address) = (web.app.clock.now(), visit.place.address.clone());
    match web.app.db.write(move |tx| not_me::cancel(tx, &parsed, &address, now)).await {
        Ok(()) => {}
        Err(Error::NotFound) => return link_gone(&web, &visit, "link-gone-not-me"),
        Err(error) => return Err(error.into()),
    }
    not_me_page(&web, &visit, token, true).await
}

async fn not_me_page(web: &Shared, visit: &Visit, token: String, done: bool) -> Answer {
    let Some(parsed) = Token::parse(&token) else { return link_gone(web, visit, "link-gone-not-me") };
    let now = web.app.clock.now();
    let Some(((reset, contact, progress, open), rep)) = web
        .app
        .db
        .read(move |tx| {
            let found = not_me::find(tx, &parsed, now)?;
            let rep = rep::of(tx, found.1.retailer)?;
            Ok::<_, Error>(Some((found, rep)))
        })
        .await
        .or_else(|error| if matches!(error, Error::NotFound) { Ok(None) } else { Err(error) })?
    else {
        return link_gone(web, visit, "link-gone-not-me");
    };
    let done = done && matches!(progress, Progress::Cancelled(_));
    html(StatusCode::OK, &NotMePage { page: Page::of(web, visit), token, reset, contact, open, done, rep })
}
