//! What a person typed.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A password as typed, in NFKC, of 1 to [`Password::MAX_CHARACTERS`] characters.
///
/// Any Unicode is welcome, spaces too; nothing is trimmed or cut. NFKC makes the same password
/// typed on different keyboards equal (NIST SP 800-63B section 3.1.1.2: normalise with NFKC or
/// NFKD before hashing; each code point counts as one character; never truncate).
///
/// Where NFKC changed what was typed, the text as typed is kept beside it: other systems hashed that,
/// and a hash brought along from one ([`Brought`](crate::Brought)) is compared with both.
///
/// Wiped when dropped. The normaliser's own small working buffer is outside our reach.
pub struct Password {
    normal: Zeroizing<String>,
    /// As typed, where that is another text.
    typed: Option<Zeroizing<String>>,
}

/// Why a text is no [`Password`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing was typed.
    #[error("the password is empty")]
    Empty,
    /// More than [`Password::MAX_CHARACTERS`] characters.
    #[error("the password is longer than {} characters", Password::MAX_CHARACTERS)]
    TooLong,
}

impl Password {
    /// Most characters (code points after NFKC).
    pub const MAX_CHARACTERS: usize = 256;

    /// Most bytes before NFKC. Normalising joins at most four code points of four bytes each into
    /// one, so no password of 256 characters is refused by it, and the work stays bounded.
    const MAX_BYTES: usize = Self::MAX_CHARACTERS * 4 * 4;

    /// Takes what was typed.
    pub fn parse(typed: &str) -> Result<Self, PasswordError> {
        if typed.is_empty() {
            return Err(PasswordError::Empty);
        }
        if typed.len() > Self::MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        // Room for all from the start: growing would leave unwiped copies behind.
        let mut normal = Zeroizing::new(String::with_capacity(Self::MAX_CHARACTERS * 4));
        for (count, character) in typed.nfkc().enumerate() {
            if count == Self::MAX_CHARACTERS {
                return Err(PasswordError::TooLong);
            }
            normal.push(character);
        }
        let other = typed != normal.as_str();
        Ok(Self { normal, typed: other.then(|| Zeroizing::new(typed.to_owned())) })
    }

    /// The text, for hashing and comparing only.
    pub fn expose(&self) -> &str {
        &self.normal
    }

    /// The same once more, for a hashing thread.
    pub(crate) fn duplicate(&self) -> Self {
        Self { normal: self.normal.clone(), typed: self.typed.clone() }
    }

    /// What another system may have hashed: the text in NFKC, and as typed where that differs.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &str> {
        [Some(&self.normal), self.typed.as_ref()].into_iter().flatten().map(|text| text.as_str())
    }

    /// Its length in characters (code points after NFKC).
    pub fn characters(&self) -> usize {
        self.normal.chars().count()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_password_from_two_keyboards_is_equal() {
        for (one, other) in [("café1234", "cafe\u{301}1234"), ("１２３ａｂｃ", "123abc"), ("ﬁsh", "fish")]
        {
            assert_eq!(Password::parse(one).unwrap().expose(), Password::parse(other).unwrap().expose());
        }
    }

    #[test]
    fn the_text_as_typed_is_kept_where_it_differs() {
        for (typed, spellings) in
            [("café1234", vec!["café1234"]), ("cafe\u{301}1234", vec!["café1234", "cafe\u{301}1234"])]
        {
            let password = Password::parse(typed).unwrap();
            assert_eq!(password.spellings().collect::<Vec<_>>(), spellings);
        }
    }

    #[test]
    fn spaces_and_emoji_are_kept() {
        assert_eq!(Password::parse("  ein Täg 🌻 ").unwrap().expose(), "  ein Täg 🌻 ");
    }

    #[test]
    fn the_length_is_1_to_256_characters_after_nfkc_and_nothing_is_cut() {
        assert_eq!(Password::parse("").unwrap_err(), PasswordError::Empty);
        for wide in ["x", "🌻", "e\u{301}", "\u{1112}\u{1161}\u{11ab}", "\u{3c9}\u{314}\u{342}\u{345}"] {
            assert_eq!(Password::parse(&wide.repeat(256)).unwrap().characters(), 256);
            assert_eq!(Password::parse(&wide.repeat(257)).unwrap_err(), PasswordError::TooLong);
        }
    }

    #[test]
    fn a_character_that_nfkc_expands_counts_expanded() {
        assert_eq!(Password::parse("\u{fdfa}").unwrap().characters(), 18);
        assert_eq!(Password::parse(&"\u{fdfa}".repeat(15)).unwrap_err(), PasswordError::TooLong);
        assert_eq!(Password::parse(&"\u{fdfa}".repeat(100_000)).unwrap_err(), PasswordError::TooLong);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Password::parse("hunter2").unwrap()), "Password(…)");
    }
}
