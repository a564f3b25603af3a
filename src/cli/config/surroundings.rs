//! Whether what the configuration names on this machine can be used: files and
//! folders. Nothing is made, and nobody is connected to.

use std::fs::OpenOptions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::config::{ConfigError, Source, key_file};
use crate::db::{self, DatabaseUrl};
use crate::keys::Keys;
use crate::mail::templates::Templates;

/// What was found.
#[derive(Default)]
pub(super) struct Surroundings {
    /// What can't be used.
    pub(super) mistakes: Vec<ConfigError>,
    /// What is worth knowing.
    pub(super) notes: Vec<String>,
}

impl Surroundings {
    /// Looks at what a source names, as far as that can be read.
    pub(super) fn of(source: &Source) -> Self {
        let mut found = Self::default();
        if let Ok(database) = source.value("database.url").0.parse::<DatabaseUrl>() {
            found.database(source, &database);
            found.key(source, &database);
        }
        let templates = Some(Path::new(source.value("mail.templates").0)).filter(|folder| folder.is_dir());
        if let Err(error) = Templates::load(templates) {
            found.wrong(source, "mail.templates", error.to_string());
        }
        let breached =
            Some(Path::new(source.value("password.breached_file").0)).filter(|file| file.is_file());
        if let Some(Err(error)) = breached.map(passwords::Breached::open) {
            found.wrong(source, "password.breached_file", error.to_string());
        }
        found
    }

    fn wrong(&mut self, source: &Source, key: &'static str, problem: String) {
        self.mistakes.push(ConfigError::Unusable { key, place: source.value(key).1.clone(), problem });
    }

    fn database(&mut self, source: &Source, database: &DatabaseUrl) {
        let problem = match database {
            DatabaseUrl::Sqlite(file) if file.exists() => OpenOptions::new()
                .append(true)
                .open(file)
                .map_err(|error| {
                    format!(
                        "{} can't be written ({error}); it must be a file that belongs to the account that runs Tradepost",
                        file.display()
                    )
                })
                .and_then(|_| can_be_written_into(folder_of(file)))
                .err(),
            DatabaseUrl::Sqlite(file) => {
                self.notes.push(format!(
                    "there is no database at {} yet; tradepost init makes one",
                    file.display()
                ));
                can_be_made_in(folder_of(file)).err()
            }
            DatabaseUrl::Postgres(_) => db::check(database).err().map(|error| error.to_string()),
        };
        if let Some(problem) = problem {
            self.wrong(source, "database.url", problem);
        }
    }

    fn key(&mut self, source: &Source, database: &DatabaseUrl) {
        let Some(file) = key_file(source, database) else {
            let words = "security.key_file is not set: nobody can set up an authenticator app";
            return self.notes.push(words.into());
        };
        let problem = match Keys::read(&file) {
            Err(error) => Some(error.to_string()),
            Ok(None) => {
                // Beside a database that isn't there yet its folder is made with it.
                let made = match database {
                    DatabaseUrl::Sqlite(_) if !source.is_set("security.key_file") => {
                        can_be_made_in(folder_of(&file))
                    }
                    _ => can_be_written_into(folder_of(&file)),
                };
                made.err()
                    .map(|problem| format!("{} is not there and can't be made: {problem}", file.display()))
            }
            Ok(Some(_)) => {
                let mode = file.metadata().map(|data| data.permissions().mode() & 0o077);
                if mode.is_ok_and(|others| others != 0) {
                    self.notes.push(format!("others may read the key: chmod 600 {}", file.display()));
                }
                None
            }
        };
        if let Some(problem) = problem {
            self.wrong(source, "security.key_file", problem);
        }
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a folder can be written into, or made in the nearest one that is there.
fn can_be_made_in(folder: &Path) -> Result<(), String> {
    let there = folder.ancestors().find(|ancestor| ancestor.exists());
    can_be_written_into(there.unwrap_or(Path::new(".")))
}

fn can_be_written_into(folder: &Path) -> Result<(), String> {
    let tried = tempfile::Builder::new().prefix(".tradepost-check").tempfile_in(folder);
    let why = |error: std::io::Error| {
        let error = error.to_string();
        // The name of the file that was tried is nothing to look for.
        let error = error.split(" at path").next().unwrap_or_default().to_owned();
        format!(
            "the folder {} can't be written into ({error}); it must be there and belong to the account that runs Tradepost",
            folder.display()
        )
    };
    tried.map(drop).map_err(why)
}
