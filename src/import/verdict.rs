//! What becomes of a row.

use serde::{Deserialize, Serialize};

use super::Field;

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It brings someone or something in that is not known.
    New,
    /// It changes what is known.
    Changed,
    /// Everything is as it says.
    Unchanged,
    /// It can't be taken as it is.
    Wrong,
    /// Not in the file, and so deactivated.
    Missing,
}

impl Verdict {
    /// Every verdict, in the order a page shows them.
    pub const ALL: [Self; 5] = [Self::New, Self::Changed, Self::Unchanged, Self::Wrong, Self::Missing];

    /// Its name in the database and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Wrong => "wrong",
            Self::Missing => "missing",
        }
    }

    /// The verdict of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == name)
    }
}

/// One thing that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub field: Field,
    /// What is known; empty when nothing is.
    pub from: String,
    /// What the row says.
    pub to: String,
}

/// A switch as files and pages write it.
pub const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
