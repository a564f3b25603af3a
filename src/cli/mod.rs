//! The command line. Exit codes: 0 done; 1 something failed; 2 the command was
//! misspelt; 3 refused, nothing was changed; 75 try again later (`bounce`); 78 the
//! configuration is wrong.

mod audit;
mod backup;
mod bounce;
mod config;
mod export;
mod import;
mod outbox;
mod reset;
mod serve;
mod staff;
mod to;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigError};
use crate::db::Db;

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
    /// Bring the database's schema up to date
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
    /// What mail waits, and why
    Outbox(outbox::OutboxArgs),
    /// The audit trail
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Read one message that came back from standard input; a mail server's alias calls this
    Bounce(bounce::BounceArgs),
    /// Copy the SQLite database of a running installation into a new file
    Backup(backup::BackupArgs),
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration is wrong.
    #[error("configuration: {0}")]
    Config(#[from] ConfigError),
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

/// Reads the command line, does it, and says how it went.
pub fn run() -> ExitCode {
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
            Command::Migrate => open(&config()?).map(|_| println!("The schema is up to date.")),
            Command::Config(_) => Ok(()),
            Command::Staff(command) => staff::run(command, config()?).await,
            Command::Import(command) => import::run(command, config()?).await,
            Command::Export(args) => export::run(args, config()?).await,
            Command::Reset(args) => reset::run(args, config()?).await,
            Command::Outbox(args) => outbox::run(args, config()?).await,
            Command::Audit(command) => audit::run(command, config()?).await,
            Command::Bounce(args) => bounce::run(args, config()?).await,
            Command::Backup(args) => backup::run(&args, &config()?),
        }
    })
}

/// Opens the database of a command.
fn open(config: &Config) -> Result<Db, Failure> {
    Db::open(&config.database)
        .map_err(|error| Failure::Failed(anyhow::anyhow!("database {}: {error}", config.database)))
}

/// A failure while doing something.
fn failed(doing: &str, error: impl std::fmt::Display) -> Failure {
    Failure::Failed(anyhow::anyhow!("{doing}: {error}"))
}
