//! Runs in words.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::draft::Of;
use super::holding;
use super::items::{Line, Show};
use super::{Act, Reason, Run, Stage, State, Tally};
use crate::kernel::{Language, Timestamp, calendar};
use crate::listing::{Asked, List};

/// A word with its tone and shape.
pub type Badge = (&'static str, &'static str, &'static str);

/// What a run does to so many: the title of its page and of its button.
pub fn title(act: Act, list: List, count: i64, territory: &str) -> String {
    let (one, many) = match list {
        List::Contacts => ("contact", "contacts"),
        List::Retailers => ("retailer", "retailers"),
    };
    let whom = if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    match act {
        Act::Invite => format!("Invite {whom} to the website"),
        Act::AccessOn => format!("Turn website access on for {whom}"),
        Act::AccessOff => format!("Turn website access off for {whom}"),
        Act::Activate => format!("Activate {whom}"),
        Act::Deactivate => format!("Deactivate {whom}"),
        Act::AssignTerritory if territory.is_empty() => format!("Assign a territory to {whom}"),
        Act::AssignTerritory => format!("Put {whom} into {territory}"),
    }
}

/// What an act is called where one chooses it.
pub const fn label(act: Act) -> &'static str {
    match act {
        Act::Invite => "Send website invitation",
        Act::AccessOn => "Turn website access on",
        Act::AccessOff => "Turn website access off",
        Act::Activate => "Activate",
        Act::Deactivate => "Deactivate",
        Act::AssignTerritory => "Assign territory",
    }
}

/// What happens to each.
pub const fn consequence(act: Act) -> &'static str {
    match act {
        Act::Invite => {
            "Each is mailed a temporary password of their own, made when the mail leaves and good only for choosing a password. Nobody is mailed twice."
        }
        Act::AccessOn => "Nobody is mailed. Whoever has a password can sign in again at once.",
        Act::AccessOff => {
            "They are signed out at their next click, and temporary passwords stop working. Turning access on again loses nothing."
        }
        Act::Activate => "They are as they were before they were deactivated.",
        Act::Deactivate => {
            "They are signed out at their next click, and temporary passwords stop working. Activating them again loses nothing."
        }
        Act::AssignTerritory => "Reps of the new territory see them from now on; reps of the old one don’t.",
    }
}

/// Why someone is left out.
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::HasPassword => "Have a password already",
        Reason::OnItsWay => "An invitation is on its way already",
        Reason::StillGood => "Their last invitation is still good",
        Reason::Inactive => "Not active, or their retailer isn’t",
        Reason::AccessOff => "Website access is off",
        Reason::NoEmail => "No e-mail address",
        Reason::NoUsername => "No username",
        Reason::Bounced => "Their address bounced",
        Reason::AlreadySo => "Already so; nothing to change",
        Reason::Gone => "Not there any more, or not yours",
    }
}

/// Where a run stands.
pub const fn state(state: State) -> Badge {
    match state {
        State::Running => ("info", "clock", "Running"),
        State::Paused => ("warn", "dash", "Paused"),
        State::Done => ("ok", "check", "Done"),
        State::Cancelled => ("neutral", "dash", "Cancelled"),
    }
}

/// Where one whom a run is about stands.
pub const fn stage(stage: Stage) -> Badge {
    match stage {
        Stage::Queued => ("neutral", "ring", "Their turn comes"),
        Stage::Done => ("ok", "check", "Done"),
        Stage::Waiting => ("info", "clock", "Waiting"),
        Stage::PutOff => ("warn", "half", "Put off"),
        Stage::HandedOver => ("info", "dot", "Handed over"),
        Stage::Used => ("ok", "check", "Used"),
        Stage::Bounced => ("bad", "cross", "Bounced"),
        Stage::GivenUp => ("bad", "cross", "Given up"),
        Stage::Unsure => ("warn", "triangle", "May have arrived"),
        Stage::CalledBack => ("neutral", "dash", "Called back"),
        Stage::LeftOut => ("neutral", "dash", "Left out"),
        Stage::Cancelled => ("neutral", "dash", "Cancelled"),
    }
}

/// Why a run stopped by itself, in a sentence; nothing when it didn’t.
pub fn why(run: &Run) -> Option<&'static str> {
    run.problem.as_deref().map(holding::why)
}

/// A run as pages show it.
#[derive(Clone, Debug)]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// What it does.
    pub title: String,
    /// Where it stands.
    pub badge: Badge,
    /// How many stand where, those stages only at which somebody is.
    pub counts: Vec<(Badge, i64)>,
    /// How many have had their turn.
    pub settled: i64,
    /// Of how many.
    pub total: i64,
    /// Of how many the mail has not left yet.
    pub unsent: i64,
    /// The same in a sentence.
    pub sentence: String,
    /// Whether nothing more will happen by itself.
    pub is_final: bool,
    /// Whether something is left to call off.
    pub may_cancel: bool,
    /// Whether the actor may steer it.
    pub may_steer: bool,
    /// When it begins, in the supplier’s zone, where that is still to come.
    pub begins: Option<String>,
}

impl RunView {
    /// A run with its counts.
    pub fn new(run: Run, tally: &Tally, may_steer: bool, now: Timestamp, zone: &TimeZone) -> Self {
        let total = tally.reached();
        let queued = tally.of(&[Stage::Queued, Stage::Cancelled]);
        let territory = run.territory.as_ref().map(|(_, name)| name.as_str()).unwrap_or_default();
        let counts = Stage::ALL.into_iter().map(|one| (stage(one), tally.of(&[one])));
        let waits_until = run.waits_until(now);
        let unsent = tally.of(&[Stage::Waiting, Stage::PutOff]);
        let badge = match (waits_until, run.state) {
            (Some(_), _) => ("info", "clock", "Waits to begin"),
            (None, State::Done) if tally.of(&[Stage::PutOff]) > 0 => ("warn", "half", "Mails wait"),
            (None, State::Done) if unsent > 0 => ("info", "clock", "Mails are leaving"),
            (None, as_it_stands) => state(as_it_stands),
        };
        Self {
            title: title(run.act, run.list, total, territory),
            badge,
            counts: counts.filter(|(_, count)| *count > 0).collect(),
            settled: total - queued,
            total,
            sentence: match waits_until {
                Some(_) => "Nobody was reached yet".to_owned(),
                None => sentence(&run, (total - queued, total, queued), unsent),
            },
            is_final: run.state != State::Running && unsent == 0,
            may_cancel: matches!(run.state, State::Running | State::Paused)
                || run.next_round_at.is_some()
                || unsent > 0,
            unsent,
            may_steer,
            begins: waits_until.map(|at| calendar::day_and_time(at, zone, Language::English)),
            run,
        }
    }

    /// Whether it is this: `running`, `paused`, `done` or `cancelled`.
    pub fn is(&self, state: &str) -> bool {
        self.run.state.as_str() == state
    }

    /// Which round of how many; empty when there is one.
    pub fn round(&self) -> String {
        match self.run.repeat.rounds {
            1 => String::new(),
            rounds => format!("round {} of {rounds}", self.run.round),
        }
    }

    /// The pace in words; empty for what is done at once.
    pub fn pace(&self) -> String {
        self.run.pace.map_or_else(String::new, |pace| {
            format!("{} a minute, {} to one mail domain", pace.per_minute, pace.per_domain)
        })
    }

    /// Why it stopped by itself, and what to do; empty when it didn’t.
    pub fn problem(&self) -> String {
        let Some(why) = why(&self.run) else { return String::new() };
        let said = match self.run.said.as_deref() {
            Some(said) if !said.is_empty() => format!(" The answer was: “{said}”."),
            _ => String::new(),
        };
        format!("{why}{said} {}", holding::remedy(&self.run))
    }

    /// What calling it off does.
    pub fn cancelling(&self) -> String {
        let queued = self.total - self.settled;
        let rounds = if self.run.repeats() || self.run.next_round_at.is_some() {
            " No further round follows."
        } else {
            ""
        };
        let stay = format!("{queued} not reached yet stay as they are");
        match (self.run.act, self.is("done")) {
            (Act::Invite, true) if self.unsent > 0 => {
                format!("{} that have not left are called back.{rounds}", mails(self.unsent))
            }
            (Act::Invite, false) => format!("{stay}, and mails that have not left are called back.{rounds}"),
            _ => format!("{stay}.{rounds}"),
        }
    }

    /// What calling it off is called: on its menu, and on the button in it.
    pub fn cancel_labels(&self) -> (&'static str, &'static str) {
        match (self.is("done"), self.unsent) {
            (true, 0) => ("Stop repeating", "Stop repeating"),
            (true, _) => ("Cancel", "Call back what waits"),
            (false, _) => ("Cancel", "Call off the rest"),
        }
    }

    /// Whom it was picked by: the filter in words; empty when they were ticked.
    pub fn filter(&self, territories: &[super::Territory]) -> String {
        Asked::of(self.run.list, &self.run.query).sentence(territories)
    }
}

fn mails(count: i64) -> String {
    if count == 1 { "1 mail".to_owned() } else { format!("{count} mails") }
}

fn sentence(run: &Run, (settled, total, queued): (i64, i64, i64), unsent: i64) -> String {
    match run.state {
        State::Running => match run.pace {
            Some(pace) if queued > 1 => {
                let left = pace.lasts(usize::try_from(queued).unwrap_or(0), 0);
                format!("{settled} of {total}, at least {} to go", span(left))
            }
            _ => format!("{settled} of {total}"),
        },
        State::Paused => format!("{settled} of {total} so far"),
        State::Done if unsent > 0 => {
            format!("All {total} have had their turn; {} still to leave", mails(unsent))
        }
        State::Done => format!("All {total} have had their turn"),
        State::Cancelled => format!("{settled} of {total}, then called off"),
    }
}

/// A span in words, to the minute or hour.
pub fn span(span: Duration) -> String {
    let minutes = span.as_secs().div_ceil(60).max(1);
    match (minutes / 60, minutes % 60) {
        (0, 1) => "1 minute".into(),
        (0, minutes) => format!("{minutes} minutes"),
        (1, 0) => "1 hour".into(),
        (hours, 0) => format!("{hours} hours"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// One of a run's rows on its page.
#[derive(Clone, Debug)]
pub struct LineView {
    /// Their name.
    pub name: String,
    /// The retailer of a contact, the account number of a retailer.
    pub place: String,
    /// Their page; empty when there is none any more.
    pub href: String,
    /// Where they stand.
    pub badge: Badge,
    /// Why they were left out, or what the mail server said.
    pub detail: String,
}

impl LineView {
    /// A row.
    pub fn new(line: &Line) -> Self {
        let href = match (line.of, line.reset) {
            _ if line.erased => String::new(),
            (Of::Contact(contact), Some(reset)) => format!("/portal/contacts/{contact}/resets/{reset}"),
            (Of::Contact(contact), None) => format!("/portal/contacts/{contact}"),
            (Of::Retailer(retailer), _) => format!("/portal/retailers/{retailer}"),
        };
        let told = matches!(line.stage, Stage::PutOff | Stage::Bounced | Stage::GivenUp | Stage::Unsure);
        let detail = match line.reason {
            Some(why) => reason(why).to_owned(),
            None if told => line.answer.clone(),
            None => String::new(),
        };
        Self { name: line.name.clone(), place: line.place.clone(), href, badge: stage(line.stage), detail }
    }
}

/// What a choice of rows is called.
pub const fn shown(show: Show) -> &'static str {
    match show {
        Show::Reached => "Everyone",
        Show::Queued => "Their turn comes",
        Show::Problems => "Problems",
        Show::LeftOut => "Left out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_what_it_does_to_how_many() {
        assert_eq!(title(Act::Invite, List::Contacts, 312, ""), "Invite 312 contacts to the website");
        assert_eq!(title(Act::Deactivate, List::Retailers, 1, ""), "Deactivate 1 retailer");
        assert_eq!(title(Act::AssignTerritory, List::Retailers, 2, "North"), "Put 2 retailers into North");
    }

    #[test]
    fn spans_are_said_to_the_minute() {
        let said = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(
            [said(0), said(61), said(3600), said(8000)],
            ["1 minute", "2 minutes", "1 hour", "2 h 14 min"]
        );
    }
}
