//! Retailers and contacts as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{self, Access, Missing};
use crate::http::api::Moment;
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, RetailerId};
use crate::retailers;

/// A customer organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Retailer {
    /// Which.
    #[schema(value_type = Uuid)]
    pub id: RetailerId,
    /// Its number with the supplier, unique.
    #[schema(example = "10001")]
    pub account_number: String,
    /// Its name.
    #[schema(example = "Harbour Toys")]
    pub name: String,
    /// Its address, of several lines; empty when it isn't known.
    #[schema(example = "1 Harbour Street\nSample Town")]
    pub address: String,
    /// The name of its territory.
    #[schema(example = "North")]
    pub territory: String,
    /// Whether business is done with it.
    pub active: bool,
    /// Goes up with every edit.
    #[schema(minimum = 1)]
    pub version: i64,
}

impl From<&retailers::Retailer> for Retailer {
    fn from(retailer: &retailers::Retailer) -> Self {
        Self {
            id: retailer.id,
            account_number: retailer.account_number.clone(),
            name: retailer.name.clone(),
            address: retailer.address.clone(),
            territory: retailer.territory.clone(),
            active: retailer.active,
            version: retailer.version,
        }
    }
}

/// A person at a retailer.
#[expect(clippy::struct_excessive_bools, reason = "facts as clients ask for them; the state is `access`")]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    /// Which.
    #[schema(value_type = Uuid)]
    pub id: ContactId,
    /// The retailer they are at.
    #[schema(value_type = Uuid)]
    pub retailer: RetailerId,
    /// Their name.
    #[schema(example = "Anna Sample")]
    pub name: String,
    /// What they are there; empty when it isn't known.
    #[schema(example = "Owner")]
    pub position: String,
    /// Their telephone number; empty when it isn't known.
    #[schema(example = "01632 960123")]
    pub phone: String,
    /// The language they are addressed in: a tag of BCP 47.
    #[schema(example = "en")]
    pub language: &'static str,
    /// Where their mail goes.
    #[schema(example = "anna@harbour-toys.example")]
    pub email: Option<String>,
    /// When that was last changed.
    pub email_changed_at: Option<Moment>,
    /// What they sign in with.
    #[schema(example = "anna.sample")]
    pub username: Option<String>,
    /// The switch that lets them sign in.
    pub website_access: bool,
    /// Whether they still work there.
    pub active: bool,
    /// Where they stand with the website.
    pub access: ContactAccess,
    /// Whether a password of their own works now.
    pub has_password: bool,
    /// Whether they have had a password before: then the act is "Send password
    /// reset", else "Send website invitation".
    pub was_welcomed: bool,
    /// When they last signed in.
    pub last_sign_in_at: Option<Moment>,
    /// When their address was found not to take mail.
    pub bounced_at: Option<Moment>,
    /// Goes up with every edit; also the `ETag`.
    #[schema(minimum = 1)]
    pub version: i64,
}

impl Contact {
    /// A contact as they stand at `now`.
    pub fn at(contact: &retailers::Contact, now: Timestamp) -> Self {
        Self {
            id: contact.id,
            retailer: contact.retailer,
            name: contact.name.clone(),
            position: contact.position.clone(),
            phone: contact.phone.clone(),
            language: contact.language.tag(),
            email: contact.email.as_ref().map(|email| email.as_str().to_owned()),
            email_changed_at: Moment::perhaps(contact.email_changed_at),
            username: contact.username.as_ref().map(|username| username.as_str().to_owned()),
            website_access: contact.website_access,
            active: contact.active,
            access: ContactAccess::of(contact, now),
            has_password: contact.has_password,
            was_welcomed: contact.password_set_at.is_some(),
            last_sign_in_at: Moment::perhaps(contact.last_sign_in_at),
            bounced_at: Moment::perhaps(contact.bounced_at),
            version: contact.version,
        }
    }
}

/// Where a contact stands with the website, and what becomes of it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"state": "reset_sent", "until": "2026-11-28T14:02:11.250Z", "then": "active"}))]
pub struct ContactAccess {
    /// The state now.
    pub state: AccessState,
    /// When the temporary password that was mailed expires; only with `invited`
    /// and `reset_sent`.
    pub until: Option<Moment>,
    /// The state once that moment has passed.
    pub then: Option<AccessState>,
}

/// A state of a contact's access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessState {
    /// The contact or the retailer is not active.
    Inactive,
    /// The switch is off.
    Off,
    /// An e-mail address is missing.
    MissingEmail,
    /// A username is missing.
    MissingUsername,
    /// The address does not take mail.
    Bounced,
    /// No invitation has been sent.
    NotInvited,
    /// An invitation is on its way to the mail server.
    Inviting,
    /// Invited; the temporary password lives.
    Invited,
    /// The invitation ran out, was called back, or could not be mailed.
    InvitationExpired,
    /// Has a password of their own.
    Active,
    /// Has the password of the system before, and has not signed in with it yet.
    BroughtAlong,
    /// Has had a password, and a reset is on its way to the mail server.
    Resetting,
    /// Has had a password, and a reset's temporary one lives.
    ResetSent,
    /// The password was stopped, and nothing took its place.
    Stopped,
}

impl ContactAccess {
    fn of(contact: &retailers::Contact, now: Timestamp) -> Self {
        let (state, until) = named(access::state(contact, now));
        // What will be said then, without asking again.
        let then = until.map(|until| named(access::state(contact, until)).0);
        Self { state, until: Moment::perhaps(until), then }
    }
}

fn named(access: Access) -> (AccessState, Option<Timestamp>) {
    let state = match access {
        Access::Inactive => AccessState::Inactive,
        Access::Off => AccessState::Off,
        Access::NotReady(Missing::Email) => AccessState::MissingEmail,
        Access::NotReady(Missing::Username) => AccessState::MissingUsername,
        Access::Bounced => AccessState::Bounced,
        Access::NotInvited => AccessState::NotInvited,
        Access::Inviting => AccessState::Inviting,
        Access::Invited { until } => return (AccessState::Invited, Some(until)),
        Access::InvitationExpired => AccessState::InvitationExpired,
        Access::Active => AccessState::Active,
        Access::BroughtAlong => AccessState::BroughtAlong,
        Access::Resetting => AccessState::Resetting,
        Access::ResetSent { until } => return (AccessState::ResetSent, Some(until)),
        Access::Stopped => AccessState::Stopped,
    };
    (state, None)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::retailers::samples::{NOW, contact};

    #[test]
    fn a_contact_says_what_becomes_of_their_access_by_itself() {
        let until = NOW.plus(Duration::from_hours(2));
        let sent = retailers::Contact { was_invited: true, temporary_until: Some(until), ..contact() };
        let welcomed = retailers::Contact { password_set_at: Some(NOW), has_password: true, ..sent.clone() };
        let stopped = retailers::Contact { has_password: false, ..welcomed.clone() };
        let cases = [
            (&sent, AccessState::Invited, AccessState::InvitationExpired),
            (&welcomed, AccessState::ResetSent, AccessState::Active),
            (&stopped, AccessState::ResetSent, AccessState::Stopped),
        ];
        for (contact, state, then) in cases {
            let shown = ContactAccess::of(contact, NOW);
            let wanted = ContactAccess { state, until: Some(Moment(until)), then: Some(then) };
            assert_eq!(shown, wanted);
            let later = ContactAccess::of(contact, until);
            assert_eq!(later, ContactAccess { state: then, until: None, then: None });
        }
    }

    #[test]
    fn shapes_have_the_names_and_forms_that_clients_rely_on() {
        let shown = serde_json::to_value(Contact::at(&contact(), NOW)).expect("JSON");
        let fields: Vec<&str> = shown.as_object().expect("an object").keys().map(String::as_str).collect();
        let described = serde_json::to_value(<Contact as utoipa::PartialSchema>::schema()).expect("JSON");
        let named = described["properties"].as_object().expect("properties");
        assert_eq!(fields, named.keys().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(shown["access"]["state"], "not_invited");
        assert_eq!(shown["language"], "en");
    }
}
