//! A whole installation for one story: the real router on a real socket, real
//! workers, a real mail server to hand mails to, and a clock that can be moved.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tradepost::actor::Actor;
use tradepost::app::{App, Outbound};
use tradepost::config::{Config, ResetMode, Source};
use tradepost::db::{Db, Row, ToValue};
use tradepost::http::serve;
use tradepost::kernel::id::{ContactId, ResetId};
use tradepost::kernel::{Clock, Timestamp, Username};
use tradepost::mail::smtp::Timeouts;
use tradepost::recovery::{self, Manner, Requested};
use tradepost::{Error, jobs, retailers, routes, staff, worker};

use super::client::Browser;
use super::database::{Database, Kind};
use super::letter::Letter;
use super::smtp_sink::SmtpSink;

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
        shop.start_node().await;
        shop
    }

    async fn start_node(&mut self) {
        let (config, clock) = (self.config(), self.clock.clone());
        let mut app = App::start(config, clock, None).await.expect("a running installation");
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
                jobs::release_all(tx)?;
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
        runtime.spawn(serve::serve(listener, router, std::future::pending()));
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
    pub fn app(&self) -> &App {
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

/// Asking and waiting.
impl Shop {
    /// Starts a reset of a contact, as the operator does by command.
    pub async fn resets(&self, username: &str) -> ResetId {
        self.resets_in(username, false).await
    }

    /// Starts a reset and stops the current password.
    pub async fn resets_and_stops(&self, username: &str) -> ResetId {
        self.resets_in(username, true).await
    }

    async fn resets_in(&self, username: &str, stop_current: bool) -> ResetId {
        let (id, now) = (self.id(username).await, self.clock.now());
        let mode: ResetMode = self.app().settings().values.reset.mode;
        let manner = Manner { mode, stop_current, once: false };
        let requested = self.db().write(move |tx| recovery::request(tx, &Actor::operator(), id, manner, now));
        match requested.await.expect("a request") {
            Requested::OnItsWay(reset) => reset,
            Requested::NotPossible(obstacle) => panic!("{obstacle:?}"),
        }
    }

    /// Starts a reset, waits for its mail and gives the temporary password.
    pub async fn temporary_password(&self, username: &str) -> String {
        self.resets(username).await;
        let id = self.id(username).await;
        let contact = self.db().read(move |tx| retailers::contact(tx, &Actor::system(), id)).await;
        let email = contact.expect("a contact").email.expect("an address");
        let password = self.mail_to(email.as_str()).await.temporary_password();
        self.quiet().await;
        password
    }

    /// The id of the contact with a username.
    pub async fn id(&self, username: &str) -> ContactId {
        let parsed = Username::parse(username).expect("a username");
        let found = self.db().read(move |tx| retailers::contact_by_username(tx, &parsed)).await;
        found.expect("an answer").unwrap_or_else(|| panic!("nobody is called {username}")).id
    }

    /// The next mail to an address that no one has looked at. Waits for it.
    pub async fn mail_to(&self, address: &str) -> Letter {
        self.mail_that(&format!("mail to {address}"), |letter| letter.is_to(address)).await
    }

    /// The next mail of a kind, to whomever, that no one has looked at.
    pub async fn mail_that_is(&self, kind: &str) -> Letter {
        self.mail_that(kind, |letter| letter.kind() == kind).await
    }

    /// The next mail of a kind to an address that no one has looked at.
    pub async fn mail_of(&self, kind: &str, address: &str) -> Letter {
        self.mail_that(&format!("{kind} to {address}"), |letter| {
            letter.is_to(address) && letter.kind() == kind
        })
        .await
    }

    async fn mail_that(&self, what: &str, fits: impl Fn(&Letter) -> bool) -> Letter {
        eventually(what, async || {
            let mut read = self.read.lock().expect("the read mails");
            let mails = self.smtp.mails().into_iter().map(Letter).enumerate();
            let next = mails.into_iter().find(|(place, letter)| !read.contains(place) && fits(letter));
            next.map(|(place, letter)| {
                read.insert(place);
                letter
            })
        })
        .await
    }

    /// Mails that no one has looked at.
    pub fn unread(&self) -> Vec<Letter> {
        let read = self.read.lock().expect("the read mails");
        let mails = self.smtp.mails().into_iter().map(Letter).enumerate();
        mails.filter(|(place, _)| !read.contains(place)).map(|(_, letter)| letter).collect()
    }

    /// Waits until nothing is left to be done now: what is put off may wait.
    pub async fn quiet(&self) {
        eventually("nothing to do", async || {
            let now = self.clock.now();
            let sql = "select count(*) as n from jobs where run_at <= $1 or lease_id is not null";
            (self.count(sql, &[&now]).await == 0).then_some(())
        })
        .await;
    }

    /// Waits until a query that counts gives this number.
    pub async fn counts(&self, expected: i64, sql: &str) {
        eventually(sql, async || (self.count(sql, &[]).await == expected).then_some(())).await;
    }

    /// The number that a query names `n`.
    pub async fn count(&self, sql: &str, parameters: &[&dyn ToValue]) -> i64 {
        let (sql, values) = (sql.to_owned(), owned(parameters));
        let read = self.db().read(move |tx| tx.one::<Row>(&sql, &borrowed(&values))?.get("n"));
        read.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
    }

    /// The moment that a query names `n`.
    pub async fn moment(&self, sql: &str, parameters: &[&dyn ToValue]) -> Timestamp {
        Timestamp::from_millis(self.count(sql, parameters).await)
    }

    /// Where the mail of the contact's latest reset is on its way.
    pub async fn delivery_of(&self, username: &str) -> String {
        let id = self.id(username).await;
        let sql = "select m.state as t from mails m join resets x on x.mail_id = m.id where x.contact_id = $1 order by x.requested_at desc, x.id desc limit 1";
        self.texts(sql, &[&id]).await.pop().unwrap_or_default()
    }

    /// Waits until that mail is there.
    pub async fn delivers(&self, username: &str, state: &str) {
        eventually(&format!("the mail to {username} is {state}"), async || {
            (self.delivery_of(username).await == state).then_some(())
        })
        .await;
    }

    /// The texts that a query names `t`.
    pub async fn texts(&self, sql: &str, parameters: &[&dyn ToValue]) -> Vec<String> {
        let (sql, values) = (sql.to_owned(), owned(parameters));
        let rows = self.db().read(move |tx| {
            let rows: Vec<Row> = tx.all(&sql, &borrowed(&values))?;
            rows.iter().map(|row| row.get("t")).collect()
        });
        rows.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
    }

    /// Changes rows behind the pages' back.
    pub async fn run(&self, sql: &str, parameters: &[&dyn ToValue]) {
        let (sql, values) = (sql.to_owned(), owned(parameters));
        let run = self.db().write(move |tx| tx.run(&sql, &borrowed(&values)));
        run.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
    }
}

fn owned(parameters: &[&dyn ToValue]) -> Vec<tradepost::db::Value> {
    parameters.iter().map(tradepost::db::ToValue::to_value).collect()
}

fn borrowed(values: &[tradepost::db::Value]) -> Vec<&dyn ToValue> {
    values.iter().map(|value| value as &dyn ToValue).collect()
}

/// Asks again and again, until there is something or it takes too long.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, asking).await.unwrap_or_else(|_| panic!("waited {SOON:?} in vain: {what}"))
}
