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

/// The day of a moment: `25 November 2026`.
pub fn date(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(at.as_millis()) else { return String::new() };
    let local = moment.to_zoned_datetime(zone.clone());
    let words = usize::from(language == Language::German);
    let month = usize::try_from(local.month() - 1).unwrap_or(0);
    let (day, month, year) = (local.day(), MONTHS[words][month], local.year());
    match language {
        Language::English => format!("{day} {month} {year}"),
        Language::German => format!("{day}. {month} {year}"),
    }
}

/// A day of the calendar in some zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// When it begins.
    pub begins: Timestamp,
    /// As machines read it: `2026-11-23`.
    pub date: String,
    /// As people read it: `Mon 23 Nov`.
    pub words: String,
}

/// The last `count` days in a zone, today the last of them.
pub fn last_days(now: Timestamp, zone: &TimeZone, count: usize) -> Vec<Day> {
    let Ok(moment) = jiff::Timestamp::from_millisecond(now.as_millis()) else { return Vec::new() };
    let today = moment.to_zoned_datetime(zone.clone()).date();
    let back = i64::try_from(count).unwrap_or(0);
    let days = (0..back).rev().filter_map(|ago| today.checked_sub(jiff::Span::new().days(ago)).ok());
    let begins = |date: jiff::civil::Date| date.to_zoned_datetime(zone.clone()).ok();
    days.filter_map(|date| {
        begins(date).map(|begins| Day {
            begins: Timestamp::from_millis(begins.timestamp().as_millisecond()),
            date: date.strftime("%Y-%m-%d").to_string(),
            words: date.strftime("%a %-d %b").to_string(),
        })
    })
    .collect()
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

/// How long there is to wait, rounded up, as it follows "in": `1 minute`,
/// `20 Minuten`, `3 hours`, `2 Tagen`.
pub fn wait(duration: Duration, language: Language) -> String {
    let minutes = duration.as_secs().div_ceil(60).max(1);
    let (count, [one, more]) = match minutes {
        0..=90 => (minutes, [["minute", "Minute"], ["minutes", "Minuten"]]),
        91..=2160 => (minutes.div_ceil(60), [["hour", "Stunde"], ["hours", "Stunden"]]),
        _ => (minutes.div_ceil(1440), [["day", "Tag"], ["days", "Tagen"]]),
    };
    let unit = if count == 1 { one } else { more };
    format!("{count} {}", unit[usize::from(language == Language::German)])
}

/// The moment a day such as `2026-11-25` begins in `zone`.
pub fn midnight(day: &str, zone: &TimeZone) -> Option<Timestamp> {
    begins(day.parse().ok()?, zone)
}

/// The moment a day ends: where the next one begins.
pub fn midnight_after(day: &str, zone: &TimeZone) -> Option<Timestamp> {
    let day: jiff::civil::Date = day.parse().ok()?;
    begins(day.tomorrow().ok()?, zone)
}

/// The moment of a day and an hour such as `14:30` in `zone`; of an hour that
/// the clock leaves out, the one after, and of one it has twice, the first.
pub fn at(day: &str, hour: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (day, hour): (jiff::civil::Date, jiff::civil::Time) = (day.parse().ok()?, hour.parse().ok()?);
    let zoned = day.to_datetime(hour).to_zoned_datetime(zone.clone()).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

/// The hour and minute of a moment in `zone`: `14:02`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(at.as_millis()) else { return String::new() };
    moment.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string()
}

fn begins(day: jiff::civil::Date, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = day.to_zoned_datetime(zone.clone()).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
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
    fn days_begin_at_midnight_of_their_zone_through_changes_of_the_clock() {
        let now = Timestamp::from_millis(1_795_442_531_999);
        let days = last_days(now, &TimeZone::get("Europe/Berlin").unwrap(), 30);
        assert_eq!(
            (days.len(), days[29].words.as_str(), days[0].date.as_str()),
            (30, "Mon 23 Nov", "2026-10-25")
        );
        let hours = |day: usize| days[day + 1].begins.since(days[day].begins).as_secs() / 3600;
        assert_eq!((hours(0), hours(1)), (25, 24), "summer time ended on the 25th of October");
    }

    #[test]
    fn a_day_and_an_hour_are_a_moment_even_where_the_clock_is_put_forward() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let said = |day, hour| at(day, hour, &zone).map(|at| day_and_time(at, &zone, Language::English));
        assert_eq!(said("2026-11-23", "15:02").as_deref(), Some("Monday 23 November, 15:02 (CET)"));
        assert_eq!(said("2026-03-29", "02:30").as_deref(), Some("Sunday 29 March, 03:30 (CEST)"));
        assert_eq!((said("2026-02-30", "10:00"), said("2026-02-03", "25:00")), (None, None));
    }

    #[test]
    fn waits_are_rounded_up() {
        let waits = [0, 60, 61, 5400, 5401, 86_400, 129_601, 30 * 86_400];
        let waits = waits.map(|seconds| wait(Duration::from_secs(seconds), Language::English));
        let expected =
            ["1 minute", "1 minute", "2 minutes", "90 minutes", "2 hours", "24 hours", "2 days", "30 days"];
        assert_eq!(waits, expected);
        assert_eq!(wait(Duration::from_hours(72), Language::German), "3 Tagen");
    }

    #[test]
    fn spans_take_their_largest_unit() {
        let hours = |n: u64| Duration::from_secs(n * 3600);
        assert_eq!(span(hours(48), Language::English), "48 hours");
        assert_eq!(span(hours(72), Language::German), "3 Tage");
        assert_eq!(span(Duration::from_mins(30), Language::English), "30 minutes");
    }
}
