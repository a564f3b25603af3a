//! The workers: they take jobs and do them, at once when woken, and poll as
//! the net beneath.

mod alone;
mod deliver;
mod slow;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::app::App;
use crate::error::Result;
use crate::jobs::{self, Job, Kind};
use crate::privacy::retention;
use crate::worker::slow::Slow;
use crate::{import, passkeys, recovery, runs, staff, throttle};

/// Jobs done at once on one node.
const WORKERS: usize = 4;
/// How long a worker waits for the mail server before it lets another mail have
/// its turn, leaves the waiting to a task, and takes the domain for slow.
const PATIENCE: Duration = Duration::from_millis(500);
/// Mails of one node that may be waited for so at once. A domain has a quarter of
/// what is free, so there is room for others however many hang.
const WAITING: usize = 64;
/// How long a mail to a slow domain stands back when there is no room to wait for it.
const NO_ROOM_PAUSE: Duration = Duration::from_secs(5);
/// How long the end of the process waits for mails that are being handed over.
const LAST_WAIT: Duration = Duration::from_secs(10);
/// Longest wait before looking for jobs that nobody announced, such as those
/// of a command beside this process.
const POLL: Duration = Duration::from_millis(500);
/// How often what is no longer needed is removed.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// How long a job waits that broke for a reason of ours.
const BROKEN_PAUSE: Duration = Duration::from_secs(30);

/// The workers of this node.
pub struct Workers {
    hands: Hands,
    /// Says that they are to end.
    ending: watch::Sender<bool>,
}

/// What the workers of a node share.
#[derive(Clone)]
struct Hands {
    /// Rooms for mails that are waited for apart.
    apart: Arc<Semaphore>,
    /// One for each mail that is being handed over.
    handovers: Arc<Semaphore>,
    /// Domains that took their time lately.
    slow: Arc<Slow>,
    /// Places to do what could end the process: one for each job, or all of them
    /// for one that is tried alone.
    places: Arc<Semaphore>,
}

/// A job's place, kept until nothing in it could end the process any more.
type Place = Option<OwnedSemaphorePermit>;

impl Hands {
    /// How many mails to one domain may be handed over at a time.
    fn per_domain(&self) -> i64 {
        i64::try_from(self.apart.available_permits() / 4).unwrap_or(i64::MAX).max(1)
    }
}

/// Starts the workers of this node. They end with the process; whatever they
/// were doing is taken up again when their lease runs out.
pub fn start(app: &Arc<App>) -> Workers {
    let hands = Hands {
        apart: Arc::new(Semaphore::new(WAITING)),
        handovers: Arc::new(Semaphore::new(WORKERS + WAITING)),
        slow: Arc::default(),
        places: Arc::new(Semaphore::new(WORKERS)),
    };
    let apart = Arc::clone(&hands.apart);
    app.gauges.add(("mails_waited_for", "Mails whose mail server takes its time."), WAITING, move || {
        WAITING.saturating_sub(apart.available_permits())
    });
    let (ending, end) = watch::channel(false);
    for _ in 0..WORKERS {
        tokio::spawn(work(Arc::clone(app), hands.clone(), end.clone()));
    }
    tokio::spawn(alone::watch(Arc::clone(app), hands.clone(), end));
    tokio::spawn(tidy(Arc::clone(app)));
    tokio::spawn(follow(Arc::clone(app)));
    Workers { hands, ending }
}

impl Workers {
    /// Takes up no further job, and waits a little for mails that are being
    /// handed over: one that is cut off may have arrived.
    pub async fn stop(self) {
        self.ending.send_replace(true);
        let all = u32::try_from(WORKERS + WAITING).unwrap_or(u32::MAX);
        let idle = tokio::time::timeout(LAST_WAIT, self.hands.handovers.acquire_many(all)).await;
        if let Ok(Ok(permits)) = idle {
            // None begins any more.
            permits.forget();
        } else {
            tracing::warn!(
                "Mails were cut off while they were handed over; they are looked after at the next start"
            );
        }
    }
}

/// Takes over what was changed on another node or by a command, and lets files go
/// whose time is up.
async fn follow(app: Arc<App>) {
    let mut every = tokio::time::interval(POLL);
    loop {
        every.tick().await;
        app.held.forget_old(app.clock.now());
        if let Err(error) = app.follow().await {
            tracing::warn!(%error, "Looking for changed settings failed");
        }
    }
}

async fn work(app: Arc<App>, hands: Hands, ending: watch::Receiver<bool>) {
    while !*ending.borrow() {
        let woken = app.db.work().notified();
        let mut woken = std::pin::pin!(woken);
        woken.as_mut().enable();
        let place = Arc::clone(&hands.places).acquire_owned().await.ok();
        match next(&app, &hands).await {
            Ok(Next::Job(job)) => begin(&app, job, place, &hands).await,
            Ok(Next::Nothing(pause)) => {
                drop(place);
                drop(tokio::time::timeout(pause, woken).await);
            }
            Err(error) => {
                drop(place);
                tracing::warn!(%error, "Looking for jobs failed");
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// Does a job; a mail may be left to a task of its own.
async fn begin(app: &Arc<App>, job: Job, place: Place, hands: &Hands) {
    if job.kind == Kind::SendMail {
        send(app, job, place, hands).await;
    } else {
        attempt(app, job, place).await;
    }
}

/// Does a job to its end, or gives it back: to be tried again when it failed, to
/// be tried alone when it broke down.
async fn attempt(app: &Arc<App>, job: Job, place: Place) {
    let (own, held) = (Arc::clone(app), job.clone());
    match tokio::spawn(async move { perform(&own, held, place).await }).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(%error, job.id = %job.id, kind = ?job.kind, "A job broke; it is tried again");
            put_off(app, job, BROKEN_PAUSE).await;
        }
        Err(_) => {
            tracing::error!(job.id = %job.id, kind = ?job.kind, "A job broke down in the middle; it is tried once more alone");
            let now = app.clock.now();
            if let Err(error) = app.db.write(move |tx| jobs::unended::let_go(tx, &job, now)).await {
                tracing::error!(%error, "A job that broke down could not be given back; its lease will run out");
            }
        }
    }
}

/// Hands a mail over. A mail server that takes its time is waited for in a task of
/// its own, so that other mails go on leaving; one that did so lately, at once.
async fn send(app: &Arc<App>, job: Job, place: Place, hands: &Hands) {
    let (domain, slow) = (job.domain.clone(), hands.slow.is(&job.domain, app.clock.now()));
    let room = Arc::clone(&hands.apart).try_acquire_owned();
    let room = match (slow, room) {
        (true, Err(_)) => return put_off(app, job, NO_ROOM_PAUSE).await,
        (true, Ok(room)) => Some(room),
        (false, _) => None,
    };
    let (own, counted, marks) = (Arc::clone(app), Arc::clone(&hands.handovers), Arc::clone(&hands.slow));
    let mut handover = tokio::spawn(async move {
        let _counted = counted.acquire_owned().await;
        let began = Instant::now();
        let domain = job.domain.clone();
        attempt(&own, job, place).await;
        if began.elapsed() < PATIENCE {
            marks.forget(&domain);
        }
        // Another mail to this domain may have waited for this one's end.
        own.db.work().notify_one();
    });
    if let Some(room) = room {
        tokio::spawn(async move {
            drop(handover.await);
            drop(room);
        });
        return;
    }
    if tokio::time::timeout(PATIENCE, &mut handover).await.is_ok() {
        return;
    }
    hands.slow.note(&domain, app.clock.now());
    tokio::select! {
        _ = &mut handover => {}
        room = Arc::clone(&hands.apart).acquire_owned() => {
            tokio::spawn(async move {
                drop(handover.await);
                drop(room);
            });
        }
    }
}

/// What there is to do.
enum Next {
    /// This.
    Job(Job),
    /// Nothing; it is worth looking again after so long.
    Nothing(Duration),
}

/// Takes the next job that is due. Looks before it takes, so that idle workers
/// write nothing.
async fn next(app: &App, hands: &Hands) -> Result<Next> {
    let now = app.clock.now();
    let due = app.db.read(jobs::next_due_at).await?;
    if due.is_none_or(|due| due > now) {
        return Ok(Next::Nothing(due.map_or(POLL, |due| due.since(now).min(POLL))));
    }
    let per_domain = hands.per_domain();
    let job = app.db.write(move |tx| jobs::claim(tx, per_domain, now)).await?;
    Ok(job.map_or(Next::Nothing(POLL), Next::Job))
}

async fn perform(app: &App, job: Job, place: Place) -> Result<()> {
    let now = app.clock.now();
    let values = app.settings().values.clone();
    let (mode, language) = (values.reset.mode, values.language);
    match job.kind {
        Kind::ForgotPassword => {
            app.db.write(move |tx| recovery::forgot::look_up_username(tx, &job, mode, now)).await
        }
        Kind::ForgotUsername => app.db.write(move |tx| recovery::forgot::look_up_email(tx, &job, now)).await,
        Kind::ForgotStaffPassword => {
            let limits = app.config.limits;
            app.db.write(move |tx| staff::recovery::look_up(tx, &job, &limits, now)).await
        }
        Kind::Decoy => recovery::decoy::perform(app, job).await,
        Kind::SendMail => deliver::deliver(app, job, place).await,
        Kind::Run => app.db.write(move |tx| runs::advance(tx, &job, mode, now)).await,
        Kind::Import => app.db.write(move |tx| import::advance(tx, &job, language, now)).await,
    }
}

async fn put_off(app: &App, job: Job, pause: Duration) {
    let until = app.clock.now().plus(pause);
    if let Err(error) = app.db.write(move |tx| jobs::put_off(tx, &job, until)).await {
        tracing::error!(%error, "A job could not be put off; its lease will run out");
    }
}

async fn tidy(app: Arc<App>) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        let now = app.clock.now();
        let tidied = app.db.write(move |tx| {
            throttle::forget_old(tx, now)?;
            passkeys::forget_old(tx, now)
        });
        if let Err(error) = tidied.await {
            tracing::warn!(%error, "Tidying up failed");
        }
        if let Err(error) = forget_imports(&app).await {
            tracing::warn!(%error, "Forgetting old imports failed; it is tried again within the hour");
        }
        if let Err(error) = retention::apply(&app).await {
            tracing::warn!(%error, "Applying the retention times failed; it is tried again within the hour");
        }
    }
}

async fn forget_imports(app: &App) -> Result<()> {
    let now = app.clock.now();
    while app.db.write(move |tx| import::forget_old(tx, now)).await? {}
    Ok(())
}
