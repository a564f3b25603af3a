//! Moving a contact to another retailer, and merging two records of a person.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::access::transfer::{self, Merge, Merged};
use crate::actor::{Act, Actor};
use crate::change_requests;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::{Answer, AtPortal, Ids, Page, html, redirect};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{EmailAddress, Username};
use crate::listing::{self, Asked, List};
use crate::retailers::edit::ContactDetails;
use crate::retailers::{self, Contact, Retailer};
use crate::staff::fresh::portal::Confirmed;

#[derive(Template)]
#[template(path = "customers/pages/move.html")]
struct MovePage {
    page: Page,
    contact: Contact,
    typed: String,
    found: Vec<Retailer>,
    /// The retailer that was chosen.
    to: Option<Retailer>,
}

/// `GET /portal/contacts/{id}/move`: `q` finds retailers, `to` chooses one.
pub async fn choose_retailer(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ContactId>,
    RawQuery(query): RawQuery,
) -> Answer {
    let asked = Asked::of(List::Retailers, query.as_deref().unwrap_or_default());
    let to: Option<RetailerId> = field(query.as_deref(), "to").and_then(|to| to.parse().ok());
    let typed = asked.words.clone();
    let (contact, found, to) = caller
        .read(move |tx, actor| {
            let contact = transferable(tx, actor, id)?;
            let mut found = listing::search(tx, actor, &typed)?.retailers;
            found.retain(|retailer| retailer.id != contact.retailer);
            Ok((contact, found, to.map(|to| retailers::find(tx, actor, to)).transpose()?))
        })
        .await?;
    html(StatusCode::OK, &MovePage { page: caller.page(), contact, typed: asked.words, found, to })
}

/// A contact who may be moved and merged by this actor.
fn transferable(tx: &mut Tx<'_>, actor: &Actor, id: ContactId) -> Result<Contact> {
    let contact = retailers::contact(tx, actor, id)?;
    let may = actor.may_edit_customers() && actor.may(Act::ChangeSignIn);
    if may { Ok(contact) } else { Err(Error::NotAllowed) }
}

fn field(query: Option<&str>, wanted: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query?.as_bytes());
    pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// What the confirmation of a move sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveForm {
    to: RetailerId,
}

/// `POST /portal/contacts/{id}/move`
pub async fn move_contact(Ids(id): Ids<ContactId>, Confirmed(caller, form): Confirmed<MoveForm>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| transfer::move_contact(tx, actor, id, form.to, now)).await?;
    Ok(redirect(&format!("/portal/contacts/{id}"), Some("moved")))
}

#[derive(Template)]
#[template(path = "customers/pages/merge.html")]
struct MergePage {
    page: Page,
    contact: Contact,
    typed: String,
    found: Vec<Contact>,
    /// The record that was chosen, with what is to be decided.
    other: Option<(Contact, Vec<Choice>)>,
}

/// A field of which one of two values is kept.
struct Choice {
    name: &'static str,
    label: &'static str,
    kept: String,
    other: String,
}

/// `GET /portal/contacts/{id}/merge`: `q` finds records, `other` chooses one.
pub async fn choose_record(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ContactId>,
    RawQuery(query): RawQuery,
) -> Answer {
    let typed = Asked::of(List::Contacts, query.as_deref().unwrap_or_default()).words;
    let other: Option<ContactId> = field(query.as_deref(), "other").and_then(|other| other.parse().ok());
    let words = typed.clone();
    let (contact, found, other) = caller
        .read(move |tx, actor| {
            let contact = transferable(tx, actor, id)?;
            let mut found = if words.is_empty() {
                retailers::contacts_of(tx, actor, contact.retailer)?
            } else {
                listing::search(tx, actor, &words)?.contacts
            };
            found.retain(|found| found.id != id);
            let other = other.filter(|other| *other != id);
            Ok((contact, found, other.map(|other| retailers::contact(tx, actor, other)).transpose()?))
        })
        .await?;
    let other = other.map(|other| {
        let choices = choices(&contact, &other);
        (other, choices)
    });
    html(StatusCode::OK, &MergePage { page: caller.page(), contact, typed, found, other })
}

fn choices(kept: &Contact, other: &Contact) -> Vec<Choice> {
    let email =
        |contact: &Contact| contact.email.as_ref().map(EmailAddress::as_str).unwrap_or_default().to_owned();
    let username =
        |contact: &Contact| contact.username.as_ref().map(Username::as_str).unwrap_or_default().to_owned();
    let choice = |name, label, of: &dyn Fn(&Contact) -> String| Choice {
        name,
        label,
        kept: of(kept),
        other: of(other),
    };
    vec![
        choice("name", "Name", &|contact| contact.name.clone()),
        choice("position", "Position", &|contact| contact.position.clone()),
        choice("phone", "Telephone", &|contact| contact.phone.clone()),
        choice("username", "Username", &username),
        choice("email", "E-mail address", &email),
    ]
}

impl Choice {
    /// Whether there is anything to decide.
    fn differs(&self) -> bool {
        self.kept != self.other
    }

    /// Whether the other record's value is proposed: where this one has none.
    fn proposes_other(&self) -> bool {
        self.kept.is_empty()
    }
}

/// Which record a field is taken from.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum From {
    #[default]
    Kept,
    Other,
}

/// What the confirmation of a merge sends.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeForm {
    other: ContactId,
    #[serde(default)]
    name: From,
    #[serde(default)]
    position: From,
    #[serde(default)]
    phone: From,
    #[serde(default)]
    username: From,
    #[serde(default)]
    email: From,
}

/// `POST /portal/contacts/{id}/merge`
pub async fn merge(Ids(id): Ids<ContactId>, Confirmed(caller, form): Confirmed<MergeForm>) -> Answer {
    let now = caller.now();
    let merged = caller
        .write(move |tx, actor| {
            let kept = transferable(tx, actor, id)?;
            let other = retailers::contact(tx, actor, form.other)?;
            let merged = result(&kept, &other, &form);
            let outcome = transfer::merge(tx, actor, (id, form.other), &merged, now)?;
            if outcome == Merge::Done {
                change_requests::close_open(tx, form.other, now)?;
            }
            Ok(outcome)
        })
        .await?;
    match merged {
        Merge::Done => Ok(redirect(&format!("/portal/contacts/{id}"), Some("merged"))),
        Merge::Same => Err(Error::NotFound.into()),
    }
}

fn result(kept: &Contact, other: &Contact, form: &MergeForm) -> Merged {
    let of = |from: From| if from == From::Other { other } else { kept };
    Merged {
        details: ContactDetails {
            name: of(form.name).name.clone(),
            position: of(form.position).position.clone(),
            phone: of(form.phone).phone.clone(),
            language: kept.language,
        },
        email: of(form.email).email.clone(),
        username: of(form.username).username.clone(),
    }
}
