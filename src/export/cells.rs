//! Retailers and contacts as the cells of a row.

use super::Content;
use crate::access::{self, Access, Missing};
use crate::import::{Field, yes};
use crate::kernel::{EmailAddress, Timestamp, Username};
use crate::retailers::{Contact, Retailer};

/// The heading of the hashes of passwords.
pub(super) const PASSWORD_HASH: &str = Field::PasswordHash.as_str();

const CUSTOMERS: [&str; 13] = [
    Field::AccountNumber.as_str(),
    Field::Retailer.as_str(),
    Field::Address.as_str(),
    Field::Territory.as_str(),
    Field::RetailerActive.as_str(),
    Field::Contact.as_str(),
    Field::Position.as_str(),
    Field::Phone.as_str(),
    Field::Language.as_str(),
    Field::Email.as_str(),
    Field::Username.as_str(),
    Field::WebsiteAccess.as_str(),
    Field::ContactActive.as_str(),
];

const RETAILERS: [&str; 6] = [
    Field::AccountNumber.as_str(),
    Field::Retailer.as_str(),
    Field::Address.as_str(),
    Field::Territory.as_str(),
    Field::RetailerActive.as_str(),
    "contacts",
];

const CONTACTS: [&str; 14] = [
    Field::AccountNumber.as_str(),
    Field::Retailer.as_str(),
    Field::Territory.as_str(),
    Field::RetailerActive.as_str(),
    Field::Contact.as_str(),
    Field::Position.as_str(),
    Field::Phone.as_str(),
    Field::Language.as_str(),
    Field::Email.as_str(),
    Field::Username.as_str(),
    Field::WebsiteAccess.as_str(),
    Field::ContactActive.as_str(),
    "access_state",
    "last_sign_in",
];

const TERRITORIES: [&str; 1] = [Field::Territory.as_str()];

/// The headings of a table, without that of the hashes.
pub(super) const fn headings(content: Content) -> &'static [&'static str] {
    match content {
        Content::Customers => &CUSTOMERS,
        Content::Retailers => &RETAILERS,
        Content::Contacts => &CONTACTS,
        Content::Territories => &TERRITORIES,
    }
}

/// A row of customers: a retailer, and one of its contacts if it has any.
pub(super) fn of_customer(retailer: &Retailer, contact: Option<&Contact>) -> Vec<String> {
    let Retailer { account_number, name, address, territory, active, .. } = retailer;
    let mut row = [account_number, name, address, territory].map(Clone::clone).to_vec();
    row.push(yes(*active).to_owned());
    if let Some(contact) = contact {
        row.extend(person(contact));
    }
    row
}

/// A row of retailers.
pub(super) fn of_retailer(retailer: &Retailer) -> Vec<String> {
    let mut row = of_customer(retailer, None);
    row.push(retailer.contacts.to_string());
    row
}

/// A row of contacts.
pub(super) fn of_contact(retailer: &Retailer, contact: &Contact, now: Timestamp) -> Vec<String> {
    let mut row = [&retailer.account_number, &retailer.name, &retailer.territory].map(Clone::clone).to_vec();
    row.push(yes(retailer.active).to_owned());
    row.extend(person(contact));
    row.push(state(access::state(contact, now)));
    row.push(contact.last_sign_in_at.map(Timestamp::rfc3339).unwrap_or_default());
    row
}

fn person(contact: &Contact) -> [String; 8] {
    [
        contact.name.clone(),
        contact.position.clone(),
        contact.phone.clone(),
        contact.language.tag().to_owned(),
        contact.email.as_ref().map(EmailAddress::as_str).unwrap_or_default().to_owned(),
        contact.username.as_ref().map(Username::as_str).unwrap_or_default().to_owned(),
        yes(contact.website_access).to_owned(),
        yes(contact.active).to_owned(),
    ]
}

/// Where a contact stands, in words that hold whenever the file is read.
fn state(access: Access) -> String {
    let words = match access {
        Access::Inactive => "Inactive",
        Access::Off => "Access off",
        Access::NotReady(Missing::Email) => "Missing e-mail address",
        Access::NotReady(Missing::Username) => "Missing username",
        Access::Bounced => "Bounced",
        Access::NotInvited => "Not invited",
        Access::Inviting => "Invitation on its way",
        Access::Invited { until } => return format!("Invited until {}", until.rfc3339()),
        Access::InvitationExpired => "Invitation expired",
        Access::Active => "Active",
        Access::BroughtAlong => "Password brought along",
        Access::Resetting => "Reset on its way",
        Access::ResetSent { until } => return format!("Reset sent, good until {}", until.rfc3339()),
        Access::Stopped => "Password stopped",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_a_field_of_the_import_or_none_at_all() {
        for content in Content::ALL {
            for heading in headings(content) {
                assert_eq!(Field::guess(heading), Field::from_name(heading), "{heading}");
            }
        }
    }
}
