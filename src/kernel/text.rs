//! One-line texts people type: names, account numbers.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::invisible::{self, is_invisible, is_turning};

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// More characters than fit.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// More lines than fit.
    #[error("has more than {0} lines")]
    TooManyLines(usize),
    /// A control, line-breaking or direction-changing character, which could
    /// forge a header or make a name read as another.
    #[error("holds a character that can't be shown (a line break or control character)")]
    Control,
}

/// A name or number on one line: trimmed, in NFC, 1 to `max` characters, free
/// of control and direction-changing characters. Marks that came along unseen
/// are left out; what shows nothing at all is empty.
pub fn one_line(text: &str, max: usize) -> Result<String, TextError> {
    if text.len() > max * 4 + 64 {
        return Err(TextError::TooLong(max));
    }
    let line: String = shown(text).nfc().collect();
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

/// An address or note of at most `lines` lines and `max` characters: each line
/// trimmed, empty ones left out, in NFC, free of control and direction-changing
/// characters. It may be empty.
pub fn several_lines(text: &str, lines: usize, max: usize) -> Result<String, TextError> {
    if text.len() > max * 4 + 64 {
        return Err(TextError::TooLong(max));
    }
    let kept: Vec<String> = text
        .lines()
        .map(|line| shown(line).nfc().collect::<String>())
        .filter(|line| !line.is_empty())
        .collect();
    if kept.iter().any(|line| line.chars().any(is_unshowable)) {
        return Err(TextError::Control);
    }
    if kept.len() > lines {
        return Err(TextError::TooManyLines(lines));
    }
    let joined = kept.join("\n");
    if joined.chars().count() > max { Err(TextError::TooLong(max)) } else { Ok(joined) }
}

/// A name or number on one line that may be left out.
pub fn perhaps_one_line(text: &str, max: usize) -> Result<String, TextError> {
    match one_line(text, max) {
        Err(TextError::Empty) => Ok(String::new()),
        read => read,
    }
}

/// The form under which texts are compared and searched: in NFKC, without
/// invisible characters, and folded, so that upper case, lower case and what
/// has no upper case of its own (`ς`, `ß`) are one.
pub fn search_key(text: &str) -> String {
    let shown = text.nfkc().filter(|c| !invisible::is_invisible(*c));
    let lower: String = shown.flat_map(char::to_lowercase).nfkc().collect();
    if !lower.contains(['ς', 'ß']) {
        return lower;
    }
    // Both are lower case, so lower case alone leaves them as they are; what
    // people type with the shift key down comes as their neighbours `Σ` and `SS`.
    lower.replace('ς', "σ").replace('ß', "ss").nfkc().collect()
}

/// A text without white space around it and without invisible characters, but for
/// those between letters that change how these look.
fn shown(text: &str) -> String {
    let unseen = |c: char| is_invisible(c) && !is_turning(c);
    let composed: String = text.nfc().collect();
    let trimmed = composed.trim_matches(|c: char| c.is_whitespace() || unseen(c));
    // The letter before; marks on it are a part of it, as they are once it is composed.
    let mut before = ' ';
    let kept = |c: &char| {
        let is_kept = !unseen(*c) || is_shaping(*c, before);
        before = if is_kept && !is_combining_mark(*c) { *c } else { before };
        is_kept
    };
    trimmed.chars().filter(kept).collect()
}

/// Whether an invisible character shapes the letter before it: joiners of Persian,
/// Indic and others, Mongolian variants, and the variants of ideographs by which
/// people's names are told apart. Those after the letters of this alphabet do nothing.
fn is_shaping(c: char, before: char) -> bool {
    match c {
        '\u{200C}' | '\u{200D}' => before > '\u{2FF}',
        '\u{180B}'..='\u{180D}' | '\u{180F}' => matches!(before, '\u{1820}'..='\u{18AA}'),
        '\u{E0100}'..='\u{E01EF}' => {
            matches!(before, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
        }
        _ => false,
    }
}

/// Whether a spreadsheet could run a text as a formula (OWASP, CSV injection): by
/// its first sign, in any width, after what shows nothing.
pub fn begins_formula(text: &str) -> bool {
    let first = text.chars().find(|c| !(*c == ' ' || is_invisible(*c)));
    let plain = first.and_then(|first| first.to_string().nfkc().next());
    plain.is_some_and(|c| ['=', '+', '-', '@', '\t', '\r'].contains(&c))
}

/// Ends of addresses that nobody takes for a title or a surname.
const ENDS_OF_ADDRESSES: [&str; 32] = [
    "app", "at", "be", "biz", "ch", "cn", "co", "com", "cz", "de", "dk", "es", "eu", "example", "fr", "info",
    "io", "it", "link", "me", "net", "nl", "online", "org", "pl", "ru", "se", "shop", "site", "top", "uk",
    "xyz",
];

/// Whether a name holds what programs that show mail make a link of: an address
/// with or without its scheme, or an e-mail address.
pub fn holds_link(name: &str) -> bool {
    let plain = search_key(name);
    let is_link = |word: &str| {
        let host = word.split(['/', ':', '?', '#']).next().unwrap_or_default();
        let host = host.trim_matches(|c: char| !c.is_alphanumeric());
        let end = host.rsplit_once('.').map(|(_, end)| end).unwrap_or_default();
        ENDS_OF_ADDRESSES.contains(&end) || end.starts_with("xn--") || word.contains("www.")
    };
    plain.contains("://")
        || plain.contains('@')
        || plain.split([' ', '(', ')', '<', '>', ',', ';']).any(is_link)
}

/// Control characters (Unicode Cc), line separators, bidirectional overrides
/// and isolates, and other invisible formatting.
pub fn is_unshowable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
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
        for text in ["a\r\nBcc: b", "a\u{0}b", "a\u{202E}b", "\u{202E}ab", "a\u{2028}b"] {
            assert_eq!(one_line(text, 40), Err(TextError::Control), "{text:?}");
        }
        assert_eq!(one_line("  ", 40), Err(TextError::Empty));
        assert_eq!(one_line(&"x".repeat(41), 40), Err(TextError::TooLong(40)));
        assert_eq!(one_line(&"x".repeat(1_000_000), 40), Err(TextError::TooLong(40)));
    }

    #[test]
    fn marks_that_came_along_are_left_out_and_what_shows_nothing_is_empty() {
        let line = |text| one_line(text, 40);
        assert_eq!(line("\u{202A}+44 1632 960001\u{202C}").as_deref(), Ok("+44 1632 960001"));
        assert_eq!(line("\u{FEFF}דוגמה \u{200F}").as_deref(), Ok("דוגמה"));
        assert_eq!(line("שלום\u{200E} Ltd").as_deref(), Ok("שלום Ltd"));
        assert_eq!(line("نمونه\u{200C}ها").as_deref(), Ok("نمونه\u{200C}ها"), "it joins or parts letters");
        for text in ["\u{3164}", "\u{2800}\u{2800}", "\u{200B} \u{AD}", "\u{A0}\u{3000}"] {
            assert_eq!(line(text), Err(TextError::Empty), "{text:?}");
        }
        assert_eq!(several_lines("\u{200E}1 Quay\n\u{3164}", 6, 40).as_deref(), Ok("1 Quay"));
    }

    #[test]
    fn what_shows_nothing_is_left_out_within_a_name_unless_it_shapes_a_letter() {
        let line = |text| one_line(text, 40);
        for text in [
            "An\u{61C}na",
            "An\u{3164}na",
            "An\u{AD}na",
            "An\u{FE0F}na",
            "An\u{E0061}\u{E007F}na",
            "An\u{200D}na",
            "An\u{E0100}na",
            "A\u{115F}nn\u{2800}a",
        ] {
            assert_eq!(line(text).as_deref(), Ok("Anna"), "{text:?}");
        }
        for text in ["نمونه\u{200C}ها", "葛\u{E0100}城", "ශ්\u{200D}රී"] {
            assert_eq!(line(text).as_deref(), Ok(text), "{text:?}");
        }
        assert_eq!(line("n\u{301}\u{200D}a").as_deref(), Ok("\u{144}a"), "marks are a part of their letter");
        assert_eq!(line("An\u{202E}na"), Err(TextError::Control));
    }

    #[test]
    fn a_formula_is_known_in_any_width() {
        for text in [
            "=1",
            "\u{FF1D}1",
            "\u{FF0B}1",
            "\u{FF0D}1",
            "\u{FF20}x",
            "\u{FE66}1",
            "\u{207A}1",
            " =1",
            "\u{200B}=1",
            "\t=1",
        ] {
            assert!(begins_formula(text), "{text:?}");
        }
        for text in ["", "a=1", "'=1", "1-2", "O'Brien"] {
            assert!(!begins_formula(text), "{text:?}");
        }
    }

    #[test]
    fn a_name_that_holds_a_link_is_known() {
        for name in [
            "Pay at https://evil.example",
            "www.evil.test",
            "Pay at evil.com/x now",
            "x.co",
            "evil\u{FF0E}com",
            "(evil.de)",
            "a@b.test",
            "ev\u{200B}il.com",
            "b\u{fc}cher.xn--p1ai",
        ] {
            assert!(holds_link(name), "{name}");
        }
        for name in [
            "Dr.med. Anna Sample",
            "J.R. Smith",
            "J.Smith",
            "Anna Sample",
            "St.John",
            "Anna Sample-Muster jun.",
            "Ing.Sample",
        ] {
            assert!(!holds_link(name), "{name}");
        }
    }

    #[test]
    fn an_address_has_a_few_lines() {
        assert_eq!(several_lines(" 1 Quay \r\n\r\n Harbour ", 6, 40).as_deref(), Ok("1 Quay\nHarbour"));
        assert_eq!(several_lines("a\nb\nc", 2, 40), Err(TextError::TooManyLines(2)));
        assert_eq!(several_lines("a\u{202E}b", 2, 40), Err(TextError::Control));
        assert_eq!(several_lines(&"x".repeat(41), 2, 40), Err(TextError::TooLong(40)));
        assert_eq!(
            (several_lines(" ", 2, 40), perhaps_one_line(" ", 40)),
            (Ok(String::new()), Ok(String::new()))
        );
    }

    #[test]
    fn the_search_key_ignores_case_and_width() {
        assert_eq!(search_key("\u{FF21}nna STRASSE"), search_key("ANNA strasse"));
    }

    #[test]
    fn the_search_key_folds_what_has_no_upper_case_and_skips_what_shows_nothing() {
        for (one, other) in [
            ("Δείγμας", "ΔΕΊΓΜΑΣ"),
            ("Ανδρέας Δείγμας", "ΑΝΔΡΈΑΣ ΔΕΊΓΜΑΣ"),
            ("Straße", "STRASSE"),
            ("an\u{200B}n\u{AD}a\u{FEFF}", "Anna"),
            ("anna\u{FFA0}", "anna"),
        ] {
            assert_eq!(search_key(one), search_key(other), "{one}");
        }
        assert_eq!(search_key("ß\u{301}"), search_key("s\u{15b}"), "folded and composed anew");
        assert_ne!(search_key("Δείγμα"), search_key("Δείγμας"));
    }
}
