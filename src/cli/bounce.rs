//! `tradepost bounce`

use std::io::{IsTerminal as _, Read as _};

use clap::Args;

use super::{Failure, failed, open, refused_key};
use crate::bounces::{self, LARGEST, Received};
use crate::config::Config;
use crate::kernel::Clock;
use crate::keys::{self, KeyError};
use crate::mail::ReturnPath;

#[derive(Args)]
pub(super) struct BounceArgs {
    /// The address the mail server accepted the message for; without it the message's headers are asked
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
}

/// Reads one message on standard input. When the database can't be reached the
/// mail server is asked to try again.
pub(super) async fn run(args: BounceArgs, config: Config) -> Result<(), Failure> {
    let (Some(address), Some(key_file)) = (&config.mail.bounces, &config.key_file) else {
        return Err(Failure::Refused(
            "mail.bounce_address is not set, so no report can be of a mail from here".into(),
        ));
    };
    if std::io::stdin().is_terminal() {
        eprintln!("Reading one message from standard input; end it with Ctrl+D.");
    }
    let mut raw = Vec::new();
    let limit = u64::try_from(LARGEST + 1).unwrap_or(u64::MAX);
    std::io::stdin()
        .take(limit)
        .read_to_end(&mut raw)
        .map_err(|error| failed("reading the message", error))?;
    let again = |error: &dyn std::fmt::Display| Failure::TryAgain(format!("writing it down: {error}"));
    let db = open(&config).await.map_err(|error| match error {
        refused @ Failure::Refused(_) => refused,
        error => again(&error),
    })?;
    let keys = match keys::of(&db, Some(key_file), Clock::default().now()).await {
        Ok(Some(keys)) => keys,
        Ok(None) => {
            return Err(Failure::Refused("there is no key, so no report can be of a mail from here".into()));
        }
        Err(KeyError::Database(error)) => return Err(again(&error)),
        Err(error) => return Err(refused_key(error)),
    };
    let path = ReturnPath::new(address.clone(), keys);
    let taken = bounces::take_in(&db, &path, args.recipient.as_deref(), &raw, Clock::default().now()).await;
    let said = match taken.map_err(|error| again(&error))? {
        Ok(Received::Returned { hard: true }) => "The mail came back; its address is marked as bounced.",
        Ok(Received::Returned { hard: false }) => "The mail came back; its address may still take others.",
        Ok(Received::NoFailure) => "The report says nothing of a failure; nothing was changed.",
        Ok(Received::Known) => "This was known already; nothing was changed.",
        Err(refusal) => return Err(Failure::Refused(format!("refused, nothing was changed: {refusal}"))),
    };
    println!("{said}");
    Ok(())
}
