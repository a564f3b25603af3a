//! Moments and spans in words, as mails say them.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Language, Timestamp};

const DAYS: [[&str; 7]; 2] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
];

/// A moment with its day and the zone named: `Wednesday 25 November, 14:02 (CET)`.
pub fn day_and_time(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(at.as_millis()) else { return String::new() };
    let local = moment.to_zoned_datetime(zone.clone());
    let words = usize::from(language == Language::German);
    let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
    let month = usize::try_from(local.month() - 1).unwrap_or(0);
    let (weekday, month) = (DAYS[words][weekday], MONTHS[words][month]);
    let (day, clock, zone) = (local.day(), local.strftime("%H:%M"), local.strftime("%Z"));
    match language {
        Language::English => format!("{weekday} {day} {month}, {clock} ({zone})"),
        Language::German => format!("{weekday}, {day}. {month}, {clock} Uhr ({zone})"),
    }
}

/// A span in its largest whole unit: `48 hours`, `3 days`, `30 minutes`.
pub fn span(duration: Duration, language: Language) -> String {
    let minutes = duration.as_secs() / 60;
    let (count, unit) = match minutes {
        days if days % 1440 == 0 && days > 2 * 1440 => (days / 1440, ["days", "Tage"]),
        hours if hours % 60 == 0 && hours > 60 => (hours / 60, ["hours", "Stunden"]),
        minutes => (minutes, ["minutes", "Minuten"]),
    };
    format!("{count} {}", unit[usize::from(language == Language::German)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_name_day_and_zone() {
        let at = Timestamp::from_millis(1_795_442_531_999);
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(day_and_time(at, &zone, Language::English), "Monday 23 November, 15:02 (CET)");
        assert_eq!(
            day_and_time(at, &TimeZone::UTC, Language::German),
            "Montag, 23. November, 14:02 Uhr (UTC)"
        );
    }

    #[test]
    fn spans_take_their_largest_unit() {
        let hours = |n: u64| Duration::from_secs(n * 3600);
        assert_eq!(span(hours(48), Language::English), "48 hours");
        assert_eq!(span(hours(72), Language::German), "3 Tage");
        assert_eq!(span(Duration::from_mins(30), Language::English), "30 minutes");
    }
}
