//! How much a device may ask (draft-ietf-httpapi-ratelimit-headers): so many
//! requests a minute, counted by each node for itself.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use super::problem::{self, Problem};
use crate::http::{Answer, Shared};
use crate::kernel::Timestamp;
use crate::kernel::id::SessionId;

/// Requests in a window.
const QUOTA: u64 = 600;
/// How long a window lasts.
const WINDOW: Duration = Duration::from_mins(1);
/// The most devices counted at a time, which bounds the memory this takes.
const DEVICES: usize = 20_000;

/// The requests of this node's devices in the current window of each.
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<SessionId, Window>>);

#[derive(Debug)]
struct Window {
    ends_at: Timestamp,
    asked: u64,
}

/// What a device may still ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    requests: u64,
    resets_in_s: u64,
    within: bool,
}

impl Rates {
    fn count(&self, device: SessionId, now: Timestamp) -> Left {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= DEVICES && !windows.contains_key(&device) {
            windows.retain(|_, window| window.ends_at > now);
            if windows.len() >= DEVICES {
                // More than any supplier has: all begin anew rather than that memory grows.
                windows.clear();
            }
        }
        let window = windows.entry(device).or_insert(Window { ends_at: now, asked: 0 });
        if window.ends_at <= now {
            *window = Window { ends_at: now.plus(WINDOW), asked: 0 };
        }
        window.asked = window.asked.saturating_add(1);
        Left {
            requests: QUOTA.saturating_sub(window.asked),
            resets_in_s: u64::try_from(window.ends_at.since(now).as_millis().div_ceil(1000)).unwrap_or(0),
            within: window.asked <= QUOTA,
        }
    }
}

/// What is to be said of the rate in an answer, once it is known who asked.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<OnceLock<Left>>);

impl FromRequestParts<Shared> for Told {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

impl Told {
    /// The one of a request.
    pub(super) fn of(parts: &Parts) -> Self {
        parts.extensions.get().cloned().unwrap_or_default()
    }

    /// Counts a request of a device; the answer will say how many are left.
    ///
    /// # Errors
    /// [`problem::TOO_MANY_REQUESTS`] when there were too many.
    pub fn count(&self, web: &Shared, device: SessionId) -> Answer<()> {
        let left = *self.0.get_or_init(|| web.rates.count(device, web.app.clock.now()));
        if left.within {
            return Ok(());
        }
        Err(Problem::new(&problem::TOO_MANY_REQUESTS).retry_after(left.resets_in_s.max(1)).into())
    }
}

/// Says in answers to devices how much they may still ask.
pub async fn tell(mut request: Request, next: Next) -> Response {
    let told = Told::default();
    request.extensions_mut().insert(told.clone());
    let mut response = next.run(request).await;
    if let Some(left) = told.0.get() {
        let policy = format!("\"device\";q={QUOTA};w={}", WINDOW.as_secs());
        let limit = format!("\"device\";r={};t={}", left.requests, left.resets_in_s);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", limit)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(number: i64) -> SessionId {
        SessionId::new(Timestamp::from_millis(number))
    }

    #[test]
    fn a_device_has_so_many_requests_a_minute_and_then_a_new_minute() {
        let (rates, device, other) = (Rates::default(), device(1), device(2));
        let now = Timestamp::from_millis(1_000);
        for used in 1..=QUOTA {
            let left = rates.count(device, now);
            assert_eq!((left.requests, left.within), (QUOTA - used, true));
        }
        let later = now.plus(Duration::from_millis(500));
        assert_eq!(rates.count(device, later), Left { requests: 0, resets_in_s: 60, within: false });
        assert!(rates.count(other, later).within, "another device has its own");
        let next = now.plus(WINDOW);
        assert_eq!(rates.count(device, next), Left { requests: QUOTA - 1, resets_in_s: 60, within: true });
    }

    #[test]
    fn what_is_counted_never_takes_more_than_so_much_memory() {
        let (rates, now) = (Rates::default(), Timestamp::from_millis(1_000));
        for number in 0..=i64::try_from(DEVICES).expect("a number") {
            rates.count(device(number), now);
        }
        assert!(rates.0.lock().expect("no panic").len() <= DEVICES);
    }
}
