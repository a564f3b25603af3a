//! How long people stay signed in.

use std::time::Duration;

use super::reading::Reading;
use super::spans;

/// How long people stay signed in (ASVS 5.0, 7.3; NIST SP 800-63B-4, 2.1.3 and 2.2.3).
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    /// A contact without coming by.
    pub contact_idle: Duration,
    /// A contact at most.
    pub contact_lasts: Duration,
    /// A staff user in a browser without coming by.
    pub staff_idle: Duration,
    /// A staff user in a browser at most.
    pub staff_lasts: Duration,
    /// A device without reaching the server.
    pub device_idle: Duration,
    /// A device at most.
    pub device_lasts: Duration,
}

pub(super) fn read(reading: &mut Reading<'_>) -> Option<Sessions> {
    const MINUTES: (&str, Duration) = ("10m", Duration::from_mins(10));
    const HOUR: (&str, Duration) = ("1h", Duration::from_hours(1));
    let days = |words: &'static str, days: u64| (words, Duration::from_hours(24 * days));
    let mut lasts = |key, least, most, such| reading.parse(key, |text| spans::span(text, least, most, such));
    let contact_idle = lasts("sessions.contact_idle", MINUTES, days("30d", 30), "14d");
    let contact_lasts = lasts("sessions.contact_lasts", MINUTES, days("180d", 180), "30d");
    let staff_idle = lasts("sessions.staff_idle", MINUTES, days("7d", 7), "12h");
    let staff_lasts = lasts("sessions.staff_lasts", MINUTES, days("30d", 30), "7d");
    let device_idle = lasts("sessions.device_idle", HOUR, days("90d", 90), "30d");
    let device_lasts = lasts("sessions.device_lasts", HOUR, days("365d", 365), "180d");
    Some(Sessions {
        contact_idle: contact_idle?,
        contact_lasts: contact_lasts?,
        staff_idle: staff_idle?,
        staff_lasts: staff_lasts?,
        device_idle: device_idle?,
        device_lasts: device_lasts?,
    })
}
