//! What of an address was not understood: ignored, and told.

use crate::kernel::text::is_unshowable;

/// The most parts that are named.
const NAMED: usize = 5;
/// The most characters of one.
const SHOWN: usize = 40;

/// Keeps a part to be named.
pub fn keep(ignored: &mut Vec<String>, name: &str, value: &str) {
    if ignored.len() < NAMED {
        let pair = format!("{name}={value}");
        ignored.push(pair.chars().filter(|c| !is_unshowable(*c)).take(SHOWN).collect());
    }
}

/// What is said of them; nothing when all was understood.
pub fn sentence(ignored: &[String]) -> Option<String> {
    let parts = ignored.join(", ");
    (!ignored.is_empty())
        .then(|| format!("This part of the address was not understood and left out: {parts}."))
}
