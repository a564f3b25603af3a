use std::collections::BTreeMap;
use std::io::{Read, Seek};

use quick_xml::events::Event;

use super::archive::Archive;
use super::xml::{Xml, attribute};
use crate::{FileError, MAX_OTHER_PART};

/// How a number is shown, as far as that changes what a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// By its digits.
    General,
    /// With zeros before it, up to so many digits: `00000` is how account numbers keep theirs.
    Padded(u8),
    /// As a day, a time of day, or both.
    Moment {
        /// The day is shown.
        day: bool,
        /// The time of day is shown.
        time: bool,
    },
    /// As hours, however many.
    Elapsed,
}

/// Reads the formats that cells refer to by number.
pub(super) fn read<R: Read + Seek>(
    archive: &Archive,
    source: &mut R,
    path: &str,
) -> Result<Vec<Format>, FileError> {
    let mut xml = Xml::new(archive.open(source, path, MAX_OTHER_PART)?);
    let mut own = BTreeMap::new();
    let mut formats = Vec::new();
    let mut in_cells = false;
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "cellXfs" => in_cells = true,
                "dxfs" => xml.skip()?,
                "numFmt" => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&tag, "formatCode")) {
                        own.insert(id, of_code(&code));
                    }
                }
                "xf" if in_cells => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    formats.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}

/// The formats that every workbook has (ECMA-376-1, 18.8.30, with those of East Asian languages).
fn built_in(id: u32) -> Format {
    match id {
        14..=17 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 => Format::Moment { day: true, time: false },
        18..=21 | 32 | 33 | 45 | 47 | 55 | 56 => Format::Moment { day: false, time: true },
        22 => Format::Moment { day: true, time: true },
        46 => Format::Elapsed,
        _ => Format::General,
    }
}

/// What a format's code shows of a positive number, by its first section (ECMA-376-1, 18.8.31).
pub(super) fn of_code(code: &str) -> Format {
    let letters = letters(code);
    let has = |wanted: &[char]| letters.iter().any(|letter| wanted.contains(letter));
    if code.eq_ignore_ascii_case("general") {
        return Format::General;
    }
    if has(&[ELAPSED]) {
        return Format::Elapsed;
    }
    let time = has(&['h', 's']);
    // `m` is minutes beside hours or seconds, and months otherwise.
    let day = has(&['d', 'y']) || has(&['m']) && !time;
    if day || time {
        return Format::Moment { day, time };
    }
    let section = code.split(';').next().unwrap_or_default();
    match u8::try_from(section.len()) {
        Ok(zeros) if zeros > 1 && section.bytes().all(|digit| digit == b'0') => Format::Padded(zeros),
        _ => Format::General,
    }
}

/// Stands for `[h]` and the like.
const ELAPSED: char = '[';

/// What means something in the first section: all that isn't quoted, escaped or a colour, condition or
/// language in brackets.
fn letters(code: &str) -> Vec<char> {
    let mut letters = Vec::new();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character.to_ascii_lowercase() {
            ';' => break,
            '"' => drop(characters.by_ref().find(|character| *character == '"')),
            '\\' | '_' | '*' => drop(characters.next()),
            '[' if is_elapsed(&mut characters) => letters.push(ELAPSED),
            '[' => {}
            letter => letters.push(letter),
        }
    }
    letters
}

/// Whether brackets hold `h`, `mm` or the like, rather than a colour, condition or language.
fn is_elapsed(characters: &mut std::str::Chars<'_>) -> bool {
    let within: String = characters.by_ref().take_while(|character| *character != ']').collect();
    let mut letters = within.chars().map(|letter| letter.to_ascii_lowercase());
    let first = letters.next();
    matches!(first, Some('h' | 'm' | 's')) && letters.all(|letter| Some(letter) == first)
}
