//! Taking a file from a browser.

use std::io::{Seek, Write};

use axum::extract::Multipart;
use axum::extract::multipart::Field as Part;
use tables::{Encoding, FileError, Options};

use crate::error::Error;
use crate::http::{Answer, Caller, Failure};
use crate::import::{self, File, StageError, stage};
use crate::kernel::id::ImportId;

/// Why a file is not taken.
pub enum NotTaken {
    /// What is wrong with it, in words.
    File(String),
    /// Something broke.
    Broken(Failure),
}

impl<E: Into<Failure>> From<E> for NotTaken {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// What may stand between cells, as one chooses it.
pub fn delimiters() -> Vec<(String, String)> {
    let all = [("", "Found out"), (",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")];
    all.map(|(value, word)| (value.to_owned(), word.to_owned())).to_vec()
}

/// Encodings, as one chooses them.
pub fn encodings() -> Vec<(String, String)> {
    let all = [
        ("", "Found out"),
        ("utf-8", "UTF-8"),
        ("utf-16le", "UTF-16"),
        ("windows-1252", "Western European (Windows-1252)"),
        ("windows-1250", "Central European (Windows-1250)"),
        ("windows-1251", "Cyrillic (Windows-1251)"),
        ("macintosh", "Macintosh"),
    ];
    all.map(|(value, word)| (value.to_owned(), word.to_owned())).to_vec()
}

/// What a browser sent.
struct Sent {
    file: std::fs::File,
    name: String,
    options: Options,
    /// The draft for which the file is handed in again, since columns were chosen
    /// that were not kept.
    again: Option<ImportId>,
}

/// Takes the file of a form in.
pub async fn take_in(caller: &Caller, form: Multipart) -> Result<ImportId, NotTaken> {
    let Sent { file, name, options, again } = receive(form).await?;
    if name.is_empty() {
        return Err(NotTaken::File("Choose a file first.".into()));
    }
    let opened = tokio::task::spawn_blocking(move || File::open(file, &options)).await;
    let opened =
        opened.map_err(|error| FileError::Io(std::io::Error::other(error))).and_then(|opened| opened);
    let file = opened.map_err(|error| said(StageError::File(error)))?;
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
    if let Some(draft) = again {
        let now = caller.now();
        caller.write(move |tx, actor| import::take_place(tx, actor, (draft, id), &choices, now)).await?;
    }
    Ok(id)
}

fn said(error: StageError) -> NotTaken {
    match error {
        StageError::File(FileError::Io(error)) => broken(error),
        StageError::File(error) => NotTaken::File(error.to_string()),
        error @ StageError::NoHeadings => NotTaken::File(error.to_string()),
        StageError::Broken(error) => NotTaken::Broken(error.into()),
        StageError::Hashing(error) => NotTaken::Broken(Error::from(error).into()),
    }
}

async fn receive(mut form: Multipart) -> Result<Sent, NotTaken> {
    let file = tempfile::tempfile().map_err(broken)?;
    let mut sent = Sent { file, name: String::new(), options: Options::default(), again: None };
    while let Some(mut part) = form.next_field().await.map_err(|_| too_large())? {
        match part.name().unwrap_or_default().to_owned().as_str() {
            "file" => {
                sent.name = file_name(&part);
                while let Some(piece) = part.chunk().await.map_err(|_| too_large())? {
                    sent.file.write_all(&piece).map_err(broken)?;
                }
            }
            "delimiter" => sent.options.delimiter = text(part).await?.bytes().next(),
            "encoding" => sent.options.encoding = Encoding::from_label(&text(part).await?),
            "sheet" => sent.options.sheet = Some(text(part).await?).filter(|name| !name.is_empty()),
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

async fn text(part: Part<'_>) -> Answer<String> {
    part.text().await.map_err(|_| Failure::Unreadable)
}

fn broken(error: std::io::Error) -> NotTaken {
    NotTaken::Broken(Error::from(crate::db::Error::from(error)).into())
}

fn too_large() -> NotTaken {
    NotTaken::File(
        "The file is larger than 64 MB, or it did not arrive whole. Larger ones are taken at the command line: tradepost import customers FILE.".into(),
    )
}
