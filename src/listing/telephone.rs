//! Telephone numbers as people type them into a search. The sales app has the same rule in
//! `web/sales/telephone.js`; `tests/telephone.json` holds both to it.

/// The fewest digits that are taken for a telephone number.
const DIGITS: usize = 4;

/// Country codes of one and of two digits (ITU-T E.164); all others have three. None begins another.
const OF_ONE: [&str; 2] = ["1", "7"];
const OF_TWO: [&str; 43] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95",
];

/// Whether a text may be part of a telephone number.
pub(super) fn is_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()/.‐‒–—−".contains(c))
}

/// The digits that every way of writing a number has: without the country's code after `+` or `00`, and
/// without the zero that is dialled within a country. `None` for what is no number, or too little of one.
pub(super) fn significant(typed: &str) -> Option<String> {
    if !is_number(typed) {
        return None;
    }
    let written: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace("(0)", "");
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let from_abroad = written.trim_start_matches('(').starts_with('+');
    let (digits, from_abroad) = match digits.strip_prefix("00") {
        Some(rest) if !from_abroad => (rest, true),
        _ => (digits.as_str(), from_abroad),
    };
    let within = if from_abroad { after_country(digits) } else { digits };
    let kept = within.trim_start_matches('0');
    // Of a country's code and little more the code is all there is to go by.
    let kept = if kept.len() < DIGITS { digits.trim_start_matches('0') } else { kept };
    (kept.len() >= DIGITS).then(|| kept.to_owned())
}

fn after_country(digits: &str) -> &str {
    let starts_with = |codes: &[&str]| codes.iter().any(|code| digits.starts_with(code));
    let length = if starts_with(&OF_ONE) {
        1
    } else if starts_with(&OF_TWO) || digits.starts_with("98") {
        2
    } else {
        3
    };
    digits.get(length..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_searches_read_numbers_alike() {
        let cases: Vec<(String, Option<String>)> =
            serde_json::from_str(include_str!("../../tests/telephone.json")).unwrap();
        for (typed, expected) in cases {
            assert_eq!(significant(&typed), expected, "{typed:?}");
        }
    }
}
