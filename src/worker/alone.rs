//! Jobs that were begun without an end: tried once more while this node does
//! nothing else, then set aside.

use std::sync::Arc;
use std::time::Duration;

use super::{Hands, POLL, WORKERS, begin};
use crate::app::App;
use crate::error::Result;
use crate::jobs::unended;
use crate::set_aside;
use crate::stopping::Phase;

/// How long a node has stood before it tries such a job. Where processes are ended
/// over and over by something else, the jobs that happened to be under work wait
/// instead of being blamed.
const STANDING: Duration = Duration::from_secs(3);

/// Looks for such jobs, one after another.
pub(super) async fn watch(app: Arc<App>, hands: Hands) {
    tokio::select! {
        () = tokio::time::sleep(STANDING) => {}
        () = app.stopping.reaches(Phase::Ending) => return,
    }
    while !app.stopping.has_reached(Phase::Ending) {
        match look(&app, &hands).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(POLL).await,
            Err(error) => {
                tracing::warn!(%error, "Looking for jobs that were begun without an end failed");
                // Whoever couldn't give a job back while the database was away does so first.
                tokio::time::sleep(STANDING).await;
            }
        }
    }
}

/// Sees to the oldest such job; says whether there was one.
async fn look(app: &Arc<App>, hands: &Hands) -> Result<bool> {
    let now = app.clock.now();
    let Some(suspect) = app.db.read(move |tx| unended::suspect(tx, now)).await? else { return Ok(false) };
    if suspect.times >= unended::MOST {
        if app.db.write(move |tx| set_aside::put(tx, suspect, now)).await? {
            tracing::error!(job.id = %suspect.id, "A job was set aside: {}", set_aside::WHY);
        }
        return Ok(true);
    }
    let all = u32::try_from(WORKERS).unwrap_or(u32::MAX);
    let place = Arc::clone(&hands.places).acquire_many_owned(all).await.ok();
    let now = app.clock.now();
    if let Some(job) = app.db.write(move |tx| unended::claim_alone(tx, suspect.id, now)).await? {
        tracing::warn!(job.id = %job.id, kind = ?job.kind, "A job that was begun without an end is tried once more, alone");
        begin(app, job, place, hands).await;
    }
    Ok(true)
}
