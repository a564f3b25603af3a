//! Patterns everybody thinks of, which no list can hold in full.

use zeroize::Zeroizing;

/// The rows fingers and minds run along, forwards and backwards.
const ROWS: [&str; 11] = [
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// Whether `password` has at most two different characters (`a1a1a1a1`) or is made of at most two
/// runs (`12345678a`, `qwertyu1`, `aaaa4321`), in any case. A run repeats one character or goes
/// along one of [`ROWS`].
pub(crate) fn is(password: &str) -> bool {
    let lower = Zeroizing::new(password.to_lowercase());
    let characters = Zeroizing::new(lower.chars().collect::<Vec<char>>());
    different(&characters) <= 2 || runs(&characters) <= 2
}

/// How many different characters, counted up to 3.
fn different(characters: &[char]) -> usize {
    let Some(first) = characters.first() else { return 0 };
    let Some(second) = characters.iter().find(|character| *character != first) else { return 1 };
    2 + usize::from(characters.iter().any(|character| character != first && character != second))
}

/// How many runs, each as long as can be, counted up to 3.
fn runs(characters: &[char]) -> usize {
    let mut rest = characters;
    let mut runs = 0;
    while !rest.is_empty() && runs < 3 {
        rest = &rest[run(rest)..];
        runs += 1;
    }
    runs
}

/// The length of the run at the start of `characters`, which are not empty.
fn run(characters: &[char]) -> usize {
    let repeated = characters.iter().take_while(|character| **character == characters[0]).count();
    let along = ROWS
        .iter()
        .flat_map(|row| [length_along(characters, row.chars()), length_along(characters, row.chars().rev())]);
    along.fold(repeated, usize::max)
}

/// How far `characters` go along `row`, from wherever in it they start.
fn length_along(characters: &[char], row: impl Iterator<Item = char>) -> usize {
    // `0` is in its row twice; the longer way counts.
    let row: Vec<char> = row.collect();
    let starts = row.iter().enumerate().filter(|(_, symbol)| **symbol == characters[0]);
    starts
        .map(|(start, _)| {
            row[start..].iter().zip(characters).take_while(|(symbol, typed)| symbol == typed).count()
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_repetitions_are_obvious() {
        for obvious in [
            "12345678a",
            "a12345678",
            "qwertyu1",
            "Abcdefg1",
            "abcd1234",
            "4321dcba",
            "aaaaaaa1",
            "a1a1a1a1",
            "aaaa1111",
            "1234567890q",
            "0987654321a",
            "asdfghj1",
            "qwertz12",
            "azerty12",
            "1q2w3e4r",
            "uuuuuuuu",
            "ääääääää1",
        ] {
            assert!(is(obvious), "{obvious}");
        }
    }

    #[test]
    fn others_are_not() {
        for other in ["trout9lamp", "abc12 xyz", "qwe123rty", "1234abcd!", "tradepost1", "a1b2c3d4"] {
            assert!(!is(other), "{other}");
        }
    }
}
