//! `tradepost reset USERNAME`

use clap::Args;

use super::{Failure, failed, open};
use crate::access::Obstacle;
use crate::actor::Actor;
use crate::config::Config;
use crate::kernel::{Clock, Username};
use crate::recovery::{self, Manner, Requested};
use crate::{retailers, settings};

#[derive(Args)]
pub(super) struct ResetArgs {
    /// The contact's username
    username: String,
    /// Stop the current password now and sign the contact out everywhere
    #[arg(long)]
    stop_current: bool,
}

pub(super) async fn run(args: ResetArgs, config: Config) -> Result<(), Failure> {
    let unknown = || Failure::Refused(format!("there is no contact with the username {:?}", args.username));
    let username = Username::parse(&args.username).map_err(|_| unknown())?;
    let db = open(&config).await?;
    let settings =
        settings::current(&db, &config).await.map_err(|error| failed("reading the settings", error))?;
    let manner = Manner { mode: settings.values.reset.mode, stop_current: args.stop_current, once: false };
    let now = Clock::default().now();
    let outcome = db
        .write(move |tx| match retailers::contact_by_username(tx, &username)? {
            Some(contact) => recovery::request(tx, &Actor::operator(), contact.id, manner, now).map(Some),
            None => Ok(None),
        })
        .await
        .map_err(|error: crate::Error| failed("starting the reset", error))?;
    match outcome {
        Some(Requested::OnItsWay(_)) => {
            println!(
                "On its way to the contact's own address, as soon as `tradepost serve` runs. See `tradepost outbox`."
            );
            Ok(())
        }
        Some(Requested::NotPossible(obstacle)) => Err(Failure::Refused(why_not(obstacle).into())),
        None => Err(unknown()),
    }
}

fn why_not(obstacle: Obstacle) -> &'static str {
    use crate::access::Missing;
    match obstacle {
        Obstacle::Inactive => "the contact or the retailer is not active",
        Obstacle::Off => "the contact's website access is off",
        Obstacle::Missing(Missing::Email) => "the contact has no e-mail address",
        Obstacle::Missing(Missing::Username) => "the contact has no username",
        Obstacle::Bounced => "mail to the contact's address came back; change the address first",
    }
}
