//! CSV files as people have them.

use tables::{Encoding, FileError, Found, Kind, LineProblem, Options, Other};

use crate::read::{lines, open, refusal, rows, table, texts};

fn found(file: impl Into<Vec<u8>>) -> Found {
    table(file).found().clone()
}

#[test]
fn a_plain_file_is_read_with_its_line_numbers() {
    let lines = rows("number,name\n1,Corner shop\n\n2,\"Smith, sons\nand \"\"daughters\"\"\"\n3,Mill\n");
    assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 4, 6]);
    assert_eq!(texts(&lines[1]), ["2", "Smith, sons\nand \"daughters\""]);
    assert!(lines.iter().all(|line| line.problems.is_empty()));
}

#[test]
fn every_kind_of_line_end_counts_alike() {
    for end in ["\n", "\r\n", "\r"] {
        let file = ["a,b", "", "1,2", ",", "\"x", "y\",4", "5,6"].join(end);
        let lines = rows(file);
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [3, 5, 7], "{end:?}");
    }
}

#[test]
fn the_delimiter_is_the_one_that_cuts_rows_alike() {
    let cases = [
        ("a,b\n1,2\n", b','),
        ("Name;Credit\nMill;1,5\nShop;2,25\n", b';'),
        ("Name\tPlace\nSmith, sons\tYork\n", b'\t'),
        ("a|b|c\n1|2|3\n", b'|'),
        ("Name;Address\n\"A,B,C\";\"x,y\"\n\"D,E,F\";\"x,y\"\n", b';'),
        ("Name\nMill\n", b','),
        ("a;b\n1;2", b';'),
        ("List of shops\n\nName;Address\nMill;\"1, Main street\"\nShop;2 Main street\n", b';'),
    ];
    for (file, delimiter) in cases {
        assert_eq!(found(file).delimiter, Some(delimiter), "{file:?}");
    }
}

#[test]
fn a_first_line_that_names_the_delimiter_is_believed_and_skipped() {
    let mut table = table("sep=|\r\na,b|c\r\n1|2\r\n");
    assert_eq!(table.headings(), ["a,b", "c"]);
    assert_eq!(table.found().delimiter, Some(b'|'));
    assert_eq!(table.next_row().unwrap().unwrap().number, 3);
}

#[test]
fn headings_are_trimmed_and_each_has_a_name_of_its_own() {
    let table = table("\n ,,\n Name ,,name,E-mail,,\n1\n");
    assert_eq!(table.headings(), ["Name", "Column 2", "name (2)", "E-mail"]);
}

#[test]
fn rows_that_end_early_are_filled_up_and_blank_cells_at_the_end_do_no_harm() {
    let lines = rows("a,b,c\n1\n1,2,3,,,\n1,2,3,4\n");
    assert_eq!(texts(&lines[0]), ["1", "", ""]);
    assert_eq!(texts(&lines[1]), ["1", "2", "3"]);
    assert_eq!(lines[2].problems, [LineProblem::TooManyCells { found: 4, expected: 3 }]);
    assert_eq!(lines[2].cells.len(), 4);
}

#[test]
fn marks_and_zeros_tell_unicode() {
    let text = "Name;Ort\nMüller;Köln\n";
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let cases = [
        (text.as_bytes().to_vec(), "UTF-8", false),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8", true),
        (utf_16(u16::to_le_bytes), "UTF-16LE", false),
        (utf_16(u16::to_be_bytes), "UTF-16BE", false),
        ([b"\xff\xfe".to_vec(), utf_16(u16::to_le_bytes)].concat(), "UTF-16LE", true),
        ([b"\xfe\xff".to_vec(), utf_16(u16::to_be_bytes)].concat(), "UTF-16BE", true),
    ];
    for (file, name, marked) in cases {
        let found = found(file.clone());
        assert_eq!((found.encoding.unwrap().name(), found.marked), (name, marked));
        assert_eq!(found.kind, Kind::Csv);
        assert_eq!(table(file.clone()).headings(), ["Name", "Ort"]);
        assert_eq!(texts(&rows(file)[0]), ["Müller", "Köln"]);
    }
}

#[test]
fn letters_that_look_like_zeros_do_not_hide_unicode() {
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let file: Vec<u8> = "a,b\n一一,😀\n".encode_utf16().flat_map(bytes).collect();
        assert_eq!(texts(&rows(file)[0]), ["一一", "😀"]);
    }
}

#[test]
fn a_row_in_another_encoding_is_the_only_one_with_a_problem() {
    let lines = rows(b"Name,Place\nM\xc3\xbcller,K\xc3\xb6ln\nM\xfcller,Bonn\nMaier,K\xc3\xb6ln\n");
    let strange: Vec<_> = lines.iter().map(|line| !line.problems.is_empty()).collect();
    assert_eq!(strange, [false, true, false]);
    assert_eq!(lines[1].cells[0].text, "M\u{fffd}ller");
}

#[test]
fn a_quote_that_never_closes_is_told_with_its_line() {
    let at_end = refusal("a,b\n1,2\n3,\"x\n4,5\n");
    assert!(matches!(at_end, FileError::QuoteNeverClosed { line: 3 }), "{at_end:?}");
    let after_a_cell_of_two_lines = refusal("a,b\n\"1\n1\",\"x\n4,5\n");
    assert!(matches!(after_a_cell_of_two_lines, FileError::QuoteNeverClosed { line: 3 }));
    let long = refusal(format!("a,b\n1,\"2\n{}", "3,4\n".repeat(400_000)));
    assert!(matches!(long, FileError::QuoteNeverClosed { line: 2 }), "{long:?}");
}

#[test]
fn cells_records_and_columns_have_limits() {
    let lines = rows(format!("a,b\n1,{}\n1,{}\n", "é".repeat(32_767), "é".repeat(32_768)));
    assert!(lines[0].problems.is_empty());
    assert_eq!(lines[1].problems, [LineProblem::CellTooLong { column: 2, limit: 32_767 }]);
    assert_eq!(lines[1].cells[1].text.chars().count(), 32_767);
    let record = refusal(format!("a,b\n1,{}\n", "x".repeat(2_000_000)));
    assert!(matches!(record, FileError::RecordTooLong { line: 2, .. }), "{record:?}");
    let headings = refusal("x,".repeat(10_000_000));
    assert!(matches!(headings, FileError::TooManyColumns { line: 1, limit: 500 }));
    assert_eq!(table(format!("a,b{}\n1,2\n", ",".repeat(15_000))).headings(), ["a", "b"]);
}

#[test]
fn what_a_person_knows_better_is_believed() {
    let options =
        Options { delimiter: Some(b';'), encoding: Encoding::from_label("latin1"), ..Options::default() };
    let table = open("sep=,\na,b;c\nM\u{fc},x;y\n", &options).unwrap();
    assert_eq!(table.headings(), ["a,b", "c"]);
    assert_eq!(table.found().encoding.unwrap().name(), "windows-1252");
    assert_eq!(texts(&lines(table).unwrap()[0]), ["MÃ¼,x", "y"]);
    assert!(Encoding::from_label("klingon").is_none());
    assert!(Encoding::from_label("replacement").is_none());
}

#[test]
fn the_words_of_a_refusal_are_for_a_person() {
    let words = [
        (refusal("a,b\n\"x"), "The quotation mark (\") that opens a cell in line 2 is never closed."),
        (
            refusal(b"%PDF-1.7".as_slice()),
            "This is a PDF document. Ask for the table it was made from, as XLSX or CSV.",
        ),
        (refusal(""), "The file is empty: the first row must hold the headings."),
    ];
    for (refusal, words) in words {
        assert_eq!(refusal.to_string(), words);
    }
    let lines = rows(b"a\n\xc3\xa9\n\xe9\nx,y\n".as_slice());
    let said: Vec<_> = lines.iter().flat_map(|line| &line.problems).map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "The row has characters that aren't UTF-8. Save the file in one encoding.",
            "The row has 2 cells, but there are 1 headings."
        ]
    );
}

#[test]
fn what_is_no_table_is_named() {
    let cases: [(&[u8], Other); 5] = [
        (b"%PDF-1.7 ...", Other::Pdf),
        (b"\x89PNG\r\n\x1a\n", Other::Picture),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Other::OldExcel),
        (b"\xef\xbb\xbf <!DOCTYPE html><table>", Other::WebPage),
        (b"ab\0\0\0\x01\x02\x03", Other::Binary),
    ];
    for (file, other) in cases {
        assert!(matches!(refusal(file), FileError::NotATable(named) if named == other), "{file:?}");
    }
    for empty in ["", "\n\n", ",,,\n , \n"] {
        assert!(matches!(refusal(empty), FileError::Empty), "{empty:?}");
    }
}

#[test]
fn single_byte_encodings_are_guessed_by_what_is_written() {
    let german = b"Name;Ort\nM\xfcller & S\xf6hne;K\xf6ln\nJ\xe4ger;D\xfcsseldorf\nGro\xdf;M\xfcnchen\n";
    assert_eq!(found(german.as_slice()).encoding.unwrap().name(), "windows-1252");
    let (russian, ..) =
        encoding_rs::WINDOWS_1251.encode("Имя;Город\nМагазин на углу;Москва\nКнижная лавка;Тверь\n");
    assert_eq!(found(russian.into_owned()).encoding.unwrap().name(), "windows-1251");
    let (japanese, ..) =
        encoding_rs::SHIFT_JIS.encode("名前,住所\n株式会社山田,東京都千代田区\n表示商店,大阪府大阪市\n");
    let lines = rows(japanese.into_owned());
    assert_eq!(texts(&lines[1]), ["表示商店", "大阪府大阪市"]);
}
