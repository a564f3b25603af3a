//! The form of a staff user, as typed and as read.

use super::{Details, Person};
use crate::http::forms::FieldErrors;
use crate::kernel::{EmailAddress, text};
use crate::sessions::StaffKind;

/// What the form sends.
#[derive(Clone, Debug, Default)]
pub(super) struct PersonForm {
    pub name: String,
    pub email: String,
    pub kind: String,
    pub role: String,
    pub territories: Vec<String>,
    pub version: i64,
}

impl PersonForm {
    /// Reads the fields that were sent; `None` when there is one that the form
    /// doesn't have.
    pub(super) fn of(pairs: Vec<(String, String)>) -> Option<Self> {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => form.name = value,
                "email" => form.email = value,
                "kind" => form.kind = value,
                "role" => form.role = value,
                "territory" => form.territories.push(value),
                "version" => form.version = value.parse().ok()?,
                _ => return None,
            }
        }
        Some(form)
    }

    /// The form as it would send someone unchanged.
    pub(super) fn stored(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            email: person.email.as_str().to_owned(),
            kind: person.kind.as_str().to_owned(),
            role: person.role.to_string(),
            territories: person.territories.iter().map(|(id, _)| id.to_string()).collect(),
            version: person.version,
        }
    }

    /// What was typed, or what to do about it, beside each field.
    pub(super) fn details(&self) -> Result<Details, FieldErrors> {
        let mut errors = Vec::new();
        let name = text::one_line(&self.name, 120);
        if let Err(error) = &name {
            errors.push((
                "name",
                if self.name.trim().is_empty() {
                    "The name is needed.".to_owned()
                } else {
                    format!("The name {error}.")
                },
            ));
        }
        let email = EmailAddress::parse(&self.email);
        if let Err(error) = &email {
            errors.push((
                "email",
                if self.email.trim().is_empty() {
                    "The e-mail address is needed.".to_owned()
                } else {
                    format!("“{}” {error}.", self.email.trim())
                },
            ));
        }
        let kind = StaffKind::from_name(&self.kind);
        if kind.is_none() {
            errors.push(("kind", "Choose where they work.".to_owned()));
        }
        let role = self.role.parse();
        if role.is_err() {
            errors.push(("role", "Choose a role.".to_owned()));
        }
        let territories: Result<Vec<_>, _> = self.territories.iter().map(|id| id.parse()).collect();
        match (name, email, kind, role, territories) {
            (Ok(name), Ok(email), Some(kind), Ok(role), Ok(territories)) => {
                Ok(Details { name, email, kind, role, territories })
            }
            (.., Err(_)) => Err(FieldErrors::one("territories", "Choose territories of the list.")),
            _ => Err(errors.into()),
        }
    }
}
