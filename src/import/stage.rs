//! Taking a file in: its rows are staged as they are, a few at a time.

use std::io::{Read, Seek, SeekFrom};

use passwords::{Brought, Format, Given, Pool, Reading};
use sha2::{Digest as _, Sha256};
use tables::{CellKind, Dialect, FileError, Kind, Line, Options, Table};

use super::cells::{Cells, Mark, Note};
use super::rows::{self, Staged};
use super::secrets::{self, SECRET};
use super::store;
use super::{Choices, Fate, Field, Import, Origin, State, Tally, must_import, staff_of};
use crate::actor::Actor;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::kernel::id::ImportId;
use crate::kernel::invisible::is_invisible;
use crate::kernel::{EmailAddress, Timestamp};

/// Rows staged by one transaction.
const AT_ONCE: usize = 500;
/// First rows by which it is guessed what the columns hold.
const LOOKED_AT: usize = 100;
/// The least bytes of a file whose rows are counted first: smaller ones don't have
/// more than can be taken, packed as they may be.
const COUNTED: u64 = 256 * 1024;
/// About how many bytes of text are held at a time.
const HELD: usize = 2 * 1024 * 1024;

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// It can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its first row is a row of somebody's.
    #[error(
        "The first row holds no headings: one of its cells looks like an e-mail address or a password. Write above each column what it holds, and hand the file in again."
    )]
    NoHeadings,
    /// Something broke.
    #[error(transparent)]
    Broken(#[from] Error),
    /// Weak hashes could not be hashed over.
    #[error(transparent)]
    Hashing(#[from] passwords::PoolError),
}

impl From<crate::db::Error> for StageError {
    fn from(error: crate::db::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// A file whose headings have been read.
pub struct File {
    table: Table<std::fs::File>,
    /// Its first rows, read already.
    first: Vec<Line>,
    /// What was found out about it.
    pub origin: Origin,
}

/// How passwords come along. Without it columns that hold them are not kept.
#[derive(Clone, Copy)]
pub struct Passwords<'p> {
    /// Where weak hashes are hashed over, so that they are not kept.
    pub pool: &'p Pool,
    /// How bare digests were made.
    pub format: Option<Format>,
}

impl File {
    /// Finds out what a file is, and reads its headings.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn open(mut file: std::fs::File, options: &Options) -> Result<Self, FileError> {
        let size = file.seek(SeekFrom::End(0))?;
        // Larger ones are refused below, without being read.
        let digest = if size > tables::MAX_FILE { String::new() } else { digest(&mut file)? };
        let options = Options { known: Some(|heading| Field::guess(heading).is_some()), ..options.clone() };
        if (COUNTED..=tables::MAX_FILE).contains(&size) {
            count(file.try_clone()?, &options)?;
            file.rewind()?;
        }
        let mut table = Table::open(file, &options)?;
        let first = some_lines(&mut table)?;
        let found = table.found();
        let origin = Origin {
            kind: match found.kind {
                Kind::Csv => "csv".into(),
                Kind::Xlsx => "xlsx".into(),
            },
            encoding: found.encoding.map(|encoding| encoding.name().to_owned()),
            delimiter: found.delimiter.map(char::from),
            mysql: found.dialect == Some(Dialect::MySql),
            heading_row: found.heading_row,
            beside: Vec::new(),
            blank: Vec::new(),
            sheet: found.sheet.clone(),
            sheets: found.sheets.clone(),
            digest,
            kept: Vec::new(),
        };
        Ok(Self { table, first, origin })
    }

    /// The headings.
    pub fn headings(&self) -> &[String] {
        self.table.headings()
    }

    /// Headings are kept longer than rows, and shown: what looks like somebody's
    /// address or password is none.
    ///
    /// # Errors
    /// [`StageError::NoHeadings`].
    pub fn must_have_headings(&self) -> Result<(), StageError> {
        if self.headings().iter().any(|heading| is_data(heading)) {
            return Err(StageError::NoHeadings);
        }
        Ok(())
    }

    /// What is most likely chosen for it, by its headings and first rows.
    pub fn likely(&self) -> Choices {
        let rows = self.first.iter().take(LOOKED_AT);
        let rows: Vec<Vec<&str>> =
            rows.map(|line| line.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
        Choices::likely(self.headings(), &rows)
    }
}

/// Reads all rows of a file that may have more than can be taken, so that this is said
/// before any is kept.
fn count(file: std::fs::File, options: &Options) -> Result<(), FileError> {
    let mut table = Table::open(file, options)?;
    while table.next_row()?.is_some() {}
    Ok(())
}

fn digest(file: &mut std::fs::File) -> Result<String, FileError> {
    file.rewind()?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hasher.update(&piece[..read]),
        }
    }
    Ok(data_encoding::HEXLOWER.encode(&hasher.finalize()))
}

/// Takes a file in. Of its columns only those are kept that are chosen to hold
/// something, and nothing of them that looks like a secret (promise 1).
///
/// # Errors
/// What is wrong with the file; then nothing of it is kept.
pub async fn stage(
    db: &Db,
    actor: &Actor,
    (file, file_name, choices): (File, &str, Choices),
    passwords: Option<Passwords<'_>>,
    now: Timestamp,
) -> Result<ImportId, StageError> {
    must_import(actor)?;
    file.must_have_headings()?;
    let mut import = new(actor, &file, file_name, choices, now);
    let (fresh, staff) = (import.clone(), staff_of(actor));
    db.write(move |tx| store::insert(tx, &fresh, staff)).await?;
    match all_rows(db, (file.first, file.table), &mut import, passwords).await {
        Ok(()) => {
            import.state = State::Staged;
            let id = import.id;
            db.write(move |tx| store::update(tx, &import, now)).await?;
            Ok(id)
        }
        Err(error) => {
            let id = import.id;
            let removed = db.write(move |tx| rows::remove(tx, id).and_then(|()| store::remove(tx, id))).await;
            if let Err(error) = removed {
                tracing::warn!(%error, import.id = %id, "What was read of a file could not be removed");
            }
            Err(error)
        }
    }
}

fn is_data(heading: &str) -> bool {
    EmailAddress::parse(heading).is_ok() || secrets::is_cell(heading, Field::Position)
}

fn new(actor: &Actor, file: &File, file_name: &str, mut choices: Choices, now: Timestamp) -> Import {
    choices.leave_secrets(file.headings());
    let mut origin = file.origin.clone();
    let is_kept = |column: &Option<Field>| column.is_some_and(|field| !field.is_of_passwords());
    let columns = choices.columns.iter().enumerate();
    origin.kept = columns.filter(|(_, column)| is_kept(column)).map(|(place, _)| place).collect();
    Import {
        id: ImportId::new(now),
        staff: staff_of(actor),
        staff_name: None,
        door: actor.door.as_str().to_owned(),
        address: actor.address.clone(),
        file_name: file_name.to_owned(),
        origin,
        headings: file.headings().to_vec(),
        choices,
        state: State::Staging,
        total: 0,
        settled: 0,
        tally: Tally::default(),
        problem: None,
        created_at: now,
        changed_at: now,
        finished_at: None,
    }
}

async fn all_rows(
    db: &Db,
    (mut lines, mut table): (Vec<Line>, Table<std::fs::File>),
    import: &mut Import,
    passwords: Option<Passwords<'_>>,
) -> Result<(), StageError> {
    let id = import.id;
    let mut filled = vec![false; import.headings.len()];
    while !lines.is_empty() {
        let mut staged = Vec::with_capacity(lines.len());
        for line in lines {
            import.total += 1;
            let number = i64::try_from(line.number).unwrap_or(i64::MAX);
            let cells = cells(line);
            let said = cells.texts.iter().map(|text| !text.is_empty());
            filled.iter_mut().zip(said).for_each(|(filled, said)| *filled |= said);
            let (cells, password) = keep_passwords(cells, import, passwords).await?;
            staged.push(Staged { password, ..row(import.total, number, keep_chosen(cells, import)) });
        }
        db.write(move |tx| rows::put(tx, id, &staged)).await?;
        let read =
            tokio::task::spawn_blocking(move || some_lines(&mut table).map(|lines| (lines, table))).await;
        (lines, table) = read.map_err(|error| FileError::Io(std::io::Error::other(error)))??;
    }
    import.origin.beside = table.beside().to_vec();
    let places = filled.into_iter().enumerate();
    import.origin.blank = places.filter(|(_, filled)| !filled).map(|(place, _)| place).collect();
    Ok(())
}

/// The next lines, as many as may be held at a time.
fn some_lines(table: &mut Table<std::fs::File>) -> Result<Vec<Line>, FileError> {
    let (mut lines, mut held) = (Vec::new(), 0);
    while lines.len() < AT_ONCE && held < HELD {
        let Some(line) = table.next_row()? else { break };
        held += line.cells.iter().map(|cell| cell.text.len()).sum::<usize>();
        lines.push(line);
    }
    Ok(lines)
}

fn cells(line: Line) -> Cells {
    let notes = line.problems.iter().map(|problem| Note::problem(None, problem.to_string())).collect();
    let mut cells = Cells { notes, ..Cells::default() };
    for (place, cell) in line.cells.into_iter().enumerate() {
        let mark = match cell.kind {
            CellKind::Text | CellKind::Bool => None,
            CellKind::Number => Some(Mark::Number),
            CellKind::Rounded => Some(Mark::Rounded),
            CellKind::Date => Some(Mark::Date),
            CellKind::Formula => Some(Mark::Formula),
            CellKind::Error => Some(Mark::Error),
        };
        cells.marks.extend(mark.map(|mark| (place, mark)));
        // No text of a customer needs it, and PostgreSQL keeps none that has it.
        let text =
            if shows_nothing(&cell.text) { String::new() } else { cell.text.replace('\0', "\u{FFFD}") };
        cells.texts.push(text);
    }
    cells
}

/// Whether a cell holds only characters that nobody sees: fillers and marks of direction.
fn shows_nothing(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Takes out of a row how its password was kept, and gives what is kept of that:
/// nothing, unless passwords come along; then a hash that is slow to guess at.
async fn keep_passwords(
    mut cells: Cells,
    import: &Import,
    passwords: Option<Passwords<'_>>,
) -> Result<(Cells, Option<String>), StageError> {
    let take = |cells: &mut Cells, field: Field| {
        let chosen = import.choices.columns.iter().position(|column| *column == Some(field));
        chosen.and_then(|place| cells.texts.get_mut(place)).map(std::mem::take).unwrap_or_default()
    };
    let (hash, salt) = (take(&mut cells, Field::PasswordHash), take(&mut cells, Field::PasswordSalt));
    let (hash, salt) = (hash.trim(), salt.trim());
    if secrets::is_no_password(hash) {
        cells
            .notes
            .push(Note::warning(Field::PasswordHash, "says that there is no password; none comes along"));
        return Ok((cells, None));
    }
    let Some(passwords) = passwords.filter(|_| !hash.is_empty()) else { return Ok((cells, None)) };
    let given = Given { hash, salt: (!salt.is_empty()).then_some(salt), format: passwords.format };
    // What our own exports hold may be such a hash over a weak one.
    let kept = match Brought::parse(hash).map(Reading::Kept).or_else(|_| Brought::read(&given)) {
        Ok(Reading::Kept(brought)) => Ok(brought),
        Ok(Reading::Weak(weak)) => Ok(passwords.pool.wrap(weak).await?),
        Err(error) => Err(error),
    };
    match kept {
        Ok(brought) => Ok((cells, Some(brought.as_str().to_owned()))),
        Err(error) => {
            let text = secrets::kind_in_words(hash).map_or_else(|| error.to_string(), str::to_owned);
            cells.notes.push(Note::problem(Field::PasswordHash, text));
            Ok((cells, None))
        }
    }
}

/// Empties what is not kept of a row: columns that nobody chose, and what looks
/// like a secret although its column is said to hold something else.
fn keep_chosen(mut cells: Cells, import: &Import) -> Cells {
    for (place, text) in cells.texts.iter_mut().enumerate() {
        let field = import.choices.columns.get(place).copied().flatten();
        let field = field.filter(|_| import.origin.kept.contains(&place));
        let is_secret = field.is_some_and(|field| secrets::is_cell(text, field));
        if is_secret {
            cells.notes.push(Note::problem(field, SECRET));
        }
        if is_secret || field.is_none() {
            text.clear();
        }
    }
    cells.marks.retain(|place, _| import.origin.kept.contains(place));
    cells
}

fn row(place: i64, line: i64, cells: Cells) -> Staged {
    Staged {
        place,
        line,
        cells,
        password: None,
        verdict: None,
        notes: Vec::new(),
        changes: Vec::new(),
        account_key: None,
        username_key: None,
        retailer: None,
        contact: None,
        fate: Fate::Waiting,
        undo: None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_with_more_rows_than_can_be_taken_is_refused_before_any_is_kept() {
        let file = tempfile::tempfile().unwrap();
        let mut rows = std::io::BufWriter::new(&file);
        rows.write_all(b"account_number,retailer\n").unwrap();
        for number in 0..=tables::MAX_ROWS {
            writeln!(rows, "{number},Shop").unwrap();
        }
        rows.flush().unwrap();
        drop(rows);
        let refused = File::open(file, &Options::default()).err();
        assert!(matches!(refused, Some(FileError::TooManyRows { .. })), "{refused:?}");
    }
}
