//! What a contact may choose (promise 8).

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use zeroize::Zeroizing;

use crate::{
    common, obvious,
    password::Password,
    strength::{Strength, strength},
};

/// The rule for contacts' passwords: length, a letter, a digit, not a name, not common, and not
/// guessed by whoever knows how people make passwords (`Sommer2026`).
///
/// A letter is Unicode's Alphabetic, a digit Unicode's decimal digit (Nd), of any script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    min_length: usize,
}

/// The minimum length is not one an operator may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the minimum password length must be 8 to 64, not {0}")]
pub struct RuleError(pub usize);

/// What a candidate must not be. Empty names are passed over.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The contact's username.
    pub username: Option<&'a str>,
    /// The names of the retailer and the supplier.
    pub names: &'a [&'a str],
    /// What else is known about the contact: their name and address. A candidate made of these is
    /// easily guessed.
    pub known: &'a [&'a str],
}

/// What is wrong with a candidate. The words for it live with the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// Too few characters.
    TooShort {
        /// The fewest allowed.
        min: usize,
    },
    /// No letter.
    NoLetter,
    /// No digit.
    NoDigit,
    /// It is the username.
    IsUsername,
    /// It is the name of the retailer or the supplier.
    IsName,
    /// It is one of the commonest passwords, or as easily thought of.
    TooCommon,
    /// Too easily guessed.
    TooWeak,
    /// It is on the operator's list of passwords that were stolen somewhere. Found by the caller with
    /// [`crate::Breached`].
    IsBreached,
    /// It is the password in use. Found by the caller with [`crate::Pool::check`].
    IsCurrent,
    /// It is the temporary password. Found by the caller with [`crate::Pool::check`].
    IsTemporary,
}

impl Rule {
    /// The lowest minimum an operator may set, and the default.
    pub const LOWEST: usize = 8;
    /// The highest minimum an operator may set.
    pub const HIGHEST: usize = 64;
    /// The least strength: more than a million guesses (NIST SP 800-63B-4, 3.1.1.2, asks for a list
    /// of what is expected; an estimate covers the patterns that no list holds).
    pub const MIN_STRENGTH: Strength = Strength::Fair;

    /// The rule with a minimum length of [`Rule::LOWEST`] to [`Rule::HIGHEST`] characters.
    pub fn new(min_length: usize) -> Result<Self, RuleError> {
        if (Self::LOWEST..=Self::HIGHEST).contains(&min_length) {
            Ok(Self { min_length })
        } else {
            Err(RuleError(min_length))
        }
    }

    /// The fewest characters (code points after NFKC).
    pub fn min_length(&self) -> usize {
        self.min_length
    }

    /// All that is wrong with `candidate`; empty when it may be chosen. In the order of
    /// [`Problem`], each at most once.
    ///
    /// A candidate is a username or a name if nothing but case, spaces and punctuation tell them
    /// apart. It also is if it has only digits and punctuation more at its ends, like `Anna2026!`
    /// for `anna`, unless fewer than three letters are left to compare. Names inside a longer text
    /// are no problem by themselves. How easily it is guessed is told only when nothing else is wrong.
    ///
    /// It may take as long as a hash: see [`strength()`].
    pub fn problems(&self, candidate: &Password, about: &About<'_>) -> Vec<Problem> {
        let text = candidate.expose();
        let is = |name: &str| is_name(text, name);
        let mut problems: Vec<Problem> = [
            (candidate.characters() < self.min_length, Problem::TooShort { min: self.min_length }),
            (!text.chars().any(char::is_alphabetic), Problem::NoLetter),
            (!text.chars().any(is_digit), Problem::NoDigit),
            (about.username.is_some_and(is), Problem::IsUsername),
            (about.names.iter().any(|name| is(name) || long_words(name).any(is)), Problem::IsName),
            (is_too_common(candidate) || is_dressed_common(text), Problem::TooCommon),
        ]
        .into_iter()
        .filter_map(|(applies, problem)| applies.then_some(problem))
        .collect();
        let is_known = || about.known.iter().any(|known| is(known) || long_words(known).any(is));
        if problems.is_empty() && (is_known() || is_weak(candidate, &about.inputs())) {
            problems.push(Problem::TooWeak);
        }
        problems
    }
}

impl About<'_> {
    /// All that is known, for the estimate.
    fn inputs(&self) -> Vec<&str> {
        self.username.iter().chain(self.names).chain(self.known).copied().collect()
    }
}

impl Default for Rule {
    fn default() -> Self {
        Self { min_length: Self::LOWEST }
    }
}

/// On the list of common passwords, or a pattern everybody thinks of.
pub(crate) fn is_too_common(candidate: &Password) -> bool {
    common::contains(candidate.expose()) || obvious::is(candidate.expose())
}

/// The words of a name that are long enough to be a password with a year behind them.
fn long_words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !character.is_alphanumeric()).filter(|word| word.chars().count() >= 4)
}

/// A common password with what people put behind it: a year, digits, an exclamation mark.
fn is_dressed_common(text: &str) -> bool {
    const MOST: usize = 6;
    let core = text.trim_matches(|character: char| !character.is_alphabetic());
    let (all, kept) = (text.chars().count(), core.chars().count());
    // The list holds what the rule would take, so a word stands in it with its commonest digit.
    kept >= 4 && all - kept <= MOST && common::contains(&Zeroizing::new(format!("{core}1")))
}

/// As it is, or without the signs at its ends where the rest is most of it: to the estimate each of them is a
/// part that somebody has to think of.
fn is_weak(candidate: &Password, inputs: &[&str]) -> bool {
    let trimmed = candidate.expose().trim_matches(|character: char| !character.is_alphanumeric());
    let is_most = 2 * trimmed.chars().count() >= candidate.expose().chars().count();
    let is_guessed = |password: &Password| strength(password, inputs) < Rule::MIN_STRENGTH;
    is_guessed(candidate) || (is_most && Password::parse(trimmed).is_ok_and(|trimmed| is_guessed(&trimmed)))
}

fn is_digit(character: char) -> bool {
    character.general_category() == GeneralCategory::DecimalNumber
}

fn is_name(candidate: &str, name: &str) -> bool {
    let (candidate, name) = (folded(candidate), folded(name));
    if name.is_empty() {
        return false;
    }
    let core = |text: &str| text.trim_matches(|character: char| !character.is_alphabetic()).to_owned();
    let (candidate_core, name_core) = (Zeroizing::new(core(&candidate)), core(&name));
    candidate == name || (name_core.chars().count() >= 3 && *candidate_core == name_core)
}

/// Letters and digits alone, in NFKC and lower case.
fn folded(text: &str) -> Zeroizing<String> {
    let lower = text.nfkc().flat_map(char::to_lowercase).nfkc();
    Zeroizing::new(lower.filter(|character| character.is_alphanumeric()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(candidate: &str) -> Vec<Problem> {
        let about = About {
            username: Some("Anna.Schmidt"),
            names: &["Groß & Söhne", "Tradewell Ltd 1887", "3M", ""],
            known: &["Anna Schmidt-Quandtberg", "a.schmidt@shop.example"],
        };
        Rule::default().problems(&Password::parse(candidate).unwrap(), &about)
    }

    #[test]
    fn the_minimum_is_8_to_64() {
        for refused in [0, 7, 65] {
            assert_eq!(Rule::new(refused), Err(RuleError(refused)));
        }
        assert_eq!(Rule::new(8), Ok(Rule::default()));
        let strict = Rule::new(64).unwrap();
        let candidate = Password::parse(&"ab3".repeat(21)).unwrap();
        assert_eq!(strict.problems(&candidate, &About::default()), [Problem::TooShort { min: 64 }]);
    }

    #[test]
    fn good_ones_pass_in_every_script() {
        for good in [
            "trout9lamp",
            "la plume de ma tante 7",
            "pässwörtchen４",
            "дождьвчера5",
            "مطر على٣ المدينة",
            "雨が降る日に散歩8",
            "🌻🌧sonne🌈🌼2",
            "cafe\u{301}cre\u{300}me9",
            "straße7wien",
            "x1!-_%$#",
        ] {
            assert_eq!(problems(good), [], "{good}");
        }
    }

    #[test]
    fn each_part_of_the_rule_is_told_apart() {
        use Problem::{NoDigit, NoLetter, TooShort};
        let short = TooShort { min: 8 };
        for (candidate, expected) in [
            ("lamp9", vec![short]),
            ("lamp", vec![short, NoDigit]),
            ("🌻🌻", vec![short, NoLetter, NoDigit, Problem::TooCommon]),
            ("troutlamp", vec![NoDigit]),
            ("82645910", vec![NoLetter]),
            ("８２６４５９１０", vec![NoLetter]),
            ("٨٢٦٤٥٩١٠", vec![NoLetter]),
            ("🌻🌧☔🌈🌼☀⛅9", vec![NoLetter]),
            ("trout lamp Ⅷ", vec![NoDigit]),
            ("trout lamp ½", vec![]),
            ("e\u{301}e\u{300}a\u{302}5678", vec![short]),
        ] {
            assert_eq!(problems(candidate), expected, "{candidate}");
        }
    }

    #[test]
    fn the_username_is_refused_however_it_is_dressed() {
        for dressed in
            ["anna.schmidt", "ANNA SCHMIDT 1", "AnnaSchmidt2026!", "1annaschmidt", "ａnna.schmidt7"]
        {
            assert!(problems(dressed).contains(&Problem::IsUsername), "{dressed}");
        }
        for other in ["anna.schmidt.isst7kekse", "annas7chmidt", "annaschmid7"] {
            assert!(!problems(other).contains(&Problem::IsUsername), "{other}");
        }
    }

    #[test]
    fn an_account_number_as_username_is_refused_alone() {
        let about = About { username: Some("K-100234"), ..About::default() };
        let problems = |text: &str| Rule::default().problems(&Password::parse(text).unwrap(), &about);
        assert_eq!(problems("k-100234"), [Problem::IsUsername]);
        assert_eq!(problems("k 100234"), [Problem::IsUsername]);
        assert_eq!(problems("k-100235"), []);
    }

    #[test]
    fn the_names_are_refused_however_they_are_dressed() {
        for dressed in [
            "groß&söhne1",
            "GROß & SÖHNE 24",
            "Tradewell Ltd 1887",
            "tradewell-ltd-99",
            "gro\u{df}so\u{308}hne1",
        ] {
            assert_eq!(problems(dressed), [Problem::IsName], "{dressed}");
        }
        for other in ["7391m8264", "tradewell trout 7", "großväter & söhne1"] {
            assert_eq!(problems(other), [], "{other}");
        }
    }

    #[test]
    fn what_people_think_of_is_refused() {
        for weak in ["Sommer2026", "Summer2026", "tradewell26x"] {
            assert_eq!(problems(weak), [Problem::TooWeak], "{weak}");
        }
        assert_eq!(problems("Tradewell2026!"), [Problem::IsName], "a word of it and a year");
        assert_eq!(problems("Schmidt2026!"), [Problem::TooCommon], "a surname that many have");
        assert_eq!(problems("Quandtberg2026!"), [Problem::TooWeak], "a name that is known of them");
        assert_eq!(problems("Password!1"), [Problem::TooCommon], "a common word, dressed");
        assert_eq!(problems("Sunshine2026!"), [Problem::TooCommon]);
    }

    #[test]
    fn common_and_obvious_ones_are_refused() {
        for common in ["password1", "PassWord1", "ｐａｓｓｗｏｒｄ１", "abcd1234", "qwertyu1", "aaaaaaa1"]
        {
            assert_eq!(problems(common), [Problem::TooCommon], "{common}");
        }
    }
}
