//! Where values come from: the file and the environment, with their places.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{ConfigError, DEFAULT_FILE, keys};

/// Prefix of the environment's variables.
const PREFIX: &str = "TRADEPOST_";

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In a file, on a line counted from 1.
    File(String, usize),
    /// In a variable of the environment.
    Environment(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(file, line) => write!(f, "{file}, line {line}"),
            Self::Environment(variable) => write!(f, "environment variable {variable}"),
        }
    }
}

/// The values that were given, by key.
#[derive(Clone, Debug, Default)]
pub struct Source {
    values: BTreeMap<&'static str, (String, Origin)>,
}

impl Source {
    /// Reads the file (`named`, else [`DEFAULT_FILE`] if it is there) and lays
    /// the environment over it.
    ///
    /// # Errors
    /// When the file can't be read, or a key is unknown.
    pub fn read(
        named: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut source = Self::default();
        match named {
            Some(file) => source.take_file(file)?,
            None if Path::new(DEFAULT_FILE).exists() => source.take_file(Path::new(DEFAULT_FILE))?,
            None => {}
        }
        for (variable, text) in environment {
            source.take_variable(&variable, text)?;
        }
        Ok(source)
    }

    /// Sets a value as the environment would; `demo` uses it.
    pub fn set(&mut self, key: &'static str, text: String) {
        self.values.insert(key, (text, Origin::Default));
    }

    /// The same with this value of a key.
    #[must_use]
    pub fn with(&self, key: &'static str, text: &str) -> Self {
        let mut with = self.clone();
        with.set(key, text.to_owned());
        with
    }

    /// These keys alone.
    pub(super) fn only(&self, keys: &[&'static str]) -> Self {
        let mut values = self.values.clone();
        values.retain(|key, _| keys.contains(key));
        Self { values }
    }

    /// Where the file or the environment says `key`, if one does.
    pub fn fixed(&self, key: &str) -> Option<&Origin> {
        let (text, origin) = self.value(key);
        Some(origin).filter(|origin| **origin != Origin::Default && !text.is_empty())
    }

    /// Whether `key` has a value; an empty one, as `config print` shows it, is none.
    pub fn is_set(&self, key: &str) -> bool {
        !self.value(key).0.is_empty()
    }

    /// The text of a value and where it was written.
    pub fn value(&self, key: &str) -> (&str, &Origin) {
        match self.values.get(key) {
            Some((text, origin)) => (text, origin),
            None => (keys::find(key).map_or("", |key| key.default), &Origin::Default),
        }
    }

    /// Reads the value of `key`.
    pub(super) fn parse<T>(
        &self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let (text, origin) = self.value(key);
        read(text).map_err(|problem| ConfigError::Wrong { key, place: origin.clone(), problem })
    }

    /// Reads the value of `key`, or takes `otherwise` when none was given.
    pub(super) fn parse_or<T>(
        &self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
        otherwise: impl FnOnce() -> T,
    ) -> Result<T, ConfigError> {
        if self.is_set(key) { self.parse(key, read) } else { Ok(otherwise()) }
    }

    fn take_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let file = path.display().to_string();
        let failed = |problem: String| ConfigError::File { file: file.clone(), problem };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let sections = DeTable::parse(&text).map_err(|error| failed(error.to_string()))?;
        for (section, content) in sections.get_ref() {
            let place = |at: usize| Origin::File(file.clone(), text[..at].lines().count().max(1));
            let DeValue::Table(table) = content.get_ref() else {
                return Err(unknown(section.get_ref().to_string(), place(section.span().end)));
            };
            for (name, value) in table {
                let origin = place(name.span().end);
                let key = format!("{}.{}", section.get_ref(), name.get_ref());
                let known = keys::find(&key).ok_or_else(|| unknown(key, origin.clone()))?;
                let plain = plain(value.get_ref()).ok_or_else(|| ConfigError::Wrong {
                    key: known.name,
                    place: origin.clone(),
                    problem: "must be a text, a number, true or false, or a list of texts".into(),
                })?;
                self.values.insert(known.name, (plain, origin));
            }
        }
        Ok(())
    }

    fn take_variable(&mut self, variable: &str, text: String) -> Result<(), ConfigError> {
        let Some((section, name)) = variable.strip_prefix(PREFIX).and_then(|rest| rest.split_once("__"))
        else {
            return Ok(());
        };
        let key = format!("{}.{}", section.to_lowercase(), name.to_lowercase());
        let origin = Origin::Environment(variable.to_owned());
        let known = keys::find(&key).ok_or_else(|| unknown(key, origin.clone()))?;
        self.values.insert(known.name, (text, origin));
        Ok(())
    }
}

fn unknown(key: String, place: Origin) -> ConfigError {
    ConfigError::Unknown { nearest: keys::nearest(&key), key, place }
}

/// The text of a plain value; a list becomes its texts joined by commas.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| plain(item.get_ref()))
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.join(",")),
        _ => None,
    }
}
