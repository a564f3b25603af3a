//! Whom a run is about, one row each.

mod store;

use super::Reason;
use super::draft::Of;
use crate::kernel::id::{ResetId, RunId};
use crate::kernel::names;
use crate::mail::Delivery;

pub use store::blank_domains;
pub(super) use store::{
    cancel_queued, contacts, done, elsewhere, insert, last_acted, leave_out, next, next_paced, next_rested,
    page, tally, turns, unsent,
};

/// One whom a run is about, before it was their turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Of which run.
    pub run: RunId,
    /// Which, from 1.
    pub number: i64,
    /// Who or what.
    pub of: Of,
}

/// One whom a run is about, as its page lists them.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which, from 1.
    pub number: i64,
    /// Who or what.
    pub of: Of,
    /// Their name.
    pub name: String,
    /// The retailer of a contact, the account number of a retailer.
    pub place: String,
    /// Whether they were erased since.
    pub erased: bool,
    /// Where they stand.
    pub stage: Stage,
    /// Why they were left out.
    pub reason: Option<Reason>,
    /// Their invitation.
    pub reset: Option<ResetId>,
    /// What the mail server answered, or why the mail came back later.
    pub answer: String,
}

/// Where one whom a run is about stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Their turn has not come.
    Queued,
    /// It is done.
    Done,
    /// Their invitation has not been tried yet.
    Waiting,
    /// The mail server could not take it yet.
    PutOff,
    /// The mail server took it.
    HandedOver,
    /// They chose a password by it.
    Used,
    /// The mail server refused it, or it came back.
    Bounced,
    /// No mail server took it within a day.
    GivenUp,
    /// It may have arrived and is not sent twice.
    Unsure,
    /// It was called back or overtaken.
    CalledBack,
    /// They were left out.
    LeftOut,
    /// The run was called off before.
    Cancelled,
}

impl Stage {
    /// Every stage, in the order a page counts them.
    pub const ALL: [Self; 12] = [
        Self::Queued,
        Self::Waiting,
        Self::PutOff,
        Self::HandedOver,
        Self::Used,
        Self::Done,
        Self::Bounced,
        Self::GivenUp,
        Self::Unsure,
        Self::CalledBack,
        Self::LeftOut,
        Self::Cancelled,
    ];

    /// The stage that follows from the row and its mail.
    fn of(state: &str, mail: Option<Delivery>, used: bool, unsure: bool) -> Self {
        match (state, mail) {
            ("left-out", _) => Self::LeftOut,
            ("cancelled", _) => Self::Cancelled,
            ("done", None) => Self::Done,
            ("done", Some(_)) if used => Self::Used,
            ("done", Some(Delivery::Waiting)) => Self::Waiting,
            ("done", Some(Delivery::PutOff)) => Self::PutOff,
            ("done", Some(Delivery::Accepted)) => Self::HandedOver,
            ("done", Some(Delivery::Bounced)) => Self::Bounced,
            ("done", Some(Delivery::GivenUp)) if unsure => Self::Unsure,
            ("done", Some(Delivery::GivenUp)) => Self::GivenUp,
            ("done", Some(Delivery::Cancelled)) => Self::CalledBack,
            _ => Self::Queued,
        }
    }
}

/// How many of a run stand where.
#[derive(Clone, Debug, Default)]
pub struct Tally(Vec<(Stage, i64)>);

impl Tally {
    /// How many stand at one of these stages.
    pub fn of(&self, stages: &[Stage]) -> i64 {
        self.0.iter().filter(|(stage, _)| stages.contains(stage)).map(|(_, count)| count).sum()
    }

    /// Whom it is about in all, less those left out.
    pub fn reached(&self) -> i64 {
        self.0.iter().filter(|(stage, _)| *stage != Stage::LeftOut).map(|(_, count)| count).sum()
    }
}

names! {
    /// Which of them a page lists.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Show {
        /// Everyone who was not left out.
        Reached = "reached",
        /// Those whose turn has not come.
        Queued = "queued",
        /// Those whose mail was put off or did not arrive.
        Problems = "problems",
        /// Those left out.
        LeftOut = "left-out",
    }
}
