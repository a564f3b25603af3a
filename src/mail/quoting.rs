//! What a mail server says of a mail is stored, logged and shown; so it must hold
//! nothing of the secrets in that mail (promise 1). Filters quote what they dislike,
//! glued to words of their own, in brackets, in hexadecimal digits.
//!
//! Whoever sends knows the secrets. So an answer is not searched for what looks like
//! one, but for these: when six symbols of one stand in it in a row, in any usual
//! spelling and whatever signs stand between them, none of its words are kept.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, Encoding, HEXLOWER};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// So many symbols of a secret in a row are no accident: by chance, one answer of
/// 300 letters in 50,000 has them of a temporary password, and loses its words.
const IN_A_ROW: usize = 6;
/// How bytes are written in signs: so many bits each, and in so many ways, as what
/// stands before them shifts them.
const SPELLINGS: [(&Encoding, usize, usize); 3] =
    [(&HEXLOWER, 4, 1), (&BASE32_NOPAD, 5, 5), (&BASE64_NOPAD, 6, 3)];
/// What stands before the digits of a byte that is written by itself.
const BEFORE_A_BYTE: [&str; 5] = ["0x", "\\x", "&#x", "\\u00", "%u00"];

/// The secrets of a mail, as hashes of their pieces: enough to know them again, and
/// nothing that could be read.
#[derive(Clone, Default)]
pub struct Secrets {
    pieces: HashSet<u64>,
    hasher: RandomState,
}

impl Secrets {
    /// Those in the values of fields: a password, a code, or an address, of which the
    /// last part is the secret.
    pub fn of<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut secrets = Self::default();
        for value in values {
            secrets.add(value.rsplit('/').next().unwrap_or_default());
        }
        secrets
    }

    fn add(&mut self, secret: &str) {
        self.add_pieces(&folded(secret), IN_A_ROW);
        let symbols = Zeroizing::new(secret.replace('-', ""));
        let lower = [secret, &symbols].map(|text| Zeroizing::new(text.to_lowercase()));
        for text in [secret, &symbols, &lower[0], &lower[1]] {
            for (encoding, bits, shifts) in SPELLINGS {
                for shift in 0..shifts {
                    let mut bytes = Zeroizing::new(Vec::with_capacity(shift + text.len()));
                    bytes.resize(shift, 0);
                    bytes.extend_from_slice(text.as_bytes());
                    let written = Zeroizing::new(encoding.encode(&bytes));
                    // Only signs that no neighbour has a part in.
                    let whole = (shift * 8).div_ceil(bits)..bytes.len() * 8 / bits;
                    let whole = written.get(whole).unwrap_or_default();
                    self.add_pieces(&folded(whole), signs(bits));
                }
            }
        }
    }

    fn add_pieces(&mut self, text: &str, length: usize) {
        let hashes = text.as_bytes().windows(length).map(|piece| self.hasher.hash_one(piece));
        self.pieces.extend(hashes);
    }

    /// Whether a text quotes one of them.
    pub fn are_in(&self, text: &str) -> bool {
        let mut bytes = Zeroizing::new(text.to_lowercase());
        for before in BEFORE_A_BYTE {
            *bytes = bytes.replace(before, "");
        }
        let texts = [folded(text), folded(&bytes)];
        let lengths = SPELLINGS.map(|(_, bits, _)| signs(bits)).into_iter().chain([IN_A_ROW]);
        lengths.into_iter().any(|length| {
            let mut pieces = texts.iter().flat_map(|text| text.as_bytes().windows(length));
            pieces.any(|piece| self.pieces.contains(&self.hasher.hash_one(piece)))
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// As many signs of so many bits as six symbols take, whole.
const fn signs(bits: usize) -> usize {
    IN_A_ROW * 8 / bits
}

/// Letters and digits only, in lower case and plain shapes: how a secret is found
/// again whatever stands between its symbols.
fn folded(text: &str) -> Zeroizing<String> {
    // Room enough not to move: what is left behind would not be wiped.
    let mut folded = Zeroizing::new(String::with_capacity(text.len() * 4));
    folded.extend(text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "K7QM-2RXD-9TWP-CH4F";
    const LINK: &str =
        "https://shop.example/not-me/00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";

    fn secrets() -> Secrets {
        Secrets::of([PASSWORD, LINK].into_iter())
    }

    #[test]
    fn promise_01_a_secret_is_known_again_however_it_is_quoted() {
        let hex = HEXLOWER.encode(PASSWORD.as_bytes());
        let each = |before: &str| {
            HEXLOWER
                .encode(PASSWORD.as_bytes())
                .as_bytes()
                .chunks(2)
                .fold(String::new(), |all, pair| all + before + &String::from_utf8_lossy(pair))
        };
        let (percent, quoted, escapes) = (each("%"), each("=").to_uppercase(), each("\\x"));
        let bytes: Vec<String> = PASSWORD.bytes().map(|byte| format!("0x{byte:02x}")).collect();
        let wide: String = PASSWORD.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        let mut texts = vec![
            format!("keyword:{PASSWORD}"),
            format!("[{PASSWORD}]was_found"),
            "x2RXD-9T".to_owned(),
            "K_7_Q_M_2_R".to_owned(),
            "k7qm 2rxd 9twp".to_owned(),
            "K7\u{200b}QM\u{ad}2R\u{2011}XD".to_owned(),
            wide,
            hex.to_uppercase(),
            percent,
            quoted,
            bytes.join(", "),
            escapes,
            "see /not-me/445566 of yours".to_owned(),
            "00112233".to_owned(),
            HEXLOWER.encode(b"aabbccddeeff"),
        ];
        for before in ["", "a", "ab", "abc", "abcd"] {
            let around = format!("{before}{PASSWORD} yours");
            texts.push(BASE64_NOPAD.encode(around.as_bytes()));
            texts.push(BASE32_NOPAD.encode(around.as_bytes()));
            texts.push(data_encoding::BASE64URL.encode(around.to_lowercase().replace('-', "").as_bytes()));
        }
        for text in texts {
            assert!(secrets().are_in(&text), "{text}");
        }
    }

    #[test]
    fn ordinary_answers_quote_nothing() {
        for text in [
            "",
            "550 5.1.1 No such user here",
            "250 2.0.0 Ok: queued as 4F2A9C01",
            "https://shop.example/not-me/ is on a list",
            "K7QM-2 is short",
        ] {
            assert!(!secrets().are_in(text), "{text}");
        }
        assert!(!Secrets::default().are_in(PASSWORD));
    }
}
