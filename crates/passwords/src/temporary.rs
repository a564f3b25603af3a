//! What the system mints and mails.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::chance::{self, ChanceError};

/// A generated password, good only for choosing a new one, like `K7QM-2RXD-9TWP-CH4F`.
///
/// 16 symbols of an alphabet of 24: [`TemporaryPassword::BITS`], 73 bits. Left out are `0 O`,
/// `1 I L`, `U` (read as `V`), the vowels (no words come about), and the letters read as digits:
/// `B` (8), `S` (5), `Z` (2), `G` (6). NIST SP 800-63B section 3.1.1.2 asks for 6 digits at least;
/// 73 bits also hold against someone who has the hash.
pub struct TemporaryPassword(Zeroizing<String>);

impl TemporaryPassword {
    /// The symbols.
    pub const ALPHABET: &str = "23456789CDFHJKMNPQRTVWXY";
    /// How many symbols.
    pub const LENGTH: usize = 16;
    /// Symbols in a group.
    pub const GROUP: usize = 4;
    /// Whole bits of chance in one.
    #[expect(clippy::cast_possible_truncation, reason = "a small number")]
    pub const BITS: u32 = (Self::ALPHABET.len() as u128).pow(Self::LENGTH as u32).ilog2();

    /// Mints one from the system's random source.
    pub fn generate_from_system() -> Result<Self, ChanceError> {
        Self::generate(&mut chance::system)
    }

    /// Mints one from `source`, which fills a buffer with random bytes.
    ///
    /// Every symbol is equally likely: bytes from the largest multiple of 24 on are thrown away.
    /// A source that gives nothing but those never comes to an end.
    pub fn generate<E>(source: &mut dyn FnMut(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let alphabet = Self::ALPHABET.as_bytes();
        let fair = 256 / alphabet.len() * alphabet.len();
        let mut text = Zeroizing::new(String::with_capacity(Self::LENGTH));
        while text.len() < Self::LENGTH {
            let mut bytes = Zeroizing::new([0; Self::LENGTH]);
            source(&mut bytes[..])?;
            let symbols = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
            for byte in symbols.take(Self::LENGTH - text.len()) {
                text.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
        Ok(Self(text))
    }

    /// Recognises the shape in what was typed, generously: any case, with or without dashes,
    /// spaces and the invisible characters that copying brings along, full width, and the digits'
    /// lookalikes `B S Z G` (never part of one) for `8 5 2 6`.
    ///
    /// `None`: what was typed cannot be a temporary password.
    pub fn recognise(typed: &str) -> Option<Self> {
        // Room for each symbol in full width with separators around it, and then some.
        if typed.len() > Self::LENGTH * 16 {
            return None;
        }
        let mut text = Zeroizing::new(String::with_capacity(Self::LENGTH));
        for character in typed.nfkc().filter(|character| !is_separator(*character)) {
            let symbol = symbol(character)?;
            if text.len() == Self::LENGTH {
                return None;
            }
            text.push(symbol);
        }
        (text.len() == Self::LENGTH).then_some(Self(text))
    }

    /// As it is mailed: upper case, in groups with dashes.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(Self::LENGTH + Self::LENGTH / Self::GROUP));
        for (index, symbol) in self.0.chars().enumerate() {
            if index > 0 && index % Self::GROUP == 0 {
                text.push('-');
            }
            text.push(symbol);
        }
        text
    }

    /// What is hashed: the symbols alone.
    pub(crate) fn symbols(&self) -> &str {
        &self.0
    }

    /// A second one in memory, for the thread that hashes it.
    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for TemporaryPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TemporaryPassword(…)")
    }
}

fn symbol(character: char) -> Option<char> {
    let symbol = match character.to_ascii_uppercase() {
        'B' => '8',
        'S' => '5',
        'Z' => '2',
        'G' => '6',
        other => other,
    };
    TemporaryPassword::ALPHABET.contains(symbol).then_some(symbol)
}

/// White space, dashes of every kind, what is typed or read as one (the long vowel mark and the
/// number one of Japanese and Chinese keyboards, lines of boxes), and what shows nothing.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character,
            '-' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'..='\u{2015}' | '\u{2043}'
            | '\u{2212}' | '\u{2796}' | '\u{2e17}' | '\u{2e1a}' | '\u{2e3a}' | '\u{2e3b}' | '\u{2e40}'
            | '\u{301c}' | '\u{3030}' | '\u{30a0}' | '\u{fe58}' | '\u{fe63}' | '\u{10ead}' | '\u{2d7}'
            | '\u{30fc}' | '\u{4e00}' | '\u{2500}' | '\u{2501}'
            | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, convert::Infallible};

    use proptest::prelude::*;

    use super::*;

    /// Every byte value once, then the same again.
    fn all_bytes() -> impl FnMut(&mut [u8]) -> Result<(), Infallible> {
        let mut next = 0u8;
        move |buffer| {
            for byte in buffer {
                *byte = next;
                next = next.wrapping_add(1);
            }
            Ok(())
        }
    }

    fn generated(bytes: &[u8]) -> TemporaryPassword {
        let mut bytes = bytes.iter().cycle();
        TemporaryPassword::generate(&mut |buffer: &mut [u8]| {
            buffer.iter_mut().zip(&mut bytes).for_each(|(to, from)| *to = *from);
            Ok::<(), Infallible>(())
        })
        .unwrap()
    }

    #[test]
    fn it_holds_60_bits_or_more_in_whole_groups() {
        assert_eq!(TemporaryPassword::BITS, 73);
        assert_eq!(TemporaryPassword::LENGTH % TemporaryPassword::GROUP, 0);
    }

    #[test]
    fn the_alphabet_has_no_symbol_twice_and_nothing_confusable() {
        let alphabet = TemporaryPassword::ALPHABET;
        assert!(alphabet.chars().all(|symbol| symbol.is_ascii_uppercase() || symbol.is_ascii_digit()));
        assert!(!alphabet.contains(|symbol| "0O1ILUAEBSZG".contains(symbol)));
        assert!(alphabet.as_bytes().windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_symbol_is_equally_likely() {
        // 16 rounds of all 256 byte values give 240 × 16 symbols.
        let mut source = all_bytes();
        let mut counts: BTreeMap<char, usize> = BTreeMap::new();
        for _ in 0..15 * 16 {
            let minted = TemporaryPassword::generate(&mut source).unwrap();
            minted.symbols().chars().for_each(|symbol| *counts.entry(symbol).or_default() += 1);
        }
        assert_eq!(counts.len(), 24);
        assert!(counts.values().all(|count| *count == 160), "{counts:?}");
    }

    #[test]
    fn a_source_that_fails_is_reported() {
        assert_eq!(TemporaryPassword::generate(&mut |_| Err("empty")).unwrap_err(), "empty");
    }

    #[test]
    fn two_from_the_system_differ() {
        let mint = || TemporaryPassword::generate_from_system().unwrap();
        assert_ne!(mint().symbols(), mint().symbols());
    }

    #[test]
    fn it_is_grouped_for_reading() {
        let minted = generated(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 23]);
        assert_eq!(minted.grouped().as_str(), "2345-6789-CDFH-JKMY");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", generated(&[0])), "TemporaryPassword(…)");
    }

    #[test]
    fn it_is_recognised_however_it_was_typed() {
        for typed in [
            "2345-6789-CDFH-JKMY",
            "23456789cdfhjkmy",
            "  2345 6789 cdfh jkmy\n",
            "2345–6789—CDFH‑JKMY",
            "2345\u{2212}6789\u{ad}-CDFH\u{200b}JKMY\u{feff}",
            "２３４５－６７８９－ＣＤＦＨ－ｊｋｍｙ",
            "z34s-G7b9-CDFH-JKMY",
            "2345ー6789ーCDFHーJKMY",
            "2345ｰ6789一CDFH─JKMY",
            "2345〜6789⸺CDFH゠JKMY\u{61c}\r\n",
        ] {
            let seen = TemporaryPassword::recognise(typed).unwrap_or_else(|| panic!("{typed}"));
            assert_eq!(seen.symbols(), "23456789CDFHJKMY");
        }
    }

    #[test]
    fn other_shapes_are_not_recognised() {
        let long = "2345-6789-CDFH-JKMY ".repeat(1000);
        for typed in [
            "",
            "-",
            "2345-6789-CDFH-JKM",
            "2345-6789-CDFH-JKMY2",
            "2345-6789-CDFH-JKM0",
            "2345-6789-CDFH-JKMÄ",
            "2345_6789_CDFH_JKMY",
            "correct horse battery",
            long.as_str(),
        ] {
            assert!(TemporaryPassword::recognise(typed).is_none(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn typed_in_any_case_and_spacing_it_comes_back(
            bytes in prop::collection::vec(0u8..240, 16),
            styles in prop::collection::vec((any::<bool>(), 0usize..5), 16),
        ) {
            let minted = generated(&bytes);
            let mut typed = String::new();
            for (symbol, (lower, separator)) in minted.symbols().chars().zip(styles) {
                typed.push_str(["", "", "-", " ", "\u{2011}"][separator]);
                typed.push(if lower { symbol.to_ascii_lowercase() } else { symbol });
            }
            let seen = TemporaryPassword::recognise(&typed).map(|seen| seen.grouped().to_string());
            prop_assert_eq!(seen, Some(minted.grouped().to_string()));
        }

        #[test]
        fn recognising_never_panics(typed in any::<String>()) {
            let _ = TemporaryPassword::recognise(&typed);
        }
    }
}
