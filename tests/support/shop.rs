//! A whole installation for one story: the real router on a real socket, real
//! workers, a real mail server to hand mails to, and a clock that can be moved.

mod asking;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tradepost::app::{App, Outbound};
use tradepost::config::{Config, Source};
use tradepost::db::Db;
use tradepost::http::places::Places;
use tradepost::http::serve;
use tradepost::kernel::{Clock, Timestamp};
use tradepost::mail::smtp::Timeouts;
use tradepost::{Error, jobs, routes, staff, worker};

use super::client::Browser;
use super::database::{Database, Kind};
use super::smtp_sink::SmtpSink;

pub use asking::eventually;

/// How long anything may take that is waited for.
pub const SOON: Duration = Duration::from_secs(15);
/// Where people reach the website.
pub const PUBLIC_URL: &str = "http://shop.test";
/// The supplier.
pub const SUPPLIER: &str = "Harbour Wholesale";

/// A running installation with its surroundings.
pub struct Shop {
    pub clock: Clock,
    pub smtp: SmtpSink,
    pub database: Arc<Database>,
    address: Arc<Mutex<SocketAddr>>,
    settings: Settings,
    node: Option<Node>,
    /// Where the key of this installation is.
    pub(super) keys: tempfile::TempDir,
    /// Mails that a story has looked at, by their place in the sink.
    read: Mutex<BTreeSet<usize>>,
    pub(super) numbers: AtomicU32,
}

/// How an installation differs from the usual one.
#[derive(Clone, Default)]
struct Settings {
    config: Vec<(&'static str, String)>,
    /// Variables of the environment.
    environment: Vec<(String, String)>,
    idle: bool,
    /// Whether the mail server may take as long as it likes.
    patient: bool,
}

/// One process of an installation. Dropping it is like killing the process.
struct Node {
    app: Arc<App>,
    workers: Option<worker::Workers>,
    runtime: Option<Runtime>,
}

impl Drop for Node {
    fn drop(&mut self) {
        // Not in the background: what it was polling must not go on with a clock
        // that has been moved since. On a thread, since a runtime is dropped in
        // none.
        if let Some(runtime) = self.runtime.take() {
            drop(std::thread::spawn(move || runtime.shutdown_timeout(SOON)).join());
        }
    }
}

impl Shop {
    /// An installation as it comes.
    pub async fn open(kind: Kind) -> Self {
        Self::start(kind, Settings::default()).await
    }

    /// An installation with these keys set.
    pub async fn with(kind: Kind, config: &[(&'static str, &str)]) -> Self {
        let config = config.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        Self::start(kind, Settings { config, ..Settings::default() }).await
    }

    /// An installation whose operator set these variables of the environment.
    pub async fn fixed(kind: Kind, variables: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment = variables.iter().map(own).collect();
        Self::start(kind, Settings { environment, ..Settings::default() }).await
    }

    /// An installation whose workers don't work until it is restarted.
    pub async fn idle(kind: Kind) -> Self {
        Self::start(kind, Settings { idle: true, ..Settings::default() }).await
    }

    /// The same, with these keys set.
    pub async fn idle_with(kind: Kind, config: &[(&'static str, &str)]) -> Self {
        let config = config.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        Self::start(kind, Settings { config, idle: true, ..Settings::default() }).await
    }

    /// An installation that waits for its mail server.
    pub async fn patient(kind: Kind) -> Self {
        Self::start(kind, Settings { patient: true, ..Settings::default() }).await
    }

    async fn start(kind: Kind, settings: Settings) -> Self {
        super::log::capture();
        let mut shop = Self {
            clock: Clock::default(),
            smtp: SmtpSink::start().await,
            database: Arc::new(Database::fresh(kind).await),
            address: Arc::new(Mutex::new(([127, 0, 0, 1], 9).into())),
            settings,
            node: None,
            keys: tempfile::tempdir().expect("a folder"),
            read: Mutex::default(),
            numbers: AtomicU32::new(0),
        };
        Box::pin(shop.start_node()).await;
        shop
    }

    async fn start_node(&mut self) {
        let (config, clock) = (self.config(), self.clock.clone());
        let mut app = Box::pin(App::start(config, clock, None)).await.expect("a running installation");
        app.outbound = match app.outbound {
            Outbound::Smtp(smtp) if self.settings.patient => Outbound::Smtp(smtp),
            Outbound::Smtp(smtp) => Outbound::Smtp(smtp.with_timeouts(PATIENT_FOR_TESTS)),
            other @ Outbound::Inbox(_) => other,
        };
        let app = Arc::new(app);
        let (now, only_node) = (app.clock.now(), self.database.kind == Kind::Sqlite);
        let prepare = app.db.write(move |tx| {
            staff::roles::establish(tx, now)?;
            if only_node {
                jobs::release_all(tx, now)?;
            }
            Ok::<_, Error>(())
        });
        prepare.await.expect("a prepared database");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        *self.address.lock().expect("the address") = listener.local_addr().expect("an address");
        let listener = listener.into_std().expect("a listener");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let router = routes::router(Arc::clone(&app));
        let entered = runtime.enter();
        let listener = TcpListener::from_std(listener).expect("a listener");
        let workers = (!self.settings.idle).then(|| worker::start(&app));
        let places = Places::new(app.config.http.trusted_proxies.clone());
        runtime.spawn(serve::serve(listener, router, places, app.stopping.clone()));
        drop(entered);
        self.node = Some(Node { app, workers, runtime: Some(runtime) });
    }

    fn config(&self) -> Config {
        let environment = self.settings.environment.clone();
        let mut source = Source::read(None, environment.into_iter()).expect("a source");
        let usual = [
            ("http.public_url", PUBLIC_URL.to_owned()),
            ("supplier.name", SUPPLIER.to_owned()),
            ("mail.from", "Harbour Wholesale <office@harbour.example>".to_owned()),
            ("mail.smtp_url", self.smtp.url()),
            ("database.url", self.database.url.clone()),
            ("security.key_file", self.keys.path().join("tradepost.key").display().to_string()),
            // Stories count mails; those about the username turn it on.
            ("invitation.username", "never".to_owned()),
            ("password.memory_kib", "8".to_owned()),
            ("password.iterations", "1".to_owned()),
            ("password.threads", "2".to_owned()),
        ];
        for (key, value) in usual.into_iter().chain(self.settings.config.clone()) {
            if source.fixed(key).is_none() {
                source.set(key, value);
            }
        }
        Config::from_source(&source).expect("a configuration")
    }

    /// Kills the process; whatever it was doing is left as it is.
    pub fn crash(&mut self) {
        self.node = None;
    }

    /// The workers of the process, to be stopped as at its end.
    pub fn workers(&mut self) -> worker::Workers {
        self.node.as_mut().and_then(|node| node.workers.take()).expect("workers")
    }

    /// Starts a new process on the same database. With PostgreSQL other nodes
    /// may be at work, so what the dead one held is free after its lease.
    pub async fn restart(&mut self) {
        self.crash();
        self.settings.idle = false;
        if self.database.kind == Kind::Postgres {
            self.advance(jobs::LEASE + Duration::from_secs(1));
        }
        self.start_node().await;
    }

    /// The running installation.
    pub fn app(&self) -> &Arc<App> {
        &self.node.as_ref().expect("a running installation").app
    }

    /// Its database.
    pub fn db(&self) -> &Db {
        &self.app().db
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Stops the clock at this moment; it can still be moved.
    pub fn stop_clock_at(&self, moment: Timestamp) {
        self.clock.stop_at(moment);
    }

    /// Someone's browser, without cookies.
    pub fn browser(&self) -> Browser {
        let config = self.app().config.http.public_url.clone();
        Browser::new(Arc::clone(&self.address), &config)
    }

    /// A connection from an address of this machine on which nothing is said.
    pub async fn silent_connection(&self, from: [u8; 4]) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((from, 0))).expect("an address");
        let address = *self.address.lock().expect("the address");
        let connected = tokio::time::timeout(SOON, socket.connect(address)).await;
        connected.expect("an answer in time").expect("a connection")
    }

    /// The next number of this story's people and accounts.
    pub(super) fn number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}

/// Long enough for a busy machine, short enough to wait for.
const PATIENT_FOR_TESTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    command: Duration::from_secs(5),
    data: Duration::from_secs(5),
    block: Duration::from_secs(5),
    end_of_data: Duration::from_secs(4),
};
