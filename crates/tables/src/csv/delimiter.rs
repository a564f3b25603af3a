use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// What may be guessed, in the order that decides between equals.
const CANDIDATES: [u8; 4] = *b",;\t|";

/// Records looked at.
const RECORDS: usize = 100;

/// The delimiter that a first line `sep=;` tells, as Excel writes and reads it.
pub(super) fn said(sample: &[u8]) -> Option<u8> {
    let line = sample.split(|byte| *byte == b'\n' || *byte == b'\r').next()?;
    let (word, delimiter) = line.split_at_checked(4)?;
    match delimiter {
        [delimiter] if word.eq_ignore_ascii_case(b"sep=") && is_mark(*delimiter) => Some(*delimiter),
        _ => None,
    }
}

fn is_mark(byte: u8) -> bool {
    byte != b'"' && (byte == b'\t' || byte.is_ascii_punctuation())
}

/// The candidate that cuts the most records into as many cells as the headings have. When it cuts the
/// headings into none, as a title above the table would be, the commonest number of cells counts.
pub(super) fn guess(sample: &[u8]) -> u8 {
    let mut best = (0, 0, CANDIDATES[0]);
    for delimiter in CANDIDATES {
        let cells = cells_of_records(sample, delimiter);
        let alike = |number: usize| cells.iter().filter(|cells| **cells == number).count();
        let cut = cells.iter().copied().filter(|cells| *cells > 1);
        let headings = cells.first().copied().filter(|headings| *headings > 1);
        let Some(number) = headings.or_else(|| cut.max_by_key(|number| alike(*number))) else { continue };
        // In thousandths of the records, since each candidate sees records of its own.
        let share = alike(number) * 1000 / cells.len();
        if (share, number) > (best.0, best.1) {
            best = (share, number, delimiter);
        }
    }
    best.2
}

/// How many cells each of the first records has; blank ones and one that the sample cuts off don't count.
fn cells_of_records(sample: &[u8], delimiter: u8) -> Vec<usize> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let mut rest = sample;
    let mut counts = Vec::new();
    while counts.len() < RECORDS {
        let (cells, blank, whole) = record(&mut reader, &mut rest);
        // The last record of a short file has no line end, but it is the only evidence with the headings.
        if !whole && (cells == 0 || counts.len() > 1) {
            break;
        }
        if !blank {
            counts.push(cells);
        }
        if !whole {
            break;
        }
    }
    counts
}

/// Reads one record: its cells, whether it is blank, and whether it ended.
fn record(reader: &mut Reader, rest: &mut &[u8]) -> (usize, bool, bool) {
    let (mut cells, mut blank) = (0, true);
    let mut output = [0; 1024];
    let mut ends = [0; 64];
    loop {
        let (result, read, written, ended) = reader.read_record(rest, &mut output, &mut ends);
        *rest = &rest[read..];
        cells += ended;
        blank &= output[..written].trim_ascii().is_empty();
        match result {
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
            ReadRecordResult::Record => return (cells, blank, true),
            ReadRecordResult::InputEmpty => return (cells + usize::from(!blank), blank, false),
            ReadRecordResult::End => return (cells, blank, false),
        }
    }
}
