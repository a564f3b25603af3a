//! What a contact signs in with, beside the password.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::invisible;
use super::text::{self, TextError};

/// The longest username, in characters.
pub const MAX_CHARACTERS: usize = 64;

/// A contact's username: shown as typed, compared without case and in NFKC
/// ([`text::search_key`]). One that is an e-mail address is the same in both
/// spellings of an international domain.
#[derive(Clone, PartialEq, Eq)]
pub struct Username {
    shown: String,
    key: String,
    former_key: String,
}

impl Username {
    /// Reads a username: one line of 1 to [`MAX_CHARACTERS`] characters.
    /// Invisible ones that came along are left out.
    ///
    /// # Errors
    /// When it is empty, longer, or holds control characters.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let shown = text::one_line(&invisible::without(typed), MAX_CHARACTERS)?;
        Ok(Self { key: key(&shown), former_key: former_key(typed), shown })
    }

    /// A username as the database has it, which once was read by other rules.
    pub fn stored(shown: &str) -> Self {
        Self { key: key(shown), former_key: former_key(shown), shown: shown.to_owned() }
    }

    /// As it was set.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The form in which usernames are unique over all contacts.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The form in which they were compared before [`key`](Self::key) folded as
    /// it does now. Where two usernames became one by that, the later keeps this
    /// one, and whoever a spelling led to is still found by it.
    pub fn former_key(&self) -> &str {
        &self.former_key
    }
}

fn key(shown: &str) -> String {
    let plain: String = shown.nfkc().collect();
    let address = plain.rsplit_once('@').filter(|(_, domain)| domain.contains('.'));
    let international =
        address.and_then(|(local, domain)| Some((local, idna::domain_to_ascii_strict(domain.trim()).ok()?)));
    let folded = match international {
        Some((local, domain)) => format!("{}@{domain}", text::search_key(local)),
        None => text::search_key(&plain),
    };
    // Nothing is left of one that shows nothing.
    if folded.is_empty() { former_key(shown) } else { folded }
}

fn former_key(typed: &str) -> String {
    typed.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect()
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

    #[test]
    fn usernames_are_one_in_every_spelling_of_their_domain() {
        let key = |typed| Username::parse(typed).map(|username| username.key().to_owned());
        assert_eq!(key("anna@b\u{fc}cher.example"), Ok("anna@xn--bcher-kva.example".into()));
        for typed in
            ["Anna@B\u{dc}CHER.example", "anna@xn--bcher-kva.example", "anna\u{ff20}bu\u{308}cher.example"]
        {
            assert_eq!(key(typed), key("anna@b\u{fc}cher.example"), "{typed}");
        }
        assert_ne!(key("anna@stra\u{df}e.example"), key("anna@strasse.example"), "two domains, two owners");
        assert_eq!(key("anna@no domain.example"), Ok("anna@no domain.example".into()));
        assert_eq!(key("@"), Ok("@".into()));
    }

    #[test]
    fn what_shows_nothing_is_no_part_of_a_username() {
        let name = Username::parse("\u{FEFF}an\u{200B}na\u{202C} ").unwrap();
        assert_eq!((name.as_str(), name.key()), ("anna", "anna"));
        assert_eq!(Username::parse("\u{200B}"), Err(TextError::Empty));
        let old = Username::stored("\u{2800}");
        assert_eq!(
            (old.as_str(), old.key()),
            ("\u{2800}", "\u{2800}"),
            "one of the time before still has a key"
        );
    }
}
