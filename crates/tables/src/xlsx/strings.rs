use std::io::{Read, Seek};

use quick_xml::events::Event;

use super::archive::Archive;
use super::text;
use super::xml::Xml;
use crate::{FileError, MAX_STRINGS, MAX_STRINGS_PART};

/// The texts that cells refer to by number, one behind the other: millions of tiny ones take little more
/// than their letters.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// The text with this number, from 0.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = usize::try_from(*self.ends.get(index)?).ok()?;
        let begin = match index.checked_sub(1) {
            Some(before) => usize::try_from(*self.ends.get(before)?).ok()?,
            None => 0,
        };
        self.text.get(begin..end)
    }
}

/// Reads the part of shared texts.
pub(super) fn read<R: Read + Seek>(
    archive: &Archive,
    source: &mut R,
    path: &str,
) -> Result<Strings, FileError> {
    let mut xml = Xml::new(archive.open(source, path, MAX_STRINGS_PART)?);
    let mut strings = Strings::default();
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                let text = text::rich(&mut xml)?;
                strings.text.push_str(&text);
                let end =
                    u32::try_from(strings.text.len()).ok().filter(|_| strings.text.len() <= MAX_STRINGS);
                let Some(end) = end else { return Err(xml.too_much(MAX_STRINGS as u64)) };
                strings.ends.push(end);
            }
            Event::Eof => return Ok(strings),
            _ => {}
        }
    }
}
