//! What a contact signs in with, beside the password.

use std::fmt;

use super::text::{self, TextError};

/// The longest username, in characters.
pub const MAX_CHARACTERS: usize = 64;

/// A contact's username: shown as typed, compared without case and in NFKC.
#[derive(Clone, PartialEq, Eq)]
pub struct Username {
    shown: String,
    key: String,
}

impl Username {
    /// Reads a username: one line of 1 to [`MAX_CHARACTERS`] characters.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let shown = text::one_line(typed, MAX_CHARACTERS)?;
        let key = text::search_key(&shown);
        Ok(Self { shown, key })
    }

    /// As it was set.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The form in which usernames are unique over all contacts.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Username(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_one_without_case_and_width() {
        let key = |typed| Username::parse(typed).map(|username| username.key().to_owned());
        assert_eq!(key(" Anna "), key("\u{FF41}NNA"));
        assert_eq!(key("\u{FB01}sh"), key("FISH"));
        assert_ne!(key("anna"), key("anna2"));
    }
}
