//! Files as programs and offices really write them: titles above, totals below, covers before the sheet, old
//! encodings, what Excel leaves behind and `MySQL` writes.

use rust_xlsxwriter::Workbook;
use tables::CellKind::{Number, Rounded, Text};
use tables::{Dialect, Encoding, FileError, Options, Other};

use crate::read::{lines, open, refusal, rows, table, texts};

/// What someone who reads customers knows.
fn known(heading: &str) -> bool {
    ["Kd-Nr", "Firma", "E-Mail", "Ort", "number", "name", "email"].contains(&heading)
}

fn of_customers() -> Options {
    Options { known: Some(known), ..Options::default() }
}

#[test]
fn a_title_above_the_table_is_no_heading() {
    let titled = "Customer list of 30.11.2026;;;\n;;;\nKd-Nr;Firma;Ansprechpartner;E-Mail\n0010;Sample;Ann;a@x.example\n";
    for options in [of_customers(), Options::default()] {
        let table = open(titled, &options).unwrap();
        assert_eq!(table.headings(), ["Kd-Nr", "Firma", "Ansprechpartner", "E-Mail"]);
        assert_eq!(table.found().heading_row, 3);
        assert_eq!(lines(table).unwrap()[0].number, 4, "rows are counted as the file has them");
    }
    let datev = "\"EXTF\";700;16;\"Debitoren/Kreditoren\";5;;;;;;;1;;;\nKd-Nr;Firma;x\n1;Shop;\n";
    assert_eq!(open(datev, &of_customers()).unwrap().headings()[1], "Firma");
    let plain = "Shop;Town\nMill;York\nPier;Hull\n";
    assert_eq!(
        open(plain, &of_customers()).unwrap().found().heading_row,
        1,
        "nothing is known, nothing is odd"
    );
}

#[test]
fn the_row_of_headings_can_be_chosen() {
    let file = "a;b\n1;2\n\nc;d\n3;4\n";
    let options = Options { heading_row: Some(4), ..Options::default() };
    let table = open(file, &options).unwrap();
    assert_eq!(table.headings(), ["c", "d"]);
    assert_eq!(texts(&lines(table).unwrap()[0]), ["3", "4"]);
    let nothing = open(file, &Options { heading_row: Some(3), ..Options::default() }).err().unwrap();
    assert!(matches!(nothing, FileError::NoHeadings { row: 3 }), "{nothing}");
}

#[test]
fn totals_and_repeated_headings_are_left_out_and_told() {
    let file = "number;name;city;sales\n1;Shop;York;5\nnumber;name;city;sales\n2;Mill;Hull;7\n\nSumme;;;12\n";
    let mut table = table(file);
    let mut numbers = Vec::new();
    while let Some(line) = table.next_row().unwrap() {
        numbers.push(line.number);
    }
    assert_eq!((numbers, table.beside()), (vec![2, 4], &[3, 6][..]));
    let report = "number;name;city;sales\n1;\"Shop\nYork\";York;5\n7\n\nMade by the office\n30.11.2026\n2;Mill;Hull;7\n";
    let mut table = crate::read::table(report);
    let mut numbers = Vec::new();
    while let Some(line) = table.next_row().unwrap() {
        numbers.push(line.number);
    }
    assert_eq!((numbers, table.beside()), (vec![2, 4, 8], &[6, 7][..]), "a row may have one cell");
}

#[test]
fn the_sheet_that_looks_like_what_is_wanted_is_taken() {
    let mut workbook = Workbook::new();
    let sheets: [(&str, &[&[&str]]); 3] = [
        ("Cover", &[&["Customers 2026"], &["made by", "the office"]]),
        ("Customers", &[&["as of", "today"], &["number", "name", "email"], &["1", "Shop", "a@x.example"]]),
        ("Notes", &[&["name", "note"], &["x", "y"]]),
    ];
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write(row, column, *cell).unwrap();
            }
        }
    }
    let file = workbook.save_to_buffer().unwrap();
    let table = open(file.clone(), &of_customers()).unwrap();
    assert_eq!(table.found().sheet.as_deref(), Some("Customers"));
    assert_eq!((table.found().sheets.len(), table.found().heading_row), (3, 2));
    assert_eq!(texts(&lines(table).unwrap()[0]), ["1", "Shop", "a@x.example"]);
    let first = open(file.clone(), &Options::default()).unwrap();
    assert_eq!(first.found().sheet.as_deref(), Some("Cover"), "nobody said what is wanted");
    let named = Options { sheet: Some("Notes".to_owned()), ..of_customers() };
    assert_eq!(open(file, &named).unwrap().headings(), ["name", "note"]);
}

/// A text in a code page of DOS.
fn in_page(text: &str, page: &str) -> Vec<u8> {
    let byte = |c: char| match (c, page) {
        (c, _) if c.is_ascii() => u8::try_from(c).unwrap(),
        ('ü', _) => 0x81,
        ('é', _) => 0x82,
        ('ä', _) => 0x84,
        ('ö', _) => 0x94,
        ('Ä', _) => 0x8e,
        ('Ü', _) => 0x9a,
        ('ß', _) => 0xe1,
        ('ø', "cp850") => 0x9b,
        ('Č', "cp852") => 0xac,
        ('ý', "cp852") => 0xec,
        ('í', "cp852") => 0xa1,
        ('ř', "cp852") => 0xfd,
        (c, page) => panic!("{c} in {page}"),
    };
    text.chars().map(byte).collect()
}

#[test]
fn old_encodings_are_found_out_and_can_be_told() {
    let german =
        "Kd-Nr;Firma;Ort\n1;B\u{e4}ckerei M\u{fc}ller;K\u{f6}ln\n2;J\u{f6}rg Gr\u{f6}\u{df}e;\u{dc}bach\n";
    let macintosh: Vec<u8> = german
        .chars()
        .map(|c| match c {
            'ä' => 0x8a,
            'ü' => 0x9f,
            'ö' => 0x9a,
            'ß' => 0xa7,
            'Ü' => 0x86,
            c => u8::try_from(c).unwrap(),
        })
        .collect();
    let polish = encoding_rs::WINDOWS_1250.encode("Nr;Firma;Miasto\n1;Sk\u{142}ad \u{141}\u{f3}d\u{17a};\u{141}\u{f3}d\u{17a}\n2;\u{17b}abka;Gda\u{144}sk\n").0;
    let cases = [
        (in_page(german, "cp850"), "IBM850", "Bäckerei Müller"),
        (in_page("Kd;Firma\n1;J\u{f8}rgensen\n2;S\u{f8}ren\n", "cp850"), "IBM850", "Jørgensen"),
        (
            in_page("Kd;Firma\n1;\u{10c}ern\u{fd} a P\u{159}\u{ed}klad\n", "cp852"),
            "IBM852",
            "Černý a Příklad",
        ),
        (encoding_rs::WINDOWS_1252.encode(german).0.into_owned(), "windows-1252", "Bäckerei Müller"),
        (macintosh, "macintosh", "Bäckerei Müller"),
        (polish.into_owned(), "windows-1250", "Skład Łódź"),
    ];
    for (file, name, text) in cases {
        let table = table(file);
        assert_eq!(table.found().encoding.unwrap().name(), name, "{text}");
        assert_eq!(lines(table).unwrap()[0].cells[1].text, text);
    }
    let told = Options { encoding: Encoding::from_label("cp437"), ..Options::default() };
    let table = open(in_page(german, "cp437"), &told).unwrap();
    assert_eq!(table.found().encoding.unwrap().name(), "IBM437");
    assert_eq!(lines(table).unwrap()[1].cells[2].text, "Übach");
}

#[test]
fn what_mysql_writes_is_no_csv() {
    let file = "ID\tname\taddress\tnote\n1\t\"The Old Mill\t1 Quay\\nUpper floor\tNULL\n2\tMill \\\\ 2\t12\\tx\tNull\n";
    let table = table(file);
    assert_eq!(table.found().dialect, Some(Dialect::MySql));
    let lines = lines(table).unwrap();
    assert_eq!(texts(&lines[0]), ["1", "\"The Old Mill", "1 Quay\nUpper floor", ""]);
    assert_eq!(texts(&lines[1]), ["2", "Mill \\ 2", "12\tx", "Null"]);
    let without_escapes = "ID\tname\tcity\n1\t\"The Old Mill\tYork\n2\tMill\tHull\n";
    assert_eq!(texts(&rows(without_escapes)[0]), ["1", "\"The Old Mill", "York"]);
    let quoted = "ID\tname\tcity\n1\t\"The Old\nMill\"\tC:\\new\n";
    assert_eq!(texts(&rows(quoted)[0]), ["1", "The Old\nMill", "C:\\new"]);
    let marked = "\u{feff}ID\tname\tcity\n1\tMill\tC:\\new\n";
    assert_eq!(texts(&rows(marked)[0]), ["1", "Mill", "C:\\new"], "mysql marks nothing");
    let told = Options { dialect: Some(Dialect::Quoted), ..Options::default() };
    assert!(open(file, &told).and_then(crate::read::lines).is_err());
}

#[test]
fn excels_traces_are_told_apart() {
    let lines = rows(
        "a,b,c,d\n\"=\"\"0020020\"\"\",7.00E+12,12E4,\"4,41632E+11\"\n=\"0042\",7E+12,1.5,E+12\n=\"\",=\",=\"a\"b\",x\n",
    );
    let cells = |line: usize| {
        lines[line].cells.iter().map(|cell| (cell.text.as_str(), cell.kind)).collect::<Vec<_>>()
    };
    assert_eq!(
        cells(0),
        [("0020020", Text), ("7.00E+12", Rounded), ("12E4", Text), ("4,41632E+11", Rounded)]
    );
    assert_eq!(cells(1), [("0042", Text), ("7E+12", Rounded), ("1.5", Text), ("E+12", Text)]);
    assert_eq!(cells(2), [("", Text), ("=\"", Text), ("=\"a\"b\"", Text), ("x", Text)]);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in (0..).zip(["a", "b", "c"]) {
        sheet.write(0, column, heading).unwrap();
    }
    sheet.write(1, 0, 4_006_381_333_931_i64).unwrap();
    sheet.write(1, 1, 1_234_567_890_123_456.0).unwrap();
    sheet.write(1, 2, "7.00E+12").unwrap();
    let lines = rows(workbook.save_to_buffer().unwrap());
    let kinds: Vec<_> = lines[0].cells.iter().map(|cell| cell.kind).collect();
    assert_eq!(kinds, [Number, Rounded, Rounded]);
}

#[test]
fn apostrophes_of_a_spreadsheet_are_taken_off_and_those_of_names_are_not() {
    let lines = rows("id,last name,zip\n'7000000000001,'t Hooft,'1234AB\n");
    assert_eq!(texts(&lines[0]), ["7000000000001", "'t Hooft", "1234AB"]);
    let lines = rows("id,shop\n'A1,'68 Records\n'A2,Mill\n");
    assert_eq!(texts(&lines[0]), ["A1", "'68 Records"]);
}

#[test]
fn more_that_is_no_table_is_named() {
    let cases: [(&[u8], Other); 6] = [
        (b"-- MySQL dump 10.13\nCREATE TABLE x;", Other::Sql),
        (b"insert into customers values (1);", Other::Sql),
        (b"[\n  {\"id\": 1}\n]", Other::Json),
        (b"BEGIN:VCARD\r\nVERSION:3.0", Other::Cards),
        (b"\x01\x02\x03\x04abc\x05\x06", Other::Binary),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Other::Binary),
    ];
    for (file, other) in cases {
        assert!(matches!(refusal(file), FileError::NotATable(named) if named == other), "{file:?}");
    }
    assert_eq!(table("[ID];{x}\n1;2\n").headings(), ["[ID]", "{x}"]);
}
