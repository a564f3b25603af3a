use std::io::{self, Read, Seek, SeekFrom};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs as known;

use super::dialect::Traces;
use super::western;
use crate::Encoding;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// Bytes of lines that aren't ASCII by which an encoding is guessed. More wouldn't change the guess.
const EVIDENCE: usize = 1024 * 1024;

/// What may be guessed: the encodings that spreadsheets of each region write. Anything else would be chance.
const PLAUSIBLE: [&known::Encoding; 14] = [
    known::WINDOWS_1252,
    known::WINDOWS_1250,
    known::WINDOWS_1251,
    known::WINDOWS_1253,
    known::WINDOWS_1254,
    known::WINDOWS_1255,
    known::WINDOWS_1256,
    known::WINDOWS_1257,
    known::SHIFT_JIS,
    known::EUC_JP,
    known::GBK,
    known::BIG5,
    known::EUC_KR,
    known::KOI8_R,
];

/// The encoding that a byte order mark tells. Leaves the file at its beginning.
pub(super) fn mark<R: Read + Seek>(source: &mut R) -> io::Result<Option<Encoding>> {
    source.rewind()?;
    let mut head = Vec::with_capacity(3);
    source.by_ref().take(3).read_to_end(&mut head)?;
    source.rewind()?;
    Ok(known::Encoding::for_bom(&head).map(|(encoding, _)| Encoding::web(encoding)))
}

/// UTF-16 by its mark or by its zeros: the spaces, digits and delimiters of any table have them on one side.
/// A few letters, such as U+4E00, have them on the other.
pub(crate) fn utf_16(head: &[u8]) -> Option<Encoding> {
    if let Some((encoding, _)) = known::Encoding::for_bom(head) {
        return (encoding != known::UTF_8).then_some(Encoding::web(encoding));
    }
    if head.chunks_exact(2).any(|unit| unit == [0, 0]) {
        return None;
    }
    let zeros = |side: usize| head.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let many = head.len().div_ceil(20).max(1);
    if second >= many && first * 2 <= second {
        Some(Encoding::web(known::UTF_16LE))
    } else if first >= many && second * 2 <= first {
        Some(Encoding::web(known::UTF_16BE))
    } else {
        None
    }
}

/// The encoding of a file without a mark, by all of its bytes, and the traces of who wrote it.
pub(super) fn guess<R: Read + Seek>(source: &mut R) -> io::Result<(Encoding, Traces)> {
    source.seek(SeekFrom::Start(0))?;
    let mut evidence = Evidence::default();
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut first = true;
    loop {
        let wanted = CHUNK.saturating_sub(chunk.len()) as u64;
        let read = source.by_ref().take(wanted).read_to_end(&mut chunk)?;
        if first && let Some(encoding) = utf_16(&chunk) {
            return Ok((encoding, Traces::default()));
        }
        first = false;
        let whole = if read == 0 { chunk.len() } else { whole_lines(&chunk) };
        evidence.add(&chunk[..whole]);
        chunk.drain(..whole);
        if read == 0 {
            return Ok((evidence.verdict(), evidence.traces));
        }
    }
}

/// How much of a chunk to look at now: its whole lines, or all of it but a character that is cut.
fn whole_lines(chunk: &[u8]) -> usize {
    match (memchr::memrchr2(b'\n', b'\r', chunk), str::from_utf8(chunk)) {
        (Some(last), _) => last + 1,
        (None, Err(error)) if error.error_len().is_none() => error.valid_up_to(),
        (None, _) => chunk.len(),
    }
}

/// What the lines say, above all those that aren't ASCII.
#[derive(Default)]
struct Evidence {
    utf_8: usize,
    other: usize,
    lines: Vec<u8>,
    traces: Traces,
}

impl Evidence {
    fn add(&mut self, lines: &[u8]) {
        self.traces.add(lines);
        if lines.is_ascii() {
            return;
        }
        for line in lines.split(|byte| *byte == b'\n' || *byte == b'\r') {
            if line.is_ascii() {
                continue;
            }
            if str::from_utf8(line).is_ok() {
                self.utf_8 += 1;
            } else {
                self.other += 1;
            }
            if self.lines.len() + line.len() < EVIDENCE {
                self.lines.extend_from_slice(line);
                self.lines.push(b'\n');
            }
        }
    }

    /// UTF-8 when at least half of the lines are: text in another encoding is hardly ever UTF-8 by
    /// chance, so the other lines are strangers in the file and are told one by one.
    fn verdict(&self) -> Encoding {
        if self.utf_8 >= self.other {
            return Encoding::web(known::UTF_8);
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.lines, true);
        let guess = detector.guess(None, Utf8Detection::Deny);
        let guess = if PLAUSIBLE.contains(&guess) { guess } else { known::WINDOWS_1252 };
        western::instead_of(guess, &self.lines)
    }
}
