//! Configuration: defaults, then a TOML file, then the environment.

mod audit;
mod changeable;
mod http;
mod keys;
mod limits;
mod reading;
mod secrets;
mod sessions;
mod source;
mod spans;
mod value;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use audit::{Audit, LogTo, Webhook};
pub use changeable::{CHANGEABLE, Changeable, Reach, Reset};
pub use http::Http;
pub use keys::{KEYS, Key, UNNAMED};
pub use limits::{ByStaff, Confirm, Limit, Limits, Pauses, Shares, Widths};
pub use secrets::without_secrets;
pub use sessions::Sessions;
pub use source::{Origin, Source};
pub use value::{InvitationUsername, LogFormat, ResetMode, SmtpSecurity, SmtpUrl};

use crate::db::DatabaseUrl;
use crate::kernel::Digest;
use reading::Reading;

/// The file read when none is named.
pub const DEFAULT_FILE: &str = "tradepost.toml";

/// Why a configuration can't be used: the key, the place of its value, and
/// what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// Why it could not be read.
        problem: String,
    },
    /// The file is no TOML.
    #[error(
        "{place}: this can't be read ({problem}); texts stand in quotation marks: name = \"Harbour Wholesale\""
    )]
    NoToml {
        /// Where reading ended.
        place: Origin,
        /// What was wrong there.
        problem: String,
    },
    /// A variable of the environment that is none, but nearly one.
    #[error("{place} sets nothing; did you mean {variable}?")]
    NoVariable {
        /// The variable as written.
        place: Origin,
        /// The one that was probably meant.
        variable: String,
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
    /// A file or folder on this machine that can't be used.
    #[error("{place}: {key}: {problem}")]
    Unusable {
        /// The key that names it.
        key: &'static str,
        /// Where that is written.
        place: Origin,
        /// What is wrong with it and what to do.
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

/// Everything that is wrong with a configuration: one thing at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<ConfigError>);

impl std::error::Error for Mistakes {}

/// One on the line; several on a line each.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => one.fmt(f),
            several => {
                write!(f, "{} things are wrong:", several.len())?;
                several.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
            }
        }
    }
}

impl From<ConfigError> for Mistakes {
    fn from(mistake: ConfigError) -> Self {
        Self(vec![mistake])
    }
}

/// Everything an installation is told. See [`KEYS`] for meaning and defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// `http.*`
    pub http: Http,
    /// `database.url`
    pub database: DatabaseUrl,
    /// Where that is written.
    pub database_from: Origin,
    /// `mail.*`
    pub mail: Mail,
    /// `password.*`
    pub password: Password,
    /// `security.key_file`; none only with PostgreSQL.
    pub key_file: Option<PathBuf>,
    /// `hooks.*`
    pub hooks: Hooks,
    /// `limits.*`
    pub limits: Limits,
    /// `sessions.*`
    pub sessions: Sessions,
    /// `staff.second_factor_days`: the days of grace in new installations; none when
    /// nothing is demanded.
    pub second_factor_days: Option<i64>,
    /// `retention.*`
    pub retention: Retention,
    /// `audit.*`
    pub audit: Audit,
    /// `supplier.time_zone`: the zone in which mails state times.
    pub time_zone: jiff::tz::TimeZone,
    /// What the office may change while it runs, as it was given.
    pub changeable: Source,
    /// `log.*`
    pub log: Log,
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

/// What passwords are held to and the cost of a hash.
#[derive(Clone, Debug)]
pub struct Password {
    /// The cost of each Argon2id hash.
    pub cost: passwords::Cost,
    /// How many hashes are worked on at once.
    pub threads: NonZeroUsize,
    /// A list of stolen passwords.
    pub breached_file: Option<PathBuf>,
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
    /// Every key that is unknown, wrong or missing.
    pub fn load(
        named: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Mistakes> {
        Self::check(named, environment)?.1
    }

    /// The same, with what it was read from, for whoever wants to look further even
    /// when something is wrong.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn check(
        named: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<(Source, Result<Self, Mistakes>), Mistakes> {
        let (source, mut mistakes) = Source::gather(named, environment)?;
        let read = match Self::from_source(&source) {
            Ok(config) if mistakes.is_empty() => Ok(config),
            Ok(_) => Err(Mistakes(mistakes)),
            Err(Mistakes(more)) => {
                mistakes.extend(more);
                Err(Mistakes(mistakes))
            }
        };
        Ok((source, read))
    }

    /// Checks every value of a source.
    ///
    /// # Errors
    /// Every key that is wrong or missing.
    pub fn from_source(source: &Source) -> Result<Self, Mistakes> {
        let mut reading = Reading::of(source);
        let config = Self::read(&mut reading);
        reading.finish(config)
    }

    fn read(reading: &mut Reading<'_>) -> Option<Self> {
        let source = reading.source;
        let changeable = Changeable::read_all(reading);
        let http = http::read(reading);
        let database = reading.parse("database.url", |text| {
            text.parse().map_err(|error: crate::db::DatabaseUrlError| error.to_string())
        });
        // Whatever is wrong with the URL, it isn't that there is no file for the key.
        let key_file = database.as_ref().map(|database| key_file(source, database));
        let mail = mail(reading, changeable.as_ref(), key_file.as_ref());
        let sessions = sessions::read(reading);
        let second_factor_days = reading.parse("staff.second_factor_days", spans::grace);
        let retention = retention(reading);
        let audit = audit::read(reading, key_file.as_ref().is_none_or(Option::is_some));
        let limits = Limits::read(reading);
        let password = password(reading);
        let bounce_secret = reading.parse("hooks.bounce_secret", value::shared_secret);
        let time_zone = reading.parse("supplier.time_zone", value::time_zone);
        let level = reading.parse("log.level", value::filter);
        let format = reading.parse("log.format", value::log_format);
        Some(Self {
            http: http?,
            mail: mail?,
            limits: limits?,
            sessions: sessions?,
            second_factor_days: second_factor_days?,
            retention: retention?,
            audit: audit?,
            password: password?,
            database: database?,
            database_from: source.value("database.url").1.clone(),
            key_file: key_file?,
            hooks: Hooks { bounce_secret: bounce_secret? },
            time_zone: time_zone?,
            changeable: source.only(&CHANGEABLE),
            log: Log { level: level?, format: format? },
        })
    }
}

fn mail(
    reading: &mut Reading<'_>,
    changeable: Option<&Changeable>,
    key_file: Option<&Option<PathBuf>>,
) -> Option<Mail> {
    let source = reading.source;
    let smtp = reading.parse("mail.smtp_url", value::smtp_url);
    let supplier = changeable.map_or("Tradepost", |changeable| changeable.supplier.as_str());
    let from = smtp.as_ref().and_then(|smtp| reading.take(sender(source, smtp, supplier)));
    let has_key = key_file.is_none_or(Option::is_some);
    let bounces = reading.take(bounces(source, has_key));
    let templates = reading.parse("mail.templates", value::folder);
    Some(Mail { from: from?, bounces: bounces?, smtp: smtp?, templates: templates? })
}

fn retention(reading: &mut Reading<'_>) -> Option<Retention> {
    let sessions = reading.parse("retention.sessions", |text| spans::kept(text, 1));
    let mails = reading.parse("retention.mails", |text| spans::kept(text, 30));
    let addresses = reading.parse("retention.addresses", |text| spans::kept(text, 1));
    let audit = reading.parse("retention.audit", spans::kept_for_good_or);
    Some(Retention { sessions: sessions?, mails: mails?, addresses: addresses?, audit: audit? })
}

fn password(reading: &mut Reading<'_>) -> Option<Password> {
    let most = passwords::Cost::MAX_MEMORY_KIB;
    let memory_kib = reading.parse("password.memory_kib", |text| value::number(text, 8, most));
    let iterations = reading.parse("password.iterations", |text| value::number(text, 1, 64));
    let threads = reading.parse_or("password.threads", value::threads, value::hashing_threads);
    let cost = passwords::Cost { memory_kib: memory_kib?, iterations: iterations?, parallelism: 1 };
    let breached_file = reading.parse("password.breached_file", value::file);
    Some(Password { cost, threads: threads?, breached_file: breached_file? })
}

/// Where the key is: nodes that share a database must share the key, too, so
/// its place must be named for them.
pub fn key_file(source: &Source, database: &DatabaseUrl) -> Option<PathBuf> {
    match database {
        _ if source.is_set("security.key_file") => Some(source.value("security.key_file").0.into()),
        DatabaseUrl::Sqlite(path) => Some(path.with_extension("key")),
        DatabaseUrl::Postgres(_) => None,
    }
}

/// Where delivery reports come back; the way is signed with the key.
fn bounces(source: &Source, has_key: bool) -> Result<Option<lettre::Address>, ConfigError> {
    if !source.is_set("mail.bounce_address") {
        return Ok(None);
    }
    let address = source.parse("mail.bounce_address", value::bounce_address)?;
    if !has_key {
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
