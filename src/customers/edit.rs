//! Forms in which retailers and contacts are entered and changed.

mod contact;
mod retailer;
mod sign_in;

pub use contact::{add_contact, contact, new_contact, submit_contact};
pub use retailer::{add_retailer, new_retailer, retailer, submit_retailer};
pub(super) use sign_in::username_is_taken;
pub use sign_in::{SignInForm, sign_in, submit_sign_in};

use crate::actor::{Act, Actor};
use crate::audit;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::Caller;
use crate::http::forms::FieldErrors;
use crate::kernel::id::ContactId;
use crate::kernel::text::{self, TextError};
use crate::kernel::{EmailAddress, Language, Username};
use crate::retailers;
use crate::retailers::edit::ContactDetails;

/// What someone else saved while a form was being filled in.
#[derive(Clone, Debug, Default)]
pub struct Meanwhile {
    /// Who saved it and when, in words; empty when nobody did or that may not
    /// be known.
    by: String,
    /// Whether someone did.
    pub happened: bool,
    /// Fields that differ from what was typed, with what they hold now.
    now: Vec<(&'static str, String)>,
}

impl Meanwhile {
    /// Compares fields: what was typed, and what is there now.
    fn new(by: String, fields: &[(&'static str, &str, &str)]) -> Self {
        let differing = fields.iter().filter(|(_, typed, now)| typed.trim() != *now);
        let now = differing.map(|(name, _, now)| (*name, (*now).to_owned())).collect();
        Self { by, happened: true, now }
    }

    /// The hint of a field: what it holds now, if that differs from what was
    /// typed; else `usual`.
    pub fn hint(&self, field: &str, usual: &str) -> String {
        match self.now.iter().find(|(name, _)| *name == field) {
            Some((_, now)) if now.is_empty() => "Saved meanwhile: nothing".to_owned(),
            Some((_, now)) => format!("Saved meanwhile: {now}"),
            None => usual.to_owned(),
        }
    }

    /// What the button says: `usual`, or that it puts one's own in place of
    /// what was saved meanwhile.
    pub fn button(&self, usual: &'static str) -> &'static str {
        if self.happened { "Save mine" } else { usual }
    }

    /// What happened, in a sentence.
    pub fn sentence(&self) -> String {
        let who = if self.by.is_empty() { "someone else" } else { &self.by };
        let differing = match self.now.len() {
            0 => "What you typed says the same.",
            _ => {
                "What they saved stands under each field that differs; what you typed is still in the fields."
            }
        };
        format!("{who} saved this while you were typing, so nothing of yours was saved yet. {differing}")
    }
}

/// Who changed a contact last, if the actor may know it.
fn last_editor(tx: &mut Tx<'_>, actor: &Actor, contact: ContactId) -> Result<String> {
    if !actor.may(Act::ViewAudit) {
        return Ok(String::new());
    }
    let edits =
        ["contact-changed", "username-changed", "email-changed", "name-changed", "access-on", "access-off"];
    let entries = audit::of_contact(tx, contact, 20)?;
    let last = entries.into_iter().find(|entry| edits.contains(&entry.act.as_str()));
    Ok(match last {
        Some(entry) => match (entry.actor.as_str(), entry.staff_name) {
            ("staff", Some(name)) => name,
            ("contact", _) => "The contact".to_owned(),
            _ => String::new(),
        },
        None => String::new(),
    })
}

/// Keeps what can be read, or writes down beside the field what to do.
fn read<T: Default>(
    errors: &mut Vec<(&'static str, String)>,
    (field, label): (&'static str, &str),
    value: Result<T, TextError>,
) -> T {
    value.unwrap_or_else(|error| {
        let what = match error {
            TextError::Empty => "is needed.".to_owned(),
            error => format!("{error}."),
        };
        errors.push((field, format!("{label} {what}")));
        T::default()
    })
}

/// A contact's name, position, telephone number and language.
pub(super) fn details(
    errors: &mut Vec<(&'static str, String)>,
    [name, position, phone, language]: [&str; 4],
) -> ContactDetails {
    let chosen = Language::from_tag(language);
    if chosen.is_none() {
        errors.push(("language", "Choose a language.".to_owned()));
    }
    ContactDetails {
        name: read(errors, ("name", "The name"), text::one_line(name, 120)),
        position: read(errors, ("position", "The position"), text::perhaps_one_line(position, 80)),
        phone: read(errors, ("phone", "The telephone number"), text::perhaps_one_line(phone, 40)),
        language: chosen.unwrap_or_default(),
    }
}

/// An address that may be left out.
pub(super) fn read_email(errors: &mut Vec<(&'static str, String)>, typed: &str) -> Option<EmailAddress> {
    if typed.trim().is_empty() {
        return None;
    }
    let parsed = EmailAddress::parse(typed);
    if let Err(error) = &parsed {
        errors.push(("email", format!("“{}” {error}.", typed.trim())));
    }
    parsed.ok()
}

/// A username that may be left out.
pub(super) fn read_username(errors: &mut Vec<(&'static str, String)>, typed: &str) -> Option<Username> {
    if typed.trim().is_empty() {
        return None;
    }
    let parsed = Username::parse(typed);
    if let Err(error) = &parsed {
        errors.push(("username", format!("The username {error}.")));
    }
    parsed.ok()
}

/// A note of a few lines that may be left out.
pub(super) fn read_note(
    errors: &mut Vec<(&'static str, String)>,
    field: &'static str,
    typed: &str,
) -> String {
    read(errors, (field, "The note"), text::several_lines(typed, 8, 500))
}

/// A link beside a field to who has what was typed.
#[derive(Clone, Debug, Default)]
pub struct Holder {
    /// Where they are; empty when the actor may not see them.
    pub href: String,
    /// Who they are.
    pub name: String,
}

/// The contact who has a username, if the actor may see them.
pub(super) fn holder(tx: &mut Tx<'_>, actor: &Actor, id: ContactId) -> Result<Holder> {
    match retailers::contact(tx, actor, id) {
        Ok(contact) => Ok(Holder {
            href: format!("/portal/contacts/{id}"),
            name: format!("{}, {}", contact.name, contact.retailer_name),
        }),
        Err(Error::NotFound) => Ok(Holder::default()),
        Err(error) => Err(error),
    }
}

/// What is said beside a username that is taken.
pub(super) fn username_taken(holder: &Holder) -> FieldErrors {
    let whose = if holder.name.is_empty() { "someone else" } else { &holder.name };
    FieldErrors::one(
        "username",
        format!(
            "This username belongs to {whose}. Usernames are unique, without case, and nobody else’s address."
        ),
    )
}

/// Languages to choose from: those that are offered, and the one someone has.
fn languages(caller: &Caller, current: &str) -> Vec<(String, String)> {
    let offered = &caller.web.app.settings().values.languages;
    let named = |language: Language| (language.tag().to_owned(), language.name().to_owned());
    Language::ALL
        .into_iter()
        .filter(|language| offered.contains(language) || language.tag() == current)
        .map(named)
        .collect()
}

/// Who may not edit is told so before they type.
fn must_edit(actor: &Actor) -> Result<()> {
    if actor.may_edit_customers() { Ok(()) } else { Err(Error::NotAllowed) }
}
