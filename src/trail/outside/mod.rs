//! The trail outside: its signed end is sent where whoever owns the database can't
//! reach, and its entries to a log server (ASVS 5.0, 16.4.2 and 16.4.3).
//!
//! Each way has a row that says when it is due. A node claims it, sends without a
//! transaction, and writes down how it went; one that dies leaves the row to others
//! when its lease is over. So something may be sent twice and is never left out.

mod file;
mod mail;
mod store;

use std::time::Duration;

use crate::app::App;
use crate::audit::{self, Head};
use crate::config::LogTo;
use crate::error::Result;
use crate::http::post::post;
use crate::kernel::Timestamp;
use crate::kernel::names;
use crate::stopping::Phase;

pub use store::{Sent, all as sent};

/// How long a node may be at it before another takes over.
const LEASE: Duration = Duration::from_mins(2);
/// How long nothing is sent the way that failed.
const PAUSE: Duration = Duration::from_mins(5);
/// Entries written at once.
const ENTRIES: i64 = 500;

names! {
    /// A way the trail goes elsewhere.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Way {
        /// Heads, to a file.
        File = "file",
        /// Heads, by mail.
        Mail = "mail",
        /// Heads, to a web server.
        Webhook = "webhook",
        /// Entries, for a log server.
        Log = "log",
    }
}

impl Way {
    /// The ways this installation sends the trail.
    pub fn of(app: &App) -> Vec<Self> {
        let told = &app.config.audit;
        let is_told = |way: &Self| match way {
            Self::File => told.heads_file.is_some(),
            Self::Mail => told.heads_mail.is_some(),
            Self::Webhook => told.heads_webhook.is_some(),
            Self::Log => told.log.is_some(),
        };
        Self::ALL.into_iter().filter(is_told).collect()
    }
}

/// Sends whatever is due, each way that is told.
///
/// # Errors
/// When the database fails.
pub async fn send_due(app: &App, ways: &[Way]) -> Result<()> {
    for way in ways.iter().copied() {
        let now = app.clock.now();
        let is_due = app.db.read(move |tx| store::is_due(tx, way, now)).await?;
        if is_due && app.db.write(move |tx| store::claim(tx, way, now, now.plus(LEASE))).await? {
            send(app, way, now).await?;
        }
    }
    Ok(())
}

async fn send(app: &App, way: Way, now: Timestamp) -> Result<()> {
    let sending = async {
        match way {
            Way::Log => entries(app, now).await,
            _ => head(app, way, now).await,
        }
    };
    let outcome = tokio::select! {
        outcome = sending => outcome?,
        // Another node or the next start sends it, at once.
        () = app.stopping.reaches(Phase::Over) => return give_back(app, way, now).await,
    };
    if let Err(problem) = &outcome {
        tracing::warn!(way = way.as_str(), %problem, "The audit trail could not be sent elsewhere; it is tried again");
    }
    let every = if way == Way::Log { Duration::ZERO } else { app.config.audit.heads_every };
    app.db
        .write(move |tx| match &outcome {
            Ok(number) => store::record_sent(tx, way, *number, (now, now.plus(every))),
            Err(problem) => store::record_failed(tx, way, problem, now.plus(PAUSE)),
        })
        .await?;
    Ok(())
}

async fn give_back(app: &App, way: Way, now: Timestamp) -> Result<()> {
    app.db.write(move |tx| store::record_failed(tx, way, "this node was stopped meanwhile", now)).await?;
    Ok(())
}

/// Sends the head as it is now; gives its number, or why it didn't go.
async fn head(app: &App, way: Way, now: Timestamp) -> Result<Result<i64, String>> {
    let Some(head) = app.db.read(move |tx| audit::head(tx, now)).await? else { return Ok(Ok(0)) };
    let told = &app.config.audit;
    let sent = match (way, &told.heads_file, &told.heads_mail, &told.heads_webhook) {
        (Way::File, Some(file), _, _) => file::add(file.clone(), format!("{head}\n")).await,
        (Way::Mail, _, Some(to), _) => mail::send(app, to, &head, now).await?,
        (Way::Webhook, _, _, Some(to)) => post(&to.0, posted(&head)).await,
        _ => Ok(()),
    };
    Ok(sent.map(|()| head.number))
}

/// A head as it is posted.
fn posted(head: &Head) -> String {
    serde_json::json!({
        "type": "audit-head",
        "number": head.number,
        "hash": head.hash.hex(),
        "at": head.at.rfc3339(),
        "head": head.to_string(),
    })
    .to_string()
}

/// Writes the entries that were not written yet; gives the number of the last.
async fn entries(app: &App, now: Timestamp) -> Result<Result<i64, String>> {
    let Some(to) = app.config.audit.log.clone() else { return Ok(Ok(0)) };
    let mut after = app.db.read(|tx| store::number(tx, Way::Log)).await?;
    loop {
        let (lines, last) = app.db.read(move |tx| audit::lines_after(tx, after, ENTRIES)).await?;
        if lines.is_empty() {
            return Ok(Ok(after));
        }
        let written = match &to {
            LogTo::Stdout => file::print(lines).await,
            LogTo::File(file) => file::add(file.clone(), lines).await,
        };
        if let Err(problem) = written {
            return Ok(Err(problem));
        }
        after = last;
        app.db.write(move |tx| store::record_sent(tx, Way::Log, last, (now, now.plus(LEASE)))).await?;
    }
}
