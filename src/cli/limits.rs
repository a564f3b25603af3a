//! `tradepost limits …`

use clap::{Args, Subcommand};

use super::{Failure, failed, open, open_to_read};
use crate::actor::Actor;
use crate::config::Config;
use crate::kernel::{Clock, EmailAddress, Username};
use crate::waits::{self, Whom};
use crate::{retailers, staff};

#[derive(Subcommand)]
pub(super) enum LimitsCommand {
    /// Who has to wait after wrong passwords or codes, from where, and until when
    List(ListArgs),
    /// Let someone try again at once
    Lift(LiftArgs),
}

#[derive(Args)]
pub(super) struct ListArgs {
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct LiftArgs {
    /// The contact with this username
    #[arg(long)]
    username: Option<String>,
    /// The staff user with this e-mail address, the Owner too
    #[arg(long, value_name = "EMAIL")]
    staff: Option<String>,
    /// Everyone in a network, as `limits list` shows it
    #[arg(long)]
    network: Option<String>,
}

pub(super) async fn run(command: LimitsCommand, config: Config) -> Result<(), Failure> {
    match command {
        LimitsCommand::List(args) => list(args, config).await,
        LimitsCommand::Lift(args) => lift(args, config).await,
    }
}

async fn list(args: ListArgs, config: Config) -> Result<(), Failure> {
    let now = Clock::default().now();
    let found = open_to_read(&config).await?.read(move |tx| waits::all(tx, &Actor::operator(), now)).await;
    let found = found.map_err(|error: crate::Error| failed("reading who has to wait", error))?;
    if found.is_empty() && !args.json {
        println!("Nobody has to wait.");
    }
    for wait in found {
        let what = match wait.whom {
            Whom::Contact(_) => "contact",
            Whom::Staff(_) => "staff",
            Whom::Network(_) => "network",
        };
        let (since, until) = (wait.since.rfc3339(), wait.until.rfc3339());
        if args.json {
            let line = serde_json::json!({
                "what": what, "name": wait.name, "retailer": wait.at, "everywhere": wait.everywhere,
                "networks": wait.networks, "since": since, "until": until,
            });
            println!("{line}");
        } else {
            let from = waits::portal::from(&wait);
            println!("{what:<8} {}  until {until}  since {since}  {from}", wait.name);
        }
    }
    Ok(())
}

async fn lift(args: LiftArgs, config: Config) -> Result<(), Failure> {
    let (db, now) = (open(&config).await?, Clock::default().now());
    let lifted = db
        .write(move |tx| {
            let operator = Actor::operator();
            let username = args.username.as_deref().and_then(|text| Username::parse(text).ok());
            if let Some(username) = username {
                let contact = retailers::contact_by_username(tx, &username)?.ok_or(crate::Error::NotFound)?;
                return waits::lift_of_contact(tx, &operator, contact.id, now);
            }
            let email = args.staff.as_deref().and_then(|text| EmailAddress::parse(text).ok());
            if let Some(email) = email {
                let staff = staff::by_email(tx, &email)?.ok_or(crate::Error::NotFound)?;
                return waits::lift_of_staff(tx, &operator, staff.id, now);
            }
            let network = args.network.as_deref().ok_or(crate::Error::NotFound)?;
            match waits::lift_of_network(tx, &operator, network, now)? {
                0 => Err(crate::Error::NotFound),
                _ => Ok(()),
            }
        })
        .await;
    match lifted {
        Ok(()) => {
            println!("Lifted: the next try is possible at once.");
            Ok(())
        }
        Err(crate::Error::NotFound) => Err(Failure::Refused(
            "nobody is called so, and no such network waits; see tradepost limits list".into(),
        )),
        Err(error) => Err(failed("lifting the wait", error)),
    }
}
