//! Imports in the portal: handing a file in, saying what it holds, seeing what
//! would change, bringing it in and undoing it.

mod form;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Query};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::rows::Staged;
use super::upload::portal::{self as upload, NotTaken};
use super::upload::{Reading, ReadingForm};
use super::view::{self, Badge, ImportView, RowView};
use super::{Choices, Import, State, Verdict, WrongRows};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::forms::{FieldErrors, NoFields, Posted};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::ImportId;
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
    /// How the file is read, where it is still here.
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
    next_href: String,
    first_href: String,
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
    let (id, headings, is_new) = (view.import.id, view.import.headings.clone(), view.is("staged"));
    let (first, territories, likely) = caller
        .read(move |tx, actor| {
            let likely = super::choices_for(tx, &headings)?;
            Ok((super::first_rows(tx, actor, id)?, retailers::territories(tx)?, likely))
        })
        .await?;
    let known = if is_new { likely } else { view.import.choices.clone() };
    let read = Reading::of(&view.import.origin);
    let (choices, reading, errors) = typed.unwrap_or((known, read, FieldErrors::default()));
    let is_held = caller.web.app.held.has(id, caller.now());
    let reading = is_held.then(|| ReadingForm::of(&view.import.origin, reading));
    let form = ChoicesForm::new(&view.import, choices, &first, &territories);
    html(status, &ChoicesPage { page: caller.page(), view, form, reading, errors })
}

async fn show(caller: &Caller, view: ImportView, asked: &Asked) -> Answer {
    let id = view.import.id;
    let first = [Verdict::Wrong, Verdict::Missing, Verdict::Changed, Verdict::New, Verdict::Unchanged];
    let there = |verdict: Verdict| view.counts.iter().any(|(known, _)| *known == verdict);
    let verdict = asked.show.as_deref().and_then(Verdict::from_name);
    let verdict = verdict.or_else(|| first.into_iter().find(|one| there(*one))).unwrap_or(Verdict::New);
    let after = asked.after.as_deref().and_then(|place| place.parse().ok()).unwrap_or(0);
    let rows = caller.read(move |tx, actor| named_rows(tx, actor, id, (verdict, after))).await?;
    let path = format!("/portal/imports/{id}");
    let href = |verdict: Verdict| format!("{path}?show={}", verdict.as_str());
    let tabs =
        view.counts.iter().map(|(one, count)| (view::verdict(*one).2, *count, href(*one), *one == verdict));
    let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) == super::PAGE;
    let last = rows.last().filter(|_| is_full).map(|(row, _)| row.place);
    html(
        StatusCode::OK,
        &ImportPage {
            page: caller.page(),
            tabs: tabs.collect(),
            rows: rows.into_iter().map(|(row, names)| RowView::new(&view.import, &row, names)).collect(),
            next_href: last.map(|place| format!("{}&after={place}", href(verdict))).unwrap_or_default(),
            first_href: if after > 0 { href(verdict) } else { String::new() },
            view,
        },
    )
}

/// The name and place of someone who is not in the file.
type Named = Option<(String, String)>;

/// Rows with the names of those who are not in the file.
fn named_rows(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ImportId,
    asked: (Verdict, i64),
) -> Result<Vec<(Staged, Named)>> {
    let rows = super::of_verdict(tx, actor, id, asked)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let names = match (asked.0, row.contact, row.retailer) {
            (Verdict::Missing, Some(contact), _) => {
                there(retailers::contact(tx, actor, contact))?.map(|contact| {
                    (contact.name, format!("{} · {}", contact.account_number, contact.retailer_name))
                })
            }
            (Verdict::Missing, None, Some(retailer)) => there(retailers::find(tx, actor, retailer))?
                .map(|retailer| (retailer.name, retailer.account_number)),
            _ => None,
        };
        all.push((row, names));
    }
    Ok(all)
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
        return match upload::read_again(&caller, &view.import, &reading, &choices).await {
            Ok(id) => Ok(redirect(&format!("/portal/imports/{id}"), None)),
            Err(NotTaken::File(field, text)) => {
                let typed = (choices, reading, FieldErrors::one(field, text));
                choose(&caller, StatusCode::UNPROCESSABLE_ENTITY, view, Some(typed)).await
            }
            Err(NotTaken::Broken(failure)) => Err(failure),
        };
    }
    if !errors.is_empty() {
        return choose(&caller, StatusCode::UNPROCESSABLE_ENTITY, view, Some((choices, before, errors)))
            .await;
    }
    let now = caller.now();
    caller.write(move |tx, actor| super::check(tx, actor, id, &choices, now)).await?;
    Ok(redirect(&format!("/portal/imports/{id}"), None))
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
