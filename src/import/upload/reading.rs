//! How a file is read: what was found out, and what one may choose instead.

use tables::{Dialect, Encoding, Options};

use crate::import::{Import, Origin};

/// What may stand between cells: its name in forms, the word for it, the character.
const DELIMITERS: [(&str, &str, char); 5] = [
    ("comma", "Commas", ','),
    ("semicolon", "Semicolons", ';'),
    ("tab", "Tabs", '\t'),
    ("mysql", "Tabs, as MySQL writes them", '\t'),
    ("bar", "Vertical bars", '|'),
];

/// Encodings and what people call them.
const ENCODINGS: [(&str, &str); 9] = [
    ("UTF-8", "UTF-8"),
    ("UTF-16LE", "UTF-16"),
    ("windows-1252", "Western European (Windows-1252)"),
    ("windows-1250", "Central European (Windows-1250)"),
    ("windows-1251", "Cyrillic (Windows-1251)"),
    ("IBM850", "Western European, DOS (850)"),
    ("IBM437", "DOS (437)"),
    ("IBM852", "Central European, DOS (852)"),
    ("macintosh", "Western European, old Macintosh"),
];

/// How a file is to be read, as it is chosen in a form. What is empty is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The name of what stands between the cells of a CSV file.
    pub delimiter: String,
    /// The name of the encoding of a CSV file.
    pub encoding: String,
    /// The sheet of a workbook.
    pub sheet: String,
    /// The row of the headings, as it was typed.
    pub heading_row: String,
}

impl Reading {
    /// How a file was read.
    pub fn of(origin: &Origin) -> Self {
        Self {
            delimiter: delimiter(origin).map(|(name, ..)| name.to_owned()).unwrap_or_default(),
            encoding: origin.encoding.clone().unwrap_or_default(),
            sheet: origin.sheet.clone().unwrap_or_default(),
            heading_row: if origin.heading_row > 0 { origin.heading_row.to_string() } else { String::new() },
        }
    }

    /// As a form sends it; what is empty is left out.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("delimiter", self.delimiter.as_str()),
            ("encoding", self.encoding.as_str()),
            ("sheet", self.sheet.as_str()),
            ("heading_row", self.heading_row.as_str()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// What a form says, where it says something.
    pub fn over(mut self, pairs: &[(String, String)]) -> Self {
        for (name, value) in pairs {
            match name.as_str() {
                "delimiter" => self.delimiter.clone_from(value),
                "encoding" => self.encoding.clone_from(value),
                "sheet" => self.sheet.clone_from(value),
                "heading_row" => value.trim().clone_into(&mut self.heading_row),
                _ => {}
            }
        }
        self
    }

    /// As whoever reads the file is told.
    ///
    /// # Errors
    /// The field that makes no sense, and what to do.
    pub fn options(&self) -> Result<Options, (&'static str, String)> {
        let known = DELIMITERS.into_iter().find(|(name, ..)| *name == self.delimiter);
        let heading_row = match self.heading_row.as_str() {
            "" => None,
            typed => match typed.parse() {
                Ok(row @ 1..) => Some(row),
                _ => return Err(("heading_row", "Say the number of a row, such as 3.".to_owned())),
            },
        };
        Ok(Options {
            delimiter: known.and_then(|(.., character)| u8::try_from(character).ok()),
            dialect: known.map(|(name, ..)| if name == "mysql" { Dialect::MySql } else { Dialect::Quoted }),
            encoding: Encoding::from_label(&self.encoding),
            sheet: Some(self.sheet.clone()).filter(|name| !name.is_empty()),
            heading_row,
            known: None,
        })
    }

    /// How the same file is read by another choice. Another sheet has headings of its own.
    pub fn after(self, before: &Self) -> Self {
        if self.sheet != before.sheet && self.heading_row == before.heading_row {
            return Self { heading_row: String::new(), ..self };
        }
        self
    }
}

fn delimiter(origin: &Origin) -> Option<(&'static str, &'static str, char)> {
    let is = |(name, _, character): &(&str, &str, char)| {
        Some(*character) == origin.delimiter && (*name == "mysql") == origin.mysql
    };
    DELIMITERS.into_iter().find(is)
}

/// The part of a form in which it is chosen how a file is read.
#[derive(Clone, Debug)]
pub struct ReadingForm {
    /// What is chosen.
    pub reading: Reading,
    /// The sheets of a workbook that has several: name, word.
    pub sheets: Vec<(String, String)>,
    /// What may stand between the cells of a CSV file; none of a workbook.
    pub delimiters: Vec<(String, String)>,
    /// The encodings of a CSV file; none of a workbook.
    pub encodings: Vec<(String, String)>,
}

impl ReadingForm {
    /// For a file that nobody looked into yet.
    pub fn blank() -> Self {
        let found_out = || std::iter::once((String::new(), "Found out".to_owned()));
        Self {
            reading: Reading::default(),
            sheets: Vec::new(),
            delimiters: found_out().chain(delimiters()).collect(),
            encodings: found_out().chain(encodings(None)).collect(),
        }
    }

    /// For a file that was read, with what is chosen now.
    pub fn of(origin: &Origin, reading: Reading) -> Self {
        let several = if origin.sheets.len() > 1 { origin.sheets.as_slice() } else { &[] };
        let is_csv = origin.sheet.is_none();
        Self {
            reading,
            sheets: several.iter().map(|name| (name.clone(), name.clone())).collect(),
            delimiters: if is_csv { delimiters().collect() } else { Vec::new() },
            encodings: if is_csv { encodings(origin.encoding.as_deref()).collect() } else { Vec::new() },
        }
    }
}

fn delimiters() -> impl Iterator<Item = (String, String)> {
    DELIMITERS.into_iter().map(|(name, word, _)| (name.to_owned(), word.to_owned()))
}

/// All that can be chosen, with the one that was found out.
fn encodings(found: Option<&str>) -> impl Iterator<Item = (String, String)> {
    let rare = found.filter(|name| !ENCODINGS.iter().any(|(known, _)| known == name));
    let rare = rare.map(|name| (name.to_owned(), name.to_owned()));
    ENCODINGS.into_iter().map(|(name, word)| (name.to_owned(), word.to_owned())).chain(rare)
}

/// What was found out about a file.
pub fn found_in_words(import: &Import) -> String {
    let origin = &import.origin;
    let mut parts = if let Some(sheet) = &origin.sheet {
        vec!["XLSX".to_owned(), format!("sheet “{sheet}”")]
    } else {
        let encoding = origin.encoding.as_deref().unwrap_or_default();
        let called = ENCODINGS.into_iter().find(|(name, _)| *name == encoding).map(|(_, word)| word);
        let between = delimiter(origin).map_or("another delimiter", |(_, word, _)| word);
        vec!["CSV".to_owned(), called.unwrap_or(encoding).to_owned(), first_small(between)]
    };
    if origin.heading_row > 0 {
        parts.push(format!("headings in row {}", origin.heading_row));
    }
    let rows = if import.total == 1 { "1 row".to_owned() } else { format!("{} rows", import.total) };
    format!("{} · {rows}{}", parts.join(", "), beside(&origin.beside))
}

fn first_small(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// The rows that were left out, by their numbers.
fn beside(rows: &[usize]) -> String {
    let numbers: Vec<String> = rows.iter().take(5).map(usize::to_string).collect();
    match rows.len() {
        0 => String::new(),
        1 => format!(" · row {} is left out: a total or a heading", numbers[0]),
        2..=5 => format!(" · rows {} are left out: totals or headings", numbers.join(", ")),
        _ => format!(" · rows {} and others are left out: totals or headings", numbers.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_out_is_what_is_chosen_at_first() {
        let origin = Origin {
            encoding: Some("IBM850".into()),
            delimiter: Some('\t'),
            mysql: true,
            heading_row: 3,
            ..Origin::default()
        };
        let reading = Reading::of(&origin);
        assert_eq!((reading.delimiter.as_str(), reading.heading_row.as_str()), ("mysql", "3"));
        let options = reading.options().unwrap();
        assert_eq!(options.encoding.map(Encoding::name), Some("IBM850"));
        assert_eq!((options.delimiter, options.dialect), (Some(b'\t'), Some(Dialect::MySql)));
        let form = ReadingForm::of(&origin, reading.clone());
        assert!(form.encodings.iter().any(|(name, _)| *name == reading.encoding));
        assert!(form.delimiters.iter().any(|(name, _)| *name == reading.delimiter));
        for (name, _) in ENCODINGS {
            assert_eq!(Encoding::from_label(name).map(Encoding::name), Some(name));
        }
    }

    #[test]
    fn another_sheet_has_headings_of_its_own() {
        let before = Reading { sheet: "Cover".into(), heading_row: "5".into(), ..Reading::default() };
        let pairs =
            [("sheet".to_owned(), "Customers".to_owned()), ("heading_row".to_owned(), "5".to_owned())];
        assert_eq!(before.clone().over(&pairs).after(&before).heading_row, "");
        let typed = [("heading_row".to_owned(), " x ".to_owned())];
        assert_eq!(before.over(&typed).options().unwrap_err().0, "heading_row");
    }
}
