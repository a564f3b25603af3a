//! What a file is, by its first bytes.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem;

use crate::Other;

/// What was recognised.
pub(crate) enum Content {
    /// No bytes at all.
    Nothing,
    /// A ZIP archive: most likely a workbook.
    Zip,
    /// Most likely CSV.
    Text,
    /// A workbook with a password.
    Encrypted,
    /// Not a table.
    Other(Other),
}

/// Bytes looked at.
const HEAD: usize = 4096;

/// The first bytes of files that aren't tables.
const SIGNATURES: [(&[u8], Other); 13] = [
    (b"%PDF-", Other::Pdf),
    (b"\x89PNG\r\n\x1a\n", Other::Picture),
    (b"\xff\xd8\xff", Other::Picture),
    (b"GIF8", Other::Picture),
    (b"II*\0", Other::Picture),
    (b"MM\0*", Other::Picture),
    (b"\x09\x08\x10\0", Other::OldExcel),
    (b"\x09\x04\x06\0", Other::OldExcel),
    (b"\x09\x02\x06\0", Other::OldExcel),
    (b"\x1f\x8b", Other::Archive),
    (b"7z\xbc\xaf\x27\x1c", Other::Archive),
    (b"Rar!\x1a\x07", Other::Archive),
    (b"{\\rtf", Other::Document),
];

/// The first bytes of a compound file: an old Excel file, or the wrapping of an encrypted new one (MS-CFB 2.2).
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Looks at a file; leaves it at its beginning.
pub(crate) fn of<R: Read + Seek>(source: &mut R) -> io::Result<Content> {
    source.rewind()?;
    let mut head = Vec::with_capacity(HEAD);
    source.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    source.rewind()?;
    if head.is_empty() {
        return Ok(Content::Nothing);
    }
    if head.starts_with(COMPOUND) {
        let encrypted = is_encrypted(source)?;
        return Ok(if encrypted { Content::Encrypted } else { Content::Other(Other::OldExcel) });
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Content::Zip);
    }
    let known = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature));
    Ok(match known {
        Some((_, other)) => Content::Other(*other),
        None => text_or_other(&head),
    })
}

/// Whether a compound file has the stream of an encrypted workbook (MS-OFFCRYPTO 2.3.4.4).
fn is_encrypted<R: Read + Seek>(source: &mut R) -> io::Result<bool> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let finder = memmem::Finder::new(&name);
    let mut window = Vec::with_capacity(2 * HEAD);
    loop {
        let read = source.by_ref().take(HEAD as u64).read_to_end(&mut window)?;
        if finder.find(&window).is_some() {
            source.seek(SeekFrom::Start(0))?;
            return Ok(true);
        }
        if read == 0 {
            source.seek(SeekFrom::Start(0))?;
            return Ok(false);
        }
        let kept = window.len().saturating_sub(name.len());
        window.drain(..kept);
    }
}

/// Pages are no tables, and text has no zero bytes unless it is UTF-16.
fn text_or_other(head: &[u8]) -> Content {
    let begins = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_page = [&b"<!doctype"[..], b"<html", b"<table", b"<?xml", b"<workbook", b"<meta", b"<style"]
        .iter()
        .any(|tag| begins.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag)));
    if is_page {
        return Content::Other(Other::WebPage);
    }
    let is_utf_16 = crate::csv::utf_16(head).is_some();
    if !is_utf_16 && (head.contains(&0) || is_noise(head)) {
        return Content::Other(Other::Binary);
    }
    written_for_programs(begins).map_or(Content::Text, Content::Other)
}

/// Whether more than a twentieth of the bytes are control characters that no text has.
fn is_noise(head: &[u8]) -> bool {
    let control = |byte: &u8| matches!(byte, 1..=8 | 0x0e..=0x19 | 0x1c..=0x1f | 0x7f);
    head.iter().filter(|byte| control(byte)).count() * 20 > head.len()
}

/// Text that is no table, by how it begins.
fn written_for_programs(begins: &[u8]) -> Option<Other> {
    const BEGINNINGS: [(&str, Other); 8] = [
        ("BEGIN:VCARD", Other::Cards),
        ("-- ", Other::Sql),
        ("/*!", Other::Sql),
        ("INSERT INTO ", Other::Sql),
        ("CREATE TABLE ", Other::Sql),
        ("SET NAMES ", Other::Sql),
        ("{\"", Other::Json),
        ("[{", Other::Json),
    ];
    let compact: Vec<u8> = match begins.first() {
        Some(b'{' | b'[') => {
            begins.iter().filter(|byte| !byte.is_ascii_whitespace()).take(2).copied().collect()
        }
        _ => begins[..begins.len().min(16)].to_vec(),
    };
    let is = |word: &&(&str, Other)| {
        compact.get(..word.0.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.0.as_bytes()))
    };
    BEGINNINGS.iter().find(is).map(|(_, other)| *other)
}
