//! One-line texts people type: names, account numbers.

use unicode_normalization::UnicodeNormalization;

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// More characters than fit.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// A control, line-breaking or direction-changing character, which could
    /// forge a header or make a name read as another.
    #[error("holds a character that can't be shown (a line break or control character)")]
    Control,
}

/// A name or number on one line: trimmed, in NFC, 1 to `max` characters, free
/// of control and direction-changing characters.
pub fn one_line(text: &str, max: usize) -> Result<String, TextError> {
    if text.len() > max * 4 + 64 {
        return Err(TextError::TooLong(max));
    }
    let line: String = text.trim().nfc().collect();
    if line.is_empty() {
        return Err(TextError::Empty);
    }
    if line.chars().any(is_unshowable) {
        return Err(TextError::Control);
    }
    if line.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    Ok(line)
}

/// The form under which texts are compared and searched: NFKC and lower case.
pub fn search_key(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// Control characters (Unicode Cc), line separators, bidirectional overrides
/// and isolates, and other invisible formatting.
pub fn is_unshowable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_composed() {
        assert_eq!(one_line("  Cafe\u{301} Blum ", 40).as_deref(), Ok("Caf\u{e9} Blum"));
    }

    #[test]
    fn what_could_forge_a_header_or_a_name_is_refused() {
        for text in ["a\r\nBcc: b", "a\u{0}b", "a\u{202E}b", "a\u{2028}b", "\u{FEFF}a"] {
            assert_eq!(one_line(text, 40), Err(TextError::Control), "{text:?}");
        }
        assert_eq!(one_line("  ", 40), Err(TextError::Empty));
        assert_eq!(one_line(&"x".repeat(41), 40), Err(TextError::TooLong(40)));
        assert_eq!(one_line(&"x".repeat(1_000_000), 40), Err(TextError::TooLong(40)));
    }

    #[test]
    fn the_search_key_ignores_case_and_width() {
        assert_eq!(search_key("\u{FF21}nna STRASSE"), search_key("ANNA strasse"));
    }
}
