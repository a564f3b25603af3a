//! Workbooks as other programs than Excel write them, tag by tag, and as nobody should.

use tables::{CellKind, FileError, LineProblem, Options, Other};

use crate::book::{self, of_parts, of_rows};
use crate::read::{open, refusal, rows, table, texts};

const SHEET: &str = "xl/worksheets/sheet1.xml";
const HEADING: &str = r#"<row><c t="str"><v>h</v></c></row>"#;

/// The cells of the one row below headings that stand in as many columns as are needed.
fn cells(row: &str, other_parts: &[(&str, &str)]) -> Vec<(String, CellKind)> {
    let headings = r#"<c t="str"><v>h</v></c>"#.repeat(20);
    let sheet =
        format!("<worksheet><sheetData><row>{headings}</row><row>{row}</row></sheetData></worksheet>");
    let parts = [&[(SHEET, sheet.as_str())], other_parts].concat();
    let lines = rows(of_parts(&parts));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].problems.is_empty(), "{:?}", lines[0].problems);
    let mut cells: Vec<_> = lines[0].cells.iter().map(|cell| (cell.text.clone(), cell.kind)).collect();
    while cells.pop_if(|(text, _)| text.is_empty()).is_some() {}
    cells
}

#[test]
fn texts_are_read_however_they_are_stored() {
    let strings = r#"<sst><si><t xml:space="preserve"> a </t></si>
        <si><r><rPr><b/></rPr><t>rich </t></r><r><t>text</t></r></si><si/>
        <si><t>課</t><rPh sb="0" eb="1"><t>kana</t></rPh><phoneticPr/></si>
        <si><t>_x0041__x005F_x0041_ &amp;&#66;<![CDATA[<c>]]></t></si></sst>"#;
    let row = r#"<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>3</v></c>
        <c t="s"><v>4</v></c><c t="inlineStr"><is><t>in</t></is></c>
        <c t="str"><v>x_xD83D__xDE00_y_xD83D_</v></c><c r="J2" t="str"><v>far</v></c>"#;
    let texts: Vec<_> =
        cells(row, &[("xl/sharedStrings.xml", strings)]).into_iter().map(|(text, _)| text).collect();
    let expected = [" a ", "rich text", "", "課", "A_x0041_ &B<c>", "in", "x😀y\u{fffd}", "", "", "far"];
    assert_eq!(texts, expected);
}

#[test]
fn numbers_are_shown_by_their_formats() {
    let codes = [
        "dd/mm/yy",
        "mmm",
        "hh:mm",
        "mm:ss.0",
        "[hh]:mm",
        "[Red]0.00",
        "0&quot;d&quot;",
        r"[$-409]d\-mmm",
        "0000",
        "General",
    ];
    let formats: Vec<_> = (164..)
        .zip(codes)
        .map(|(id, code)| format!(r#"<numFmt numFmtId="{id}" formatCode="{code}"/>"#))
        .collect();
    let uses: Vec<_> = (164..).zip(codes).map(|(id, _)| format!(r#"<xf numFmtId="{id}"/>"#)).collect();
    let styles = format!(
        r#"<styleSheet><numFmts>{}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
        <cellXfs>{}<xf numFmtId="14"/></cellXfs>
        <dxfs><dxf><numFmt numFmtId="164" formatCode="0"/></dxf></dxfs></styleSheet>"#,
        formats.concat(),
        uses.concat()
    );
    let cases = [
        (0, "46352", "2026-11-26", CellKind::Date),
        (1, "46352", "2026-11-26", CellKind::Date),
        (2, "46352.75", "18:00:00", CellKind::Date),
        (3, "0.5", "12:00:00", CellKind::Date),
        (4, "1.5", "36:00:00", CellKind::Date),
        (5, "1.25", "1.25", CellKind::Number),
        (6, "7", "7", CellKind::Number),
        (7, "1", "1900-01-01", CellKind::Date),
        (8, "7", "0007", CellKind::Number),
        (9, "7.0", "7", CellKind::Number),
        (10, "60", "1900-02-29", CellKind::Date),
        (10, "61", "1900-03-01", CellKind::Date),
        (10, "59.9999999", "1900-02-29", CellKind::Date),
        (10, "2958465", "9999-12-31", CellKind::Date),
        (10, "2958465.9999999", "2958465.9999999", CellKind::Number),
        (10, "2958466", "2958466", CellKind::Number),
        (10, "-1", "-1", CellKind::Number),
        (99, "1E-3", "0.001", CellKind::Number),
        (99, "-0", "0", CellKind::Number),
        (99, "4.2000000000000002", "4.2", CellKind::Number),
    ];
    for (style, stored, text, kind) in cases {
        let row = format!(r#"<c s="{style}"><v>{stored}</v></c>"#);
        let shown = cells(&row, &[("xl/styles.xml", &styles)]);
        assert_eq!(shown, [(text.to_owned(), kind)], "{style} {stored}");
    }
}

#[test]
fn days_may_be_counted_from_1904() {
    let workbook = r#"<workbook xmlns:r="r"><workbookPr date1904="1"/>
        <sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>"#;
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let sheet =
        format!(r#"<worksheet><sheetData>{HEADING}<row><c s="0"><v>0</v></c></row></sheetData></worksheet>"#);
    let parts = [(SHEET, sheet.as_str()), ("xl/styles.xml", styles)];
    assert_eq!(texts(&rows(of_parts(&parts))[0]), ["00:00:00"]);
    assert_eq!(texts(&rows(book::with_workbook(workbook, &parts))[0]), ["1904-01-01"]);
}

#[test]
fn errors_and_formulas_are_told_apart() {
    let row = r#"<c t="e"><v>#SPILL!</v></c><c t="e"><f>NA()</f><v>#N/A</v></c>
        <c t="str"><f t="shared" si="4294967295"/><v>x</v></c><c><f>1</f><v>1</v></c>
        <c t="d"><v>2026-11-26T00:00:00</v></c>"#;
    let expected = [
        ("#SPILL!", CellKind::Error),
        ("#N/A", CellKind::Error),
        ("x", CellKind::Formula),
        ("1", CellKind::Formula),
        ("2026-11-26", CellKind::Date),
    ];
    assert_eq!(cells(row, &[]), expected.map(|(text, kind)| (text.to_owned(), kind)));
}

#[test]
fn a_formula_without_a_result_is_a_problem_of_its_row() {
    let lines = rows(of_rows(&format!("{HEADING}<row><c><f>1+1</f><v></v></c></row>")));
    assert_eq!(lines[0].problems, [LineProblem::NotComputed { column: 1 }]);
    let empty = rows(of_rows(&format!(r#"{HEADING}<row><c t="str"><f>""</f><v></v></c></row>"#)));
    assert!(empty.is_empty());
}

#[test]
fn a_cell_that_is_too_long_is_a_problem_of_its_row() {
    let text = |length| format!("<row><c t=\"str\"><v>{}</v></c></row>", "é".repeat(length));
    let lines = rows(of_rows(&format!("{HEADING}{}{}", text(32_767), text(32_768))));
    assert!(lines[0].problems.is_empty());
    assert_eq!(lines[1].problems, [LineProblem::CellTooLong { column: 1, limit: 32_767 }]);
    assert_eq!(lines[1].cells[0].text.chars().count(), 32_767);
}

#[test]
fn rows_and_cells_may_leave_out_where_they_are_but_not_go_back() {
    let headings = r#"<row><c t="str"><v>h</v></c><c t="str"><v>i</v></c></row>"#;
    let lines = rows(of_rows(&format!(
        r#"{headings}<row r="5"><c r="B5"><v>1</v></c></row><row><c/></row><row><c><v>2</v></c></row>"#
    )));
    assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [5, 7]);
    assert_eq!(texts(&lines[0]), ["", "1"]);
    let bad = [
        r#"<row r="1"/>"#,
        r#"<row r="0"/>"#,
        r#"<row r="1048577"/>"#,
        r#"<row r="x"/>"#,
        r#"<row><c r="B2"/><c r="A2"/></row>"#,
        r#"<row><c r="XFE2"/></row>"#,
        r#"<row><c r="ZZZZZZZZZZZZZZZ2"/></row>"#,
        r#"<row><c r="2"/></row>"#,
        r#"<row><c t="s"><v>0</v></c></row>"#,
        r#"<row><c t="b"><v>2</v></c></row>"#,
        r#"<row><c t="new"><v>2</v></c></row>"#,
        "<row><c><v>many</v></c></row>",
        "<row><c><v>inf</v></c></row>",
        "<row><c><v>&laugh;</v></c></row>",
        "<row><c><v>1</c></v></row>",
    ];
    for row in bad {
        let refusal = refusal(of_rows(&format!("{headings}{row}")));
        assert!(matches!(&refusal, FileError::Damaged { part } if part == SHEET), "{row} {refusal:?}");
    }
}

#[test]
fn entities_are_never_expanded() {
    let laughs = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet><sheetData>
        <row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>"#;
    let outside = r#"<!DOCTYPE x SYSTEM "file:///etc/hostname"><worksheet><sheetData/></worksheet>"#;
    for sheet in [laughs, outside] {
        let refusal = refusal(of_parts(&[(SHEET, sheet)]));
        assert!(matches!(&refusal, FileError::Damaged { part } if part == SHEET), "{refusal:?}");
    }
}

#[test]
fn tags_are_not_nested_without_end() {
    let refusal = refusal(of_rows(&"<row>".repeat(100_000)));
    assert!(matches!(refusal, FileError::Damaged { .. }));
}

#[test]
fn sizes_and_sums_that_lie_are_found_out() {
    let good = of_rows(&format!("{HEADING}<row><c><v>1</v></c></row>"));
    assert_eq!(rows(good.clone()).len(), 1);
    let entry = memchr::memmem::rfind(&good, SHEET.as_bytes()).unwrap() - 46;
    // Sum, packed and unpacked size (APPNOTE 4.3.12).
    for (at, name) in [(16, "sum"), (20, "packed"), (24, "unpacked")] {
        for change in [1_u8, 255] {
            let mut bad = good.clone();
            bad[entry + at] = bad[entry + at].wrapping_add(change);
            let refused = open(bad.clone(), &Options::default()).and_then(crate::read::lines).err();
            let found_out = matches!(&refused, Some(FileError::Damaged { part }) if part == SHEET);
            // A byte too many is never asked for.
            assert!(found_out || (name, change) == ("packed", 1), "{name} {change} {refused:?}");
        }
    }
}

/// The same workbook with its numbers in fields of 64 bits, as programs write that don't know sizes
/// beforehand (APPNOTE 4.3.14, 4.3.15 and 4.5.3).
fn with_64_bits(file: &[u8]) -> Vec<u8> {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let end = file.len() - 22;
    let list = usize::try_from(number(end + 16)).unwrap();
    let mut wide = file[..list].to_vec();
    let mut at = list;
    while file[at..].starts_with(b"PK\x01\x02") {
        let name = usize::from(file[at + 28]);
        wide.extend_from_slice(&file[at..at + 20]);
        wide.extend_from_slice(&[0xff; 8]);
        wide.extend_from_slice(&[
            file[at + 28],
            0,
            28,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0xff,
            0xff,
            0xff,
            0xff,
        ]);
        wide.extend_from_slice(&file[at + 46..at + 46 + name]);
        wide.extend_from_slice(&[1, 0, 24, 0]);
        for from in [24, 20, 42] {
            wide.extend_from_slice(&u64::from(number(at + from)).to_le_bytes());
        }
        at += 46 + name + usize::from(file[at + 30]);
    }
    let (list, end_64) = (list as u64, wide.len() as u64);
    wide.extend_from_slice(b"PK\x06\x06");
    wide.extend_from_slice(&[0; 36]);
    wide.extend_from_slice(&(end_64 - list).to_le_bytes());
    wide.extend_from_slice(&list.to_le_bytes());
    wide.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    wide.extend_from_slice(&end_64.to_le_bytes());
    wide.extend_from_slice(&[0; 4]);
    wide.extend_from_slice(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    wide
}

#[test]
fn numbers_of_64_bits_are_understood() {
    let good = of_rows(&format!("{HEADING}<row><c><v>1</v></c></row>"));
    let wide = with_64_bits(&good);
    assert_eq!(texts(&rows(wide.clone())[0]), ["1"]);
    for length in 4..wide.len() {
        let refusal = refusal(&wide[..length]);
        assert!(matches!(refusal, FileError::Damaged { .. }), "{length} {refusal:?}");
    }
    let mut beyond_the_end = wide.clone();
    let locator = memchr::memmem::find(&wide, b"PK\x06\x07").unwrap();
    beyond_the_end[locator + 8..locator + 16].fill(0xff);
    assert!(matches!(refusal(beyond_the_end), FileError::Damaged { .. }));
}

#[test]
fn a_workbook_cut_anywhere_is_damaged() {
    let good = of_rows(&format!("{HEADING}<row><c><v>1</v></c></row>"));
    for length in 4..good.len() {
        let refusal = refusal(&good[..length]);
        assert!(matches!(refusal, FileError::Damaged { .. }), "{length} {refusal:?}");
    }
}

#[test]
fn other_archives_are_named() {
    let cases = [
        (vec!["mimetype", "content.xml"], Other::OpenDocument),
        (vec!["Index/Document.iwa"], Other::Numbers),
        (vec!["customers.csv"], Other::Archive),
    ];
    for (paths, other) in cases {
        let refusal = refusal(book::of_paths(&paths));
        assert!(matches!(refusal, FileError::NotATable(named) if named == other), "{paths:?}");
    }
    for (target, other) in [("xl/workbook.bin", Other::BinaryExcel), ("word/document.xml", Other::Document)] {
        let refusal = refusal(book::with_root(target));
        assert!(matches!(refusal, FileError::NotATable(named) if named == other), "{target}");
    }
}

#[test]
fn a_workbook_with_a_password_is_told_from_an_old_one() {
    let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    file.resize(4090, 0);
    assert!(matches!(refusal(file.clone()), FileError::NotATable(Other::OldExcel)));
    file.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(matches!(refusal(file), FileError::Encrypted));
}

#[test]
fn what_a_stranger_named_is_shown_briefly() {
    let target = format!("worksheets/{}&#10;sheet.xml", "x".repeat(10_000));
    let relations = format!(
        r#"<Relationships><Relationship Id="s" Type="t/worksheet" Target="{target}"/></Relationships>"#
    );
    let refusal = refusal(book::with_relations(&relations));
    assert!(matches!(&refusal, FileError::Damaged { part } if part.len() == 100), "{refusal:?}");
}

#[test]
fn sheets_have_a_limit() {
    let sheet = r#"<sheet name="S" r:id="s"/>"#;
    let workbook =
        |sheets| format!("<workbook xmlns:r=\"r\"><sheets>{}</sheets></workbook>", sheet.repeat(sheets));
    let sheet = format!("<worksheet><sheetData>{HEADING}</sheetData></worksheet>");
    let parts = [(SHEET, sheet.as_str())];
    assert_eq!(table(book::with_workbook(&workbook(1000), &parts)).found().sheets.len(), 1000);
    let refusal = refusal(book::with_workbook(&workbook(1001), &parts));
    assert!(matches!(refusal, FileError::TooManySheets { limit: 1000 }));
}

#[test]
fn an_empty_sheet_has_no_headings() {
    assert!(matches!(refusal(of_rows("")), FileError::Empty));
    assert_eq!(table(of_rows(HEADING)).headings(), ["h"]);
}

#[test]
fn columns_beyond_the_limit_may_be_blank_only() {
    let headings = r#"<c t="str"><v>h</v></c>"#.repeat(500);
    let blank = r#"<c s="1"/>"#.repeat(1000);
    assert_eq!(table(of_rows(&format!("<row>{headings}{blank}</row>"))).headings().len(), 500);
    let one_more = refusal(of_rows(&format!("<row>{headings}<c><v>1</v></c></row>")));
    assert!(matches!(one_more, FileError::TooManyColumns { line: 1, limit: 500 }));
}
