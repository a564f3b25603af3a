//! The pages of the second factor, at the portal and at the sales app.

use askama::Template;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use passwords::Password;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::reset::{self, Reset};
use super::{Factor, MOST_DAYS, Offer, Taken};
use crate::actor::{Actor, Door};
use crate::error::Error;
use crate::http::forms::{FieldErrors, NoFields, Posted, Secret};
use crate::http::session::AtDoor;
use crate::http::{Answer, Failure, Ids, Page, Shared, Visit, html, redirect};
use crate::kernel::id::{RoleId, StaffId};
use crate::kernel::{Language, Timestamp, Token, calendar};
use crate::keys::Keys;
use crate::passkeys::{self, Owner, Passkey};
use crate::sessions::{StaffSession, Standing};
use crate::staff::fresh::portal::Confirmed;
use crate::staff::passkeys::portal::confirm_first;
use crate::staff::portal::let_in;
use crate::staff::{self, fresh};

/// Someone at a door, however far their session lets them in.
pub struct Threshold {
    pub(in crate::staff) web: Shared,
    pub(in crate::staff) visit: Visit,
    pub(in crate::staff) session: StaffSession,
    pub(in crate::staff) actor: Actor,
}

impl FromRequestParts<Shared> for Threshold {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let AtDoor(session, actor) = AtDoor::from_request_parts(parts, web).await?;
        Ok(Self { web: Shared::clone(web), visit: Visit::of(web, parts), session, actor })
    }
}

impl Threshold {
    pub(in crate::staff) fn base(&self) -> &'static str {
        if self.actor.door == Door::Sales { "/sales" } else { "/portal" }
    }

    /// A page without navigation: they may not be all the way in.
    fn page(&self) -> Page {
        Page::of_staff(&self.web, &self.visit, None)
    }

    fn keys(&self) -> Option<Keys> {
        self.web.app.keys.clone()
    }

    /// Sends away who has still to prove their factor.
    pub(in crate::staff) fn must_have_proved(&self) -> Answer<()> {
        if self.session.half {
            return Err(Failure::SignIn(if self.base() == "/sales" {
                "/sales/second-factor"
            } else {
                "/portal/second-factor"
            }));
        }
        Ok(())
    }
}

const REFUSED: &str = "That code is not good now, or was used already. Wait for the next one your app shows, or use a recovery code.";
const TOO_MANY: &str =
    "That was tried too often. Wait a quarter of an hour, or use a recovery code or a passkey.";

fn words(taken: Taken, now: Timestamp) -> String {
    let Taken::Wait(until) = taken else { return REFUSED.to_owned() };
    let wait = calendar::wait(until.since(now), Language::English);
    format!(
        "Codes were tried too often. The next try is possible in {wait}; a recovery code or a passkey works at once."
    )
}

fn status(errors: &FieldErrors) -> StatusCode {
    if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

#[derive(Template)]
#[template(path = "staff/factors/pages/prove.html")]
struct ProvePage {
    page: Page,
    base: &'static str,
    has_app: bool,
    /// Whether they can prove a passkey here.
    has_passkey: bool,
    errors: FieldErrors,
}

/// What the form of a code sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
    code: Secret,
}

/// `GET /portal/second-factor`, `GET /sales/second-factor`
pub async fn prove(threshold: Threshold) -> Answer {
    if !threshold.session.half {
        return Ok(redirect(threshold.base(), None));
    }
    prove_page(&threshold, FieldErrors::default())
}

/// The page that asks for the second factor.
pub(in crate::staff) fn prove_page(threshold: &Threshold, errors: FieldErrors) -> Answer {
    let Threshold { web, session, .. } = threshold;
    let has_passkey = session.has_passkey && web.app.passkeys.is_some();
    let (page, base, has_app) = (threshold.page(), threshold.base(), session.has_app);
    html(status(&errors), &ProvePage { page, base, has_app, has_passkey, errors })
}

/// `POST /portal/second-factor`, `POST /sales/second-factor`
pub async fn submit_prove(threshold: Threshold, Posted(form): Posted<CodeForm>) -> Answer {
    if !threshold.session.half {
        return Ok(redirect(threshold.base(), None));
    }
    let Some(keys) = threshold.keys() else {
        return prove_page(&threshold, FieldErrors::one("code", REFUSED));
    };
    let app = &threshold.web.app;
    let (session, actor, place) =
        (threshold.session.clone(), threshold.actor.clone(), threshold.visit.place.clone());
    let (code, now) = (Zeroizing::new(form.code.expose().to_owned()), app.clock.now());
    let proved =
        app.db.write(move |tx| super::prove(tx, (&keys, &actor), &session, (&code, &place), now)).await?;
    match proved {
        Ok(token) => Ok(let_in(&threshold.visit, &token, threshold.base())),
        Err(taken) => prove_page(&threshold, FieldErrors::one("code", words(taken, now))),
    }
}

#[derive(Template)]
#[template(path = "staff/factors/pages/set_up.html")]
struct SetUpPage {
    page: Page,
    base: &'static str,
    factor: Factor,
    offer: Option<Offer>,
    /// Recovery codes that are still good.
    codes_left: i64,
    passkeys: Vec<Passkey>,
    /// Whether passkeys are possible here.
    passkeys_possible: bool,
    /// Where they prove first that it is them, unless they did lately.
    confirm_first: Option<String>,
    /// Whether secrets can be sealed here.
    possible: bool,
    /// Whether they can't go on without one.
    must: bool,
    errors: FieldErrors,
}

/// `GET /portal/me/second-factor`, `GET /sales/me/second-factor`
pub async fn set_up(threshold: Threshold) -> Answer {
    threshold.must_have_proved()?;
    set_up_page(&threshold, FieldErrors::default()).await
}

/// The page on which someone sets their second factor up.
pub(in crate::staff) async fn set_up_page(threshold: &Threshold, errors: FieldErrors) -> Answer {
    let (app, id, keys) = (&threshold.web.app, threshold.session.staff, threshold.keys());
    let (supplier, now, sealing) = (app.settings().values.supplier.clone(), app.clock.now(), keys.clone());
    let (factor, offer, codes_left, passkeys) = app
        .db
        .read(move |tx| {
            let email = staff::find(tx, id)?.map(|staff| staff.email.as_str().to_owned()).unwrap_or_default();
            let names = (supplier.as_str(), email.as_str());
            let offer = match &sealing {
                Some(keys) => super::offer(tx, keys, id, names, now)?,
                None => None,
            };
            let passkeys = passkeys::list(tx, Owner::Staff(id))?;
            Ok::<_, Error>((super::of(tx, id, now)?, offer, super::codes_left(tx, id)?, passkeys))
        })
        .await?;
    html(
        status(&errors),
        &SetUpPage {
            page: threshold.page(),
            base: threshold.base(),
            factor,
            offer,
            codes_left,
            passkeys,
            passkeys_possible: app.passkeys.is_some(),
            confirm_first: (!fresh::is_fresh(&threshold.session, now)).then(|| confirm_first(threshold)),
            possible: keys.is_some(),
            must: threshold.session.standing(now) == Standing::MustSetUp,
            errors,
        },
    )
}

/// What a form sends that asks who is there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofForm {
    password: Secret,
    #[serde(default)]
    code: Secret,
}

/// Whether password, and code if there is an app, are good; else the page says
/// why not.
async fn proved(threshold: &Threshold, form: &ProofForm) -> Answer<Result<Keys, Response>> {
    threshold.must_have_proved()?;
    let refuse = async |text: &str| set_up_page(threshold, FieldErrors::one("password", text)).await;
    let Some(keys) = threshold.keys() else {
        return Ok(Err(set_up_page(threshold, FieldErrors::default()).await?));
    };
    let app = &threshold.web.app;
    let proof = match Password::parse(form.password.expose()) {
        Ok(typed) => {
            let code = Zeroizing::new(form.code.expose().to_owned());
            fresh::prove(app, &threshold.session, &threshold.actor, typed, code).await?
        }
        Err(_) => fresh::Proof::Refused,
    };
    Ok(match proof {
        fresh::Proof::Given => Ok(keys),
        fresh::Proof::Refused => Err(refuse("Password and code don’t fit. Nothing was changed.").await?),
        fresh::Proof::TooMany => Err(refuse(TOO_MANY).await?),
    })
}

/// `POST …/me/second-factor/app`: a fresh secret to be confirmed.
pub async fn begin(threshold: Threshold, Posted(form): Posted<ProofForm>) -> Answer {
    let keys = match proved(&threshold, &form).await? {
        Ok(keys) => keys,
        Err(page) => return Ok(page),
    };
    let (session, now) = (threshold.session.clone(), threshold.web.app.clock.now());
    threshold.web.app.db.write(move |tx| super::begin(tx, &keys, &session, now)).await?;
    Ok(redirect(&format!("{}/me/second-factor", threshold.base()), None))
}

#[derive(Template)]
#[template(path = "staff/factors/pages/codes.html")]
struct CodesPage {
    page: Page,
    base: &'static str,
    codes: Vec<Zeroizing<String>>,
}

/// The page that shows recovery codes, once.
pub(in crate::staff) fn codes_page(threshold: &Threshold, codes: Vec<Zeroizing<String>>) -> Answer {
    html(StatusCode::OK, &CodesPage { page: threshold.page(), base: threshold.base(), codes })
}

/// `POST …/me/second-factor/app/confirm`
pub async fn confirm(threshold: Threshold, Posted(form): Posted<CodeForm>) -> Answer {
    threshold.must_have_proved()?;
    let Some(keys) = threshold.keys() else { return set_up_page(&threshold, FieldErrors::default()).await };
    let (app, session, actor) = (&threshold.web.app, threshold.session.clone(), threshold.actor.clone());
    let (code, now) = (Zeroizing::new(form.code.expose().to_owned()), app.clock.now());
    let confirmed = app.db.write(move |tx| super::confirm(tx, (&keys, &actor), &session, &code, now)).await?;
    match confirmed {
        Ok(codes) => codes_page(&threshold, codes),
        Err(taken) => set_up_page(&threshold, FieldErrors::one("code", words(taken, now))).await,
    }
}

/// `POST …/me/second-factor/codes`: new recovery codes.
pub async fn fresh_codes(threshold: Threshold, Posted(form): Posted<ProofForm>) -> Answer {
    let keys = match proved(&threshold, &form).await? {
        Ok(keys) if threshold.session.has_factor() => keys,
        Ok(_) => return Err(Error::NotFound.into()),
        Err(page) => return Ok(page),
    };
    let (app, id, actor) = (&threshold.web.app, threshold.session.staff, threshold.actor.clone());
    let now = app.clock.now();
    let codes = app.db.write(move |tx| super::renew_codes(tx, &keys, &actor, id, now)).await?;
    codes_page(&threshold, codes)
}

/// `POST …/me/second-factor/remove`
pub async fn remove(threshold: Threshold, Posted(form): Posted<ProofForm>) -> Answer {
    if let Err(page) = proved(&threshold, &form).await? {
        return Ok(page);
    }
    let (app, id, actor) = (&threshold.web.app, threshold.session.staff, threshold.actor.clone());
    let now = app.clock.now();
    app.db.write(move |tx| super::remove(tx, &actor, id, now)).await?;
    Ok(redirect(&format!("{}/me/second-factor", threshold.base()), Some("factor-removed")))
}

/// What the form of a role's demand sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandForm {
    days: String,
}

/// `POST /portal/roles/{id}/second-factor`
pub async fn demand(Ids(id): Ids<RoleId>, Confirmed(caller, form): Confirmed<DemandForm>) -> Answer {
    let days = match form.days.trim() {
        "" => None,
        typed => match typed.parse().ok().filter(|days| (0..=MOST_DAYS).contains(days)) {
            Some(days) => Some(days),
            None => return Ok(redirect(&format!("/portal/roles/{id}"), Some("factor-days"))),
        },
    };
    if days.is_some() && caller.web.app.keys.is_none() {
        // Nobody could do what is demanded, and all would be locked out.
        return Ok(redirect(&format!("/portal/roles/{id}"), Some("factor-no-key")));
    }
    let now = caller.now();
    let changed = caller.write(move |tx, actor| super::demand(tx, actor, id, days, now)).await?;
    let flash = if changed { "saved" } else { "unchanged" };
    Ok(redirect(&format!("/portal/roles/{id}"), Some(flash)))
}

/// `POST /portal/staff/{id}/factor-resets`
pub async fn request_reset(Ids(id): Ids<StaffId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| reset::request(tx, actor, id, now)).await?;
    Ok(redirect(&format!("/portal/staff/{id}"), Some("staff-reset-sent")))
}

#[derive(Template)]
#[template(path = "staff/factors/pages/reset.html")]
struct ResetPage {
    page: Page,
    token: String,
    email: String,
    errors: FieldErrors,
}

/// What the form of a lost device sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetForm {
    code: String,
    password: Secret,
}

/// A link that was used, has run out, or came damaged: an Owner asks for another.
fn link_gone() -> Response {
    redirect("/portal/login", Some("factor-link-gone"))
}

/// `GET /portal/factor-reset/{token}`: uses nothing up.
pub async fn reset_link(State(web): State<Shared>, visit: Visit, Path(token): Path<String>) -> Answer {
    reset_page(&web, &visit, token, FieldErrors::default()).await
}

async fn reset_page(web: &Shared, visit: &Visit, token: String, errors: FieldErrors) -> Answer {
    let Some(parsed) = Token::parse(&token) else { return Ok(link_gone()) };
    let now = web.app.clock.now();
    let find = web.app.db.read(move |tx| staff::recovery::find_for_factor(tx, &parsed, now));
    let Some(pending) = find.await? else { return Ok(link_gone()) };
    let (page, email) = (Page::of_staff(web, visit, None), pending.staff.email.as_str().to_owned());
    html(status(&errors), &ResetPage { page, token, email, errors })
}

/// `POST /portal/factor-reset/{token}`
pub async fn submit_reset(
    State(web): State<Shared>,
    visit: Visit,
    Path(token): Path<String>,
    Posted(form): Posted<ResetForm>,
) -> Answer {
    let Some(parsed) = Token::parse(&token) else { return Ok(link_gone()) };
    let wrong_password = "That is not your password. If you forgot it, too, set a new one first.";
    let Ok(password) = Password::parse(form.password.expose()) else {
        return reset_page(&web, &visit, token, FieldErrors::one("password", wrong_password)).await;
    };
    match reset::confirm(&web.app, parsed, &form.code, password, visit.place.clone()).await? {
        Reset::Done => Ok(redirect("/portal/login", Some("factor-reset"))),
        Reset::WrongPassword => {
            reset_page(&web, &visit, token, FieldErrors::one("password", wrong_password)).await
        }
        Reset::WrongCode(left) => {
            let text =
                format!("That is not the code in the mail. Tries left: {left}; then ask for a new mail.");
            reset_page(&web, &visit, token, FieldErrors::one("code", text)).await
        }
        Reset::NoLongerGood => Ok(link_gone()),
    }
}
