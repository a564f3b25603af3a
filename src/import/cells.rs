//! What stands in a row, as it was staged, and what is to be said about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Field;

/// What stands in the cells of a row, as it was staged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// The texts, a column each.
    pub texts: Vec<String>,
    /// What is special about some, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<usize, Mark>,
    /// What was found wrong with it while the file was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// What is special about a cell of a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A number: zeros before it are lost.
    Number,
    /// A number that lost digits: nothing brings them back.
    Rounded,
    /// A date or time.
    Date,
    /// A formula, of which the last value is taken.
    Formula,
    /// A formula that failed, such as `#N/A`.
    Error,
}

/// Something to be said about a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What the column holds; `None` when it is about the whole row.
    pub field: Option<Field>,
    /// Whether it keeps the row out; otherwise it is worth knowing.
    pub stops: bool,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl Note {
    /// What keeps a row out.
    pub fn problem(field: impl Into<Option<Field>>, text: impl Into<String>) -> Self {
        Self { field: field.into(), stops: true, text: text.into() }
    }

    /// What is worth knowing.
    pub fn warning(field: impl Into<Option<Field>>, text: impl Into<String>) -> Self {
        Self { field: field.into(), stops: false, text: text.into() }
    }
}
