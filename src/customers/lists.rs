//! The portal's lists: retailers and contacts, their saved views, their export.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::view::{ContactRow, Frame};
use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::export;
use crate::http::forms::Posted;
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::ViewId;
use crate::kernel::{Timestamp, text};
use crate::listing::export::{Format, Sheet};
use crate::listing::{self, Asked, List, SavedView, views};
use crate::retailers::{self, Retailer};
use crate::staff::fresh::portal::Confirmed;

#[derive(Template)]
#[template(path = "customers/pages/portal_retailers.html")]
struct RetailersPage {
    page: Page,
    frame: Frame,
    rows: Vec<Retailer>,
    may_add: bool,
}

#[derive(Template)]
#[template(path = "customers/pages/portal_contacts.html")]
struct ContactsPage {
    page: Page,
    frame: Frame,
    rows: Vec<ContactRow>,
}

impl ContactsPage {
    /// What brings the first contacts in: its words, and where it is.
    fn first_act(&self) -> (&'static str, &'static str) {
        if self.page.leads_to("/portal/imports") {
            ("Import customers", "/portal/imports")
        } else {
            ("Show retailers", "/portal/retailers")
        }
    }
}

/// `GET /portal/retailers`
pub async fn retailers(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let (asked, now) = (Asked::of(List::Retailers, &query.unwrap_or_default()), caller.now());
    let (rows, frame) = caller
        .read(move |tx, actor| {
            let rows = listing::retailers(tx, actor, &asked, now)?;
            let frame = Frame::read(tx, actor, &asked, &rows)?;
            Ok((rows.rows, frame))
        })
        .await?;
    let may_add = caller.actor.may_edit_customers();
    html(StatusCode::OK, &RetailersPage { page: caller.page(), frame, rows, may_add })
}

/// `GET /portal/contacts`
pub async fn contacts(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let (asked, now) = (Asked::of(List::Contacts, &query.unwrap_or_default()), caller.now());
    let (rows, frame) = caller
        .read(move |tx, actor| {
            let rows = listing::contacts(tx, actor, &asked, now)?;
            let frame = Frame::read(tx, actor, &asked, &rows)?;
            Ok((rows.rows, frame))
        })
        .await?;
    let rows = rows.into_iter().map(|contact| ContactRow::new(contact, now)).collect();
    html(StatusCode::OK, &ContactsPage { page: caller.page(), frame, rows })
}

/// What saving a view sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewForm {
    list: String,
    query: String,
    name: String,
}

/// `POST /portal/views`
pub async fn save_view(AtPortal(caller): AtPortal, Posted(form): Posted<ViewForm>) -> Answer {
    let list = List::from_name(&form.list).ok_or(Error::NotFound)?;
    let (asked, now) = (Asked::of(list, &form.query), caller.now());
    let back = address(&asked);
    let Ok(name) = text::one_line(&form.name, views::NAME) else {
        return Ok(redirect(&back, Some("view-unnamed")));
    };
    let saved = caller.write(move |tx, actor| listing::save(tx, actor, &asked, &name, now)).await?;
    let flash = match saved {
        SavedView::Saved => "view-saved",
        SavedView::Unchanged => "unchanged",
        SavedView::TooMany => "view-too-many",
    };
    Ok(redirect(&back, Some(flash)))
}

/// What dropping a view sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropForm {
    list: String,
}

/// `POST /portal/views/{id}/delete`
pub async fn drop_view(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ViewId>,
    Posted(form): Posted<DropForm>,
) -> Answer {
    let list = List::from_name(&form.list).ok_or(Error::NotFound)?;
    caller.write(move |tx, actor| listing::unsave(tx, actor, id)).await?;
    Ok(redirect(&address(&Asked::everything(list)), Some("view-deleted")))
}

fn address(asked: &Asked) -> String {
    let (list, query) = (asked.list.as_str(), asked.query());
    if query.is_empty() { format!("/portal/{list}") } else { format!("/portal/{list}?{query}") }
}

/// What an export sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    query: String,
    format: String,
}

/// `POST /portal/retailers/export`
pub async fn export_retailers(Confirmed(caller, form): Confirmed<ExportForm>) -> Answer {
    sent(&caller, List::Retailers, &form).await
}

/// `POST /portal/contacts/export`
pub async fn export_contacts(Confirmed(caller, form): Confirmed<ExportForm>) -> Answer {
    sent(&caller, List::Contacts, &form).await
}

/// The whole list as a file. It is read from one snapshot; that it was taken
/// is written down first.
async fn sent(caller: &Caller, list: List, form: &ExportForm) -> Answer {
    if !caller.actor.may(Act::Export) {
        return Err(Error::NotAllowed.into());
    }
    let format = Format::from_name(&form.format).ok_or(Error::NotFound)?;
    let (asked, now) = (Asked::of(list, &form.query), caller.now());
    caller
        .write(move |tx, actor| {
            let about = About::default().with("list", list.as_str());
            Ok(audit::record(tx, actor, now, Event::CustomersExported, about)?)
        })
        .await?;
    let bytes = caller
        .read_long(move |tx, actor| match list {
            List::Retailers => retailer_sheet(tx, actor, &asked, format, now),
            List::Contacts => contact_sheet(tx, actor, &asked, format, now),
        })
        .await?;
    let day = &now.rfc3339()[..10];
    let name = format!("attachment; filename=\"{}-{day}.{}\"", list.as_str(), format.as_str());
    let headers =
        [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

/// Rows read at once for an export.
const CHUNK: usize = 500;

fn retailer_sheet(
    tx: &mut Tx<'_>,
    actor: &Actor,
    asked: &Asked,
    format: Format,
    now: Timestamp,
) -> Result<Vec<u8>> {
    let mut sheet = Sheet::new(format, export::retailer_headings())?;
    for ids in listing::retailer_ids(tx, actor, asked, now)?.chunks(CHUNK) {
        for retailer in retailers::retailers_in(tx, ids)? {
            sheet.add(&export::retailer_row(&retailer))?;
        }
    }
    sheet.finish()
}

fn contact_sheet(
    tx: &mut Tx<'_>,
    actor: &Actor,
    asked: &Asked,
    format: Format,
    now: Timestamp,
) -> Result<Vec<u8>> {
    let mut sheet = Sheet::new(format, export::contact_headings())?;
    for ids in listing::contact_ids(tx, actor, asked, now)?.chunks(CHUNK) {
        let contacts = retailers::contacts_in(tx, ids)?;
        for row in export::contact_rows(tx, &contacts, now)? {
            sheet.add(&row)?;
        }
    }
    sheet.finish()
}
