//! The slashes of `WordPress`: whatever comes in a form goes through PHP's `addslashes` there, passwords
//! too, both when they are set and when they are checked. What is set by a command or an API does not, so
//! a hash may be of either.
//!
//! <https://www.php.net/addslashes>, `wp_magic_quotes` and `wp_signon` of `WordPress`.

use zeroize::Zeroizing;

/// What PHP's `addslashes` makes of a password; `None` where it changes nothing.
pub(super) fn add(secret: &str) -> Option<Zeroizing<String>> {
    if !secret.contains(['\'', '"', '\\', '\0']) {
        return None;
    }
    // Room for all from the start: growing would leave unwiped copies behind.
    let mut slashed = Zeroizing::new(String::with_capacity(2 * secret.len()));
    for character in secret.chars() {
        match character {
            '\'' | '"' | '\\' => slashed.extend(['\\', character]),
            '\0' => slashed.push_str("\\0"),
            other => slashed.push(other),
        }
    }
    Some(slashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PHP's manual describes `addslashes`.
    #[test]
    fn quotation_marks_backslashes_and_nul_get_a_slash_before_them() {
        let cases = [
            ("it's7quay", r"it\'s7quay"),
            (r#"7"quays""#, r#"7\"quays\""#),
            (r"back\slash9", r"back\\slash9"),
            ("nul\0nine", r"nul\0nine"),
            (r#"'"\"#, r#"\'\"\\"#),
        ];
        for (typed, slashed) in cases {
            assert_eq!(add(typed).as_deref().map(String::as_str), Some(slashed), "{typed:?}");
        }
        for unchanged in ["trout9lamp", "`’´/%", ""] {
            assert_eq!(add(unchanged), None, "{unchanged:?}");
        }
    }
}
