//! The list of mails, and the page on which one is worded.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::preview::Preview;
use super::{State, address, problem, which};
use crate::actor::Level;
use crate::http::forms::{FieldErrors, NoFields, Posted};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, headers, html, redirect};
use crate::kernel::Language;
use crate::mail::Kind;
use crate::mail::templates::fields::{self, Field};
use crate::mail::templates::{Which, Words};
use crate::settings;
use crate::setup::portal::ground;
use crate::setup::{title, trial};
use crate::staff::fresh::portal::Confirmed;
use crate::wording::{self, Saved, Version};

/// A kind of mail in each language.
struct Row {
    kind: Kind,
    cells: Vec<Cell>,
}

/// A mail in one language.
#[derive(Clone)]
struct Cell {
    title: String,
    href: String,
    state: State,
}

#[derive(Template)]
#[template(path = "setup/mails/pages/mails.html")]
struct MailsPage {
    page: Page,
    rows: Vec<Row>,
}

/// `GET /portal/settings/mails`
pub async fn mails(AtPortal(caller): AtPortal) -> Answer {
    settings::must_see(&caller.actor)?;
    let latest = caller.read(|tx, _| Ok(wording::latest(tx)?)).await?;
    let cell =
        |which| Cell { title: title(which), href: address(which), state: state(&caller, which, &latest) };
    let of = |kind| Row { kind, cells: Language::ALL.map(|language| cell((kind, language))).to_vec() };
    let rows = Kind::ALL.map(of).into();
    html(StatusCode::OK, &MailsPage { page: caller.page(), rows })
}

/// Where the words of a mail come from.
fn state(caller: &Caller, which: Which, versions: &[Version]) -> State {
    let app = &caller.web.app;
    let version = versions.iter().find(|version| version.which == which);
    let words = version.and_then(|version| version.words.as_ref());
    let in_use = words.is_some_and(|words| app.templates().words(which) == *words);
    State::of(version, app.built_in.fixed(which), in_use)
}

#[derive(Template)]
#[template(path = "setup/mails/pages/mail.html")]
struct MailPage {
    page: Page,
    which: Which,
    state: State,
    words: Words,
    /// The latest version that was seen.
    seen: i64,
    versions: Vec<Version>,
    fields: Vec<Field>,
    preview: Preview,
    /// Whether what is in the fields is not what is in use.
    is_draft: bool,
    errors: FieldErrors,
    meanwhile: bool,
    may_change: bool,
}

impl MailPage {
    fn address(&self) -> String {
        address(self.which)
    }

    fn is_fixed(&self) -> bool {
        matches!(self.state, State::Fixed(_))
    }

    /// What is written to use a field.
    fn written(field: &Field) -> String {
        if field.name == "entries" { field.name.to_owned() } else { format!("{{{{ {} }}}}", field.name) }
    }

    /// The language's name and where its page is.
    fn languages(&self) -> Vec<(&'static str, String, bool)> {
        let one = |language: Language| {
            (language.name(), address((self.which.0, language)), language == self.which.1)
        };
        Language::ALL.map(one).to_vec()
    }
}

/// What the page is shown with.
#[derive(Default)]
struct Shown {
    typed: Option<Words>,
    errors: FieldErrors,
    meanwhile: bool,
}

/// `GET /portal/settings/mails/{kind}/{language}`
pub async fn mail(AtPortal(caller): AtPortal, Ids(ids): Ids<(String, String)>) -> Answer {
    settings::must_see(&caller.actor)?;
    show(&caller, which(&ids)?, StatusCode::OK, Shown::default()).await
}

async fn show(caller: &Caller, which: Which, status: StatusCode, shown: Shown) -> Answer {
    let versions = caller.read(move |tx, _| Ok(wording::versions(tx, which)?)).await?;
    let state = state(caller, which, &versions);
    let in_use = caller.web.app.templates().words(which);
    // Words that were left out are there to be mended.
    let left_out = versions
        .first()
        .and_then(|version| version.words.clone())
        .filter(|_| matches!(state, State::LeftOut(_)));
    let typed = shown.typed.or(left_out);
    let preview = Preview::of(caller, which, typed.as_ref());
    let page = MailPage {
        page: caller.page(),
        which,
        state,
        is_draft: typed.is_some(),
        words: typed.unwrap_or(in_use),
        seen: versions.first().map_or(0, |version| version.number),
        versions,
        fields: fields::of(which.0),
        preview,
        errors: shown.errors,
        meanwhile: shown.meanwhile,
        may_change: caller.actor.settings_level() >= Level::Write,
    };
    let mut response = html(status, &page)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, headers::WITH_FRAMES);
    Ok(response)
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordsForm {
    subject: String,
    text: String,
    html: String,
    version: i64,
}

impl WordsForm {
    /// The words as typed; browsers send lines with two characters at the end.
    fn words(&self) -> Words {
        let lines = |typed: &str| typed.replace("\r\n", "\n");
        Words { subject: lines(&self.subject), text: lines(&self.text), html: lines(&self.html) }
    }
}

/// `POST /portal/settings/mails/{kind}/{language}`: a new version.
pub async fn save(Ids(ids): Ids<(String, String)>, Confirmed(caller, form): Confirmed<WordsForm>) -> Answer {
    settings::must_change(&caller.actor)?;
    let (which, words, ground, now) = (which(&ids)?, form.words(), ground(&caller), caller.now());
    let new = words.clone();
    let saved = caller
        .write(move |tx, actor| wording::save(tx, actor, &ground, (which, form.version, &new), now))
        .await?;
    answer(&caller, which, saved, Some(words)).await
}

/// What restoring sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreForm {
    /// The version to restore; 0 for the built-in words.
    number: i64,
    version: i64,
}

/// `POST /portal/settings/mails/{kind}/{language}/restore`
pub async fn restore(
    Ids(ids): Ids<(String, String)>,
    Confirmed(caller, form): Confirmed<RestoreForm>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let (which, ground, now) = (which(&ids)?, ground(&caller), caller.now());
    let number = Some(form.number).filter(|number| *number != 0);
    let saved = caller
        .write(move |tx, actor| wording::restore(tx, actor, &ground, (which, form.version, number), now))
        .await?;
    answer(&caller, which, saved, None).await
}

async fn answer(caller: &Caller, which: Which, saved: Saved, typed: Option<Words>) -> Answer {
    let shown = match saved {
        Saved::Saved(_) => {
            caller.web.app.follow().await?;
            return Ok(redirect(&address(which), Some("words-saved")));
        }
        Saved::Unchanged => return Ok(redirect(&address(which), Some("unchanged"))),
        Saved::Wrong(error) => {
            let (field, text) = problem(&error);
            Shown { typed, errors: FieldErrors::one(field, text), meanwhile: false }
        }
        Saved::Meanwhile => Shown { typed, meanwhile: true, ..Shown::default() },
        Saved::Fixed => Shown { typed, ..Shown::default() },
    };
    let status =
        if shown.errors.is_empty() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    show(caller, which, status, shown).await
}

/// `POST /portal/settings/mails/{kind}/{language}/preview`: the page again, with
/// what was typed as a reader would see it.
pub async fn preview(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    Posted(form): Posted<WordsForm>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let (which, words) = (which(&ids)?, form.words());
    show(&caller, which, StatusCode::OK, Shown { typed: Some(words), ..Shown::default() }).await
}

/// `GET /portal/settings/mails/{kind}/{language}/preview/html`: for a frame.
pub async fn html_in_use(AtPortal(caller): AtPortal, Ids(ids): Ids<(String, String)>) -> Answer {
    settings::must_see(&caller.actor)?;
    let preview = Preview::of(&caller, which(&ids)?, None);
    framed(preview)
}

/// `POST /portal/settings/mails/{kind}/{language}/preview/html`: what was typed,
/// for a frame.
pub async fn html_typed(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    Posted(form): Posted<WordsForm>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let preview = Preview::of(&caller, which(&ids)?, Some(&form.words()));
    framed(preview)
}

/// What stands in a frame in place of a mail that can't be shown.
#[derive(Template)]
#[template(path = "setup/mails/pages/nothing.html")]
struct Nothing {
    problem: String,
}

fn framed(preview: Preview) -> Answer {
    let policy = [(header::CONTENT_SECURITY_POLICY, headers::FRAMED_MAIL)];
    if preview.problem.1.is_empty() {
        return Ok((policy, Html(preview.html)).into_response());
    }
    let mut response: Response = html(StatusCode::OK, &Nothing { problem: preview.problem.1 })?;
    response.headers_mut().extend(policy);
    Ok(response)
}

/// `POST /portal/settings/mails/{kind}/{language}/tests`
pub async fn test(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    Posted(NoFields {}): Posted<NoFields>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let (which, now) = (which(&ids)?, caller.now());
    caller.write(move |tx, actor| trial::send(tx, actor, which, now)).await?;
    Ok(redirect(&address(which), Some("test-sent")))
}
