//! Reading every value before anything is said, so that all mistakes are told at
//! once.

use super::{ConfigError, Mistakes, Source};

/// Reads values one after the other and keeps what is wrong.
pub(super) struct Reading<'s> {
    pub source: &'s Source,
    mistakes: Vec<ConfigError>,
}

impl<'s> Reading<'s> {
    pub(super) fn of(source: &'s Source) -> Self {
        Self { source, mistakes: Vec::new() }
    }

    /// Reads the value of `key`; nothing when it is wrong.
    pub(super) fn parse<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.take(self.source.parse(key, read))
    }

    /// Reads the value of `key`, or takes `otherwise` when none was given.
    pub(super) fn parse_or<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
        otherwise: impl FnOnce() -> T,
    ) -> Option<T> {
        if self.source.is_set(key) { self.parse(key, read) } else { Some(otherwise()) }
    }

    /// What was read, unless it is wrong.
    pub(super) fn take<T>(&mut self, read: Result<T, ConfigError>) -> Option<T> {
        read.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// What was put together, or all that is wrong. Only mistakes leave anything
    /// out.
    pub(super) fn finish<T>(self, whole: Option<T>) -> Result<T, Mistakes> {
        match whole {
            Some(whole) if self.mistakes.is_empty() => Ok(whole),
            _ => Err(Mistakes(self.mistakes)),
        }
    }
}
