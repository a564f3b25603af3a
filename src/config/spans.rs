//! Reading times: each function says what would be right.

use std::time::Duration;

/// A hundred years: the longest that anything is said to be kept.
const MOST_DAYS: u64 = 36_500;

pub(super) fn valid_for(text: &str) -> Result<Duration, String> {
    span(text, ("10m", Duration::from_mins(10)), ("30d", Duration::from_hours(720)), "48h")
}

/// A time from `least` to `most`, each in words and as it is.
pub(super) fn span(
    text: &str,
    least: (&str, Duration),
    most: (&str, Duration),
    such: &str,
) -> Result<Duration, String> {
    let right = format!("must be a time from {} to {}, such as {such}", least.0, most.0);
    let in_hours = text
        .strip_suffix('d')
        .and_then(|days| days.trim().parse::<u64>().ok())
        .map(|days| format!("{}h", days.saturating_mul(24)));
    let span: jiff::SignedDuration =
        in_hours.as_deref().unwrap_or(text).parse().map_err(|_| right.clone())?;
    let duration = Duration::try_from(span).map_err(|_| right.clone())?;
    if (least.1..=most.1).contains(&duration) { Ok(duration) } else { Err(right) }
}

/// Days of grace, or that nothing is demanded.
pub(super) fn grace(text: &str) -> Result<Option<i64>, String> {
    if text == "never" {
        return Ok(None);
    }
    let days = text.parse().ok().filter(|days| (0..=90).contains(days));
    days.map(Some).ok_or_else(|| "must be 0 to 90, or never".into())
}

/// A short time of seconds or minutes.
pub(super) fn drain(text: &str) -> Result<Duration, String> {
    span(text, ("0s", Duration::ZERO), ("5m", Duration::from_mins(5)), "5s")
}

/// A time in days, of `least` at least.
pub(super) fn kept(text: &str, least: u64) -> Result<Duration, String> {
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<u64>().ok());
    let allowed = days.filter(|days| (least..=MOST_DAYS).contains(days));
    allowed
        .map(|days| Duration::from_hours(24 * days))
        .ok_or_else(|| format!("must be a number of days, from {least}d to {MOST_DAYS}d, such as 400d"))
}

/// A time in days of a year at least, or none.
pub(super) fn kept_for_good_or(text: &str) -> Result<Option<Duration>, String> {
    if text.is_empty() { Ok(None) } else { kept(text, 365).map(Some) }
}
