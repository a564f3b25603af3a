//! Whether two names are one person's. Whoever has someone's record has their
//! password, so in doubt they are two.

use unicode_normalization::UnicodeNormalization as _;

use super::vocabulary;

/// How alike two names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// One person's, perhaps written in another order, with initials, without
    /// accents or with more names.
    Same,
    /// A marriage, a slip or somebody else: people know, a file doesn't.
    Unclear,
    /// Two people's.
    Different,
}

/// How alike two names are.
pub fn likeness(one: &str, other: &str) -> Likeness {
    let spelled = |spelling| likeness_as_spelled((one, other), spelling);
    match (spelled(Spelling::Plain), spelled(Spelling::Out)) {
        (_, Likeness::Same) => Likeness::Same,
        (plain, _) => plain,
    }
}

fn likeness_as_spelled((one, other): (&str, &str), spelling: Spelling) -> Likeness {
    let (one, other) = (names(one, spelling), names(other, spelling));
    if one.concat() == other.concat() {
        return Likeness::Same;
    }
    let (few, many) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    match few.as_slice() {
        [] => Likeness::Unclear,
        [single] if many.len() > 1 && many.first() == Some(single) => Likeness::Same,
        [single] if many.contains(single) => Likeness::Unclear,
        [_, _, ..] if are_among(few, many) => Likeness::Same,
        _ if might_be_one(&one, &other) => Likeness::Unclear,
        _ => Likeness::Different,
    }
}

/// Whether two names are one, in whatever order: what is compared when nothing
/// else tells people apart.
pub fn are_one(one: &str, other: &str) -> bool {
    let sorted = |name: &str, spelling| {
        let mut names = names(name, spelling);
        names.sort_unstable();
        names.concat()
    };
    Spelling::BOTH.into_iter().any(|spelling| sorted(one, spelling) == sorted(other, spelling))
}

/// Whether a name says less than another of the same person.
pub fn says_less(name: &str, than: &str) -> bool {
    let length = |name: &str| names(name, Spelling::Plain).iter().map(String::len).sum::<usize>();
    length(name) < length(than)
}

const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "hr", "fr", "dipl", "ing", "mag", "med",
    "jur", "mme", "mlle", "monsieur", "madame", "sig", "dott", "sr", "sra", "dhr", "mevr", "pan", "pani",
];

/// How letters with two dots are compared. Two names are one when they are in
/// either way; were both ways mixed, Bauer would be Baur.
#[derive(Clone, Copy)]
enum Spelling {
    /// `Müller` as `muller`.
    Plain,
    /// `Müller` as `mueller`.
    Out,
}

impl Spelling {
    const BOTH: [Self; 2] = [Self::Plain, Self::Out];

    fn of(self, name: &str) -> String {
        let name = name.to_lowercase().nfc().collect::<String>();
        match self {
            Self::Plain => name,
            Self::Out => name.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue"),
        }
    }
}

/// The names of a name, in their order, as they are compared.
fn names(name: &str, spelling: Spelling) -> Vec<String> {
    let (mut names, mut titles): (Vec<String>, Vec<String>) =
        vocabulary::words(&spelling.of(name)).into_iter().partition(|word| !TITLES.contains(&word.as_str()));
    if names.is_empty() {
        names.append(&mut titles);
    }
    // "Sample, Ann" is Ann Sample.
    if name.split(',').filter(|part| !part.trim().is_empty()).count() == 2 && names.len() > 1 {
        let last = vocabulary::words(&name.split(',').next().unwrap_or_default().to_lowercase()).len();
        let turn = last.min(names.len() - 1);
        names.rotate_left(turn);
    }
    names
}

/// Whether each of a few names is one of many, or its initial; one at least in
/// full.
fn are_among(few: &[String], many: &[String]) -> bool {
    let mut left: Vec<&String> = many.iter().collect();
    let mut in_full = 0;
    for name in few {
        let full = left.iter().position(|other| *other == name);
        let place = full.or_else(|| left.iter().position(|other| is_initial(name, other)));
        let Some(place) = place else { return false };
        in_full += usize::from(full.is_some() && name.chars().count() > 1);
        left.remove(place);
    }
    in_full > 0
}

fn is_initial(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    short.chars().count() == 1 && long.starts_with(short)
}

/// The same first name with another last one, or a letter's difference.
fn might_be_one(one: &[String], other: &[String]) -> bool {
    let (Some(first), Some(other_first)) = (one.first(), other.first()) else { return true };
    if first == other_first {
        return true;
    }
    let rest = |names: &[String]| names.iter().skip(1).cloned().collect::<Vec<_>>();
    rest(one) == rest(other) && is_a_letter_apart(first, other_first)
}

/// Whether a letter more, less or another makes one of the other.
fn is_a_letter_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    if short.len() < 3 || long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let more = usize::from(long.len() == short.len());
    short.get(same + more..) == long.get(same + 1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_written_in_many_ways() {
        for (one, other) in [
            ("Ann Sample", "ANN  SAMPLE"),
            ("Ann Sample", "Sample, Ann"),
            ("Ann Sample", "Sample Ann"),
            ("Ann Sample", "A. Sample"),
            ("Ann Sample", "Ms Ann Sample"),
            ("Ann Sample", "Ann Maria Sample"),
            ("Ann", "Ann Sample"),
            ("Jörg Müller", "Joerg Mueller"),
            ("Jörg Müller", "Jorg Muller"),
            ("Renée O'Brien", "Renee OBrien"),
            ("Hans McDonald", "Hans Mcdonald"),
        ] {
            assert_eq!(likeness(one, other), Likeness::Same, "{one} {other}");
            assert_eq!(likeness(other, one), Likeness::Same, "{other} {one}");
        }
    }

    #[test]
    fn a_marriage_and_a_slip_are_asked_about() {
        for (one, other) in [
            ("Ann Sample", "Ann Example"),
            ("Anne Sample", "Anna Sample"),
            ("John Sample", "Jon Sample"),
            ("Hans Bauer", "Hans Baur"),
            ("Michael Sample", "Michal Sample"),
            ("Sample", "Bob Sample"),
            ("Ann Sample", "…"),
        ] {
            assert_eq!(likeness(one, other), Likeness::Unclear, "{one} {other}");
            assert_eq!(likeness(other, one), Likeness::Unclear, "{other} {one}");
        }
    }

    #[test]
    fn two_people_are_two() {
        for (one, other) in [
            ("Ann Sample", "Bob Example"),
            ("Ann Sample", "Bob Sample"),
            ("Ann Sample", "Anton Sample"),
            ("Ann", "Bob"),
            ("Purchasing", "Bob Example"),
        ] {
            assert_eq!(likeness(one, other), Likeness::Different, "{one} {other}");
        }
        assert!(are_one("Ann  Sample", "Sample, Ann") && are_one("Jörg Müller", "Mueller Joerg"));
        assert!(!are_one("Hans Bauer", "Hans Baur"));
        assert!(says_less("A. Sample", "Ann Sample") && !says_less("Ann Sample", "A. Sample"));
    }
}
