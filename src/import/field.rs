//! What a column of a file can hold, and by which headings it is known.

use serde::{Deserialize, Serialize};

use crate::kernel::text;

/// What a column holds. The first heading of each is the one that exports
/// write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The retailer's number with the supplier.
    AccountNumber,
    /// The retailer's name.
    Retailer,
    /// A line of the retailer's address, or all of it. Several columns may.
    Address,
    /// The retailer's territory.
    Territory,
    /// Whether business is done with the retailer.
    RetailerActive,
    /// The contact's whole name.
    Contact,
    /// The contact's first name, where names stand in two columns.
    FirstName,
    /// The contact's last name.
    LastName,
    /// What the contact is at the retailer.
    Position,
    /// The contact's telephone number.
    Phone,
    /// The language the contact is addressed in.
    Language,
    /// Where the contact's mail goes.
    Email,
    /// What the contact signs in with.
    Username,
    /// The access switch.
    WebsiteAccess,
    /// Whether the contact still works there.
    ContactActive,
    /// The hash of the contact's password in the old system; read at the
    /// command line only.
    PasswordHash,
    /// Its salt, where the old system keeps it in a column of its own.
    PasswordSalt,
}

impl Field {
    /// Every field, in the order of an export.
    pub const ALL: [Self; 17] = [
        Self::AccountNumber,
        Self::Retailer,
        Self::Address,
        Self::Territory,
        Self::RetailerActive,
        Self::Contact,
        Self::FirstName,
        Self::LastName,
        Self::Position,
        Self::Phone,
        Self::Language,
        Self::Email,
        Self::Username,
        Self::WebsiteAccess,
        Self::ContactActive,
        Self::PasswordHash,
        Self::PasswordSalt,
    ];

    /// Its name at the command line, and the heading that exports write.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountNumber => "account_number",
            Self::Retailer => "retailer",
            Self::Address => "address",
            Self::Territory => "territory",
            Self::RetailerActive => "retailer_active",
            Self::Contact => "contact",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Position => "position",
            Self::Phone => "phone",
            Self::Language => "language",
            Self::Email => "email",
            Self::Username => "username",
            Self::WebsiteAccess => "website_access",
            Self::ContactActive => "contact_active",
            Self::PasswordHash => "password_hash",
            Self::PasswordSalt => "password_salt",
        }
    }

    /// Its name on a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AccountNumber => "Account number",
            Self::Retailer => "Retailer",
            Self::Address => "Address",
            Self::Territory => "Territory",
            Self::RetailerActive => "Retailer is active",
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
            Self::PasswordHash => "Password hash",
            Self::PasswordSalt => "Password salt",
        }
    }

    /// The field of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// Whether it is part of how a password was kept elsewhere.
    pub const fn is_of_passwords(self) -> bool {
        matches!(self, Self::PasswordHash | Self::PasswordSalt)
    }

    /// Whether several columns may hold it together.
    pub const fn joins(self) -> bool {
        matches!(self, Self::Address)
    }

    /// The field that a heading most likely means: its own name, or what shops
    /// and spreadsheets call it in English and German.
    pub fn guess(heading: &str) -> Option<Self> {
        let key: String = text::search_key(heading).chars().filter(|c| c.is_alphanumeric()).collect();
        HEADINGS.iter().find(|(_, known)| known.contains(&key.as_str())).map(|(field, _)| *field)
    }
}

/// Headings by which fields are known, as [`Field::guess`] compares them: letters
/// and digits in lower case.
const HEADINGS: [(Field, &[&str]); 17] = [
    (
        Field::AccountNumber,
        &[
            "accountnumber",
            "accountno",
            "account",
            "customernumber",
            "customerno",
            "customerid",
            "customercode",
            "custno",
            "kundennummer",
            "kundennr",
            "kdnr",
            "debitor",
            "debitorennummer",
            "id",
            "userid",
            "entityid",
        ],
    ),
    (
        Field::Retailer,
        &[
            "retailer",
            "company",
            "companyname",
            "billingcompany",
            "customer",
            "customername",
            "shop",
            "firma",
            "kunde",
            "kundenname",
            "name1",
            "organisation",
            "organization",
            "defaultaddresscompany",
        ],
    ),
    (
        Field::Address,
        &[
            "address",
            "address1",
            "address2",
            "street",
            "city",
            "postcode",
            "zip",
            "country",
            "strasse",
            "straße",
            "plz",
            "ort",
            "land",
            "zipcode",
            "postalcode",
            "billingaddress1",
            "billingaddress2",
            "billingcity",
            "billingpostcode",
            "billingcountry",
            "billingstreet",
            "billingzip",
            "defaultaddressaddress1",
            "defaultaddressaddress2",
            "defaultaddresscity",
            "defaultaddresszip",
            "defaultaddresscountrycode",
            "name2",
        ],
    ),
    (
        Field::Territory,
        &[
            "territory",
            "region",
            "area",
            "gebiet",
            "vertretergebiet",
            "salesterritory",
            "customergroup",
            "groupid",
        ],
    ),
    (Field::RetailerActive, &["retaileractive", "companyactive"]),
    (
        Field::Contact,
        &[
            "contact",
            "contactname",
            "contactperson",
            "fullname",
            "name",
            "displayname",
            "ansprechpartner",
            "kontakt",
        ],
    ),
    (Field::FirstName, &["firstname", "billingfirstname", "givenname", "vorname", "forename"]),
    (Field::LastName, &["lastname", "billinglastname", "surname", "familyname", "nachname"]),
    (Field::Position, &["position", "role", "jobtitle", "title", "funktion"]),
    (
        Field::Phone,
        &[
            "phone",
            "telephone",
            "phonenumber",
            "tel",
            "mobile",
            "billingphone",
            "telefon",
            "telefonnummer",
            "billingtelephone",
            "defaultaddressphone",
        ],
    ),
    (Field::Language, &["language", "locale", "lang", "sprache"]),
    (Field::Email, &["email", "emailaddress", "mail", "useremail", "billingemail", "emailadresse"]),
    (Field::Username, &["username", "userlogin", "login", "user", "benutzername", "benutzer"]),
    (Field::WebsiteAccess, &["websiteaccess", "access", "zugang", "webzugang"]),
    (Field::ContactActive, &["contactactive", "active", "isactive", "status", "aktiv"]),
    (Field::PasswordHash, &["passwordhash", "userpass", "password", "passwd", "hash", "passwort"]),
    (Field::PasswordSalt, &["passwordsalt", "salt"]),
];

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
        ] {
            assert_eq!(Field::guess(heading), Some(field), "{heading}");
        }
        assert_eq!(Field::guess("Total Spent"), None);
    }

    #[test]
    fn no_heading_means_two_fields() {
        let mut all: Vec<&str> = HEADINGS.iter().flat_map(|(_, known)| *known).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
