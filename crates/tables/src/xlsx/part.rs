use std::io::{self, BufRead, BufReader, Read, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use thiserror::Error;

use super::archive::{Listed, shown};
use crate::{FileError, MAX_PIECE};

/// Bytes read at a time.
const CHUNK: usize = 16 * 1024;

/// A part of a workbook, unpacked as it is read. Refuses to go on when it lies or is too much.
pub(super) struct Part<R> {
    path: String,
    limit: u64,
    unpacked: BufReader<Checked<R>>,
    /// Bytes since the current piece began.
    piece: usize,
}

/// Why a part can't be read on. Travels through the XML reader as an [`io::Error`].
#[derive(Debug, Clone, Copy, Error)]
enum Refused {
    #[error("unpacks to too much")]
    TooMuch,
    #[error("one piece is too long")]
    PieceTooLong,
    #[error("isn't what the list of parts says")]
    Lies,
}

impl<R: Read> Part<R> {
    /// The part that begins where the source stands. `None` when it is packed in a way that workbooks aren't.
    pub(super) fn open(source: R, listed: &Listed, limit: u64) -> Option<Self> {
        let packed = BufReader::with_capacity(CHUNK, source.take(listed.packed));
        let packing = match listed.method {
            0 => Packing::Stored(packed),
            8 => Packing::Deflated(DeflateDecoder::new(packed)),
            _ => return None,
        };
        let checked = Checked {
            packing,
            crc: Crc::new(),
            limit,
            unpacked: listed.unpacked,
            expected: listed.crc,
            read: 0,
        };
        let unpacked = BufReader::with_capacity(CHUNK, checked);
        Some(Self { path: shown(&listed.path), limit, unpacked, piece: 0 })
    }

    /// A new tag or text begins.
    pub(super) fn begin_piece(&mut self) {
        self.piece = 0;
    }

    /// Where in the workbook it is, as it may be shown.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What to say of an error in reading it.
    pub(super) fn explain(&self, error: &io::Error) -> FileError {
        let part = self.path.clone();
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Refused>()) {
            Some(Refused::TooMuch) => FileError::UnpacksToTooMuch { part, limit: self.limit },
            Some(Refused::PieceTooLong) => FileError::TextTooLong { part, limit: MAX_PIECE },
            Some(Refused::Lies) => FileError::Damaged { part },
            None if is_of_packing(error) => FileError::Damaged { part },
            None => FileError::Io(io::Error::new(error.kind(), error.to_string())),
        }
    }
}

/// What flate2 says of bytes that aren't deflated.
fn is_of_packing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    )
}

impl<R: Read> Read for Part<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.unpacked.read(buffer)
    }
}

impl<R: Read> BufRead for Part<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece > MAX_PIECE {
            return Err(io::Error::other(Refused::PieceTooLong));
        }
        self.unpacked.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.piece += bytes;
        self.unpacked.consume(bytes);
    }
}

enum Packing<R> {
    Stored(BufReader<Take<R>>),
    Deflated(DeflateDecoder<BufReader<Take<R>>>),
}

/// What is unpacked, counted and summed, since the sizes in the list may lie.
struct Checked<R> {
    packing: Packing<R>,
    crc: Crc,
    limit: u64,
    unpacked: u64,
    expected: u32,
    read: u64,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.packing {
            Packing::Stored(packed) => packed.read(buffer)?,
            Packing::Deflated(packed) => packed.read(buffer)?,
        };
        self.read += read as u64;
        self.crc.update(&buffer[..read]);
        if self.read > self.limit {
            return Err(io::Error::other(Refused::TooMuch));
        }
        let ended = read == 0 && !buffer.is_empty();
        if self.read > self.unpacked
            || ended && (self.read < self.unpacked || self.crc.sum() != self.expected)
        {
            return Err(io::Error::other(Refused::Lies));
        }
        Ok(read)
    }
}
