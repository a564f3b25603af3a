//! Counting attempts, so that guessing is slow (NIST SP 800-63B-4, 3.2.2;
//! ASVS 5.0, 6.3.1). `docs/security.md` says who is slowed and why: who is
//! counted stands in `levels`, for how long they wait in `rules`, and the numbers
//! are `limits.*` of the configuration.

mod guesses;
mod levels;
mod rules;
mod store;

use crate::config::{Limit, Shares, Widths};
use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, StaffId};
use crate::kernel::{Digest, Timestamp};

pub use guesses::{Guess, Guessed};
pub use levels::{Network, Width, network, networks};
pub use rules::Rule;
pub use store::forget_old;

/// What attempts are counted for.
pub struct Counter {
    subject: String,
    rule: Rule,
    whose: Whose,
}

/// Whom a wait keeps out, as far as the office is shown.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// The contact whom what was typed is a name of.
    pub contact: Option<ContactId>,
    /// The staff user.
    pub staff: Option<StaffId>,
    /// From which network alone.
    pub network: Option<String>,
}

impl Counter {
    /// A counter; `what` names the act, `whose` the one it is counted for (kept
    /// as a digest only).
    pub fn new(what: &str, whose: &str, rule: Rule) -> Self {
        Self { subject: subject(what, whose), rule, whose: Whose::default() }
    }

    /// The same, shown to the office while it waits.
    #[must_use]
    pub fn shown(mut self, whose: Whose) -> Self {
        self.whose = whose;
        self
    }

    /// Counters of everyone in the networks an address is in, narrowest first.
    pub fn of_networks(what: &str, address: &str, rules: &Widths<Limit>) -> Vec<Self> {
        let counter = |network: Network| {
            let rule = Rule::Window(network.width.of(rules));
            let counter = Self::new(&network.what(what), &network.name, rule);
            counter.shown(Whose { network: Some(network.name), ..Whose::default() })
        };
        networks(address).into_iter().map(counter).collect()
    }
}

/// What something is counted for that is tried with a name: the name from the
/// networks it comes from, the name, and those networks, narrowest first. Without a
/// name, since nobody can be called so, the networks alone.
pub fn counters(
    what: &str,
    (name, address): (Option<&str>, &str),
    shares: &Shares,
    whose: impl Fn(Option<String>) -> Whose,
) -> Vec<Counter> {
    let networks = Counter::of_networks(&format!("{what}-from"), address, &shares.network);
    let Some(name) = name else { return networks };
    let of_pair = |(network, pair): (Network, String)| {
        let rule = Rule::Pauses(network.width.of(&shares.name_from));
        Counter::new(&network.what(what), &pair, rule).shown(whose(Some(network.name)))
    };
    let pairs = pairs(name, address).into_iter().map(of_pair);
    let name = Counter::new(&format!("{what}-as"), name, Rule::Pauses(shares.name)).shown(whose(None));
    pairs.chain([name]).chain(networks).collect()
}

/// What came of counting an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempted {
    /// It may be made.
    Counted {
        /// Whether it is the last one before the first wait in a row.
        wait_begins: bool,
    },
    /// Nothing was counted: it has to wait until then.
    Waits(Timestamp),
}

impl Attempted {
    /// Until when it has to wait, if it has to.
    pub const fn until(self) -> Option<Timestamp> {
        if let Self::Waits(until) = self { Some(until) } else { None }
    }
}

/// Counts one attempt with each of the counters, unless one of them has to
/// wait: then none counts, and the answer is until when. So what one place has
/// used up is not counted for everyone, and attempts at the same time are no
/// way around a pause.
///
/// # Errors
/// When the database fails.
pub fn attempt(tx: &mut Tx<'_>, counters: &[Counter], now: Timestamp) -> Result<Attempted, Error> {
    let counts = store::counts(tx, counters, now)?;
    if let Some(until) = latest(&counts, counters, now) {
        return Ok(Attempted::Waits(until));
    }
    let more =
        counts.into_iter().zip(counters).map(|(count, counter)| (count.one_more(counter, now), counter));
    let more: Vec<_> = more.collect();
    store::keep(tx, &more)?;
    let wait_begins = more.iter().any(|(count, _)| count.began_at == Some(now));
    Ok(Attempted::Counted { wait_begins })
}

/// Until when the next attempt has to wait by one of the counters.
///
/// # Errors
/// When the database fails.
pub fn next(tx: &mut Tx<'_>, counters: &[Counter], now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let counts = store::counts(tx, counters, now)?;
    Ok(latest(&counts, counters, now))
}

fn latest(counts: &[Count], counters: &[Counter], now: Timestamp) -> Option<Timestamp> {
    counts.iter().zip(counters).filter_map(|(count, counter)| count.waits(counter, now)).max()
}

/// Takes back what the first of the counters has counted, from all of them, and
/// what that added to their pauses.
///
/// # Errors
/// When the database fails.
pub fn take_back(tx: &mut Tx<'_>, counters: &[Counter], now: Timestamp) -> Result<(), Error> {
    let mut taken = i64::MAX;
    let mut kept = Vec::with_capacity(counters.len());
    for (mut count, counter) in store::counts(tx, counters, now)?.into_iter().zip(counters) {
        taken = taken.min(count.attempts);
        count.attempts -= taken;
        if let Rule::Pauses(pauses) = &counter.rule {
            count.open_at = count.open_at.min(now.plus(rules::after(pauses, count.attempts)));
        }
        count.began_at = count.began_at.filter(|_| counter.rule.waits_after(count.attempts));
        kept.push((count, counter));
    }
    store::keep(tx, &kept)
}

/// What is known of a counter.
struct Count {
    attempts: i64,
    ends_at: Timestamp,
    open_at: Timestamp,
    /// When the first of the pauses began that followed each other.
    began_at: Option<Timestamp>,
}

impl Count {
    fn waits(&self, counter: &Counter, now: Timestamp) -> Option<Timestamp> {
        match &counter.rule {
            Rule::Window(limit) => (self.attempts >= limit.attempts).then_some(self.ends_at),
            Rule::Pauses(_) => (self.open_at > now).then_some(self.open_at),
        }
    }

    fn one_more(mut self, counter: &Counter, now: Timestamp) -> Self {
        self.attempts += 1;
        let waits = counter.rule.waits_after(self.attempts);
        match &counter.rule {
            Rule::Pauses(pauses) => {
                self.ends_at = now.plus(pauses.remembered);
                self.open_at = now.plus(rules::after(pauses, self.attempts));
            }
            Rule::Window(_) if waits => self.open_at = self.ends_at,
            Rule::Window(_) => {}
        }
        self.began_at = if waits { self.began_at.or(Some(now)) } else { None };
        self
    }
}

/// Counts one attempt and says whether it is within the limit. `what` names
/// the act, `whose` the one it is counted for (kept as a digest only).
///
/// # Errors
/// When the database fails.
pub fn allows(tx: &mut Tx<'_>, what: &str, whose: &str, limit: Limit, now: Timestamp) -> Result<bool, Error> {
    Ok(store::one_more(tx, &subject(what, whose), now.plus(limit.window), now)? <= limit.attempts)
}

/// Takes back up to `attempts` of the attempts counted so far.
///
/// # Errors
/// When the database fails.
pub fn forgive(tx: &mut Tx<'_>, what: &str, whose: &str, attempts: i64) -> Result<(), Error> {
    store::fewer(tx, &subject(what, whose), attempts)?;
    Ok(())
}

/// Forgets what was counted.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &mut Tx<'_>, counter: &Counter) -> Result<(), Error> {
    store::forget(tx, &counter.subject)?;
    Ok(())
}

/// Forgets what was tried on a contact's former password (NIST SP 800-63B-4, 3.2.2:
/// attempts count for one authenticator) from everywhere together, from devices they
/// used, and from where they are now. What others have to wait for on account of
/// their own guesses stays: its end would tell them that the name is somebody's.
///
/// # Errors
/// When the database fails.
pub fn start_anew(tx: &mut Tx<'_>, contact: ContactId, address: &str) -> Result<(), Error> {
    store::start_anew(tx, (Some(contact), None), &networks(address))
}

/// The same for a staff user.
///
/// # Errors
/// When the database fails.
pub fn start_anew_of_staff(tx: &mut Tx<'_>, staff: StaffId, address: &str) -> Result<(), Error> {
    store::start_anew(tx, (None, Some(staff)), &networks(address))
}

/// Forgets every attempt that slows a contact, from wherever: somebody lifts it.
/// Gives how many counters there were.
///
/// # Errors
/// When the database fails.
pub fn lift(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    store::of_contact(tx, contact)
}

/// The same for a staff user.
///
/// # Errors
/// When the database fails.
pub fn lift_of_staff(tx: &mut Tx<'_>, staff: StaffId) -> Result<u64, Error> {
    store::of_staff(tx, staff)
}

/// Forgets every attempt counted from a network alone.
///
/// # Errors
/// When the database fails.
pub fn lift_of_network(tx: &mut Tx<'_>, network: &str) -> Result<u64, Error> {
    store::of_network(tx, network)
}

/// One account tried from each of the networks an address is in, narrowest first.
/// Counted before what the account may use up from everywhere, they keep one
/// stranger, however many addresses they have, from locking its owner out.
fn pairs(account: &str, address: &str) -> Vec<(Network, String)> {
    let pair = |network: Network| {
        let pair = format!("{account}\n{}", network.name);
        (network, pair)
    };
    networks(address).into_iter().map(pair).collect()
}

fn subject(what: &str, whose: &str) -> String {
    format!("{what}:{}", Digest::of(whose.as_bytes()).hex())
}
