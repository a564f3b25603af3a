//! The spellings of numbers and bytes in hashes from elsewhere.

use std::ops::RangeInclusive;

use base64ct::{Base64, Base64Unpadded, Encoding};
use zeroize::Zeroizing;

use super::BroughtError;

const HEX: &[u8; 16] = b"0123456789abcdef";
/// The alphabet of crypt(3), and so of phpass.
pub(super) const ITOA64: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A decimal number without sign or leading zeros. One that is too large for any bound is as
/// large as can be.
pub(super) fn number(text: &str) -> Result<u64, BroughtError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if text.is_empty() || !digits || (text.starts_with('0') && text.len() > 1) {
        return Err(BroughtError::NotUnderstood);
    }
    Ok(text.parse().unwrap_or(u64::MAX))
}

/// Base64 with or without padding, of as many bytes as `length` says. Also with a dot for the
/// plus, as passlib writes it.
pub(super) fn base64(text: &str, length: RangeInclusive<usize>) -> Result<Vec<u8>, BroughtError> {
    // Looked at before anything is decoded: what is longer needs no memory.
    if text.len() > length.end().div_ceil(3) * 4 {
        return Err(BroughtError::NotUnderstood);
    }
    let text = text.replace('.', "+");
    let bytes =
        if text.ends_with('=') { Base64::decode_vec(&text) } else { Base64Unpadded::decode_vec(&text) };
    bytes.ok().filter(|bytes| length.contains(&bytes.len())).ok_or(BroughtError::NotUnderstood)
}

/// The canonical spelling of bytes: Base64 without padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    Base64Unpadded::encode_string(bytes)
}

/// Hexadecimal digits in any case, of as many bytes as `length` says.
pub(super) fn hex(text: &str, length: RangeInclusive<usize>) -> Result<Vec<u8>, BroughtError> {
    if !text.len().is_multiple_of(2) || !length.contains(&(text.len() / 2)) {
        return Err(BroughtError::NotUnderstood);
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect::<Option<_>>()
        .ok_or(BroughtError::NotUnderstood)
}

/// Lower-case hexadecimal digits.
pub(super) fn to_hex(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}

/// Bytes as phpass writes them: 24 bits at a time, the lowest six first.
pub(super) fn to_itoa64(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(3) * 4));
    for group in bytes.chunks(3) {
        let bits = group.iter().rev().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for place in 0..=group.len() {
            text.push(char::from(ITOA64[bits >> (6 * place) & 63]));
        }
    }
    text
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(number("0"), Ok(0));
        assert_eq!(number("600000"), Ok(600_000));
        assert_eq!(number("99999999999999999999"), Ok(u64::MAX));
        for other in ["", "+1", "-1", "01", "1 ", "1e3", "１"] {
            assert_eq!(number(other), Err(BroughtError::NotUnderstood), "{other}");
        }
    }

    #[test]
    fn bytes_are_read_in_every_spelling() {
        for text in ["+/8AAQ", "+/8AAQ==", "./8AAQ"] {
            assert_eq!(base64(text, 4..=4), Ok(vec![0xfb, 0xff, 0, 1]), "{text}");
        }
        assert_eq!(hex("00fFA5", 3..=3), Ok(vec![0, 255, 165]));
        assert_eq!(to_hex(&[0, 255, 165]).as_str(), "00ffa5");
    }

    #[test]
    fn other_lengths_and_other_characters_are_refused() {
        for text in ["", "+/8A", "+/8AAQAA", "+/8AAR", "+_8AAQ", "+/8AAQ="] {
            assert_eq!(base64(text, 4..=4), Err(BroughtError::NotUnderstood), "{text}");
        }
        for text in ["", "00f", "00ff", "00ffa5b6", "00ffag", "00ff\u{e9}"] {
            assert_eq!(hex(text, 3..=3), Err(BroughtError::NotUnderstood), "{text}");
        }
    }

    #[test]
    fn the_lowest_six_bits_come_first() {
        assert_eq!(to_itoa64(&[1, 0, 0]).as_str(), "/...");
        assert_eq!(to_itoa64(&[255, 255, 255, 64]).as_str(), "zzzz./");
    }
}
