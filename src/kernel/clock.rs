//! The one place that asks the machine for the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Timestamp;

/// The clock an installation runs on: the machine's, moved by an offset.
///
/// The offset is zero in production. Tests move it, or stop the clock one second
/// before an expiry, without waiting for it. Clones are one clock.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds added to the machine's time.
    offset_ms: Arc<AtomicI64>,
    /// Whether the machine's time counts for nothing.
    stopped: Arc<AtomicBool>,
}

impl Clock {
    /// The present moment on this clock.
    pub fn now(&self) -> Timestamp {
        let machine = if self.stopped.load(Ordering::Acquire) { 0 } else { machine_ms() };
        Timestamp::from_millis(machine.saturating_add(self.offset_ms.load(Ordering::Relaxed)))
    }

    /// Moves this clock and all its clones forward.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_ms.fetch_add(by_ms, Ordering::Relaxed);
    }

    /// Stops this clock and all its clones at a moment.
    pub fn stop_at(&self, moment: Timestamp) {
        self.offset_ms.store(moment.as_millis(), Ordering::Relaxed);
        self.stopped.store(true, Ordering::Release);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that may ask")]
fn machine_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
