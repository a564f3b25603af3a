//! The steps of a reset, as whoever pressed the button sees them (promise 12).

use std::time::Duration;

use super::{Badge, short};
use crate::actor::{Act, Actor};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, ResetId};
use crate::mail::{Delivery, Kind};
use crate::recovery::{self, Progress, Reset, StartedBy};

/// For how long a time of day says enough without its day.
const SAME_DAY: Duration = Duration::from_hours(12);

/// A reset or invitation and where it stands.
#[derive(Clone, Debug)]
pub struct ResetView {
    /// Which.
    pub id: ResetId,
    /// Whose.
    pub contact: ContactId,
    /// What it is called.
    pub what: &'static str,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Where it stands, for lists.
    pub badge: Badge,
    /// The way so far, and what is to come.
    pub steps: Vec<Step>,
    /// Whether nothing more will happen to it.
    pub is_final: bool,
    /// Whether this actor may call it back now.
    pub may_cancel: bool,
}

/// A step on the way.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its look: `done`, `now`, `todo`, `warn` or `bad`.
    pub state: &'static str,
    /// What it is.
    pub title: &'static str,
    /// When it was done.
    pub at: Option<Timestamp>,
    /// More of it.
    pub text: String,
    /// A moment at the end of that.
    pub then: Option<Timestamp>,
    /// How times are written: with or without the day.
    pub form: &'static str,
}

impl ResetView {
    /// A reset as `actor` sees it.
    pub fn new(reset: &Reset, actor: &Actor, now: Timestamp) -> Self {
        let progress = recovery::progress(reset, now);
        let form = if now.since(reset.requested_at) < SAME_DAY { "clock" } else { "exact" };
        Self {
            id: reset.id,
            contact: reset.contact,
            what: if reset.kind == Kind::Invitation { "Website invitation" } else { "Password reset" },
            requested_at: reset.requested_at,
            badge: badge(progress, now),
            steps: steps(reset, progress).into_iter().map(|step| Step { form, ..step }).collect(),
            is_final: progress.is_final(),
            may_cancel: (!progress.is_final() || progress == Progress::Unsure)
                && actor.may(Act::TriggerReset),
        }
    }

    /// What is read out when it changes.
    pub fn announcement(&self) -> String {
        format!("{}: {}", self.what, self.badge.word)
    }
}

impl Step {
    fn new(state: &'static str, title: &'static str) -> Self {
        Self { state, title, at: None, text: String::new(), then: None, form: "clock" }
    }

    fn at(self, at: Option<Timestamp>) -> Self {
        Self { at, ..self }
    }

    fn saying(self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self }
    }

    fn until(self, then: Timestamp) -> Self {
        Self { then: Some(then), ..self }
    }

    /// The shape in its mark.
    pub fn shape(&self) -> &'static str {
        match self.state {
            "done" => "check",
            "bad" => "cross",
            _ => "dash",
        }
    }

    /// Its look, for people who don't see it.
    pub fn spoken(&self) -> &'static str {
        match self.state {
            "done" => "done",
            "now" => "now",
            "todo" => "to come",
            _ => "",
        }
    }
}

fn badge(progress: Progress, now: Timestamp) -> Badge {
    match progress {
        Progress::Waiting => Badge::new("info", "clock", "Waiting"),
        Progress::PutOff { .. } => Badge::new("warn", "half", "Put off"),
        Progress::Held => Badge::new("warn", "triangle", "Held"),
        Progress::HandedOver { until } => {
            Badge::new("info", "clock", format!("Handed over · {} left", short(until.since(now))))
        }
        Progress::Bounced => Badge::new("bad", "cross", "Bounced"),
        Progress::GivenUp => Badge::new("bad", "cross", "Given up"),
        Progress::Unsure => Badge::new("warn", "triangle", "May have arrived"),
        Progress::Used(_) => Badge::new("ok", "check", "Used"),
        Progress::Expired(_) => Badge::new("warn", "half", "Expired"),
        Progress::Cancelled(_) => Badge::new("neutral", "dash", "Cancelled"),
        Progress::Superseded(_) => Badge::new("neutral", "dash", "Superseded"),
    }
}

fn steps(reset: &Reset, progress: Progress) -> Vec<Step> {
    let answer = reset.answer.clone().unwrap_or_default();
    let ended = |title| Step::new("warn", title);
    match progress {
        Progress::Waiting => {
            vec![waiting(reset), Step::new("todo", "Handed over"), Step::new("todo", "Used")]
        }
        Progress::PutOff { next } => {
            let put_off = match next {
                Some(next) => ended("Put off").saying(format!("{answer} — next try")).until(next),
                None => ended("Set aside").saying(answer),
            };
            vec![asked(reset), put_off, Step::new("todo", "Used")]
        }
        Progress::Held => held(reset),
        Progress::HandedOver { until } => {
            vec![
                asked(reset),
                handed_over(reset),
                Step::new("now", "Not used yet").saying("Expires").until(until),
            ]
        }
        Progress::Bounced => match &reset.returned {
            Some((at, why)) => {
                vec![asked(reset), handed_over(reset), Step::new("bad", "Bounced").at(Some(*at)).saying(why)]
            }
            None => vec![asked(reset), Step::new("bad", "Bounced").at(reset.finished_at).saying(answer)],
        },
        Progress::GivenUp => given_up(reset, &answer),
        Progress::Unsure => {
            let text = format!(
                "{answer}. So that nobody gets it again and again, it is not sent any more. Call them, or send another."
            );
            vec![asked(reset), ended("May have arrived").at(reset.finished_at).saying(text)]
        }
        Progress::Used(at) => {
            vec![
                asked(reset),
                handed_over(reset),
                Step::new("done", "Used").at(Some(at)).saying("They chose a password of their own."),
            ]
        }
        Progress::Expired(at) => {
            vec![
                asked(reset),
                handed_over(reset),
                ended("Expired").at(Some(at)).saying("It was not used in time."),
            ]
        }
        Progress::Cancelled(at) => {
            overtaken(reset, ended("Cancelled").at(Some(at)).saying("Its temporary password does not work."))
        }
        Progress::Superseded(at) => overtaken(
            reset,
            ended("Superseded")
                .at(Some(at))
                .saying("A later mail or a newly chosen password took its place."),
        ),
    }
}

fn held(reset: &Reset) -> Vec<Step> {
    let text = "It may have left before this installation was restored. The office sends or drops it.";
    vec![asked(reset), Step::new("warn", "Held").saying(text), Step::new("todo", "Used")]
}

fn given_up(reset: &Reset, answer: &str) -> Vec<Step> {
    let text = format!("No mail server took it within a day. Last: {answer}");
    vec![asked(reset), Step::new("bad", "Given up").at(reset.finished_at).saying(text)]
}

fn waiting(reset: &Reset) -> Step {
    Step::new("now", "Waiting").saying(format!("Asked for {},", origin(reset))).until(reset.requested_at)
}

fn asked(reset: &Reset) -> Step {
    Step::new("done", "Asked for").at(Some(reset.requested_at)).saying(origin(reset))
}

/// By whom it was asked for, and whether that stopped the current password.
fn origin(reset: &Reset) -> String {
    let by = match &reset.started_by {
        StartedBy::Contact if reset.kind == Kind::Invitation => {
            "by the contact, on the page of their invitation".to_owned()
        }
        StartedBy::Contact => "on the website, under “Forgot your password?”".to_owned(),
        StartedBy::Staff(name) if name.is_empty() => "by a staff user".to_owned(),
        StartedBy::Staff(name) => format!("by {name}"),
        StartedBy::Operator => "by the operator".to_owned(),
    };
    if reset.stops_current { by + "; the current password was stopped" } else { by }
}

fn handed_over(reset: &Reset) -> Step {
    let answer = reset.answer.as_deref().unwrap_or("the mail server");
    let text = match reset.encrypted {
        Some(true) => format!("TLS, accepted by {answer}"),
        Some(false) => format!("Not encrypted, accepted by {answer}"),
        None => format!("Accepted by {answer}"),
    };
    Step::new("done", "Handed over").at(reset.finished_at).saying(text)
}

/// What ended before or after its mail had left.
fn overtaken(reset: &Reset, end: Step) -> Vec<Step> {
    match reset.delivery {
        Delivery::Accepted => vec![asked(reset), handed_over(reset), end],
        _ => vec![asked(reset), end],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::samples::{NOW, reset, staff};
    use super::*;

    fn every() -> [Progress; 11] {
        let until = NOW.plus(Duration::from_hours(47));
        [
            Progress::Waiting,
            Progress::PutOff { next: Some(until) },
            Progress::Held,
            Progress::HandedOver { until },
            Progress::Bounced,
            Progress::GivenUp,
            Progress::Unsure,
            Progress::Used(NOW),
            Progress::Expired(NOW),
            Progress::Cancelled(NOW),
            Progress::Superseded(NOW),
        ]
    }

    #[test]
    fn promise_12_every_stage_has_its_words() {
        let words: BTreeSet<String> = every().into_iter().map(|progress| badge(progress, NOW).word).collect();
        assert_eq!(words.len(), every().len());
        let ends: BTreeSet<&str> = every().into_iter().map(|progress| said(progress).1).collect();
        assert_eq!(
            ends,
            BTreeSet::from([
                "Waiting",
                "Put off",
                "Held",
                "Not used yet",
                "Bounced",
                "Given up",
                "May have arrived",
                "Used",
                "Expired",
                "Cancelled",
                "Superseded"
            ])
        );
    }

    /// The look and title of the last step that has been reached.
    fn said(progress: Progress) -> (&'static str, &'static str) {
        let reached = steps(&reset(), progress).into_iter().rfind(|step| step.state != "todo");
        reached.map_or(("", ""), |step| (step.state, step.title))
    }

    #[test]
    fn only_what_may_still_move_shows_as_under_way() {
        for progress in every() {
            let moving = matches!(progress, Progress::Waiting | Progress::HandedOver { .. });
            assert_eq!(said(progress).0 == "now", moving, "{progress:?}");
        }
    }

    #[test]
    fn promise_12_the_mail_servers_answer_is_shown() {
        let answer = Some("mx.harbour.example: 250 2.0.0 Ok".to_owned());
        let until = NOW.plus(Duration::from_mins(1));
        let accepted = Reset {
            delivery: Delivery::Accepted,
            answer,
            encrypted: Some(true),
            finished_at: Some(NOW),
            expires_at: Some(until),
            ..reset()
        };
        let view = ResetView::new(&accepted, &staff(&[Act::TriggerReset]), NOW);
        assert_eq!(view.steps[1].text, "TLS, accepted by mx.harbour.example: 250 2.0.0 Ok");
        assert_eq!((view.steps[2].then, view.is_final, view.may_cancel), (Some(until), false, true));
        let cancelled = Reset { cancelled_at: Some(NOW), ..accepted };
        let view = ResetView::new(&cancelled, &staff(&[Act::TriggerReset]), NOW);
        assert_eq!((view.steps.len(), view.is_final, view.may_cancel), (3, true, false));
    }

    #[test]
    fn who_may_not_start_one_may_not_cancel_one() {
        assert!(!ResetView::new(&reset(), &staff(&[]), NOW).may_cancel);
        assert!(ResetView::new(&reset(), &staff(&[Act::TriggerReset]), NOW).may_cancel);
    }
}
