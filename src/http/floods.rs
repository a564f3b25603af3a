//! Counting at the door, before anything is written or looked for: how often one
//! network asks for what costs a row. In this node's memory, so that a flood costs
//! the database nothing; what nodes must know of each other is in `throttle`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::kernel::{Timestamp, network};

/// Requests of one network in a window: an office whose people all forgot their
/// passwords on one morning is far below it.
const MOST: u32 = 60;
/// How long a window lasts.
const WINDOW: Duration = Duration::from_mins(1);
/// The most networks counted by themselves, which bounds the memory this takes. When
/// there are more, those that come new are counted with all around them (/24, /48), so
/// that a crowd turns nobody else away.
const NETWORKS: usize = 16_384;
const MOST_WITH_WIDE: usize = 2 * NETWORKS;

/// The requests of each network in its current window.
#[derive(Debug, Default)]
pub struct Floods(Mutex<HashMap<String, Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    ends_at: Timestamp,
    asked: u32,
}

impl Floods {
    /// Counts one request from an address. Gives when its network may ask again, if
    /// this one is too many: it is to be answered like any other and to leave nothing.
    pub fn count(&self, address: &str, now: Timestamp) -> Option<Timestamp> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut network = network::household(address);
        if windows.len() >= NETWORKS && !windows.contains_key(&network) {
            windows.retain(|_, window| window.ends_at > now);
            if windows.len() >= NETWORKS {
                network = wide(address);
            }
            if windows.len() >= MOST_WITH_WIDE && !windows.contains_key(&network) {
                // What nodes share counts all the same.
                return None;
            }
        }
        let window = windows.entry(network).or_insert(Window { ends_at: now, asked: 0 });
        if window.ends_at <= now {
            *window = Window { ends_at: now.plus(WINDOW), asked: 0 };
        }
        window.asked = window.asked.saturating_add(1);
        (window.asked > MOST).then_some(window.ends_at)
    }

    /// How many networks are counted at most, for metrics.
    pub const fn most() -> usize {
        MOST_WITH_WIDE
    }

    /// How many networks are counted, for metrics.
    pub fn networks(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The network around an address, as wide as any that is counted.
fn wide(address: &str) -> String {
    address.parse::<IpAddr>().map(|address| network::roughly(address.to_canonical())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_is_counted_together_and_for_a_minute() {
        let (floods, now) = (Floods::default(), Timestamp::from_millis(1_000));
        for n in 0..MOST {
            assert_eq!(floods.count(&format!("2001:db8:1:2{n:02x}::{n:x}"), now), None, "{n}");
        }
        assert_eq!(floods.count("2001:db8:1:2ff::1", now), Some(now.plus(WINDOW)));
        assert_eq!(floods.count("192.0.2.7", now), None, "another network has its own");
        assert_eq!(floods.count("2001:db8:1:2ff::1", now.plus(WINDOW)), None, "and then anew");
    }

    #[test]
    fn memory_is_bounded_whoever_asks() {
        let (floods, now) = (Floods::default(), Timestamp::from_millis(1_000));
        for n in 0..40_000_u32 {
            floods.count(&std::net::Ipv4Addr::from_bits(n << 4).to_string(), now);
        }
        assert!(floods.networks() <= MOST_WITH_WIDE, "{}", floods.networks());
        for n in 0..MOST {
            assert_eq!(floods.count(&format!("203.0.113.{n}"), now), None, "a crowd turns nobody else away");
        }
        assert!(
            floods.count("203.0.113.200", now).is_some(),
            "what comes new is counted with its neighbours"
        );
        assert_eq!(floods.count("203.0.113.200", now.plus(WINDOW)), None, "until the crowd has gone");
    }
}
