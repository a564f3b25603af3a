//! The forms of a contact: entering one, and changing their details.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{
    Holder, Meanwhile, details, holder, last_editor, must_edit, read_email, read_username, username_taken,
};
use crate::actor::Act;
use crate::http::forms::{FieldErrors, Posted};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::{ContactId, RetailerId};
use crate::retailers::edit::{self, NewSignIn};
use crate::retailers::{self, Contact, Edited, Retailer};
use crate::staff::fresh::portal::{ConfirmedIfGrave, Grave};

/// What the form of details sends.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailsForm {
    name: String,
    position: String,
    phone: String,
    language: String,
    #[serde(default)]
    version: i64,
    #[serde(default)]
    email: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    website_access: bool,
}

impl DetailsForm {
    fn details(&self) -> [&str; 4] {
        [&self.name, &self.position, &self.phone, &self.language]
    }
}

impl Grave for DetailsForm {
    /// Whether a sign-in comes along.
    fn is_grave(&self) -> bool {
        [&self.email, &self.username].iter().any(|typed| !typed.trim().is_empty())
    }
}

#[derive(Template)]
#[template(path = "customers/pages/new_contact.html")]
struct NewContactPage {
    page: Page,
    form: DetailsForm,
    languages: Vec<(String, String)>,
    retailer: Retailer,
    may_sign_in: bool,
    errors: FieldErrors,
    holder: Holder,
}

/// `GET /portal/retailers/{id}/contacts/new`
pub async fn new_contact(AtPortal(caller): AtPortal, Ids(id): Ids<RetailerId>) -> Answer {
    let form = DetailsForm {
        language: caller.web.app.settings().values.language.tag().to_owned(),
        website_access: true,
        ..DetailsForm::default()
    };
    show_new(&caller, id, form, (FieldErrors::default(), Holder::default())).await
}

async fn show_new(
    caller: &Caller,
    retailer: RetailerId,
    form: DetailsForm,
    (errors, holder): (FieldErrors, Holder),
) -> Answer {
    must_edit(&caller.actor)?;
    let retailer = caller.read(move |tx, actor| retailers::find(tx, actor, retailer)).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let may_sign_in = caller.actor.may(Act::ChangeSignIn);
    let languages = super::languages(caller, &form.language);
    html(
        status,
        &NewContactPage { page: caller.page(), form, languages, retailer, may_sign_in, errors, holder },
    )
}

/// `POST /portal/retailers/{id}/contacts/new`
pub async fn add_contact(
    Ids(retailer): Ids<RetailerId>,
    ConfirmedIfGrave(caller, form): ConfirmedIfGrave<DetailsForm>,
) -> Answer {
    must_edit(&caller.actor)?;
    let mut errors = Vec::new();
    let details = details(&mut errors, form.details());
    let sign_in = NewSignIn {
        email: read_email(&mut errors, &form.email),
        username: read_username(&mut errors, &form.username),
        website_access: form.website_access,
    };
    if !errors.is_empty() {
        return show_new(&caller, retailer, form, (errors.into(), Holder::default())).await;
    }
    let now = caller.now();
    let (edited, holder) = caller
        .write(move |tx, actor| {
            let edited = edit::add_contact(tx, actor, retailer, (&details, &sign_in), now)?;
            let holder = match &edited {
                Edited::Taken(by) => holder(tx, actor, *by)?,
                _ => Holder::default(),
            };
            Ok((edited, holder))
        })
        .await?;
    match edited {
        Edited::Saved(contact) | Edited::Unchanged(contact) => {
            Ok(redirect(&format!("/portal/contacts/{contact}"), Some("contact-added")))
        }
        Edited::Taken(_) | Edited::ChangedMeanwhile => {
            show_new(&caller, retailer, form, (username_taken(&holder), holder)).await
        }
    }
}

#[derive(Template)]
#[template(path = "customers/pages/contact_form.html")]
struct DetailsPage {
    page: Page,
    form: DetailsForm,
    languages: Vec<(String, String)>,
    contact: Contact,
    errors: FieldErrors,
    meanwhile: Meanwhile,
}

/// `GET /portal/contacts/{id}/edit`
pub async fn contact(AtPortal(caller): AtPortal, Ids(id): Ids<ContactId>) -> Answer {
    show(&caller, id, None, (StatusCode::OK, FieldErrors::default())).await
}

async fn show(
    caller: &Caller,
    id: ContactId,
    typed: Option<DetailsForm>,
    (status, errors): (StatusCode, FieldErrors),
) -> Answer {
    must_edit(&caller.actor)?;
    let (contact, by) = caller
        .read(move |tx, actor| Ok((retailers::contact(tx, actor, id)?, last_editor(tx, actor, id)?)))
        .await?;
    let stored = DetailsForm {
        name: contact.name.clone(),
        position: contact.position.clone(),
        phone: contact.phone.clone(),
        language: contact.language.tag().to_owned(),
        version: contact.version,
        ..DetailsForm::default()
    };
    let mut form = typed.unwrap_or_else(|| stored.clone());
    let meanwhile = if status == StatusCode::CONFLICT {
        let fields = [
            ("name", form.name.as_str(), stored.name.as_str()),
            ("position", &form.position, &stored.position),
            ("phone", &form.phone, &stored.phone),
            ("language", &form.language, &stored.language),
        ];
        Meanwhile::new(by, &fields)
    } else {
        Meanwhile::default()
    };
    form.version = stored.version;
    let languages = super::languages(caller, &stored.language);
    html(status, &DetailsPage { page: caller.page(), form, languages, contact, errors, meanwhile })
}

/// `POST /portal/contacts/{id}/edit`
pub async fn submit_contact(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ContactId>,
    Posted(form): Posted<DetailsForm>,
) -> Answer {
    must_edit(&caller.actor)?;
    let mut errors = Vec::new();
    let details = details(&mut errors, form.details());
    if !errors.is_empty() {
        return show(&caller, id, Some(form), (StatusCode::UNPROCESSABLE_ENTITY, errors.into())).await;
    }
    let (now, version) = (caller.now(), form.version);
    let edited =
        caller.write(move |tx, actor| edit::change_contact(tx, actor, (id, version), &details, now)).await?;
    match edited {
        Edited::Saved(_) => Ok(redirect(&format!("/portal/contacts/{id}"), Some("saved"))),
        Edited::Unchanged(_) => Ok(redirect(&format!("/portal/contacts/{id}"), Some("unchanged"))),
        Edited::Taken(_) | Edited::ChangedMeanwhile => {
            show(&caller, id, Some(form), (StatusCode::CONFLICT, FieldErrors::default())).await
        }
    }
}
