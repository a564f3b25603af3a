//! Imports in the portal: handing a file in, saying what it holds, seeing what
//! would change, bringing it in and undoing it.

mod form;

use std::collections::HashSet;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Query};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::correct::portal::RowForm;
use super::correct::{self, Correction};
use super::preview::{Named, RowView};
use super::rows::Staged;
use super::upload::portal::{self as upload, NotTaken};
use super::upload::{Reading, ReadingForm};
use super::view::{self, Badge, ImportView};
use super::{Choices, Import, State, Verdict, WrongRows};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::forms::{FieldErrors, NoFields, Posted};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::ImportId;
use crate::kernel::text;
use crate::listing::export::{Format, Sheet};
use crate::retailers;
use crate::staff::fresh::portal::Confirmed;
use form::ChoicesForm;

#[derive(Template)]
#[template(path = "import/pages/imports.html")]
struct ImportsPage {
    page: Page,
    imports: Vec<(Import, Badge, String)>,
    form: ReadingForm,
    errors: FieldErrors,
}

/// `GET /portal/imports`
pub async fn imports(AtPortal(caller): AtPortal) -> Answer {
    list(&caller, StatusCode::OK, FieldErrors::default()).await
}

async fn list(caller: &Caller, status: StatusCode, errors: FieldErrors) -> Answer {
    let found = caller.read(super::latest).await?;
    let imports = found.into_iter().map(|import| {
        let by = import.staff_name.clone().unwrap_or_else(|| "the operator".to_owned());
        let badge = view::state(import.state);
        (import, badge, by)
    });
    let imports = imports.collect();
    html(status, &ImportsPage { page: caller.page(), imports, form: ReadingForm::blank(), errors })
}

/// `POST /portal/imports`
pub async fn hand_in(
    AtPortal(caller): AtPortal,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Answer {
    super::must_import(&caller.actor)?;
    match upload::take_in(&caller, form.map_err(|_| crate::http::Failure::Unreadable)?).await {
        Ok(id) => Ok(redirect(&format!("/portal/imports/{id}"), None)),
        Err(NotTaken::File(field, text)) => {
            list(&caller, StatusCode::UNPROCESSABLE_ENTITY, FieldErrors::one(field, text)).await
        }
        Err(NotTaken::Broken(failure)) => Err(failure),
    }
}

#[derive(Template)]
#[template(path = "import/pages/choices.html")]
struct ChoicesPage {
    page: Page,
    view: ImportView,
    form: ChoicesForm,
    /// How the file was read.
    read: Reading,
    /// How it may be read, where it is still here.
    reading: Option<ReadingForm>,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "import/pages/import.html")]
struct ImportPage {
    page: Page,
    view: ImportView,
    /// The choices of rows: words, count, where, whether one is there.
    tabs: Vec<(&'static str, i64, String, bool)>,
    rows: Vec<RowView>,
    /// The rows that are shown to be corrected.
    forms: Vec<RowForm>,
    /// Whether what was typed is shown beside what somebody else wrote.
    meanwhile: bool,
    next_href: String,
    first_href: String,
}

/// Which rows are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Those of a verdict.
    Of(Verdict),
    /// Those about which there is something worth knowing.
    Remarked,
}

impl Shown {
    fn from_name(name: &str) -> Option<Self> {
        if name == "remarks" { Some(Self::Remarked) } else { Verdict::from_name(name).map(Self::Of) }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Of(verdict) => verdict.as_str(),
            Self::Remarked => "remarks",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Of(verdict) => view::verdict(verdict).2,
            Self::Remarked => "With remarks",
        }
    }
}

/// How an import stands, alone, for the page that shows it live.
#[derive(Template)]
#[template(path = "import/pages/status.html")]
struct Status {
    view: ImportView,
}

/// What is asked for of an import's page.
#[derive(Deserialize)]
pub struct Asked {
    show: Option<String>,
    after: Option<String>,
}

/// `GET /portal/imports/{id}`
pub async fn import(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ImportId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let view = caller.read(move |tx, actor| read(tx, actor, id)).await?;
    let choosing = asked.show.as_deref() == Some("choices");
    match view.import.state {
        State::Staged => choose(&caller, StatusCode::OK, view, None).await,
        State::Checked if choosing => choose(&caller, StatusCode::OK, view, None).await,
        _ => show(&caller, view, &asked).await,
    }
}

fn read(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<ImportView> {
    let import = super::find(tx, actor, id)?;
    let counts = super::counts(tx, &import)?;
    let obstacle = match import.state {
        State::Checked => super::obstacle(tx, &import)?,
        _ => None,
    };
    Ok(ImportView::new(import, &counts, obstacle))
}

async fn choose(
    caller: &Caller,
    status: StatusCode,
    view: ImportView,
    typed: Option<(Choices, Reading, FieldErrors)>,
) -> Answer {
    let id = view.import.id;
    let (first, territories) = caller
        .read(move |tx, actor| Ok((super::first_rows(tx, actor, id)?, retailers::territories(tx)?)))
        .await?;
    let (known, read) = (view.import.choices.clone(), Reading::of(&view.import.origin));
    let (choices, reading, errors) = typed.unwrap_or((known, read.clone(), FieldErrors::default()));
    let is_held = caller.web.app.held.has(id, caller.now());
    let reading = is_held.then(|| ReadingForm::of(&view.import.origin, reading));
    let form = ChoicesForm::new(&view.import, choices, &first, &territories);
    html(status, &ChoicesPage { page: caller.page(), view, form, read, reading, errors })
}

async fn show(caller: &Caller, view: ImportView, asked: &Asked) -> Answer {
    show_rows(caller, (StatusCode::OK, view), asked, &[]).await
}

/// The wrong rows with what was typed into them, for those that somebody else had
/// corrected meanwhile.
pub async fn show_typed(
    caller: &Caller,
    (status, id): (StatusCode, ImportId),
    typed: Vec<Correction>,
) -> Answer {
    let view = caller.read(move |tx, actor| read(tx, actor, id)).await?;
    let asked = Asked { show: Some(Shown::Of(Verdict::Wrong).as_str().to_owned()), after: None };
    show_rows(caller, (status, view), &asked, &typed).await
}

async fn show_rows(
    caller: &Caller,
    (status, view): (StatusCode, ImportView),
    asked: &Asked,
    typed: &[Correction],
) -> Answer {
    let id = view.import.id;
    let (all, shown) = tabs(&view, asked);
    let corrects = shown == Shown::Of(Verdict::Wrong) && view.is("checked");
    let limit = if corrects { correct::portal::rows_at_once(&view.import) } else { super::PAGE };
    let after = asked.after.as_deref().and_then(|place| place.parse().ok()).unwrap_or(0);
    let rows = caller.read(move |tx, actor| named_rows(tx, actor, id, (shown, after, limit))).await?;
    let href = |shown: Shown| format!("/portal/imports/{id}?show={}", shown.as_str());
    let is_full = i64::try_from(rows.rows.len()).unwrap_or(i64::MAX) == limit;
    let last = rows.rows.last().filter(|_| is_full).map(|(row, _)| row.place);
    let of_row = |row: &Staged| typed.iter().find(|typed| typed.place == row.place);
    let form = |(row, _): &(Staged, Named)| RowForm::new(&view.import, row, of_row(row));
    let row = |(row, names): (Staged, Named)| RowView::new(&view.import, &row, names, &rows.known);
    let forms: Vec<RowForm> = if corrects { rows.rows.iter().map(form).collect() } else { Vec::new() };
    let rows: Vec<RowView> = if corrects { Vec::new() } else { rows.rows.into_iter().map(row).collect() };
    html(
        status,
        &ImportPage {
            page: caller.page(),
            tabs: all.into_iter().map(|(one, count)| (one.words(), count, href(one), one == shown)).collect(),
            rows,
            forms,
            meanwhile: !typed.is_empty(),
            next_href: last.map(|place| format!("{}&after={place}", href(shown))).unwrap_or_default(),
            first_href: if after > 0 { href(shown) } else { String::new() },
            view,
        },
    )
}

/// The rows that can be shown, with how many they are, and which are.
fn tabs(view: &ImportView, asked: &Asked) -> (Vec<(Shown, i64)>, Shown) {
    let first = [Verdict::Wrong, Verdict::Missing, Verdict::Changed, Verdict::New, Verdict::Unchanged];
    let there = |verdict: Verdict| view.counts.iter().any(|(known, _)| *known == verdict);
    let likely = first.into_iter().find(|one| there(*one)).unwrap_or(Verdict::New);
    let mut all: Vec<(Shown, i64)> =
        view.counts.iter().map(|(verdict, count)| (Shown::Of(*verdict), *count)).collect();
    if view.import.tally.warned > 0 && !all.is_empty() {
        all.push((Shown::Remarked, view.import.tally.warned));
    }
    let asked = asked.show.as_deref().and_then(Shown::from_name);
    (all, asked.unwrap_or(Shown::Of(likely)))
}

/// Rows as they are shown.
struct Rows {
    /// With the names of those who are not in the file.
    rows: Vec<(Staged, Named)>,
    /// The account numbers of retailers that are known, as they are compared.
    known: HashSet<String>,
}

fn named_rows(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ImportId,
    (shown, after, limit): (Shown, i64, i64),
) -> Result<Rows> {
    let mut found = match shown {
        Shown::Of(verdict) => super::of_verdict(tx, actor, id, (verdict, after))?,
        Shown::Remarked => super::remarked(tx, actor, id, after)?,
    };
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let keys: Vec<String> = found.iter().filter_map(|row| row.account_key.clone()).collect();
    let known = retailers::retailers_numbered(tx, &keys)?;
    let known = known.iter().map(|retailer| text::search_key(&retailer.account_number)).collect();
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        let names = match (row.verdict, row.contact, row.retailer) {
            (Some(Verdict::Missing), Some(contact), _) => {
                there(retailers::contact(tx, actor, contact))?.map(|contact| {
                    (contact.name, format!("{} · {}", contact.account_number, contact.retailer_name))
                })
            }
            (Some(Verdict::Missing), None, Some(retailer)) => there(retailers::find(tx, actor, retailer))?
                .map(|retailer| (retailer.name, retailer.account_number)),
            _ => None,
        };
        rows.push((row, names));
    }
    Ok(Rows { rows, known })
}

/// Who is gone is not there.
fn there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `GET /portal/imports/{id}/status`
pub async fn status(AtPortal(caller): AtPortal, Ids(id): Ids<ImportId>) -> Answer {
    let view = caller.read(move |tx, actor| read(tx, actor, id)).await?;
    html(StatusCode::OK, &Status { view })
}

/// `POST /portal/imports/{id}/check`
pub async fn check(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ImportId>,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Answer {
    let view = caller.read(move |tx, actor| read(tx, actor, id)).await?;
    let (choices, errors) = form::read(&pairs, view.import.headings.len());
    let before = Reading::of(&view.import.origin);
    let reading = before.clone().over(&pairs).after(&before);
    if reading != before && view.import.state.is_draft() {
        let read = upload::read_again(&caller, &view.import, &reading, &choices).await;
        return read_again(&caller, view, (choices, reading), read).await;
    }
    if !errors.is_empty() {
        return choose(&caller, StatusCode::UNPROCESSABLE_ENTITY, view, Some((choices, before, errors)))
            .await;
    }
    let (now, chosen) = (caller.now(), choices.clone());
    let missing = caller.write(move |tx, actor| super::check(tx, actor, id, &chosen, now)).await?;
    if missing.is_empty() || !caller.web.app.held.has(id, now) {
        return Ok(redirect(&format!("/portal/imports/{id}"), None));
    }
    let read = upload::read_more(&caller, &view.import, &choices).await;
    read_again(&caller, view, (choices, before), read).await
}

/// Leads to the import that a draft became when its file was read again, or says
/// beside what was chosen why it was not.
async fn read_again(
    caller: &Caller,
    view: ImportView,
    (choices, reading): (Choices, Reading),
    read: std::result::Result<ImportId, NotTaken>,
) -> Answer {
    match read {
        Ok(id) => Ok(redirect(&format!("/portal/imports/{id}"), None)),
        Err(NotTaken::File(field, text)) => {
            let typed = (choices, reading, FieldErrors::one(field, text));
            choose(caller, StatusCode::UNPROCESSABLE_ENTITY, view, Some(typed)).await
        }
        Err(NotTaken::Broken(failure)) => Err(failure),
    }
}

/// `POST /portal/imports/{id}/start`
pub async fn start(Ids(id): Ids<ImportId>, Confirmed(caller, NoFields {}): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| super::start(tx, actor, id, now)).await?;
    caller.web.app.held.forget(id);
    Ok(redirect(&format!("/portal/imports/{id}"), None))
}

/// `POST /portal/imports/{id}/undo`
pub async fn undo(Ids(id): Ids<ImportId>, Confirmed(caller, NoFields {}): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| super::undo(tx, actor, id, now)).await?;
    Ok(redirect(&format!("/portal/imports/{id}"), None))
}

/// `POST /portal/imports/{id}/discard`
pub async fn discard(AtPortal(caller): AtPortal, Ids(id): Ids<ImportId>) -> Answer {
    caller.write(move |tx, actor| super::discard(tx, actor, id)).await?;
    caller.web.app.held.forget(id);
    Ok(redirect("/portal/imports", Some("import-discarded")))
}

fn sheet(tx: &mut Tx<'_>, actor: &Actor, id: ImportId, format: Format) -> Result<Vec<u8>> {
    let wrong = WrongRows::of(tx, actor, id)?;
    let mut sheet = Sheet::delimited((format, wrong.delimiter()), &wrong.headings())?;
    let mut place = 0;
    while let Some((rows, last)) = wrong.after(tx, place)? {
        place = last;
        for row in rows {
            sheet.add(&row)?;
        }
    }
    sheet.finish()
}

/// In which format a sheet is asked for.
#[derive(Deserialize)]
pub struct SheetAsked {
    format: Option<String>,
}

/// `GET /portal/imports/{id}/wrong`
pub async fn wrong(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ImportId>,
    Query(asked): Query<SheetAsked>,
) -> Answer {
    let format = asked.format.as_deref().and_then(Format::from_name).unwrap_or(Format::Csv);
    let sheet = caller.read(move |tx, actor| sheet(tx, actor, id, format)).await?;
    let name = format!("attachment; filename=\"wrong-rows.{}\"", format.as_str());
    let headers =
        [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, sheet).into_response())
}
