//! `tradepost outbox`

use clap::Args;

use super::{Failure, failed, open_to_read};
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
    let waiting = open_to_read(&config)?.read(|tx| mail::waiting(tx, LINES)).await;
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
                "attempts": mail.attempts, "next_try_at": next, "held": mail.held, "why": why,
            });
            println!("{line}");
        } else {
            let minutes = now.since(mail.created_at).as_secs() / 60;
            let next = next.unwrap_or_else(|| {
                match (mail.held, &mail.answer) {
                    (true, _) => "when the office says so",
                    (false, Some(_)) => "by hand",
                    (false, None) => "now",
                }
                .into()
            });
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
