//! The pages on which staff sign in and recover their password, for the portal
//! and the sales app.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use passwords::Password;
use serde::Deserialize;

use super::factors::young;
use super::passkeys;
use super::recovery::{self, Choice, Chosen, ForgotStaff};
use super::sign_in::{self, SignIn, Typed};
use crate::actor::Door;
use crate::audit::{self, About, Event};
use crate::error::Error;
use crate::http::cookies::{self, Jar};
use crate::http::forms::{FieldErrors, Posted, Secret};
use crate::http::session::{PerhapsStaff, acting, remember_staff};
use crate::http::{Answer, Page, Shared, Visit, html, redirect};
use crate::kernel::{Language, Timestamp, Token, calendar};
use crate::recovery::site::problem_text;
use crate::sessions::{self, StaffKind, devices};

/// Which door an address belongs to.
pub(super) fn door(visit: &Visit) -> (Door, &'static str) {
    if visit.path.starts_with("/sales") { (Door::Sales, "/sales") } else { (Door::Portal, "/portal") }
}

#[derive(Template)]
#[template(path = "staff/pages/sign_in.html")]
struct SignInPage {
    page: Page,
    base: &'static str,
    email: String,
    /// Why they were refused; empty when they weren't.
    refused: String,
    /// The door that is theirs, when it is known not to be this one.
    theirs: Option<&'static str>,
    /// Whether passkeys are possible here.
    passkeys: bool,
    /// The command that adds the first person; empty once there is somebody.
    first_person: &'static str,
}

/// Why someone was not let in, as far as they are told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Password,
    Passkey,
    /// It is they, but their work is behind the other door.
    OtherDoor,
    /// Too many attempts came before; the next one is possible then.
    Wait(Timestamp),
}

impl Refusal {
    fn words(self, base: &str) -> &'static str {
        match (self, base) {
            (Self::Password, _) => {
                "That address and password don’t belong together, or you don’t work here. Check both, or choose “Forgot your password?” below."
            }
            (Self::Wait(_), _) => {
                "Too many wrong passwords were tried with this address. “Forgot your password?” below gets you in at once, by a link and a code in a mail, and so does a passkey."
            }
            (Self::Passkey, _) => passkeys::portal::REFUSED,
            (Self::OtherDoor, "/sales") => "You work in the portal, not in the sales app: sign in there.",
            (Self::OtherDoor, _) => "You work in the sales app, not in the portal: sign in there.",
        }
    }

    const fn until(self) -> Option<Timestamp> {
        if let Self::Wait(until) = self { Some(until) } else { None }
    }
}

/// What the staff sign-in form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    email: String,
    password: Secret,
}

/// `GET /portal/login`, `GET /sales/login`
pub async fn sign_in(State(web): State<Shared>, visit: Visit, PerhapsStaff(session): PerhapsStaff) -> Answer {
    let (door, base) = door(&visit);
    let enters = |kind: StaffKind| if door == Door::Sales { kind.uses_sales() } else { kind.uses_portal() };
    if session.is_some_and(|session| enters(session.kind)) {
        return Ok(redirect(base, None));
    }
    let somebody = web.app.db.read(|tx| super::anybody(tx).map_err(Error::from)).await?;
    let page = SignInPage {
        page: Page::of_staff(&web, &visit, None),
        base,
        email: String::new(),
        refused: String::new(),
        theirs: None,
        passkeys: somebody && web.app.passkeys.is_some(),
        first_person: if somebody { "" } else { super::FIRST_PERSON },
    };
    html(StatusCode::OK, &page)
}

/// The page to sign in on, with why that did not work if it did not.
pub(super) fn sign_in_page(web: &Shared, visit: &Visit, email: String, refused: Option<Refusal>) -> Answer {
    let status = match refused {
        None => StatusCode::OK,
        Some(Refusal::Wait(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNAUTHORIZED,
    };
    let wait = refused.and_then(Refusal::until).map(|until| until.since(web.app.clock.now()));
    let (page, passkeys) = (Page::of_staff(web, visit, None), web.app.passkeys.is_some());
    let base = door(visit).1;
    let theirs = refused.filter(|refused| *refused == Refusal::OtherDoor).map(|_| other(base));
    let next =
        wait.map(|wait| format!(" The next try is possible in {}.", calendar::wait(wait, Language::English)));
    let refused =
        refused.map(|refused| refused.words(base).to_owned() + &next.unwrap_or_default()).unwrap_or_default();
    let mut answer =
        html(status, &SignInPage { page, base, email, refused, theirs, passkeys, first_person: "" })?;
    if let Some(wait) = wait {
        answer.headers_mut().insert(RETRY_AFTER, wait.as_secs().saturating_add(1).into());
    }
    Ok(answer)
}

/// `POST /portal/login`, `POST /sales/login`
pub async fn submit_sign_in(
    State(web): State<Shared>,
    visit: Visit,
    Posted(form): Posted<SignInForm>,
) -> Answer {
    let (door, base) = door(&visit);
    let outcome = match Password::parse(form.password.expose()) {
        Ok(password) => {
            let typed = Typed { email: &form.email, password, device: visit.known_device.as_deref() };
            sign_in::sign_in(&web.app, typed, door, visit.place.clone()).await?
        }
        Err(_) => SignIn::Refused,
    };
    match outcome {
        SignIn::Welcome(token, staff) => {
            let mut response = let_in(&visit, &token, base);
            remember_staff(&web, &visit, staff, &mut response).await;
            Ok(response)
        }
        SignIn::OtherDoor => sign_in_page(&web, &visit, form.email, Some(Refusal::OtherDoor)),
        SignIn::Refused => sign_in_page(&web, &visit, form.email, Some(Refusal::Password)),
        SignIn::Wait(until) => sign_in_page(&web, &visit, form.email, Some(Refusal::Wait(until))),
    }
}

/// The other door of staff.
fn other(base: &str) -> &'static str {
    if base == "/sales" { "/portal" } else { "/sales" }
}

/// Hands the browser a staff user's session and sends it on.
pub(super) fn let_in(visit: &Visit, token: &Token, to: &str) -> Response {
    let mut response = redirect(to, None);
    visit.cookies.set(
        response.headers_mut(),
        Jar::Staff,
        &token.expose(),
        visit.place.lasts.staff_lasts.as_secs(),
    );
    response
}

/// `POST /portal/logout`, `POST /sales/logout`: who leaves the sales app takes
/// its device along.
pub async fn sign_out(
    State(web): State<Shared>,
    visit: Visit,
    headers: HeaderMap,
    PerhapsStaff(session): PerhapsStaff,
) -> Answer {
    let (door, base) = door(&visit);
    let device = visit.cookies.read(&headers, Jar::Refresh).filter(|_| door == Door::Sales);
    if let Some(token) = device.and_then(|token| Token::parse(&token)) {
        let now = web.app.clock.now();
        web.app.db.write(move |tx| devices::end_by_refresh(tx, token.digest(), now)).await?;
    }
    if let Some(session) = session {
        let (now, actor) = (web.app.clock.now(), acting(&session, door, &visit));
        web.app
            .db
            .write(move |tx| {
                sessions::end(tx, session.id, now)?;
                audit::record(tx, &actor, now, Event::SignedOut, About::staff(session.staff))
            })
            .await?;
    }
    let mut response = redirect(&format!("{base}/login"), Some("signed-out"));
    visit.cookies.clear(response.headers_mut(), Jar::Staff);
    if door == Door::Sales {
        visit.cookies.clear(response.headers_mut(), Jar::Device);
        visit.cookies.clear(response.headers_mut(), Jar::Refresh);
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "staff/pages/forgot.html")]
struct ForgotPage {
    page: Page,
    sent: bool,
}

/// What the form of a forgotten staff password sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgotForm {
    email: String,
}

/// `GET /portal/forgot-password`
pub async fn forgot(State(web): State<Shared>, visit: Visit) -> Answer {
    html(StatusCode::OK, &ForgotPage { page: Page::of_staff(&web, &visit, None), sent: false })
}

/// `POST /portal/forgot-password`: one row is written, whatever was typed.
pub async fn submit_forgot(
    State(web): State<Shared>,
    visit: Visit,
    Posted(form): Posted<ForgotForm>,
) -> Answer {
    let forgot =
        ForgotStaff { typed: form.email.chars().take(320).collect(), address: visit.place.address.clone() };
    let now = web.app.clock.now();
    if web.floods.count(&visit.place.address, now).is_none() {
        web.app.db.write(move |tx| recovery::ask(tx, &forgot, now)).await?;
    }
    Ok(redirect("/portal/forgot-password/sent", None))
}

/// `GET /portal/forgot-password/sent`
pub async fn forgot_sent(State(web): State<Shared>, visit: Visit) -> Answer {
    html(StatusCode::OK, &ForgotPage { page: Page::of_staff(&web, &visit, None), sent: true })
}

#[derive(Template)]
#[template(path = "staff/pages/choose.html")]
struct ChoosePage {
    page: Page,
    token: String,
    email: String,
    first: bool,
    /// Whether a second factor goes with the password chosen here.
    takes_off: bool,
    errors: FieldErrors,
}

/// What the form of a new staff password sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChooseForm {
    code: String,
    new_password: Secret,
    confirm_password: Secret,
    /// Carried for password managers only.
    #[serde(default, rename = "username")]
    _username: String,
}

/// A link that was used, has run out, or came damaged leads to where another is
/// asked for.
fn link_gone() -> Response {
    redirect("/portal/forgot-password", Some("link-gone"))
}

/// `GET /portal/reset/{token}`: uses nothing up.
pub async fn choose(State(web): State<Shared>, visit: Visit, Path(token): Path<String>) -> Answer {
    choose_page(&web, &visit, token, FieldErrors::default()).await
}

async fn choose_page(web: &Shared, visit: &Visit, token: String, errors: FieldErrors) -> Answer {
    let Some(parsed) = Token::parse(&token) else { return Ok(link_gone()) };
    let now = web.app.clock.now();
    let find = web.app.db.read(move |tx| {
        let Some(pending) = recovery::find(tx, &parsed, now)? else { return Ok(None) };
        let takes_off = young::has_young(tx, pending.staff.id, now)?;
        Ok::<_, Error>(Some((pending, takes_off)))
    });
    let Some((pending, takes_off)) = find.await? else { return Ok(link_gone()) };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page::of_staff(web, visit, None);
    let email = pending.staff.email.as_str().to_owned();
    html(status, &ChoosePage { page, token, email, first: pending.first_password, takes_off, errors })
}

/// `POST /portal/reset/{token}`
pub async fn submit_choose(
    State(web): State<Shared>,
    visit: Visit,
    Path(token): Path<String>,
    Posted(form): Posted<ChooseForm>,
) -> Answer {
    let Some(parsed) = Token::parse(&token) else { return Ok(link_gone()) };
    let english = Language::English;
    if form.new_password.expose() != form.confirm_password.expose() {
        let text = "The two passwords differ. Type the same one twice.";
        return choose_page(&web, &visit, token, FieldErrors::one("confirm_password", text)).await;
    }
    let Ok(new) = Password::parse(form.new_password.expose()) else {
        let text = "Choose a password of 12 to 256 characters.";
        return choose_page(&web, &visit, token, FieldErrors::one("new_password", text)).await;
    };
    match recovery::choose(&web.app, parsed, &form.code, new, visit.place.clone()).await? {
        Choice::Chosen(Chosen { token, staff, took_off }) => {
            let base = if staff.kind.uses_portal() { "/portal" } else { "/sales" };
            let to = if took_off { format!("{base}/me/second-factor") } else { base.to_owned() };
            let mut response = let_in(&visit, &token, &to);
            if took_off {
                cookies::leave_flash(response.headers_mut(), "young-factors-removed");
            }
            remember_staff(&web, &visit, staff.id, &mut response).await;
            Ok(response)
        }
        Choice::Refused(problems) => {
            let errors = FieldErrors::all(
                "new_password",
                problems.iter().map(|problem| problem_text(english, *problem)),
            );
            choose_page(&web, &visit, token, errors).await
        }
        Choice::WrongCode(left) => {
            let tries = if left == 1 { "1 try is".to_owned() } else { format!("{left} tries are") };
            let text = format!("That is not the code in the mail. {tries} left; then ask for a new mail.");
            choose_page(&web, &visit, token, FieldErrors::one("code", text)).await
        }
        Choice::NoLongerGood => Ok(link_gone()),
    }
}
