//! Taking a file from a browser.

use std::io::{Seek, Write};

use axum::extract::Multipart;
use axum::extract::multipart::Field as Part;
use tables::{FileError, Options};

use super::Reading;
use crate::error::Error;
use crate::http::{Answer, Caller, Failure};
use crate::import::{self, Choices, File, Import, StageError, stage};
use crate::kernel::id::ImportId;

/// Why a file is not taken.
pub enum NotTaken {
    /// What is wrong with it, in words, beside the field that it is about.
    File(&'static str, String),
    /// Something broke.
    Broken(Failure),
}

impl<E: Into<Failure>> From<E> for NotTaken {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// What a browser sent.
struct Sent {
    file: std::fs::File,
    name: String,
    reading: Reading,
    /// The draft for which the file is handed in again, since columns were chosen
    /// that were not kept.
    again: Option<ImportId>,
}

/// Takes the file of a form in, and holds it for a while.
pub async fn take_in(caller: &Caller, form: Multipart) -> Result<ImportId, NotTaken> {
    let Sent { file, name, reading, again } = receive(form).await?;
    if name.is_empty() {
        return Err(NotTaken::File("file", "Choose a file first.".into()));
    }
    let options = reading.options().map_err(|(field, text)| NotTaken::File(field, text))?;
    let held = file.try_clone().map_err(broken)?;
    let file = opened(file, options).await?;
    let (headings, likely) = (file.headings().to_vec(), file.likely());
    let choices = caller
        .read(move |tx, actor| match again {
            Some(draft) => import::choices_again(tx, actor, draft, &headings),
            None => import::choices_for(tx, &headings, &likely),
        })
        .await?;
    let app = &caller.web.app;
    let id = stage(&app.db, &caller.actor, (file, &name, choices.clone()), None, caller.now()).await;
    let id = id.map_err(said)?;
    app.held.keep(id, held, caller.now()).map_err(broken)?;
    if let Some(draft) = again {
        take_place(caller, (draft, id), choices).await?;
    }
    Ok(id)
}

/// Reads the file of a draft once more, another way. It becomes an import of its
/// own, and the draft goes: whatever is wrong leaves the draft as it was.
pub async fn read_again(
    caller: &Caller,
    draft: &Import,
    reading: &Reading,
    choices: &Choices,
) -> Result<ImportId, NotTaken> {
    let (id, _) = staged_again(caller, draft, reading, choices).await?;
    let old = draft.id;
    match caller.write(move |tx, actor| import::discard(tx, actor, old)).await {
        // Somebody else discarded or started it meanwhile: theirs stands, and so does this one.
        Ok(()) | Err(Error::NotFound) => Ok(id),
        Err(error) => Err(error.into()),
    }
}

/// Reads the file of a draft once more since columns were chosen that were not kept,
/// and looks at its rows.
pub async fn read_more(caller: &Caller, draft: &Import, choices: &Choices) -> Result<ImportId, NotTaken> {
    let (id, choices) = staged_again(caller, draft, &Reading::of(&draft.origin), choices).await?;
    take_place(caller, (draft.id, id), choices).await?;
    Ok(id)
}

async fn staged_again(
    caller: &Caller,
    draft: &Import,
    reading: &Reading,
    choices: &Choices,
) -> Result<(ImportId, Choices), NotTaken> {
    let options = reading.options().map_err(|(field, text)| NotTaken::File(field, text))?;
    let (web, old, now) = (caller.web.clone(), draft.id, caller.now());
    let copied = tokio::task::spawn_blocking(move || web.app.held.copy(old, now)).await;
    let copied = copied.map_err(std::io::Error::other).and_then(|copied| copied).map_err(broken)?;
    let Some(copy) = copied else { return Err(NotTaken::File("reading", NOT_HELD.into())) };
    let file = opened(copy, options).await?;
    let choices = choices.clone().carried(&draft.headings, file.headings(), &file.likely());
    let app = &caller.web.app;
    let name = draft.file_name.as_str();
    let id = stage(&app.db, &caller.actor, (file, name, choices.clone()), None, now).await.map_err(said)?;
    app.held.hand_on(old, id);
    Ok((id, choices))
}

/// Has an import take the place of its draft.
async fn take_place(caller: &Caller, which: (ImportId, ImportId), choices: Choices) -> Result<(), NotTaken> {
    let now = caller.now();
    caller.write(move |tx, actor| import::take_place(tx, actor, which, &choices, now)).await?;
    Ok(())
}

/// What to say where the file is not held any more.
const NOT_HELD: &str = "The file itself is not here any more: it is held for an hour at most, by one server, and never stored. Hand it in again to read it another way.";

async fn opened(file: std::fs::File, options: Options) -> Result<File, NotTaken> {
    let opened = tokio::task::spawn_blocking(move || File::open(file, &options)).await;
    let opened =
        opened.map_err(|error| FileError::Io(std::io::Error::other(error))).and_then(|opened| opened);
    opened.map_err(|error| said(StageError::File(error)))
}

fn said(error: StageError) -> NotTaken {
    match error {
        StageError::File(FileError::Io(error)) => broken(error),
        StageError::File(error @ FileError::NoHeadings { .. }) => {
            NotTaken::File("heading_row", error.to_string())
        }
        StageError::File(error) => NotTaken::File("file", error.to_string()),
        error @ StageError::NoHeadings => NotTaken::File("file", error.to_string()),
        StageError::Broken(error) => NotTaken::Broken(error.into()),
        StageError::Hashing(error) => NotTaken::Broken(Error::from(error).into()),
    }
}

async fn receive(mut form: Multipart) -> Result<Sent, NotTaken> {
    let file = tempfile::tempfile().map_err(broken)?;
    let mut sent = Sent { file, name: String::new(), reading: Reading::default(), again: None };
    while let Some(mut part) = form.next_field().await.map_err(|_| too_large())? {
        match part.name().unwrap_or_default().to_owned().as_str() {
            "file" => {
                sent.name = file_name(&part);
                while let Some(piece) = part.chunk().await.map_err(|_| too_large())? {
                    sent.file.write_all(&piece).map_err(broken)?;
                }
            }
            "delimiter" => sent.reading.delimiter = text(part).await?,
            "encoding" => sent.reading.encoding = text(part).await?,
            "sheet" => sent.reading.sheet = text(part).await?,
            "heading_row" => text(part).await?.trim().clone_into(&mut sent.reading.heading_row),
            "again" => sent.again = Some(text(part).await?.parse().map_err(|_| Failure::Unreadable)?),
            _ => return Err(NotTaken::Broken(Failure::Unreadable)),
        }
    }
    sent.file.rewind().map_err(broken)?;
    Ok(sent)
}

fn file_name(part: &Part<'_>) -> String {
    let name = part.file_name().unwrap_or_default();
    crate::kernel::text::one_line(name, 200).unwrap_or_default()
}

/// A short text beside the file.
async fn text(mut part: Part<'_>) -> Answer<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|_| Failure::Unreadable)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > 200 {
            return Err(Failure::Unreadable);
        }
    }
    String::from_utf8(bytes).map_err(|_| Failure::Unreadable)
}

fn broken(error: std::io::Error) -> NotTaken {
    NotTaken::Broken(Error::from(crate::db::Error::from(error)).into())
}

fn too_large() -> NotTaken {
    NotTaken::File(
        "file",
        "The file is larger than 64 MB, or it did not arrive whole. Larger ones are taken at the command line: tradepost import customers FILE.".into(),
    )
}
