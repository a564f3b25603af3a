//! The list of mails, and the page on which one is worded.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::editor::{Editor, Part, View, letter_before};
use super::form::WordsForm;
use super::preview::Preview;
use super::{State, address, problem, which};
use crate::actor::Level;
use crate::http::forms::{FieldErrors, Posted};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, headers, html, redirect};
use crate::kernel::Language;
use crate::mail::Kind;
use crate::mail::templates::fields::{self, Field};
use crate::mail::templates::letter::Letter;
use crate::mail::templates::outline::{self, Chip};
use crate::mail::templates::{Templates, Which, Wording};
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
    let rows = Kind::WORDED.map(of).into();
    html(StatusCode::OK, &MailsPage { page: caller.page(), rows })
}

/// Where the words of a mail come from.
fn state(caller: &Caller, which: Which, versions: &[Version]) -> State {
    let app = &caller.web.app;
    let version = versions.iter().find(|version| version.which == which);
    let words = version.and_then(|version| version.words.as_ref());
    let words = words.and_then(|words| words.templates(which).ok());
    let in_use = words.is_some_and(|words| app.templates().words(which) == words);
    State::of(version, app.built_in.fixed(which), in_use)
}

#[derive(Template)]
#[template(path = "setup/mails/pages/mail.html")]
struct MailPage {
    page: Page,
    which: Which,
    state: State,
    editor: Editor,
    /// The version in HTML that these words would replace, and the version they
    /// begin with.
    replaces: Option<(i64, i64)>,
    /// The latest version that was seen.
    seen: i64,
    versions: Vec<Version>,
    fields: Vec<Field>,
    chips: &'static [Chip],
    /// The cases that the preview can show.
    cases: Vec<(String, String)>,
    case: String,
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

    /// Whether it can be worded in paragraphs, too.
    fn has_letter(&self) -> bool {
        !self.is_fixed() && !outline::of(self.which.0).is_empty()
    }

    /// What is written to use a field of templates.
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

    /// Whether a version is written as templates.
    fn is_html(version: &Version) -> bool {
        matches!(version.words, Some(Wording::Html(_)))
    }
}

/// What the page is shown with.
#[derive(Default)]
struct Shown {
    typed: Option<Wording>,
    view: Option<View>,
    case: String,
    errors: FieldErrors,
    meanwhile: bool,
}

/// What an address asks to see under a name.
fn asked(query: Option<&str>, name: &str) -> String {
    let query = query.unwrap_or_default().as_bytes();
    let found = form_urlencoded::parse(query).find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// `GET /portal/settings/mails/{kind}/{language}`
pub async fn mail(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    settings::must_see(&caller.actor)?;
    let shown = Shown {
        view: View::named(&asked(query.as_deref(), "view")),
        case: asked(query.as_deref(), "case"),
        ..Shown::default()
    };
    show(&caller, which(&ids)?, StatusCode::OK, shown).await
}

async fn show(caller: &Caller, which: Which, status: StatusCode, shown: Shown) -> Answer {
    let versions = caller.read(move |tx, _| Ok(wording::versions(tx, which)?)).await?;
    let state = state(caller, which, &versions);
    let include_username = caller.web.app.settings().values.include_username;
    let cases = Templates::cases(which.0, include_username);
    let known = cases.iter().any(|(name, _)| *name == shown.case);
    let case = if known { shown.case } else { cases.first().cloned().unwrap_or_default().0 };
    // Words that were left out are there to be mended.
    let newest = versions.first().and_then(|version| version.words.clone());
    let left_out = newest.clone().filter(|_| matches!(state, State::LeftOut(_)));
    let usual = View::usual(which, &state, versions.first());
    let is_free = !outline::of(which.0).is_empty() && !matches!(state, State::Fixed(_));
    let view = shown.view.filter(|_| is_free).unwrap_or(usual);
    let view = shown.typed.as_ref().map_or(view, View::of);
    let begun = (view == View::Letter && usual == View::Html).then(|| letter_before(which, &versions));
    let typed = shown.typed.or_else(|| begun.clone().map(|(letter, _)| Wording::Letter(letter))).or(left_out);
    let in_use = || match (view, newest) {
        (View::Letter, Some(Wording::Letter(letter))) => Wording::Letter(letter),
        (View::Letter, _) => Wording::Letter(Letter::built_in(which).unwrap_or_default()),
        (View::Html, _) => Wording::Html(caller.web.app.templates().words(which)),
    };
    let preview = Preview::of(caller, which, typed.as_ref(), &case);
    let page = MailPage {
        page: caller.page(),
        which,
        is_draft: typed.is_some(),
        editor: Editor::of(which, typed.unwrap_or_else(in_use), &shown.errors),
        replaces: begun.map(|(_, from)| (versions.first().map_or(0, |version| version.number), from)),
        state,
        seen: versions.first().map_or(0, |version| version.number),
        versions,
        fields: fields::of(which.0),
        chips: outline::chips(which.0),
        cases,
        case,
        preview,
        errors: shown.errors,
        meanwhile: shown.meanwhile,
        may_change: caller.actor.settings_level() >= Level::Write,
    };
    let mut response = html(status, &page)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, headers::WITH_FRAMES);
    Ok(response)
}

/// `POST /portal/settings/mails/{kind}/{language}`: a new version.
pub async fn save(
    Ids(ids): Ids<(String, String)>,
    Confirmed(caller, pairs): Confirmed<Vec<(String, String)>>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let (which, ground, now) = (which(&ids)?, ground(&caller), caller.now());
    let form = WordsForm::of(which, pairs)?;
    let new = form.wording.clone();
    let saved = caller
        .write(move |tx, actor| wording::save(tx, actor, &ground, (which, form.version, &new), now))
        .await?;
    answer(&caller, which, saved, Shown { typed: Some(form.wording), case: form.case, ..Shown::default() })
        .await
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
    answer(&caller, which, saved, Shown::default()).await
}

async fn answer(caller: &Caller, which: Which, saved: Saved, shown: Shown) -> Answer {
    let (status, shown) = match saved {
        Saved::Saved(_) => {
            caller.web.app.follow().await?;
            return Ok(redirect(&address(which), Some("words-saved")));
        }
        Saved::Unchanged => return Ok(redirect(&address(which), Some("unchanged"))),
        Saved::Wrong(error) => {
            let (field, text) = problem(which, &error);
            let errors = FieldErrors::one(field, text);
            (StatusCode::UNPROCESSABLE_ENTITY, Shown { errors, ..shown })
        }
        Saved::Meanwhile => (StatusCode::CONFLICT, Shown { meanwhile: true, ..shown }),
        Saved::Fixed => (StatusCode::CONFLICT, shown),
    };
    show(caller, which, status, shown).await
}

/// `POST /portal/settings/mails/{kind}/{language}/preview`: the page again, with
/// what was typed as a reader would see it, as templates if those are asked for.
pub async fn preview(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let which = which(&ids)?;
    let form = WordsForm::of(which, pairs)?;
    let shown = Shown { typed: Some(form.wording), case: form.case, ..Shown::default() };
    let Some((View::Html, Some(wording))) = form.show.map(|view| (view, &shown.typed)) else {
        return show(&caller, which, StatusCode::OK, shown).await;
    };
    match wording.templates(which) {
        Ok(words) => {
            let shown = Shown { typed: Some(Wording::Html(words)), ..shown };
            show(&caller, which, StatusCode::OK, shown).await
        }
        Err(error) => answer(&caller, which, Saved::Wrong(error), shown).await,
    }
}

/// `GET /portal/settings/mails/{kind}/{language}/preview/html`: for a frame.
pub async fn html_in_use(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    settings::must_see(&caller.actor)?;
    framed(Preview::of(&caller, which(&ids)?, None, &asked(query.as_deref(), "case")))
}

/// `POST /portal/settings/mails/{kind}/{language}/preview/html`: what was typed,
/// for a frame.
pub async fn html_typed(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let which = which(&ids)?;
    let form = WordsForm::of(which, pairs)?;
    framed(Preview::of(&caller, which, Some(&form.wording), &form.case))
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

/// What asking for a test sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestForm {
    /// The case that the preview shows.
    #[serde(default)]
    case: String,
}

/// `POST /portal/settings/mails/{kind}/{language}/tests`
pub async fn test(
    AtPortal(caller): AtPortal,
    Ids(ids): Ids<(String, String)>,
    Posted(form): Posted<TestForm>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let (which, now) = (which(&ids)?, caller.now());
    caller.write(move |tx, actor| trial::send(tx, actor, which, &form.case, now)).await?;
    Ok(redirect(&address(which), Some("test-sent")))
}
