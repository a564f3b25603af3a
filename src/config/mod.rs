//! Configuration: defaults, then a TOML file, then the environment.

mod changeable;
mod keys;
mod source;
mod value;

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use changeable::{CHANGEABLE, Changeable, Reach, Reset};
pub use keys::{KEYS, Key};
pub use source::{Origin, Source};
pub use value::{InvitationUsername, LogFormat, ResetMode, SmtpSecurity, SmtpUrl};

use crate::db::DatabaseUrl;
use crate::kernel::Digest;

/// The file read when none is named.
pub const DEFAULT_FILE: &str = "tradepost.toml";

/// Why a configuration can't be used: the key, the place of its value, and
/// what would be right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// Why it could not be read.
        problem: String,
    },
    /// A key that Tradepost doesn't know.
    #[error("{place}: there is no key {key}{hint}", hint = .nearest.map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    Unknown {
        /// The key as written.
        key: String,
        /// Where it is written.
        place: Origin,
        /// The known key it resembles.
        nearest: Option<&'static str>,
    },
    /// A value that can't be used.
    #[error("{place}: {key} {problem}")]
    Wrong {
        /// The key.
        key: &'static str,
        /// Where its value is written.
        place: Origin,
        /// What would be right.
        problem: String,
    },
    /// A value that is needed and has no default.
    #[error("{key} is missing: {problem}")]
    Missing {
        /// The key.
        key: &'static str,
        /// Why it is needed and what would be right.
        problem: String,
    },
}

/// Everything an installation is told. See [`KEYS`] for meaning and defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// `http.*`
    pub http: Http,
    /// `database.url`
    pub database: DatabaseUrl,
    /// `mail.*`
    pub mail: Mail,
    /// `password.*`
    pub password: Password,
    /// `security.key_file`; none only with PostgreSQL.
    pub key_file: Option<PathBuf>,
    /// `hooks.*`
    pub hooks: Hooks,
    /// `retention.*`
    pub retention: Retention,
    /// `supplier.time_zone`: the zone in which mails state times.
    pub time_zone: jiff::tz::TimeZone,
    /// What the office may change while it runs, as it was given.
    pub changeable: Source,
    /// `log.*`
    pub log: Log,
}

/// Where the doors are.
#[derive(Clone, Debug)]
pub struct Http {
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// Where people reach the website, without a path or a slash at its end.
    pub public_url: String,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The mail server to hand messages to.
    pub smtp: SmtpUrl,
    /// Who mails are from.
    pub from: lettre::message::Mailbox,
    /// Where delivery reports come back, without what tells mails apart.
    pub bounces: Option<lettre::Address>,
    /// A folder whose templates stand in for the built-in ones.
    pub templates: Option<PathBuf>,
}

/// What other programs may hand in.
#[derive(Clone, Debug)]
pub struct Hooks {
    /// The digest of the secret for delivery reports; none may be handed in
    /// without.
    pub bounce_secret: Option<Digest>,
}

/// The cost of a hash.
#[derive(Clone, Copy, Debug)]
pub struct Password {
    /// The cost of each Argon2id hash.
    pub cost: passwords::Cost,
    /// How many hashes are worked on at once.
    pub threads: NonZeroUsize,
}

/// How long things are kept (see docs/privacy.md).
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Sessions that have ended.
    pub sessions: Duration,
    /// Where finished mails went, and what was answered.
    pub mails: Duration,
    /// IP addresses in the audit trail.
    pub addresses: Duration,
    /// Entries of the audit trail; for good when nothing is said.
    pub audit: Option<Duration>,
}

/// What is logged.
#[derive(Clone, Debug)]
pub struct Log {
    /// A `tracing` filter such as `info` or `tradepost=debug`.
    pub level: String,
    /// How log lines look.
    pub format: LogFormat,
}

impl Config {
    /// Reads the file (`named`, else [`DEFAULT_FILE`] if it is there), lays the
    /// environment over it, and checks every value.
    ///
    /// # Errors
    /// The first key that is unknown, wrong or missing.
    pub fn load(
        named: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        Self::from_source(&Source::read(named, environment)?)
    }

    /// Checks every value of a source.
    ///
    /// # Errors
    /// The first key that is wrong or missing.
    pub fn from_source(source: &Source) -> Result<Self, ConfigError> {
        let listen: SocketAddr = source.parse("http.listen", value::listen)?;
        let smtp = source.parse("mail.smtp_url", value::smtp_url)?;
        let supplier = Changeable::read(source)?.supplier;
        let database: DatabaseUrl = source.parse("database.url", |text| {
            text.parse().map_err(|error: crate::db::DatabaseUrlError| error.to_string())
        })?;
        let key_file = key_file(source, &database);
        Ok(Self {
            http: Http {
                listen,
                public_url: source
                    .parse_or("http.public_url", value::public_url, || format!("http://{listen}"))?,
                trusted_proxies: source.parse("http.trusted_proxies", value::addresses)?,
            },
            mail: Mail {
                from: sender(source, &smtp, &supplier)?,
                bounces: bounces(source, key_file.as_deref())?,
                smtp,
                templates: source.parse("mail.templates", value::folder)?,
            },
            retention: Retention {
                sessions: source.parse("retention.sessions", |text| value::kept(text, 1))?,
                mails: source.parse("retention.mails", |text| value::kept(text, 30))?,
                addresses: source.parse("retention.addresses", |text| value::kept(text, 1))?,
                audit: source.parse("retention.audit", value::kept_for_good_or)?,
            },
            password: Password {
                cost: passwords::Cost {
                    memory_kib: source.parse("password.memory_kib", |text| {
                        value::number(text, 8, passwords::Cost::MAX_MEMORY_KIB)
                    })?,
                    iterations: source.parse("password.iterations", |text| value::number(text, 1, 64))?,
                    parallelism: 1,
                },
                threads: source.parse_or("password.threads", value::threads, value::hashing_threads)?,
            },
            database,
            key_file,
            hooks: Hooks { bounce_secret: source.parse("hooks.bounce_secret", value::shared_secret)? },
            time_zone: source.parse("supplier.time_zone", value::time_zone)?,
            changeable: source.only(&CHANGEABLE),
            log: Log {
                level: source.parse("log.level", value::filter)?,
                format: source.parse("log.format", value::log_format)?,
            },
        })
    }
}

/// Where the key is: nodes that share a database must share the key, too, so
/// its place must be named for them.
fn key_file(source: &Source, database: &DatabaseUrl) -> Option<PathBuf> {
    match database {
        _ if source.is_set("security.key_file") => Some(source.value("security.key_file").0.into()),
        DatabaseUrl::Sqlite(path) => Some(path.with_extension("key")),
        DatabaseUrl::Postgres(_) => None,
    }
}

/// Where delivery reports come back; the way is signed with the key.
fn bounces(source: &Source, key_file: Option<&Path>) -> Result<Option<lettre::Address>, ConfigError> {
    if !source.is_set("mail.bounce_address") {
        return Ok(None);
    }
    let address = source.parse("mail.bounce_address", value::bounce_address)?;
    if key_file.is_none() {
        let problem = "mail.bounce_address needs it; name a file that every node has the same copy of";
        return Err(ConfigError::Missing { key: "security.key_file", problem: problem.into() });
    }
    Ok(Some(address))
}

/// The sender. Without one only a mail server on this machine is trusted to
/// fill in what is missing; others refuse or discard such mail.
fn sender(source: &Source, smtp: &SmtpUrl, supplier: &str) -> Result<lettre::message::Mailbox, ConfigError> {
    if source.is_set("mail.from") {
        return source.parse("mail.from", value::mailbox);
    }
    if !smtp.is_local() {
        let problem = "mail servers refuse mail without a real sender; set it to an address such as \"Harbour Wholesale <orders@harbour.example>\"";
        return Err(ConfigError::Missing { key: "mail.from", problem: problem.into() });
    }
    let address = lettre::Address::new("noreply", "localhost");
    address
        .map(|address| lettre::message::Mailbox::new(Some(supplier.to_owned()), address))
        .map_err(|error| ConfigError::Missing { key: "mail.from", problem: error.to_string() })
}
