use crate::csv::dos::Page;

/// How to read a file, where a person knows better than the file tells.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What separates the cells of a CSV file. Found out when absent.
    pub delimiter: Option<u8>,
    /// Who wrote the cells of a CSV file. Found out when absent.
    pub dialect: Option<Dialect>,
    /// The encoding of a CSV file. Found out when absent.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook. The one whose headings mean the most, or else the first that isn't hidden,
    /// when absent.
    pub sheet: Option<String>,
    /// The row that holds the headings, as a person counts. Found out when absent.
    pub heading_row: Option<usize>,
    /// Whether a heading means something to whoever reads the file: titles above a table mean nothing.
    pub known: Option<fn(&str) -> bool>,
}

/// What was found out about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// By content, not by name.
    pub kind: Kind,
    /// Of a CSV file.
    pub encoding: Option<Encoding>,
    /// Of a CSV file.
    pub delimiter: Option<u8>,
    /// Of a CSV file.
    pub dialect: Option<Dialect>,
    /// The sheet that is read, of a workbook.
    pub sheet: Option<String>,
    /// The sheets that aren't hidden, in the workbook's order. None of a CSV file.
    pub sheets: Vec<String>,
    /// Whether the file begins with a byte order mark.
    pub marked: bool,
    /// The row that holds the headings, as a person counts.
    pub heading_row: usize,
}

/// The kinds of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text with delimiters (RFC 4180 and its many relatives).
    Csv,
    /// An Excel workbook (ECMA-376), `.xlsx` or `.xlsm`.
    Xlsx,
}

/// How cells are written between delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A cell may stand in quotation marks.
    Quoted,
    /// As `mysql --batch` writes it: quotation marks mean nothing, `\n`, `\t` and `\\` stand for what they
    /// say, `NULL` for nothing.
    MySql,
}

/// An encoding of text: one in the WHATWG Encoding Standard, or a code page of DOS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub(crate) Charset);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Web(&'static encoding_rs::Encoding),
    Dos(&'static Page),
}

impl Encoding {
    /// The encoding with this name or one of its labels, such as `utf-8`, `latin1` or `cp850`.
    pub fn from_label(label: &str) -> Option<Self> {
        if let Some(page) = Page::of(label) {
            return Some(Self(Charset::Dos(page)));
        }
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
        (encoding != encoding_rs::REPLACEMENT).then_some(Self::web(encoding))
    }

    pub(crate) const fn web(encoding: &'static encoding_rs::Encoding) -> Self {
        Self(Charset::Web(encoding))
    }

    /// Its name with the standard or with IANA, such as `windows-1252` or `IBM850`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Charset::Web(encoding) => encoding.name(),
            Charset::Dos(page) => page.name,
        }
    }
}
