//! The first steps of a new installation, from an empty database to the first
//! customer signed in. Each is done when the database says so, whoever did it
//! and wherever.

pub mod portal;
mod store;

use crate::actor::{Act, Actor, Level};
use crate::config::{Changeable, UNNAMED};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::mail::Delivery;
use crate::settings::first_steps;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A territory for retailers to be in.
    Territory,
    /// The supplier's name, and its logo or colour.
    Look,
    /// Its telephone number.
    Telephone,
    /// Its imprint and privacy policy.
    Links,
    /// A mail that the mail server took.
    Mail,
    /// Customers.
    Customers,
    /// Colleagues.
    Colleagues,
    /// An invitation that the mail server took.
    Invitation,
    /// A customer who signed in and chose a password.
    SignIn,
}

impl Step {
    /// Every step, in the order they are best taken.
    pub const ALL: [Self; 9] = [
        Self::Territory,
        Self::Look,
        Self::Telephone,
        Self::Links,
        Self::Mail,
        Self::Customers,
        Self::Colleagues,
        Self::Invitation,
        Self::SignIn,
    ];

    /// Whether the actor may take it.
    pub fn is_allowed(self, actor: &Actor) -> bool {
        let everywhere = actor.bounded_by().is_none();
        match self {
            Self::Territory => actor.staff_level() >= Level::Write && everywhere,
            Self::Look | Self::Telephone | Self::Links | Self::Mail => actor.settings_level() >= Level::Write,
            Self::Customers => actor.may_edit_customers(),
            Self::Colleagues => actor.staff_level() >= Level::Write && actor.may(Act::ManageStaff),
            Self::Invitation => actor.may(Act::BulkInvite) && actor.may(Act::TriggerReset),
            Self::SignIn => actor.may_see_customers(),
        }
    }
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is done.
    Done,
    /// It is under way.
    UnderWay,
    /// It was tried, and this came of it.
    Failed(String),
    /// It is to be done.
    Open,
}

/// What the database says of the first steps.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
struct Facts {
    territories: i64,
    /// One of them.
    territory: String,
    contacts: i64,
    /// Staff who work here.
    people: i64,
    /// Whether the mail server took a test mail.
    tested: bool,
    test: Option<TestMail>,
    /// Whether the mail server took an invitation.
    invited: bool,
    /// Whether one is on its way to it.
    inviting: bool,
    signed_in: bool,
}

/// The test mail that was asked for last.
#[derive(Clone, Debug)]
struct TestMail {
    delivery: Delivery,
    answer: String,
}

/// The first steps and where they stand.
#[derive(Clone, Debug)]
pub struct FirstSteps {
    steps: Vec<(Step, State)>,
    facts: Facts,
    /// Whether they are shown.
    pub shown: bool,
}

impl FirstSteps {
    /// How many are done.
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|(_, state)| *state == State::Done).count()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing is left.
    pub fn are_done(&self) -> bool {
        self.done() == self.count()
    }

    /// The first that is not done.
    pub fn next(&self) -> Option<Step> {
        self.steps.iter().find(|(_, state)| *state != State::Done).map(|(step, _)| *step)
    }
}

/// The first steps as they stand.
///
/// # Errors
/// When the database fails.
pub fn read(tx: &mut Tx<'_>, settings: &Changeable, has_logo: bool) -> Result<FirstSteps> {
    let facts = store::facts(tx)?;
    let steps = Step::ALL.into_iter().map(|step| (step, state(step, &facts, (settings, has_logo))));
    Ok(FirstSteps { steps: steps.collect(), shown: first_steps::are_shown(tx)?, facts })
}

fn state(step: Step, facts: &Facts, (settings, has_logo): (&Changeable, bool)) -> State {
    let reach = &settings.reach;
    let is_done = match step {
        Step::Territory => facts.territories > 0,
        Step::Look => settings.supplier != UNNAMED && (has_logo || settings.accent.is_some()),
        Step::Telephone => !reach.telephone.is_empty(),
        Step::Links => !reach.imprint_url.is_empty() && !reach.privacy_url.is_empty(),
        Step::Mail => facts.tested,
        Step::Customers => facts.contacts > 0,
        Step::Colleagues => facts.people > 1,
        Step::Invitation => facts.invited,
        Step::SignIn => facts.signed_in,
    };
    match (is_done, step, &facts.test) {
        (true, ..) => State::Done,
        (false, Step::Mail, Some(test)) => match test.delivery {
            Delivery::Waiting => State::UnderWay,
            _ => State::Failed(test.answer.clone()),
        },
        (false, Step::Invitation, _) if facts.inviting => State::UnderWay,
        (false, Step::SignIn, _) if facts.invited => State::UnderWay,
        _ => State::Open,
    }
}

/// Takes the list away once nothing on it is left; says whether it went.
///
/// # Errors
/// When the database fails.
pub fn finish(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    Ok(first_steps::finish(tx, now)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn nothing() -> Facts {
        Facts {
            territories: 0,
            territory: String::new(),
            contacts: 0,
            people: 1,
            tested: false,
            test: None,
            invited: false,
            inviting: false,
            signed_in: false,
        }
    }

    fn settings(changed: &[(&'static str, &str)]) -> Changeable {
        let source = changed.iter().fold(Source::default(), |source, (key, value)| source.with(key, value));
        Changeable::read(&source).unwrap()
    }

    #[test]
    fn the_name_alone_is_no_look_yet() {
        let named = settings(&[("supplier.name", "Harbour Wholesale")]);
        assert_eq!(state(Step::Look, &nothing(), (&named, false)), State::Open);
        assert_eq!(state(Step::Look, &nothing(), (&named, true)), State::Done);
        assert_eq!(state(Step::Look, &nothing(), (&settings(&[]), true)), State::Open);
    }

    #[test]
    fn a_test_mail_counts_once_it_was_taken() {
        let with = |delivery, tested| {
            let test = Some(TestMail { delivery, answer: "550 no".into() });
            state(Step::Mail, &Facts { tested, test, ..nothing() }, (&settings(&[]), false))
        };
        assert_eq!(with(Delivery::Waiting, false), State::UnderWay);
        assert_eq!(with(Delivery::PutOff, false), State::Failed("550 no".into()));
        assert_eq!(with(Delivery::PutOff, true), State::Done);
        assert_eq!(state(Step::Mail, &nothing(), (&settings(&[]), false)), State::Open);
    }
}
