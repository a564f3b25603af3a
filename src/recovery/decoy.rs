//! The work of a mail that nobody gets: what was asked for led to no one, and
//! whoever asks next should not notice (promise 9).
//!
//! A mail costs a hash, its words and some transactions, and for as long the machine
//! answers others more slowly. So the same is done for names that nobody has.

use passwords::{PoolError, TemporaryPassword};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Job, Lane, Turn};
use crate::kernel::{EmailAddress, Timestamp};
use crate::mail::Kind;
use crate::mail::message::{Outgoing, Rendered};
use crate::mail::templates::Which;

/// To whom the mail would go: nobody can have it (RFC 2606).
const NOBODY: &str = "nobody@nowhere.invalid";
/// Transactions between taking the job of a mail and its end.
const TRANSACTIONS: usize = 4;

/// Instead of which mail.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decoy {
    /// One with a temporary password.
    Reset,
    /// One with usernames.
    Usernames,
    /// One with a link and a code for staff.
    StaffReset,
}

/// Leaves the work of a mail to be done, on the account of who asked.
///
/// # Errors
/// When the database fails.
pub fn leave(tx: &mut Tx<'_>, instead_of: Decoy, share: &str, now: Timestamp) -> Result<()> {
    let turn = Turn { lane: Lane::LookUp, share, domain: "" };
    jobs::enqueue(tx, jobs::Kind::Decoy, turn, &instead_of, now)?;
    Ok(())
}

/// Does the work, and throws away what came of it.
///
/// # Errors
/// When the database, the random source or a template fails.
pub async fn perform(app: &App, job: Job) -> Result<()> {
    let kind = match job.payload()? {
        Decoy::Reset => {
            mint(app).await?;
            Kind::Reset
        }
        Decoy::Usernames => Kind::Usernames,
        Decoy::StaffReset => Kind::StaffReset,
    };
    let settings = app.settings();
    let named = (settings.values.supplier.as_str(), app.config.http.public_url.as_str());
    let which = (kind, settings.values.language);
    let rendered = app.templates().sample(which, "", named, false)?;
    let bytes = written(app, &job, which, &rendered)?;
    tracing::debug!(job.id = %job.id, bytes, "A look-up led to nobody");
    for _ in 1..TRANSACTIONS {
        let (job, now) = (job.clone(), app.clock.now());
        app.db.write(move |tx| jobs::renew(tx, &job, now)).await?;
    }
    app.db.write(move |tx| jobs::finish(tx, &job)).await?;
    Ok(())
}

/// Writes the message; gives its length in bytes.
fn written(app: &App, job: &Job, (kind, language): Which, rendered: &Rendered) -> Result<usize> {
    let broken = |problem: String| Error::Render { what: "a mail", problem };
    let to = EmailAddress::parse(NOBODY).map_err(|error| broken(error.to_string()))?;
    let outgoing = Outgoing {
        kind,
        id: &job.id.to_string(),
        attempt: 1,
        from: &app.config.mail.from,
        return_path: None,
        to: &to,
        to_name: None,
        now: app.clock.now(),
        rendered,
        language,
        logo: None,
    };
    Ok(outgoing.build().map_err(|error| broken(error.to_string()))?.formatted().len())
}

async fn mint(app: &App) -> Result<()> {
    let password = TemporaryPassword::generate_from_system().map_err(PoolError::from)?;
    match app.passwords.hash_decoy(&password).await {
        // Enough is done then.
        Ok(_) | Err(PoolError::Busy) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
