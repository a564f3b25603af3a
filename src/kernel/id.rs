//! Typed row ids: a contact's id can't be handed where a retailer's is wanted.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use uuid::Uuid;

use super::Timestamp;

/// What ids are of. The types have no values; they only tell ids apart.
pub mod of {
    macro_rules! kinds {
        ($($name:ident),*) => { $(#[doc = concat!("A row of that kind: ", stringify!($name), ".")] pub enum $name {})* };
    }
    kinds!(
        Territory,
        Retailer,
        Contact,
        Role,
        Staff,
        Mail,
        Reset,
        TemporaryPassword,
        EmailChange,
        StaffReset,
        Session,
        View,
        Run,
        Import,
        Job,
        Lease,
        Passkey,
        ChangeRequest,
        Epoch
    );
}

/// The id of a territory.
pub type TerritoryId = Id<of::Territory>;
/// The id of a retailer.
pub type RetailerId = Id<of::Retailer>;
/// The id of a contact.
pub type ContactId = Id<of::Contact>;
/// The id of a role.
pub type RoleId = Id<of::Role>;
/// The id of a staff user.
pub type StaffId = Id<of::Staff>;
/// The id of a mail.
pub type MailId = Id<of::Mail>;
/// The id of a reset or invitation.
pub type ResetId = Id<of::Reset>;
/// The id of a temporary password's row.
pub type TemporaryPasswordId = Id<of::TemporaryPassword>;
/// The id of a change of a contact's e-mail address.
pub type EmailChangeId = Id<of::EmailChange>;
/// The id of a staff user's reset.
pub type StaffResetId = Id<of::StaffReset>;
/// The id of a session.
pub type SessionId = Id<of::Session>;
/// The id of a saved view of a list.
pub type ViewId = Id<of::View>;
/// The id of a run.
pub type RunId = Id<of::Run>;
/// The id of an import.
pub type ImportId = Id<of::Import>;
/// The id of a job.
pub type JobId = Id<of::Job>;
/// The id of one worker's hold on a job.
pub type LeaseId = Id<of::Lease>;
/// The id of a request to the office.
pub type ChangeRequestId = Id<of::ChangeRequest>;
/// The id of an epoch: the time since a restore.
pub type EpochId = Id<of::Epoch>;
/// The id of a passkey.
pub type PasskeyId = Id<of::Passkey>;

/// The id of a `T`: a UUID version 7 (RFC 9562), so ids sort by creation.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// A new id made at `now`.
    #[expect(clippy::disallowed_methods, reason = "ids are unique, not secret: chance is no argument here")]
    pub fn new(now: Timestamp) -> Self {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        let moment = uuid::Timestamp::from_unix(
            uuid::NoContext,
            millis / 1000,
            u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000,
        );
        Self::from_uuid(Uuid::new_v7(moment))
    }

    /// The id behind a UUID read from the database.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare UUID, for the database.
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self::from_uuid)
    }
}
impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
