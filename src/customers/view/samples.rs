//! Rows for the tests of the words.

use crate::actor::{Act, Actor, Door, Level, Permissions, Reach, StaffActor, Who};
use crate::kernel::id::{ContactId, MailId, ResetId, RetailerId, StaffId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username};
use crate::mail::{Delivery, Kind};
use crate::recovery::{Reset, StartedBy};
use crate::retailers::Contact;

pub const NOW: Timestamp = Timestamp::from_millis(1_795_442_531_999);

pub fn contact() -> Contact {
    Contact {
        id: ContactId::new(NOW),
        retailer: RetailerId::new(NOW),
        retailer_name: "Harbour Gifts".into(),
        account_number: "10023".into(),
        retailer_active: true,
        name: "Anna Dahl".into(),
        position: "Owner".into(),
        phone: String::new(),
        language: Language::English,
        email: EmailAddress::parse("annad@harbour.example").ok(),
        email_changed_at: None,
        username: Username::parse("harbour").ok(),
        website_access: true,
        active: true,
        has_password: false,
        password_set_at: None,
        password_brought_at: None,
        last_sign_in_at: None,
        bounced_at: None,
        was_invited: false,
        mail_pending: false,
        temporary_until: None,
        version: 1,
    }
}

pub fn reset() -> Reset {
    Reset {
        id: ResetId::new(NOW),
        contact: ContactId::new(NOW),
        kind: Kind::Reset,
        started_by: StartedBy::Staff("Ruth Okafor".into()),
        requested_at: NOW,
        stops_current: false,
        used_at: None,
        cancelled_at: None,
        superseded_at: None,
        expires_at: None,
        mail: MailId::new(NOW),
        delivery: Delivery::Waiting,
        next_try_at: None,
        finished_at: None,
        answer: None,
        encrypted: None,
        unsure: false,
        held: false,
        returned: None,
    }
}

pub fn staff(acts: &[Act]) -> Actor {
    let permissions = Permissions {
        customers: Level::Read,
        staff: Level::None,
        settings: Level::None,
        reach: Reach::AllRetailers,
        acts: acts.iter().copied().collect(),
    };
    let who = Who::Staff(StaffActor { id: StaffId::new(NOW), permissions });
    Actor { who, door: Door::Portal, address: "198.51.100.7".into() }
}
