//! The portal's page of oneself.

use askama::Template;
use axum::http::StatusCode;
use passwords::Password;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Changed;
use crate::http::forms::{FieldErrors, NoFields, Posted, Secret};
use crate::http::session::remember_staff;
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::Language;
use crate::kernel::id::SessionId;
use crate::passkeys::lately::Lately;
use crate::recovery::site::problem_text;
use crate::sessions::Device;
use crate::staff::fresh::portal::Confirmed;
use crate::staff::{factors, fresh, people};

#[derive(Template)]
#[template(path = "staff/me/pages/me.html")]
struct MePage {
    page: Page,
    name: String,
    email: String,
    role: String,
    devices: Vec<Device>,
    /// Whether they have a second factor.
    has_app: bool,
    has_passkey: bool,
    /// The session of this page.
    here: SessionId,
    /// What was added lately of their second factor, in words; empty when nothing was.
    lately: String,
    /// Whether that is to go.
    remove_lately: bool,
    errors: FieldErrors,
}

/// `GET /portal/me`
pub async fn me(AtPortal(caller): AtPortal) -> Answer {
    show(&caller, Lately::Removed, StatusCode::OK, FieldErrors::default()).await
}

async fn show(caller: &Caller, chosen: Lately, status: StatusCode, errors: FieldErrors) -> Answer {
    let (id, now, zone) = (caller.session.staff, caller.now(), caller.web.app.config.time_zone.clone());
    let (email, devices, lately) = caller
        .read(move |tx, _| {
            let staff = crate::staff::find(tx, id)?.ok_or(crate::Error::NotFound)?;
            let lately = factors::lately::in_words(tx, id, &zone, now)?;
            Ok((staff.email.as_str().to_owned(), people::devices(tx, id, now)?, lately))
        })
        .await?;
    html(
        status,
        &MePage {
            page: caller.page(),
            name: caller.session.name.clone(),
            email,
            role: caller.session.role.clone(),
            devices,
            has_app: caller.session.has_app,
            has_passkey: caller.session.has_passkey,
            here: caller.session.id,
            lately,
            remove_lately: chosen == Lately::Removed,
            errors,
        },
    )
}

/// What the form of a new password sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    #[serde(rename = "current_password")]
    current: Secret,
    #[serde(default)]
    code: Secret,
    #[serde(rename = "new_password")]
    new: Secret,
    #[serde(rename = "confirm_password")]
    confirm: Secret,
    /// Whether what was added lately of the second factor goes.
    #[serde(default)]
    remove_lately: bool,
}

/// `POST /portal/me/password`
pub async fn change_password(AtPortal(caller): AtPortal, Posted(form): Posted<PasswordForm>) -> Answer {
    let refuse = |field, text: &str| FieldErrors::one(field, text);
    let (again, lately) = (StatusCode::UNPROCESSABLE_ENTITY, Lately::of_box(form.remove_lately));
    if form.new.expose() != form.confirm.expose() {
        let errors = refuse("confirm_password", "The two passwords differ. Type the same one twice.");
        return show(&caller, lately, again, errors).await;
    }
    let Ok(new) = Password::parse(form.new.expose()) else {
        return show(
            &caller,
            lately,
            again,
            refuse("new_password", "Choose a password of 12 to 256 characters."),
        )
        .await;
    };
    let app = &caller.web.app;
    let proof = match Password::parse(form.current.expose()) {
        Ok(current) => {
            let code = Zeroizing::new(form.code.expose().to_owned());
            fresh::prove(app, &caller.session, &caller.actor, current, code).await?
        }
        Err(_) => fresh::Proof::Refused,
    };
    let wrong = match proof {
        fresh::Proof::Given => None,
        fresh::Proof::Refused if caller.session.has_factor() => Some(
            "That is not your current password, or not a code that is good now. If a second factor isn’t yours, sign out and choose “Forgot your password?”.",
        ),
        fresh::Proof::Refused => Some("That is not your current password."),
        fresh::Proof::TooMany => {
            Some("That was tried too often. Wait a quarter of an hour, or use a recovery code.")
        }
    };
    if let Some(text) = wrong {
        return show(&caller, lately, again, refuse("current_password", text)).await;
    }
    match super::change_password(app, &caller.session, &caller.actor, (new, lately)).await? {
        Changed::Done => {
            caller.renew().await?;
            let mut response = redirect("/portal/me", Some("password-changed"));
            remember_staff(&caller.web, &caller.visit, caller.session.staff, &mut response).await;
            Ok(response)
        }
        Changed::Refused(problems) => {
            let texts = problems.iter().map(|problem| problem_text(Language::English, *problem));
            show(&caller, lately, again, FieldErrors::all("new_password", texts)).await
        }
        Changed::Meanwhile => {
            let text = "Your password was changed from elsewhere meanwhile. Type the one that counts now.";
            show(&caller, lately, StatusCode::CONFLICT, refuse("current_password", text)).await
        }
    }
}

/// `POST /portal/me/sessions/end`: all but this one.
pub async fn end_sessions(Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let (id, here, now) = (caller.session.staff, caller.session.id, caller.now());
    caller.write(move |tx, actor| people::sign_out(tx, actor, (id, None), Some(here), now)).await?;
    Ok(redirect("/portal/me", Some("sessions-ended")))
}

/// `POST /portal/me/sessions/{id}/end`
pub async fn end_session(Ids(session): Ids<SessionId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let (id, now) = (caller.session.staff, caller.now());
    caller.write(move |tx, actor| people::sign_out(tx, actor, (id, Some(session)), None, now)).await?;
    Ok(redirect("/portal/me", Some("session-ended")))
}
