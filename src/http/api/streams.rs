//! How many streams of events a device has open: each holds a connection, and
//! nobody may hold them all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::kernel::id::SessionId;

/// Streams that one device may have open at this node.
const PER_DEVICE: usize = 8;

/// The open streams of this node, by device.
#[derive(Clone, Debug, Default)]
pub struct Streams(Arc<Mutex<HashMap<SessionId, usize>>>);

/// One open stream; it ends when this is dropped.
#[derive(Debug)]
pub struct OpenStream {
    streams: Streams,
    device: SessionId,
}

impl Streams {
    /// Opens one more for a device, unless it has as many as it may.
    pub fn open(&self, device: SessionId) -> Option<OpenStream> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(device).or_default();
        if *count >= PER_DEVICE {
            return None;
        }
        *count += 1;
        Some(OpenStream { streams: self.clone(), device })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.device);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    #[test]
    fn a_device_has_a_bounded_number_of_streams_and_nothing_is_left_of_closed_ones() {
        let (streams, device) = (Streams::default(), SessionId::new(Timestamp::from_millis(1)));
        let mut open: Vec<_> = (0..PER_DEVICE).map(|_| streams.open(device).expect("a place")).collect();
        assert!(streams.open(device).is_none());
        assert!(
            streams.open(SessionId::new(Timestamp::from_millis(2))).is_some(),
            "another device has its own"
        );
        open.pop();
        assert!(streams.open(device).is_some());
        drop(open);
        assert!(streams.0.lock().expect("no panic").is_empty());
    }
}
