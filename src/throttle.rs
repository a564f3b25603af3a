//! Counting attempts, so that guessing is slow (NIST 800-63B-4, 3.2.2;
//! ASVS 5.0, 6.3.1).

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
    fn one_household_is_one_place() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}
