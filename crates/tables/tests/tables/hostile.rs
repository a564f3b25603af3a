//! Files that would fill the memory, read by a process of its own whose memory is measured.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::Command;

use rust_xlsxwriter::Workbook;

use crate::book::Book;

/// What reading may take, in kB.
const MEMORY: u64 = 200_000;

const SHEET: &[u8] = b"<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>";
const SHEET_END: &[u8] = b"</sheetData></worksheet>";
const HEADINGS: &[u8] = b"<row r=\"1\"><c t=\"inlineStr\"><is><t>Name</t></is></c></row>";

/// What the example says of a file, which is removed afterwards. Asserts the memory.
fn read(name: &str, write: impl FnOnce(&mut BufWriter<File>)) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut file = BufWriter::new(File::create(&path).unwrap());
    write(&mut file);
    file.into_inner().unwrap();
    let said = said_of(&path);
    fs::remove_file(path).unwrap();
    said
}

fn said_of(path: &std::path::Path) -> String {
    let tests = std::env::current_exe().unwrap();
    let example = tests.parent().unwrap().parent().unwrap().join("examples/read");
    assert!(example.exists(), "cargo test -p tables builds {}", example.display());
    let output = Command::new(example).arg(path).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    if cfg!(target_os = "linux") {
        let peak = said.lines().find_map(|line| line.strip_prefix("peak kB: ")).unwrap();
        assert!(peak.parse::<u64>().unwrap() < MEMORY, "{said}");
    }
    eprintln!("{}:\n{said}", path.display());
    said
}

/// A workbook, written part by part.
fn book(name: &str, write: impl FnOnce(&mut Book<&mut BufWriter<File>>)) -> String {
    read(name, |file| {
        let mut book = Book::new(file);
        write(&mut book);
        book.finish();
    })
}

fn repeat(to: &mut impl Write, text: &str, bytes: usize) {
    let block = text.repeat(64 * 1024 / text.len());
    for _ in 0..bytes / block.len() {
        to.write_all(block.as_bytes()).unwrap();
    }
}

const MB: usize = 1024 * 1024;

#[test]
fn half_a_gigabyte_is_refused_unread() {
    let said = read("large.csv", |file| file.get_ref().set_len(500 * MB as u64).unwrap());
    assert!(said.contains("error: The file has 524288000 bytes"), "{said}");
}

#[test]
fn a_quote_that_never_closes_does_not_swallow_the_file() {
    let said = read("quote.csv", |file| {
        file.write_all(b"a,b\n1,\"2\n").unwrap();
        repeat(file, "3,4\n", 150 * MB);
    });
    assert!(said.contains("opens a cell in line 2 is never closed"), "{said}");
}

#[test]
fn ten_million_columns_are_refused() {
    let said = read("wide.csv", |file| repeat(file, "a,", 20 * MB));
    assert!(said.contains("more than 500 columns"), "{said}");
    let said = book("wide.xlsx", |book| {
        let sheet = book.sheet();
        sheet.write_all(SHEET).unwrap();
        sheet.write_all(b"<row>").unwrap();
        repeat(sheet, "<c><v>1</v></c>", 150 * MB);
    });
    assert!(said.contains("more than 500 columns"), "{said}");
}

#[test]
fn a_file_of_nothing_but_strange_bytes_is_read_in_bounded_memory() {
    let said = read("strange.csv", |file| {
        file.write_all("naïve,plain\nù,1\né,2\n".as_bytes()).unwrap();
        repeat(file, "ù,é\n", 20 * MB);
    });
    assert!(said.contains("more than 500000 rows"), "{said}");
    let said = read("zeros.csv", |file| {
        file.write_all(&[b'a'; 4096]).unwrap();
        file.get_ref().set_len(190 * MB as u64).unwrap();
    });
    assert!(said.contains("longer than 1048576 bytes"), "{said}");
}

#[test]
fn a_sheet_that_unpacks_to_too_much_is_refused() {
    let said = book("sheet.xlsx", |book| {
        let sheet = book.sheet();
        sheet.write_all(SHEET).unwrap();
        sheet.write_all(HEADINGS).unwrap();
        repeat(sheet, &format!("<!--{}-->", "-x".repeat(500)), 450 * MB);
    });
    assert!(said.contains("(xl/worksheets/sheet1.xml) unpacks to more than 419430400 bytes"), "{said}");
}

#[test]
fn one_piece_of_a_sheet_can_not_fill_the_memory() {
    for (name, opens) in [
        ("text.xlsx", "<row><c><v>"),
        ("attribute.xlsx", "<row r=\""),
        ("comment.xlsx", "<!--"),
        ("data.xlsx", "<row><c><v><![CDATA["),
        ("instruction.xlsx", "<?"),
        ("reference.xlsx", "<row><c><v>&"),
        ("end.xlsx", "</"),
    ] {
        let said = book(name, |book| {
            let sheet = book.sheet();
            sheet.write_all(SHEET).unwrap();
            sheet.write_all(opens.as_bytes()).unwrap();
            repeat(sheet, "x", 300 * MB);
        });
        assert!(said.contains("error: A single text in xl/worksheets/sheet1.xml"), "{name} {said}");
    }
}

#[test]
fn shared_texts_are_held_close_together() {
    let said = shared("tiny.xlsx", &[("<si><t>a</t></si>", 127 * MB)]);
    assert!(said.contains("rows: 1"), "{said}");
    // The most that fits: as many as possible, and as much text as is kept.
    let long = format!("<si><t>{}</t></si>", "a".repeat(32_000));
    let said = shared("most.xlsx", &[("<si/>", 63 * MB), (&long, 63 * MB)]);
    assert!(said.contains("The file is empty"), "{said}");
    let said = shared("long.xlsx", &[(&long, 127 * MB)]);
    assert!(said.contains("unpacks to more than 67108864 bytes"), "{said}");
    let said = shared("many.xlsx", &[("<si><t>aaaaaaaaa</t></si>", 130 * MB)]);
    assert!(said.contains("unpacks to more than 134217728 bytes"), "{said}");
}

/// A workbook of shared texts, repeated up to so many bytes. Its cells refer to two of them.
fn shared(name: &str, texts: &[(&str, usize)]) -> String {
    book(name, |book| {
        let strings = book.strings();
        strings.write_all(b"<sst uniqueCount=\"99999999999999\">").unwrap();
        for (text, bytes) in texts {
            repeat(strings, text, *bytes);
        }
        strings.write_all(b"</sst>").unwrap();
        let sheet = book.sheet();
        sheet.write_all(SHEET).unwrap();
        sheet.write_all(b"<row><c t=\"s\"><v>77777</v></c></row><row><c t=\"s\"><v>7</v></c></row>").unwrap();
        sheet.write_all(SHEET_END).unwrap();
    })
}

#[test]
fn a_long_text_that_is_referred_to_again_and_again_is_too_much() {
    let referring = |name: &str, row: &str| {
        book(name, |book| {
            let strings = book.strings();
            write!(strings, "<sst><si><t>{}</t></si></sst>", "x".repeat(32_767)).unwrap();
            let sheet = book.sheet();
            sheet.write_all(SHEET).unwrap();
            repeat(sheet, row, 64 * MB);
            sheet.write_all(SHEET_END).unwrap();
        })
    };
    let cell = "<c t=\"s\"><v>0</v></c>";
    let said = referring("wide_references.xlsx", &format!("<row>{}</row>", cell.repeat(199)));
    assert!(said.contains("error: The row that begins in line 1 is longer than"), "{said}");
    let said = referring("references.xlsx", &format!("<row>{cell}</row>"));
    assert!(said.contains("(xl/worksheets/sheet1.xml) unpacks to more than 419430400 bytes"), "{said}");
}

#[test]
fn parts_without_end_are_refused() {
    let said = book("parts.xlsx", |book| {
        for number in 0..20_000 {
            book.part(&format!("xl/media/{number}"));
        }
    });
    assert!(said.contains("more than 10000 parts"), "{said}");
}

#[test]
fn three_hundred_thousand_good_rows_are_read() {
    let cells = ["0042", "Corner shop & sons", "Main street 5, Springfield", "shop@retailer.example", "EU"];
    let said = read("good.csv", |file| {
        writeln!(file, "number;name;address;e-mail;territory").unwrap();
        for number in 0..300_000 {
            writeln!(file, "{number};{}", cells[1..].join(";")).unwrap();
        }
    });
    assert!(said.contains("rows: 300000\nproblems: 0\n"), "{said}");
    let said = read("good.xlsx", |file| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory().unwrap();
        for number in 0..=300_000 {
            for (column, text) in (0..).zip(cells) {
                let text = if number == 0 { "heading" } else { text };
                sheet.write(number, column, text).unwrap();
            }
        }
        workbook.save_to_writer(file).unwrap();
    });
    assert!(said.contains("rows: 300000\nproblems: 0\n"), "{said}");
}
