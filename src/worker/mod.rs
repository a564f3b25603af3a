//! The workers: they take jobs and do them, at once when woken, and poll as
//! the net beneath.

mod alone;
mod deliver;
mod slow;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Interval;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::error::Result;
use crate::jobs::{self, Job, Kind};
use crate::privacy::retention;
use crate::stopping::{Phase, Stopping};
use crate::trail::outside::{self, Way};
use crate::worker::slow::Slow;
use crate::{import, passkeys, recovery, refusals, runs, staff, throttle};

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
/// How long the end of the process waits for what was cut off to be written down.
const WRITING_DOWN: Duration = Duration::from_secs(5);
/// Longest wait before looking for jobs that nobody announced, such as those
/// of a command beside this process.
const POLL: Duration = Duration::from_millis(500);
/// How often what was refused is written down.
const REFUSALS_EVERY: Duration = Duration::from_mins(1);
/// How often what is no longer needed is removed.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// How long a job waits that broke for a reason of ours.
const BROKEN_PAUSE: Duration = Duration::from_secs(30);

/// The workers of this node.
pub struct Workers {
    hands: Hands,
    stopping: Stopping,
}

/// What the workers of a node share.
#[derive(Clone)]
struct Hands {
    /// Rooms for mails that are waited for apart.
    apart: Arc<Semaphore>,
    /// The workers, and each mail that is being handed over.
    busy: TaskTracker,
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
        busy: TaskTracker::new(),
        slow: Arc::default(),
        places: Arc::new(Semaphore::new(WORKERS)),
    };
    let apart = Arc::clone(&hands.apart);
    app.gauges.add(("mails_waited_for", "Mails whose mail server takes its time."), WAITING, move || {
        WAITING.saturating_sub(apart.available_permits())
    });
    for _ in 0..WORKERS {
        hands.busy.spawn(work(Arc::clone(app), hands.clone()));
    }
    hands.busy.spawn(alone::watch(Arc::clone(app), hands.clone()));
    tokio::spawn(tidy(Arc::clone(app)));
    tokio::spawn(follow(Arc::clone(app)));
    hands.busy.spawn(send_the_trail(Arc::clone(app)));
    hands.busy.spawn(write_down_refusals(Arc::clone(app)));
    Workers { hands, stopping: app.stopping.clone() }
}

impl Workers {
    /// Takes up no further job, and waits for what was begun, `patience` long. What
    /// takes longer is cut off and given back for others to take at once; a mail
    /// that may have arrived is marked as such.
    pub async fn stop(self, patience: Duration) {
        self.stopping.enter(Phase::Ending);
        self.hands.busy.close();
        if tokio::time::timeout(patience, self.hands.busy.wait()).await.is_ok() {
            return;
        }
        tracing::warn!("Mails are cut off while they are handed over, and given back");
        self.stopping.enter(Phase::Over);
        if tokio::time::timeout(WRITING_DOWN, self.hands.busy.wait()).await.is_err() {
            tracing::warn!("Not everything could be given back; it is taken up when its lease has run out");
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

/// Writes down what was refused.
async fn write_down_refusals(app: Arc<App>) {
    let mut every = tokio::time::interval(REFUSALS_EVERY);
    while next_tick(&mut every, &app.stopping).await {
        if let Err(error) = refusals::write_down(&app.refusals, &app.db, app.clock.now()).await {
            tracing::warn!(%error, "What was refused could not be written down; it is tried again");
        }
    }
}

/// Sends the audit trail elsewhere, where that is told.
async fn send_the_trail(app: Arc<App>) {
    let ways = Way::of(&app);
    let mut every = tokio::time::interval(POLL);
    while !ways.is_empty() && next_tick(&mut every, &app.stopping).await {
        if let Err(error) = outside::send_due(&app, &ways).await {
            tracing::warn!(%error, "Sending the audit trail elsewhere failed");
        }
    }
}

/// Waits for the next tick, or for the end of the process; says whether to go on.
async fn next_tick(every: &mut Interval, stopping: &Stopping) -> bool {
    tokio::select! {
        _ = every.tick() => {}
        () = stopping.reaches(Phase::Ending) => {}
    }
    !stopping.has_reached(Phase::Ending)
}

async fn work(app: Arc<App>, hands: Hands) {
    while !app.stopping.has_reached(Phase::Ending) {
        let woken = app.db.work().notified();
        let mut woken = std::pin::pin!(woken);
        woken.as_mut().enable();
        let place = Arc::clone(&hands.places).acquire_owned().await.ok();
        match next(&app, &hands).await {
            Ok(Next::Job(job)) => begin(&app, job, place, &hands).await,
            Ok(Next::Nothing(pause)) => {
                drop(place);
                tokio::select! {
                    () = woken => {}
                    () = tokio::time::sleep(pause) => {}
                    () = app.stopping.reaches(Phase::Ending) => {}
                }
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
    let (own, marks) = (Arc::clone(app), Arc::clone(&hands.slow));
    let mut handover = hands.busy.spawn(async move {
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
    let limits = app.config.limits;
    match job.kind {
        Kind::ForgotPassword => {
            app.db.write(move |tx| recovery::forgot::look_up_username(tx, &job, limits.mailbox, now)).await
        }
        Kind::ForgotUsername => {
            app.db.write(move |tx| recovery::forgot::look_up_email(tx, &job, limits.mailbox, now)).await
        }
        Kind::ForgotStaffPassword => {
            app.db.write(move |tx| staff::recovery::look_up(tx, &job, &limits, now)).await
        }
        Kind::Decoy => recovery::decoy::perform(app, job).await,
        Kind::SendMail => deliver::deliver(app, job, place).await,
        Kind::Run => app.db.write(move |tx| runs::advance(tx, &job, mode, now)).await,
        Kind::Import => app.db.write(move |tx| import::advance(tx, &job, language, now)).await,
    }
}

/// Gives a job back. While the database is away it is tried again, so that nobody
/// takes it for one that ended a process.
async fn put_off(app: &App, job: Job, pause: Duration) {
    while !app.stopping.has_reached(Phase::Over) {
        let (until, held) = (app.clock.now().plus(pause), job.clone());
        match app.db.write(move |tx| jobs::put_off(tx, &held, until)).await {
            Ok(_) => return,
            Err(error) => tracing::warn!(%error, job.id = %job.id, "A job could not be put off yet"),
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn tidy(app: Arc<App>) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = forget_attempts(&app).await {
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

/// In steps: a flood leaves more than others should wait for.
async fn forget_attempts(app: &App) -> Result<()> {
    let now = app.clock.now();
    while app.db.write(move |tx| throttle::forget_old(tx, now)).await? {}
    while app.db.write(move |tx| passkeys::forget_old(tx, now)).await? {}
    Ok(())
}

async fn forget_imports(app: &App) -> Result<()> {
    let now = app.clock.now();
    while app.db.write(move |tx| import::forget_old(tx, now)).await? {}
    Ok(())
}
