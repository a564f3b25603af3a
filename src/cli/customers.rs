//! `tradepost import customers`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use super::backup::bar_style;
use super::{Failure, failed, open};
use crate::actor::Actor;
use crate::config::Config;
use crate::import::{self, Problem, Report};
use crate::kernel::Clock;
use crate::settings;

/// Problems shown in words; all of them are in the JSON.
const SHOWN: usize = 50;

#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// Retailers and contacts from a CSV file, all or nothing
    Customers(ImportArgs),
}

#[derive(Args)]
pub(super) struct ImportArgs {
    /// Columns: `account_number`, retailer, territory, contact, email, username, `website_access`
    file: PathBuf,
    /// Say what would happen and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: ImportCommand, config: Config) -> Result<(), Failure> {
    let ImportCommand::Customers(args) = command;
    let bytes = std::fs::read(&args.file)
        .map_err(|error| failed(&format!("reading {}", args.file.display()), error))?;
    let rows = match import::read(&bytes) {
        Ok(rows) => rows,
        Err(problems) => return Err(tell_problems(&problems, args.json)),
    };
    let bar = if args.json { ProgressBar::hidden() } else { ProgressBar::new(rows.len() as u64) };
    let bar = bar.with_style(bar_style("rows"));
    let (ticks, dry_run, now) = (bar.clone(), args.dry_run, Clock::default().now());
    let db = open(&config)?;
    let settings =
        settings::current(&db, &config).await.map_err(|error| failed("reading the settings", error))?;
    let language = settings.values.language;
    let report = db
        .write(move |tx| {
            import::apply(
                tx,
                &Actor::operator(),
                &import::Order { rows: &rows, language, dry_run },
                now,
                &|done| ticks.set_position(done),
            )
        })
        .await;
    bar.finish_and_clear();
    match report {
        Ok(report) | Err(import::Undone::DryRun(report)) => {
            tell(&report, args.dry_run, args.json);
            Ok(())
        }
        Err(import::Undone::Problems(problems)) => Err(tell_problems(&problems, args.json)),
        Err(import::Undone::Broken(error)) => Err(failed("importing", error)),
    }
}

fn tell(report: &Report, dry_run: bool, json: bool) {
    if json {
        println!("{}", serde_json::json!({ "dry_run": dry_run, "report": report, "problems": [] }));
        return;
    }
    println!(
        "{}: {} rows. Retailers: {} new, {} unchanged. Contacts: {} new, {} changed, {} unchanged. Territories: {} new.",
        if dry_run { "Nothing was changed (dry run)" } else { "Imported" },
        report.rows,
        report.retailers_new,
        report.retailers_unchanged,
        report.contacts_new,
        report.contacts_changed,
        report.contacts_unchanged,
        report.territories_new,
    );
}

fn tell_problems(problems: &[Problem], json: bool) -> Failure {
    if json {
        println!("{}", serde_json::json!({ "problems": problems }));
    } else {
        for problem in problems.iter().take(SHOWN) {
            eprintln!("row {}, column {}: {}", problem.row, problem.column, problem.text);
        }
        if problems.len() > SHOWN {
            eprintln!("… and {} more; --json lists them all", problems.len() - SHOWN);
        }
    }
    let count =
        if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) };
    Failure::Refused(format!("{count}; nothing was changed"))
}
