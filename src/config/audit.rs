//! `audit.*`: what of the audit trail goes elsewhere.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::reading::Reading;
use super::{ConfigError, spans};
use crate::kernel::EmailAddress;

/// What of the audit trail goes elsewhere (see docs/audit.md).
#[derive(Clone, Debug)]
pub struct Audit {
    /// A file to which signed heads are added.
    pub heads_file: Option<PathBuf>,
    /// Where they are mailed.
    pub heads_mail: Option<EmailAddress>,
    /// Where they are posted.
    pub heads_webhook: Option<Webhook>,
    /// How often.
    pub heads_every: Duration,
    /// Where entries are written for a log server.
    pub log: Option<LogTo>,
}

/// Where something is posted. Its path may be a secret, so only the host is shown.
#[derive(Clone)]
pub struct Webhook(pub url::Url);

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

/// Where entries are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTo {
    /// To standard output, for whatever gathers logs there.
    Stdout,
    /// To a file.
    File(PathBuf),
}

/// Reads the section; heads need the key that signs them.
pub(super) fn read(reading: &mut Reading<'_>, has_key: bool) -> Option<Audit> {
    let heads_file = reading.parse("audit.heads_file", |text| Ok(path(text)));
    let heads_mail = reading.parse("audit.heads_mail", address);
    let heads_webhook = reading.parse("audit.heads_webhook", webhook);
    let heads_every = reading.parse("audit.heads_every", every);
    let log = reading.parse("audit.log", |text| {
        Ok(if text == "stdout" { Some(LogTo::Stdout) } else { path(text).map(LogTo::File) })
    });
    let sent = ["audit.heads_file", "audit.heads_mail", "audit.heads_webhook"];
    if let Some(needs) = sent.into_iter().find(|key| !has_key && reading.source.is_set(key)) {
        let problem = format!(
            "{needs} needs it, to sign what is sent; name a file that every node has the same copy of"
        );
        reading.take::<()>(Err(ConfigError::Missing { key: "security.key_file", problem }));
    }
    Some(Audit {
        heads_file: heads_file?,
        heads_mail: heads_mail?,
        heads_webhook: heads_webhook?,
        heads_every: heads_every?,
        log: log?,
    })
}

fn path(text: &str) -> Option<PathBuf> {
    if text.is_empty() { None } else { Some(text.into()) }
}

fn address(text: &str) -> Result<Option<EmailAddress>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    EmailAddress::parse(text)
        .map(Some)
        .map_err(|_| "must be an address such as auditor@harbour.example".into())
}

/// Encrypted, or to this machine.
fn webhook(text: &str) -> Result<Option<Webhook>, String> {
    let right = "must be an https address, such as https://log.harbour.example/heads";
    if text.is_empty() {
        return Ok(None);
    }
    let url = url::Url::parse(text).map_err(|_| right.to_owned())?;
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(right.into()),
    };
    let plain = url.username().is_empty() && url.password().is_none();
    match url.scheme() {
        "https" if plain => Ok(Some(Webhook(url))),
        "http" if plain && here => Ok(Some(Webhook(url))),
        _ => Err(right.into()),
    }
}

fn every(text: &str) -> Result<Duration, String> {
    let time = spans::valid_for(text).ok().filter(|time| *time >= Duration::from_hours(1));
    time.ok_or_else(|| "must be a time from 1h to 30d, such as 24h".into())
}
