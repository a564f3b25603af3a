//! Who says they are whom, from where, and how often they may (`limits.*`;
//! docs/security.md says why these numbers).

use passwords::{Password, TemporaryPassword};

use crate::actor::Who;
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::config::Limits;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::ContactId;
use crate::kernel::{Timestamp, invisible};
use crate::keys::Keys;
use crate::retailers::{Contact, Login};
use crate::sessions::Place;
use crate::sessions::known_device::{self, Holder, KnownDevice};
use crate::throttle::{self, Attempted, Counter, Rule, Whose};

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
    limits: Limits,
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
            limits: app.config.limits,
        };
        (attempt, Password::parse(typed.password).ok())
    }

    /// The device this comes from, if `contact` signed in there before.
    pub(super) fn device(&self, contact: &Contact, now: Timestamp) -> Option<KnownDevice> {
        let holder = Holder { contact: contact.id, chosen_at: contact.password_set_at };
        known_device::recognise(self.keys.as_ref()?, self.cookie.as_deref()?, holder, now)
    }

    /// Counts this attempt, or says until when it has to wait; the first time that
    /// anyone has to is written down. A known device that would have to wait is one
    /// of the strangers, so whoever copied its cookie doesn't slow its owner down.
    pub(super) fn count(
        &self,
        tx: &mut Tx<'_>,
        (who, device): (Option<&Contact>, &mut Option<KnownDevice>),
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let id = who.map(|contact| contact.id);
        let known = match device {
            Some(known) => Some(throttle::attempt(tx, &[self.of_device(id, known)], now)?),
            None => None,
        };
        let attempted = match known {
            Some(Attempted::Waits(_)) | None => throttle::attempt(tx, &self.of_strangers(id), now)?,
            Some(counted) => counted,
        };
        if attempted == (Attempted::Counted { wait_begins: true }) {
            // Written down for unknown usernames too: the same work for all.
            let about = who.map(|contact| About::contact(contact.retailer, contact.id)).unwrap_or_default();
            audit::record(tx, &self.place.actor(Who::Nobody), now, Event::WaitBegan, about)?;
        }
        let until = known.and_then(Attempted::until);
        if until.is_some() {
            *device = None;
        }
        Ok(attempted.until().map(|other| until.map_or(other, |until| other.min(until))))
    }

    /// Until when the next attempt has to wait.
    pub(super) fn next(
        &self,
        tx: &mut Tx<'_>,
        (who, device): (Option<ContactId>, Option<&KnownDevice>),
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let others = throttle::next(tx, &self.of_strangers(who), now)?;
        let Some(device) = device else { return Ok(others) };
        let known = throttle::next(tx, &[self.of_device(who, device)], now)?;
        Ok(known.zip(others).map(|(known, others)| known.min(others)))
    }

    /// Takes back what was counted for whoever got in: all that this device, or
    /// this network for this name, has used up, and nothing that others have.
    pub(super) fn forgive(
        &self,
        tx: &mut Tx<'_>,
        (who, device): (Option<ContactId>, Option<&KnownDevice>),
        now: Timestamp,
    ) -> Result<()> {
        let counters =
            device.map_or_else(|| self.of_strangers(who), |device| vec![self.of_device(who, device)]);
        Ok(throttle::take_back(tx, &counters, now)?)
    }

    /// What attempts are counted for that come from no known device: this name from
    /// the networks they come from, this name, and those networks, narrowest first.
    /// They are counted for what was typed, known or not, so that a pause tells
    /// nothing.
    fn of_strangers(&self, who: Option<ContactId>) -> Vec<Counter> {
        let (limits, address) = (&self.limits, &self.place.address);
        let networks = Counter::of_networks("sign-in-from", address, &limits.network);
        // Nobody is called so, so nobody can be guessed.
        let Some(key) = self.login.as_ref().map(Login::key) else { return networks };
        let of_pair = |(network, pair): (throttle::Network, String)| {
            let rule = Rule::Pauses(network.width.of(&limits.name_from));
            // Where from is kept only of those whom the office can tell about it.
            let network_shown = who.map(|_| network.name.clone());
            let whose = Whose { contact: who, network: network_shown, ..Whose::default() };
            Counter::new(&network.what("sign-in"), &pair, rule).shown(whose)
        };
        let pairs = throttle::pairs(&key, address).into_iter().map(of_pair);
        let name = Counter::new("sign-in-as", &key, Rule::Pauses(limits.name));
        let name = name.shown(Whose { contact: who, ..Whose::default() });
        pairs.chain([name]).chain(networks).collect()
    }

    /// What attempts of a known device are counted for.
    fn of_device(&self, who: Option<ContactId>, device: &KnownDevice) -> Counter {
        let counter = Counter::new("sign-in-device", &device.nonce, Rule::Pauses(self.limits.device));
        counter.shown(Whose { contact: who, ..Whose::default() })
    }
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
