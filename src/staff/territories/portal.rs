//! The portal's page of territories.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Arranged, Territory};
use crate::actor::{Level, Reach};
use crate::http::forms::{FieldErrors, NoFields};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::TerritoryId;
use crate::kernel::text;
use crate::staff::fresh::portal::Confirmed;
use crate::staff::territories;

#[derive(Template)]
#[template(path = "staff/territories/pages/territories.html")]
struct TerritoriesPage {
    page: Page,
    territories: Vec<Territory>,
    may_arrange: bool,
    /// What was typed for a new one.
    name: String,
    errors: FieldErrors,
}

/// `GET /portal/territories`
pub async fn territories(AtPortal(caller): AtPortal) -> Answer {
    show(&caller, StatusCode::OK, String::new(), FieldErrors::default()).await
}

async fn show(caller: &Caller, status: StatusCode, name: String, errors: FieldErrors) -> Answer {
    let territories = caller.read(territories::all).await?;
    let permissions = &caller.session.permissions;
    let may_arrange = permissions.staff >= Level::Write && permissions.reach == Reach::AllRetailers;
    html(status, &TerritoriesPage { page: caller.page(), territories, may_arrange, name, errors })
}

/// What the forms send.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    name: String,
}

/// `POST /portal/territories`
pub async fn add(Confirmed(caller, form): Confirmed<NameForm>) -> Answer {
    let Some(name) = read(&form) else { return refuse(&caller, form, UNREADABLE).await };
    let now = caller.now();
    let arranged = caller.write(move |tx, actor| territories::add(tx, actor, &name, now)).await?;
    answer(&caller, form, arranged, "territory-added").await
}

/// `POST /portal/territories/{id}`
pub async fn rename(Ids(id): Ids<TerritoryId>, Confirmed(caller, form): Confirmed<NameForm>) -> Answer {
    let Some(name) = read(&form) else { return refuse(&caller, form, UNREADABLE).await };
    let now = caller.now();
    let arranged = caller.write(move |tx, actor| territories::rename(tx, actor, (id, &name), now)).await?;
    answer(&caller, form, arranged, "saved").await
}

/// `POST /portal/territories/{id}/delete`
pub async fn delete(Ids(id): Ids<TerritoryId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    let arranged = caller.write(move |tx, actor| territories::delete(tx, actor, id, now)).await?;
    answer(&caller, NameForm { name: String::new() }, arranged, "territory-deleted").await
}

const UNREADABLE: &str = "Give it a name of 1 to 60 characters on one line.";

fn read(form: &NameForm) -> Option<String> {
    text::one_line(&form.name, 60).ok()
}

async fn answer(caller: &Caller, form: NameForm, arranged: Arranged, flash: &str) -> Answer {
    match arranged {
        Arranged::Done => Ok(redirect("/portal/territories", Some(flash))),
        Arranged::Unchanged => Ok(redirect("/portal/territories", Some("unchanged"))),
        Arranged::TheLast => {
            let text =
                "Every retailer is in a territory, so one must stay. Give it another name, or add one first.";
            refuse(caller, form, text).await
        }
        Arranged::NameTaken => refuse(caller, form, "Another territory is called that.").await,
        Arranged::NotEmpty => {
            let text =
                "It still has retailers, or a run names it. Move its retailers first; nothing was deleted.";
            refuse(caller, form, text).await
        }
    }
}

async fn refuse(caller: &Caller, form: NameForm, text: &str) -> Answer {
    show(caller, StatusCode::UNPROCESSABLE_ENTITY, form.name, FieldErrors::one("name", text)).await
}
