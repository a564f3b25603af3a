//! The form of how a contact signs in.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Holder, Meanwhile, holder, last_editor, read_email, read_username, username_taken};
use crate::access::{self, SignIn};
use crate::actor::Act;
use crate::error::Error;
use crate::http::forms::FieldErrors;
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::ContactId;
use crate::kernel::{EmailAddress, Username};
use crate::retailers::{self, Contact, Edited};
use crate::staff::fresh::portal::Confirmed;

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    pub(in crate::customers) username: String,
    pub(in crate::customers) email: String,
    #[serde(default)]
    pub(in crate::customers) version: i64,
}

#[derive(Template)]
#[template(path = "customers/pages/sign_in_form.html")]
struct SignInPage {
    page: Page,
    form: SignInForm,
    contact: Contact,
    errors: FieldErrors,
    holder: Holder,
    meanwhile: Meanwhile,
}

/// `GET /portal/contacts/{id}/sign-in`
pub async fn sign_in(AtPortal(caller): AtPortal, Ids(id): Ids<ContactId>) -> Answer {
    show(&caller, id, None, (StatusCode::OK, FieldErrors::default(), Holder::default())).await
}

async fn show(
    caller: &Caller,
    id: ContactId,
    typed: Option<SignInForm>,
    (status, errors, holder): (StatusCode, FieldErrors, Holder),
) -> Answer {
    let (contact, by) = caller
        .read(move |tx, actor| Ok((retailers::contact(tx, actor, id)?, last_editor(tx, actor, id)?)))
        .await?;
    if !caller.actor.may(Act::ChangeSignIn) {
        return Err(Error::NotAllowed.into());
    }
    let stored = SignInForm {
        username: contact.username.as_ref().map(Username::as_str).unwrap_or_default().to_owned(),
        email: contact.email.as_ref().map(EmailAddress::as_str).unwrap_or_default().to_owned(),
        version: contact.version,
    };
    let mut form = typed.unwrap_or_else(|| stored.clone());
    let meanwhile = if status == StatusCode::CONFLICT {
        let fields = [
            ("username", form.username.as_str(), stored.username.as_str()),
            ("email", &form.email, &stored.email),
        ];
        Meanwhile::new(by, &fields)
    } else {
        Meanwhile::default()
    };
    form.version = stored.version;
    html(status, &SignInPage { page: caller.page(), form, contact, errors, holder, meanwhile })
}

/// The form with what someone wanted to be entered, and whose the username is.
pub(in crate::customers) async fn username_is_taken(
    caller: &Caller,
    id: ContactId,
    form: SignInForm,
    holder: Holder,
) -> Answer {
    let wrong = (StatusCode::UNPROCESSABLE_ENTITY, username_taken(&holder), holder);
    show(caller, id, Some(form), wrong).await
}

/// `POST /portal/contacts/{id}/sign-in`
pub async fn submit_sign_in(
    Ids(id): Ids<ContactId>,
    Confirmed(caller, form): Confirmed<SignInForm>,
) -> Answer {
    let mut errors = Vec::new();
    let new = SignIn {
        username: read_username(&mut errors, &form.username),
        email: read_email(&mut errors, &form.email),
    };
    if !errors.is_empty() {
        let wrong = (StatusCode::UNPROCESSABLE_ENTITY, errors.into(), Holder::default());
        return show(&caller, id, Some(form), wrong).await;
    }
    let (now, version) = (caller.now(), form.version);
    let (edited, holder) = caller
        .write(move |tx, actor| {
            let edited = access::change_sign_in(tx, actor, (id, version), &new, now)?;
            let holder = match &edited {
                Edited::Taken(by) => holder(tx, actor, *by)?,
                _ => Holder::default(),
            };
            Ok((edited, holder))
        })
        .await?;
    match edited {
        Edited::Saved(_) => Ok(redirect(&format!("/portal/contacts/{id}"), Some("saved"))),
        Edited::Unchanged(_) => Ok(redirect(&format!("/portal/contacts/{id}"), Some("unchanged"))),
        Edited::Taken(_) => username_is_taken(&caller, id, form, holder).await,
        Edited::ChangedMeanwhile => {
            let conflict = (StatusCode::CONFLICT, FieldErrors::default(), Holder::default());
            show(&caller, id, Some(form), conflict).await
        }
    }
}
