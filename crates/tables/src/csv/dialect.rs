//! Who wrote a file of tabs: a program that puts cells into quotation marks, or `mysql --batch`, which knows
//! no quotation marks but writes `\\n`, `\\t` and `\\\\` for what would cut a cell (mysql's manual, "--batch").

use memchr::{memchr, memmem};

use crate::Dialect;

/// What of a file's bytes tells who wrote it.
#[expect(clippy::struct_excessive_bools, reason = "each is a kind of trace that is there or not")]
#[derive(Default)]
pub(super) struct Traces {
    /// Backslashes that stand for something, and `NULL` cells.
    escapes: bool,
    /// Backslashes that stand for themselves.
    bare: bool,
    /// Cells that begin with a quotation mark, and such that end with one.
    opened: bool,
    ended: bool,
}

impl Traces {
    /// Looks at more of the file, at best whole lines.
    pub(super) fn add(&mut self, lines: &[u8]) {
        self.add_backslashes(lines);
        self.escapes = self.escapes || memmem::find(lines, b"\tNULL\t").is_some();
        self.opened = self.opened || memmem::find(lines, b"\t\"").is_some();
        let ends = [&b"\"\t"[..], b"\"\n", b"\"\r"];
        self.ended = self.ended || ends.into_iter().any(|end| memmem::find(lines, end).is_some());
    }

    fn add_backslashes(&mut self, mut lines: &[u8]) {
        while let Some(at) = memchr(b'\\', lines) {
            match lines.get(at + 1) {
                Some(b'n' | b't' | b'0' | b'\\' | b'N') => self.escapes = true,
                Some(_) => self.bare = true,
                None => return,
            }
            lines = &lines[at + 2..];
        }
    }

    /// Who wrote it, if there are tabs between its cells.
    pub(super) fn dialect(&self) -> Dialect {
        let (is_quoted, is_broken) = (self.opened && self.ended, self.opened && !self.ended);
        let is_mysql = (self.escapes || is_broken) && !self.bare && !is_quoted;
        if is_mysql { Dialect::MySql } else { Dialect::Quoted }
    }
}

/// A cell as it was before `mysql --batch` wrote it.
pub(super) fn unescaped(cell: &str) -> String {
    if cell == "NULL" || cell == "\\N" {
        return String::new();
    }
    let mut text = String::with_capacity(cell.len());
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next() } else { None };
        text.push(match (character, escaped) {
            ('\\', Some('n')) => '\n',
            ('\\', Some('t')) => '\t',
            ('\\', Some('0')) => '\0',
            ('\\', Some(other)) => other,
            (character, _) => character,
        });
    }
    text
}
