//! Which of the encodings of Latin letters a text is in. A detector made for the web doesn't know those of
//! DOS, and rarely thinks of the old Macintosh.

use encoding_rs as known;

use super::dos::{CP437, CP850, CP852};
use crate::Encoding;
use crate::options::Charset;

/// Bytes looked at. More wouldn't change the choice.
const LOOKED_AT: usize = 64 * 1024;

/// Letters that German texts are full of, and those that are common elsewhere in Western Europe.
const COMMON: &str = "äöüßÄÖÜ";
const USUAL: &str = "éèêëàâáíóúñçôîïûùåæøãõÅÆØÉÈÀÇ";

/// The guess, or the encoding in which the text makes clearly more sense. Whoever has letters of another
/// script stands as guessed: there such letters follow each other.
pub(super) fn instead_of(guess: &'static known::Encoding, lines: &[u8]) -> Encoding {
    let lines = &lines[..lines.len().min(LOOKED_AT)];
    let guess = Encoding::web(guess);
    if !is_sprinkled(lines) {
        return guess;
    }
    let others = [
        Encoding::web(known::WINDOWS_1252),
        Encoding(Charset::Dos(&CP850)),
        Encoding(Charset::Dos(&CP437)),
        Encoding::web(known::MACINTOSH),
        Encoding(Charset::Dos(&CP852)),
    ];
    let mut best = (sense(&decoded(lines, guess)), guess);
    for other in others {
        let makes = sense(&decoded(lines, other));
        if makes > best.0 {
            best = (makes, other);
        }
    }
    best.1
}

/// Whether most of what isn't ASCII stands alone among letters that are.
fn is_sprinkled(lines: &[u8]) -> bool {
    let strange = lines.iter().filter(|byte| !byte.is_ascii()).count();
    let pairs = lines.windows(2).filter(|pair| !pair[0].is_ascii() && !pair[1].is_ascii()).count();
    let letters = lines.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    pairs * 3 < strange && letters > strange
}

fn decoded(lines: &[u8], encoding: Encoding) -> String {
    match encoding.0 {
        Charset::Web(encoding) => encoding.decode_without_bom_handling(lines).0.into_owned(),
        Charset::Dos(page) => {
            let upper = page.upper();
            let meaning = |byte: &u8| upper.get(usize::from(byte.wrapping_sub(128))).copied();
            lines.iter().map(|byte| meaning(byte).unwrap_or(char::from(*byte))).collect()
        }
    }
}

/// How much sense the characters make that aren't ASCII: letters where letters are, and nothing else there.
fn sense(text: &str) -> i64 {
    let mut characters = text.chars().peekable();
    let (mut sum, mut before) = (0, '\n');
    while let Some(character) = characters.next() {
        if !character.is_ascii() {
            sum += of_one(before, character, characters.peek().copied().unwrap_or('\n'));
        }
        before = character;
    }
    sum
}

fn of_one(before: char, character: char, after: char) -> i64 {
    let (follows, leads) = (before.is_alphabetic(), after.is_alphabetic());
    match character {
        '\u{80}'..='\u{9f}' | '\u{fffd}' => -20,
        '\u{2190}'..='\u{25ff}' | 'ⁿ' | '‗' => -8,
        'ƒ' | 'ª' | 'º' | 'µ' | 'ı' => -2,
        letter if letter.is_alphabetic() => {
            if letter.is_uppercase() && before.is_lowercase() || is_foreign(letter) {
                -6
            } else if letter != 'ß' && letter.is_lowercase() && before.is_uppercase() && after.is_uppercase()
            {
                -4
            } else if COMMON.contains(letter) {
                4
            } else if USUAL.contains(letter) {
                3
            } else {
                i64::from(follows || leads)
            }
        }
        '’' | '·' | '\u{ad}' | '\u{a0}' => 0,
        _ if follows && leads => -6,
        _ => -1,
    }
}

/// A letter of another script, among Latin ones.
fn is_foreign(letter: char) -> bool {
    letter >= '\u{370}' && !('\u{1e00}'..='\u{1eff}').contains(&letter)
}
