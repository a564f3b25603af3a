//! Where browsers ask and answer for passkeys, at the portal and at the sales
//! app. Challenges are JSON, for the script; answers are forms.

use axum::extract::State;
use axum::response::Response;

use crate::db::Tx;
use crate::http::forms::{FieldErrors, NewPasskeyForm, NoFields, PasskeyForm, Posted};
use crate::http::session::remember_staff;
use crate::http::{Answer, Ids, Shared, Visit, json, redirect};
use crate::kernel::id::PasskeyId;
use crate::passkeys::Begun;
use crate::staff::factors::portal::{Threshold, codes_page, prove_page, set_up_page};
use crate::staff::fresh;
use crate::staff::portal::{Refusal, door, let_in, sign_in_page};
use crate::staff::sign_in::SignIn;

/// Why a passkey was not taken.
pub const REFUSED: &str = "That passkey did not work: it is not one of yours, or you took longer than five minutes. Try again, or go another way.";

fn challenge(begun: &Begun) -> Response {
    json(&begun.to_json())
}

/// `POST /portal/login/passkey`, `POST /sales/login/passkey`
pub async fn sign_in(State(web): State<Shared>, visit: Visit, Posted(form): Posted<PasskeyForm>) -> Answer {
    let ((door, base), party, now) = (door(&visit), web.app.relying_party()?, web.app.clock.now());
    let (answer, place) = (form.answer(), visit.place.clone());
    let act = move |tx: &mut Tx<'_>| super::sign_in(tx, &party, &answer, (door, &place), now);
    match web.app.db.write(act).await? {
        SignIn::Welcome(token, staff) => {
            let mut response = let_in(&visit, &token, base);
            remember_staff(&web, &visit, staff, &mut response).await;
            Ok(response)
        }
        SignIn::OtherDoor => sign_in_page(&web, &visit, String::new(), Some(Refusal::OtherDoor)),
        SignIn::Refused | SignIn::Wait(_) => {
            sign_in_page(&web, &visit, String::new(), Some(Refusal::Passkey))
        }
    }
}

/// `POST /portal/second-factor/challenge`, `POST /sales/second-factor/challenge`
pub async fn ask(threshold: Threshold, _: Posted<NoFields>) -> Answer {
    let app = &threshold.web.app;
    let (party, session, now) = (app.relying_party()?, threshold.session.clone(), app.clock.now());
    Ok(challenge(&app.db.write(move |tx| super::begin_proving(tx, &party, &session, now)).await?))
}

/// `POST /portal/second-factor/passkey`, `POST /sales/second-factor/passkey`
pub async fn prove(threshold: Threshold, Posted(form): Posted<PasskeyForm>) -> Answer {
    if !threshold.session.half {
        return Ok(redirect(threshold.base(), None));
    }
    let app = &threshold.web.app;
    let (party, now) = (app.relying_party()?, app.clock.now());
    let (session, actor) = (threshold.session.clone(), threshold.actor.clone());
    let (answer, place) = (form.answer(), threshold.visit.place.clone());
    let act = move |tx: &mut Tx<'_>| super::let_in(tx, (&party, &actor), &session, (&answer, &place), now);
    match app.db.write(act).await? {
        Some(token) => Ok(let_in(&threshold.visit, &token, threshold.base())),
        None => prove_page(&threshold, FieldErrors::one("passkey", REFUSED)),
    }
}

/// `POST …/me/second-factor/passkeys/challenge`
pub async fn ask_new(threshold: Threshold, _: Posted<NoFields>) -> Answer {
    threshold.must_have_proved()?;
    let app = &threshold.web.app;
    let (party, session, now) = (app.relying_party()?, threshold.session.clone(), app.clock.now());
    if !fresh::is_fresh(&session, now) {
        return Ok(json(&serde_json::json!({ "to": confirm_first(&threshold) })));
    }
    Ok(challenge(&app.db.write(move |tx| super::begin_adding(tx, &party, &session, now)).await?))
}

/// Where someone proves that it is them before they change their passkeys.
pub fn confirm_first(threshold: &Threshold) -> String {
    let base = threshold.base();
    format!("{base}/confirm?to={base}/me/second-factor")
}

/// `POST …/me/second-factor/passkeys`
pub async fn add(threshold: Threshold, Posted(form): Posted<NewPasskeyForm>) -> Answer {
    threshold.must_have_proved()?;
    let app = &threshold.web.app;
    let (party, keys, now) = (app.relying_party()?, app.keys.clone(), app.clock.now());
    let (session, actor) = (threshold.session.clone(), threshold.actor.clone());
    let (name, answer) = form.parts();
    let added = app
        .db
        .write(move |tx| super::add(tx, (&party, keys.as_ref(), &actor), &session, (&answer, &name), now));
    match added.await? {
        Some(codes) if codes.is_empty() => {
            Ok(redirect(&format!("{}/me/second-factor", threshold.base()), Some("passkey-added")))
        }
        Some(codes) => codes_page(&threshold, codes),
        None => set_up_page(&threshold, FieldErrors::one("passkey", REFUSED)).await,
    }
}

/// `POST …/me/second-factor/passkeys/{id}/remove`
pub async fn remove(threshold: Threshold, Ids(id): Ids<PasskeyId>, _: Posted<NoFields>) -> Answer {
    threshold.must_have_proved()?;
    let app = &threshold.web.app;
    let (session, actor, now) = (threshold.session.clone(), threshold.actor.clone(), app.clock.now());
    if !fresh::is_fresh(&session, now) {
        return Ok(redirect(&confirm_first(&threshold), None));
    }
    app.db.write(move |tx| super::remove(tx, &actor, &session, id, now)).await?;
    Ok(redirect(&format!("{}/me/second-factor", threshold.base()), Some("passkey-removed")))
}
