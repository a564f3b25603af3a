//! `limits.*`: how often something may be tried. `docs/security.md` says who is
//! counted, and why just so often.

use std::time::Duration;

use super::reading::Reading;

/// Attempts in a row that NIST SP 800-63B-4, 3.2.2 allows at most.
const MOST_IN_A_ROW: i64 = 100;
/// The longest time anything is counted or waits.
const LONGEST: Duration = Duration::from_hours(90 * 24);

/// So many attempts in so long a time: `100 in 1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Attempts allowed in a window.
    pub attempts: i64,
    /// How long a window lasts.
    pub window: Duration,
}

/// Waits that grow with each attempt: some are free, then there is a pause
/// before the next one, which gets longer each time. Written as
/// `6, then 1m x4 up to 1d, 18 at most, forgotten after 30d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// Attempts before the first pause.
    pub free: i64,
    /// The first pause.
    pub first: Duration,
    /// How many times as long the next one is.
    pub factor: u32,
    /// The longest one.
    pub longest: Duration,
    /// Attempts at most, as long as they are remembered.
    pub most: i64,
    /// How long attempts are remembered after the last one.
    pub remembered: Duration,
}

/// A rule for each width in which networks are counted; the wider, the more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Widths<R> {
    /// An IPv4 address, or an IPv6 network of 64 bits.
    pub near: R,
    /// An IPv6 network of 56 bits: a household. IPv4 has none.
    pub middle: R,
    /// An IPv4 network of 24 bits, or an IPv6 network of 48: a company.
    pub wide: R,
}

/// How often something may be tried with one name, in three regards.
#[derive(Clone, Copy, Debug)]
pub struct Shares {
    /// With this name from one network.
    pub name_from: Widths<Pauses>,
    /// With this name from everywhere.
    pub name: Pauses,
    /// From one network, whatever the name.
    pub network: Widths<Limit>,
}

/// Every limit that nodes share.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Wrong passwords, except from known devices.
    pub sign_in: Shares,
    /// Wrong passwords from one device that is known.
    pub device: Pauses,
    /// Mails that anyone can have sent to a contact by their name.
    pub mail: Shares,
    /// Such mails to one mailbox, whoever they are about.
    pub mailbox: Limit,
    /// Mails that anyone can have sent to a staff user by their address.
    pub staff_mail: Shares,
    /// Mails to addresses that a contact says are theirs.
    pub confirm: Confirm,
    /// Resets and invitations by one staff user.
    pub by_staff: ByStaff,
}

/// How often a new address is mailed, to be confirmed.
#[derive(Clone, Copy, Debug)]
pub struct Confirm {
    /// For one contact, whatever the addresses.
    pub contact: Limit,
    /// To one address, whoever asks.
    pub address: Limit,
}

/// How often a staff user has mails sent, except by runs, which have a pace.
#[derive(Clone, Copy, Debug)]
pub struct ByStaff {
    /// To one contact.
    pub contact: Limit,
    /// To all of them.
    pub in_all: Limit,
}

impl Limits {
    pub(super) fn read(reading: &mut Reading<'_>) -> Option<Self> {
        let name = reading.parse("limits.name", pauses);
        let below = name.map_or(MOST_IN_A_ROW, |name| name.free);
        // Or one place alone would slow people elsewhere.
        let from_one_place = |text: &str| match pauses(text)? {
            pauses if pauses.most < below => Ok(pauses),
            _ => Err(format!("must allow fewer than {below} at most, what limits.name has free")),
        };
        let near = reading.parse("limits.name_near", from_one_place);
        let middle = reading.parse("limits.name_middle", from_one_place);
        let wide = reading.parse("limits.name_wide", from_one_place);
        let name_from = Widths { near: near?, middle: middle?, wide: wide? };
        let network = widths(reading, window, NETWORK);
        let device = reading.parse("limits.device", pauses);
        let sign_in = Shares { name_from, name: name?, network: network? };
        let mail_name = reading.parse("limits.mail", pauses);
        let mail_from = widths(reading, pauses, MAIL);
        let asking = widths(reading, window, ASKING);
        let mailbox = reading.parse("limits.mailbox", window);
        let staff_mail = reading.parse("limits.staff_mail", pauses);
        let mail = Shares { name_from: mail_from?, name: mail_name?, network: asking? };
        let staff_mail = Shares { name: staff_mail?, ..mail };
        let contact = reading.parse("limits.confirm_contact", window);
        let address = reading.parse("limits.confirm_address", window);
        let confirm = Confirm { contact: contact?, address: address? };
        let contact = reading.parse("limits.by_staff_contact", window);
        let in_all = reading.parse("limits.by_staff", window);
        let by_staff = ByStaff { contact: contact?, in_all: in_all? };
        Some(Self { sign_in, device: device?, mail, mailbox: mailbox?, staff_mail, confirm, by_staff })
    }
}

const NETWORK: [&str; 3] = ["limits.network_near", "limits.network_middle", "limits.network_wide"];
const MAIL: [&str; 3] = ["limits.mail_near", "limits.mail_middle", "limits.mail_wide"];
const ASKING: [&str; 3] = ["limits.asking_near", "limits.asking_middle", "limits.asking_wide"];

fn widths<R>(
    reading: &mut Reading<'_>,
    read: fn(&str) -> Result<R, String>,
    keys: [&'static str; 3],
) -> Option<Widths<R>> {
    let [near, middle, wide] = keys.map(|key| reading.parse(key, read));
    Some(Widths { near: near?, middle: middle?, wide: wide? })
}

/// `100 in 1h`.
fn window(text: &str) -> Result<Limit, String> {
    let read = || {
        let (attempts, window) = text.split_once(" in ")?;
        let attempts = attempts.trim().parse().ok().filter(|attempts| (1..=1_000_000).contains(attempts))?;
        Some(Limit { attempts, window: time(window)? })
    };
    read().ok_or_else(|| "must be a number and a time, such as 100 in 1h".into())
}

/// `6, then 1m x4 up to 1d, 18 at most, forgotten after 30d`; without a most
/// there is none.
fn pauses(text: &str) -> Result<Pauses, String> {
    let read = || {
        let mut parts = text.split(',').map(str::trim);
        let free = parts.next()?.parse().ok().filter(|free| (1..=MOST_IN_A_ROW).contains(free))?;
        let (step, longest) = parts.next()?.strip_prefix("then ")?.split_once(" up to ")?;
        let (first, factor) = step.split_once(" x")?;
        let (first, longest) = (time(first)?, time(longest)?);
        let factor = factor.parse().ok().filter(|factor| (1..=10).contains(factor))?;
        let (most, last) = match parts.next()? {
            part if part.ends_with(" at most") => {
                let most: i64 = part.strip_suffix(" at most")?.trim().parse().ok()?;
                (Some(most).filter(|most| (free..=MOST_IN_A_ROW).contains(most))?, parts.next()?)
            }
            part => (i64::MAX, part),
        };
        let remembered = time(last.strip_prefix("forgotten after ")?)?;
        let whole = parts.next().is_none() && first <= longest && longest <= remembered;
        whole.then_some(Pauses { free, first, factor, longest, most, remembered })
    };
    read().ok_or_else(|| {
        format!(
            "must be written like 6, then 1m x4 up to 1d, 18 at most, forgotten after 30d (no more than {MOST_IN_A_ROW} at most)"
        )
    })
}

/// `30s`, `5m`, `1h`, `30d`.
fn time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let time = Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?);
    (Duration::from_secs(1)..=LONGEST).contains(&time).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_as_it_is_written_and_nothing_else_is() {
        let hour = Duration::from_hours(1);
        assert_eq!(window("100 in 1h"), Ok(Limit { attempts: 100, window: hour }));
        let read = pauses("6, then 1m x4 up to 1d, 18 at most, forgotten after 30d").unwrap();
        let day = Duration::from_hours(24);
        let first = Duration::from_mins(1);
        assert_eq!(read, Pauses { free: 6, first, factor: 4, longest: day, most: 18, remembered: 30 * day });
        assert_eq!(pauses("3, then 5m x2 up to 1h, forgotten after 1d").unwrap().most, i64::MAX);
        for wrong in [
            "",
            "100",
            "0 in 1h",
            "-1 in 1h",
            "5 in",
            "5 in 1",
            "5 in 1w",
            "5 in 99999999999999999999d",
            "5 in é",
        ] {
            assert!(window(wrong).is_err(), "{wrong}");
        }
        for wrong in [
            "6",
            "0, then 1m x4 up to 1d, forgotten after 30d",
            "6, then 1m x4 up to 1d, 101 at most, forgotten after 30d",
            "6, then 1m x4 up to 1d, 5 at most, forgotten after 30d",
            "6, then 2d x4 up to 1d, 18 at most, forgotten after 30d",
            "6, then 1m x0 up to 1d, 18 at most, forgotten after 30d",
            "6, then 1m x4 up to 40d, 18 at most, forgotten after 30d",
            "6, then 1m x4 up to 1d, 18 at most, forgotten after 30d, twice",
        ] {
            assert!(pauses(wrong).is_err(), "{wrong}");
        }
    }
}
