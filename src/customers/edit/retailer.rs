//! The form of a retailer.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Holder, Meanwhile, must_edit, read};
use crate::error::{Error, Result};
use crate::http::forms::{FieldErrors, Posted};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::{RetailerId, TerritoryId};
use crate::kernel::text;
use crate::listing;
use crate::retailers::edit::{self, RetailerDetails};
use crate::retailers::{self, Edited, Retailer};

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetailerForm {
    account_number: String,
    name: String,
    address: String,
    /// Empty where there is none to choose from: then a browser sends nothing.
    #[serde(default)]
    territory: String,
    #[serde(default)]
    version: i64,
}

#[derive(Template)]
#[template(path = "customers/pages/retailer_form.html")]
struct FormPage {
    page: Page,
    form: RetailerForm,
    /// The retailer that is changed; none when one is entered.
    known: Option<Retailer>,
    territories: Vec<(String, String)>,
    errors: FieldErrors,
    holder: Holder,
    meanwhile: Meanwhile,
}

impl FormPage {
    fn action(&self) -> String {
        match &self.known {
            Some(known) => format!("/portal/retailers/{}/edit", known.id),
            None => "/portal/retailers/new".into(),
        }
    }

    fn button(&self) -> &'static str {
        if self.known.is_some() { "Save" } else { "Add retailer" }
    }

    /// Whether what is asked can be answered.
    fn can_be_saved(&self) -> bool {
        !self.territories.is_empty()
    }

    fn back(&self) -> String {
        match &self.known {
            Some(known) => format!("/portal/retailers/{}", known.id),
            None => "/portal/retailers".into(),
        }
    }
}

/// What a form is shown again with.
#[derive(Default)]
struct Shown {
    form: Option<RetailerForm>,
    errors: FieldErrors,
    holder: Holder,
    meanwhile: bool,
}

/// `GET /portal/retailers/new`
pub async fn new_retailer(AtPortal(caller): AtPortal) -> Answer {
    show(&caller, None, StatusCode::OK, Shown::default()).await
}

/// `GET /portal/retailers/{id}/edit`
pub async fn retailer(AtPortal(caller): AtPortal, Ids(id): Ids<RetailerId>) -> Answer {
    show(&caller, Some(id), StatusCode::OK, Shown::default()).await
}

async fn show(caller: &Caller, id: Option<RetailerId>, status: StatusCode, shown: Shown) -> Answer {
    must_edit(&caller.actor)?;
    let (known, territories) = caller
        .read(move |tx, actor| {
            let known = id.map(|id| retailers::find(tx, actor, id)).transpose()?;
            Ok((known, listing::territories(tx, actor)?))
        })
        .await?;
    let stored = known.as_ref().map(|known| stored(known, &territories)).unwrap_or_default();
    let mut form = shown.form.unwrap_or_else(|| stored.clone());
    let meanwhile =
        if shown.meanwhile { meanwhile(&form, &stored, known.as_ref()) } else { Meanwhile::default() };
    form.version = stored.version;
    let territories = territories.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let (page, errors, holder) = (caller.page(), shown.errors, shown.holder);
    html(status, &FormPage { page, form, known, territories, errors, holder, meanwhile })
}

/// A retailer as the form would send it.
fn stored(known: &Retailer, territories: &[(TerritoryId, String)]) -> RetailerForm {
    let territory = territories.iter().find(|(_, name)| *name == known.territory);
    RetailerForm {
        account_number: known.account_number.clone(),
        name: known.name.clone(),
        address: known.address.clone(),
        territory: territory.map(|(id, _)| id.to_string()).unwrap_or_default(),
        version: known.version,
    }
}

fn meanwhile(form: &RetailerForm, stored: &RetailerForm, known: Option<&Retailer>) -> Meanwhile {
    let territory = known.map(|known| known.territory.as_str()).unwrap_or_default();
    let same = form.territory == stored.territory;
    Meanwhile::new(
        String::new(),
        &[
            ("account_number", &form.account_number, &stored.account_number),
            ("name", &form.name, &stored.name),
            ("address", &form.address.replace('\r', ""), &stored.address),
            ("territory", if same { territory } else { "" }, territory),
        ],
    )
}

/// `POST /portal/retailers/new`
pub async fn add_retailer(AtPortal(caller): AtPortal, Posted(form): Posted<RetailerForm>) -> Answer {
    submit(&caller, None, form).await
}

/// `POST /portal/retailers/{id}/edit`
pub async fn submit_retailer(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<RetailerId>,
    Posted(form): Posted<RetailerForm>,
) -> Answer {
    submit(&caller, Some(id), form).await
}

async fn submit(caller: &Caller, id: Option<RetailerId>, form: RetailerForm) -> Answer {
    must_edit(&caller.actor)?;
    let details = match details(&form) {
        Ok(details) => details,
        Err(errors) => {
            let shown = Shown { form: Some(form), errors, ..Shown::default() };
            return show(caller, id, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
        }
    };
    let (now, version) = (caller.now(), form.version);
    let (edited, holder) = caller
        .write(move |tx, actor| {
            let mine = listing::territories(tx, actor)?;
            if mine.iter().all(|(territory, _)| *territory != details.territory) {
                return Ok((None, Holder::default()));
            }
            let edited = match id {
                None => edit::add_retailer(tx, actor, &details, now)?,
                Some(id) => edit::change_retailer(tx, actor, (id, version), &details, now)?,
            };
            let holder = match &edited {
                Edited::Taken(by) => holder(retailers::find(tx, actor, *by))?,
                _ => Holder::default(),
            };
            Ok((Some(edited), holder))
        })
        .await?;
    let Some(edited) = edited else {
        let shown =
            Shown { form: Some(form), errors: FieldErrors::one("territory", CHOOSE), ..Shown::default() };
        return show(caller, id, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    match edited {
        Edited::Unchanged(same) => Ok(redirect(&format!("/portal/retailers/{same}"), Some("unchanged"))),
        Edited::Saved(saved) => {
            let flash = if id.is_some() { "saved" } else { "retailer-added" };
            Ok(redirect(&format!("/portal/retailers/{saved}"), Some(flash)))
        }
        Edited::Taken(_) => {
            let whose = if holder.name.is_empty() { "another retailer" } else { &holder.name };
            let text =
                format!("This account number belongs to {whose}. Account numbers are unique, without case.");
            let errors = FieldErrors::one("account_number", text);
            let shown = Shown { form: Some(form), errors, holder, meanwhile: false };
            show(caller, id, StatusCode::UNPROCESSABLE_ENTITY, shown).await
        }
        Edited::ChangedMeanwhile => {
            let shown = Shown { form: Some(form), meanwhile: true, ..Shown::default() };
            show(caller, id, StatusCode::CONFLICT, shown).await
        }
    }
}

fn holder(found: Result<Retailer>) -> Result<Holder> {
    match found {
        Ok(retailer) => {
            Ok(Holder { href: format!("/portal/retailers/{}", retailer.id), name: retailer.name })
        }
        Err(Error::NotFound) => Ok(Holder::default()),
        Err(error) => Err(error),
    }
}

const CHOOSE: &str = "Choose a territory of the list.";

fn details(form: &RetailerForm) -> Result<RetailerDetails, FieldErrors> {
    let mut errors = Vec::new();
    let name = read(&mut errors, ("name", "The name"), text::one_line(&form.name, 120));
    let account_number =
        read(&mut errors, ("account_number", "The account number"), text::one_line(&form.account_number, 40));
    let address = read(&mut errors, ("address", "The address"), text::several_lines(&form.address, 6, 500));
    match form.territory.parse() {
        Ok(territory) if errors.is_empty() => {
            Ok(RetailerDetails { account_number, name, address, territory })
        }
        Ok(_) => Err(errors.into()),
        Err(_) => {
            errors.push(("territory", CHOOSE.to_owned()));
            Err(errors.into())
        }
    }
}
