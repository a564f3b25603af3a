//! A contact for the tests of rules.

use super::Contact;
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username};

/// When it is in those tests.
pub const NOW: Timestamp = Timestamp::from_millis(1_000_000);

/// Someone who has all they need to be invited.
pub fn contact() -> Contact {
    Contact {
        email: EmailAddress::parse("sample@shop.example").ok(),
        username: Username::parse("sample").ok(),
        website_access: true,
        ..Contact::new(ContactId::new(NOW), RetailerId::new(NOW), "Sample".into(), Language::English)
    }
}
