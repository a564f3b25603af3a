//! `tradepost backup FILE`

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, failed, must_be_there};
use crate::config::Config;
use crate::db::{DatabaseUrl, Db};
use crate::kernel::folders;
use crate::keys::Keys;

#[derive(Args)]
pub(super) struct BackupArgs {
    /// The file to write; it must not exist yet
    file: PathBuf,
    /// Copy the key file, too: to the same name with .key at its end
    #[arg(long)]
    with_key: bool,
}

pub(super) fn run(args: &BackupArgs, config: &Config) -> Result<(), Failure> {
    let key = key_beside(&args.file);
    for file in [Some(&args.file), args.with_key.then_some(&key)].into_iter().flatten() {
        if file.exists() {
            return Err(Failure::Refused(format!("{} exists already; choose another name", file.display())));
        }
    }
    if let DatabaseUrl::Sqlite(_) = config.database {
        must_be_there(config)?;
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
    match &config.key_file {
        Some(file) if args.with_key => take_along(file, &key),
        Some(file) => {
            name_the_key(file);
            Ok(())
        }
        None => Ok(()),
    }
}

fn take_along(file: &Path, to: &Path) -> Result<(), Failure> {
    copy_key(file, to)?;
    println!(
        "Copied its key to {}. Whoever has both can open the secrets of authenticator apps: keep them apart.",
        to.display()
    );
    Ok(())
}

/// Says which key belongs to the copy, for it isn't in it.
fn name_the_key(file: &Path) {
    match Keys::read(file) {
        Ok(Some(keys)) => println!(
            "Its key is NOT in it: {} (fingerprint {}). Keep a copy of that, too, in another place; --with-key takes it along.",
            file.display(),
            keys.fingerprint()
        ),
        Ok(None) => {
            println!(
                "Its key is NOT in it, and {} is not there: find it before you need it.",
                file.display()
            );
        }
        Err(error) => println!("Its key is NOT in it: {error}."),
    }
}

/// Where the key of a copy goes along.
pub(super) fn key_beside(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".key");
    name.into()
}

/// Copies a key to a file that isn't there, for its owner alone.
pub(super) fn copy_key(from: &Path, to: &Path) -> Result<(), Failure> {
    let copied = File::open(from).and_then(|mut from| {
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()
    });
    let copied = copied.and_then(|()| folders::sync(to));
    copied.map_err(|error| failed(&format!("copying {} to {}", from.display(), to.display()), error))
}

/// How progress of long commands looks.
pub(super) fn bar_style(unit: &str) -> ProgressStyle {
    let template = format!("{{wide_bar}} {{pos}}/{{len}} {unit}, {{eta}} left");
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
