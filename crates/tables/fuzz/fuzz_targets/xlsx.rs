//! Any bytes as a workbook, or as the parts of one whose list and sums are right.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use tables::Options;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const PARTS: [&str; 6] = [
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
];

/// What a part is that the bytes leave out.
const GIVEN: [&str; 6] = [
    r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row><row><c s="0"><v>1</v></c></row></sheetData></worksheet>"#,
    "<sst><si><t>x</t></si></sst>",
    r#"<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>"#,
    r#"<workbook><sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>"#,
    r#"<Relationships><Relationship Id="s" Type="t/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="t" Type="t/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="u" Type="t/styles" Target="styles.xml"/></Relationships>"#,
    r#"<Relationships><Relationship Id="a" Type="t/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
];

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        tables_fuzz::read(data, &Options::default());
    } else if let Some(file) = of_parts(data) {
        tables_fuzz::read(&file, &Options::default());
    }
});

/// The parts stand one behind the other with a zero byte between.
fn of_parts(data: &[u8]) -> Option<Vec<u8>> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut texts = data.split(|byte| *byte == 0);
    for (path, given) in PARTS.iter().zip(GIVEN) {
        let text = texts.next().filter(|text| !text.is_empty()).unwrap_or(given.as_bytes());
        zip.start_file(*path, stored).ok()?;
        zip.write_all(text).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}
