//! The command line. Exit codes: 0 done; 1 something failed; 2 the command was
//! misspelt; 3 refused, nothing was changed; 75 try again later (`bounce`); 78 the
//! configuration is wrong.

#[macro_use]
mod say;

mod audit;
mod backup;
mod bounce;
mod config;
mod export;
mod import;
mod init;
mod jobs;
mod keys;
mod limits;
mod mail;
mod open_files;
mod outbox;
mod reset;
mod restore;
mod serve;
mod staff;
mod to;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Mistakes, Origin};
use crate::db::{self, DatabaseUrl, Db, MigrateError};
use crate::keys::KeyError;

/// The self-hosted home of a wholesale supplier's customers.
#[derive(Parser)]
#[command(name = "tradepost", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    /// The configuration file [default: tradepost.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 done; 1 something failed; 2 the command was misspelt; \
     3 refused, nothing was changed; 75 try again later (bounce); 78 the configuration is wrong.";

#[derive(Subcommand)]
enum Command {
    /// Show the whole product with sample data and a built-in mail inbox
    Demo(serve::DemoArgs),
    /// Run the website, the portal, the sales app and the mail worker
    Serve,
    /// Make a new, empty database and its key, and say what to do next
    Init,
    /// Bring the database's schema up to date; without a database it makes one, as init does
    Migrate,
    /// Show or check the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// The supplier's people
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// Bring data in from elsewhere
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Write retailers, contacts or territories to a file that imports again unchanged
    Export(export::ExportArgs),
    /// Mail a temporary password to the contact with this username
    Reset(reset::ResetArgs),
    /// Try the mail server
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Who has to wait after wrong passwords, and lifting it
    #[command(subcommand)]
    Limits(limits::LimitsCommand),
    /// What mail waits, and why
    Outbox(outbox::OutboxArgs),
    /// Jobs that are not done by themselves any more
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// The audit trail
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Read one message that came back from standard input; a mail server's alias calls this
    Bounce(bounce::BounceArgs),
    /// Copy the SQLite database of a running installation into a new file
    Backup(backup::BackupArgs),
    /// Put a copy that `backup` made in the place of the SQLite database, or mark one that was brought back
    Restore(restore::RestoreArgs),
    /// The key that belongs to the database
    #[command(subcommand)]
    Keys(keys::KeysCommand),
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration is wrong.
    #[error("configuration: {0}")]
    Config(#[from] Mistakes),
    /// The command was refused; nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// Something failed that may pass; a mail server tries again.
    #[error("{0}")]
    TryAgain(String),
    /// Something failed.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Refused(_) => 3,
            Self::TryAgain(_) => 75,
            Self::Config(_) => 78,
        }
    }
}

/// Reads the command line, does it, and says how it went. Whatever files it makes are
/// for the account that runs it alone: they hold customers' data, and keys.
pub fn run() -> ExitCode {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    match perform(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tradepost: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn perform(cli: Cli) -> Result<(), Failure> {
    let file = cli.config.as_deref();
    if let Command::Config(command) = &cli.command {
        return config::run(command, file);
    }
    let config = || Config::load(file, std::env::vars());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(anyhow::Error::new(error).context("starting the runtime")))?;
    runtime.block_on(async {
        match cli.command {
            Command::Demo(args) => serve::demo(args).await,
            Command::Serve => serve::serve(config()?).await,
            Command::Init => init::init(config()?).await,
            Command::Migrate => init::migrate(config()?).await,
            Command::Config(_) => Ok(()),
            Command::Staff(command) => staff::run(command, config()?).await,
            Command::Import(command) => import::run(command, config()?).await,
            Command::Export(args) => export::run(args, config()?).await,
            Command::Reset(args) => reset::run(args, config()?).await,
            Command::Limits(command) => limits::run(command, config()?).await,
            Command::Outbox(args) => outbox::run(args, config()?).await,
            Command::Jobs(command) => jobs::run(command, config()?).await,
            Command::Audit(command) => audit::run(command, config()?).await,
            Command::Bounce(args) => bounce::run(args, config()?).await,
            Command::Backup(args) => backup::run(&args, &config()?),
            Command::Restore(args) => restore::run(args, config()?).await,
            Command::Keys(command) => keys::run(command, config()?).await,
            Command::Mail(command) => mail::run(command, config()?).await,
        }
    })
}

/// Opens the database of a command, which must be there; what the command writes
/// into the audit trail is sealed if the key is at hand.
async fn open(config: &Config) -> Result<Db, Failure> {
    sealing(Db::open_existing(&config.database).map_err(|error| not_opened(config, error))?, config).await
}

/// The same for a command that only reads: it changes nothing, and keeps nobody from
/// writing.
async fn open_to_read(config: &Config) -> Result<Db, Failure> {
    sealing(Db::open_as_it_is(&config.database).map_err(|error| not_opened(config, error))?, config).await
}

/// The database with the key that seals the audit trail, if that is at hand.
async fn sealing(db: Db, config: &Config) -> Result<Db, Failure> {
    let sealed = crate::keys::seal_if_at_hand(&db, config.key_file.as_deref()).await;
    sealed.map_err(|error| failed("looking for the fingerprint of the key", error))?;
    Ok(db)
}

fn not_opened(config: &Config, error: MigrateError) -> Failure {
    match error {
        MigrateError::Missing => no_database(config),
        error @ MigrateError::Older(_) => Failure::Refused(error.to_string()),
        error => Failure::Failed(anyhow::anyhow!("database {}: {error}", config.database)),
    }
}

/// Says that there is no database, before anything is made for one.
fn must_be_there(config: &Config) -> Result<(), Failure> {
    if db::may_be_there(&config.database) { Ok(()) } else { Err(no_database(config)) }
}

fn no_database(config: &Config) -> Failure {
    let place = match &config.database {
        DatabaseUrl::Sqlite(path) => {
            std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string()
        }
        DatabaseUrl::Postgres(_) => config.database.to_string(),
    };
    let from = match &config.database_from {
        Origin::Default => "database.url is not set, so it is looked for here".to_owned(),
        written => format!("database.url: {written}"),
    };
    Failure::Refused(format!(
        "there is no database at {place} ({from}). If that is where a new one belongs: tradepost init. If yours is elsewhere, mend database.url; a backup comes back by tradepost restore"
    ))
}

/// A key that can't be had: refused, unless the database failed.
fn refused_key(error: KeyError) -> Failure {
    match error {
        KeyError::Database(error) => failed("looking for the fingerprint of the key", error),
        error => Failure::Refused(error.to_string()),
    }
}

/// A failure while doing something.
fn failed(doing: &str, error: impl std::fmt::Display) -> Failure {
    Failure::Failed(anyhow::anyhow!("{doing}: {error}"))
}
