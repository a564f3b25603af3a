//! The portal's page of first steps.

use askama::Template;
use axum::http::StatusCode;

use super::{FirstSteps, State, Step};
use crate::actor::Level;
use crate::error::Result;
use crate::http::forms::{NoFields, Posted};
use crate::http::{Answer, AtPortal, Caller, Page, html, redirect};
use crate::mail::Kind;
use crate::settings::first_steps;
use crate::setup::trial;

/// Where the page is.
pub const PATH: &str = "/portal/getting-started";

#[derive(Template)]
#[template(path = "getting_started/pages/steps.html")]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a part of the page of its own")]
struct StepsPage {
    page: Page,
    lines: Vec<Line>,
    done: usize,
    /// Whether nothing is left.
    finished: bool,
    /// Whether menu and dashboard name it.
    shown: bool,
    may_put_away: bool,
    /// Whether something is under way that the page waits for.
    waits: bool,
}

/// A step as the page shows it.
struct Line {
    title: &'static str,
    /// Why it is done, in one sentence.
    text: &'static str,
    /// What is there already, or what went wrong; empty when there is nothing
    /// to say.
    detail: String,
    /// Tone, shape and word.
    badge: (&'static str, &'static str, &'static str),
    is_next: bool,
    act: Doing,
}

/// What is to be done.
enum Doing {
    /// Go there.
    Link(&'static str, &'static str),
    /// Press this button.
    TestMail,
    /// It takes a right that one lacks.
    NotYours,
    /// Nothing.
    Nothing,
}

/// The first steps as they stand, and the list taken away once all are done.
///
/// # Errors
/// When the database fails.
pub async fn look(caller: &Caller) -> Result<FirstSteps> {
    let app = &caller.web.app;
    let (settings, has_logo) = (app.settings(), app.logo().is_some());
    let steps = caller.read(move |tx, _| super::read(tx, &settings.values, has_logo)).await?;
    if steps.shown && steps.are_done() {
        let now = caller.now();
        caller.write(move |tx, _| super::finish(tx, now)).await?;
        app.follow().await?;
    }
    Ok(steps)
}

/// `GET /portal/getting-started`
pub async fn steps(AtPortal(caller): AtPortal) -> Answer {
    let steps = look(&caller).await?;
    let next = steps.next();
    let lines = steps.steps.iter().map(|(step, state)| line(*step, state, &steps, next, &caller)).collect();
    html(
        StatusCode::OK,
        &StepsPage {
            page: caller.page(),
            lines,
            done: steps.done(),
            finished: steps.are_done(),
            shown: steps.shown && !steps.are_done(),
            may_put_away: caller.actor.settings_level() >= Level::Write,
            waits: steps.steps.iter().any(|(step, state)| {
                *state == State::UnderWay && matches!(step, Step::Mail | Step::Invitation)
            }),
        },
    )
}

fn line(step: Step, state: &State, steps: &FirstSteps, next: Option<Step>, caller: &Caller) -> Line {
    let (title, text) = words(step);
    let act = match (state, step.is_allowed(&caller.actor)) {
        (State::Done, _) if step != Step::Territory => Doing::Nothing,
        (State::UnderWay, _) if step == Step::Mail => Doing::Nothing,
        (_, false) => Doing::NotYours,
        (..) => act(step, steps, caller),
    };
    Line {
        title,
        text,
        detail: detail(step, state, steps),
        badge: badge(state),
        is_next: next == Some(step),
        act,
    }
}

/// What a step is called, and why it is done.
pub const fn words(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Territory => (
            "Territories",
            "Every retailer is in one. One is enough, until each rep is to see only their own customers.",
        ),
        Step::Look => ("Your name, logo and colour", "Customers see them on every page and in every mail."),
        Step::Telephone => {
            ("Your telephone number", "It stands wherever a page or mail tells customers to call you.")
        }
        Step::Links => (
            "Your imprint and privacy policy",
            "Linked at the foot of every page of the website and of every mail.",
        ),
        Step::Mail => (
            "A test mail",
            "Invitations are mails: one to your own address shows that the mail server takes them.",
        ),
        Step::Customers => (
            "Your customers",
            "Bring retailers and their contacts in from a spreadsheet, or enter the first by hand.",
        ),
        Step::Colleagues => (
            "Your colleagues",
            "Office staff work in the portal, reps in the sales app; each with a role of their own.",
        ),
        Step::Invitation => {
            ("The first invitation", "Look at the very mail your customers get, and choose when it leaves.")
        }
        Step::SignIn => (
            "The first customer signed in",
            "They use the temporary password of the mail once and choose their own.",
        ),
    }
}

fn act(step: Step, steps: &FirstSteps, caller: &Caller) -> Doing {
    let imports = caller.page().leads_to("/portal/imports");
    match step {
        Step::Territory => Doing::Link("Rename it or add more", "/portal/territories"),
        Step::Look => Doing::Link("Set name, logo and colour", "/portal/settings"),
        Step::Telephone => Doing::Link("Set the telephone number", "/portal/settings#telephone"),
        Step::Links => Doing::Link("Set the links", "/portal/settings#imprint_url"),
        Step::Mail => Doing::TestMail,
        Step::Customers if imports => Doing::Link("Import customers", "/portal/imports"),
        Step::Customers => Doing::Link("Add a retailer", "/portal/retailers/new"),
        Step::Colleagues => Doing::Link("Add a colleague", "/portal/staff/new"),
        Step::Invitation if steps.facts.contacts == 0 => Doing::Nothing,
        Step::Invitation => Doing::Link(
            "Look at the mail and invite",
            "/portal/runs/new?act=invite&list=contacts&for=all&query=access%3Dnot-invited",
        ),
        Step::SignIn if steps.facts.invited => {
            Doing::Link("Show who is invited", "/portal/contacts?access=invited")
        }
        Step::SignIn => Doing::Nothing,
    }
}

fn detail(step: Step, state: &State, steps: &FirstSteps) -> String {
    let facts = &steps.facts;
    let some = |count: i64, one: &str, many: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
    };
    match (step, state) {
        (_, State::Failed(answer)) if answer.is_empty() => "The mail server did not take it.".into(),
        (_, State::Failed(answer)) => format!("The mail server did not take it: {answer}"),
        (Step::Territory, State::Done) if facts.territories == 1 => {
            format!("There is one: {}.", facts.territory)
        }
        (Step::Territory, State::Done) => format!("There are {}.", facts.territories),
        (Step::Customers, State::Done) => format!("{} so far.", some(facts.contacts, "contact", "contacts")),
        (Step::Colleagues, State::Done) => format!("{} work here.", some(facts.people, "person", "people")),
        (Step::Invitation, State::Open) if facts.contacts == 0 => "First there must be customers.".into(),
        (Step::SignIn, State::Open) => "First somebody must be invited.".into(),
        _ => String::new(),
    }
}

const fn badge(state: &State) -> (&'static str, &'static str, &'static str) {
    match state {
        State::Done => ("ok", "check", "Done"),
        State::UnderWay => ("info", "clock", "On its way"),
        State::Failed(_) => ("bad", "cross", "Did not work"),
        State::Open => ("neutral", "ring", "To do"),
    }
}

/// `POST /portal/getting-started/test-mails`: the invitation with samples, to
/// whoever asks.
pub async fn test(AtPortal(caller): AtPortal, Posted(NoFields {}): Posted<NoFields>) -> Answer {
    let (now, language) = (caller.now(), caller.web.app.settings().values.language);
    caller.write(move |tx, actor| trial::send(tx, actor, (Kind::Invitation, language), "", now)).await?;
    Ok(redirect(PATH, Some("test-sent")))
}

/// `POST /portal/getting-started/away`
pub async fn put_away(AtPortal(caller): AtPortal, Posted(NoFields {}): Posted<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| first_steps::put_away(tx, actor, now)).await?;
    caller.web.app.follow().await?;
    Ok(redirect(PATH, Some("steps-away")))
}

/// `POST /portal/getting-started/back`
pub async fn bring_back(AtPortal(caller): AtPortal, Posted(NoFields {}): Posted<NoFields>) -> Answer {
    caller.write(first_steps::bring_back).await?;
    caller.web.app.follow().await?;
    Ok(redirect(PATH, Some("steps-back")))
}
