//! Who says they are whom, from where, and how often they may (`limits.*`;
//! docs/security.md says why these numbers).

use passwords::{Password, TemporaryPassword, Turn};

use crate::actor::Who;
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::config::Limits;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::ContactId;
use crate::kernel::{Timestamp, invisible, network};
use crate::keys::Keys;
use crate::retailers::{Contact, Login};
use crate::sessions::Place;
use crate::sessions::known_device::{self, Holder, KnownDevice};
use crate::throttle::Guess;

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
        let holder = Holder { who: contact.id.as_uuid(), chosen_at: contact.password_set_at };
        known_device::recognise(self.keys.as_ref()?, self.cookie.as_deref()?, holder, now)
    }

    /// Whom hashing waits for: others of the same network first, strangers behind
    /// those who were here before.
    pub(super) fn turn(&self, device: Option<&KnownDevice>) -> Turn {
        Turn::new(network::household(&self.place.address), device.is_some())
    }

    /// Counts this attempt, or says until when it has to wait; where a wait begins
    /// is written down. A known device that would have to wait is known no more.
    pub(super) fn count(
        &self,
        tx: &mut Tx<'_>,
        (who, device): (Option<&Contact>, &mut Option<KnownDevice>),
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let key = self.key();
        let guess = self.guess(key.as_deref(), who.map(|contact| contact.id));
        let guessed = guess.count(tx, nonce(device.as_ref()), now)?;
        if guessed.wait_begins {
            // Written down for unknown usernames too: the same work for all.
            let about = who.map(|contact| About::contact(contact.retailer, contact.id)).unwrap_or_default();
            audit::record(tx, &self.place.actor(Who::Nobody), now, Event::WaitBegan, about)?;
        }
        device.take_if(|_| !guessed.known);
        Ok(guessed.waits)
    }

    /// Until when the next attempt has to wait.
    pub(super) fn next(
        &self,
        tx: &mut Tx<'_>,
        (who, device): (Option<ContactId>, Option<&KnownDevice>),
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let key = self.key();
        Ok(self.guess(key.as_deref(), who).next(tx, nonce(device), now)?)
    }

    /// Takes back what was counted for whoever got in.
    pub(super) fn forgive(
        &self,
        tx: &mut Tx<'_>,
        (who, device): (Option<ContactId>, Option<&KnownDevice>),
        now: Timestamp,
    ) -> Result<()> {
        let key = self.key();
        Ok(self.guess(key.as_deref(), who).forgive(tx, nonce(device), now)?)
    }

    fn key(&self) -> Option<String> {
        self.login.as_ref().map(Login::key)
    }

    fn guess<'a>(&'a self, name: Option<&'a str>, contact: Option<ContactId>) -> Guess<'a> {
        let (address, limits) = (&self.place.address, &self.limits);
        Guess { what: "sign-in", name, address, contact, staff: None, limits }
    }
}

fn nonce(device: Option<&KnownDevice>) -> Option<&str> {
    device.map(|device| device.nonce.as_str())
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
