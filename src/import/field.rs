//! What a column of a file can hold, and by which headings it is known.

use crate::kernel::names;
use serde::{Deserialize, Serialize};

use super::vocabulary;

names! {
    /// What a column holds. The first heading of each is the one that exports
    /// write.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Field {
        /// The retailer's number with the supplier.
        AccountNumber = "account_number",
        /// The retailer's name.
        Retailer = "retailer",
        /// A line of the retailer's address, or all of it. Several columns may.
        Address = "address",
        /// The retailer's territory.
        Territory = "territory",
        /// Whether business is done with the retailer.
        RetailerActive = "retailer_active",
        /// The same the other way round: whether it has ended.
        RetailerBlocked = "retailer_blocked",
        /// The contact's whole name.
        Contact = "contact",
        /// The contact's first name, where names stand in two columns.
        FirstName = "first_name",
        /// The contact's last name.
        LastName = "last_name",
        /// What the contact is at the retailer.
        Position = "position",
        /// The contact's telephone number.
        Phone = "phone",
        /// The language the contact is addressed in.
        Language = "language",
        /// Where the contact's mail goes.
        Email = "email",
        /// What the contact signs in with.
        Username = "username",
        /// The access switch.
        WebsiteAccess = "website_access",
        /// Whether the contact still works there; of a row without one, whether
        /// business is done with the retailer.
        ContactActive = "contact_active",
        /// The same the other way round.
        ContactBlocked = "contact_blocked",
        /// The hash of the contact's password in the old system; read at the
        /// command line only.
        PasswordHash = "password_hash",
        /// Its salt, where the old system keeps it in a column of its own.
        PasswordSalt = "password_salt",
    }
}

impl Field {
    /// Its name on a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AccountNumber => "Account number",
            Self::Retailer => "Retailer",
            Self::Address => "Address",
            Self::Territory => "Territory",
            Self::RetailerActive => "Retailer is active",
            Self::RetailerBlocked => "Retailer is blocked",
            Self::Contact => "Contact",
            Self::FirstName => "First name",
            Self::LastName => "Last name",
            Self::Position => "Position",
            Self::Phone => "Phone",
            Self::Language => "Language",
            Self::Email => "E-mail address",
            Self::Username => "Username",
            Self::WebsiteAccess => "Website access",
            Self::ContactActive => "Contact is active",
            Self::ContactBlocked => "Contact is blocked",
            Self::PasswordHash => "Password hash",
            Self::PasswordSalt => "Password salt",
        }
    }

    /// Whether it is part of how a password was kept elsewhere.
    pub const fn is_of_passwords(self) -> bool {
        matches!(self, Self::PasswordHash | Self::PasswordSalt)
    }

    /// Whether several columns may hold it together.
    pub const fn joins(self) -> bool {
        matches!(self, Self::Address)
    }

    /// Whether it is answered by yes or no.
    pub const fn is_switch(self) -> bool {
        matches!(
            self,
            Self::RetailerActive
                | Self::RetailerBlocked
                | Self::WebsiteAccess
                | Self::ContactActive
                | Self::ContactBlocked
        )
    }

    /// Whether it tells who is active.
    pub const fn is_activity(self) -> bool {
        self.is_switch() && !matches!(self, Self::WebsiteAccess)
    }

    /// Whether it is what somebody or something is called.
    pub const fn is_name(self) -> bool {
        matches!(self, Self::Retailer | Self::Contact | Self::FirstName | Self::LastName)
    }

    /// The field that a heading most likely means: its own name, or what shops
    /// and spreadsheets call it.
    pub fn guess(heading: &str) -> Option<Self> {
        vocabulary::meaning(heading).map(|meaning| meaning.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_known_by_its_own_name() {
        for field in Field::ALL {
            assert_eq!(Field::guess(field.as_str()), Some(field));
            assert_eq!(Field::from_name(field.as_str()), Some(field));
        }
    }

    #[test]
    fn headings_are_known_as_shops_and_spreadsheets_write_them() {
        for (heading, field) in [
            ("E-Mail", Field::Email),
            ("Kunden-Nr.", Field::AccountNumber),
            ("user_login", Field::Username),
            ("Billing Company", Field::Retailer),
            ("First Name", Field::FirstName),
            ("Default Address Zip", Field::Address),
            ("telephone", Field::Phone),
            ("user_pass", Field::PasswordHash),
            ("Anschrift", Field::Address),
            ("Ansprechpartner", Field::Contact),
            ("Firmenname", Field::Retailer),
            ("KUNNR", Field::AccountNumber),
            ("Kunden-ID", Field::AccountNumber),
            ("Kd-Nr", Field::AccountNumber),
            ("E-Mail 1", Field::Email),
            ("Straße 1", Field::Address),
            ("Gesperrt", Field::ContactBlocked),
            ("Kunde gesperrt?", Field::RetailerBlocked),
            ("Active (0/1)", Field::ContactActive),
            ("is_active", Field::ContactActive),
            ("Raison sociale", Field::Retailer),
            ("Prénom", Field::FirstName),
            ("Numéro de téléphone", Field::Phone),
            ("Klantnummer", Field::AccountNumber),
            ("Ragione Sociale", Field::Retailer),
            ("Correo electrónico", Field::Email),
            ("Imię", Field::FirstName),
            ("1. Ansprechpartner", Field::Contact),
            ("ansprechpartner_vorname", Field::FirstName),
            ("Name 1", Field::Retailer),
            ("Name 2", Field::Address),
        ] {
            assert_eq!(Field::guess(heading), Some(field), "{heading}");
        }
        assert_eq!(Field::guess("Total Spent"), None);
    }
}
