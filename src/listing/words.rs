//! What was typed into a search, as patterns.

use super::telephone;
use crate::kernel::text;

/// Words of a search that are looked at.
const WORDS: usize = 6;
/// The shortest run of characters the index finds.
const RUN: usize = 3;
/// A pattern for `like`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// With `_` for what `like` would read as a sign of its own: the index
    /// answers it, and it matches too much rather than too little.
    pub loose: String,
    /// The same with such characters escaped by `\`.
    pub exact: String,
}

impl Pattern {
    /// Whether it holds signs of its own.
    pub(super) fn has_signs(&self) -> bool {
        self.exact.contains('\\')
    }

    /// The pattern of what begins with it.
    pub(super) fn begin(&self) -> String {
        self.exact.trim_start_matches(['%', ' ']).to_owned()
    }
}

/// Ways to read a search; in each, every pattern must match: as words, and with telephone numbers as the
/// digits that every way of writing them has.
pub(super) fn readings(typed: &str) -> Vec<Vec<Pattern>> {
    let key = text::search_key(typed);
    let words: Vec<&str> = key.split_whitespace().take(WORDS).collect();
    let as_words: Vec<Pattern> = words.iter().copied().map(pattern).collect();
    let with_numbers = with_numbers(&words);
    if as_words.is_empty() {
        Vec::new()
    } else if with_numbers == as_words {
        vec![as_words]
    } else {
        vec![as_words, with_numbers]
    }
}

/// Words that may be parts of one number are read as that number.
fn with_numbers(words: &[&str]) -> Vec<Pattern> {
    let runs = words.chunk_by(|one, next| telephone::is_number(one) == telephone::is_number(next));
    runs.flat_map(|run| match telephone::significant(&run.join(" ")) {
        Some(digits) => vec![pattern(&digits)],
        None => run.iter().copied().map(pattern).collect(),
    })
    .collect()
}

/// Whether nothing is searched for.
pub(super) fn is_empty(typed: &str) -> bool {
    typed.trim().is_empty()
}

/// Three characters and more are found anywhere; fewer where a word begins,
/// which the listing marks by two spaces.
fn pattern(word: &str) -> Pattern {
    let missing = RUN.saturating_sub(word.chars().count());
    let begin = &"  "[..missing.min(2)];
    let loose: String = word.chars().map(|c| if is_sign(c) { '_' } else { c }).collect();
    let exact: String =
        word.chars().flat_map(|c| is_sign(c).then_some('\\').into_iter().chain([c])).collect();
    Pattern { loose: format!("%{begin}{loose}%"), exact: format!("%{begin}{exact}%") }
}

fn is_sign(c: char) -> bool {
    matches!(c, '%' | '_' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(typed: &str) -> Vec<Vec<String>> {
        readings(typed)
            .into_iter()
            .map(|reading| reading.into_iter().map(|pattern| pattern.exact).collect())
            .collect()
    }

    #[test]
    fn long_words_are_found_anywhere_and_short_ones_where_words_begin() {
        assert_eq!(exact(" Anna HARB "), [["%anna%", "%harb%"]]);
        assert_eq!(exact("an"), [["% an%"]]);
        assert_eq!(exact("a"), [["%  a%"]]);
        assert!(readings("  ").is_empty());
    }

    #[test]
    fn a_telephone_number_is_found_however_it_is_written() {
        assert_eq!(exact("01947 000-123"), [vec!["%01947%", "%000-123%"], vec!["%1947000123%"]]);
        assert_eq!(exact("+44 1947"), [vec!["%+44%", "%1947%"], vec!["%1947%"]]);
        assert_eq!(
            exact("anna 01947 000"),
            [vec!["%anna%", "%01947%", "%000%"], vec!["%anna%", "%1947000%"]]
        );
        assert_eq!(exact("10023"), [["%10023%"]]);
    }

    #[test]
    fn signs_of_patterns_are_taken_literally() {
        let [reading] = &readings("50%_\\")[..] else { panic!("one reading") };
        assert_eq!((reading[0].loose.as_str(), reading[0].exact.as_str()), ("%50___%", "%50\\%\\_\\\\%"));
    }
}
