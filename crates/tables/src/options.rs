/// How to read a file, where a person knows better than the file tells.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What separates the cells of a CSV file. Found out when absent.
    pub delimiter: Option<u8>,
    /// The encoding of a CSV file. Found out when absent.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook. The first that isn't hidden when absent.
    pub sheet: Option<String>,
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
    /// The sheet that is read, of a workbook.
    pub sheet: Option<String>,
    /// The sheets that aren't hidden, in the workbook's order. None of a CSV file.
    pub sheets: Vec<String>,
    /// Whether the file begins with a byte order mark.
    pub marked: bool,
}

/// The kinds of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text with delimiters (RFC 4180 and its many relatives).
    Csv,
    /// An Excel workbook (ECMA-376), `.xlsx` or `.xlsm`.
    Xlsx,
}

/// An encoding of text, of those in the WHATWG Encoding Standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub(crate) &'static encoding_rs::Encoding);

impl Encoding {
    /// The encoding with this name or one of its labels in the standard, such as `utf-8` or `latin1`.
    pub fn from_label(label: &str) -> Option<Self> {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
        (encoding != encoding_rs::REPLACEMENT).then_some(Self(encoding))
    }

    /// The name in the standard, such as `windows-1252`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}
