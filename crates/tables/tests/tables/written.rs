//! What others write is read as it was, and what nobody wrote does no harm.

use csv::WriterBuilder;
use encoding_rs::Encoding as Known;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use tables::{Encoding, FileError, MAX_COLUMNS, Options};

use crate::book::{of_parts, of_rows};
use crate::read::{lines, open};

/// Rows of a table whose headings are `a`, `b`, `c`; no row is blank.
fn rows(letters: &'static str) -> impl Strategy<Value = Vec<[String; 3]>> {
    let cell = letters.prop_map(String::from).boxed();
    let row = (letters.prop_map(|text| format!("x{text}")), cell.clone(), cell);
    prop::collection::vec(row.prop_map(|(a, b, c)| [a, b, c]), 1..20)
}

/// Reads a file and takes its cells' texts.
fn read(file: Vec<u8>, options: &Options) -> Result<Vec<Vec<String>>, FileError> {
    let lines = lines(open(file, options)?)?;
    assert!(lines.iter().all(|line| line.problems.is_empty()), "{lines:?}");
    Ok(lines.into_iter().map(|line| line.cells.into_iter().map(|cell| cell.text).collect()).collect())
}

fn write(rows: &[[String; 3]], delimiter: u8, end: csv::Terminator) -> String {
    let mut writer = WriterBuilder::new().delimiter(delimiter).terminator(end).from_writer(Vec::new());
    writer.write_record(["a", "b", "c"]).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn encode(text: &str, encoding: &'static Known) -> Vec<u8> {
    match encoding.name() {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => encoding.encode(text).0.into_owned(),
    }
}

const ENDS: [csv::Terminator; 3] =
    [csv::Terminator::CRLF, csv::Terminator::Any(b'\n'), csv::Terminator::Any(b'\r')];

/// What fails becomes a story of its own, not a file.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_csv_in_unicode_reads_as_it_was(
        rows in rows("[ -~äöüß€\u{0401}-\u{044f}課表\u{1f600}\n\r\t\"]{0,12}"),
        delimiter in prop::sample::select(b",;\t|".as_slice()),
        end in prop::sample::select(ENDS.as_slice()),
        encoding in prop::sample::select(vec![known("utf-8"), known("utf-16le"), known("utf-16be")]),
        marked: bool,
    ) {
        let mark = if marked { "\u{feff}" } else { "" };
        let file = encode(&format!("{mark}{}", write(&rows, delimiter, end)), encoding);
        let mut read = read(file, &Options { delimiter: Some(delimiter), ..Options::default() }).unwrap();
        for row in &mut read {
            row.resize(3, String::new());
        }
        prop_assert_eq!(read, as_read(&rows));
    }

    #[test]
    fn any_csv_in_an_encoding_that_was_told_reads_as_it_was(
        rows in rows("[a-zA-Z0-9 .,;|\"\n]{0,12}"),
        name in prop::sample::select(NAMES.as_slice()),
        delimiter in prop::sample::select(b",;\t|".as_slice()),
    ) {
        let (label, sample) = name;
        let mut rows = rows;
        for row in &mut rows {
            row[0].push_str(sample);
            row[1].insert_str(0, sample);
        }
        let file = encode(&write(&rows, delimiter, csv::Terminator::CRLF), known(label));
        let encoding = Encoding::from_label(label);
        let options = Options { delimiter: Some(delimiter), encoding, ..Options::default() };
        prop_assert_eq!(read(file, &options).unwrap(), as_read(&rows));
    }

    #[test]
    fn the_delimiter_of_plain_rows_is_found(
        rows in rows("[a-zA-Z0-9äöü .@-]{0,12}"),
        delimiter in prop::sample::select(b",;\t|".as_slice()),
        end in prop::sample::select(ENDS.as_slice()),
    ) {
        let file = write(&rows, delimiter, end).into_bytes();
        prop_assert_eq!(open(file.clone(), &Options::default()).unwrap().found().delimiter, Some(delimiter));
        prop_assert_eq!(read(file, &Options::default()).unwrap(), as_read(&rows));
    }

    #[test]
    fn any_workbook_reads_as_it_was(rows in rows("[ -~äöü€課\u{1f600}\n\r\t\u{1}_x]{0,12}"), constant: bool) {
        let mut workbook = Workbook::new();
        let sheet = if constant { workbook.add_worksheet_with_constant_memory().unwrap() } else { workbook.add_worksheet() };
        sheet.write_row(0, 0, ["a", "b", "c"]).unwrap();
        for (number, row) in (1..).zip(&rows) {
            sheet.write_row(number, 0, row).unwrap();
        }
        let file = workbook.save_to_buffer().unwrap();
        prop_assert_eq!(read(file, &Options::default()).unwrap(), as_read(&rows));
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        survives(bytes);
    }

    #[test]
    fn no_letters_do_harm(text in "[a,;|\t\"\r\nä\u{feff}= ]{0,200}") {
        survives(text.into_bytes());
    }

    #[test]
    fn no_change_to_a_good_workbook_does_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut file = of_rows(GOOD_ROWS);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        survives(file);
    }

    #[test]
    fn no_change_to_a_part_does_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(PIECES.as_slice())), 1..5),
        part in 0..3_usize,
    ) {
        let sheet = format!("<worksheet><sheetData>{GOOD_ROWS}</sheetData></worksheet>");
        let mut parts = [
            ("xl/worksheets/sheet1.xml", sheet),
            ("xl/sharedStrings.xml", "<sst><si><t>x</t></si></sst>".to_owned()),
            ("xl/styles.xml", r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yy"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs></styleSheet>"#.to_owned()),
        ];
        for (at, piece) in changes {
            let at = at.index(parts[part].1.len());
            parts[part].1.insert_str(at, piece);
        }
        survives(of_parts(&parts.each_ref().map(|(path, text)| (*path, text.as_str()))));
    }
}

/// Encodings and what only they write so.
const NAMES: [(&str, &str); 8] = [
    ("windows-1252", "Müller €"),
    ("windows-1250", "Żółć"),
    ("windows-1251", "Магазин"),
    ("shift_jis", "表示ソ"),
    ("gbk", "商店購"),
    ("big5", "商店功"),
    ("euc-kr", "상점"),
    ("gb18030", "商😀店"),
];

const GOOD_ROWS: &str = r#"<row r="1"><c r="A1" t="str"><v>h</v></c><c r="B1" t="s"><v>0</v></c></row><row r="2"><c r="A2" s="0"><v>46352.5</v></c><c t="inlineStr"><is><r><t>y</t></r></is></c></row>"#;

/// Pieces of XML that mean something somewhere.
const PIECES: [&str; 16] = [
    "<",
    ">",
    "&",
    "\"",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x?>",
    "</row>",
    "<row>",
    "<c>",
    "&#x41;",
    "9",
    "-",
    "_x0000_",
];

fn known(label: &str) -> &'static Known {
    Known::for_label(label.as_bytes()).unwrap()
}

/// How rows read: blank cells at the end as empty, and of what Excel writes around a text
/// (`="0042"`) the text. Nothing else reads differently.
fn as_read(rows: &[[String; 3]]) -> Vec<Vec<String>> {
    rows.iter()
        .map(|row| {
            let mut row = row.clone().map(unwrapped).to_vec();
            for cell in row.iter_mut().rev() {
                if !cell.trim().is_empty() {
                    break;
                }
                cell.clear();
            }
            row
        })
        .collect()
}

fn unwrapped(cell: String) -> String {
    match cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(text) if !text.contains('"') => text.to_owned(),
        _ => cell,
    }
}

/// Reads what can be read; each row has a number of its own and no more cells than are allowed.
fn survives(file: Vec<u8>) {
    let Ok(mut table) = open(file, &Options::default()) else { return };
    let mut last = 0;
    while let Ok(Some(line)) = table.next_row() {
        assert!(line.number > last);
        assert!((table.headings().len()..=MAX_COLUMNS).contains(&line.cells.len()));
        last = line.number;
    }
}
