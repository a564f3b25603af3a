//! `tradepost jobs`

use clap::{Args, Subcommand};

use super::{Failure, failed, open};
use crate::Error;
use crate::actor::Actor;
use crate::config::Config;
use crate::kernel::Clock;
use crate::kernel::id::JobId;
use crate::set_aside;

#[derive(Subcommand)]
pub(super) enum JobsCommand {
    /// What was set aside, for Tradepost ended in the middle of it twice
    List(ListArgs),
    /// Try one of them again
    Retry(RetryArgs),
}

#[derive(Args)]
pub(super) struct ListArgs {
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct RetryArgs {
    /// Which, as `tradepost jobs list` names it
    id: JobId,
}

pub(super) async fn run(command: JobsCommand, config: Config) -> Result<(), Failure> {
    match command {
        JobsCommand::List(args) => list(args, config).await,
        JobsCommand::Retry(args) => retry(args, config).await,
    }
}

async fn list(args: ListArgs, config: Config) -> Result<(), Failure> {
    let found = open(&config).await?.read(|tx| set_aside::list(tx, &Actor::operator())).await;
    let found = found.map_err(|error: Error| failed("reading the jobs", error))?;
    if found.is_empty() && !args.json {
        println!("Nothing was set aside.");
    }
    for item in found {
        let (id, at, asked) = (item.job.id, item.job.at.rfc3339(), item.job.created_at.rfc3339());
        if args.json {
            let line = serde_json::json!({
                "id": id, "what": item.what, "contact": item.contact, "created_at": asked,
                "attempts": item.job.attempts, "set_aside_at": at, "why": set_aside::WHY,
            });
            println!("{line}");
        } else {
            println!("{id}  {}  asked for {asked}  set aside {at}  {} tries", item.what, item.job.attempts);
        }
    }
    Ok(())
}

async fn retry(args: RetryArgs, config: Config) -> Result<(), Failure> {
    let now = Clock::default().now();
    let done =
        open(&config).await?.write(move |tx| set_aside::take_up(tx, &Actor::operator(), args.id, now)).await;
    match done {
        Ok(()) => {
            println!("It is tried again at once, alone, as long as `tradepost serve` runs.");
            Ok(())
        }
        Err(Error::NotFound) => Err(Failure::Refused(format!("no job {} was set aside", args.id))),
        Err(error) => Err(failed("taking the job up again", error)),
    }
}
