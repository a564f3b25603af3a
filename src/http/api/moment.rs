//! Moments as the API writes them.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::kernel::Timestamp;

/// A moment: RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-26T14:02:11.250Z")]
pub struct Moment(pub Timestamp);

impl Moment {
    /// Perhaps a moment.
    pub fn perhaps(at: Option<Timestamp>) -> Option<Self> {
        at.map(Self)
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339_millis())
    }
}
