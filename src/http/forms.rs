//! Reading forms: strict, and careful with passwords.

use std::fmt;

use axum::body::Body;
use axum::extract::{Form, FromRequest, Request};
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{Answer, Failure, Shared, bodies};

/// A form that was posted. Unknown fields and wrong encodings are refused.
pub struct Posted<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Posted<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Shared) -> Answer<Self> {
        let (parts, body) = request.into_parts();
        let bytes = bodies::whole(body).await?;
        if percent_decode(&bytes).decode_utf8().is_err() {
            return Err(Failure::Unreadable);
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        match Form::<T>::from_request(request, web).await {
            Ok(Form(form)) => Ok(Self(form)),
            Err(_) => Err(Failure::Unreadable),
        }
    }
}

/// What the button that activates or deactivates sends.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActiveForm {
    active: Answered,
}

#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answered {
    Yes,
    No,
}

impl ActiveForm {
    /// Whether to activate.
    pub fn is_yes(&self) -> bool {
        self.active == Answered::Yes
    }
}

/// What a browser sends that was asked for a passkey.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyForm {
    proof_ceremony: String,
    proof_passkey: String,
}

impl PasskeyForm {
    /// The answer in it.
    pub fn answer(self) -> crate::passkeys::Answer {
        crate::passkeys::Answer { ceremony: self.proof_ceremony, credential: self.proof_passkey }
    }
}

/// What a browser sends that had its device make a passkey.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyForm {
    name: String,
    proof_ceremony: String,
    proof_passkey: String,
}

impl NewPasskeyForm {
    /// The name, and the answer.
    pub fn parts(self) -> (String, crate::passkeys::Answer) {
        (self.name, crate::passkeys::Answer { ceremony: self.proof_ceremony, credential: self.proof_passkey })
    }
}

/// A form without fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

/// What was typed into a password field: never shown, wiped when dropped.
#[derive(Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// What was typed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|typed| Self(Zeroizing::new(typed)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Errors beside fields: field ids and what to do.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl From<Vec<(&'static str, String)>> for FieldErrors {
    fn from(errors: Vec<(&'static str, String)>) -> Self {
        Self(errors)
    }
}

impl FieldErrors {
    /// One error.
    pub fn one(field: &'static str, text: impl Into<String>) -> Self {
        Self(vec![(field, text.into())])
    }

    /// Several errors of one field.
    pub fn all(field: &'static str, texts: impl IntoIterator<Item = String>) -> Self {
        Self(texts.into_iter().map(|text| (field, text)).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Field ids and texts.
    pub fn iter(&self) -> std::slice::Iter<'_, (&'static str, String)> {
        self.0.iter()
    }

    /// The errors of one field as one text; empty when it has none.
    pub fn of(&self, field: &str) -> String {
        let texts: Vec<&str> =
            self.0.iter().filter(|(id, _)| *id == field).map(|(_, text)| text.as_str()).collect();
        texts.join(" ")
    }
}

impl<'e> IntoIterator for &'e FieldErrors {
    type Item = &'e (&'static str, String);
    type IntoIter = std::slice::Iter<'e, (&'static str, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
