//! The audit trail: append-only, each entry's hash covering the one before.
//!
//! Entries name people by id only, so erasing a person leaves the chain whole.

mod search;
mod store;
mod verify;

use serde::Serialize;

use crate::actor::{Actor, Who};
use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, RetailerId, StaffId};
use crate::kernel::{Digest, Timestamp};

pub use search::{Filter, Found, search};
pub use store::{Entry, of_contact};
pub use verify::{Chain, verify};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Someone signed in with their own password.
    SignedIn,
    /// A contact signed in with a temporary password.
    SignedInTemporarily,
    /// An attempt to sign in was refused; about no one when the account is not known.
    SignInRefused,
    /// Someone signed out.
    SignedOut,
    /// One session was ended from elsewhere.
    SessionEnded,
    /// All other sessions were ended.
    SessionsEnded,
    /// A reset was asked for.
    ResetRequested,
    /// An invitation was asked for.
    InvitationRequested,
    /// The mail server took the mail with a temporary password.
    ResetMailed,
    /// The mail server refused it for good, or retries ended.
    ResetFailed,
    /// A reset was cancelled.
    ResetCancelled,
    /// A contact chose a password by a temporary one.
    PasswordChosen,
    /// Someone changed their password, knowing the current one.
    PasswordChanged,
    /// Website access was switched on.
    AccessOn,
    /// Website access was switched off.
    AccessOff,
    /// A contact asked for the usernames of their address.
    UsernamesMailed,
    /// A contact changed their name.
    NameChanged,
    /// A contact asked to change their e-mail address.
    EmailChangeRequested,
    /// A contact's e-mail address was changed.
    EmailChanged,
    /// A contact was given a username.
    UsernameChanged,
    /// A mail other than a reset or invitation could not be delivered.
    MailFailed,
    /// A contact was created by an import.
    ContactImported,
    /// A retailer was entered.
    RetailerAdded,
    /// A retailer's details were changed.
    RetailerChanged,
    /// Business with a retailer was taken up again.
    RetailerActivated,
    /// A retailer was deactivated.
    RetailerDeactivated,
    /// A contact was entered by hand.
    ContactAdded,
    /// A contact's details were changed.
    ContactChanged,
    /// A contact was activated again.
    ContactActivated,
    /// A contact was deactivated.
    ContactDeactivated,
    /// A contact was moved to another retailer.
    ContactMoved,
    /// Another record of the same person was merged into this one.
    ContactMerged,
    /// Mail to a contact's address came back.
    AddressBounced,
    /// The mark that mail came back was taken off.
    BounceCleared,
    /// A list of customers was exported.
    CustomersExported,
    /// One act for many was started.
    RunStarted,
    /// It was paused.
    RunPaused,
    /// It was resumed.
    RunResumed,
    /// The rest of it was called off.
    RunCancelled,
    /// A staff user was added.
    StaffAdded,
    /// A reset of a staff password was asked for.
    StaffResetRequested,
    /// A staff user chose a password by a mailed link and code.
    StaffPasswordChosen,
}

impl Event {
    /// Every event there is.
    pub const ALL: [Self; 42] = [
        Self::SignedIn,
        Self::SignedInTemporarily,
        Self::SignInRefused,
        Self::SignedOut,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::ResetRequested,
        Self::InvitationRequested,
        Self::ResetMailed,
        Self::ResetFailed,
        Self::ResetCancelled,
        Self::PasswordChosen,
        Self::PasswordChanged,
        Self::AccessOn,
        Self::AccessOff,
        Self::UsernamesMailed,
        Self::NameChanged,
        Self::EmailChangeRequested,
        Self::EmailChanged,
        Self::UsernameChanged,
        Self::MailFailed,
        Self::ContactImported,
        Self::RetailerAdded,
        Self::RetailerChanged,
        Self::RetailerActivated,
        Self::RetailerDeactivated,
        Self::ContactAdded,
        Self::ContactChanged,
        Self::ContactActivated,
        Self::ContactDeactivated,
        Self::ContactMoved,
        Self::ContactMerged,
        Self::AddressBounced,
        Self::BounceCleared,
        Self::CustomersExported,
        Self::RunStarted,
        Self::RunPaused,
        Self::RunResumed,
        Self::RunCancelled,
        Self::StaffAdded,
        Self::StaffResetRequested,
        Self::StaffPasswordChosen,
    ];

    /// The event of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }

    /// Its name in the database and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignedInTemporarily => "signed-in-temporarily",
            Self::SignInRefused => "sign-in-refused",
            Self::SignedOut => "signed-out",
            Self::SessionEnded => "session-ended",
            Self::SessionsEnded => "sessions-ended",
            Self::ResetRequested => "reset-requested",
            Self::InvitationRequested => "invitation-requested",
            Self::ResetMailed => "reset-mailed",
            Self::ResetFailed => "reset-failed",
            Self::ResetCancelled => "reset-cancelled",
            Self::PasswordChosen => "password-chosen",
            Self::PasswordChanged => "password-changed",
            Self::AccessOn => "access-on",
            Self::AccessOff => "access-off",
            Self::UsernamesMailed => "usernames-mailed",
            Self::NameChanged => "name-changed",
            Self::EmailChangeRequested => "email-change-requested",
            Self::EmailChanged => "email-changed",
            Self::UsernameChanged => "username-changed",
            Self::MailFailed => "mail-failed",
            Self::ContactImported => "contact-imported",
            Self::RetailerAdded => "retailer-added",
            Self::RetailerChanged => "retailer-changed",
            Self::RetailerActivated => "retailer-activated",
            Self::RetailerDeactivated => "retailer-deactivated",
            Self::ContactAdded => "contact-added",
            Self::ContactChanged => "contact-changed",
            Self::ContactActivated => "contact-activated",
            Self::ContactDeactivated => "contact-deactivated",
            Self::ContactMoved => "contact-moved",
            Self::ContactMerged => "contact-merged",
            Self::AddressBounced => "address-bounced",
            Self::BounceCleared => "bounce-cleared",
            Self::CustomersExported => "customers-exported",
            Self::RunStarted => "run-started",
            Self::RunPaused => "run-paused",
            Self::RunResumed => "run-resumed",
            Self::RunCancelled => "run-cancelled",
            Self::StaffAdded => "staff-added",
            Self::StaffResetRequested => "staff-reset-requested",
            Self::StaffPasswordChosen => "staff-password-chosen",
        }
    }
}

/// Whom an entry is about, and further facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct About {
    /// The retailer, if one is meant.
    pub retailer: Option<RetailerId>,
    /// The contact, if one is meant.
    pub contact: Option<ContactId>,
    /// The staff user, if one is meant.
    pub staff: Option<StaffId>,
    /// A further fact by name.
    pub fact: Option<(&'static str, Fact)>,
}

/// A further fact of an entry: no names of people, addresses or secrets.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    /// A plain word.
    Word(&'static str),
    /// How many.
    Count(usize),
    /// The id of another row.
    Id(uuid::Uuid),
}

impl From<&'static str> for Fact {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<usize> for Fact {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl<T> From<crate::kernel::Id<T>> for Fact {
    fn from(id: crate::kernel::Id<T>) -> Self {
        Self::Id(id.as_uuid())
    }
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Count(count) => count.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl About {
    /// A contact of a retailer.
    pub fn contact(retailer: RetailerId, contact: ContactId) -> Self {
        Self { retailer: Some(retailer), contact: Some(contact), ..Self::default() }
    }

    /// A retailer.
    pub fn retailer(retailer: RetailerId) -> Self {
        Self { retailer: Some(retailer), ..Self::default() }
    }

    /// A staff user.
    pub fn staff(staff: StaffId) -> Self {
        Self { staff: Some(staff), ..Self::default() }
    }

    /// The same with a further fact.
    #[must_use]
    pub fn with(self, name: &'static str, fact: impl Into<Fact>) -> Self {
        Self { fact: Some((name, fact.into())), ..self }
    }
}

/// Appends an entry.
///
/// # Errors
/// When the database fails; the caller's transaction must then not commit.
pub fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: Timestamp,
    event: Event,
    about: About,
) -> Result<(), Error> {
    let (number, previous) = store::last(tx)?.map_or((0, Digest::of(b"")), |last| last);
    let (kind, id) = match &actor.who {
        Who::Nobody => ("nobody", None),
        Who::Contact(id) => ("contact", Some(id.as_uuid())),
        Who::Staff(staff) => ("staff", Some(staff.id.as_uuid())),
        Who::Operator => ("operator", None),
        Who::System => ("system", None),
    };
    let details: serde_json::Map<_, _> =
        about.fact.iter().map(|(name, fact)| ((*name).to_owned(), fact.to_string().into())).collect();
    let link = Link {
        number: number + 1,
        at: now.as_millis(),
        act: event.as_str().to_owned(),
        actor: kind.to_owned(),
        actor_id: id,
        door: actor.door.as_str().to_owned(),
        address: actor.address.clone(),
        retailer_id: about.retailer.map(crate::kernel::Id::as_uuid),
        contact_id: about.contact.map(crate::kernel::Id::as_uuid),
        staff_id: about.staff.map(crate::kernel::Id::as_uuid),
        details: serde_json::Value::Object(details).to_string(),
    };
    let hash = link.hash(&previous);
    store::append(tx, &link, &previous, &hash)
}

/// The parts of an entry that its hash covers, in the order they are hashed.
#[derive(Serialize)]
struct Link {
    number: i64,
    at: i64,
    act: String,
    actor: String,
    actor_id: Option<uuid::Uuid>,
    door: String,
    address: String,
    retailer_id: Option<uuid::Uuid>,
    contact_id: Option<uuid::Uuid>,
    staff_id: Option<uuid::Uuid>,
    details: String,
}

impl Link {
    /// SHA-256 over the previous hash and the entry as one JSON object with
    /// the fields in the order above.
    fn hash(&self, previous: &Digest) -> Digest {
        let mut bytes = previous.as_bytes().to_vec();
        bytes.extend(serde_json::to_vec(self).unwrap_or_default());
        Digest::of(&bytes)
    }
}
