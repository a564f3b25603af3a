//! `tradepost outbox`

use clap::Args;

use super::{Failure, failed, open};
use crate::config::Config;
use crate::kernel::Clock;
use crate::mail;

/// Lines shown at most.
const LINES: i64 = 1000;

#[derive(Args)]
pub(super) struct OutboxArgs {
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: OutboxArgs, config: Config) -> Result<(), Failure> {
    let waiting = open(&config)?.read(|tx| mail::waiting(tx, LINES)).await;
    let waiting = waiting.map_err(|error: crate::db::Error| failed("reading the outbox", error))?;
    if waiting.is_empty() && !args.json {
        println!("Nothing waits.");
    }
    let now = Clock::default().now();
    for mail in waiting {
        let next = mail.next_try_at.map(crate::kernel::Timestamp::rfc3339);
        let why = mail.answer.as_deref().unwrap_or("not tried yet");
        if args.json {
            let line = serde_json::json!({
                "id": mail.id, "kind": mail.kind.as_str(), "created_at": mail.created_at.rfc3339(),
                "attempts": mail.attempts, "next_try_at": next, "why": why,
            });
            println!("{line}");
        } else {
            let minutes = now.since(mail.created_at).as_secs() / 60;
            let next = next.unwrap_or_else(|| if mail.answer.is_some() { "by hand" } else { "now" }.into());
            println!(
                "{}  {:<18} {minutes:>5} min  {:>3} tries  next {next}  {why}",
                mail.id,
                mail.kind.as_str(),
                mail.attempts
            );
        }
    }
    Ok(())
}
