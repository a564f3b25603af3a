//! The operator's list of passwords that were stolen somewhere (NIST SP 800-63B-4, 3.1.1.2;
//! ASVS 5.0, 6.2.12).

use std::{
    cmp::Ordering,
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom},
    os::unix::fs::FileExt,
    path::Path,
};

use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use crate::password::Password;

/// A list of stolen passwords.
///
/// A file of SHA-1 digests in hex, one a line, in ascending order, as the well-known lists are given
/// out (what follows a colon is passed over), is looked up where it is, whatever its size: some forty
/// reads. Any other text is a list of passwords, one a line, of which fingerprints are kept in memory;
/// case doesn't count then.
#[derive(Debug)]
pub struct Breached(List);

#[derive(Debug)]
enum List {
    Digests(File),
    /// Sorted.
    Fingerprints(Vec<u64>),
}

/// Why a list can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BreachedError {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(#[from] io::Error),
    /// Its digests are not in order.
    #[error("its SHA-1 lines are not in ascending order (sort it: LC_ALL=C sort -u)")]
    NotSorted,
    /// A line of digests that is none.
    #[error("it begins with SHA-1 lines, but not all of its lines are")]
    NoDigest,
    /// Too many passwords to keep.
    #[error("it has more than {} passwords: use a sorted list of their SHA-1 digests", Breached::MOST_TEXTS)]
    TooLong,
}

/// Hexadecimal digits of a digest.
const DIGITS: usize = 40;
/// Longer than any line of digests, with its count.
const BLOCK: usize = 128;
/// How many places are looked at to see whether a list is in order.
const SAMPLES: u64 = 512;

impl Breached {
    /// How many passwords a list in plain text may have: 16 MB of fingerprints.
    pub const MOST_TEXTS: usize = 2_000_000;

    /// Opens a list.
    pub fn open(path: &Path) -> Result<Self, BreachedError> {
        let mut file = File::open(path)?;
        let mut first = Vec::new();
        BufReader::new(&file).read_until(b'\n', &mut first)?;
        if !is_digest(&first) {
            file.seek(SeekFrom::Start(0))?;
            return Ok(Self(List::Fingerprints(fingerprints(BufReader::new(file))?)));
        }
        let end = file.metadata()?.len();
        let mut last = None;
        for sample in 0..SAMPLES {
            let line = Line::around(&file, end / SAMPLES * sample)?;
            if last.as_ref().is_some_and(|last| *last > line.digest) {
                return Err(BreachedError::NotSorted);
            }
            last = Some(line.digest);
        }
        Ok(Self(List::Digests(file)))
    }

    /// Whether a password is on the list. It reads the disk: call it where blocking is allowed.
    pub fn contains(&self, password: &Password) -> Result<bool, BreachedError> {
        match &self.0 {
            List::Digests(file) => is_in(file, &hex(Sha1::digest(password.expose()).as_slice())),
            List::Fingerprints(known) => Ok(known.binary_search(&fingerprint(password.expose())).is_ok()),
        }
    }
}

/// A line of a list of digests.
struct Line {
    digest: [u8; DIGITS],
    start: u64,
    /// Where the next one begins.
    next: u64,
}

impl Line {
    /// The line that the byte at `place` belongs to.
    fn around(file: &File, place: u64) -> Result<Self, BreachedError> {
        let from = place.saturating_sub(BLOCK as u64);
        let mut block = [0; 2 * BLOCK];
        let mut filled = 0;
        while filled < block.len() {
            match file.read_at(&mut block[filled..], from + filled as u64)? {
                0 => break,
                read => filled += read,
            }
        }
        let at = usize::try_from(place - from).unwrap_or(BLOCK).min(filled);
        let start = match block[..at].iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if from == 0 => 0,
            None => return Err(BreachedError::NoDigest),
        };
        let line = &block[start..filled];
        let end = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
        if !is_digest(&line[..end]) {
            return Err(BreachedError::NoDigest);
        }
        let mut digest = [0; DIGITS];
        digest.copy_from_slice(&line[..DIGITS]);
        digest.make_ascii_uppercase();
        let start = from + start as u64;
        Ok(Self { digest, start, next: start + end as u64 + 1 })
    }
}

fn is_in(file: &File, wanted: &[u8; DIGITS]) -> Result<bool, BreachedError> {
    let (mut low, mut high) = (0, file.metadata()?.len());
    while low < high {
        let line = Line::around(file, low + (high - low) / 2)?;
        match line.digest.cmp(wanted) {
            Ordering::Equal => return Ok(true),
            Ordering::Less => low = line.next,
            Ordering::Greater => high = line.start,
        }
    }
    Ok(false)
}

fn is_digest(line: &[u8]) -> bool {
    line.len() >= DIGITS
        && line[..DIGITS].iter().all(u8::is_ascii_hexdigit)
        && matches!(line.get(DIGITS), None | Some(b':' | b'\r' | b'\n' | b' ' | b'\t'))
}

fn hex(digest: &[u8]) -> [u8; DIGITS] {
    const SYMBOLS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = [0; DIGITS];
    for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
        pair.copy_from_slice(&[SYMBOLS[usize::from(byte >> 4)], SYMBOLS[usize::from(byte & 15)]]);
    }
    text
}

fn fingerprints(mut lines: impl BufRead) -> Result<Vec<u64>, BreachedError> {
    let mut known = Vec::new();
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        // Lists of old hold lines of other encodings: such a one is nobody's password here.
        if let Ok(text) = std::str::from_utf8(&line)
            && let text = text.trim_end_matches(['\r', '\n'])
            && !text.is_empty()
        {
            if known.len() == Breached::MOST_TEXTS {
                return Err(BreachedError::TooLong);
            }
            known.push(fingerprint(text));
        }
        line.clear();
    }
    known.sort_unstable();
    known.dedup();
    Ok(known)
}

/// Of two million entries, a password that is on no list is taken for one of them once in nine million
/// million times.
fn fingerprint(text: &str) -> u64 {
    let lower = Zeroizing::new(text.to_lowercase());
    let digest = Sha1::digest(lower.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn list(name: &str, text: &str) -> Result<Breached, BreachedError> {
        let path = std::env::temp_dir().join(format!("breached-{}-{name}", std::process::id()));
        File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        let list = Breached::open(&path);
        std::fs::remove_file(&path).unwrap();
        list
    }

    fn has(list: &Breached, password: &str) -> bool {
        list.contains(&Password::parse(password).unwrap()).unwrap()
    }

    fn digests(passwords: impl Iterator<Item = String>, count: &str, end: &str) -> String {
        let digest =
            |password: String| String::from_utf8(hex(Sha1::digest(password).as_slice()).to_vec()).unwrap();
        let mut lines: Vec<String> = passwords.map(digest).collect();
        lines.sort();
        lines.join(&format!("{count}{end}")) + count + end
    }

    #[test]
    fn digests_are_found_wherever_they_stand() {
        for (name, count, end) in [("plain", "", "\n"), ("counted", ":24230577", "\r\n")] {
            let stolen = || (0..1000).map(|number| format!("stolen lamp {number}"));
            let list = list(name, &digests(stolen(), count, end)).unwrap();
            assert!(stolen().all(|password| has(&list, &password)));
            assert!(!(0..1000).any(|number| has(&list, &format!("own lamp {number}"))));
        }
        let one = list("one", "B1B3773A05C0ED0176787A4F1574FF0075F7521E").unwrap();
        assert!(has(&one, "qwerty") && !has(&one, "qwertz"));
    }

    #[test]
    fn plain_text_is_found_in_any_case() {
        let list = list("text", "hunter22\r\nTrout9Lamp\n\nlast").unwrap();
        assert!(has(&list, "trout9lamp") && has(&list, "HUNTER22") && has(&list, "last"));
        assert!(!has(&list, "trout9"));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let text = digests((0..600).map(|number| number.to_string()), "", "\n");
        let upside_down = text.lines().rev().collect::<Vec<_>>().join("\n");
        assert!(matches!(list("rev", &upside_down), Err(BreachedError::NotSorted)));
        let broken = format!("{text}{}", "no digest at all\n".repeat(600));
        assert!(matches!(list("broken", &broken), Err(BreachedError::NoDigest)));
        assert!(matches!(Breached::open(Path::new("/nowhere/at/all")), Err(BreachedError::Unreadable(_))));
        assert!(!has(&list("empty", "").unwrap(), "trout9lamp"));
    }
}
