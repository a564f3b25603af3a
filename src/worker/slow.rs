//! Which domains took their time lately, as this node has seen: their mails are
//! waited for apart from the first moment.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::kernel::Timestamp;

/// How long a domain is taken for slow after it was.
const REMEMBERED: Duration = Duration::from_mins(10);
/// Domains remembered at most.
const DOMAINS: usize = 1_024;

/// The domains, and when they were slow last.
#[derive(Debug, Default)]
pub(super) struct Slow(Mutex<HashMap<String, Timestamp>>);

impl Slow {
    /// Whether a domain was slow lately.
    pub(super) fn is(&self, domain: &str, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(domain).is_some_and(|at| now.since(*at) < REMEMBERED)
    }

    /// Remembers that a domain takes its time.
    pub(super) fn note(&self, domain: &str, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= DOMAINS {
            known.retain(|_, at| now.since(*at) < REMEMBERED);
        }
        if known.len() < DOMAINS {
            known.insert(domain.to_owned(), now);
        }
    }

    /// It was quick again.
    pub(super) fn forget(&self, domain: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(domain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_slow_for_a_while_or_until_it_is_quick_and_a_crowd_is_bounded() {
        let (slow, now) = (Slow::default(), Timestamp::from_millis(1_000));
        slow.note("a.example", now);
        slow.note("b.example", now);
        assert!(slow.is("a.example", now) && !slow.is("c.example", now));
        slow.forget("a.example");
        assert!(!slow.is("a.example", now));
        assert!(!slow.is("b.example", now.plus(REMEMBERED)));
        for n in 0..5_000 {
            slow.note(&format!("{n}.example"), now);
        }
        assert_eq!(slow.0.lock().unwrap().len(), DOMAINS);
        slow.note("late.example", now.plus(REMEMBERED));
        assert!(slow.is("late.example", now.plus(REMEMBERED)));
    }
}
