//! What `tradepost import` says.

use serde::Serialize;

use super::{CustomersArgs, Ended, Failure, failed};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
use crate::import::{self, CHANGED_MEANWHILE, Fate, Import, Obstacle, Origin, State, Tally, Verdict};
use crate::kernel::id::ImportId;

/// Problems shown in words; all of them are in the JSON and in the sheet.
const SHOWN: usize = 50;

/// How many rows have which verdict and which fate.
pub(super) struct Counts(pub(super) Vec<(Option<Verdict>, Fate, i64)>);

impl Counts {
    fn of(&self, fate: Fate) -> i64 {
        self.0.iter().filter(|(_, other, _)| *other == fate).map(|(.., count)| count).sum()
    }

    pub(super) fn undone(&self) -> i64 {
        self.of(Fate::Undone)
    }

    pub(super) fn kept(&self) -> i64 {
        self.of(Fate::Kept)
    }

    fn missing(&self) -> i64 {
        self.0
            .iter()
            .filter(|(verdict, ..)| *verdict == Some(Verdict::Missing))
            .map(|(.., count)| count)
            .sum()
    }
}

/// Something wrong with a row, or worth knowing.
#[derive(Serialize)]
pub(super) struct Problem {
    row: i64,
    column: String,
    text: String,
    /// Whether it kept the row out.
    stops: bool,
}

/// What is wrong, and what is worth knowing: all of it, or as much as is shown.
pub(super) fn problems(tx: &mut Tx<'_>, id: ImportId, all: bool) -> Result<Vec<Problem>> {
    let most = if all { usize::MAX } else { SHOWN };
    let import = import::find(tx, &Actor::operator(), id)?;
    let mut problems = Vec::new();
    let mut after = 0;
    while problems.len() < most {
        let rows = import::noted(tx, &Actor::operator(), id, after)?;
        let Some(last) = rows.last() else { break };
        after = last.place;
        for row in &rows {
            problems.extend(row.notes.iter().map(|note| Problem {
                row: row.line,
                column: import::column(&import, note.field).unwrap_or("(row)").to_owned(),
                text: note.text.clone(),
                stops: note.stops,
            }));
        }
    }
    problems.truncate(most);
    Ok(problems)
}

/// Says how an import ended.
pub(super) fn tell(
    ended: &Ended,
    problems: &[Problem],
    args: &CustomersArgs,
) -> std::result::Result<(), Failure> {
    if args.json {
        let told = Told::new(ended, problems, args.dry_run);
        serde_json::to_writer(std::io::stdout().lock(), &told).map_err(|error| failed("writing", error))?;
        println!();
    } else {
        in_words(ended, problems);
        if args.dry_run {
            println!("Read as {}.", import::found_in_words(&ended.import));
            println!("{}", columns(&ended.import));
        }
    }
    let wrong = ended.import.tally.wrong;
    let rows = if wrong == 1 { "1 row is wrong".to_owned() } else { format!("{wrong} rows are wrong") };
    let refused = match (ended.obstacle, ended.import.problem.as_deref()) {
        (_, Some(CHANGED_MEANWHILE)) => {
            "a row could no longer be brought in; everything was undone".to_owned()
        }
        (Some(Obstacle::WrongRows), _) => {
            format!("{rows}; nothing was changed (--good-rows brings the others in)")
        }
        (Some(Obstacle::MissingUnknown), _) => {
            format!("{rows}, so it is not known who is missing; nothing was changed")
        }
        (Some(Obstacle::TooManyMissing), _) => {
            "more are missing from the file than may be deactivated; nothing was changed".to_owned()
        }
        (None, _) if args.dry_run && wrong > 0 && !args.how.good_rows => {
            format!("{rows}; nothing was changed")
        }
        (Some(Obstacle::NothingToDo) | None, _) => return Ok(()),
    };
    Err(Failure::Refused(refused))
}

/// How an import ended, for programs.
#[derive(Serialize)]
pub(super) struct Told<'t> {
    import: ImportId,
    dry_run: bool,
    state: &'static str,
    found: &'t Origin,
    rows: i64,
    report: &'t Tally,
    missing: i64,
    problems: &'t [Problem],
}

impl<'t> Told<'t> {
    pub(super) fn new(ended: &'t Ended, problems: &'t [Problem], dry_run: bool) -> Self {
        let import = &ended.import;
        Self {
            import: import.id,
            dry_run,
            state: import.state.as_str(),
            found: &import.origin,
            rows: import.total,
            report: &import.tally,
            missing: ended.counts.missing(),
            problems,
        }
    }
}

fn in_words(ended: &Ended, problems: &[Problem]) {
    let (import, tally) = (&ended.import, &ended.import.tally);
    for problem in problems {
        let note = if problem.stops { "" } else { " (taken)" };
        eprintln!("row {}, column {}: {}{note}", problem.row, problem.column, problem.text);
    }
    if problems.len() == SHOWN {
        eprintln!("… there may be more; --json lists all, --problems FILE writes the wrong rows to a sheet");
    }
    for remark in &tally.remarks {
        let column = import::column(import, remark.field).map(|column| format!(", column {column}"));
        eprintln!("{} rows{}: {} (taken)", remark.rows, column.unwrap_or_default(), remark.text);
    }
    println!(
        "{}: {} rows. Retailers: {} new, {} changed. Contacts: {} new, {} changed, {} unchanged. Territories: {} new. Wrong rows: {}.",
        done(import, ended.obstacle),
        import.total,
        tally.retailers_new,
        tally.retailers_changed,
        tally.contacts_new,
        tally.contacts_changed,
        tally.contacts_unchanged,
        tally.territories.len(),
        tally.wrong,
    );
    if tally.passwords > 0 {
        println!("Passwords brought along: {}.", tally.passwords);
    }
    if ended.counts.missing() > 0 {
        println!("Not in the file, and so deactivated: {}.", ended.counts.missing());
    }
    if import.state == State::Done {
        println!("Undo it with: tradepost import undo {}", import.id);
    }
}

/// What each column was taken for.
fn columns(import: &Import) -> String {
    let both = || import.headings.iter().zip(&import.choices.columns);
    let taken = both().filter_map(|(heading, field)| Some(format!("{heading} = {}", (*field)?.as_str())));
    let left: Vec<&str> =
        both().filter(|(_, field)| field.is_none()).map(|(heading, _)| heading.as_str()).collect();
    let left =
        if left.is_empty() { String::new() } else { format!(" Left out and not kept: {}.", left.join(", ")) };
    format!("Columns: {}.{left}", taken.collect::<Vec<_>>().join(", "))
}

/// Whether a file was all that it should be, even if there was nothing to do.
pub(super) fn is_good(ended: &Ended) -> bool {
    ended.import.state == State::Done || ended.obstacle == Some(Obstacle::NothingToDo)
}

fn done(import: &Import, obstacle: Option<Obstacle>) -> &'static str {
    match (import.state, obstacle) {
        (State::Done, _) => "Imported",
        (State::Undone, _) => "Undone",
        (_, Some(Obstacle::NothingToDo)) => "Everything is as the file says",
        (_, Some(_)) => "Nothing was changed",
        (_, None) => "Nothing was changed (dry run)",
    }
}

/// Says what imports there are.
pub(super) fn list(imports: &[Import], json: bool) {
    if json {
        let all: Vec<_> = imports
            .iter()
            .map(|import| {
                serde_json::json!({ "import": import.id, "file": import.file_name, "state": import.state.as_str(),
                    "rows": import.total, "created_at": import.created_at.rfc3339() })
            })
            .collect();
        println!("{}", serde_json::Value::from(all));
        return;
    }
    if imports.is_empty() {
        println!("Nothing has been imported yet.");
    }
    for import in imports {
        let (at, by) = (import.created_at.rfc3339(), import.staff_name.as_deref().unwrap_or("the operator"));
        println!(
            "{}  {at}  {:<9} {:>7} rows  {} (by {by})",
            import.id,
            import.state.as_str(),
            import.total,
            import.file_name
        );
    }
}
