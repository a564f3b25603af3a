//! `tradepost restore FILE`, and `tradepost restore --mark` for a database that was
//! brought back by other means

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::backup::key_beside;
use super::serve::alone;
use super::{Failure, failed, must_be_there, open, refused_key};
use crate::config::Config;
use crate::db::{self, CopyError, DatabaseUrl};
use crate::kernel::{Clock, Timestamp, folders};
use crate::keys::{self, Fingerprint, KeyError, Keys};
use crate::restored::{self, Marked};

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// The copy that `tradepost backup` made
    #[arg(required_unless_present = "mark", conflicts_with = "mark")]
    file: Option<PathBuf>,
    /// The database was brought back already, by `pg_restore`, to a point in time, or by a snapshot of
    /// its disk: do what follows from that
    #[arg(long, conflicts_with_all = ["replace", "without_key"])]
    mark: bool,
    /// Put it in the place of the database that is there, which is kept under another name
    #[arg(long)]
    replace: bool,
    /// Restore although the key that belongs to the copy is not there; see `tradepost keys replace`
    #[arg(long)]
    without_key: bool,
}

pub(super) async fn run(args: RestoreArgs, config: Config) -> Result<(), Failure> {
    match &args.file {
        Some(file) => bring_back(file, &args, &config),
        None => mark(&config).await,
    }
}

/// What follows from a restore, on a database that is in its place already.
async fn mark(config: &Config) -> Result<(), Failure> {
    must_be_there(config)?;
    let _alone = alone(&config.database)?;
    let now = Clock::default().now();
    let db = open(config).await?;
    let marked = db.write(move |tx| {
        if !tx.is_served_by_nobody()? {
            return Ok(None);
        }
        restored::mark(tx, now).map(Some)
    });
    let marked = marked.await.map_err(|error: crate::Error| failed("marking the restore", error))?;
    let Some(marked) = marked else {
        return Err(Failure::Refused(
            "a node serves this database: stop every `tradepost serve` first; nothing was changed".into(),
        ));
    };
    println!("Marked {} as restored.", config.database);
    say_what_follows(&marked);
    println!("Next: tradepost serve");
    Ok(())
}

fn say_what_follows(marked: &Marked) {
    println!(
        "The last thing in it happened at {}; what came after is lost.",
        marked.epoch.lost_since.rfc3339()
    );
    println!(
        "Everyone signs in again. Mails that may have left and wait for the office: {}. Runs that are paused: {}.",
        marked.held, marked.paused
    );
    println!("What else to look at is told in the portal, at /portal/restored, until somebody signs it off.");
}

fn bring_back(file: &Path, args: &RestoreArgs, config: &Config) -> Result<(), Failure> {
    let DatabaseUrl::Sqlite(place) = &config.database else {
        return Err(Failure::Refused(by_postgresql(file)));
    };
    let cant =
        |error: CopyError| Failure::Refused(format!("{}: {error}; nothing was changed", file.display()));
    db::looks_like_a_copy(file).map_err(cant)?;
    if place.exists() && !args.replace {
        return Err(Failure::Refused(format!(
            "there is a database at {} already; nothing was changed. --replace puts the copy in its place and keeps it under another name",
            config.database
        )));
    }
    let _alone = alone(&config.database)?;
    let draft = Draft::of(file, place)?;
    let now = Clock::default().now();
    let looked =
        db::on_copy(&draft.0, |tx| Ok::<_, crate::Error>((keys::known(tx)?, restored::mark(tx, now)?)));
    let (wanted, marked) = looked.map_err(cant)?.map_err(|error| failed("looking at the copy", error))?;
    let key = wanted.map(|wanted| key_for(file, args.without_key, config, wanted)).transpose()?;
    let kept = put_away(place, now)?;
    draft.take_the_place_of(place)?;
    println!("Restored {} to {}.", file.display(), config.database);
    if let Some(kept) = kept {
        println!("The database that was there is kept as {}.", kept.display());
    }
    say_of_the_key(key.as_ref(), config);
    say_what_follows(&marked);
    println!("Next: tradepost serve");
    Ok(())
}

fn by_postgresql(file: &Path) -> String {
    format!(
        "database.url is PostgreSQL, whose own tools restore it: createdb --encoding=UTF8 --template=template0 NAME, then pg_restore --dbname=NAME {}  (for a dump in plain SQL: psql NAME --file={}). Put the key file back, too, and then: tradepost restore --mark",
        file.display(),
        file.display()
    )
}

/// The copy beside the place it is to take, gone when it didn't.
struct Draft(PathBuf);

impl Draft {
    fn of(copy: &Path, place: &Path) -> Result<Self, Failure> {
        let draft = Self(with_ending(place, "restoring"));
        draft.discard();
        let copied = File::open(copy).and_then(|mut from| {
            let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft.0)?;
            io::copy(&mut from, &mut to)?;
            to.sync_all()
        });
        copied.map_err(|error| failed(&format!("copying to {}", draft.0.display()), error))?;
        Ok(draft)
    }

    fn take_the_place_of(self, place: &Path) -> Result<(), Failure> {
        let written = fs::rename(&self.0, place).and_then(|()| folders::sync(place));
        written.map_err(|error| failed(&format!("writing {}", place.display()), error))
    }

    fn discard(&self) {
        for ending in ["", "-wal", "-shm"] {
            drop(fs::remove_file(joined(&self.0, ending)));
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.discard();
    }
}

/// What is with the key.
enum Key {
    /// It is in its place.
    Fits(Fingerprint),
    /// It came from the file beside the copy.
    Brought(Fingerprint),
    /// It isn't there, which was wanted.
    Lacks(Fingerprint),
}

/// Sees to it that the key that belongs to the copy is in its place.
fn key_for(copy: &Path, without_key: bool, config: &Config, wanted: Fingerprint) -> Result<Key, Failure> {
    let Some(file) = &config.key_file else { return Ok(Key::Lacks(wanted)) };
    let Err(problem) = Keys::belonging_to(file, wanted) else { return Ok(Key::Fits(wanted)) };
    let beside = key_beside(copy);
    if matches!(problem, KeyError::Missing { .. }) && Keys::belonging_to(&beside, wanted).is_ok() {
        super::backup::copy_key(&beside, file)?;
        return Ok(Key::Brought(wanted));
    }
    if without_key {
        return Ok(Key::Lacks(wanted));
    }
    match refused_key(problem) {
        Failure::Refused(words) => Err(Failure::Refused(format!(
            "{words}. Nothing was changed; --without-key restores the copy without it"
        ))),
        other => Err(other),
    }
}

fn say_of_the_key(key: Option<&Key>, config: &Config) {
    let file = config.key_file.as_deref().map(Path::display);
    let Some(file) = file else { return };
    match key {
        Some(Key::Fits(is)) => println!("Its key is in place: {file} (fingerprint {is})."),
        Some(Key::Brought(is)) => println!("Its key came along: {file} (fingerprint {is})."),
        Some(Key::Lacks(is)) => println!(
            "Its key is NOT in place: {file} must hold the one with the fingerprint {is} before `tradepost serve`, \
             or, if that is lost: tradepost keys replace."
        ),
        None => println!(
            "The copy is older than fingerprints of keys: see that {file} is the key that belongs to it."
        ),
    }
}

/// Moves the database that is there out of the way, with the files beside it. It
/// goes first: one whose WAL went before it would open without what that holds.
fn put_away(place: &Path, now: Timestamp) -> Result<Option<PathBuf>, Failure> {
    let stamp: String = now.rfc3339().chars().filter(char::is_ascii_alphanumeric).collect();
    let kept = with_ending(place, &format!("replaced-{stamp}"));
    let mut moved = None;
    for ending in ["", "-wal", "-shm"] {
        let from = joined(place, ending);
        if from.exists() {
            let to = joined(&kept, ending);
            fs::rename(&from, &to).map_err(|error| failed(&format!("renaming {}", from.display()), error))?;
            moved = Some(kept.clone());
        }
    }
    Ok(moved)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    joined(path, &format!(".{ending}"))
}

fn joined(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
