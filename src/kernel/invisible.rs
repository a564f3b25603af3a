//! Characters that show nothing: programs add them when texts are copied, and
//! nobody can see or type them on purpose.

use std::borrow::Cow;

/// Whether a character shows nothing by itself: Unicode's
/// `Default_Ignorable_Code_Point` (soft hyphen, zero-width characters, marks of
/// direction, fillers, variation selectors, tags), the marks of annotations,
/// and the braille pattern without dots.
///
/// Some of them change how their neighbours look, as in emoji and Persian
/// words, so what is shown may keep them; what is compared doesn't.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Overrides of direction, which make one name read as another: nobody's
/// program adds them by chance, so they are refused and not left out.
pub fn is_turning(c: char) -> bool {
    matches!(c, '\u{202D}' | '\u{202E}')
}

/// A text without its invisible characters, but for overrides of direction.
pub fn without(text: &str) -> Cow<'_, str> {
    let is_left_out = |c: char| is_invisible(c) && !is_turning(c);
    if text.contains(is_left_out) {
        Cow::Owned(text.chars().filter(|c| !is_left_out(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_left_out_and_what_shows_is_not() {
        assert_eq!(without("\u{FEFF}\u{202A}an\u{AD}n\u{200B}a\u{202C}\u{200E}"), "anna");
        assert_eq!(without("\u{3164}\u{2800}\u{E0041}"), "");
        assert_eq!(without("\u{FEFF}\u{202E}anna"), "\u{202E}anna", "it is refused where it is read");
        for text in ["Anna Sample", "دانش", "Ａnna ー", "e\u{301}", "a\tb\u{A0}c", "\u{3000}"] {
            assert!(matches!(without(text), Cow::Borrowed(_)), "{text:?}");
        }
    }
}
