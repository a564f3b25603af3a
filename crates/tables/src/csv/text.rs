use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};

use encoding_rs::DecoderResult;

use crate::Encoding;
use crate::options::Charset;

/// Bytes read at a time.
const CHUNK: usize = 16 * 1024;

/// What stands for bytes that mean nothing: U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// A file as UTF-8, piece by piece, that remembers where bytes meant nothing.
pub(super) struct Text<R> {
    source: R,
    encoding: Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_taken: usize,
    ended: bool,
    piece: Vec<u8>,
    taken: usize,
    /// Bytes of text taken before this piece.
    before: u64,
    /// Where replacements stand in the text, from its very beginning.
    strange: VecDeque<u64>,
}

enum Decoder {
    Web(Box<encoding_rs::Decoder>),
    /// What the bytes from 80 to FF mean.
    Dos(Vec<char>),
}

impl Decoder {
    fn of(encoding: Encoding) -> Self {
        match encoding.0 {
            Charset::Web(encoding) => Self::Web(Box::new(encoding.new_decoder_with_bom_removal())),
            Charset::Dos(page) => Self::Dos(page.upper()),
        }
    }

    /// Decodes until the input or the room ends, or bytes mean nothing.
    fn decode(&mut self, from: &[u8], to: &mut [u8], last: bool) -> (DecoderResult, usize, usize) {
        let upper = match self {
            Self::Web(decoder) => return decoder.decode_to_utf8_without_replacement(from, to, last),
            Self::Dos(upper) => upper,
        };
        let mut written = 0;
        for (read, byte) in from.iter().enumerate() {
            let character = upper.get(usize::from(byte.wrapping_sub(128))).copied();
            let character = character.unwrap_or(char::from(*byte));
            if written + character.len_utf8() > to.len() {
                return (DecoderResult::OutputFull, read, written);
            }
            written += character.encode_utf8(&mut to[written..]).len();
        }
        (DecoderResult::InputEmpty, from.len(), written)
    }
}

impl<R: Read> Text<R> {
    /// Text from the source's beginning. A mark that fits the encoding is left out.
    pub(super) fn new(source: R, encoding: Encoding) -> Self {
        Self {
            source,
            encoding,
            decoder: Decoder::of(encoding),
            raw: Vec::with_capacity(CHUNK),
            raw_taken: 0,
            ended: false,
            piece: Vec::with_capacity(4 * CHUNK),
            taken: 0,
            before: 0,
            strange: VecDeque::new(),
        }
    }

    /// The encoding it is read in.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What of the current piece is not yet taken, or the next piece. Empty at the end of the file.
    pub(super) fn rest(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.piece.len() && !self.ended {
            self.decode_more()?;
        }
        Ok(&self.piece[self.taken..])
    }

    /// Takes so many bytes of the rest.
    pub(super) fn take(&mut self, bytes: usize) {
        self.taken += bytes;
    }

    /// Whether bytes that mean nothing stood in what was taken since this was asked last.
    pub(super) fn was_strange(&mut self) -> bool {
        let here = self.before + self.taken as u64;
        let mut any = false;
        while self.strange.front().is_some_and(|at| *at < here) {
            self.strange.pop_front();
            any = true;
        }
        any
    }

    /// Replaces the piece, which is taken, by the next one.
    fn decode_more(&mut self) -> io::Result<()> {
        self.before += self.piece.len() as u64;
        self.piece.clear();
        self.taken = 0;
        if self.raw_taken == self.raw.len() {
            self.read_more()?;
        }
        let last = self.raw.is_empty();
        // Each byte becomes three at most, and what the decoder held back needs a little more.
        let room = 3 * (self.raw.len() + 8);
        self.piece.resize(room, 0);
        let mut filled = 0;
        while filled + 16 < room {
            let (result, read, written) =
                self.decoder.decode(&self.raw[self.raw_taken..], &mut self.piece[filled..], last);
            self.raw_taken += read;
            filled += written;
            match result {
                DecoderResult::InputEmpty => {
                    self.ended = last;
                    break;
                }
                DecoderResult::OutputFull => break,
                DecoderResult::Malformed(..) => {
                    self.strange.push_back(self.before + filled as u64);
                    self.piece[filled..filled + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
                    filled += REPLACEMENT.len();
                }
            }
        }
        self.piece.truncate(filled);
        Ok(())
    }

    fn read_more(&mut self) -> io::Result<()> {
        self.raw_taken = 0;
        self.raw.resize(CHUNK, 0);
        loop {
            match self.source.read(&mut self.raw) {
                Ok(read) => {
                    self.raw.truncate(read);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.raw.clear();
                    return Err(error);
                }
            }
        }
    }
}
