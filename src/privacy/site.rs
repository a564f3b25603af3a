//! The website's page of everything known about oneself.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use passwords::Password;
use serde::Deserialize;

use super::known::{self, Extent, Known};
use super::portal::file;
use crate::actor::{Actor, Door, Who};
use crate::error::{Error, Result};
use crate::http::forms::{FieldErrors, Posted, Secret};
use crate::http::session::SignedIn;
use crate::http::{Answer, Page, Shared, Visit, html, texts};
use crate::recovery::choose;
use crate::sessions::ContactSession;

#[derive(Template)]
#[template(path = "privacy/pages/data.html")]
struct DataPage {
    page: Page,
    known: Known,
    errors: FieldErrors,
}

/// `GET /account/data`
pub async fn data(State(web): State<Shared>, visit: Visit, SignedIn(session): SignedIn) -> Answer {
    data_page(&web, &visit, &session, FieldErrors::default()).await
}

async fn data_page(web: &Shared, visit: &Visit, session: &ContactSession, errors: FieldErrors) -> Answer {
    let (id, language) = (session.contact, visit.language);
    let known = web.app.db.read(move |tx| known::own(tx, id, language, Extent::Page)).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(status, &DataPage { page: Page::of_contact(web, visit, session), known, errors })
}

/// What the button to take it sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    current_password: Secret,
}

/// `POST /account/data/export`: as a file, for who knows the current password.
pub async fn export(
    State(web): State<Shared>,
    visit: Visit,
    SignedIn(session): SignedIn,
    Posted(form): Posted<ExportForm>,
) -> Answer {
    let known = match Password::parse(form.current_password.expose()) {
        Ok(current) => take(&web, &visit, &session, current).await?,
        Err(_) => None,
    };
    if let Some(known) = known {
        return file(&known, web.app.clock.now());
    }
    let text = texts::text(visit.language, "password-wrong-current");
    data_page(&web, &visit, &session, FieldErrors::one("current_password", text)).await
}

/// Everything known, having written down that it was taken; `None` when the
/// password was not right.
async fn take(
    web: &Shared,
    visit: &Visit,
    session: &ContactSession,
    current: Password,
) -> Result<Option<Known>> {
    let app = &web.app;
    let Some(hash) = choose::knows(app, session.contact, current).await? else { return Ok(None) };
    let (id, contact, language, now) = (session.id, session.contact, visit.language, app.clock.now());
    let actor =
        Actor { who: Who::Contact(contact), door: Door::Website, address: visit.place.address.clone() };
    let noted = app.db.write(move |tx| {
        let knows = choose::still_knows(tx, id, contact, &hash, now)?;
        if knows {
            known::note_own_export(tx, &actor, contact, now)?;
        }
        Ok::<_, Error>(knows)
    });
    if !noted.await? {
        return Ok(None);
    }
    app.db.read(move |tx| known::own(tx, contact, language, Extent::File)).await.map(Some)
}
