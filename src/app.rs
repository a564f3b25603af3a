//! What a running installation consists of. Everything is handed what it
//! needs from here; there are no globals.

use std::sync::{Arc, PoisonError, RwLock};

use passwords::{Breached, Password, Problem};

use crate::audit;
use crate::config::{Config, Mistakes};
use crate::db::{DatabaseUrl, Db};
use crate::gauges::Gauges;
use crate::held::HeldFiles;
use crate::kernel::Clock;
use crate::keys::{self, KeyError, Keys};
use crate::mail::ReturnPath;
use crate::mail::inbox::DevInbox;
use crate::mail::smtp::{Smtp, SmtpError};
use crate::mail::templates::{TemplateError, Templates};
use crate::passkeys::RelyingParty;
use crate::refusals::Refusals;
use crate::settings::logo::Logo;
use crate::settings::{self, Settings};
use crate::stopping::Stopping;
use crate::wording;
use crate::writable::Writable;

/// Passwords that may wait for a hashing thread before more are turned away.
const HASHES_WAITING: usize = 1_024;
/// Those of one network.
const HASHES_PER_SHARE: usize = 32;

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
    /// Passwords that were stolen somewhere, if the operator has a list.
    pub breached: Option<Arc<Breached>>,
    /// What mails say unless the office words it otherwise.
    pub built_in: Templates,
    /// What the office changes while it runs.
    live: RwLock<Arc<Live>>,
    /// Where mails go.
    pub outbound: Outbound,
    /// The website as passkeys know it; none where browsers give none.
    pub passkeys: Option<RelyingParty>,
    /// Its key, where a file is named for it.
    pub keys: Option<Keys>,
    /// Where reports about their delivery come back.
    pub return_path: Option<ReturnPath>,
    /// Files that were handed in lately.
    pub held: HeldFiles,
    /// Whether the database can be written to.
    pub writable: Writable,
    /// Whether this process is about to end.
    pub stopping: Stopping,
    /// What was refused lately.
    pub refusals: Refusals,
    /// How full what is bounded is.
    pub gauges: Gauges,
}

/// What the office changes while it runs, as this node knows it.
struct Live {
    /// How often something had been changed.
    generation: i64,
    settings: Arc<Settings>,
    templates: Arc<Templates>,
    logo: Option<Arc<Logo>>,
    /// Whether the list of first steps is shown.
    first_steps: bool,
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
    Database(DatabaseUrl, crate::db::MigrateError),
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
    /// The list of stolen passwords can't be used.
    #[error("password.breached_file: {0}")]
    Breached(#[from] passwords::BreachedError),
    /// The settings are out of bounds.
    #[error("settings: {0}")]
    Settings(#[from] Mistakes),
    /// What the office changed can't be read.
    #[error("reading the settings: {0}")]
    Follow(#[from] crate::Error),
}

impl App {
    /// Holds a new password against `rule` and the list of stolen ones, on a thread where
    /// that may take its time.
    ///
    /// # Errors
    /// When the list can't be read any more.
    pub async fn problems_of(
        &self,
        new: Password,
        rule: impl FnOnce(&Password) -> Vec<Problem> + Send + 'static,
    ) -> crate::error::Result<(Vec<Problem>, Password)> {
        let breached = self.breached.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let mut problems = rule(&new);
            if let Some(breached) = breached
                && breached.contains(&new)?
            {
                problems.push(Problem::IsBreached);
            }
            Ok::<_, crate::Error>((problems, new))
        });
        looked.await?
    }

    /// Opens the database, which is made if there is none, and starts on it.
    ///
    /// # Errors
    /// What could not be started, in one line.
    pub async fn start(config: Config, clock: Clock, inbox: Option<DevInbox>) -> Result<Self, StartError> {
        let db = Db::open(&config.database)
            .map_err(|error| StartError::Database(config.database.clone(), error))?;
        Self::on(db, config, clock, inbox).await
    }

    /// Reads the key, starts the hashing threads, reads the templates.
    ///
    /// # Errors
    /// What could not be started, in one line.
    pub async fn on(
        db: Db,
        config: Config,
        clock: Clock,
        inbox: Option<DevInbox>,
    ) -> Result<Self, StartError> {
        let keys = keys::of(&db, config.key_file.as_deref(), clock.now()).await?;
        let now = clock.now();
        db.write(move |tx| Ok::<_, crate::Error>(audit::catch_up(tx, now)?)).await?;
        db.listen();
        let hashing = passwords::Settings {
            threads: config.password.threads,
            waiting: HASHES_WAITING,
            per_share: HASHES_PER_SHARE,
            cost: config.password.cost,
        };
        let built_in = Templates::load(config.mail.templates.as_deref())?;
        let settings = Arc::new(Settings::of(&config.changeable, &[])?);
        let live = Live {
            generation: 0,
            settings,
            templates: Arc::new(built_in.clone()),
            logo: None,
            first_steps: false,
        };
        let app = Self {
            passwords: passwords::Pool::start(hashing)?,
            breached: match &config.password.breached_file {
                Some(file) => Some(Arc::new(Breached::open(file)?)),
                None => None,
            },
            passkeys: RelyingParty::of(&config),
            return_path: config
                .mail
                .bounces
                .clone()
                .zip(keys.clone())
                .map(|(address, keys)| ReturnPath::new(address, keys)),
            keys,
            built_in,
            live: RwLock::new(Arc::new(live)),
            held: HeldFiles::default(),
            writable: Writable::default(),
            stopping: Stopping::default(),
            refusals: Refusals::default(),
            gauges: Gauges::default(),
            outbound: match inbox {
                Some(inbox) => Outbound::Inbox(inbox),
                None => Outbound::Smtp(Smtp::new(&config.mail.smtp, config.http.hello())?),
            },
            config,
            db,
            clock,
        };
        app.load().await?;
        Ok(app)
    }

    /// The website as passkeys know it.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] where there can be no passkeys.
    pub fn relying_party(&self) -> crate::error::Result<RelyingParty> {
        self.passkeys.clone().ok_or(crate::Error::NotFound)
    }

    /// The settings as they are now.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.live().settings)
    }

    /// What mails say now.
    pub fn templates(&self) -> Arc<Templates> {
        Arc::clone(&self.live().templates)
    }

    /// The supplier's logo, if there is one.
    pub fn logo(&self) -> Option<Arc<Logo>> {
        self.live().logo.clone()
    }

    /// Whether the list of first steps is shown.
    pub fn shows_first_steps(&self) -> bool {
        self.live().first_steps
    }

    fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether the office changed something, here or on another node, and
    /// takes it over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow(&self) -> crate::error::Result<()> {
        let known = self.live().generation;
        if self.db.read(settings::generation).await? == known { Ok(()) } else { self.load().await }
    }

    async fn load(&self) -> crate::error::Result<()> {
        let read = self.db.read(|tx| {
            let logo = settings::logo::latest(tx)?;
            let (generation, first_steps) =
                (settings::generation(tx)?, settings::first_steps::are_shown(tx)?);
            Ok::<_, crate::Error>((generation, settings::all(tx)?, wording::latest(tx)?, (logo, first_steps)))
        });
        let (generation, stored, worded, (logo, first_steps)) = read.await?;
        let settings =
            Settings::of(&self.config.changeable, &stored).map_err(|error| settings::wrong(&error))?;
        let include_username = settings.values.include_username;
        let logo = logo.filter(|logo| logo.picture.is_some()).map(Arc::new);
        let picture = logo.as_ref().and_then(|logo| logo.picture.as_ref());
        let built_in = self.built_in.clone().branded(&settings.accent(), picture, &settings.values.reach);
        let templates = Arc::new(wording::over(built_in, &worded, include_username));
        let next = Arc::new(Live { generation, settings: Arc::new(settings), templates, logo, first_steps });
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        // Of two that look at once, the one that saw less comes second.
        if next.generation >= live.generation {
            *live = next;
        }
        Ok(())
    }
}
