use std::io::{Cursor, Seek, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

const ROOT: &str = r#"<Relationships xmlns="r"><Relationship Id="a" Type="t/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="Sheet" sheetId="1" r:id="s"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships xmlns="r"><Relationship Id="s" Type="t/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="t" Type="t/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="u" Type="t/styles" Target="styles.xml"/></Relationships>"#;

/// A workbook that is written part by part, as no spreadsheet program would.
pub struct Book<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> Book<W> {
    /// Begins with the parts that tell where the others are.
    pub fn new(to: W) -> Self {
        Self::with_workbook(to, BOOK)
    }

    fn with_workbook(to: W, workbook: &str) -> Self {
        let mut book = Self { zip: ZipWriter::new(to) };
        let parts =
            [("_rels/.rels", ROOT), ("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", RELATIONS)];
        for (path, text) in parts {
            book.part(path).write_all(text.as_bytes()).unwrap();
        }
        book
    }

    /// Begins a part.
    pub fn part(&mut self, path: &str) -> &mut impl Write {
        let packed = SimpleFileOptions::default().compression_level(Some(1));
        self.zip.start_file(path, packed).unwrap();
        &mut self.zip
    }

    /// Begins the sheet.
    pub fn sheet(&mut self) -> &mut impl Write {
        self.part("xl/worksheets/sheet1.xml")
    }

    /// Begins the shared texts.
    pub fn strings(&mut self) -> &mut impl Write {
        self.part("xl/sharedStrings.xml")
    }

    /// Ends the file.
    pub fn finish(self) -> W {
        self.zip.finish().unwrap()
    }
}

/// A workbook with these rows, as XML.
pub fn of_rows(rows: &str) -> Vec<u8> {
    of_parts(&[(
        "xl/worksheets/sheet1.xml",
        &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
    )])
}

/// A workbook with these parts besides those that tell where they are.
pub fn of_parts(parts: &[(&str, &str)]) -> Vec<u8> {
    with_workbook(BOOK, parts)
}

/// A workbook with a workbook part of its own.
pub fn with_workbook(workbook: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let mut book = Book::with_workbook(Cursor::new(Vec::new()), workbook);
    for (path, text) in parts {
        book.part(path).write_all(text.as_bytes()).unwrap();
    }
    book.finish().into_inner()
}

/// A workbook whose relationships lead elsewhere.
pub fn with_relations(relations: &str) -> Vec<u8> {
    let mut book = Book { zip: ZipWriter::new(Cursor::new(Vec::new())) };
    for (path, text) in
        [("_rels/.rels", ROOT), ("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", relations)]
    {
        book.part(path).write_all(text.as_bytes()).unwrap();
    }
    book.finish().into_inner()
}

/// An archive of files with something in them.
pub fn of_paths(paths: &[&str]) -> Vec<u8> {
    let mut book = Book { zip: ZipWriter::new(Cursor::new(Vec::new())) };
    for path in paths {
        book.part(path).write_all(b"something").unwrap();
    }
    book.finish().into_inner()
}

/// An archive whose document is said to be there.
pub fn with_root(target: &str) -> Vec<u8> {
    let mut book = Book { zip: ZipWriter::new(Cursor::new(Vec::new())) };
    let root = ROOT.replace("xl/workbook.xml", target);
    book.part("_rels/.rels").write_all(root.as_bytes()).unwrap();
    book.finish().into_inner()
}
