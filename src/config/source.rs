//! Where values come from: the file and the environment, with their places.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{ConfigError, DEFAULT_FILE, Mistakes, keys};

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
    /// When the file can't be read, and for every key that is unknown.
    pub fn read(
        named: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Mistakes> {
        let (source, mistakes) = Self::gather(named, environment)?;
        if mistakes.is_empty() { Ok(source) } else { Err(Mistakes(mistakes)) }
    }

    /// The same; keys that are unknown are told beside those that are known.
    pub(super) fn gather(
        named: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<ConfigError>), Mistakes> {
        let (mut source, mut mistakes) = (Self::default(), Vec::new());
        let file = named.or_else(|| Some(Path::new(DEFAULT_FILE)).filter(|file| file.exists()));
        if let Some(file) = file {
            source.take_file(file, &mut mistakes)?;
        }
        let mut variables: Vec<_> = environment.filter(|(name, _)| name.starts_with(PREFIX)).collect();
        variables.sort();
        for (variable, text) in variables {
            mistakes.extend(source.take_variable(&variable, text).err());
        }
        Ok((source, mistakes))
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

    fn take_file(&mut self, path: &Path, mistakes: &mut Vec<ConfigError>) -> Result<(), ConfigError> {
        let file = path.display().to_string();
        let failed = |problem: String| ConfigError::File { file: file.clone(), problem };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let place = |at: usize| Origin::File(file.clone(), text[..at].lines().count().max(1));
        let sections = DeTable::parse(&text).map_err(|error| no_toml(&place, &error))?;
        for (section, content) in sections.get_ref() {
            let DeValue::Table(table) = content.get_ref() else {
                mistakes.push(unknown(section.get_ref().to_string(), place(section.span().end)));
                continue;
            };
            for (name, value) in table {
                let origin = place(name.span().end);
                let key = format!("{}.{}", section.get_ref(), name.get_ref());
                match (keys::find(&key), plain(value.get_ref())) {
                    (None, _) => mistakes.push(unknown(key, origin)),
                    (Some(known), Some(text)) => drop(self.values.insert(known.name, (text, origin))),
                    (Some(known), None) => mistakes.push(ConfigError::Wrong {
                        key: known.name,
                        place: origin,
                        problem: "must be a text, a number, true or false, or a list of texts".into(),
                    }),
                }
            }
        }
        Ok(())
    }

    fn take_variable(&mut self, variable: &str, text: String) -> Result<(), ConfigError> {
        let Some(rest) = variable.strip_prefix(PREFIX) else { return Ok(()) };
        let origin = Origin::Environment(variable.to_owned());
        let rest = rest.to_lowercase();
        let Some((section, name)) = rest.split_once("__") else {
            // Others use the prefix, too: Kubernetes names its services so.
            let meant = keys::nearest_flat(&rest);
            let wrong = |key: &'static str| ConfigError::NoVariable {
                place: origin.clone(),
                variable: variable_of(key),
            };
            return meant.map_or(Ok(()), |key| Err(wrong(key)));
        };
        let key = format!("{section}.{name}");
        let known = keys::find(&key).ok_or_else(|| unknown(key, origin.clone()))?;
        self.values.insert(known.name, (text, origin));
        Ok(())
    }
}

/// The variable of the environment that sets a key.
fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn unknown(key: String, place: Origin) -> ConfigError {
    ConfigError::Unknown { nearest: keys::nearest(&key), key, place }
}

/// What is wrong with the file, without what stands there: it may be a password.
fn no_toml(place: &impl Fn(usize) -> Origin, error: &toml::de::Error) -> ConfigError {
    let problem = error.message().lines().next().unwrap_or_default().to_owned();
    ConfigError::NoToml { place: place(error.span().map_or(0, |span| span.start)), problem }
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
