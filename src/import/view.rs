//! Imports in words.

use super::{CHANGED_MEANWHILE, Fate, Import, Obstacle, STARTER_MAY_NOT, State, Verdict, sheet, upload};

/// A word with its tone and shape.
pub type Badge = (&'static str, &'static str, &'static str);

/// Where an import stands.
pub const fn state(state: State) -> Badge {
    match state {
        State::Staging => ("info", "clock", "Being read"),
        State::Staged => ("neutral", "ring", "Columns to be checked"),
        State::Checking => ("info", "clock", "Looking at the rows"),
        State::Checked => ("neutral", "ring", "Not imported yet"),
        State::Running => ("info", "clock", "Importing"),
        State::Paused => ("warn", "dash", "Paused"),
        State::Done => ("ok", "check", "Imported"),
        State::Undoing => ("info", "clock", "Being undone"),
        State::Undone => ("neutral", "dash", "Undone"),
    }
}

/// What becomes of a row.
pub const fn verdict(verdict: Verdict) -> Badge {
    match verdict {
        Verdict::New => ("ok", "dot", "New"),
        Verdict::Changed => ("info", "half", "Changed"),
        Verdict::Unchanged => ("neutral", "dash", "Unchanged"),
        Verdict::Wrong => ("bad", "cross", "Wrong"),
        Verdict::Missing => ("warn", "triangle", "Not in the file"),
    }
}

/// What became of a row, where that is worth saying.
pub(super) const fn fate(fate: Fate) -> Option<Badge> {
    match fate {
        Fate::Undone => Some(("neutral", "dash", "Undone")),
        Fate::Kept => Some(("warn", "triangle", "Kept: touched since")),
        Fate::Done | Fate::Waiting | Fate::Unchanged | Fate::Refused => None,
    }
}

/// Why an import can't be started, and what to do.
pub const fn obstacle(obstacle: Obstacle) -> (&'static str, &'static str) {
    match obstacle {
        Obstacle::WrongRows => (
            "Some rows are wrong, so nothing can be imported yet",
            "Correct them below or in your file, or change the choices so that only the good rows come in.",
        ),
        Obstacle::TooManyMissing => (
            "Too many are missing from the file",
            "More contacts and retailers would be deactivated than you allowed. Is the file whole? Change the choices to allow more.",
        ),
        Obstacle::MissingUnknown => (
            "Some rows are wrong, so it is not known who is missing",
            "Correct the rows first, or choose not to deactivate anybody.",
        ),
        Obstacle::NothingToDo => ("There is nothing to import", "Everything is as the file says already."),
    }
}

/// Why an import stopped by itself.
pub fn problem(import: &Import) -> Option<(&'static str, &'static str)> {
    match import.problem.as_deref() {
        Some(STARTER_MAY_NOT) => Some((
            "It stopped by itself",
            "Whoever started it may not import any more. You can go on with it, or undo what was done.",
        )),
        Some(CHANGED_MEANWHILE) => Some((
            "Nothing was imported",
            "Someone changed customers meanwhile, so that a row could no longer be brought in. As you chose all or nothing, everything was undone.",
        )),
        _ => None,
    }
}

/// An import as pages show it.
pub struct ImportView {
    /// The import.
    pub import: Import,
    /// Where it stands.
    pub badge: Badge,
    /// How many rows have which verdict, those only that some have.
    pub counts: Vec<(Verdict, i64)>,
    /// What stands against starting it.
    pub obstacle: Option<Obstacle>,
    /// Rows that were undone, and such as were touched since.
    pub undone: (i64, i64),
}

impl ImportView {
    /// An import with its counts.
    pub fn new(import: Import, counts: &[(Option<Verdict>, Fate, i64)], obstacle: Option<Obstacle>) -> Self {
        let of = |verdict: Verdict| -> i64 {
            counts.iter().filter(|(known, ..)| *known == Some(verdict)).map(|(.., count)| count).sum()
        };
        let stand = |fate: Fate| -> i64 {
            counts.iter().filter(|(_, known, _)| *known == fate).map(|(.., count)| count).sum()
        };
        Self {
            badge: state(import.state),
            // While rows are looked at, those not reached yet stand as before.
            counts: Verdict::ALL
                .into_iter()
                .map(|verdict| (verdict, of(verdict)))
                .filter(|(_, count)| *count > 0 && import.state != State::Checking)
                .collect(),
            obstacle,
            undone: (stand(Fate::Undone), stand(Fate::Kept)),
            import,
        }
    }

    /// Whether it stands so.
    pub fn is(&self, state: &str) -> bool {
        self.import.state.as_str() == state
    }

    /// Whether it goes on by itself.
    pub fn moves(&self) -> bool {
        self.import.state.moves()
    }

    /// How far it is, in a sentence.
    pub fn sentence(&self) -> String {
        let (settled, total) = (self.import.settled, self.import.total);
        match self.import.state {
            State::Staging => format!("{total} rows read so far."),
            State::Checking => format!("{settled} of {total} rows looked at. Nothing changes yet."),
            State::Running => format!("{settled} of {} rows done.", self.most()),
            State::Undoing => format!("{settled} rows undone."),
            State::Undone if self.undone.1 > 0 => {
                format!(
                    "{} rows were undone. {} were touched since and are kept as they are.",
                    self.undone.0, self.undone.1
                )
            }
            State::Undone => format!("{} rows were undone.", self.undone.0),
            State::Done if self.counts.is_empty() => {
                "It is in. Its rows were forgotten after 30 days, so it can’t be undone any more.".to_owned()
            }
            State::Done => {
                "It is in. As long as nothing touches those rows, it can be undone for 30 days.".to_owned()
            }
            State::Staged | State::Checked | State::Paused => {
                format!(
                    "{} Nothing has changed yet.",
                    if total == 1 { "1 row.".to_owned() } else { format!("{total} rows.") }
                )
            }
        }
    }

    /// Whether its rows are still there, and with them the way back.
    pub fn can_be_undone(&self) -> bool {
        (self.is("done") || self.is("paused")) && !self.counts.is_empty()
    }

    /// What stands against starting it, and what to do.
    pub fn obstacle_in_words(&self) -> Option<(&'static str, &'static str)> {
        self.obstacle.map(obstacle)
    }

    /// How many there are to bring in or deactivate.
    fn to_do(&self) -> i64 {
        [Verdict::New, Verdict::Changed, Verdict::Missing].map(|verdict| self.count(verdict)).iter().sum()
    }

    fn count(&self, verdict: Verdict) -> i64 {
        self.counts.iter().find(|(known, _)| *known == verdict).map_or(0, |(_, count)| *count)
    }

    /// What the button that starts it says.
    pub fn starting(&self) -> String {
        let missing = self.count(Verdict::Missing);
        match (self.to_do() - missing, missing) {
            (1, 0) => "Import 1 row".to_owned(),
            (rows, 0) => format!("Import {rows} rows"),
            (0, missing) => format!("Deactivate {missing}"),
            (1, missing) => format!("Import 1 row and deactivate {missing}"),
            (rows, missing) => format!("Import {rows} rows and deactivate {missing}"),
        }
    }

    /// What the progress bar goes up to.
    pub fn most(&self) -> i64 {
        let all = self.import.total + self.count(Verdict::Missing);
        if self.is("undoing") { self.to_do().max(1) } else { all.max(1) }
    }

    /// What was found out about the file.
    pub fn found(&self) -> String {
        upload::found_in_words(&self.import)
    }

    /// What is to be said of many rows alike: the column, the words, how many rows.
    pub fn remarks(&self) -> Vec<(String, &str, i64)> {
        let all = self.import.tally.remarks.iter();
        all.map(|remark| {
            let column = sheet::column(&self.import, remark.field).unwrap_or_default();
            (column.to_owned(), remark.text.as_str(), remark.rows)
        })
        .collect()
    }

    /// The step it is at, of the four that an import takes.
    pub const fn step(&self) -> usize {
        match self.import.state {
            State::Staging => 1,
            State::Staged => 2,
            State::Checking | State::Checked => 3,
            State::Running | State::Paused | State::Done | State::Undoing | State::Undone => 4,
        }
    }

    /// Whose it is.
    pub fn by(&self) -> String {
        self.import.staff_name.clone().unwrap_or_else(|| "the operator".to_owned())
    }

    /// What the rows would do or did: how many, and what.
    pub fn summary(&self) -> Vec<(i64, &'static str)> {
        let tally = &self.import.tally;
        let all = [
            (tally.retailers_new, "new retailer", "new retailers"),
            (tally.retailers_changed, "retailer changed", "retailers changed"),
            (tally.contacts_new, "new contact", "new contacts"),
            (tally.contacts_changed, "contact changed", "contacts changed"),
            (tally.contacts_unchanged, "contact unchanged", "contacts unchanged"),
            (tally.passwords, "password brought along", "passwords brought along"),
            (self.count(Verdict::Missing), "not in the file", "not in the file"),
            (tally.wrong, "wrong row", "wrong rows"),
            (tally.warned, "row with a remark", "rows with remarks"),
        ];
        let there = all.into_iter().filter(|(count, ..)| *count > 0);
        there.map(|(count, one, many)| (count, if count == 1 { one } else { many })).collect()
    }
}
