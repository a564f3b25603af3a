//! Values as they go into statements and come out of rows, alike on both
//! databases.

use std::sync::Arc;

use uuid::Uuid;

use super::Error;
use crate::kernel::{Digest, Id, Named, Timestamp};

/// One value in a statement or a row. Its `Debug` shows the kind only: drivers
/// log parameters, and those are hashes, names and addresses.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value (an integer 0 or 1 in SQLite).
    Bool(bool),
    /// An integer; also moments and counts.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// An id (16 bytes in SQLite).
    Uuid(Uuid),
}

/// What can be given to a statement.
pub trait ToValue {
    /// The value the database is handed.
    fn to_value(&self) -> Value;
}

/// What can be read from a column.
pub trait FromValue: Sized {
    /// Reads it, or says what was found instead.
    ///
    /// # Errors
    /// When the column holds something else.
    fn from_value(value: Value) -> Result<Self, String>;
}

/// What can be read from a whole row.
pub trait FromRow: Sized {
    /// Reads it from the columns a statement names.
    ///
    /// # Errors
    /// When a column is missing or holds something else.
    fn from_row(row: &Row) -> Result<Self, Error>;
}

/// One row of a result, its columns by name.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    /// The value of a column.
    ///
    /// # Errors
    /// When there is no such column, or it holds something else than a `T`.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, Error> {
        let wrong = |problem: String| Error::Column { column: column.to_owned(), problem };
        let index = self
            .columns
            .iter()
            .position(|name| name == column)
            .ok_or_else(|| wrong("not selected".into()))?;
        T::from_value(self.values[index].clone()).map_err(wrong)
    }

    /// The value of a column, parsed from its text.
    ///
    /// # Errors
    /// When the column is no text, or `parse` can't read it.
    pub fn parse<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, Error> {
        let text: String = self.get(column)?;
        parse(&text).map_err(|error| Error::Column { column: column.to_owned(), problem: error.to_string() })
    }

    /// The value of a column that holds names.
    ///
    /// # Errors
    /// When the column is no text, or holds a name that is not known here.
    pub fn named<T: Named>(&self, column: &str) -> Result<T, Error> {
        self.parse(column, |name| T::from_name(name).ok_or_else(|| format!("{name:?} is not known here")))
    }

    /// The value of a column that holds names or null.
    ///
    /// # Errors
    /// As for [`Row::named`].
    pub fn named_opt<T: Named>(&self, column: &str) -> Result<Option<T>, Error> {
        self.parse_opt(column, |name| T::from_name(name).ok_or_else(|| format!("{name:?} is not known here")))
    }

    /// The value of a column that may be null, parsed from its text.
    ///
    /// # Errors
    /// When the column is no text, or `parse` can't read it.
    pub fn parse_opt<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Error> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| {
            parse(&text)
                .map_err(|error| Error::Column { column: column.to_owned(), problem: error.to_string() })
        })
        .transpose()
    }
}

impl FromRow for Row {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(row.clone())
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}
impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}
impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}
impl ToValue for bool {
    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}
impl ToValue for i64 {
    fn to_value(&self) -> Value {
        Value::Int(*self)
    }
}
impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}
impl ToValue for String {
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }
}
impl ToValue for Timestamp {
    fn to_value(&self) -> Value {
        Value::Int(self.as_millis())
    }
}
impl ToValue for Digest {
    fn to_value(&self) -> Value {
        Value::Blob(self.as_bytes().to_vec())
    }
}
impl ToValue for [u8] {
    fn to_value(&self) -> Value {
        Value::Blob(self.to_vec())
    }
}
impl<T> ToValue for Id<T> {
    fn to_value(&self) -> Value {
        Value::Uuid(self.as_uuid())
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}
impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, String> {
        Ok(value)
    }
}
impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(value) => Ok(value),
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => Err(found(&other, "a truth value")),
        }
    }
}
impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Int(value) => Ok(value),
            other => Err(found(&other, "an integer")),
        }
    }
}
impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(value) => Ok(value),
            other => Err(found(&other, "a text")),
        }
    }
}
impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, String> {
        i64::from_value(value).map(Self::from_millis)
    }
}
impl FromValue for Digest {
    fn from_value(value: Value) -> Result<Self, String> {
        match &value {
            Value::Blob(bytes) => Self::from_bytes(bytes).ok_or_else(|| found(&value, "32 bytes")),
            other => Err(found(other, "32 bytes")),
        }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(found(&other, "bytes")),
        }
    }
}
impl<T> FromValue for Id<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        match &value {
            Value::Uuid(uuid) => Ok(Self::from_uuid(*uuid)),
            Value::Blob(bytes) => {
                Uuid::from_slice(bytes).map(Self::from_uuid).map_err(|_| found(&value, "an id"))
            }
            other => Err(found(other, "an id")),
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(kind(self))
    }
}

/// Says which kind of value was found, never the value: it may be personal.
fn found(value: &Value, wanted: &str) -> String {
    format!("found {} where {wanted} was expected", kind(value))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "an integer",
        Value::Text(_) => "a text",
        Value::Blob(_) => "bytes",
        Value::Uuid(_) => "an id",
    }
}
