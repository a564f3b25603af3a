//! `tradepost init` and `tradepost migrate`: the commands that may make a
//! database. Every other one says that there is none.

use super::{Failure, failed, refused_key};
use crate::config::Config;
use crate::db::{Db, MigrateError};
use crate::kernel::Clock;
use crate::keys::{self, Keys};
use crate::staff;

/// Makes a database where there is none.
pub(super) async fn init(config: Config) -> Result<(), Failure> {
    match Db::open_existing(&config.database) {
        Err(MigrateError::Missing) => {}
        Err(error) => return Err(not_opened(&config, &error)),
        Ok(_) => {
            return Err(Failure::Refused(format!(
                "there is a database at {} already; nothing was changed. `tradepost serve` serves it",
                config.database
            )));
        }
    }
    make(&config).await?;
    println!("Next: {}\nThen: tradepost serve", staff::FIRST_PERSON);
    Ok(())
}

/// Brings the schema up to date; makes a database where there is none.
pub(super) async fn migrate(config: Config) -> Result<(), Failure> {
    match Db::open_existing(&config.database) {
        Ok(_) => println!("The schema is up to date."),
        Err(MigrateError::Missing) => make(&config).await?,
        Err(error) => return Err(not_opened(&config, &error)),
    }
    Ok(())
}

fn not_opened(config: &Config, error: &MigrateError) -> Failure {
    failed(&format!("database {}", config.database), error)
}

async fn make(config: &Config) -> Result<(), Failure> {
    let db = Db::open(&config.database).map_err(|error| not_opened(config, &error))?;
    println!("Made a new, empty database: {}", config.database);
    let keys = keys::of(&db, config.key_file.as_deref(), Clock::default().now()).await;
    let keys = keys.map_err(refused_key)?;
    match (&config.key_file, keys.as_ref().map(Keys::fingerprint)) {
        (Some(file), Some(fingerprint)) => println!(
            "Its key is {} (fingerprint {fingerprint}). Keep a copy of this file apart from the backups: \
             without it nobody signs in with an authenticator app.",
            file.display()
        ),
        _ => println!(
            "security.key_file is not set: without a key nobody can set up an authenticator app. \
             Name a file with it that every node has the same copy of."
        ),
    }
    Ok(())
}
