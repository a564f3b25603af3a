//! What a running installation consists of. Everything is handed what it
//! needs from here; there are no globals.

use crate::config::Config;
use crate::db::Db;
use crate::kernel::Clock;
use crate::keys::{KeyError, Keys};
use crate::mail::ReturnPath;
use crate::mail::inbox::DevInbox;
use crate::mail::smtp::{Smtp, SmtpError};
use crate::mail::templates::{TemplateError, Templates};

/// Passwords that may wait for a hashing thread before more are turned away.
const HASHES_WAITING: usize = 256;

/// A running installation.
pub struct App {
    /// What it was told.
    pub config: Config,
    /// Where it keeps everything.
    pub db: Db,
    /// Its clock.
    pub clock: Clock,
    /// Its hashing threads.
    pub passwords: passwords::Pool,
    /// The password rule.
    pub password_rule: passwords::Rule,
    /// What mails say.
    pub templates: Templates,
    /// Where mails go.
    pub outbound: Outbound,
    /// Its key, where a file is named for it.
    pub keys: Option<Keys>,
    /// Where reports about their delivery come back.
    pub return_path: Option<ReturnPath>,
}

/// Where mails go.
pub enum Outbound {
    /// To the mail server.
    Smtp(Smtp),
    /// Into the inbox that `demo` shows.
    Inbox(DevInbox),
}

/// Why an installation could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database could not be opened or brought up to date.
    #[error("database {0}: {1}")]
    Database(String, crate::db::MigrateError),
    /// The installation's key can't be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A mail template is broken.
    #[error("mail template {0}")]
    Templates(#[from] TemplateError),
    /// The hashing threads could not be started.
    #[error("hashing threads: {0}")]
    Hashing(#[from] passwords::StartError),
    /// The way to the mail server could not be set up.
    #[error("mail server: {0}")]
    Smtp(#[from] SmtpError),
    /// The password rule is out of bounds.
    #[error("password rule: {0}")]
    Rule(#[from] passwords::RuleError),
}

impl App {
    /// Opens the database, starts the hashing threads, reads the templates.
    ///
    /// # Errors
    /// What could not be started, in one line.
    pub fn start(config: Config, clock: Clock, inbox: Option<DevInbox>) -> Result<Self, StartError> {
        let db = Db::open(&config.database)
            .map_err(|error| StartError::Database(config.database.to_string(), error))?;
        let keys = config.key_file.as_deref().map(Keys::open).transpose()?;
        let settings = passwords::Settings {
            threads: config.password.threads,
            waiting: HASHES_WAITING,
            cost: config.password.cost,
        };
        let hello = config
            .http
            .public_url
            .split("://")
            .last()
            .and_then(|host| host.split(':').next())
            .unwrap_or("localhost");
        Ok(Self {
            passwords: passwords::Pool::start(settings)?,
            password_rule: passwords::Rule::new(config.password.min_length)?,
            return_path: config
                .mail
                .bounces
                .clone()
                .zip(keys.clone())
                .map(|(address, keys)| ReturnPath::new(address, keys)),
            keys,
            templates: Templates::load(config.mail.templates.as_deref())?,
            outbound: match inbox {
                Some(inbox) => Outbound::Inbox(inbox),
                None => Outbound::Smtp(Smtp::new(&config.mail.smtp, hello)?),
            },
            config,
            db,
            clock,
        })
    }
}
