use std::io::Read;

use quick_xml::events::Event;

use super::escape::unescape;
use super::xml::{Xml, referred};
use crate::{FileError, MAX_CELL};

/// Bytes of a cell that are kept: more than enough to see that it is too long.
const KEPT: usize = 4 * (MAX_CELL + 1);

/// The text within the tag that began last, up to its end.
pub(super) fn plain<R: Read>(xml: &mut Xml<R>) -> Result<String, FileError> {
    let mut text = String::new();
    collect(xml, &mut text)?;
    Ok(unescape(text))
}

/// The text of a string item (`si` or `is`) that began last: of its `t` and of the `t` of its runs, without
/// the reading aids of East Asian names (`rPh`).
pub(super) fn rich<R: Read>(xml: &mut Xml<R>) -> Result<String, FileError> {
    let mut text = String::new();
    let mut depth = 1;
    while depth > 0 {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => collect(xml, &mut text)?,
                "rPh" => xml.skip()?,
                _ => depth += 1,
            },
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(xml.damaged()),
            _ => {}
        }
    }
    Ok(unescape(text))
}

/// Adds what stands up to the end of the tag that began last.
fn collect<R: Read>(xml: &mut Xml<R>, text: &mut String) -> Result<(), FileError> {
    loop {
        match xml.next()? {
            Event::Text(piece) => push(text, &piece.xml10_content()),
            Event::CData(piece) => push(text, &piece.xml10_content()),
            Event::GeneralRef(reference) => match referred(&reference) {
                Some(character) => push(text, character.encode_utf8(&mut [0; 4])),
                None => return Err(xml.damaged()),
            },
            Event::Start(_) => xml.skip()?,
            Event::End(_) => return Ok(()),
            Event::Eof => return Err(xml.damaged()),
            _ => {}
        }
    }
}

/// Adds a piece, or as much of it as is kept.
fn push(text: &mut String, piece: &str) {
    let room = KEPT.saturating_sub(text.len());
    text.push_str(&piece[..piece.floor_char_boundary(room)]);
}
