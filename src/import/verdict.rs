//! What becomes of a row.

use crate::kernel::names;
use serde::{Deserialize, Serialize};

use super::Field;

names! {
    /// What becomes of a row.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Verdict {
        /// It brings someone or something in that is not known.
        New = "new",
        /// It changes what is known.
        Changed = "changed",
        /// Everything is as it says.
        Unchanged = "unchanged",
        /// It can't be taken as it is.
        Wrong = "wrong",
        /// Not in the file, and so deactivated.
        Missing = "missing",
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
