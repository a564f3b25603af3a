//! The options of `tradepost import customers`.

use clap::Args;
use passwords::Format;

use super::Failure;
use crate::import::{Choices, Field, Matching};

/// How a file is read and brought in.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
#[derive(Args, Clone)]
pub(super) struct How {
    /// What a column holds, such as "Kd-Nr=account_number" or "Notes=" to leave it out
    #[arg(long = "map", value_name = "HEADING=FIELD")]
    pub(super) columns: Vec<String>,
    /// How contacts are found: either, username, email
    #[arg(long = "match", value_name = "WAY", default_value = "either", value_parser = matching)]
    matching: Matching,
    /// Bring the good rows in although others are wrong
    #[arg(long)]
    pub(super) good_rows: bool,
    /// Enter territories that are not known
    #[arg(long)]
    new_territories: bool,
    /// The territory of new retailers for which the file names none
    #[arg(long, value_name = "NAME", default_value = "")]
    territory: String,
    /// Contacts without a username sign in with their e-mail address
    #[arg(long)]
    username_from_email: bool,
    /// New contacts for whom the file doesn't say may use the website
    #[arg(long)]
    access: bool,
    /// Deactivate contacts and retailers that the file doesn't name, at most so many
    #[arg(long, value_name = "MOST")]
    deactivate_missing: Option<i64>,
    /// Bring passwords along: hashes of the old system, from a column mapped to `password_hash`
    #[arg(long)]
    pub(super) with_password_hashes: bool,
    /// How bare digests were made, such as opencart or sha1-salt-password
    #[arg(long, value_name = "FORMAT", value_parser = format, requires = "with_password_hashes")]
    pub(super) password_format: Option<Format>,
    /// What stands between the cells of a CSV file, if it is not found out rightly
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,
    /// The encoding of a CSV file, if it is not found out rightly
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The sheet of a workbook; otherwise the one that looks most like a list of customers
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The row that holds the headings, if it is not found out rightly
    #[arg(long, value_name = "NUMBER")]
    heading_row: Option<usize>,
}

fn matching(name: &str) -> Result<Matching, String> {
    let known = Matching::ALL.map(Matching::as_str).join(", ");
    Matching::from_name(name).ok_or_else(|| format!("must be one of {known}"))
}

fn format(name: &str) -> Result<Format, String> {
    let known = Format::ALL.map(Format::as_str).join(", ");
    Format::from_name(name).ok_or_else(|| format!("must be one of {known}"))
}

impl How {
    pub(super) fn options(&self) -> Result<tables::Options, Failure> {
        let delimiter = self.delimiter.map(|character| match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => Ok(byte),
            _ => Err(Failure::Refused("--delimiter must be one plain character".into())),
        });
        let encoding = self.encoding.as_deref().map(|name| {
            let unknown = || Failure::Refused(format!("there is no encoding {name:?}"));
            tables::Encoding::from_label(name).ok_or_else(unknown)
        });
        Ok(tables::Options {
            delimiter: delimiter.transpose()?,
            encoding: encoding.transpose()?,
            sheet: self.sheet.clone(),
            heading_row: self.heading_row,
            ..tables::Options::default()
        })
    }

    pub(super) fn choices(&self, columns: Vec<Option<Field>>) -> Choices {
        Choices {
            columns,
            matching: self.matching,
            new_territories: self.new_territories,
            territory: self.territory.trim().to_owned(),
            username_from_email: self.username_from_email,
            access: self.access,
            good_rows: self.good_rows,
            missing: self.deactivate_missing,
        }
    }
}
