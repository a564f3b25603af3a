//! `tradepost serve` and `tradepost demo`

use std::fs::File;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Failure, failed, must_be_there, not_opened, open_files, refused_key};
use crate::app::{App, StartError};
use crate::config::{Config, Log, LogFormat, Source};
use crate::db::{DatabaseUrl, Db, MigrateError};
use crate::demo;
use crate::http::places::Places;
use crate::http::{metrics, serve};
use crate::kernel::{Clock, Timestamp};
use crate::mail::inbox::DevInbox;
use crate::stopping::{Phase, Stopping};
use crate::{jobs, refusals, routes, staff, worker};

#[derive(Args)]
pub(super) struct DemoArgs {
    /// Keep the data in this folder instead of throwing it away at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address to listen on; a free port is taken if this one is not
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Runs an installation until it is told to stop.
pub(super) async fn serve(config: Config) -> Result<(), Failure> {
    start_log(&config.log);
    open_files::allow();
    must_be_there(&config)?;
    let _alone = alone(&config.database)?;
    let db = open_when_there(&config).await?;
    must_keep_connections(&db).await?;
    must_agree_on_the_time(&db, Clock::default().now()).await?;
    let app = App::on(db, config, Clock::default(), None).await.map_err(not_started)?;
    let listen = app.config.http.listen;
    let listener =
        TcpListener::bind(listen).await.map_err(|error| failed(&format!("listening on {listen}"), error))?;
    let app = prepare(app).await?;
    welcome(&app).await?;
    tracing::info!(listen = %listen, database = %app.config.database, "Tradepost is ready");
    run(app, listener).await
}

/// How long is waited before a database that is away is asked for again.
const AGAIN: Duration = Duration::from_secs(2);

/// Opens the database. PostgreSQL may start later than this node, or be about to
/// fail over: it is waited for. Whatever doesn't pass by itself ends the start.
async fn open_when_there(config: &Config) -> Result<Db, Failure> {
    let mut waited = false;
    loop {
        match Db::open_existing(&config.database) {
            Err(MigrateError::Database(error)) if error.is_away() => {
                if !waited {
                    tracing::warn!(%error, database = %config.database, "The database can't be reached yet; Tradepost waits for it");
                }
                waited = true;
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => return Err(not_opened(config, error)),
            Ok(db) => {
                if waited {
                    tracing::info!("The database is there");
                }
                return Ok(db);
            }
        }
    }
}

/// Refuses a pool with which nothing of what a node keeps on its connections would
/// hold: prepared statements, listening, the lock that says that it serves.
async fn must_keep_connections(db: &Db) -> Result<(), Failure> {
    match db.keeps_connections().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Refused(POOL.into())),
        Err(error) => Err(failed("looking at the connections to the database", error)),
    }
}

/// What to do about such a pool.
const POOL: &str = "the way to PostgreSQL leads through a pool that changes connections between transactions \
     (pgbouncer with pool_mode = transaction or statement). Tradepost keeps prepared statements, listens, and holds \
     locks on its connections: set pool_mode = session for its database, or leave the pool out of database.url";

/// How far a node's clock may be from the database server's. A node holds its work
/// for some minutes: others whose clocks run far ahead would take it away.
const APART: Duration = Duration::from_secs(30);

/// Refuses to work beside others by another time than theirs.
async fn must_agree_on_the_time(db: &Db, now: Timestamp) -> Result<(), Failure> {
    let theirs = db.time().await.map_err(|error| failed("asking the database for the time", error))?;
    match theirs.and_then(|theirs| apart(now, theirs)) {
        Some(words) => Err(Failure::Refused(words)),
        None => Ok(()),
    }
}

/// What to do about clocks that are too far apart.
fn apart(ours: Timestamp, theirs: Timestamp) -> Option<String> {
    let (far, which) =
        if ours > theirs { (ours.since(theirs), "ahead of") } else { (theirs.since(ours), "behind") };
    let words = || {
        format!(
            "this machine's clock is {} s {which} that of the database server. Nodes would take each other's work: set both by NTP",
            far.as_secs()
        )
    };
    (far > APART).then(words)
}

/// Makes what a new installation begins with, and says how its first person
/// gets in.
async fn welcome(app: &App) -> Result<(), Failure> {
    let now = app.clock.now();
    let nobody = app.db.write(move |tx| {
        staff::territories::establish(tx, now)?;
        Ok::<_, crate::Error>(!staff::anybody(tx)?)
    });
    if nobody.await.map_err(|error| failed("preparing the database", error))? {
        tracing::warn!("Nobody works here yet. Add the first person with: {}", staff::FIRST_PERSON);
    }
    Ok(())
}

/// Runs an installation with sample data and a built-in inbox.
pub(super) async fn demo(args: DemoArgs) -> Result<(), Failure> {
    start_log(&Log { level: "warn".into(), format: LogFormat::Text });
    let temporary = tempfile::tempdir().map_err(|error| failed("making a temporary folder", error))?;
    let folder = args.data.unwrap_or_else(|| temporary.path().to_owned());
    let listener = match TcpListener::bind(args.listen).await {
        Ok(listener) => listener,
        Err(_) => {
            TcpListener::bind((args.listen.ip(), 0)).await.map_err(|error| failed("listening", error))?
        }
    };
    let address = listener.local_addr().map_err(|error| failed("listening", error))?;
    let mut source = Source::default();
    source.set("http.listen", address.to_string());
    source.set("http.public_url", format!("http://{}", shown(address)));
    source.set("database.url", format!("sqlite:{}", folder.join("demo.db").display()));
    source.set("supplier.name", demo::SUPPLIER.to_owned());
    // Nobody is in front of it.
    source.set("http.drain", "0s".to_owned());
    source.set("staff.second_factor_days", "never".to_owned());
    let config = Config::from_source(&source)?;
    let _alone = alone(&config.database)?;
    let app = App::start(config, Clock::default(), Some(DevInbox::default())).await.map_err(not_started)?;
    let app = prepare(app).await?;
    let people = demo::populate(&app).await.map_err(|error| failed("making sample data", error))?;
    println!("{}", demo::welcome(&app.config.http.public_url, &people));
    run(app, listener).await
}

fn not_started(error: StartError) -> Failure {
    match error {
        StartError::Key(error) => refused_key(error),
        error => failed("starting", error),
    }
}

/// `localhost` reads better than its number.
fn shown(address: SocketAddr) -> String {
    if address.ip().is_loopback() { format!("localhost:{}", address.port()) } else { address.to_string() }
}

/// A SQLite file is served by one process; the lock ends with it. Knowing
/// that, jobs left by one that was killed need not wait for their leases.
pub(super) fn alone(database: &DatabaseUrl) -> Result<Option<File>, Failure> {
    let DatabaseUrl::Sqlite(path) = database else { return Ok(None) };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed("making the database's folder", error))?;
    }
    let lock = path.with_extension("lock");
    let file = File::create(&lock).map_err(|error| failed(&format!("opening {}", lock.display()), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(failed("starting", format!("another process serves {database} already"))),
    }
}

async fn prepare(app: App) -> Result<Arc<App>, Failure> {
    let (now, only_node) = (app.clock.now(), matches!(app.config.database, DatabaseUrl::Sqlite(_)));
    let days = app.config.second_factor_days;
    let prepared = app.db.write(move |tx| {
        staff::roles::establish_with_factor(tx, days, now)?;
        if only_node {
            jobs::release_all(tx, now)?;
        }
        Ok::<_, crate::Error>(())
    });
    prepared.await.map_err(|error| failed("preparing the database", error))?;
    Ok(Arc::new(app))
}

/// How long the end of the process waits for mails that are being handed over.
const LAST_WAIT: Duration = Duration::from_secs(10);

async fn run(app: Arc<App>, listener: TcpListener) -> Result<(), Failure> {
    let workers = worker::start(&app);
    let places = Places::new(app.config.http.trusted_proxies.clone());
    count(&app, &places);
    if let Some(address) = app.config.http.metrics_listen {
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| failed(&format!("listening on {address}"), error))?;
        tokio::spawn(metrics::serve(listener, Arc::clone(&app)));
    }
    let (stopping, drain) = (app.stopping.clone(), app.config.http.drain);
    tokio::spawn(end_when_asked(stopping.clone(), drain));
    let end = async {
        stopping.reaches(Phase::Ending).await;
        workers.stop(LAST_WAIT).await;
    };
    tokio::join!(serve::serve(listener, routes::router(Arc::clone(&app)), places, stopping.clone()), end);
    // Nobody is refused any more.
    if let Err(error) = refusals::write_down(&app.refusals, &app.db, app.clock.now()).await {
        tracing::warn!(%error, "What was refused last could not be written down");
    }
    tracing::info!("Tradepost has stopped");
    Ok(())
}

/// Has the connections told in the metrics.
fn count(app: &App, places: &Arc<Places>) {
    let (open, waiting) = (Arc::clone(places), Arc::clone(places));
    app.gauges.add(("connections", "Connections that are open."), Places::most(), move || open.count());
    app.gauges.add(
        ("connections_waiting", "Those that wait for their client or their turn, and make room."),
        Places::most(),
        move || waiting.waiting(),
    );
}

/// Ends the process when it is asked to: at once for somebody at the keyboard,
/// and for whoever asks twice.
async fn end_when_asked(stopping: Stopping, drain: Duration) {
    match asked().await {
        Asked::Now => stopping.enter(Phase::Ending),
        Asked::InOrder => {
            tracing::info!(
                drain_s = drain.as_secs(),
                "Tradepost is stopping: /readyz says so, and requests are answered meanwhile"
            );
            stopping
                .leave(drain, async {
                    asked().await;
                })
                .await;
        }
    }
}

/// How the process was asked to end.
enum Asked {
    /// By `SIGINT`: ctrl-c.
    Now,
    /// By `SIGTERM`: a supervisor.
    InOrder,
}

async fn asked() -> Asked {
    let interrupted = tokio::signal::ctrl_c();
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        drop(interrupted.await);
        return Asked::Now;
    };
    tokio::select! {
        _ = interrupted => Asked::Now,
        _ = terminated.recv() => Asked::InOrder,
    }
}

fn start_log(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_default();
    // The driver would log every parameter of every statement; the other, each
    // file of the website at every start.
    let filter = ["tokio_postgres=warn", "postgres=warn", "memory_serve=warn"]
        .into_iter()
        .filter_map(|part| part.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    // Where standard error has gone there is nothing left to complain on.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    let colours = std::io::stderr().is_terminal();
    match log.format {
        LogFormat::Text => builder.with_target(false).with_ansi(colours).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_half_a_minute_apart() {
        let second = |second: i64| Timestamp::from_millis(second * 1000);
        assert_eq!((apart(second(130), second(100)), apart(second(70), second(100))), (None, None));
        let ahead = apart(second(131), second(100)).unwrap_or_default();
        assert!(ahead.contains("31 s ahead of that of the database server"), "{ahead}");
        let behind = apart(second(100), second(400)).unwrap_or_default();
        assert!(behind.contains("300 s behind that of the database server"), "{behind}");
    }
}
