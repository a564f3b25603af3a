//! How many requests of one network are under way at once: the others wait for
//! their turn, and nobody else for them. A request whose body has yet to come is not
//! under way: it takes its turn when there is something to do for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::cookies::Jar;
use super::places::Seat;
use super::{Failure, Shared, bodies, visit};
use crate::error::Error;
use crate::kernel::network;
use crate::sessions::known_device;

/// Requests of one network that are answered at once. A page takes milliseconds, so
/// a large office is far below it.
const AT_ONCE: usize = 8;
/// Requests that may wait for their turn on this node.
const WAITING: usize = 2_048;
/// How long one waits before it is told that there is too much to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whom a request is one of: a network, and apart from others in it the browsers in
/// which someone has signed in before.
type Share = (String, bool);

/// The requests under way and those that wait, by share.
#[derive(Debug)]
pub struct Turns {
    shares: Mutex<HashMap<Share, Arc<Semaphore>>>,
    waiting: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { shares: Mutex::default(), waiting: Arc::new(Semaphore::new(WAITING)) }
    }
}

/// One turn; it ends when this is dropped.
struct Turn<'a> {
    turns: &'a Turns,
    share: Share,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Waits for a turn; `None` when too many wait, or for too long.
    async fn of(&self, share: Share) -> Option<Turn<'_>> {
        let line = {
            let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shares.entry(share.clone()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
        };
        let mut turn = Turn { turns: self, share, permit: None };
        turn.permit = if let Ok(permit) = Arc::clone(&line).try_acquire_owned() {
            Some(permit)
        } else {
            let _waits = self.waiting.try_acquire().ok()?;
            tokio::time::timeout(PATIENCE, line.acquire_owned()).await.ok()?.ok()
        };
        Some(turn)
    }

    /// How many wait, for metrics.
    pub fn waiting(&self) -> usize {
        WAITING - self.waiting.available_permits()
    }

    /// How many may.
    pub const fn may_wait() -> usize {
        WAITING
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.permit.take();
        let mut shares = self.turns.shares.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody of the share is left: only the map knows of it.
        if shares.get(&self.share).is_some_and(|line| Arc::strong_count(line) == 1) {
            shares.remove(&self.share);
        }
    }
}

/// Answers a request when it is its network's turn.
pub async fn in_turn(State(web): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = match bodies::arrived(body).await {
        Ok(body) => body,
        Err(failure) => return failure.into_response(),
    };
    let address = visit::address(&web, &parts);
    let share = (network::household(&address), is_known(&web, &parts.headers));
    // Nothing of it is begun yet: when places are short, others are not to wait for that.
    let waiting = parts.extensions.get::<Seat>().map(Seat::waiting);
    let turn = web.turns.of(share).await;
    drop(waiting);
    match turn {
        Some(_turn) => next.run(Request::from_parts(parts, body)).await,
        None => Failure::from(Error::Busy).into_response(),
    }
}

/// Whether someone has signed in before in the browser that asks. Only what we signed
/// counts, and it is looked at in memory.
fn is_known(web: &Shared, headers: &HeaderMap) -> bool {
    let cookie = visit::cookies(web).read(headers, Jar::Known);
    let known = cookie.as_deref().zip(web.app.keys.as_ref());
    known.is_some_and(|(cookie, keys)| known_device::is_ours(keys, cookie, web.app.clock.now()))
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn begin<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn one_network_waits_for_itself_and_nobody_else_does() {
        let turns = Turns::default();
        let share = |name: &str| (name.to_owned(), false);
        let mut under_way = Vec::new();
        for _ in 0..AT_ONCE {
            under_way.push(turns.of(share("flood")).await.unwrap());
        }
        let mut waits = pin!(turns.of(share("flood")));
        assert!(begin(waits.as_mut()).is_pending());
        assert_eq!(turns.waiting(), 1);
        assert!(turns.of(share("other")).await.is_some());
        assert!(turns.of(("flood".to_owned(), true)).await.is_some(), "who was here before waits apart");
        under_way.pop();
        let Poll::Ready(Some(turn)) = begin(waits.as_mut()) else { panic!("a turn") };
        drop((turn, under_way));
        assert_eq!(turns.waiting(), 0);
        assert!(turns.shares.lock().unwrap().is_empty(), "nothing is left of those who have gone");
    }

    #[tokio::test]
    async fn those_who_wait_are_bounded() {
        let turns = Turns::default();
        let flood = || turns.of(("flood".to_owned(), false));
        let mut under_way = Vec::new();
        for _ in 0..AT_ONCE {
            under_way.push(flood().await.unwrap());
        }
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(flood())).collect();
        assert!(waiting.iter_mut().all(|wait| begin(wait.as_mut()).is_pending()));
        assert!(flood().await.is_none(), "told at once");
        drop((waiting, under_way));
        assert!(turns.shares.lock().unwrap().is_empty());
    }
}
