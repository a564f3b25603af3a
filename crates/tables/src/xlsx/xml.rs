use std::borrow::Cow;
use std::io::{self, Read};

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::part::Part;
use crate::{FileError, MAX_DEPTH};

/// The tags and texts of a part. None is longer than [`MAX_PIECE`](crate::MAX_PIECE), none deeper than
/// [`MAX_DEPTH`], and a document type, by which a few bytes can become gigabytes, is refused
/// (ECMA-376-2, 6.2.5 forbids it).
pub(super) struct Xml<R: Read> {
    reader: Reader<Part<R>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<R: Read> Xml<R> {
    /// From the part's beginning.
    pub(super) fn new(part: Part<R>) -> Self {
        let mut reader = Reader::from_reader(part);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = false;
        Self { reader, buffer: Vec::with_capacity(1024), depth: 0 }
    }

    /// The next tag or text. Its names are of this part alone, so a prefix before them says nothing new.
    pub(super) fn next(&mut self) -> Result<Event<'_>, FileError> {
        self.buffer.clear();
        self.reader.get_mut().begin_piece();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => return Err(self.reader.get_ref().explain(&error)),
            Err(_) => return Err(damaged(&self.reader)),
        };
        match event {
            Event::Start(_) if self.depth == MAX_DEPTH => return Err(damaged(&self.reader)),
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(damaged(&self.reader)),
            _ => {}
        }
        Ok(event)
    }

    /// Goes past the end of the tag that began last.
    pub(super) fn skip(&mut self) -> Result<(), FileError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if matches!(self.next()?, Event::Eof) {
                return Err(self.damaged());
            }
        }
        Ok(())
    }

    /// Reads what is left, so that the part's sum is checked.
    pub(super) fn finish(&mut self) -> Result<(), FileError> {
        let part = self.reader.get_mut();
        match io::copy(part, &mut io::sink()) {
            Ok(_) => Ok(()),
            Err(error) => Err(part.explain(&error)),
        }
    }

    /// The part has more in it than this many bytes.
    pub(super) fn too_much(&self, limit: u64) -> FileError {
        FileError::UnpacksToTooMuch { part: self.reader.get_ref().path().to_owned(), limit }
    }

    /// The part isn't as it must be.
    pub(super) fn damaged(&self) -> FileError {
        damaged(&self.reader)
    }
}

fn damaged<R: Read>(reader: &Reader<Part<R>>) -> FileError {
    FileError::Damaged { part: reader.get_ref().path().to_owned() }
}

/// An attribute's value by the local part of its name. `None` when it isn't there or is malformed.
pub(super) fn attribute<'tag>(tag: &'tag BytesStart<'_>, name: &str) -> Option<Cow<'tag, str>> {
    let mut attributes = tag.attributes();
    attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0).ok())
}

/// What `&amp;` or `&#65;` stands for.
pub(super) fn referred(reference: &BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}
