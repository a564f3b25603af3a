//! `tradepost staff …`

mod people;

use clap::{Args, Subcommand};
use passwords::{Password, Pool, Settings};
use zeroize::Zeroizing;

use super::{Failure, failed, open};
use crate::actor::Actor;
use crate::config::Config;
use crate::http::texts;
use crate::kernel::{Clock, EmailAddress, Language, text};
use crate::recovery::site::problem_text;
use crate::sessions::StaffKind;
use crate::settings;
use crate::staff::{self, Added, BuiltIn, NewStaff, roles};

#[derive(Subcommand)]
pub(super) enum StaffCommand {
    /// Add a staff user; without --password-stdin they are mailed a link and a code
    Add(AddArgs),
    /// Everyone who works here, and who did
    List(people::ListArgs),
    /// End someone's access at once: they are signed out everywhere. Nothing of theirs is lost
    Deactivate(people::DeactivateArgs),
    /// For who lost the device of their second factor: mail them a link and a code that, with their password, remove it
    ResetSecondFactor(ResetArgs),
}

#[derive(Args)]
pub(super) struct ResetArgs {
    /// The address they sign in with
    #[arg(long)]
    email: String,
}

#[derive(Args)]
pub(super) struct AddArgs {
    /// The address they sign in with, and where their mail goes
    #[arg(long)]
    email: String,
    /// Their name
    #[arg(long)]
    name: String,
    /// Where they work: in the portal, in the sales app, or both
    #[arg(long, value_parser = ["admin", "rep", "dual"])]
    kind: String,
    /// What they may do: owner, sales-admin, sales-rep or support
    #[arg(long)]
    role: String,
    /// A territory of theirs, by name; may be given several times
    #[arg(long = "territory", value_name = "NAME")]
    territories: Vec<String>,
    /// Read their password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(command: StaffCommand, config: Config) -> Result<(), Failure> {
    match command {
        StaffCommand::Add(args) => add(args, config).await,
        StaffCommand::List(args) => people::list(args, config).await,
        StaffCommand::Deactivate(args) => people::deactivate(args, config).await,
        StaffCommand::ResetSecondFactor(args) => reset_second_factor(args, config).await,
    }
}

async fn reset_second_factor(args: ResetArgs, config: Config) -> Result<(), Failure> {
    let email = EmailAddress::parse(&args.email).map_err(|error| refused("--email", error))?;
    let (db, now) = (open(&config).await?, Clock::default().now());
    let asked = db
        .write(move |tx| {
            let staff = staff::by_email(tx, &email)?.ok_or(crate::Error::NotFound)?;
            staff::factors::reset::request(tx, &Actor::operator(), staff.id, now)
        })
        .await;
    match asked {
        Ok(()) => println!("A link and a code are on their way to them (good for 10 minutes)."),
        Err(crate::Error::NotFound) => {
            return Err(refused("--email", "belongs to nobody who works here and has a second factor"));
        }
        Err(error) => return Err(failed("asking for the reset", error)),
    }
    Ok(())
}

async fn add(args: AddArgs, config: Config) -> Result<(), Failure> {
    let email = EmailAddress::parse(&args.email).map_err(|error| refused("--email", error))?;
    let name = text::one_line(&args.name, 120).map_err(|error| refused("--name", error))?;
    let db = open(&config).await?;
    let settings =
        settings::current(&db, &config).await.map_err(|error| failed("reading the settings", error))?;
    let password = if args.password_stdin {
        Some(read_password(&config, &settings.values.supplier, &email, &name)?)
    } else {
        None
    };
    let kind =
        StaffKind::from_name(&args.kind).ok_or_else(|| refused("--kind", "must be admin, rep or dual"))?;
    let days = config.second_factor_days;
    let (role_name, now) = (args.role.replace(['-', '_'], " "), Clock::default().now());
    let added = db
        .write(move |tx| {
            roles::establish_with_factor(tx, days, now)?;
            let Some(role) = roles::named(tx, &role_name)? else { return Ok(Err(())) };
            let new = NewStaff {
                email: email.clone(),
                name: name.clone(),
                kind,
                role,
                territories: args.territories.clone(),
            };
            match staff::add(tx, &Actor::operator(), &new, password.as_ref(), now)? {
                Added::UnknownTerritory(name) => Err(Undone::Territory(name)),
                added => Ok(Ok(added)),
            }
        })
        .await;
    match added {
        Ok(Ok(Added::Added(_))) if args.password_stdin => println!("Added. They can sign in now."),
        Ok(Ok(Added::Added(_))) => {
            println!("Added. A link and a code are on their way to them (good for 48 hours).");
        }
        Ok(Ok(_)) => return Err(refused("--email", "belongs to a staff user already")),
        Ok(Err(())) => return Err(refused("--role", unknown_role())),
        Err(Undone::Territory(name)) => {
            return Err(refused("--territory", format!("there is no territory {name:?}")));
        }
        Err(Undone::Broken(error)) => return Err(failed("adding the staff user", error)),
    }
    Ok(())
}

/// Why nothing was kept.
#[derive(Debug)]
enum Undone {
    Territory(String),
    Broken(crate::Error),
}

impl From<crate::Error> for Undone {
    fn from(error: crate::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<crate::db::Error> for Undone {
    fn from(error: crate::db::Error) -> Self {
        Self::Broken(error.into())
    }
}

fn refused(what: &str, why: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("{what} {why}"))
}

fn unknown_role() -> String {
    let names = BuiltIn::ALL.map(|role| role.name().to_lowercase().replace(' ', "-"));
    format!("must be one of {}", names.join(", "))
}

/// Reads and hashes a password; it must pass the rule for staff.
fn read_password(
    config: &Config,
    supplier: &str,
    email: &EmailAddress,
    name: &str,
) -> Result<passwords::Hash, Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line).map_err(|error| failed("reading the password", error))?;
    let password = Password::parse(line.trim_end_matches(['\r', '\n']))
        .map_err(|error| refused("the password", error))?;
    let mut problems = staff::broken_rules(&password, email.as_str(), name, supplier);
    if let Some(file) = &config.password.breached_file {
        let looking = |error| failed("looking the password up in password.breached_file", error);
        let list = passwords::Breached::open(file).map_err(looking)?;
        if list.contains(&password).map_err(looking)? {
            problems.push(passwords::Problem::IsBreached);
        }
    }
    if !problems.is_empty() {
        let words: Vec<String> =
            problems.iter().map(|problem| problem_text(Language::English, *problem)).collect();
        let lead = texts::text(Language::English, "field-password");
        return Err(Failure::Refused(format!("{lead}: {}", words.join(" "))));
    }
    let settings = Settings {
        threads: std::num::NonZeroUsize::MIN,
        waiting: 1,
        per_share: 1,
        cost: config.password.cost,
    };
    let pool = Pool::start(settings).map_err(|error| failed("hashing the password", error))?;
    tokio::task::block_in_place(|| pool.hash_blocking(password))
        .map_err(|error| failed("hashing the password", error))
}
