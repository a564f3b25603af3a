//! How many streams of events a person has open on their devices: each holds a
//! connection, and nobody may hold them all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::kernel::id::StaffId;

/// Streams that one person may have open at this node.
const PER_PERSON: usize = 12;

/// The open streams of this node, by person.
#[derive(Clone, Debug, Default)]
pub struct Streams(Arc<Mutex<HashMap<StaffId, usize>>>);

/// One open stream; it ends when this is dropped.
#[derive(Debug)]
pub struct OpenStream {
    streams: Streams,
    person: StaffId,
}

impl Streams {
    /// Opens one more for a person, unless they have as many as they may.
    pub fn open(&self, person: StaffId) -> Option<OpenStream> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(person).or_default();
        if *count >= PER_PERSON {
            return None;
        }
        *count += 1;
        Some(OpenStream { streams: self.clone(), person })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    #[test]
    fn a_person_has_a_bounded_number_of_streams_and_nothing_is_left_of_closed_ones() {
        let (streams, person) = (Streams::default(), StaffId::new(Timestamp::from_millis(1)));
        let mut open: Vec<_> = (0..PER_PERSON).map(|_| streams.open(person).expect("a place")).collect();
        assert!(streams.open(person).is_none());
        assert!(streams.open(StaffId::new(Timestamp::from_millis(2))).is_some(), "another has their own");
        open.pop();
        assert!(streams.open(person).is_some());
        drop(open);
        assert!(streams.0.lock().expect("no panic").is_empty());
    }
}
