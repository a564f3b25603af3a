//! Moments in time.

use std::time::Duration;

/// A moment: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Writing a moment as its milliseconds and reading it, for what is kept and not told.
pub mod in_millis {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Timestamp;

    /// Writes it.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(moment.as_millis())
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_millis)
    }
}

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The moment `by` later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// The moment `by` earlier.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(millis(by)))
    }

    /// When the span of this length began that the moment is in, counted from the epoch.
    #[must_use]
    pub fn floor(self, span: Duration) -> Self {
        Self(self.0 - self.0.rem_euclid(millis(span).max(1)))
    }

    /// The time from `earlier` to this moment; zero when it lies later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// RFC 3339 in UTC to the second, as machines read it: `2026-11-23T14:02:11Z`.
    pub fn rfc3339(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%SZ")
    }

    /// The same to the millisecond: `2026-11-23T14:02:11.250Z`.
    pub fn rfc3339_millis(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S%.3fZ")
    }

    /// The words a page shows before a script turns them into the reader's
    /// zone: `23 Nov 2026, 14:02 UTC`.
    pub fn in_words(self) -> String {
        self.format("%-d %b %Y, %H:%M UTC")
    }

    fn format(self, pattern: &str) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map(|moment| moment.strftime(pattern).to_string())
            .unwrap_or_default()
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_rfc_3339_and_in_words() {
        let moment = Timestamp::from_millis(1_795_442_531_999);
        assert_eq!(moment.rfc3339(), "2026-11-23T14:02:11Z");
        assert_eq!(moment.rfc3339_millis(), "2026-11-23T14:02:11.999Z");
        assert_eq!(moment.in_words(), "23 Nov 2026, 14:02 UTC");
    }

    #[test]
    fn since_is_never_negative() {
        let (earlier, later) = (Timestamp::from_millis(1), Timestamp::from_millis(5));
        assert_eq!(later.since(earlier), Duration::from_millis(4));
        assert_eq!(earlier.since(later), Duration::ZERO);
    }
}
