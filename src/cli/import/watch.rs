//! `tradepost import customers --watch`: keeping in step with a system that
//! drops its files into a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{CustomersArgs, Ended, Failure, Shop, failed, told};
use crate::kernel::Clock;
use crate::listing::export::Format;

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How long a file must not have changed before it is touched: whoever writes
/// it is done.
const SETTLED: Duration = Duration::from_secs(10);
/// Endings of files that are still being written.
const UNFINISHED: [&str; 5] = ["part", "partial", "tmp", "filepart", "crdownload"];

/// The folders within the folder.
struct Folders {
    dropped: PathBuf,
    working: PathBuf,
    processed: PathBuf,
    failed: PathBuf,
    reports: PathBuf,
}

/// Imports what is dropped into a folder, file after file.
pub(super) async fn run(shop: &Shop, args: &CustomersArgs) -> Result<(), Failure> {
    let folders = Folders::open(&args.file)?;
    loop {
        for file in folders.waiting()? {
            let Some(file) = folders.take(&file)? else { continue };
            one(shop, args, &folders, &file).await?;
        }
        if args.once {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Imports one file, writes its report and puts it where it belongs.
async fn one(shop: &Shop, args: &CustomersArgs, folders: &Folders, file: &Path) -> Result<(), Failure> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let kept = folders.name_for(&name);
    let report = folders.reports.join(format!("{kept}.json"));
    let outcome = import(shop, args, file, &folders.reports.join(format!("{kept}.wrong.csv"))).await;
    let (text, good) = match outcome {
        Ok((ended, problems)) => (pretty(&told::Told::new(&ended, &problems, false)), told::is_good(&ended)),
        Err(Failure::Refused(reason)) => {
            (pretty(&serde_json::json!({ "state": "refused", "reason": reason })), false)
        }
        // The database is away: the file stays where it is and is taken again.
        Err(error) if !args.once => {
            eprintln!("{name}: {error}; it is tried again");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let written = text.map_err(std::io::Error::from).and_then(|text| fs::write(&report, text + "\n"));
    written
        .and_then(|()| as_open_as(&folders.dropped, &report))
        .map_err(|error| failed(&format!("writing {}", report.display()), error))?;
    let to = if good { &folders.processed } else { &folders.failed };
    move_to(file, &to.join(&kept))?;
    println!("{name}: {}, see {}", if good { "imported" } else { "not imported" }, report.display());
    Ok(())
}

fn pretty(told: &impl serde::Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(told)
}

async fn import(
    shop: &Shop,
    args: &CustomersArgs,
    file: &Path,
    wrong: &Path,
) -> Result<(Ended, Vec<told::Problem>), Failure> {
    let id = shop.take_in(file, &args.how, false, true).await?;
    let ended = shop.bring_in(id, false, true).await?;
    if ended.import.tally.wrong > 0 {
        shop.write_problems(id, (wrong, Format::Csv)).await?;
    }
    let problems = shop.problems(id, true).await?;
    if ended.import.state.is_draft() {
        shop.discard(id).await?;
    }
    Ok((ended, problems))
}

/// Lets those in who are let into the watched folder: other programs fetch what is
/// made there.
fn as_open_as(watched: &Path, new: &Path) -> std::io::Result<()> {
    let open = fs::metadata(watched)?.permissions().mode();
    let mode = if new.is_dir() { open & 0o777 } else { open & 0o666 };
    fs::set_permissions(new, fs::Permissions::from_mode(mode))
}

impl Folders {
    /// The folder, with those within made if they are not there.
    fn open(dropped: &Path) -> Result<Self, Failure> {
        let within = |name: &str| {
            let folder = dropped.join(name);
            let made = if folder.exists() {
                Ok(())
            } else {
                fs::create_dir_all(&folder).and_then(|()| as_open_as(dropped, &folder))
            };
            made.map_err(|error| failed(&format!("making {}", folder.display()), error))?;
            Ok::<_, Failure>(folder)
        };
        Ok(Self {
            working: within("working")?,
            processed: within("processed")?,
            failed: within("failed")?,
            reports: within("reports")?,
            dropped: dropped.to_owned(),
        })
    }

    /// The files to be imported: those that a crash left in the working folder,
    /// then those that were dropped and are whole, by name.
    fn waiting(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut dropped = files(&self.dropped)?;
        dropped.retain(|file| is_whole(file));
        dropped.sort();
        let mut waiting = files(&self.working)?;
        waiting.sort();
        waiting.append(&mut dropped);
        Ok(waiting)
    }

    /// The name under which a file is kept: with the moment before it, and with
    /// a number when there is one of that name and moment already.
    fn name_for(&self, name: &str) -> String {
        let moment = Clock::default().now().rfc3339().replace([':', '-'], "");
        let moment = moment.get(..15).unwrap_or(&moment);
        let taken = |kept: &String| self.reports.join(format!("{kept}.json")).exists();
        let first = format!("{moment}-{name}");
        if !taken(&first) {
            return first;
        }
        let mut others = (2..).map(|number| format!("{moment}-{number}-{name}"));
        others.find(|kept| !taken(kept)).unwrap_or(first)
    }

    /// Takes a file into the working folder; `None` when another watcher was
    /// quicker, or when one of that name still waits there for the database.
    fn take(&self, file: &Path) -> Result<Option<PathBuf>, Failure> {
        let Some(name) = file.file_name() else { return Ok(None) };
        let taken = self.working.join(name);
        if file == taken {
            return Ok(Some(taken));
        }
        if taken.exists() {
            return Ok(None);
        }
        match fs::rename(file, &taken) {
            Ok(()) => Ok(Some(taken)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&format!("moving {}", file.display()), error)),
        }
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let reading = |error| failed(&format!("reading {}", folder.display()), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(reading)? {
        let path = entry.map_err(reading)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

/// Whether a file is done being written: its name says nothing else, and it has
/// not changed for a while.
fn is_whole(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if name.starts_with(['.', '~']) || UNFINISHED.contains(&ending.as_str()) {
        return false;
    }
    let changed = fs::metadata(file).and_then(|metadata| metadata.modified());
    changed.is_ok_and(|changed| now().duration_since(changed).is_ok_and(|age| age >= SETTLED))
}

#[expect(clippy::disallowed_methods, reason = "the age of a file is told by the clock of its disk")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn move_to(file: &Path, to: &Path) -> Result<(), Failure> {
    fs::rename(file, to).map_err(|error| failed(&format!("moving {}", file.display()), error))
}
