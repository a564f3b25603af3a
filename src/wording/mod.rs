//! The words of mails as the office keeps them: versions that stay, and of
//! which the latest counts.

mod store;

use crate::actor::{Actor, Who};
use crate::audit::{self, About, Event};
use crate::config::Source;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::mail::templates::letter::Letter;
use crate::mail::templates::{TemplateError, Templates, Which, Wording};
use crate::settings::{self, Settings};

pub use store::{Version, latest, versions};

/// Templates with the office's words in them. Words that no longer do, after an
/// update or by a setting, are left out: a mail in the built-in words is better
/// than none.
pub fn over(built_in: Templates, latest: &[Version], include_username: bool) -> Templates {
    latest.iter().fold(built_in, |templates, version| {
        let Some(words) = &version.words else { return templates };
        match templates.with(version.which, words, include_username) {
            Ok(with) => with,
            Err(error) => {
                tracing::error!(%error, "Words of a mail are left out, for they no longer do");
                templates
            }
        }
    })
}

/// What words are measured against.
#[derive(Clone)]
pub struct Ground {
    /// The words they stand in for.
    pub built_in: Templates,
    /// What the file and the environment say.
    pub given: Source,
}

/// What came of saving words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// They are saved, as this version.
    Saved(i64),
    /// They were so already; nothing was saved.
    Unchanged,
    /// Someone else saved some since.
    Meanwhile,
    /// They won't do.
    Wrong(TemplateError),
    /// A file of the operator's stands in for them.
    Fixed,
}

/// Saves new words for a mail by who saw a version of it (0: none).
///
/// # Errors
/// When the actor may not, or the database fails.
pub fn save(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ground: &Ground,
    (which, seen, words): (Which, i64, &Wording),
    now: Timestamp,
) -> Result<Saved> {
    add(tx, actor, ground, &New { which, seen, words: Some(words), restored: None }, now)
}

/// Takes the words of an earlier version again, or the built-in ones (`None`);
/// either is a new version.
///
/// # Errors
/// When there is no such version, the actor may not, or the database fails.
pub fn restore(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ground: &Ground,
    (which, seen, number): (Which, i64, Option<i64>),
    now: Timestamp,
) -> Result<Saved> {
    settings::must_change(actor)?;
    let words = match number {
        None => None,
        Some(number) => {
            let version = store::versions(tx, which)?.into_iter().find(|version| version.number == number);
            version.ok_or(Error::NotFound)?.words
        }
    };
    add(
        tx,
        actor,
        ground,
        &New { which, seen, words: words.as_ref(), restored: Some(number.unwrap_or(0)) },
        now,
    )
}

struct New<'n> {
    which: Which,
    /// The latest version that was seen.
    seen: i64,
    words: Option<&'n Wording>,
    restored: Option<i64>,
}

fn add(tx: &mut Tx<'_>, actor: &Actor, ground: &Ground, new: &New<'_>, now: Timestamp) -> Result<Saved> {
    settings::must_change(actor)?;
    if ground.built_in.fixed(new.which).is_some() {
        return Ok(Saved::Fixed);
    }
    let latest = store::versions(tx, new.which)?.into_iter().next();
    let known = latest.as_ref().map_or(0, |version| version.number);
    if known != new.seen {
        return Ok(Saved::Meanwhile);
    }
    let in_use = latest.and_then(|version| version.words);
    let is_same = |words: &Wording| match &in_use {
        Some(in_use) => says_the_same(words, in_use),
        None => is_built_in(&ground.built_in, new.which, words),
    };
    if new.restored.is_none() && new.words.is_some_and(is_same) {
        return Ok(Saved::Unchanged);
    }
    if let Some(words) = new.words {
        let settings =
            Settings::of(&ground.given, &settings::all(tx)?).map_err(|error| settings::wrong(&error))?;
        let tried = ground.built_in.with(new.which, words, settings.values.include_username);
        if let Err(error) = tried {
            return Ok(Saved::Wrong(error));
        }
    }
    let number = known + 1;
    let row = store::New { which: new.which, number, words: new.words, restored: new.restored };
    let staff = match &actor.who {
        Who::Staff(staff) => Some(staff.id),
        _ => None,
    };
    store::insert(tx, &row, staff, now)?;
    let event = if new.restored.is_some() { Event::TemplateRestored } else { Event::TemplateSaved };
    audit::record(tx, actor, now, event, About::default().with("template", new.which.0.as_str()))?;
    Ok(Saved::Saved(number))
}

/// Whether these are the built-in words.
fn is_built_in(built_in: &Templates, which: Which, words: &Wording) -> bool {
    let letter = Letter::built_in(which).map(Wording::Letter);
    letter.is_some_and(|letter| says_the_same(words, &letter))
        || says_the_same(words, &Wording::Html(built_in.words(which)))
}

/// Whether two say the same: forms drop what stands around a text.
fn says_the_same(one: &Wording, other: &Wording) -> bool {
    match (one, other) {
        (Wording::Html(one), Wording::Html(other)) => {
            let same = |one: &str, other: &str| one.trim() == other.trim();
            same(&one.subject, &other.subject) && same(&one.text, &other.text) && same(&one.html, &other.html)
        }
        (Wording::Letter(one), Wording::Letter(other)) => one.says_the_same(other),
        _ => false,
    }
}

/// Which words that are in use need the username, or would trip over it, if
/// mails named it or stopped to (promise 6).
///
/// # Errors
/// When the database fails.
pub fn not_with(tx: &mut Tx<'_>, built_in: &Templates, include_username: bool) -> Result<Vec<Which>> {
    let worded = store::latest(tx)?;
    let in_use = over(built_in.clone(), &worded, !include_username);
    Ok(Templates::all()
        .into_iter()
        .filter(|which| in_use.do_with(*which, include_username).is_err())
        .collect())
}
