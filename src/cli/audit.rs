//! `tradepost audit verify`

use clap::Subcommand;

use super::{Failure, failed, open_to_read};
use crate::audit::{self, Break};
use crate::config::Config;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Say whether every entry of the audit trail follows from the one before it
    Verify,
}

pub(super) async fn run(command: AuditCommand, config: Config) -> Result<(), Failure> {
    let AuditCommand::Verify = command;
    let chain = open_to_read(&config)?.read(audit::verify).await;
    let chain = chain.map_err(|error: crate::db::Error| failed("reading the audit trail", error))?;
    if let Some(broken) = chain.broken {
        let problem = match broken {
            Break::Entry(number) => format!(
                "entry {number} does not follow from the one before it: it or one before it was changed, removed, or put in afterwards"
            ),
            Break::Start(number) => format!(
                "the entries up to {number} are gone, and no entry says that they were removed when their time was over"
            ),
            Break::Address(number) => {
                format!("the address in entry {number} is not the one it was written with: it was changed")
            }
        };
        return Err(Failure::Failed(anyhow::anyhow!("{problem}; the {} before it are whole", chain.whole)));
    }
    if let Some(start) = &chain.shortened {
        println!("The entries up to {} were removed when their time was over.", start.number);
        println!("Verified from there on; that entry's hash was {}.", start.hash.hex());
    }
    match chain.last {
        None => println!("Whole: there is no entry yet."),
        Some((at, hash)) => {
            println!("Whole: {} entries; the last is of {}.", chain.whole, at.rfc3339());
            println!("Its hash, to be noted down elsewhere: {}", hash.hex());
        }
    }
    Ok(())
}
