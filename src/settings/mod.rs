//! What the office changes while Tradepost runs. The file and the environment
//! win over it; it wins over the defaults.

pub mod first_steps;
pub mod logo;
mod store;

use crate::actor::{Actor, Level, Who};
use crate::audit::{self, About, Event};
use crate::config::{CHANGEABLE, Changeable, Config, ConfigError, Mistakes, Source};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::kernel::id::StaffId;
use crate::kernel::{Accent, Language, Timestamp};

pub use store::{Stored, all, generation};

/// The settings as they are now.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Their values.
    pub values: Changeable,
    /// The password rule of contacts.
    pub password_rule: passwords::Rule,
}

impl Settings {
    /// The settings of a configuration and what was changed since. A value that
    /// no longer goes with the rest is left out: an update or a new line of the
    /// file must not keep an installation from starting.
    ///
    /// # Errors
    /// When the configuration itself is wrong.
    pub fn of(given: &Source, stored: &[Stored]) -> Result<Self, Mistakes> {
        Self::read(&laid_over(given, stored))
    }

    fn read(source: &Source) -> Result<Self, Mistakes> {
        let values = Changeable::read(source)?;
        let password_rule = passwords::Rule::new(values.min_length).map_err(|error| {
            ConfigError::Missing { key: "password.min_length", problem: error.to_string() }
        })?;
        Ok(Self { values, password_rule })
    }

    /// The colours of pages and mails.
    pub fn accent(&self) -> Accent {
        self.values.accent.unwrap_or_default()
    }

    /// The language of a browser that asks for these.
    pub fn language(&self, accept: &str) -> Language {
        Language::accepted(accept, &self.values.languages, self.values.language)
    }
}

/// The settings as a command finds them.
///
/// # Errors
/// When the database fails or the configuration is wrong.
pub async fn current(db: &Db, config: &Config) -> Result<Settings> {
    let stored = db.read(all).await?;
    Settings::of(&config.changeable, &stored).map_err(|error| wrong(&error))
}

/// A configuration that is wrong although it was checked at the start.
pub fn wrong(error: &Mistakes) -> Error {
    Error::Render { what: "the settings", problem: error.to_string() }
}

/// What was changed, over what was given, as far as it goes with it.
pub fn laid_over(given: &Source, stored: &[Stored]) -> Source {
    let mut source = given.clone();
    for key in CHANGEABLE {
        let changed =
            stored.iter().find(|stored| stored.name == key).and_then(|stored| stored.value.as_deref());
        let Some(value) = changed.filter(|_| given.fixed(key).is_none()) else { continue };
        let with = source.with(key, value);
        match Changeable::read(&with) {
            Ok(_) => source = with,
            Err(error) => {
                tracing::warn!(%error, "A setting is left out, for it goes no longer with the rest");
            }
        }
    }
    source
}

/// What came of changing a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is changed.
    Changed,
    /// It was so already; nothing was written.
    Unchanged,
    /// Someone else changed it since.
    Meanwhile,
    /// The value won't do: what it must be.
    Wrong(String),
    /// The file or the environment says it.
    Fixed,
}

/// A setting to be changed by who saw a version of it.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its key.
    pub key: &'static str,
    /// The version that was seen; 0 when it was never changed.
    pub version: i64,
    /// The new value; none for the default.
    pub value: Option<String>,
}

/// Changes a setting.
///
/// # Errors
/// When the actor may not, or the database fails.
pub fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    given: &Source,
    change: &Change,
    now: Timestamp,
) -> Result<Changed> {
    must_change(actor)?;
    if given.fixed(change.key).is_some() {
        return Ok(Changed::Fixed);
    }
    let stored = all(tx)?;
    let known = stored.iter().find(|stored| stored.name == change.key);
    if known.map_or(0, |stored| stored.version) != change.version {
        return Ok(Changed::Meanwhile);
    }
    let was = laid_over(given, &stored);
    let is_same = change.value.as_ref().map_or_else(
        || known.is_none_or(|known| known.value.is_none()),
        |value| was.value(change.key).0 == value,
    );
    if is_same {
        return Ok(Changed::Unchanged);
    }
    let others: Vec<Stored> = stored.iter().filter(|stored| stored.name != change.key).cloned().collect();
    let source = laid_over(given, &others);
    let source = change.value.as_ref().map_or_else(|| source.clone(), |value| source.with(change.key, value));
    if let Err(mistakes) = Settings::read(&source) {
        return match mistakes.0.first() {
            Some(ConfigError::Wrong { key, problem, .. }) if *key == change.key => {
                Ok(Changed::Wrong(problem.clone()))
            }
            Some(ConfigError::Wrong { key, problem, .. }) => {
                Ok(Changed::Wrong(format!("does not go with {key}, which {problem}")))
            }
            _ => Err(wrong(&mistakes)),
        };
    }
    let staff = staff_of(actor);
    let value = change.value.as_deref();
    let written = match change.version {
        0 => store::insert(tx, change.key, value, staff, now)?,
        version => store::update(tx, (change.key, version), value, staff, now)?,
    };
    if !written {
        return Ok(Changed::Meanwhile);
    }
    audit::record(tx, actor, now, Event::SettingChanged, About::default().with("setting", change.key))?;
    Ok(Changed::Changed)
}

/// Which staff user acts, if one does.
fn staff_of(actor: &Actor) -> Option<StaffId> {
    if let Who::Staff(staff) = &actor.who { Some(staff.id) } else { None }
}

/// Refuses who may not change settings.
///
/// # Errors
/// When they may not.
pub fn must_change(actor: &Actor) -> Result<()> {
    if actor.settings_level() >= Level::Write { Ok(()) } else { Err(Error::NotAllowed) }
}

/// Refuses who may not see settings.
///
/// # Errors
/// When they may not.
pub fn must_see(actor: &Actor) -> Result<()> {
    if actor.settings_level() >= Level::Read { Ok(()) } else { Err(Error::NotAllowed) }
}
