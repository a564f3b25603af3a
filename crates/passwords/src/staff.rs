//! What a staff user may choose.

use crate::{
    password::Password,
    rule::{Problem, is_too_common},
    strength::{Strength, strength},
};

/// The rule for staff users' passwords: length and strength, no letters or digits demanded
/// (NIST SP 800-63B section 3.1.1.2 advises against rules of composition).
#[derive(Clone, Copy, Debug, Default)]
pub struct StaffRule;

impl StaffRule {
    /// The fewest characters (code points after NFKC).
    pub const MIN_LENGTH: usize = 12;
    /// The least strength.
    pub const MIN_STRENGTH: Strength = Strength::Strong;

    /// All that is wrong with `candidate`; empty when it may be chosen. `inputs` is what is known
    /// about the person: e-mail address, name, the supplier's name.
    pub fn problems(self, candidate: &Password, inputs: &[&str]) -> Vec<Problem> {
        [
            (candidate.characters() < Self::MIN_LENGTH, Problem::TooShort { min: Self::MIN_LENGTH }),
            (is_too_common(candidate), Problem::TooCommon),
            (strength(candidate, inputs) < Self::MIN_STRENGTH, Problem::TooWeak),
        ]
        .into_iter()
        .filter_map(|(applies, problem)| applies.then_some(problem))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_need_length_and_strength() {
        use Problem::{TooCommon, TooShort, TooWeak};
        let short = TooShort { min: 12 };
        for (candidate, expected) in [
            ("vulture lantern oboe", vec![]),
            ("xK9#q!vZ2m@", vec![short]),
            ("password1", vec![short, TooCommon, TooWeak]),
            ("1234567890qwertyuiop", vec![TooCommon, TooWeak]),
            ("marta.nowak@supplier.example1", vec![TooWeak]),
            ("Marta Nowak 1", vec![TooWeak]),
        ] {
            let inputs = ["marta.nowak@supplier.example", "Marta Nowak", "Supplier Ltd"];
            assert_eq!(
                StaffRule.problems(&Password::parse(candidate).unwrap(), &inputs),
                expected,
                "{candidate}"
            );
        }
    }
}
