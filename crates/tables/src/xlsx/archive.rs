//! The list of a workbook's parts (APPNOTE 6.3.10, 4.3 and 4.5).

use std::io::{Read, Seek, SeekFrom};

use crate::xlsx::part::Part;
use crate::{FileError, MAX_DIRECTORY, MAX_PARTS};

const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const LISTED: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// Bytes of the end record, and of the longest comment behind it.
const END_BYTES: usize = 22;
const LONGEST_COMMENT: u64 = 0xffff;

/// Characters of a path that are shown.
const LONGEST_SHOWN: usize = 100;

/// What stands in 32 bits when the true number is in the field for 64.
const SEE_64: u64 = 0xffff_ffff;

/// The parts of a workbook.
pub(super) struct Archive {
    parts: Vec<Listed>,
    /// Bytes of the file.
    size: u64,
}

/// One part, as the list tells it.
pub(super) struct Listed {
    /// Path from the root, without a slash before it.
    pub(super) path: String,
    pub(super) encrypted: bool,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    at: u64,
}

impl Archive {
    /// Reads the list at the end of the file.
    pub(super) fn read<R: Read + Seek>(source: &mut R, size: u64) -> Result<Self, FileError> {
        let (at, bytes) = directory(source, size)?;
        if bytes > MAX_DIRECTORY as u64 {
            return Err(FileError::TooManyParts { limit: MAX_PARTS });
        }
        let list = read_at(source, size, at, bytes)?;
        let mut parts = Vec::new();
        let mut rest = list.as_slice();
        while rest.starts_with(LISTED) {
            if parts.len() == MAX_PARTS {
                return Err(FileError::TooManyParts { limit: MAX_PARTS });
            }
            let (part, after) = listed(rest).ok_or_else(damaged)?;
            parts.push(part);
            rest = after;
        }
        Ok(Self { parts, size })
    }

    /// The part at this path. Letters' case makes no difference (ECMA-376-2, 6.2.2.3).
    pub(super) fn find(&self, path: &str) -> Option<&Listed> {
        self.parts.iter().find(|part| part.path.eq_ignore_ascii_case(path))
    }

    /// Whether a part's path begins so.
    pub(super) fn has_below(&self, folder: &str) -> bool {
        self.parts.iter().any(|part| part.path.starts_with(folder))
    }

    /// The part at this path, to be read. It may unpack to so many bytes.
    pub(super) fn open<R: Read + Seek>(
        &self,
        mut source: R,
        path: &str,
        limit: u64,
    ) -> Result<Part<R>, FileError> {
        let missing = || FileError::Damaged { part: shown(path) };
        let listed = self.find(path).ok_or_else(missing)?;
        if listed.encrypted {
            return Err(FileError::Encrypted);
        }
        let header = read_at(&mut source, self.size, listed.at, 30)?;
        if !header.starts_with(LOCAL) {
            return Err(missing());
        }
        let name = number(&header, 26, 2).ok_or_else(missing)?;
        let extra = number(&header, 28, 2).ok_or_else(missing)?;
        source.seek(SeekFrom::Start(listed.at + 30 + name + extra))?;
        Part::open(source, listed, limit).ok_or_else(missing)
    }
}

/// Where the list begins and how many bytes it has.
fn directory<R: Read + Seek>(source: &mut R, size: u64) -> Result<(u64, u64), FileError> {
    let tail_at = size.saturating_sub(END_BYTES as u64 + LONGEST_COMMENT);
    let tail = read_at(source, size, tail_at, size - tail_at)?;
    let end = memchr::memmem::rfind_iter(&tail, END)
        .find(|at| {
            let comment = number(&tail, at + 20, 2).and_then(|bytes| usize::try_from(bytes).ok());
            comment.is_some_and(|bytes| at + END_BYTES + bytes <= tail.len())
        })
        .ok_or_else(damaged)?;
    let bytes = number(&tail, end + 12, 4).ok_or_else(damaged)?;
    let at = number(&tail, end + 16, 4).ok_or_else(damaged)?;
    if bytes != SEE_64 && at != SEE_64 {
        return Ok((at, bytes));
    }
    let locator = end.checked_sub(20).and_then(|at| tail.get(at..end)).ok_or_else(damaged)?;
    if !locator.starts_with(LOCATOR_64) {
        return Err(damaged());
    }
    let end_64 = read_at(source, size, number(locator, 8, 8).ok_or_else(damaged)?, 56)?;
    if !end_64.starts_with(END_64) {
        return Err(damaged());
    }
    let bytes = number(&end_64, 40, 8).ok_or_else(damaged)?;
    let at = number(&end_64, 48, 8).ok_or_else(damaged)?;
    Ok((at, bytes))
}

/// One entry of the list, and what comes after it.
fn listed(entry: &[u8]) -> Option<(Listed, &[u8])> {
    let lengths = [number(entry, 28, 2)?, number(entry, 30, 2)?, number(entry, 32, 2)?];
    let [name, extra, comment] = lengths.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    let (fixed, rest) = entry.split_at_checked(46)?;
    let (name, rest) = rest.split_at_checked(name)?;
    let (extra, rest) = rest.split_at_checked(extra)?;
    let (_, rest) = rest.split_at_checked(comment)?;
    let path = String::from_utf8_lossy(name).replace('\\', "/");
    let mut part = Listed {
        path: path.trim_start_matches('/').to_owned(),
        encrypted: number(fixed, 8, 2)? & 1 == 1,
        method: u16::try_from(number(fixed, 10, 2)?).ok()?,
        crc: u32::try_from(number(fixed, 16, 4)?).ok()?,
        packed: number(fixed, 20, 4)?,
        unpacked: number(fixed, 24, 4)?,
        at: number(fixed, 42, 4)?,
    };
    widen(&mut part, extra)?;
    Some((part, rest))
}

/// Takes the numbers that 32 bits can't hold from the extra field (4.5.3).
fn widen(part: &mut Listed, mut extra: &[u8]) -> Option<()> {
    while extra.len() >= 4 {
        let bytes = usize::try_from(number(extra, 2, 2)?).ok()?;
        let (field, rest) = extra.get(4..)?.split_at_checked(bytes)?;
        if number(extra, 0, 2)? == 1 {
            let mut from = 0;
            for value in [&mut part.unpacked, &mut part.packed, &mut part.at] {
                if *value == SEE_64 {
                    *value = number(field, from, 8)?;
                    from += 8;
                }
            }
        }
        extra = rest;
    }
    Some(())
}

/// A little-endian number of so many bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Reads exactly so many bytes; a place outside the file is damage.
fn read_at<R: Read + Seek>(source: &mut R, size: u64, at: u64, bytes: u64) -> Result<Vec<u8>, FileError> {
    if at.checked_add(bytes).is_none_or(|end| end > size) {
        return Err(damaged());
    }
    source.seek(SeekFrom::Start(at))?;
    let mut read = Vec::new();
    source.take(bytes).read_to_end(&mut read)?;
    Ok(read)
}

/// A path as it may be shown: whoever made the file chose it.
pub(super) fn shown(path: &str) -> String {
    path.chars().filter(|character| !character.is_control()).take(LONGEST_SHOWN).collect()
}

fn damaged() -> FileError {
    FileError::Damaged { part: "ZIP".to_owned() }
}
