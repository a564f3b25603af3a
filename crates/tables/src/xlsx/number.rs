//! Numbers as a person sees them.

use super::format::Format;
use crate::CellKind;

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// Half a second before the end of the last day that Excel knows, 9999-12-31: later is rounded to a day after.
const END_OF_DAYS: f64 = 2_958_466.0 - 0.5 / 86_400.0;

/// The day from which days are counted, in days since 1970-01-01, for days from 1900-03-01 on.
const DAY_0_OF_1900: i64 = -25_569;
const DAY_0_OF_1904: i64 = -24_107;

/// The 29th of February 1900, which never was but has a number.
const NEVER: i64 = 60;

/// A stored number as text.
pub(super) fn shown(value: f64, format: Format, from_1904: bool) -> (String, CellKind) {
    let is_moment = (0.0..END_OF_DAYS).contains(&value);
    match format {
        Format::Moment { day, time } if is_moment => (moment(value, day, time, from_1904), CellKind::Date),
        Format::Elapsed if is_moment => {
            let (days, seconds) = rounded(value);
            (clock(days * 24, seconds), CellKind::Date)
        }
        Format::Padded(digits) if value >= 0.0 && value.fract() == 0.0 => {
            (format!("{value:0width$.0}", width = usize::from(digits)), kind(value))
        }
        _ => (plain(value), kind(value)),
    }
}

/// Of a number with more than 15 digits, Excel made those behind them zeros.
fn kind(value: f64) -> CellKind {
    if value.fract() == 0.0 && value.abs() >= 1e15 { CellKind::Rounded } else { CellKind::Number }
}

/// The digits that Excel knows of a number, 15, without an exponent.
fn plain(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    format!("{rounded}")
}

/// ISO 8601, as much as the format shows. Day 0 is shown as a time alone: its date is none.
fn moment(value: f64, day: bool, time: bool, from_1904: bool) -> String {
    let (days, seconds) = rounded(value);
    if !day || (days == 0 && !from_1904) {
        return clock(0, seconds);
    }
    let date = date(days, from_1904);
    if time { format!("{date}T{}", clock(0, seconds)) } else { date }
}

/// Whole days and the seconds of the day, to the nearest second.
#[expect(clippy::cast_possible_truncation, reason = "callers give less than three million days")]
fn rounded(value: f64) -> (i64, i64) {
    let seconds = (value * 86_400.0).round() as i64;
    (seconds / SECONDS_OF_DAY, seconds % SECONDS_OF_DAY)
}

fn clock(hours: i64, seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", hours + seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn date(days: i64, from_1904: bool) -> String {
    if days == NEVER && !from_1904 {
        return "1900-02-29".to_owned();
    }
    let since_1970 = match days {
        _ if from_1904 => DAY_0_OF_1904 + days,
        ..NEVER => DAY_0_OF_1900 + days + 1,
        _ => DAY_0_OF_1900 + days,
    };
    let (year, month, day) = civil(since_1970);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The Gregorian date of a day since 1970-01-01, by eras of 400 years that begin in March.
fn civil(since_1970: i64) -> (i64, i64, i64) {
    let from_march_0 = since_1970 + 719_468;
    let era = from_march_0.div_euclid(146_097);
    let of_era = from_march_0.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_that_excel_knows_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1900, 3, 1);
        for days in 61..=2_958_465 {
            assert_eq!(date(days, false), format!("{year:04}-{month:02}-{day:02}"));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == last => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }

    #[test]
    fn numbers_show_the_digits_that_excel_knows() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (1e15, "1000000000000000"),
            (4_006_381_333_931.0, "4006381333931"),
            (1e21, "1000000000000000000000"),
            (-12.5, "-12.5"),
            (1e-7, "0.0000001"),
            (1.0 / 3.0, "0.333333333333333"),
        ];
        for (value, text) in cases {
            assert_eq!(plain(value), text);
        }
    }
}
