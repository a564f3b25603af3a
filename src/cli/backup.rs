//! `tradepost backup FILE`

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, failed};
use crate::config::Config;
use crate::db::Db;

#[derive(Args)]
pub(super) struct BackupArgs {
    /// The file to write; it must not exist yet
    file: PathBuf,
}

pub(super) fn run(args: &BackupArgs, config: &Config) -> Result<(), Failure> {
    if args.file.exists() {
        return Err(Failure::Refused(format!("{} exists already; choose another name", args.file.display())));
    }
    let bar = ProgressBar::new(0).with_style(bar_style("pages"));
    Db::backup(&config.database, &args.file, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .map_err(|error| failed("backing up", error))?;
    bar.finish_and_clear();
    println!(
        "Copied {} to {}. It holds customers' data and password hashes: keep it safe.",
        config.database,
        args.file.display()
    );
    Ok(())
}

/// How progress of long commands looks.
pub(super) fn bar_style(unit: &str) -> ProgressStyle {
    let template = format!("{{wide_bar}} {{pos}}/{{len}} {unit}, {{eta}} left");
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
