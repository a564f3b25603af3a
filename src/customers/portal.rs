//! The portal's pages about customers.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::resets::{self, ResetForm};
use super::view::{ContactRow, ContactView, Queue};
use crate::access::{self, transfer};
use crate::actor::Act;
use crate::error::Error;
use crate::http::forms::Posted;
use crate::http::{Answer, AtPortal, Ids, Page, html, redirect};
use crate::kernel::id::{ContactId, ResetId, RetailerId};
use crate::retailers::{self, Retailer};

#[derive(Template)]
#[template(path = "customers/pages/portal_retailer.html")]
struct RetailerPage {
    page: Page,
    retailer: Retailer,
    contacts: Vec<ContactRow>,
    may_edit: bool,
    may_switch: bool,
}

impl RetailerPage {
    /// What adds the first contact: its words, and where it is; empty for who
    /// may not.
    fn add_contact(&self) -> (&'static str, String) {
        if self.may_edit {
            ("Add the first contact", format!("/portal/retailers/{}/contacts/new", self.retailer.id))
        } else {
            ("", String::new())
        }
    }
}

/// `GET /portal/retailers/{id}`
pub async fn retailer(AtPortal(caller): AtPortal, Ids(id): Ids<RetailerId>) -> Answer {
    let now = caller.now();
    let (retailer, contacts) = caller
        .read(move |tx, actor| Ok((retailers::find(tx, actor, id)?, retailers::contacts_of(tx, actor, id)?)))
        .await?;
    let contacts = contacts.into_iter().map(|contact| ContactRow::new(contact, now)).collect();
    let (may_edit, may_switch) = (caller.actor.may_edit_customers(), caller.actor.may(Act::ChangeSignIn));
    html(StatusCode::OK, &RetailerPage { page: caller.page(), retailer, contacts, may_edit, may_switch })
}

#[derive(Template)]
#[template(path = "customers/pages/portal_contact.html")]
struct ContactPage {
    page: Page,
    base: &'static str,
    view: ContactView,
}

/// `GET /portal/contacts/{id}`: a record that was merged leads to the one that
/// took its place.
pub async fn contact(AtPortal(caller): AtPortal, Ids(id): Ids<ContactId>) -> Answer {
    let now = caller.now();
    let view = caller
        .read(move |tx, actor| match ContactView::read(tx, actor, id, now) {
            Err(Error::NotFound) => Ok(Err(transfer::merged_into(tx, actor, id)?)),
            view => view.map(Ok),
        })
        .await?;
    let view = match view {
        Ok(view) => view,
        Err(Some(kept)) => return Ok(redirect(&format!("/portal/contacts/{kept}"), Some("merged-here"))),
        Err(None) => return Err(Error::NotFound.into()),
    };
    html(StatusCode::OK, &ContactPage { page: caller.page(), base: caller.base(), view })
}

/// What the access switch sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessForm {
    access: Switch,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

/// `POST /portal/contacts/{id}/access`
pub async fn switch_access(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ContactId>,
    Posted(form): Posted<AccessForm>,
) -> Answer {
    let (now, on) = (caller.now(), form.access == Switch::On);
    caller.write(move |tx, actor| access::switch(tx, actor, id, on, now)).await?;
    Ok(redirect(&format!("/portal/contacts/{id}"), Some(if on { "access-on" } else { "access-off" })))
}

/// `GET /portal/contacts/{id}/resets/new`
pub async fn confirm_reset(AtPortal(caller): AtPortal, Ids(contact): Ids<ContactId>) -> Answer {
    resets::confirm(&caller, contact).await
}

/// `GET /portal/contacts/{id}/resets/new/mail`: the mail a reset would be, for a
/// frame; nothing is minted or sent.
pub async fn mail_of_reset(AtPortal(caller): AtPortal, Ids(contact): Ids<ContactId>) -> Answer {
    resets::mail(&caller, contact).await
}

/// `POST /portal/contacts/{id}/resets`
pub async fn start_reset(
    AtPortal(caller): AtPortal,
    Ids(contact): Ids<ContactId>,
    Posted(form): Posted<ResetForm>,
) -> Answer {
    resets::start(&caller, contact, &form).await
}

/// `GET /portal/contacts/{id}/resets/{reset}`
pub async fn reset(AtPortal(caller): AtPortal, Ids(ids): Ids<(ContactId, ResetId)>) -> Answer {
    resets::show(&caller, ids).await
}

/// `GET /portal/contacts/{id}/resets/{reset}/status`
pub async fn reset_status(AtPortal(caller): AtPortal, Ids(ids): Ids<(ContactId, ResetId)>) -> Answer {
    resets::status(&caller, ids).await
}

/// `POST /portal/contacts/{id}/resets/{reset}/cancel`
pub async fn cancel_reset(AtPortal(caller): AtPortal, Ids(ids): Ids<(ContactId, ResetId)>) -> Answer {
    resets::cancel(&caller, ids).await
}

#[derive(Template)]
#[template(path = "customers/pages/portal_mail.html")]
struct MailPage {
    page: Page,
    queue: Queue,
}

impl MailPage {
    /// What one can do where no mail waits; empty for who may not.
    fn first_act(&self) -> (&'static str, &'static str) {
        if self.page.leads_to("/portal/settings") {
            ("Send a test mail", "/portal/settings/mails")
        } else {
            ("", "")
        }
    }
}

/// `GET /portal/mail`
pub async fn mail(AtPortal(caller): AtPortal) -> Answer {
    let queue = caller.read(Queue::read).await?;
    html(StatusCode::OK, &MailPage { page: caller.page(), queue })
}
