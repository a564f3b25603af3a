//! Imports in the portal: handing a file in, saying what it holds, seeing what
//! would change, bringing it in and undoing it.

mod form;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Query};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::preview::portal::{Asked, show};
use super::upload::portal::{self as upload, NotTaken};
use super::upload::{Reading, ReadingForm};
use super::view::{self, Badge, ImportView};
use super::{Choices, Import, State, WrongRows};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
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
    /// How the file was read.
    read: Reading,
    /// How it may be read, where it is still here.
    reading: Option<ReadingForm>,
    errors: FieldErrors,
}

/// How an import stands, alone, for the page that shows it live.
#[derive(Template)]
#[template(path = "import/pages/status.html")]
struct Status {
    view: ImportView,
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

/// An import as its pages show it.
pub(super) fn read(tx: &mut Tx<'_>, actor: &Actor, id: ImportId) -> Result<ImportView> {
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
    let sheet = caller.read_long(move |tx, actor| sheet(tx, actor, id, format)).await?;
    let name = format!("attachment; filename=\"wrong-rows.{}\"", format.as_str());
    let headers =
        [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, sheet).into_response())
}
