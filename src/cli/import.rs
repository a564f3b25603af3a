//! `tradepost import`

mod how;
mod told;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use passwords::{Pool, Settings as Hashing};

use super::backup::bar_style;
use super::to::To;
use super::{Failure, failed, open};
use crate::actor::Actor;
use crate::config::Config;
use crate::db::Db;
use crate::error::Error;
use crate::import::{self, Choices, Field, File, Import, Obstacle, Passwords, StageError, State, WrongRows};
use crate::kernel::id::ImportId;
use crate::kernel::{Clock, Language};
use crate::listing::export::{Format as SheetFormat, Sheet};
use crate::settings;
use how::How;

#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// Retailers and contacts from a CSV or XLSX file
    Customers(Box<CustomersArgs>),
    /// Undo an import, except for those who were touched since
    Undo {
        /// Its id, as `import list` shows it
        id: ImportId,
    },
    /// The newest imports
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
#[derive(Args)]
pub(super) struct CustomersArgs {
    /// The file, or with --watch the folder
    file: PathBuf,
    /// Say what would happen and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    how: How,
    /// Write the wrong rows to this file (.csv or .xlsx), to be corrected and imported again
    #[arg(long, value_name = "FILE")]
    problems: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Keep importing what is dropped into the folder; see docs/moving-in.md
    #[arg(long, conflicts_with_all = ["dry_run", "problems"])]
    watch: bool,
    /// With --watch: import what is there now, then end
    #[arg(long, requires = "watch")]
    once: bool,
}

pub(super) async fn run(command: ImportCommand, config: Config) -> Result<(), Failure> {
    let db = open(&config)?;
    let settings =
        settings::current(&db, &config).await.map_err(|error| failed("reading the settings", error))?;
    let shop = Shop { db, config, language: settings.values.language };
    match command {
        ImportCommand::Customers(args) if args.watch => watch::run(&shop, &args).await,
        ImportCommand::Customers(args) => customers(&shop, &args).await,
        ImportCommand::Undo { id } => undo(&shop, id).await,
        ImportCommand::List { json } => list(&shop, json).await,
    }
}

/// What commands work on.
struct Shop {
    db: Db,
    config: Config,
    language: Language,
}

/// How an import by command ended.
struct Ended {
    import: Import,
    counts: told::Counts,
    /// What stood against bringing it in.
    obstacle: Option<Obstacle>,
}

async fn customers(shop: &Shop, args: &CustomersArgs) -> Result<(), Failure> {
    let sheet = match args.problems.as_deref() {
        Some(file) => Some((file, sheet_format(file)?)),
        None => None,
    };
    let id = shop.take_in(&args.file, &args.how, args.dry_run, args.json).await?;
    let ended = shop.bring_in(id, args.dry_run, args.json).await?;
    if let Some(sheet) = sheet {
        shop.write_problems(id, sheet).await?;
    }
    let problems = shop.problems(id, args.json).await?;
    if ended.import.state.is_draft() {
        shop.discard(id).await?;
    }
    told::tell(&ended, &problems, args)
}

/// The format that the name of a sheet says.
fn sheet_format(file: &Path) -> Result<SheetFormat, Failure> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let wrong = || Failure::Refused("--problems must end in .csv or .xlsx; nothing was changed".into());
    SheetFormat::from_name(&ending.to_lowercase()).ok_or_else(wrong)
}

async fn undo(shop: &Shop, id: ImportId) -> Result<(), Failure> {
    let now = Clock::default().now();
    let begun = shop.db.write(move |tx| import::undo(tx, &Actor::operator(), id, now)).await;
    begun.map_err(|error| match error {
        Error::NotFound => Failure::Refused("there is no import of this id that could be undone".into()),
        error => failed("undoing", error),
    })?;
    let import = shop.drive(id, false).await?;
    let counts = shop.counts(&import).await?;
    println!("Undone: {} rows. Touched since and kept: {} rows.", counts.undone(), counts.kept());
    Ok(())
}

async fn list(shop: &Shop, json: bool) -> Result<(), Failure> {
    let found = shop.db.read(|tx| import::latest(tx, &Actor::operator())).await;
    told::list(&found.map_err(|error| failed("reading the imports", error))?, json);
    Ok(())
}

impl Shop {
    /// Takes a file in, or finds the import of the same file that was begun and
    /// not ended; a dry run does not go on with that.
    async fn take_in(&self, path: &Path, how: &How, dry_run: bool, quiet: bool) -> Result<ImportId, Failure> {
        let opened = std::fs::File::open(path);
        let opened = opened.map_err(|error| failed(&format!("reading {}", path.display()), error))?;
        let file = File::open(opened, &how.options()?).map_err(|error| not_taken(&error.into()))?;
        file.must_have_headings().map_err(|error| not_taken(&error))?;
        let choices = self.choices(&file, how).await?;
        let left = self.left(&file, &choices).await?;
        for left in left {
            if left.state.is_draft() {
                self.discard(left.id).await?;
            } else if !dry_run {
                if !quiet {
                    println!("Going on with the import that was begun {}.", left.created_at.in_words());
                }
                return Ok(left.id);
            }
        }
        let pool = how.with_password_hashes.then(|| self.pool()).transpose()?;
        let passwords = pool.as_ref().map(|pool| Passwords { pool, format: how.password_format });
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let now = Clock::default().now();
        let id = import::stage(&self.db, &Actor::operator(), (file, &name, choices.clone()), passwords, now)
            .await
            .map_err(|error| not_taken(&error))?;
        let checked = self.db.write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await;
        checked.map_err(|error| failed("importing", error))?;
        Ok(id)
    }

    /// Imports of this very file that a crash or a signal cut off: drafts, which
    /// are of no use any more, and those of which something is in.
    async fn left(&self, file: &File, choices: &Choices) -> Result<Vec<Import>, Failure> {
        let found = self.db.read(|tx| import::latest(tx, &Actor::operator())).await;
        let mut found = found.map_err(|error| failed("reading the imports", error))?;
        found.retain(|left| {
            left.staff.is_none()
                && (left.state.is_draft() || left.state == State::Running)
                && left.origin.digest == file.origin.digest
                && left.choices == *choices
        });
        Ok(found)
    }

    fn pool(&self) -> Result<Pool, Failure> {
        let settings = Hashing {
            cost: self.config.password.cost,
            threads: std::num::NonZeroUsize::MIN,
            waiting: 8,
            per_share: 8,
        };
        Pool::start(settings).map_err(|error| failed("starting to hash", error))
    }

    /// What was chosen: by the command, or else for the last file with these
    /// headings, or else by what the headings say.
    async fn choices(&self, file: &File, how: &How) -> Result<Choices, Failure> {
        let headings = file.headings().to_vec();
        let (known, guessed) = (headings.clone(), file.likely());
        let likely = self.db.read(move |tx| import::choices_for(tx, &known, &guessed)).await;
        let mut likely = likely.map_err(|error| failed("reading the imports", error))?;
        if how.with_password_hashes {
            likely.take_passwords(&headings);
        }
        let mut columns = likely.columns;
        for typed in &how.columns {
            let (heading, field) = typed
                .rsplit_once('=')
                .ok_or_else(|| Failure::Refused(format!("--map {typed:?} must be HEADING=FIELD")))?;
            let place = headings.iter().position(|known| known.eq_ignore_ascii_case(heading.trim()));
            let place = place.ok_or_else(|| {
                Failure::Refused(format!(
                    "there is no column {heading:?}; there are: {}",
                    headings.join(", ")
                ))
            })?;
            let field = field.trim();
            let is_other = Field::from_name(field).is_some_and(|field| !field.is_of_passwords());
            if is_other && import::is_secret(&headings[place]) {
                let text = "its heading says that it holds passwords or other secrets, which are never taken as anything else; nothing was changed";
                return Err(Failure::Refused(format!("--map {typed:?}: {text}")));
            }
            columns[place] = match (field, Field::from_name(field)) {
                ("", _) => None,
                (_, Some(field)) => Some(field),
                (_, None) => {
                    let known = Field::ALL.map(Field::as_str).join(", ");
                    return Err(Failure::Refused(format!("there is no field {field:?}; there are: {known}")));
                }
            };
        }
        if !how.with_password_hashes {
            for column in &mut columns {
                column.take_if(|field| field.is_of_passwords());
            }
        }
        let choices = how.choices(columns);
        match choices.problem() {
            Some(problem) => {
                Err(Failure::Refused(format!("{problem} Columns: {}. Use --map.", headings.join(", "))))
            }
            None => Ok(choices),
        }
    }

    /// Looks at every row, and brings the import in unless something stands
    /// against it.
    async fn bring_in(&self, id: ImportId, dry_run: bool, quiet: bool) -> Result<Ended, Failure> {
        let mut import = self.drive(id, quiet).await?;
        let mut obstacle = None;
        if import.state == State::Checked && !dry_run {
            let now = Clock::default().now();
            let started = self.db.write(move |tx| import::start(tx, &Actor::operator(), id, now)).await;
            obstacle = started.map_err(|error| failed("importing", error))?;
            import = self.drive(id, quiet).await?;
        }
        Ok(Ended { counts: self.counts(&import).await?, import, obstacle })
    }

    /// Takes an import further until it stands still.
    async fn drive(&self, id: ImportId, quiet: bool) -> Result<Import, Failure> {
        let clock = Clock::default();
        let language = self.language;
        let bar =
            if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) }.with_style(bar_style("rows"));
        loop {
            let now = clock.now();
            let more = self.db.write(move |tx| import::step(tx, id, language, now)).await;
            let more = more.map_err(|error| failed("importing", error))?;
            let found = self.db.read(move |tx| import::find(tx, &Actor::operator(), id)).await;
            let import = found.map_err(|error| failed("importing", error))?;
            bar.set_length(u64::try_from(import.total).unwrap_or(0));
            bar.set_position(u64::try_from(import.settled).unwrap_or(0));
            if !more && !import.state.moves() {
                bar.finish_and_clear();
                return Ok(import);
            }
        }
    }

    async fn counts(&self, import: &Import) -> Result<told::Counts, Failure> {
        let asked = import.clone();
        let counts = self.db.read(move |tx| import::counts(tx, &asked)).await;
        Ok(told::Counts(counts.map_err(|error| failed("counting", error))?))
    }

    async fn problems(&self, id: ImportId, all: bool) -> Result<Vec<told::Problem>, Failure> {
        let problems = self.db.read(move |tx| told::problems(tx, id, all)).await;
        problems.map_err(|error| failed("reading the problems", error))
    }

    async fn write_problems(
        &self,
        id: ImportId,
        (file, format): (&Path, SheetFormat),
    ) -> Result<(), Failure> {
        let reading = |error| failed("reading the problems", error);
        let wrong = self.db.read(move |tx| WrongRows::of(tx, &Actor::operator(), id)).await;
        let wrong = Arc::new(wrong.map_err(reading)?);
        let mut to = To::file(file, true)?;
        let mut sheet = Sheet::delimited((format, wrong.delimiter()), &wrong.headings()).map_err(reading)?;
        let mut place = 0;
        loop {
            let rows = Arc::clone(&wrong);
            let next = self.db.read(move |tx| rows.after(tx, place)).await.map_err(reading)?;
            let Some((rows, last)) = next else { break };
            place = last;
            for row in rows {
                sheet.add(&row).map_err(reading)?;
            }
            to.put(&sheet.take().map_err(reading)?)?;
        }
        to.put(&sheet.finish().map_err(reading)?)?;
        to.close()
    }

    async fn discard(&self, id: ImportId) -> Result<(), Failure> {
        let discarded = self.db.write(move |tx| import::discard(tx, &Actor::operator(), id)).await;
        discarded.map_err(|error| failed("removing what was staged", error))
    }
}

/// Says why a file is not taken.
fn not_taken(error: &StageError) -> Failure {
    match error {
        StageError::File(tables::FileError::Io(error)) => failed("reading the file", error),
        StageError::File(error) => Failure::Refused(format!("{error} Nothing was changed.")),
        StageError::NoHeadings => Failure::Refused(format!("{error} Nothing was changed.")),
        error => failed("importing", error),
    }
}
