//! The form in which it is chosen what the columns of a file hold and what is
//! done with its rows.

use crate::http::forms::FieldErrors;
use crate::import::{Choices, Field, Import, MISSING_LIMIT, Matching, Staged};

/// Cells shown of each column.
const SAMPLES: usize = 3;

/// A column of the file, with what it is said to hold.
#[derive(Clone, Debug)]
pub struct Column {
    /// The name of its choice in the form.
    pub name: String,
    /// Its heading.
    pub heading: String,
    /// What stands in its first rows.
    pub samples: Vec<String>,
    /// The fields it may hold: name, word, whether it is chosen.
    pub fields: Vec<(&'static str, &'static str, bool)>,
    /// Whether it seems to hold passwords, and so was not taken in.
    pub of_passwords: bool,
    /// Whether its cells are kept; nobody said what the others hold.
    pub kept: bool,
}

/// The form as it is shown.
#[derive(Clone, Debug)]
pub struct ChoicesForm {
    /// Each column in which there is something, or that is chosen.
    pub columns: Vec<Column>,
    /// How many are empty in every row.
    pub blank: usize,
    /// The ways to find contacts: name, word.
    pub ways: Vec<(String, String)>,
    /// The territories to choose from: value, word.
    pub territories: Vec<(String, String)>,
    /// What is chosen.
    pub choices: Choices,
    /// How many may be deactivated, as it was typed.
    pub most: String,
    /// The headings of columns that are chosen and were not kept.
    pub needed: Vec<String>,
    /// Whether retailers are told apart by their names.
    pub by_name: bool,
}

impl ChoicesForm {
    /// The form of an import with what is chosen.
    pub fn new(import: &Import, choices: Choices, first: &[Staged], territories: &[String]) -> Self {
        let chosen = |place: usize| choices.columns.get(place).copied().flatten();
        let is_shown = |place: usize| {
            import.total == 0 || chosen(place).is_some() || !import.origin.blank.contains(&place)
        };
        let shown = import.headings.iter().enumerate().filter(|(place, _)| is_shown(*place));
        let columns = shown.map(|(place, heading)| {
            let of_passwords = import.choices.is_of_passwords(place, heading);
            Column {
                name: format!("column-{place}"),
                heading: heading.clone(),
                samples: if of_passwords { Vec::new() } else { samples(first, place) },
                fields: fields(chosen(place)),
                of_passwords,
                kept: import.origin.kept.contains(&place),
            }
        });
        let columns: Vec<Column> = columns.collect();
        let none = (String::new(), "None: such rows are wrong".to_owned());
        Self {
            blank: import.headings.len() - columns.len(),
            columns,
            ways: Matching::ALL.map(|way| (way.as_str().to_owned(), in_words(way).to_owned())).to_vec(),
            territories: std::iter::once(none)
                .chain(territories.iter().map(|name| (name.clone(), name.clone())))
                .collect(),
            needed: needed(import),
            by_name: choices.by_name(),
            most: choices.missing.unwrap_or(MISSING_LIMIT).to_string(),
            choices,
        }
    }
}

fn needed(import: &Import) -> Vec<String> {
    import.not_kept().into_iter().filter_map(|place| import.headings.get(place).cloned()).collect()
}

fn samples(first: &[Staged], place: usize) -> Vec<String> {
    let texts = first.iter().filter_map(|row| row.cells.texts.get(place));
    texts.filter(|text| !text.trim().is_empty()).take(SAMPLES).cloned().collect()
}

fn fields(chosen: Option<Field>) -> Vec<(&'static str, &'static str, bool)> {
    let taken = Field::ALL.into_iter().filter(|field| !field.is_of_passwords());
    taken.map(|field| (field.as_str(), field.label(), chosen == Some(field))).collect()
}

const fn in_words(way: Matching) -> &'static str {
    match way {
        Matching::Either => "By username, or else by e-mail address",
        Matching::Username => "By username only",
        Matching::Email => "By e-mail address; usernames may change",
    }
}

/// What was chosen in a form, and what is wrong with it.
pub fn read(pairs: &[(String, String)], columns: usize) -> (Choices, FieldErrors) {
    let field = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
    let ticked = |name: &str| field(name) == Some("true");
    let mut errors = Vec::new();
    let held = |place: usize| field(&format!("column-{place}")).and_then(Field::from_name);
    let missing = ticked("deactivate").then(|| field("missing").unwrap_or_default().parse().ok());
    if let Some(None | Some(..0)) = missing {
        errors.push(("missing", "Say how many may be deactivated at most: a number, such as 50.".to_owned()));
    }
    let choices = Choices {
        columns: (0..columns).map(|place| held(place).filter(|field| !field.is_of_passwords())).collect(),
        matching: field("matching").and_then(Matching::from_name).unwrap_or_default(),
        new_territories: ticked("new_territories"),
        territory: field("territory").unwrap_or_default().to_owned(),
        username_from_email: ticked("username_from_email"),
        access: ticked("access"),
        good_rows: ticked("good_rows"),
        missing: missing.flatten(),
    };
    if let Some(problem) = choices.problem() {
        errors.push(("columns", problem));
    }
    (choices, errors.into())
}
