//! `tradepost export`

use std::path::{Path, PathBuf};

use clap::Args;

use super::to::To;
use super::{Failure, failed, open};
use crate::actor::Actor;
use crate::config::Config;
use crate::db::Db;
use crate::error::Error;
use crate::export::{AT_ONCE, Content, Table};
use crate::kernel::Clock;
use crate::kernel::id::RetailerId;
use crate::listing::export::{Format, Sheet};

#[derive(Args)]
pub(super) struct ExportArgs {
    /// customers (everything: a row for each contact, and for each retailer without any), retailers, contacts or territories
    #[arg(value_parser = content)]
    what: Content,
    /// csv or xlsx; otherwise what the name of the file ends in, or csv
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// The file to write, readable by you alone; without it a CSV file goes to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "out")]
    force: bool,
    /// Put the hashes of contacts' passwords in it, for moving to another installation
    #[arg(long)]
    with_password_hashes: bool,
}

fn content(name: &str) -> Result<Content, String> {
    let known = Content::ALL.map(Content::as_str).join(", ");
    Content::from_name(name).ok_or_else(|| format!("must be one of {known}"))
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| "must be csv or xlsx".to_owned())
}

/// What is said when hashes of passwords leave the house.
const WARNING: &str = "Warning: this file holds hashes of your customers' passwords. Whoever has it can try to guess \
     them. Keep it to yourself, and delete it when it has been imported. The audit trail says that it was taken.";

pub(super) async fn run(args: ExportArgs, config: Config) -> Result<(), Failure> {
    let table = Table { content: args.what, with_password_hashes: args.with_password_hashes };
    if table.with_password_hashes && !table.content.has_contacts() {
        let text = "--with-password-hashes goes with customers or contacts: nobody else has a password";
        return Err(Failure::Refused(text.into()));
    }
    let format = args.format();
    let db = open(&config).await?;
    let mut to = args.to(format)?;
    if table.with_password_hashes {
        eprintln!("{WARNING}");
    }
    let rows = match write(&db, table, format, &mut to).await {
        Ok(rows) => rows,
        Err(error) => {
            to.discard();
            return Err(error);
        }
    };
    to.close()?;
    match &args.out {
        Some(file) => println!("Exported {rows} rows to {}. Keep it safe.", file.display()),
        None => eprintln!("Exported {rows} rows."),
    }
    Ok(())
}

impl ExportArgs {
    fn to(&self, format: Format) -> Result<To, Failure> {
        match (&self.out, format) {
            (Some(path), _) => To::file(path, self.force),
            (None, Format::Csv) => Ok(To::Screen),
            (None, Format::Xlsx) => Err(Failure::Refused("a workbook needs a file: --out FILE.xlsx".into())),
        }
    }

    fn format(&self) -> Format {
        let ending = self.out.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
        let named = ending.and_then(|ending| Format::from_name(&ending.to_lowercase()));
        self.format.or(named).unwrap_or(Format::Csv)
    }
}

/// Reads a table some retailers at a time, each time as they are then, and
/// writes it as it comes; gives how many rows it has. Nothing is held while
/// something is written.
async fn write(db: &Db, table: Table, format: Format, to: &mut To) -> Result<usize, Failure> {
    let reading = |error: Error| failed("reading the customers", error);
    let now = Clock::default().now();
    let begun = db.write(move |tx| table.begin(tx, &Actor::operator(), now)).await;
    let of = begun.map_err(reading)?;
    let mut sheet = Sheet::new(format, &table.headings()).map_err(reading)?;
    let mut count = 0;
    for part in parts(table, &of) {
        let rows = db.read(move |tx| table.rows(tx, &part, now)).await.map_err(reading)?;
        count += rows.len();
        for row in rows {
            sheet.add(&row).map_err(reading)?;
        }
        to.put(&sheet.take().map_err(reading)?)?;
    }
    to.put(&sheet.finish().map_err(reading)?)?;
    Ok(count)
}

/// The retailers that are read at once; a table of territories is about none.
fn parts(table: Table, of: &[RetailerId]) -> Vec<Vec<RetailerId>> {
    match table.content {
        Content::Territories => vec![Vec::new()],
        _ => of.chunks(AT_ONCE).map(<[RetailerId]>::to_vec).collect(),
    }
}
