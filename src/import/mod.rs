//! Bringing retailers and contacts in from a file.
//!
//! A file's rows are staged as they are ([`stage`]); then it is chosen what its
//! columns hold and each row is looked at ([`check`]): what it would enter,
//! change or leave, and what is wrong with it. Nothing has changed so far. Only
//! then is it brought in ([`start`]), and as long as nothing later touched those
//! it was about it can be undone ([`undo`]).
//!
//! All three go on a step at a time ([`step`]), each in one transaction that
//! also marks its rows. So a crash anywhere leaves an import that goes on where
//! it was, and it does not matter who takes the next step: a worker, or the
//! command that waits for it.

mod apply;
mod cells;
mod choices;
mod contact;
pub mod correct;
mod draft;
mod entry;
mod facts;
mod field;
mod find;
mod forget;
mod guess;
mod obstacle;
mod person;
mod plan;
pub mod portal;
mod preview;
mod remarks;
mod rows;
mod secrets;
mod sheet;
mod stage;
mod state;
mod steps;
mod store;
mod switch;
mod undo;
mod upload;
mod verdict;
mod view;
mod vocabulary;

use serde::{Deserialize, Serialize};

use crate::actor::{Act, Actor, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::kernel::id::{ImportId, StaffId};
use crate::kernel::{Language, Timestamp};
use crate::staff;

pub use cells::{Cells, Mark, Note};
pub use choices::{Choices, MISSING_LIMIT, Matching};
pub use draft::{check, choices_again, choices_for, take_place};
pub use field::Field;
pub use forget::{KEPT, forget_contact, forget_old};
pub use obstacle::{CHANGED_MEANWHILE, Obstacle, STARTER_MAY_NOT, TOO_MANY_MISSING, obstacle};
pub use remarks::Remark;
pub use rows::{Fate, Staged};
pub use secrets::is_heading as is_secret;
pub use sheet::{WrongRows, column};
pub use stage::{File, Passwords, StageError, stage};
pub use state::State;
pub use steps::step;
pub use upload::found_in_words;
pub use verdict::{Change, Verdict, yes};

/// What was found out about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `csv` or `xlsx`.
    pub kind: String,
    /// The encoding of a CSV file.
    pub encoding: Option<String>,
    /// What stands between its cells.
    pub delimiter: Option<char>,
    /// Whether it is written as `mysql --batch` does.
    #[serde(default)]
    pub mysql: bool,
    /// The row of its headings, as a person counts; 0 where that was not written down.
    #[serde(default)]
    pub heading_row: usize,
    /// The columns in which no row has anything, by their places.
    #[serde(default)]
    pub blank: Vec<usize>,
    /// Rows that were left out since they are beside the table, such as totals.
    #[serde(default)]
    pub beside: Vec<usize>,
    /// The sheet of a workbook that was read.
    pub sheet: Option<String>,
    /// All of its sheets.
    pub sheets: Vec<String>,
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// The columns that are kept, by their places: those that were chosen to hold
    /// something when the file was read.
    #[serde(default)]
    pub kept: Vec<usize>,
}

/// What was counted while the rows were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Retailers that are not known.
    pub retailers_new: i64,
    /// Retailers whose details change.
    pub retailers_changed: i64,
    /// Contacts who are not known.
    pub contacts_new: i64,
    /// Contacts of whom something changes.
    pub contacts_changed: i64,
    /// Contacts who are as the file says.
    pub contacts_unchanged: i64,
    /// Contacts whose password comes along.
    pub passwords: i64,
    /// Rows with something worth knowing that are not wrong.
    pub warned: i64,
    /// Rows that are wrong.
    pub wrong: i64,
    /// Territories that are not known.
    pub territories: Vec<String>,
    /// What is to be said of many rows alike, which stands here once.
    #[serde(default)]
    pub remarks: Vec<Remark>,
}

/// An import.
#[derive(Clone, Debug)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// Whose it is; `None` for the operator's.
    pub staff: Option<StaffId>,
    /// Their name.
    pub staff_name: Option<String>,
    /// Through which door it came.
    pub door: String,
    /// From where.
    pub address: String,
    /// The name of the file.
    pub file_name: String,
    /// What was found out about it.
    pub origin: Origin,
    /// Its headings.
    pub headings: Vec<String>,
    /// What was chosen.
    pub choices: Choices,
    /// Where it stands.
    pub state: State,
    /// Rows of the file.
    pub total: i64,
    /// How many of them have had their turn in this state.
    pub settled: i64,
    /// What was counted while checking.
    pub tally: Tally,
    /// Why it stopped, if it did by itself.
    pub problem: Option<String>,
    /// When the file was handed in.
    pub created_at: Timestamp,
    /// When it last went on.
    pub changed_at: Timestamp,
    /// When it was brought in or undone.
    pub finished_at: Option<Timestamp>,
}

/// Rows that are shown at once.
pub const PAGE: i64 = 100;

/// The job that drives an import.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Drive {
    import: ImportId,
}

/// Importing is for who may do all of it by hand, to everyone.
///
/// # Errors
/// [`Error::NotAllowed`] for anyone else.
pub fn must_import(actor: &Actor) -> Result<()> {
    let may = actor.may(Act::Import) && actor.may(Act::ChangeSignIn) && actor.may_edit_customers();
    if may && actor.bounded_by().is_none() { Ok(()) } else { Err(Error::NotAllowed) }
}

/// An import.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not import, [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<Import> {
    must_import(actor)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// The newest imports, newest first.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not import.
pub fn latest(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Import>> {
    must_import(actor)?;
    Ok(store::latest(tx, 50)?)
}

/// How many rows have which verdict and which fate.
///
/// # Errors
/// When the database fails.
pub fn counts(tx: &mut Tx<'_>, import: &Import) -> Result<Vec<(Option<Verdict>, Fate, i64)>> {
    Ok(rows::counts(tx, import.id)?)
}

/// The first rows of a file, for those who say what its columns hold.
///
/// # Errors
/// As for [`find`].
pub fn first_rows(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<Vec<Staged>> {
    must_import(actor)?;
    Ok(rows::rows_after(tx, id, 0, 20)?)
}

/// Rows of a verdict after a place, in their order.
///
/// # Errors
/// As for [`find`].
pub fn of_verdict(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ImportId,
    (verdict, after): (Verdict, i64),
) -> Result<Vec<Staged>> {
    must_import(actor)?;
    Ok(rows::of_verdict(tx, id, (verdict, after), PAGE)?)
}

/// Rows after a place about which there is something to be said.
///
/// # Errors
/// As for [`find`].
pub fn noted(tx: &mut Tx<'_>, actor: &Actor, id: ImportId, after: i64) -> Result<Vec<Staged>> {
    must_import(actor)?;
    Ok(rows::noted(tx, id, after, PAGE)?)
}

/// Rows after a place that are not wrong and about which there is something worth
/// knowing.
///
/// # Errors
/// As for [`find`].
pub fn remarked(tx: &mut Tx<'_>, actor: &Actor, id: ImportId, after: i64) -> Result<Vec<Staged>> {
    must_import(actor)?;
    Ok(rows::remarked(tx, id, after, PAGE)?)
}

/// Sets an import on its way into a state in which it goes on by itself.
fn go(tx: &mut Tx<'_>, import: &mut Import, state: State, now: Timestamp) -> Result<()> {
    import.state = state;
    import.settled = 0;
    store::update(tx, import, now)?;
    let share = import.id.to_string();
    let turn = jobs::Turn { lane: jobs::Lane::Bulk, share: &share, domain: "" };
    jobs::enqueue(tx, jobs::Kind::Import, turn, &Drive { import: import.id }, now)?;
    Ok(())
}

/// Brings a checked import in. Says what stands against it, if something does.
///
/// # Errors
/// As for [`check`].
pub fn start(tx: &mut Tx<'_>, actor: &Actor, id: ImportId, now: Timestamp) -> Result<Option<Obstacle>> {
    let mut import = find(tx, actor, id)?;
    match import.state {
        State::Checked | State::Paused => {}
        State::Running | State::Done => return Ok(None),
        _ => return Err(Error::NotFound),
    }
    if import.state == State::Checked
        && let Some(obstacle) = obstacle(tx, &import)?
    {
        return Ok(Some(obstacle));
    }
    import.problem = None;
    store::take_over(tx, id, actor, staff_of(actor))?;
    go(tx, &mut import, State::Running, now)?;
    record(tx, actor, Event::ImportStarted, id, now)?;
    Ok(None)
}

/// Undoes an import, except for those who were touched since.
///
/// # Errors
/// As for [`check`].
pub fn undo(tx: &mut Tx<'_>, actor: &Actor, id: ImportId, now: Timestamp) -> Result<()> {
    let mut import = find(tx, actor, id)?;
    match import.state {
        State::Done | State::Paused => {}
        State::Undoing | State::Undone => return Ok(()),
        _ => return Err(Error::NotFound),
    }
    import.problem = None;
    store::take_over(tx, id, actor, staff_of(actor))?;
    go(tx, &mut import, State::Undoing, now)?;
    record(tx, actor, Event::ImportUndone, id, now)
}

/// Throws an import away that has not been started.
///
/// # Errors
/// As for [`check`].
pub fn discard(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<()> {
    let import = find(tx, actor, id)?;
    if !import.state.is_draft() {
        return Err(Error::NotFound);
    }
    rows::remove(tx, id)?;
    Ok(store::remove(tx, id)?)
}

/// Takes an import a step further, as its job asks; the job comes again as long
/// as there is more to do.
///
/// # Errors
/// When the database fails; then nothing of the step was done.
pub fn advance(tx: &mut Tx<'_>, job: &Job, language: Language, now: Timestamp) -> Result<()> {
    let drive: Drive = job.payload()?;
    if step(tx, drive.import, language, now)? {
        jobs::put_off(tx, job, now)?;
    } else {
        jobs::finish(tx, job)?;
    }
    Ok(())
}

impl Import {
    /// The columns that are chosen to hold something and were not kept, by their
    /// places.
    pub fn not_kept(&self) -> Vec<usize> {
        let chosen = |column: &Option<Field>| column.is_some_and(|field| !field.is_of_passwords());
        let places = self.choices.columns.iter().enumerate().filter(|(_, column)| chosen(column));
        places.map(|(place, _)| place).filter(|place| !self.origin.kept.contains(place)).collect()
    }

    /// As whom it acts: its staff user with what they may do now; `None` when
    /// they don't work here any more or may not import any more.
    fn acting(&self, tx: &mut Tx<'_>) -> Result<Option<Actor>> {
        let Some(id) = self.staff else { return Ok(Some(Actor::operator())) };
        let actor = staff::acting(tx, id, &self.door, &self.address)?;
        Ok(actor.filter(|actor| must_import(actor).is_ok()))
    }
}

/// The staff user who acts; `None` for the operator.
fn staff_of(actor: &Actor) -> Option<StaffId> {
    match &actor.who {
        Who::Staff(staff) => Some(staff.id),
        _ => None,
    }
}

fn record(tx: &mut Tx<'_>, actor: &Actor, event: Event, import: ImportId, now: Timestamp) -> Result<()> {
    Ok(audit::record(tx, actor, now, event, About::default().with("import", import))?)
}
