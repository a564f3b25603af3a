//! Who says they are whom, from where, and how often they may
//! (docs/security.md says why these numbers).

use std::time::Duration;

use passwords::{Password, TemporaryPassword, Turn};

use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::{Timestamp, invisible, network};
use crate::keys::Keys;
use crate::retailers::{Contact, Login};
use crate::sessions::Place;
use crate::sessions::known_device::{self, Holder, KnownDevice};
use crate::throttle::{self, Counter, Limit, Pauses, Rule};

const DAY: Duration = Duration::from_hours(24);

/// For one username from one network: twelve on the first day, then one a day,
/// 18 in all. Less than [`PER_NAME`] has free, so one place alone never slows
/// anyone elsewhere.
const PER_PAIR: Pauses = Pauses {
    free: 6,
    first: Duration::from_mins(1),
    factor: 4,
    longest: DAY,
    most: 18,
    remembered: Duration::from_hours(30 * 24),
};
/// For one username from everywhere but known devices: 30 on the first day,
/// then one a day, 50 in a row. A contact has two names at most, username
/// and e-mail address, so an account has 100 (NIST 800-63B-4, 3.2.2).
const PER_NAME: Pauses = Pauses { free: 20, factor: 2, most: 50, ..PER_PAIR };
/// From one network over all usernames.
const PER_NETWORK: Limit = Limit { attempts: 100, window: Duration::from_hours(1) };
/// From one known device for its contact: a lost device is a place to guess
/// from, too.
const PER_DEVICE: Pauses = Pauses { free: 10, longest: Duration::from_hours(1), ..PER_NAME };

/// What someone sends to sign in.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// A username or an e-mail address.
    pub login: &'a str,
    /// A password of their own, or a temporary one.
    pub password: &'a str,
    /// What the device was given when someone signed in there before.
    pub device: Option<&'a str>,
}

/// Whether what was typed as a password begins or ends with something that
/// nobody sees, as comes along when copying. A temporary password is the same
/// with it.
pub fn has_blank_ends(password: &str) -> bool {
    let unseen = |c: char| c.is_whitespace() || invisible::is_invisible(c);
    let typed = password.contains(|c| !unseen(c));
    typed && (password.starts_with(unseen) || password.ends_with(unseen)) && !may_be_temporary(password)
}

fn may_be_temporary(password: &str) -> bool {
    TemporaryPassword::recognise(password).is_some()
}

/// Who says they are whom, and from where.
pub(super) struct Attempt {
    /// What was typed, if anyone can be called so.
    pub login: Option<Login>,
    pub place: Place,
    /// Whether what was typed has the shape of a temporary password.
    pub may_be_temporary: bool,
    cookie: Option<String>,
    keys: Option<Keys>,
}

impl Attempt {
    /// Reads what was sent; the password apart, if it can be one.
    pub(super) fn new(app: &App, typed: Typed<'_>, place: Place) -> (Self, Option<Password>) {
        let attempt = Self {
            login: Login::parse(typed.login),
            place,
            may_be_temporary: may_be_temporary(typed.password),
            cookie: typed.device.map(str::to_owned),
            keys: app.keys.clone(),
        };
        (attempt, Password::parse(typed.password).ok())
    }

    /// The device this comes from, if `contact` signed in there before.
    pub(super) fn device(&self, contact: &Contact, now: Timestamp) -> Option<KnownDevice> {
        let holder = Holder { contact: contact.id, chosen_at: contact.password_set_at };
        known_device::recognise(self.keys.as_ref()?, self.cookie.as_deref()?, holder, now)
    }

    /// Whom hashing waits for: others of the same network first, strangers behind
    /// those who were here before.
    pub(super) fn turn(&self, device: Option<&KnownDevice>) -> Turn {
        Turn::new(network::household(&self.place.address), device.is_some())
    }

    /// Counts this attempt, or says until when it has to wait. A known device
    /// that would have to wait is one of the strangers, so whoever copied its
    /// cookie doesn't slow its owner down.
    pub(super) fn count(
        &self,
        tx: &mut Tx<'_>,
        device: &mut Option<KnownDevice>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let known = match device {
            Some(known) => throttle::attempt(tx, &[of_device(known)], now)?,
            None => return Ok(throttle::attempt(tx, &self.of_strangers(), now)?),
        };
        let Some(until) = known else { return Ok(None) };
        *device = None;
        Ok(throttle::attempt(tx, &self.of_strangers(), now)?.map(|other| other.min(until)))
    }

    /// Until when the next attempt has to wait.
    pub(super) fn next(
        &self,
        tx: &mut Tx<'_>,
        device: Option<&KnownDevice>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let others = throttle::next(tx, &self.of_strangers(), now)?;
        let Some(device) = device else { return Ok(others) };
        let known = throttle::next(tx, &[of_device(device)], now)?;
        Ok(known.zip(others).map(|(known, others)| known.min(others)))
    }

    /// Takes back what was counted for whoever got in: all that this device, or
    /// this network for this name, has used up, and nothing that others have.
    pub(super) fn forgive(
        &self,
        tx: &mut Tx<'_>,
        device: Option<&KnownDevice>,
        now: Timestamp,
    ) -> Result<()> {
        let mut attempts = i64::MAX;
        let counters = device.map_or_else(|| self.of_strangers(), |device| vec![of_device(device)]);
        for counter in counters {
            attempts = throttle::take_back(tx, &counter, attempts, now)?;
        }
        Ok(())
    }

    /// What attempts are counted for that come from no known device, narrowest
    /// first. They are counted for what was typed, known or not, so that a pause
    /// tells nothing.
    fn of_strangers(&self) -> Vec<Counter> {
        let (network, address) = (throttle::network(&self.place.address), &self.place.address);
        let network = Counter::new("sign-in-from", &network, Rule::Window(PER_NETWORK));
        // Nobody is called so, so nobody can be guessed.
        let Some(key) = self.login.as_ref().map(Login::key) else { return vec![network] };
        let pair = Counter::new("sign-in", &throttle::pair(&key, address), Rule::Pauses(PER_PAIR));
        vec![pair, Counter::new("sign-in-as", &key, Rule::Pauses(PER_NAME)), network]
    }
}

/// What attempts of a known device are counted for.
fn of_device(device: &KnownDevice) -> Counter {
    Counter::new("sign-in-device", &device.nonce, Rule::Pauses(PER_DEVICE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_ends_are_seen_and_not_those_within_or_around_a_temporary_password() {
        for typed in [
            "trout9lamp ",
            " trout9lamp",
            "trout9lamp\r\n",
            "trout9lamp\u{a0}",
            "\u{feff}trout9lamp",
            "trout9\tlamp\u{200b}",
        ] {
            assert!(has_blank_ends(typed), "{typed:?}");
        }
        for typed in ["", " ", "trout9lamp", "trout 9 lamp", " 2345-6789-CDFH-JKMY\n"] {
            assert!(!has_blank_ends(typed), "{typed:?}");
        }
    }
}
