//! `tradepost staff list` and `tradepost staff deactivate`

use clap::Args;

use super::refused;
use crate::actor::Actor;
use crate::cli::{Failure, failed, open, open_to_read};
use crate::config::Config;
use crate::kernel::{Clock, EmailAddress, Timestamp};
use crate::staff::people::{self, Activity, Person};
use crate::{sessions, staff};

#[derive(Args)]
pub(in crate::cli) struct ListArgs {
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(in crate::cli) struct DeactivateArgs {
    /// The address they sign in with
    #[arg(long)]
    email: String,
}

pub(super) async fn list(args: ListArgs, config: Config) -> Result<(), Failure> {
    let found = open_to_read(&config)
        .await?
        .read(|tx| {
            let people = people::all(tx, &Actor::operator())?;
            let with = |person: Person| Ok((sessions::has_factor(tx, person.id)?, person));
            people.into_iter().map(with).collect::<crate::error::Result<Vec<_>>>()
        })
        .await;
    let found = found.map_err(|error: crate::Error| failed("reading the staff", error))?;
    if args.json {
        for (factor, person) in &found {
            println!("{}", as_json(person, *factor));
        }
        return Ok(());
    }
    if found.is_empty() {
        println!("Nobody yet. tradepost staff add enters the first one.");
        return Ok(());
    }
    let mut rows = vec![HEADINGS.map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(|(factor, person)| row(person, *factor)));
    for row in &rows {
        println!("{}", aligned(row, &rows));
    }
    Ok(())
}

const HEADINGS: [&str; 7] = ["E-MAIL", "NAME", "KIND", "ROLE", "STATE", "SECOND FACTOR", "LAST SIGN-IN"];

fn row(person: &Person, factor: bool) -> Vec<String> {
    vec![
        person.email.as_str().to_owned(),
        person.name.clone(),
        person.kind.as_str().to_owned(),
        person.role_name.clone(),
        state(person).to_owned(),
        if factor { "yes" } else { "no" }.to_owned(),
        person.last_sign_in_at.map_or_else(|| "never".to_owned(), Timestamp::rfc3339),
    ]
}

fn state(person: &Person) -> &'static str {
    match (person.active, person.has_password) {
        (false, _) => "deactivated",
        (true, false) => "no password yet",
        (true, true) => "active",
    }
}

/// A row whose columns are as wide as the widest of each, but the last.
fn aligned(row: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let last = row.len() - 1;
    let cells = row.iter().enumerate().map(|(column, cell)| {
        let missing = if column == last { 0 } else { width(column) - cell.chars().count() };
        format!("{cell}{}", " ".repeat(missing))
    });
    cells.collect::<Vec<_>>().join("  ")
}

fn as_json(person: &Person, factor: bool) -> serde_json::Value {
    let territories: Vec<&str> = person.territories.iter().map(|(_, name)| name.as_str()).collect();
    serde_json::json!({
        "email": person.email.as_str(), "name": person.name, "kind": person.kind.as_str(), "role": person.role_name,
        "territories": territories, "active": person.active, "has_password": person.has_password,
        "second_factor": factor, "last_sign_in_at": person.last_sign_in_at.map(Timestamp::rfc3339),
    })
}

pub(super) async fn deactivate(args: DeactivateArgs, config: Config) -> Result<(), Failure> {
    let email = EmailAddress::parse(&args.email).map_err(|error| refused("--email", error))?;
    let (db, now) = (open(&config).await?, Clock::default().now());
    let done = db
        .write(move |tx| {
            let staff = staff::by_email(tx, &email)?.ok_or(crate::Error::NotFound)?;
            people::set_active(tx, &Actor::operator(), staff.id, false, now)
        })
        .await;
    match done {
        Ok(Activity::Done) => {
            println!(
                "Deactivated, and signed out everywhere. Nothing of theirs is lost; the portal activates them again."
            );
            Ok(())
        }
        Ok(Activity::Unchanged) => {
            println!("They were deactivated already; nothing was changed.");
            Ok(())
        }
        Ok(Activity::LastOwner) => Err(refused(
            "--email",
            "belongs to the last Owner, and without one nobody could manage staff; add another first (staff add --role owner). Nothing was changed",
        )),
        Err(crate::Error::NotFound) => {
            Err(refused("--email", "belongs to nobody who works here; see tradepost staff list"))
        }
        Err(error) => Err(failed("deactivating", error)),
    }
}
