//! Delivery truth to the end: reports that a mail came back (promise 12).
//!
//! A report is believed when it comes to the return path of a mail of ours,
//! which nobody else can make, and is one: by the standard (RFC 3464) or in the
//! words of a mail system. It changes what became of that mail; when it says
//! that the address takes no mail, the address is marked for everyone who has
//! it.

pub mod api;
mod prose;
mod report;

use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::mail::{self, ReturnPath};
use crate::recovery::delivery::{self, Failed};
use crate::runs;

pub use report::{LARGEST, NotAReport, Report, Verdict};

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The mail is marked as come back.
    Returned {
        /// Whether the address is marked, too.
        hard: bool,
    },
    /// It says that the mail is late, or has arrived: nothing was changed.
    NoFailure,
    /// It was known already: nothing was changed.
    Known,
}

/// Why a report was refused; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is larger than any report.
    #[error("it is larger than {LARGEST} bytes")]
    TooLarge,
    /// It came to no return path of ours, or to a forged one.
    #[error("it did not come to the return path of a mail sent from here")]
    NotOurs,
    /// It is no report.
    #[error(transparent)]
    NotAReport(#[from] NotAReport),
}

/// Reads what came back: whom it was addressed to says which mail it is about.
/// `recipient` is the address the mail server accepted it for; without it the
/// headers that mail servers add, and `To`, are asked.
///
/// # Errors
/// Why it was refused.
pub fn read(path: &ReturnPath, recipient: Option<&str>, raw: &[u8]) -> std::result::Result<Report, Refusal> {
    if raw.len() > LARGEST {
        return Err(Refusal::TooLarge);
    }
    let verdict = report::read(raw)?;
    let named = recipient.map(str::to_owned);
    let addresses = named.into_iter().chain(report::recipients_of(raw));
    let mail = addresses.into_iter().find_map(|address| path.mail_of(address.trim()));
    mail.map(|mail| Report { mail, verdict }).ok_or(Refusal::NotOurs)
}

/// Writes down what a report says.
///
/// # Errors
/// When the database fails.
pub fn receive(tx: &mut Tx<'_>, report: &Report, now: Timestamp) -> Result<Option<Received>> {
    let Some(mail) = mail::find(tx, report.mail)? else { return Ok(None) };
    let Verdict::Failed { hard, class, why } = &report.verdict else { return Ok(Some(Received::NoFailure)) };
    if !mail::returned(tx, mail.id, (why, *class), now)? {
        return Ok(Some(Received::Known));
    }
    let failed = if *hard { Failed::Bounced } else { Failed::Returned };
    delivery::failed(tx, &mail, failed, now)?;
    runs::failed(tx, mail.id, *class, why, now)?;
    Ok(Some(Received::Returned { hard: *hard }))
}

/// Reads a report and writes down what it says; logs what became of it.
///
/// # Errors
/// When the database fails.
pub async fn take_in(
    db: &crate::db::Db,
    path: &ReturnPath,
    recipient: Option<&str>,
    raw: &[u8],
    now: Timestamp,
) -> Result<std::result::Result<Received, Refusal>> {
    let received = match read(path, recipient, raw) {
        Ok(report) => {
            let mail = report.mail;
            let received = db.write(move |tx| receive(tx, &report, now)).await?;
            tracing::info!(mail.id = %mail, ?received, "Delivery report");
            received.ok_or(Refusal::NotOurs)
        }
        Err(refusal) => Err(refusal),
    };
    if let Err(refusal) = received {
        tracing::warn!(reason = %refusal, bytes = raw.len(), "A delivery report was refused");
    }
    Ok(received)
}
