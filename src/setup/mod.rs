//! The pages on which the office sets Tradepost up: settings, colour, and the
//! words of mails.

pub mod logo;
pub mod mails;
pub mod portal;
pub mod site;
mod store;
pub mod trial;

use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::mail::templates::Which;
use crate::settings::{self, Change, Changed};
use crate::wording::{self, Ground};

/// Changes a setting, unless words of mails would not go with it.
///
/// # Errors
/// When the actor may not, or the database fails.
pub fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ground: &Ground,
    change: &Change,
    now: Timestamp,
) -> Result<Changed> {
    settings::must_change(actor)?;
    if change.key == "mail.include_username" && ground.given.fixed(change.key).is_none() {
        let value = change.value.as_deref().unwrap_or(ground.given.value(change.key).0);
        let unfit = match value.parse() {
            Ok(include_username) => wording::not_with(tx, &ground.built_in, include_username)?,
            Err(_) => Vec::new(),
        };
        if !unfit.is_empty() {
            let names: Vec<String> = unfit.into_iter().map(title).collect();
            return Ok(Changed::Wrong(format!(
                "can’t be changed yet, for these words of mails don’t go with it: {}. Where they name the username, put it between {{% if username %}} and {{% endif %}}",
                names.join(", ")
            )));
        }
    }
    settings::change(tx, actor, &ground.given, change, now)
}

/// What a mail in a language is called.
pub fn title((kind, language): Which) -> String {
    format!("{} ({})", kind.title(), language.name())
}
