//! `tradepost keys show` and `tradepost keys replace`

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::serve::alone;
use super::{Failure, failed, open, open_to_read, refused_key};
use crate::actor::Actor;
use crate::config::Config;
use crate::kernel::Clock;
use crate::keys::{self, Fingerprint, Keys};
use crate::staff::factors::{Lost, lost_with_the_key, replace_the_key};

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Show which key the database belongs to, and which one is in the key file
    Show,
    /// The key is lost for good, or in wrong hands: make another. Says what is lost with it; --yes does it
    Replace {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn run(command: KeysCommand, config: Config) -> Result<(), Failure> {
    match command {
        KeysCommand::Show => show(&config).await,
        KeysCommand::Replace { yes } => replace(&config, yes).await,
    }
}

async fn show(config: &Config) -> Result<(), Failure> {
    let known = open_to_read(config).await?.read(keys::known).await;
    let known = known.map_err(|error| failed("reading the fingerprint", error))?;
    if let Some(known) = known {
        println!("The database belongs to the key with the fingerprint {known}.");
    } else {
        println!("The database belongs to no key yet; the first `tradepost serve` takes or makes one.");
    }
    let Some(file) = &config.key_file else {
        println!("No key file is named (security.key_file).");
        return needed(known);
    };
    let Some(keys) = Keys::read(file).map_err(refused_key)? else {
        println!("{} is not there.", file.display());
        return needed(known);
    };
    let found = keys.fingerprint();
    println!("{} holds the key with the fingerprint {found}.", file.display());
    if known.is_some_and(|known| known != found) {
        return Err(Failure::Refused(
            "these are not the same: the database is not served with this key".into(),
        ));
    }
    Ok(())
}

fn needed(known: Option<Fingerprint>) -> Result<(), Failure> {
    known.map_or(Ok(()), |_| Err(Failure::Refused("the database is not served without its key".into())))
}

async fn replace(config: &Config, yes: bool) -> Result<(), Failure> {
    let Some(file) = &config.key_file else {
        let words = "security.key_file is not set, so there is no file to write another key into: name one";
        return Err(Failure::Refused(words.into()));
    };
    let db = open(config).await?;
    let lost = db.read(lost_with_the_key).await.map_err(|error| failed("looking at what is lost", error))?;
    tell(&lost);
    if !yes {
        let words = "nothing was changed. Stop every `tradepost serve`, then: tradepost keys replace --yes";
        return Err(Failure::Refused(words.into()));
    }
    let _alone = alone(&config.database)?;
    let is_quiet = db.write(|tx| Ok::<_, crate::Error>(tx.is_served_by_nobody()?)).await;
    if !is_quiet.map_err(|error| failed("looking for nodes", error))? {
        return Err(still_served());
    }
    let former = db.read(keys::known).await.map_err(|error| failed("reading the fingerprint", error))?;
    let (by, files) = another(file, former)?;
    let now = Clock::default().now();
    let done = db.write(move |tx| replace_the_key(tx, &Actor::operator(), by, now)).await;
    if !matches!(done, Ok(true)) {
        files.put_back()?;
        done.map_err(|error| failed("replacing the key", error))?;
        return Err(still_served());
    }
    if let Files::Kept { kept, .. } = &files {
        println!("The former key is kept as {}.", kept.display());
    }
    println!(
        "Done. The key is now the one in {} (fingerprint {by}). Keep a copy of it apart from the backups; \
         with several nodes, copy it to each of them before they start.",
        file.display()
    );
    Ok(())
}

fn still_served() -> Failure {
    let words =
        "a node serves this database; stop every `tradepost serve` first. The database was not changed";
    Failure::Refused(words.into())
}

fn tell(lost: &Lost) {
    println!(
        "Lost with the key are:\n\
         - the authenticator apps of {} staff users: their second factor is taken off, they are signed out and \
         told by mail, and set up another one when they have signed in with their password\n\
         - {} unused recovery codes\n\
         - the signed return paths of mails already sent: reports that such a mail came back are not believed\n\
         - which browsers are known: some people may have to wait once more after wrong passwords\n\
         Passwords, passkeys, sessions of everyone else and all data stay as they are.",
        lost.apps, lost.codes
    );
}

/// What was done to the key file.
enum Files {
    /// Nothing: another key was in it already.
    AsTheyWere,
    /// There was none, and one was made.
    Made { file: PathBuf },
    /// The former one is kept under another name.
    Kept { file: PathBuf, kept: PathBuf },
}

impl Files {
    /// Makes the files as they were, since the database still belongs to the
    /// former key.
    fn put_back(&self) -> Result<(), Failure> {
        let done = match self {
            Self::AsTheyWere => Ok(()),
            Self::Made { file } => std::fs::remove_file(file),
            Self::Kept { file, kept } => std::fs::rename(kept, file),
        };
        done.map_err(|error| failed("putting the former key file back", error))
    }
}

/// A key that isn't the former one: the one that is in the file already, or a new
/// one. The former one, if it is there, is kept under another name.
fn another(file: &Path, former: Option<Fingerprint>) -> Result<(Fingerprint, Files), Failure> {
    let found = Keys::read(file).map_err(refused_key)?.map(|keys| keys.fingerprint());
    if let Some(found) = found.filter(|found| former != Some(*found)) {
        return Ok((found, Files::AsTheyWere));
    }
    let mut files = Files::Made { file: file.to_owned() };
    if found.is_some() {
        let kept = beside(file, "replaced");
        if kept.exists() {
            return Err(Failure::Refused(format!("{} is in the way: move it elsewhere", kept.display())));
        }
        std::fs::rename(file, &kept)
            .map_err(|error| failed(&format!("renaming {}", file.display()), error))?;
        files = Files::Kept { file: file.to_owned(), kept };
    }
    Ok((Keys::make(file).map_err(refused_key)?.fingerprint(), files))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
