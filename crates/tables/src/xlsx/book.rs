use std::collections::BTreeMap;
use std::io::{Read, Seek};

use quick_xml::events::Event;

use super::archive::Archive;
use super::xml::{Xml, attribute};
use crate::{FileError, MAX_OTHER_PART, MAX_PARTS, MAX_SHEETS, Other};

/// Characters of a sheet's name that are kept. Excel allows 31.
const LONGEST_NAME: usize = 100;

/// What a workbook says of its parts.
pub(super) struct Book {
    sheets: Vec<Sheet>,
    /// Where the shared texts are.
    pub(super) strings: Option<String>,
    /// Where the formats are.
    pub(super) styles: Option<String>,
    /// Whether days are counted from 1904, as on old Macs.
    pub(super) from_1904: bool,
}

/// A sheet with cells; charts are none.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) path: String,
    hidden: bool,
}

impl Book {
    /// The sheet with this name.
    pub(super) fn named(&self, name: &str) -> Result<&Sheet, FileError> {
        let missing = || FileError::NoSuchSheet { name: name.to_owned() };
        self.sheets.iter().find(|sheet| sheet.name == name).ok_or_else(missing)
    }

    /// The first sheet that isn't hidden, or the first.
    pub(super) fn first(&self) -> Result<&Sheet, FileError> {
        let missing = || FileError::NoSuchSheet { name: String::new() };
        self.shown().next().or(self.sheets.first()).ok_or_else(missing)
    }

    /// The sheets that aren't hidden.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Sheet> {
        self.sheets.iter().filter(|sheet| !sheet.hidden)
    }

    /// The names of the sheets that aren't hidden.
    pub(super) fn visible(&self) -> Vec<String> {
        self.shown().map(|sheet| sheet.name.clone()).collect()
    }
}

/// Where a relationship leads and what for.
struct Relation {
    kind: String,
    path: String,
}

/// Reads the workbook part and where its relationships lead.
pub(super) fn read<R: Read + Seek>(archive: &Archive, source: &mut R) -> Result<Book, FileError> {
    let path = workbook_path(archive, source)?;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let relations = relations(archive, source, &join(folder, &format!("_rels/{name}.rels")), folder)?;
    let of_kind = |kind: &str| {
        let relation = relations.values().find(|relation| relation.kind == kind)?;
        archive.find(&relation.path).map(|part| part.path.clone())
    };
    let mut book = Book {
        sheets: Vec::new(),
        strings: of_kind("sharedStrings"),
        styles: of_kind("styles"),
        from_1904: false,
    };
    let mut xml = Xml::new(archive.open(source, &path, MAX_OTHER_PART)?);
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "workbookPr" => {
                    book.from_1904 =
                        attribute(&tag, "date1904").is_some_and(|value| value == "1" || value == "true");
                }
                "sheet" => {
                    let id = attribute(&tag, "id").unwrap_or_default();
                    let Some(relation) = relations.get(id.as_ref()) else { continue };
                    if relation.kind != "worksheet" {
                        continue;
                    }
                    if book.sheets.len() == MAX_SHEETS {
                        return Err(FileError::TooManySheets { limit: MAX_SHEETS });
                    }
                    let name = attribute(&tag, "name").unwrap_or_default();
                    book.sheets.push(Sheet {
                        name: name.chars().take(LONGEST_NAME).collect(),
                        path: relation.path.clone(),
                        hidden: attribute(&tag, "state").is_some_and(|state| state != "visible"),
                    });
                }
                _ => {}
            },
            Event::Eof => return Ok(book),
            _ => {}
        }
    }
}

/// Where the workbook part is. Says what a file is instead that has none.
fn workbook_path<R: Read + Seek>(archive: &Archive, source: &mut R) -> Result<String, FileError> {
    if archive.find("_rels/.rels").is_none() {
        return Err(FileError::NotATable(other_archive(archive)));
    }
    let roots = relations(archive, source, "_rels/.rels", "")?;
    let document = roots.into_values().find(|relation| relation.kind == "officeDocument");
    let Some(Relation { path, .. }) = document else {
        return Err(FileError::NotATable(other_archive(archive)));
    };
    if path.to_ascii_lowercase().ends_with(".bin") {
        return Err(FileError::NotATable(Other::BinaryExcel));
    }
    if path.starts_with("word/") || path.starts_with("ppt/") {
        return Err(FileError::NotATable(Other::Document));
    }
    Ok(path)
}

/// What a ZIP archive is that is no workbook.
fn other_archive(archive: &Archive) -> Other {
    if archive.find("content.xml").is_some() && archive.find("mimetype").is_some() {
        Other::OpenDocument
    } else if archive.has_below("Index/") || archive.find("Index.zip").is_some() {
        Other::Numbers
    } else {
        Other::Archive
    }
}

/// The relationships in a part (ECMA-376-2, 6.5), by their names.
fn relations<R: Read + Seek>(
    archive: &Archive,
    source: &mut R,
    path: &str,
    folder: &str,
) -> Result<BTreeMap<String, Relation>, FileError> {
    let mut xml = Xml::new(archive.open(source, path, MAX_OTHER_PART)?);
    let mut relations = BTreeMap::new();
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "Relationship" => {
                if attribute(&tag, "TargetMode").is_some_and(|mode| mode == "External") {
                    continue;
                }
                if relations.len() == MAX_PARTS {
                    return Err(FileError::TooManyParts { limit: MAX_PARTS });
                }
                let kind = attribute(&tag, "Type").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                let target = attribute(&tag, "Target").unwrap_or_default();
                let id = attribute(&tag, "Id").unwrap_or_default().into_owned();
                relations.insert(id, Relation { kind, path: join(folder, &target) });
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// A path as seen from a folder, from the root.
fn join(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            ".." => {
                steps.pop();
            }
            "." => {}
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}
