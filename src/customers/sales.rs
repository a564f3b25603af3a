//! The sales app's pages about customers.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;

use super::resets::{self, ResetForm};
use super::view::{ContactRow, ContactView, RetailerList};
use crate::http::forms::Posted;
use crate::http::{Answer, AtSales, Ids, Page, html};
use crate::kernel::id::{ContactId, ResetId, RetailerId};
use crate::listing::{Asked, List};
use crate::retailers::{self, Retailer};

#[derive(Template)]
#[template(path = "customers/pages/sales_retailers.html")]
struct RetailersPage {
    page: Page,
    list: RetailerList,
}

fn asked(query: Option<String>) -> Asked {
    Asked::of(List::Retailers, &query.unwrap_or_default())
}

/// `GET /sales/retailers`
pub async fn retailers(AtSales(caller): AtSales, RawQuery(query): RawQuery) -> Answer {
    let (asked, now) = (asked(query), caller.now());
    let list = caller.read(move |tx, actor| RetailerList::read(tx, actor, &asked, None, now)).await?;
    html(StatusCode::OK, &RetailersPage { page: caller.page(), list })
}

#[derive(Template)]
#[template(path = "customers/pages/sales_retailer.html")]
struct RetailerPage {
    page: Page,
    list: RetailerList,
    retailer: Retailer,
    contacts: Vec<ContactRow>,
}

/// `GET /sales/retailers/{id}`
pub async fn retailer(
    AtSales(caller): AtSales,
    Ids(id): Ids<RetailerId>,
    RawQuery(query): RawQuery,
) -> Answer {
    let (asked, now) = (asked(query), caller.now());
    let (retailer, contacts, list) = caller
        .read(move |tx, actor| {
            let retailer = retailers::find(tx, actor, id)?;
            let contacts = retailers::contacts_of(tx, actor, id)?;
            Ok((retailer, contacts, RetailerList::read(tx, actor, &asked, Some(id), now)?))
        })
        .await?;
    let contacts = contacts.into_iter().map(|contact| ContactRow::new(contact, now)).collect();
    html(StatusCode::OK, &RetailerPage { page: caller.page(), list, retailer, contacts })
}

#[derive(Template)]
#[template(path = "customers/pages/sales_contact.html")]
struct ContactPage {
    page: Page,
    base: &'static str,
    list: RetailerList,
    view: ContactView,
    /// The other contacts of the retailer.
    others: Vec<ContactRow>,
}

/// `GET /sales/contacts/{id}`
pub async fn contact(AtSales(caller): AtSales, Ids(id): Ids<ContactId>, RawQuery(query): RawQuery) -> Answer {
    let (asked, now) = (asked(query), caller.now());
    let (view, others, list) = caller
        .read(move |tx, actor| {
            let view = ContactView::read(tx, actor, id, now)?;
            let retailer = view.contact.retailer;
            let others = retailers::contacts_of(tx, actor, retailer)?;
            Ok((view, others, RetailerList::read(tx, actor, &asked, Some(retailer), now)?))
        })
        .await?;
    let others =
        others.into_iter().filter(|other| other.id != id).map(|other| ContactRow::new(other, now)).collect();
    html(StatusCode::OK, &ContactPage { page: caller.page(), base: caller.base(), list, view, others })
}

/// `GET /sales/contacts/{id}/resets/new`
pub async fn confirm_reset(AtSales(caller): AtSales, Ids(contact): Ids<ContactId>) -> Answer {
    resets::confirm(&caller, contact).await
}

/// `POST /sales/contacts/{id}/resets`
pub async fn start_reset(
    AtSales(caller): AtSales,
    Ids(contact): Ids<ContactId>,
    Posted(form): Posted<ResetForm>,
) -> Answer {
    resets::start(&caller, contact, &form).await
}

/// `GET /sales/contacts/{id}/resets/{reset}`
pub async fn reset(AtSales(caller): AtSales, Ids(ids): Ids<(ContactId, ResetId)>) -> Answer {
    resets::show(&caller, ids).await
}

/// `GET /sales/contacts/{id}/resets/{reset}/status`
pub async fn reset_status(AtSales(caller): AtSales, Ids(ids): Ids<(ContactId, ResetId)>) -> Answer {
    resets::status(&caller, ids).await
}

/// `POST /sales/contacts/{id}/resets/{reset}/cancel`
pub async fn cancel_reset(AtSales(caller): AtSales, Ids(ids): Ids<(ContactId, ResetId)>) -> Answer {
    resets::cancel(&caller, ids).await
}
