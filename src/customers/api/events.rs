//! A reset as it changes, as server-sent events (WHATWG HTML, 9.2).

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use utoipa::ToSchema;

use super::shapes::Reset;
use crate::error::{Error, Result};
use crate::http::Caller;
use crate::http::api::OpenStream;
use crate::http::session::acting;
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, ResetId};
use crate::recovery;
use crate::sessions::devices;
use crate::stopping::Phase;

/// How often is looked whether something changed.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long one request is answered; the client asks again.
const LASTS: Duration = Duration::from_mins(5);
/// How often a word is said when nothing happens, so that proxies keep the line.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long the client waits before it asks again.
const RETRY: Duration = Duration::from_secs(3);

/// In how many seconds a device with too many streams may try again.
pub(super) const WAIT_S: u64 = 10;

/// An event: the reset as it is then.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `Sse` writes")]
pub struct ResetEvent {
    /// Always `reset`.
    #[schema(example = "reset")]
    event: String,
    /// The reset, as JSON.
    #[schema(example = "{\"id\": \"…\", \"state\": \"waiting\", …}")]
    data: String,
    /// After how many milliseconds to ask again once the stream has ended.
    #[schema(example = 3000)]
    retry: u32,
}

/// Someone who watches a reset.
struct Watch {
    caller: Caller,
    contact: ContactId,
    reset: ResetId,
    /// What was told last.
    told: Option<Reset>,
    until: Timestamp,
    _open: OpenStream,
}

/// Tells of a reset at once and whenever it changes, until nothing more will
/// happen to it, the watcher may no longer see it, or time is up.
pub(super) fn stream(caller: Caller, (contact, reset): (ContactId, ResetId), open: OpenStream) -> Response {
    let until = caller.now().plus(LASTS);
    let watch = Watch { caller, contact, reset, told: None, until, _open: open };
    let events = stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(event), watch))
    });
    let beat = KeepAlive::new().interval(HEARTBEAT).text("still here");
    Sse::new(events).keep_alive(beat).into_response()
}

impl Watch {
    async fn next(&mut self) -> Option<Event> {
        while !self.is_over() {
            match self.look().await {
                Ok(now) if self.told.as_ref() != Some(&now) => {
                    let event = Event::default().event("reset").retry(RETRY).json_data(&now).ok()?;
                    self.told = Some(now);
                    return Some(event);
                }
                Ok(_) => tokio::select! {
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = self.caller.web.app.stopping.reaches(Phase::Ending) => return None,
                },
                // Signed out, out of sight, or the database is away: asking again tells which.
                Err(_) => return None,
            }
        }
        None
    }

    fn is_over(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.r#final) || self.caller.now() >= self.until
    }

    async fn look(&self) -> Result<Reset> {
        let (device, contact, reset) = (self.caller.session.id, self.contact, self.reset);
        let (visit, now) = (self.caller.visit.clone(), self.caller.now());
        self.caller
            .read(move |tx, before| {
                // A stream is no reason to keep rights that were taken meanwhile.
                let session = devices::open(tx, device, now)?.ok_or(Error::NotFound)?;
                let actor = acting(&session, before.door, &visit);
                Ok(Reset::new(&recovery::find(tx, &actor, contact, reset)?, &actor, now))
            })
            .await
    }
}
