//! The one search of the portal.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;

use super::view::ContactRow;
use crate::http::{Answer, AtPortal, Page, html, redirect};
use crate::kernel::text;
use crate::listing::{self, Asked, List};
use crate::retailers::Retailer;

#[derive(Template)]
#[template(path = "customers/pages/search.html")]
struct SearchPage {
    page: Page,
    typed: String,
    /// The query of the lists that hold all that was found.
    query: String,
    retailers: Vec<Retailer>,
    contacts: Vec<ContactRow>,
    /// Whether a retailer is meant rather than a contact.
    retailers_first: bool,
}

/// `GET /portal/search`: answers as one types, too. `go` is sent by who presses
/// Enter: the only match opens at once.
pub async fn search(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let asked = Asked::of(List::Contacts, &query);
    let (typed, now) = (asked.words.clone(), caller.now());
    let found = caller.read(move |tx, actor| listing::search(tx, actor, &typed)).await?;
    let goes = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "go");
    match (goes, found.retailers.as_slice(), found.contacts.as_slice()) {
        (true, [only], []) => return Ok(redirect(&format!("/portal/retailers/{}", only.id), None)),
        (true, [], [only]) => return Ok(redirect(&format!("/portal/contacts/{}", only.id), None)),
        _ => {}
    }
    let contacts: Vec<ContactRow> =
        found.contacts.into_iter().map(|contact| ContactRow::new(contact, now)).collect();
    let mut page = caller.page();
    page.query.clone_from(&asked.words);
    let query = Asked { words: asked.words.clone(), ..Asked::everything(List::Contacts) }.query();
    let retailers = found.retailers;
    let retailers_first = is_retailer_meant(&asked.words, &retailers, &contacts);
    html(
        StatusCode::OK,
        &SearchPage { page, typed: asked.words, query, retailers, contacts, retailers_first },
    )
}

/// Whether what was typed begins the name or number of a retailer, and the name
/// of no contact.
fn is_retailer_meant(typed: &str, retailers: &[Retailer], contacts: &[ContactRow]) -> bool {
    let typed = text::search_key(typed);
    let begins = |name: &str| text::search_key(name).starts_with(&typed);
    retailers.iter().any(|retailer| begins(&retailer.name) || begins(&retailer.account_number))
        && !contacts.iter().any(|row| begins(&row.contact.name))
}
