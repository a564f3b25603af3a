//! Counting attempts, so that guessing is slow (NIST 800-63B-4, 3.2.2;
//! ASVS 5.0, 6.3.1). `docs/security.md` says who is slowed and why.

use std::net::Ipv6Addr;
use std::time::Duration;

use crate::db::{Error, Row, Tx};
use crate::kernel::{Digest, Timestamp};

/// So many attempts in so long a time.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Attempts allowed in a window.
    pub attempts: i64,
    /// How long a window lasts.
    pub window: Duration,
}

/// Waits that grow with each attempt: some are free, then there is a pause
/// before the next one, which gets longer each time.
#[derive(Clone, Copy, Debug)]
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

impl Pauses {
    /// How long to wait after so many attempts.
    fn after(&self, attempts: i64) -> Duration {
        if attempts >= self.most {
            return self.remembered;
        }
        let Ok(beyond) = u32::try_from(attempts - self.free) else { return Duration::ZERO };
        let times = self.factor.checked_pow(beyond);
        let pause = times.and_then(|times| self.first.checked_mul(times)).unwrap_or(self.longest);
        pause.min(self.longest)
    }
}

/// How often something may be attempted.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// So often in a window of time; then not before it ends.
    Window(Limit),
    /// Slower each time.
    Pauses(Pauses),
}

/// What attempts are counted for.
pub struct Counter {
    subject: String,
    rule: Rule,
}

impl Counter {
    /// A counter; `what` names the act, `whose` the one it is counted for (kept
    /// as a digest only).
    pub fn new(what: &str, whose: &str, rule: Rule) -> Self {
        Self { subject: subject(what, whose), rule }
    }
}

/// Counts one attempt with each of the counters, unless one of them has to
/// wait: then none counts, and the answer is until when. So what one place has
/// used up is not counted for everyone, and attempts at the same time are no
/// way around a pause.
///
/// # Errors
/// When the database fails.
pub fn attempt(tx: &mut Tx<'_>, counters: &[Counter], now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut counts = Vec::with_capacity(counters.len());
    for counter in counters {
        counts.push(Count::of(tx, counter, now)?);
    }
    let waits = counts.iter().zip(counters).filter_map(|(count, counter)| count.waits(counter, now)).max();
    if waits.is_none() {
        for (count, counter) in counts.into_iter().zip(counters) {
            count.one_more(counter, now).keep(tx, counter)?;
        }
    }
    Ok(waits)
}

/// Until when the next attempt has to wait by one of the counters.
///
/// # Errors
/// When the database fails.
pub fn next(tx: &mut Tx<'_>, counters: &[Counter], now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut latest = None;
    for counter in counters {
        latest = latest.max(Count::of(tx, counter, now)?.waits(counter, now));
    }
    Ok(latest)
}

/// Takes back up to `attempts` of those counted, and what they added to the
/// pause; gives how many there were to take.
///
/// # Errors
/// When the database fails.
pub fn take_back(tx: &mut Tx<'_>, counter: &Counter, attempts: i64, now: Timestamp) -> Result<i64, Error> {
    let mut count = Count::of(tx, counter, now)?;
    let taken = attempts.min(count.attempts);
    count.attempts -= taken;
    if let Rule::Pauses(pauses) = &counter.rule {
        count.open_at = count.open_at.min(now.plus(pauses.after(count.attempts)));
    }
    count.keep(tx, counter)?;
    Ok(taken)
}

/// What is known of a counter.
struct Count {
    attempts: i64,
    ends_at: Timestamp,
    open_at: Timestamp,
}

impl Count {
    fn of(tx: &mut Tx<'_>, counter: &Counter, now: Timestamp) -> Result<Self, Error> {
        let row: Option<Row> = tx.opt(
            "select attempts, window_ends_at, open_at from throttles where subject = $1 and window_ends_at > $2",
            &[&counter.subject, &now],
        )?;
        Ok(match row {
            Some(row) => Self {
                attempts: row.get("attempts")?,
                ends_at: row.get("window_ends_at")?,
                open_at: row.get("open_at")?,
            },
            None => Self { attempts: 0, ends_at: now.plus(counter.rule.span()), open_at: now },
        })
    }

    fn waits(&self, counter: &Counter, now: Timestamp) -> Option<Timestamp> {
        match &counter.rule {
            Rule::Window(limit) => (self.attempts >= limit.attempts).then_some(self.ends_at),
            Rule::Pauses(_) => (self.open_at > now).then_some(self.open_at),
        }
    }

    fn one_more(mut self, counter: &Counter, now: Timestamp) -> Self {
        self.attempts += 1;
        if let Rule::Pauses(pauses) = &counter.rule {
            self.ends_at = now.plus(pauses.remembered);
            self.open_at = now.plus(pauses.after(self.attempts));
        }
        self
    }

    fn keep(self, tx: &mut Tx<'_>, counter: &Counter) -> Result<(), Error> {
        tx.run(
            "insert into throttles (subject, attempts, window_ends_at, open_at) values ($1, $2, $3, $4)
             on conflict (subject) do update set attempts = $2, window_ends_at = $3, open_at = $4",
            &[&counter.subject, &self.attempts, &self.ends_at, &self.open_at],
        )?;
        Ok(())
    }
}

impl Rule {
    /// How long what is counted first is remembered.
    const fn span(&self) -> Duration {
        match self {
            Self::Window(limit) => limit.window,
            Self::Pauses(pauses) => pauses.remembered,
        }
    }
}

/// Counts one attempt and says whether it is within the limit. `what` names
/// the act, `whose` the one it is counted for (kept as a digest only).
///
/// # Errors
/// When the database fails.
pub fn allows(tx: &mut Tx<'_>, what: &str, whose: &str, limit: Limit, now: Timestamp) -> Result<bool, Error> {
    let row: Row = tx.one(
        "insert into throttles (subject, attempts, window_ends_at) values ($1, 1, $2)
         on conflict (subject) do update set
             attempts = case when throttles.window_ends_at <= $3 then 1 else throttles.attempts + 1 end,
             window_ends_at = case when throttles.window_ends_at <= $3 then $2 else throttles.window_ends_at end
         returning attempts",
        &[&subject(what, whose), &now.plus(limit.window), &now],
    )?;
    Ok(row.get::<i64>("attempts")? <= limit.attempts)
}

/// Takes back up to `attempts` of the attempts counted so far.
///
/// # Errors
/// When the database fails.
pub fn forgive(tx: &mut Tx<'_>, what: &str, whose: &str, attempts: i64) -> Result<(), Error> {
    tx.run(
        "update throttles set attempts = case when attempts > $2 then attempts - $2 else 0 end where subject = $1",
        &[&subject(what, whose), &attempts],
    )?;
    Ok(())
}

/// Removes windows that have ended.
///
/// # Errors
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.run("delete from throttles where window_ends_at <= $1", &[&now])
}

/// What counts as one place: an IPv4 address, or the network of 64 bits an IPv6
/// address is in, which one household or server has to itself.
pub fn network(address: &str) -> String {
    match address.parse::<Ipv6Addr>() {
        Ok(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).to_string(),
        Err(_) => address.to_owned(),
    }
}

/// One account tried from one place. Counted before what the account may use up
/// from everywhere, it keeps one stranger from locking its owner out.
pub fn pair(account: &str, address: &str) -> String {
    format!("{account}\n{}", network(address))
}

fn subject(what: &str, whose: &str) -> String {
    format!("{what}:{}", Digest::of(whose.as_bytes()).hex())
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
            longest: Duration::from_mins(60),
            most: 50,
            remembered: Duration::from_hours(720),
        };
        let minutes = [0, 1, 2, 3, 4, 5, 6, 7, 30, 49].map(|attempts| pauses.after(attempts).as_secs() / 60);
        assert_eq!(minutes, [0, 0, 0, 1, 4, 16, 60, 60, 60, 60]);
        assert_eq!(pauses.after(50), pauses.remembered);
    }

    #[test]
    fn one_household_is_one_place() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}
