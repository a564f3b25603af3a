//! One contact: reading, entering and changing them.

use serde::Deserialize;
use utoipa::ToSchema;

use super::shapes::ContactDetail;
use crate::access::{self, SignIn};
use crate::actor::{Act, Actor};
use crate::customers::edit::{Holder, details, holder, read_email, read_username, username_taken};
use crate::customers::shapes::Contact;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::api::problem::{self, Described};
use crate::http::api::{
    AtApi, FieldError, IfMatch, Keyed, Problem, Replayed, created, done, ok, with_version,
};
use crate::http::{Answer, Caller, Failure, Ids};
use crate::idempotency::{self, Attempt, Done, Once};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, RetailerId};
use crate::retailers::edit::{self, ContactDetails, NewSignIn};
use crate::retailers::{self, Edited};
use crate::staff::fresh;

/// A contact to enter. How they sign in may come along from who may change that.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// Their name.
    #[schema(min_length = 1, max_length = 120, example = "Anna Sample")]
    name: String,
    /// What they are at the retailer.
    #[serde(default)]
    #[schema(max_length = 80)]
    position: String,
    /// Their telephone number.
    #[serde(default)]
    #[schema(max_length = 40)]
    phone: String,
    /// The language they are addressed in; the supplier's unless told.
    language: Option<String>,
    /// Where their mail goes.
    email: Option<String>,
    /// What they sign in with.
    username: Option<String>,
    /// The switch that lets them sign in.
    #[serde(default)]
    website_access: bool,
}

/// Details to change; what is absent stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChanges {
    /// Their name.
    name: Option<String>,
    /// What they are at the retailer.
    position: Option<String>,
    /// Their telephone number.
    phone: Option<String>,
    /// The language they are addressed in.
    language: Option<String>,
}

/// How a contact is to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignInOfContact {
    /// Where their mail goes; null for none.
    email: Option<String>,
    /// What they sign in with; null for none.
    username: Option<String>,
    /// The switch that lets them sign in. Off ends their sessions and voids
    /// temporary passwords; on again loses nothing.
    website_access: bool,
}

/// Why a contact could not be entered or changed.
enum Refusal {
    Invalid(Vec<(&'static str, String)>),
    Taken(Holder),
    ChangedMeanwhile,
    /// Whoever is signed in has to prove first that it is them.
    ProofRequired,
}

type Outcome = std::result::Result<Done, Refusal>;

/// One contact, with what to know before a temporary password is sent.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}", tag = "Customers",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = ContactDetail, headers(("ETag" = String, description = "The contact's version"))), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn contact(AtApi(caller): AtApi, Ids(id): Ids<ContactId>) -> Answer {
    let now = caller.now();
    let detail = caller.read(move |tx, actor| ContactDetail::read(tx, actor, id, now)).await?;
    ok(&detail).map(|answer| with_version(answer, detail.contact.version))
}

/// Enter a contact at a retailer. Whoever enters how they sign in, too, proved within
/// the last five minutes that it is them, as for changing it.
#[utoipa::path(
    post, path = "/api/v1/retailers/{id}/contacts", tag = "Customers",
    params(("id" = Uuid, Path, description = "The retailer"), ("Idempotency-Key" = String, Header, description = "Made once for this act", min_length = 8, max_length = 200, pattern = "^[!-~]+$")),
    request_body = NewContact,
    responses((status = 201, body = Contact), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn add(AtApi(caller): AtApi, Ids(retailer): Ids<RetailerId>, keyed: Keyed<NewContact>) -> Answer {
    let (new, attempt) = keyed.required()?;
    let mut errors = Vec::new();
    let usual = caller.web.app.settings().values.language.tag();
    let language = new.language.as_deref().unwrap_or(usual);
    let details = details(&mut errors, [&new.name, &new.position, &new.phone, language]);
    let sign_in = NewSignIn {
        email: read_email(&mut errors, &new.email.unwrap_or_default()),
        username: read_username(&mut errors, &new.username.unwrap_or_default()),
        website_access: new.website_access,
    };
    let session = caller.session.clone();
    let act = move |tx: &mut Tx<'_>, actor: &Actor, now| {
        retailers::find(tx, actor, retailer)?;
        if !errors.is_empty() {
            return Ok(Err(Refusal::Invalid(errors.clone())));
        }
        if actor.may(Act::ChangeSignIn) && sign_in.lets_in() && !fresh::is_fresh(&session, now) {
            return Ok(Err(Refusal::ProofRequired));
        }
        let edited = edit::add_contact(tx, actor, retailer, (&details, &sign_in), now)?;
        outcome(tx, actor, &edited)
    };
    let (contact, replayed) = changed(&caller, None, Some(attempt), act).await?;
    let answer = created(&format!("/api/v1/contacts/{}", contact.id), &contact)?;
    Ok(replayed.mark(with_version(answer, contact.version)))
}

/// Change details of a contact, of whom one saw the version in If-Match.
#[utoipa::path(
    patch, path = "/api/v1/contacts/{id}", tag = "Customers",
    params(("id" = Uuid, Path, description = "The contact"), ("If-Match" = String, Header, description = "The ETag of what was read", pattern = "^\"[0-9]{1,18}\"$"), ("Idempotency-Key" = Option<String>, Header, description = "Made once for this act", min_length = 8, max_length = 200, pattern = "^[!-~]+$")),
    request_body = ContactChanges,
    responses((status = 200, body = Contact), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn change(
    AtApi(caller): AtApi,
    Ids(id): Ids<ContactId>,
    IfMatch(version): IfMatch,
    keyed: Keyed<ContactChanges>,
) -> Answer {
    let Keyed { sent: changes, attempt } = keyed;
    let act = move |tx: &mut Tx<'_>, actor: &Actor, now| {
        let contact = retailers::contact(tx, actor, id)?;
        let mut errors = Vec::new();
        let details = changes.over(&mut errors, &contact);
        if !errors.is_empty() {
            return Ok(Err(Refusal::Invalid(errors)));
        }
        let edited = edit::change_contact(tx, actor, (id, version), &details, now)?;
        outcome(tx, actor, &edited)
    };
    let (contact, replayed) = changed(&caller, Some(id), attempt, act).await?;
    Ok(replayed.mark(with_version(ok(&contact)?, contact.version)))
}

/// Change how a contact signs in: all three at once, of whom one saw the version
/// in If-Match. When the address changes, resets on their way are called back.
/// Whoever changes address or username proved within the last five minutes that it
/// is them: by signing in, or at `/api/v1/devices/current/proof`.
#[utoipa::path(
    put, path = "/api/v1/contacts/{id}/sign-in", tag = "Customers",
    params(("id" = Uuid, Path, description = "The contact"), ("If-Match" = String, Header, description = "The ETag of what was read", pattern = "^\"[0-9]{1,18}\"$"), ("Idempotency-Key" = Option<String>, Header, description = "Made once for this act", min_length = 8, max_length = 200, pattern = "^[!-~]+$")),
    request_body = NewSignInOfContact,
    responses((status = 200, body = Contact), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn change_sign_in(
    AtApi(caller): AtApi,
    Ids(id): Ids<ContactId>,
    IfMatch(version): IfMatch,
    keyed: Keyed<NewSignInOfContact>,
) -> Answer {
    let Keyed { sent: new, attempt } = keyed;
    let mut errors = Vec::new();
    let sign_in = SignIn {
        username: read_username(&mut errors, &new.username.unwrap_or_default()),
        email: read_email(&mut errors, &new.email.unwrap_or_default()),
    };
    let session = caller.session.clone();
    let act = move |tx: &mut Tx<'_>, actor: &Actor, now| {
        let contact = retailers::contact(tx, actor, id)?;
        if !errors.is_empty() {
            return Ok(Err(Refusal::Invalid(errors.clone())));
        }
        if actor.may(Act::ChangeSignIn) && sign_in.differs_from(&contact) && !fresh::is_fresh(&session, now) {
            return Ok(Err(Refusal::ProofRequired));
        }
        let edited = access::change_sign_in(tx, actor, (id, version), &sign_in, now)?;
        if matches!(edited, Edited::Saved(_) | Edited::Unchanged(_)) {
            access::switch(tx, actor, id, new.website_access, now)?;
        }
        outcome(tx, actor, &edited)
    };
    let (contact, replayed) = changed(&caller, Some(id), attempt, act).await?;
    Ok(replayed.mark(with_version(ok(&contact)?, contact.version)))
}

impl ContactChanges {
    /// A contact's details with these in their places.
    fn over(&self, errors: &mut Vec<(&'static str, String)>, contact: &retailers::Contact) -> ContactDetails {
        let typed = [
            self.name.as_deref().unwrap_or(&contact.name),
            self.position.as_deref().unwrap_or(&contact.position),
            self.phone.as_deref().unwrap_or(&contact.phone),
            self.language.as_deref().unwrap_or(contact.language.tag()),
        ];
        details(errors, typed)
    }
}

fn outcome(tx: &mut Tx<'_>, actor: &Actor, edited: &Edited<ContactId>) -> Result<Outcome> {
    Ok(match edited {
        Edited::Saved(contact) | Edited::Unchanged(contact) => Ok(Done::with(*contact)),
        Edited::Taken(by) => Err(Refusal::Taken(holder(tx, actor, *by)?)),
        Edited::ChangedMeanwhile => Err(Refusal::ChangedMeanwhile),
    })
}

/// Does an act once, on a new contact or a known one, and gives them as they are
/// then.
async fn changed<F>(
    caller: &Caller,
    known: Option<ContactId>,
    attempt: Option<Attempt>,
    act: F,
) -> Answer<(Contact, Replayed)>
where
    F: Fn(&mut Tx<'_>, &Actor, Timestamp) -> Result<Outcome> + Send + 'static,
{
    let now = caller.now();
    let (once, current) = caller
        .write(move |tx, actor| {
            let once = idempotency::once(tx, actor, attempt, now, |tx| act(tx, actor, now))?;
            let about = match &once {
                Once::Now(done) | Once::Before(done) => Some(done.contact),
                Once::Not(Refusal::ChangedMeanwhile) => known,
                Once::Not(_) | Once::OtherAct | Once::Lost => None,
            };
            let current = about.map(|id| retailers::contact(tx, actor, id)).transpose()?;
            Ok((once, current.map(|contact| Contact::at(&contact, now))))
        })
        .await?;
    let (_, replayed) = done(once, |refusal| refused(refusal, current.as_ref()))?;
    Ok((current.ok_or(Error::NotFound)?, replayed))
}

fn refused(refusal: Refusal, current: Option<&Contact>) -> Failure {
    let errors: Vec<(&'static str, String)> = match refusal {
        Refusal::ChangedMeanwhile => {
            let problem = Problem::new(&problem::CHANGED_MEANWHILE).with("current", &current);
            return match current {
                Some(current) => problem.at_version(current.version),
                None => problem,
            }
            .into();
        }
        Refusal::ProofRequired => return Problem::new(&problem::PROOF_REQUIRED).into(),
        Refusal::Taken(holder) => username_taken(&holder).iter().cloned().collect(),
        Refusal::Invalid(errors) => errors,
    };
    let errors: Vec<FieldError> =
        errors.into_iter().map(|(field, detail)| FieldError::new(field, detail)).collect();
    Problem::invalid(&errors).into()
}
