//! The account pages.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use passwords::Password;
use serde::Deserialize;

use super::{email, store};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::error::Error;
use crate::http::forms::{FieldErrors, NewPasskeyForm, Posted, Secret};
use crate::http::session::SignedIn;
use crate::http::{Answer, Ids, Page, Shared, Visit, html, json, link_gone, redirect, texts};
use crate::kernel::id::PasskeyId;
use crate::kernel::{EmailAddress, Token, calendar, text};
use crate::passkeys::{self, Owner, Passkey};
use crate::retailers::{self, Contact};
use crate::sessions::{self, ContactSession, Device};

/// Entries of the history that are shown.
const HISTORY: i64 = 50;

#[derive(Template)]
#[template(path = "account/pages/account.html")]
struct AccountPage {
    page: Page,
    session: ContactSession,
    contact: Contact,
    pending_email: Option<String>,
    devices: Vec<Device>,
    /// Their passkeys; `None` where there can be none.
    passkeys: Option<Vec<Passkey>>,
    history: Vec<Line>,
    errors: FieldErrors,
}

/// A line of "what happened".
struct Line {
    text: String,
    by: String,
    iso: String,
    when: String,
}

/// `GET /account`
pub async fn account(State(web): State<Shared>, visit: Visit, SignedIn(session): SignedIn) -> Answer {
    account_page(&web, &visit, session, FieldErrors::default()).await
}

async fn account_page(web: &Shared, visit: &Visit, session: ContactSession, errors: FieldErrors) -> Answer {
    let (id, now) = (session.contact, web.app.clock.now());
    let possible = web.app.passkeys.is_some();
    let (contact, pending, devices, (entries, known)) = web
        .app
        .db
        .read(move |tx| {
            let contact = retailers::contact(tx, &Actor::system(), id)?;
            let (pending, devices) = (store::open(tx, id, now)?, sessions::device_list(tx, id, now)?);
            let known = (audit::of_contact(tx, id, HISTORY)?, passkeys::list(tx, Owner::Contact(id))?);
            Ok::<_, Error>((contact, pending, devices, known))
        })
        .await?;
    let page = Page::of_contact(web, visit, &session);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let history = entries.iter().map(|entry| line(&page, entry)).collect();
    let pending_email = pending.map(|change| change.new.as_str().to_owned());
    let passkeys = possible.then_some(known);
    html(status, &AccountPage { page, session, contact, pending_email, devices, passkeys, history, errors })
}

fn line(page: &Page, entry: &Entry) -> Line {
    let who = match (entry.actor.as_str(), &entry.staff_name) {
        ("staff", Some(name)) => format!("{name}, {}", page.supplier),
        ("staff" | "operator", _) => page.supplier.clone(),
        ("contact", _) => page.t("by-you"),
        ("nobody", _) => page.t("by-someone"),
        _ => String::new(),
    };
    let from = if entry.actor == "contact" || entry.actor == "nobody" { entry.address.as_str() } else { "" };
    let by = [who.as_str(), from].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    Line {
        text: page.t(&format!("history-{}", entry.act)),
        by,
        iso: entry.at.rfc3339(),
        when: entry.at.in_words(),
    }
}

#[derive(Template)]
#[template(path = "account/pages/edit.html")]
struct EditPage {
    page: Page,
    name: String,
    email: String,
    errors: FieldErrors,
}

/// What the form for a name sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    name: String,
}

/// What the form for an e-mail address sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailForm {
    email: String,
    current_password: Secret,
}

/// `GET /account/edit`
pub async fn edit(State(web): State<Shared>, visit: Visit, SignedIn(session): SignedIn) -> Answer {
    edit_page(&web, &visit, &session, Typed::default(), FieldErrors::default()).await
}

/// What was typed before something was wrong with it.
#[derive(Default)]
struct Typed {
    name: Option<String>,
    email: Option<String>,
}

async fn edit_page(
    web: &Shared,
    visit: &Visit,
    session: &ContactSession,
    typed: Typed,
    errors: FieldErrors,
) -> Answer {
    let id = session.contact;
    let contact = web.app.db.read(move |tx| retailers::contact(tx, &Actor::system(), id)).await?;
    let email = contact.email.map(|email| email.as_str().to_owned()).unwrap_or_default();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page::of_contact(web, visit, session);
    html(
        status,
        &EditPage {
            page,
            name: typed.name.unwrap_or(contact.name),
            email: typed.email.unwrap_or(email),
            errors,
        },
    )
}

/// `POST /account/name`
pub async fn submit_name(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
    Posted(form): Posted<NameForm>,
) -> Answer {
    let read = text::one_line(&form.name, 120);
    let wrong =
        if read.as_ref().is_ok_and(|name| text::holds_link(name)) { "name-link" } else { "name-wrong" };
    let Some(name) = read.ok().filter(|name| !text::holds_link(name)) else {
        let errors = FieldErrors::one("name", texts::text(visit.language, wrong));
        return edit_page(&web, &visit, &session, Typed { name: Some(form.name), email: None }, errors).await;
    };
    let (now, address) = (web.app.clock.now(), visit.place.address);
    let changed = web.app.db.write(move |tx| super::rename(tx, &session, &name, &address, now)).await?;
    Ok(redirect("/account", Some(if changed { "name-changed" } else { "unchanged" })))
}

/// `POST /account/email`
pub async fn submit_email(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
    Posted(form): Posted<EmailForm>,
) -> Answer {
    let typed = Typed { name: None, email: Some(form.email.clone()) };
    let refuse = |field, key| FieldErrors::one(field, texts::text(visit.language, key));
    let Ok(new) = EmailAddress::parse(&form.email) else {
        return edit_page(&web, &visit, &session, typed, refuse("email", "email-wrong")).await;
    };
    let asked = match Password::parse(form.current_password.expose()) {
        Ok(current) => email::ask(&web.app, &session, new, current, visit.place.address.clone()).await?,
        Err(_) => email::Asked::WrongPassword,
    };
    match asked {
        email::Asked::Sent => Ok(redirect("/account", Some("email-asked"))),
        email::Asked::Unchanged => Ok(redirect("/account", Some("unchanged"))),
        email::Asked::Wait(until) => {
            let wait = calendar::wait(until.since(web.app.clock.now()), visit.language);
            let text = texts::text_with(visit.language, "email-too-often", &[("time", &wait)]);
            edit_page(&web, &visit, &session, typed, FieldErrors::one("email", text)).await
        }
        email::Asked::WrongPassword => {
            edit_page(&web, &visit, &session, typed, refuse("current_password", "password-wrong-current"))
                .await
        }
    }
}

#[derive(Template)]
#[template(path = "account/pages/confirm_email.html")]
struct ConfirmPage {
    page: Page,
    token: String,
    email: String,
}

/// `GET /account/email/confirm/{token}`: changes nothing.
pub async fn confirm_email(State(web): State<Shared>, visit: Visit, Path(token): Path<String>) -> Answer {
    let gone = || link_gone(&web, &visit, "link-gone-email");
    let Some(parsed) = Token::parse(&token) else { return gone() };
    let now = web.app.clock.now();
    let change = match web.app.db.read(move |tx| email::find(tx, &parsed, now)).await {
        Ok(change) => change,
        Err(Error::NotFound) => return gone(),
        Err(error) => return Err(error.into()),
    };
    html(
        StatusCode::OK,
        &ConfirmPage { page: Page::of(&web, &visit), token, email: change.new.as_str().to_owned() },
    )
}

/// `POST /account/email/confirm/{token}`
pub async fn submit_confirm_email(
    State(web): State<Shared>,
    visit: Visit,
    Path(token): Path<String>,
) -> Answer {
    let gone = || link_gone(&web, &visit, "link-gone-email");
    let Some(parsed) = Token::parse(&token) else { return gone() };
    let (now, address) = (web.app.clock.now(), visit.place.address.clone());
    match web.app.db.write(move |tx| email::confirm(tx, &parsed, &address, now)).await {
        Ok(()) => Ok(redirect("/account", Some("email-changed"))),
        Err(Error::NotFound) => gone(),
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let (now, address) = (web.app.clock.now(), visit.place.address);
    web.app.db.write(move |tx| super::end_session(tx, &session, id, &address, now)).await?;
    Ok(redirect("/account", Some("session-ended")))
}

/// `POST /account/sessions/end`
pub async fn end_other_sessions(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
) -> Answer {
    let (now, address) = (web.app.clock.now(), visit.place.address);
    web.app.db.write(move |tx| super::end_other_sessions(tx, &session, &address, now)).await?;
    Ok(redirect("/account", Some("sessions-ended")))
}

/// What is asked before a passkey is added or removed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrentForm {
    current_password: Secret,
}

/// `POST /account/passkeys/challenge`: for the script.
pub async fn ask_passkey(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
    Posted(form): Posted<CurrentForm>,
) -> Answer {
    let party = web.app.relying_party()?;
    let begun = match Password::parse(form.current_password.expose()) {
        Ok(current) => super::passkeys::begin_adding(&web.app, party, &session, current).await?,
        Err(_) => None,
    };
    let Some(begun) = begun else {
        let says = texts::text(visit.language, "password-wrong-current");
        return Ok(json(&serde_json::json!({ "says": says })));
    };
    Ok(json(&begun.to_json()))
}

/// `POST /account/passkeys`
pub async fn add_passkey(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
    Posted(form): Posted<NewPasskeyForm>,
) -> Answer {
    let party = web.app.relying_party()?;
    let (whose, address) = (session.clone(), visit.place.address.clone());
    let (name, answer) = form.parts();
    let now = web.app.clock.now();
    let add = web
        .app
        .db
        .write(move |tx| super::passkeys::add(tx, &party, (&whose, &address), (&answer, &name), now));
    if add.await? {
        return Ok(redirect("/account", Some("passkey-added")));
    }
    let errors = FieldErrors::one("passkeys", texts::text(visit.language, "passkey-refused"));
    account_page(&web, &visit, session, errors).await
}

/// `POST /account/passkeys/{id}/remove`
pub async fn remove_passkey(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
    Ids(id): Ids<PasskeyId>,
    Posted(form): Posted<CurrentForm>,
) -> Answer {
    let whose = (&session, visit.place.address.as_str());
    let removed = match Password::parse(form.current_password.expose()) {
        Ok(current) => super::passkeys::remove(&web.app, whose, id, current).await?,
        Err(_) => false,
    };
    if removed {
        return Ok(redirect("/account", Some("passkey-removed")));
    }
    let errors = FieldErrors::one("passkeys", texts::text(visit.language, "password-wrong-current"));
    account_page(&web, &visit, session, errors).await
}

/// A browser's name in two words, from how it introduces itself.
pub fn browser(device: &str) -> String {
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| device.contains(mark)).map(|(_, name)| *name)
    };
    let program = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => device.chars().take(40).collect(),
    }
}
