//! Text with delimiters: RFC 4180 and its many relatives.

mod encoding;
pub(crate) mod dos;
mod western;
mod dialect;
mod text;
mod delimiter;
mod record;
mod lines;

use std::io::{Read, Seek};

use crate::{Dialect, Encoding, FileError, Found, Kind, Options};

use dialect::Traces;
pub(crate) use encoding::utf_16;
pub(crate) use record::Records;

/// Bytes of decoded text by which the delimiter is found.
const SAMPLE: usize = 64 * 1024;

/// Finds out the encoding and delimiter, then goes back to the first record.
pub(crate) fn open<R: Read + Seek>(
    mut source: R,
    options: &Options,
) -> Result<(Found, Records<R>), FileError> {
    let mark = encoding::mark(&mut source)?;
    let (encoding, mut traces) = match (options.encoding, mark) {
        (Some(wanted), _) => (wanted, Traces::default()),
        (None, Some(marked)) => (marked, Traces::default()),
        (None, None) => encoding::guess(&mut source)?,
    };
    let sample = sample(&mut source, encoding)?;
    traces.add(&sample);
    let said = delimiter::said(&sample);
    let delimiter = options.delimiter.or(said).unwrap_or_else(|| delimiter::guess(&sample));
    // Excel marks what it saves, mysql never does.
    let found_out = if delimiter == b'\t' && mark.is_none() { traces.dialect() } else { Dialect::Quoted };
    let dialect = options.dialect.unwrap_or(found_out);
    source.rewind()?;
    let mut records = Records::new(text::Text::new(source, encoding), delimiter, dialect);
    if said.is_some() {
        records.next()?;
    }
    let found = Found {
        kind: Kind::Csv,
        encoding: Some(encoding),
        delimiter: Some(delimiter),
        dialect: Some(dialect),
        sheet: None,
        sheets: Vec::new(),
        marked: mark.is_some(),
        heading_row: 0,
    };
    Ok((found, records))
}

/// The beginning of the file, decoded.
fn sample<R: Read + Seek>(source: &mut R, encoding: Encoding) -> Result<Vec<u8>, FileError> {
    source.rewind()?;
    let mut text = text::Text::new(source, encoding);
    let mut sample = Vec::with_capacity(SAMPLE);
    while sample.len() < SAMPLE {
        let piece = text.rest()?;
        if piece.is_empty() {
            break;
        }
        let taken = piece.len().min(SAMPLE - sample.len());
        sample.extend_from_slice(&piece[..taken]);
        text.take(taken);
    }
    Ok(sample)
}
