//! How hard a password is to guess.

use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use crate::password::Password;

/// An estimate by zxcvbn: how many guesses a password withstands.
///
/// <https://www.usenix.org/conference/usenixsecurity16/technical-sessions/presentation/wheeler>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// 0: under a thousand guesses.
    VeryWeak,
    /// 1: under a million.
    Weak,
    /// 2: under a hundred million.
    Fair,
    /// 3: under ten thousand million.
    Strong,
    /// 4: more.
    VeryStrong,
}

impl Strength {
    /// 0 to 4.
    pub fn score(self) -> u8 {
        self as u8
    }
}

/// Most characters estimated; the work grows faster than the length. Cutting only makes the
/// estimate lower.
const MAX_CHARACTERS: usize = 64;
/// Most words of the inputs considered.
const MAX_INPUTS: usize = 32;

/// Estimates `password` for someone about whom `inputs` are known: names, addresses and the like,
/// each also taken apart into its words.
///
/// It may take as long as a hash (tens of milliseconds at worst): call it where blocking is allowed. The estimator
/// keeps unwiped pieces of the password in memory for the length of the call.
pub fn strength(password: &Password, inputs: &[&str]) -> Strength {
    let text = Zeroizing::new(password.expose().chars().take(MAX_CHARACTERS).collect::<String>());
    let inputs = words(inputs);
    match zxcvbn(&text, &inputs).score() {
        Score::Zero => Strength::VeryWeak,
        Score::One => Strength::Weak,
        Score::Two => Strength::Fair,
        Score::Three => Strength::Strong,
        _ => Strength::VeryStrong,
    }
}

/// The inputs and the words in them, short ones left out.
fn words<'a>(inputs: &[&'a str]) -> Vec<&'a str> {
    let inputs = inputs.iter().filter(|input| input.len() <= 4 * MAX_CHARACTERS);
    inputs
        .flat_map(|input| {
            std::iter::once(*input).chain(input.split(|character: char| !character.is_alphanumeric()))
        })
        .filter(|word| word.chars().count() >= 3)
        .take(MAX_INPUTS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(password: &str, inputs: &[&str]) -> Strength {
        strength(&Password::parse(password).unwrap(), inputs)
    }

    #[test]
    fn weak_and_strong_are_told_apart() {
        assert_eq!(of("password1", &[]), Strength::VeryWeak);
        assert_eq!(of("vulture lantern oboe 7 quartz", &[]), Strength::VeryStrong);
        assert_eq!(Strength::VeryStrong.score(), 4);
        assert!(Strength::Fair < Strength::Strong);
    }

    #[test]
    fn what_is_known_about_a_person_makes_it_weaker() {
        let password = "grzegorzewska77";
        assert!(of(password, &["m.grzegorzewska@shop.example"]) < of(password, &[]));
    }

    #[test]
    fn any_length_is_estimated() {
        assert!(of(&"🌻a1 ".repeat(64), &["x".repeat(100_000).as_str()]).score() <= 4);
        assert_eq!(of("a", &[""]), Strength::VeryWeak);
    }
}
