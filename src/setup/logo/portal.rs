//! Handing a logo in, and taking it off.

use askama::Template;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartRejection;
use axum::http::StatusCode;

use crate::http::forms::{FieldErrors, NoFields};
use crate::http::{Answer, Caller, Failure, Page, html, redirect};
use crate::kernel::Picture;
use crate::kernel::picture::NotTaken;
use crate::settings::{self, logo};
use crate::staff::fresh::portal::{Confirmed, FreshPortal};

#[derive(Template)]
#[template(path = "setup/logo/pages/choose.html")]
struct ChoosePage {
    page: Page,
    errors: FieldErrors,
}

/// `GET /portal/settings/logo`
pub async fn choose(FreshPortal(caller): FreshPortal) -> Answer {
    settings::must_change(&caller.actor)?;
    show(&caller, StatusCode::OK, FieldErrors::default())
}

fn show(caller: &Caller, status: StatusCode, errors: FieldErrors) -> Answer {
    html(status, &ChoosePage { page: caller.page(), errors })
}

/// `POST /portal/settings/logo`
pub async fn replace(
    FreshPortal(caller): FreshPortal,
    form: Result<Multipart, MultipartRejection>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let picture = match handed_in(form.map_err(|_| Failure::Unreadable)?).await? {
        Ok(picture) => picture,
        Err(problem) => {
            let errors = FieldErrors::one("logo", problem.to_string());
            return show(&caller, StatusCode::UNPROCESSABLE_ENTITY, errors);
        }
    };
    set(&caller, Some(picture), "logo-saved").await
}

/// `POST /portal/settings/logo/remove`
pub async fn remove(Confirmed(caller, NoFields {}): Confirmed<NoFields>) -> Answer {
    settings::must_change(&caller.actor)?;
    set(&caller, None, "logo-removed").await
}

async fn set(caller: &Caller, picture: Option<Picture>, done: &'static str) -> Answer {
    let now = caller.now();
    let changed = caller.write(move |tx, actor| logo::replace(tx, actor, picture.as_ref(), now)).await?;
    caller.web.app.follow().await?;
    Ok(redirect("/portal/settings", Some(if changed { done } else { "unchanged" })))
}

/// The picture that was handed in. What is beyond the most that is taken is read
/// and dropped: a browser that is cut off shows no reason.
async fn handed_in(mut form: Multipart) -> Answer<Result<Picture, NotTaken>> {
    let mut file = Vec::new();
    while let Some(mut field) = form.next_field().await.map_err(|_| Failure::Unreadable)? {
        while let Some(piece) = field.chunk().await.map_err(|_| Failure::Unreadable)? {
            if file.len() <= Picture::LARGEST {
                file.extend_from_slice(&piece);
            }
        }
    }
    let read = tokio::task::spawn_blocking(move || Picture::read(&file)).await;
    Ok(read.unwrap_or(Err(NotTaken::Unknown)))
}
