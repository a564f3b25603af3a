//! How long whoever tried so often has to wait.

use std::time::Duration;

use crate::config::{Limit, Pauses};

/// How often something may be attempted.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// So often in a window of time; then not before it ends.
    Window(Limit),
    /// Slower each time.
    Pauses(Pauses),
}

impl Rule {
    /// How long what is counted first is remembered.
    pub(super) const fn span(&self) -> Duration {
        match self {
            Self::Window(limit) => limit.window,
            Self::Pauses(pauses) => pauses.remembered,
        }
    }

    /// Whether so many attempts are so many that the next one has to wait.
    pub(super) const fn waits_after(&self, attempts: i64) -> bool {
        match self {
            Self::Window(limit) => attempts >= limit.attempts,
            Self::Pauses(pauses) => attempts >= pauses.free,
        }
    }
}

/// How long to wait after so many attempts.
pub(super) fn after(pauses: &Pauses, attempts: i64) -> Duration {
    if attempts >= pauses.most {
        return pauses.remembered;
    }
    let Ok(beyond) = u32::try_from(attempts - pauses.free) else { return Duration::ZERO };
    let times = pauses.factor.checked_pow(beyond);
    let pause = times.and_then(|times| pauses.first.checked_mul(times)).unwrap_or(pauses.longest);
    pause.min(pauses.longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_begin_when_the_free_attempts_are_used_up_and_grow_to_their_longest() {
        let pauses = Pauses {
            free: 3,
            first: Duration::from_mins(1),
            factor: 4,
            longest: Duration::from_hours(1),
            most: 50,
            remembered: Duration::from_hours(720),
        };
        let minutes =
            [0, 1, 2, 3, 4, 5, 6, 7, 30, 49].map(|attempts| after(&pauses, attempts).as_secs() / 60);
        assert_eq!(minutes, [0, 0, 0, 1, 4, 16, 60, 60, 60, 60]);
        assert_eq!(after(&pauses, 50), pauses.remembered);
    }
}
