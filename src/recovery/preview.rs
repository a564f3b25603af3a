//! The mail of a reset or an invitation as its reader would get it, before
//! anything is asked for: nothing is minted, a placeholder stands in place of
//! the temporary password (promise 1).

use super::invitation;
use crate::app::App;
use crate::config::ResetMode;
use crate::error::Result;
use crate::kernel::{Timestamp, Username, calendar};
use crate::mail::Kind;
use crate::mail::contexts::{self, AskedBy};
use crate::mail::message::Rendered;
use crate::retailers::Contact;

/// What stands where the temporary password will.
pub const PLACEHOLDER: &str = "XXXX-XXXX-XXXX";

/// The mail that a contact would get now from a staff user of this name.
///
/// # Errors
/// When a template fails.
pub fn of(app: &App, contact: &Contact, asked_by: &str, now: Timestamp) -> Result<Rendered> {
    let (settings, language) = (app.settings(), contact.language);
    let values = &settings.values;
    let website = app.config.http.public_url.as_str();
    let kind = kind(contact);
    let invited = kind == Kind::Invitation;
    let username = contact.username.as_ref().filter(|_| values.names_username(invited));
    let page_url = format!("{website}/invitation/sample");
    let page_until = calendar::day_and_time(now.plus(invitation::LASTS), &app.config.time_zone, language);
    let valid_until = now.plus(values.reset.valid_for);
    let context = contexts::TemporaryPassword {
        supplier: &values.supplier,
        website,
        person: &contact.name,
        retailer: &contact.retailer_name,
        password: PLACEHOLDER,
        valid_until: &calendar::day_and_time(valid_until, &app.config.time_zone, language),
        valid_for: &calendar::span(values.reset.valid_for, language),
        sign_in_url: &format!("{website}/login"),
        asked_by: AskedBy::Staff(Some(asked_by)),
        not_me_url: &format!("{website}/not-me/sample"),
        username: username.map(Username::as_str),
        stops_current: !invited && (values.reset.mode == ResetMode::Replace || !contact.has_password),
        page_url: invited.then_some(page_url.as_str()),
        page_until: invited.then_some(page_until.as_str()),
        username_follows: invited && values.mails_username(),
    };
    Ok(app.templates().render(kind, language, &context)?)
}

/// Which mail it is.
const fn kind(contact: &Contact) -> Kind {
    if contact.password_set_at.is_some() { Kind::Reset } else { Kind::Invitation }
}
