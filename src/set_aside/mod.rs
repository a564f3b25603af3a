//! Jobs that are not done by themselves any more: each ended the process, or broke
//! down, twice. A person tries them again.

pub mod portal;

use crate::actor::Actor;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::Kind;
use crate::jobs::unended::{self, SetAside, Suspect};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, JobId};
use crate::mail::{self, SendMail};
use crate::settings;

/// Why a job was set aside.
pub const WHY: &str = "begun twice without an end: Tradepost stopped or broke down in the middle of it, the second time while it did nothing else";
/// What is said of a mail whose job was set aside.
const MAIL_WAITS: &str = "set aside, for Tradepost ended twice while it put this mail together; somebody has to try it again under Settings, Set aside";
/// Jobs that are listed at once.
const LISTED: i64 = 200;

/// A job that was set aside, and what it is about.
#[derive(Clone, Debug)]
pub struct Item {
    /// The job.
    pub job: SetAside,
    /// What it was to do.
    pub what: String,
    /// For whom, if it is a mail for a contact.
    pub contact: Option<ContactId>,
}

/// Sets a job aside, unless another node was quicker; says whether it did.
///
/// # Errors
/// When the database fails.
pub fn put(tx: &mut Tx<'_>, suspect: Suspect, now: Timestamp) -> Result<bool> {
    let Some(job) = unended::set_aside(tx, suspect, now)? else { return Ok(false) };
    if job.kind == Kind::SendMail {
        mail::set_aside(tx, job.payload::<SendMail>()?.mail, MAIL_WAITS)?;
    }
    let about = About::default().with("job", job.kind.as_str());
    audit::record(tx, &Actor::system(), now, Event::JobSetAside, about)?;
    Ok(true)
}

/// The jobs that were set aside, newest first.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see settings.
pub fn list(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Item>> {
    settings::must_see(actor)?;
    unended::those_set_aside(tx, LISTED)?.into_iter().map(|job| item(tx, job)).collect()
}

fn item(tx: &mut Tx<'_>, job: SetAside) -> Result<Item> {
    let (what, contact) = match job.kind {
        Kind::SendMail => {
            let mail = mail::find(tx, job.payload::<SendMail>()?.mail)?;
            let kind = mail.as_ref().map_or("erased since", |mail| mail.kind.title());
            (format!("Mail: {kind}"), mail.and_then(|mail| mail.contact))
        }
        Kind::ForgotPassword => ("Looking up who forgot a password".to_owned(), None),
        Kind::ForgotUsername => ("Looking up who forgot their usernames".to_owned(), None),
        Kind::ForgotStaffPassword => ("Looking up which colleague forgot a password".to_owned(), None),
        Kind::Decoy => ("Doing as much as a look-up".to_owned(), None),
        Kind::Run => ("Taking a run further".to_owned(), None),
        Kind::Import => ("Taking an import further".to_owned(), None),
    };
    Ok(Item { job, what, contact })
}

/// Takes a job up again: it is tried alone, at once.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not change settings,
/// [`Error::NotFound`] when no such job was set aside.
pub fn take_up(tx: &mut Tx<'_>, actor: &Actor, id: JobId, now: Timestamp) -> Result<()> {
    settings::must_change(actor)?;
    if !unended::take_up(tx, id, now)? {
        return Err(Error::NotFound);
    }
    audit::record(tx, actor, now, Event::JobTakenUp, About::default())?;
    tx.wake_workers();
    Ok(())
}
