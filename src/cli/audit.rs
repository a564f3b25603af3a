//! `tradepost audit verify` and `tradepost audit head`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, failed, open_to_read, refused_key};
use crate::audit::{self, Break, Chain, Compared, Head, Sealed};
use crate::config::Config;
use crate::kernel::{Clock, SealingKey};
use crate::keys::Keys;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Say whether every entry of the audit trail follows from the one before it, and is sealed
    Verify(VerifyArgs),
    /// Print the signed end of the audit trail, to be kept elsewhere
    Head,
}

#[derive(Args)]
pub(super) struct VerifyArgs {
    /// A key that was replaced, to check what was sealed with it; may be given several times
    #[arg(long, value_name = "FILE")]
    former_key: Vec<PathBuf>,
    /// Also say whether the trail still holds what a file of heads says that were kept elsewhere
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

pub(super) async fn run(command: AuditCommand, config: Config) -> Result<(), Failure> {
    match command {
        AuditCommand::Verify(args) => verify(args, &config).await,
        AuditCommand::Head => head(&config).await,
    }
}

async fn head(config: &Config) -> Result<(), Failure> {
    let now = Clock::default().now();
    let head = open_to_read(config).await?.read(move |tx| audit::head(tx, now)).await;
    let head = head.map_err(|error: crate::db::Error| failed("reading the audit trail", error))?;
    let words =
        "there is no entry yet, or the installation's key that signs heads isn't here (security.key_file)";
    println!("{}", head.ok_or_else(|| Failure::Refused(words.into()))?);
    Ok(())
}

async fn verify(args: VerifyArgs, config: &Config) -> Result<(), Failure> {
    let former = args.former_key.iter().map(|file| former_key(file)).collect::<Result<Vec<_>, _>>()?;
    let heads = args.head.as_deref().map(kept).transpose()?.unwrap_or_default();
    let db = open_to_read(config).await?;
    let looked = db.read(move |tx| {
        let chain = audit::verify(tx, &former)?;
        let compare = |head: &Head| Ok((head.clone(), audit::compare(tx, head, &former)?));
        Ok::<_, crate::db::Error>((
            chain,
            heads.iter().map(compare).collect::<Result<Vec<_>, crate::db::Error>>()?,
        ))
    });
    let (chain, compared) = looked.await.map_err(|error| failed("reading the audit trail", error))?;
    if let Some(broken) = chain.broken {
        let problem = problem(broken);
        return Err(Failure::Failed(anyhow::anyhow!("{problem}; the {} before it are whole", chain.whole)));
    }
    must_be_told_by_the_key(&chain)?;
    if let Some((head, how)) = compared.iter().find(|(_, how)| *how != Compared::Holds) {
        return Err(Failure::Failed(anyhow::anyhow!("{}", differs(head, *how))));
    }
    tell(&chain);
    if let Some((last, _)) = compared.last() {
        println!("It holds all {} heads of the file; the last is of entry {}.", compared.len(), last.number);
    }
    Ok(())
}

fn kept(file: &Path) -> Result<Vec<Head>, Failure> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| failed(&format!("reading {}", file.display()), error))?;
    let heads = audit::heads_in(&text);
    if heads.is_empty() {
        return Err(Failure::Refused(format!("{}: {}", file.display(), audit::NoHead)));
    }
    Ok(heads)
}

fn differs(head: &Head, how: Compared) -> String {
    let Head { number, at, .. } = head;
    let of = format!("the head of {}, entry {number}", at.rfc3339());
    match how {
        Compared::Holds => format!("{of}, is held"),
        Compared::Forged => format!("{of}, was not signed with this installation's key"),
        Compared::KeyElsewhere => {
            format!(
                "{of}, was signed with a key that isn't here (--former-key FILE names one that was replaced)"
            )
        }
        Compared::EndsBefore(last) => format!(
            "{of}, is beyond the end of the trail, entry {last}: entries were removed, or an older state was put back"
        ),
        Compared::Differs => {
            format!(
                "{of}, is not what the trail holds: entries were changed or removed, or an older state was put back and went on"
            )
        }
        Compared::Shortened => {
            format!("{of}, can't be compared: the entry was removed when its time was over")
        }
    }
}

fn former_key(file: &Path) -> Result<SealingKey, Failure> {
    match Keys::read(file).map_err(refused_key)? {
        Some(keys) => Ok(keys.sealing()),
        None => Err(Failure::Refused(format!("{}: there is no such file", file.display()))),
    }
}

fn problem(broken: Break) -> String {
    match broken {
        Break::Entry(number) => format!(
            "entry {number} does not follow from the one before it: it or one before it was changed, removed, or put in afterwards"
        ),
        Break::Start(number) => format!(
            "the entries up to {number} are gone, and nobody who might wrote down that they were removed when their time was over"
        ),
        Break::Seal(number) => {
            format!("the seal that begins with entry {number} was not made with this installation's key")
        }
        Break::Address(number) => {
            format!("the address in entry {number} is not the one it was written with: it was changed")
        }
    }
}

/// Without the key, or without a seal where there is a key, nobody can say that the
/// trail is whole.
fn must_be_told_by_the_key(chain: &Chain) -> Result<(), Failure> {
    let words = match chain.sealed {
        Sealed::WithoutKey | Sealed::From(..) => return Ok(()),
        Sealed::NotYet => {
            "there is a key, and no entry is sealed with it: either nothing was written down since Tradepost seals the trail (tradepost serve begins it), or the seals were removed. The entries follow from one another, which whoever can write the database can arrange".to_owned()
        }
        Sealed::KeyElsewhere(first) => format!(
            "the entries from {first} on are sealed with a key that isn't here, so nobody can tell whether they were changed: run this where security.key_file is the key of the installation"
        ),
    };
    Err(Failure::Failed(anyhow::anyhow!("{words}")))
}

fn tell(chain: &Chain) {
    if let Some(start) = &chain.shortened {
        println!("The entries up to {} were removed when their time was over.", start.number);
        println!("Verified from there on; that entry's hash was {}.", start.hash.hex());
    }
    if let Some((from, to)) = chain.unchecked {
        println!(
            "Entries {from} to {to} were sealed with a key that was replaced and isn't here, so they could not be checked (--former-key FILE checks them)."
        );
    }
    let Some((at, hash)) = &chain.last else {
        println!("Whole: there is no entry yet.");
        return;
    };
    println!("Whole: {} entries; the last is of {}.", chain.whole, at.rfc3339());
    println!("Its hash, to be noted down elsewhere: {}", hash.hex());
    match chain.sealed {
        Sealed::From(first, at) => println!(
            "Sealed with the key from entry {first} on, since {}; whoever can write the database can't make such a trail.",
            at.rfc3339()
        ),
        _ => println!(
            "Not sealed: security.key_file is not set, so whoever can write the database can make a trail that verifies."
        ),
    }
}
