//! The rows of an import in the portal: what becomes of each, and the wrong ones to
//! be corrected.

use std::collections::HashSet;

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Named, RowView};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::{Answer, Caller, Page, html};
use crate::import::correct::Correction;
use crate::import::correct::portal::{RowForm, rows_at_once};
use crate::import::portal::read;
use crate::import::view::{self, ImportView};
use crate::import::{PAGE, Staged, Verdict, of_verdict, remarked};
use crate::kernel::id::ImportId;
use crate::kernel::text;
use crate::retailers;

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

/// What is asked for of an import's page.
#[derive(Deserialize)]
pub struct Asked {
    /// Which rows.
    pub show: Option<String>,
    /// After which place.
    pub after: Option<String>,
}

/// The page of an import with its rows.
pub async fn show(caller: &Caller, view: ImportView, asked: &Asked) -> Answer {
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
    let limit = if corrects { rows_at_once(&view.import) } else { PAGE };
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
        Shown::Of(verdict) => of_verdict(tx, actor, id, (verdict, after))?,
        Shown::Remarked => remarked(tx, actor, id, after)?,
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
