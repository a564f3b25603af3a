//! The portal's pages of what is known about a contact.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::erase::{self, Erasure};
use super::known::{self, Extent, Known};
use super::retention;
use crate::actor::Act;
use crate::config::Retention;
use crate::http::forms::{FieldErrors, NoFields};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::Timestamp;
use crate::kernel::id::ContactId;
use crate::retailers::Contact;
use crate::staff::fresh::portal::Confirmed;

#[derive(Template)]
#[template(path = "privacy/pages/privacy.html")]
struct PrivacyPage {
    page: Page,
    known: Known,
}

/// `GET /portal/contacts/{id}/privacy`
pub async fn privacy(AtPortal(caller): AtPortal, Ids(id): Ids<ContactId>) -> Answer {
    let known = caller.read(move |tx, actor| known::of(tx, actor, id, Extent::Page)).await?;
    html(StatusCode::OK, &PrivacyPage { page: caller.page(), known })
}

/// `POST /portal/contacts/{id}/privacy/export`: as a file.
pub async fn export(Ids(id): Ids<ContactId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| known::note_export(tx, actor, id, now)).await?;
    let known = caller.read(move |tx, actor| known::of(tx, actor, id, Extent::File)).await?;
    file(&known, now)
}

/// Answers with everything known as a file to keep.
pub(super) fn file(known: &Known, now: Timestamp) -> Answer {
    let name = format!("attachment; filename=\"data-{}.json\"", &now.rfc3339()[..10]);
    let headers =
        [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, known.file(now)?).into_response())
}

#[derive(Template)]
#[template(path = "privacy/pages/erase.html")]
struct ErasePage {
    page: Page,
    contact: Contact,
    typed: String,
    may_export: bool,
    errors: FieldErrors,
}

/// `GET /portal/contacts/{id}/erase`: says what goes and what stays.
pub async fn confirm_erasure(AtPortal(caller): AtPortal, Ids(id): Ids<ContactId>) -> Answer {
    erase_page(&caller, id, String::new(), FieldErrors::default()).await
}

async fn erase_page(caller: &Caller, id: ContactId, typed: String, errors: FieldErrors) -> Answer {
    let contact = caller.read(move |tx, actor| erase::erasable(tx, actor, id)).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let may_export = caller.actor.may(Act::Export);
    html(status, &ErasePage { page: caller.page(), contact, typed, may_export, errors })
}

/// What the confirmation of an erasure sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseForm {
    name: String,
}

/// `POST /portal/contacts/{id}/erase`
pub async fn erase(Ids(id): Ids<ContactId>, Confirmed(caller, form): Confirmed<EraseForm>) -> Answer {
    let (now, typed) = (caller.now(), form.name.clone());
    match caller.write(move |tx, actor| erase::erase(tx, actor, id, &typed, now)).await? {
        Erasure::Done(retailer) => Ok(redirect(&format!("/portal/retailers/{retailer}"), Some("erased"))),
        Erasure::OtherName => {
            let text = "That is not their name as it stands above.";
            erase_page(&caller, id, form.name, FieldErrors::one("name", text)).await
        }
    }
}

#[derive(Template)]
#[template(path = "privacy/pages/retention.html")]
struct RetentionPage {
    page: Page,
    times: [(&'static str, String); 5],
    applied_at: Option<Timestamp>,
}

/// `GET /portal/audit/retention`: the times in force.
pub async fn retention(AtPortal(caller): AtPortal) -> Answer {
    let applied_at = caller.read(retention::applied_at).await?;
    let times = times(&caller.web.app.config.retention);
    html(StatusCode::OK, &RetentionPage { page: caller.page(), times, applied_at })
}

fn times(kept: &Retention) -> [(&'static str, String); 5] {
    let days = |time: std::time::Duration| match time.as_secs() / 86_400 {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    [
        ("Sessions, after they ended", days(kept.sessions)),
        ("Where mails went and what was answered", days(kept.mails)),
        ("IP addresses in the audit trail", days(kept.addresses)),
        ("Entries of the audit trail", kept.audit.map_or_else(|| "for good".into(), days)),
        ("Counts of attempts to sign in", "until their window ends".into()),
    ]
}

/// The way to a page about a contact: links above its title.
pub fn trail(contact: &Contact) -> Vec<(String, String)> {
    vec![
        ("Retailers".into(), "/portal/retailers".into()),
        (contact.retailer_name.clone(), format!("/portal/retailers/{}", contact.retailer)),
        (contact.name.clone(), format!("/portal/contacts/{}", contact.id)),
    ]
}
