//! The commonest passwords, as fingerprints.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Sorted fingerprints, made by `tools/common.py`.
static FINGERPRINTS: &[u8] = include_bytes!("common.bin");

/// Bytes of a fingerprint: the first of the SHA-256 of the password in lower case. With fewer
/// than 2^14 entries a password that is not on the list is taken for one with a probability under
/// 2^14 / 2^40 = 1.5e-8.
const WIDTH: usize = 5;

/// Whether `password` (in NFKC) is on the list, in any case.
pub(crate) fn contains(password: &str) -> bool {
    let wanted = fingerprint(password);
    let (entries, _) = FINGERPRINTS.as_chunks::<WIDTH>();
    entries.binary_search(&wanted).is_ok()
}

fn fingerprint(password: &str) -> [u8; WIDTH] {
    let lower = Zeroizing::new(password.to_lowercase());
    let digest = Sha256::digest(lower.as_bytes());
    let mut fingerprint = [0; WIDTH];
    fingerprint.copy_from_slice(&digest[..WIDTH]);
    fingerprint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_whole_and_of_the_size_the_false_positives_are_counted_for() {
        let (entries, rest) = FINGERPRINTS.as_chunks::<WIDTH>();
        assert!(rest.is_empty());
        assert!(entries.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((4_000..1 << 14).contains(&entries.len()), "{}", entries.len());
    }

    #[test]
    fn common_ones_are_found_in_any_case() {
        for common in ["password1", "PASSWORD1", "trustno1", "1qaz2wsx", "iloveyou1", "abc12345", "welcome1"]
        {
            assert!(contains(common), "{common}");
        }
    }

    #[test]
    fn others_are_not() {
        for other in ["", "trout9lamp", "correct horse battery staple 1"] {
            assert!(!contains(other), "{other}");
        }
    }
}
