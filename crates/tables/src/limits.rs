//! How much a file may hold. Together they keep a reader under 200 MB of memory whatever it is given.

/// Bytes of a file.
pub const MAX_FILE: u64 = 200 * 1024 * 1024;

/// Rows that hold something, without the headings.
pub const MAX_ROWS: usize = 500_000;

/// Columns up to the last one that holds something. DATEV's customers have 254, a CRM's whole list more.
pub const MAX_COLUMNS: usize = 500;

/// Characters of one cell: what Excel itself allows.
pub const MAX_CELL: usize = 32_767;

/// Bytes of one record of a CSV file or of the cells of one row of a sheet, in UTF-8.
pub const MAX_RECORD: usize = 1024 * 1024;

/// Parts (files within the file) of a workbook.
pub const MAX_PARTS: usize = 10_000;

/// Bytes of a workbook's list of parts.
pub const MAX_DIRECTORY: usize = 4 * 1024 * 1024;

/// Bytes that a sheet may unpack to, and bytes of its cells' texts. It is never held as a whole.
pub const MAX_SHEET: u64 = 400 * 1024 * 1024;

/// Bytes that the list of shared texts may unpack to.
pub const MAX_STRINGS_PART: u64 = 128 * 1024 * 1024;

/// Bytes of shared texts that are kept, in UTF-8.
pub const MAX_STRINGS: usize = 64 * 1024 * 1024;

/// Bytes that any other part that is read may unpack to.
pub const MAX_OTHER_PART: u64 = 16 * 1024 * 1024;

/// Bytes of one tag or one piece of text within a part. A cell of [`MAX_CELL`] characters needs half of it.
pub const MAX_PIECE: usize = 256 * 1024;

/// Tags within tags of a part. Workbooks need about ten.
pub const MAX_DEPTH: usize = 64;

/// Sheets of a workbook.
pub const MAX_SHEETS: usize = 1_000;
