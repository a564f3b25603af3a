//! Guessing at passwords: one design for contacts and staff. Counted for what was
//! typed, before anyone is looked for, so that a pause tells nothing.

use super::{Attempted, Counter, Rule, Whose};
use crate::config::Limits;
use crate::db::{Error, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, StaffId};

/// Who guesses at whom, and from where.
pub struct Guess<'a> {
    /// Which sign-in: counters of different ones are apart.
    pub what: &'static str,
    /// What was typed as a name, in all its spellings as one; `None` when nobody can
    /// be called so.
    pub name: Option<&'a str>,
    /// From which IP address.
    pub address: &'a str,
    /// The contact whose name it is, for the office to see.
    pub contact: Option<ContactId>,
    /// The staff user whose name it is.
    pub staff: Option<StaffId>,
    /// How often.
    pub limits: &'a Limits,
}

/// What came of counting a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// Until when it has to wait, if it has to.
    pub waits: Option<Timestamp>,
    /// Whether it is the last one before a first wait.
    pub wait_begins: bool,
    /// Whether it was counted as one of a known device, and not of strangers.
    pub known: bool,
}

impl Guess<'_> {
    /// Counts a guess, or says until when it has to wait. A known device that would
    /// have to wait is one of the strangers, so whoever copied its cookie doesn't
    /// slow its owner down.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count(&self, tx: &mut Tx<'_>, device: Option<&str>, now: Timestamp) -> Result<Guessed, Error> {
        let known = match device {
            Some(nonce) => Some(super::attempt(tx, &[self.of_device(nonce)], now)?),
            None => None,
        };
        if let Some(Attempted::Counted { wait_begins }) = known {
            return Ok(Guessed { waits: None, wait_begins, known: true });
        }
        let (until, wait_begins) = match super::attempt(tx, &self.of_strangers(), now)? {
            Attempted::Counted { wait_begins } => (None, wait_begins),
            Attempted::Waits(until) => (Some(until), false),
        };
        let waits =
            until.map(|until| known.and_then(Attempted::until).map_or(until, |known| known.min(until)));
        Ok(Guessed { waits, wait_begins, known: false })
    }

    /// Until when the next guess has to wait.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next(
        &self,
        tx: &mut Tx<'_>,
        device: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let others = super::next(tx, &self.of_strangers(), now)?;
        let Some(nonce) = device else { return Ok(others) };
        let known = super::next(tx, &[self.of_device(nonce)], now)?;
        Ok(known.zip(others).map(|(known, others)| known.min(others)))
    }

    /// Takes back what was counted for whoever got in: all that this device, or this
    /// network for this name, has used up, and nothing that others have.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forgive(&self, tx: &mut Tx<'_>, device: Option<&str>, now: Timestamp) -> Result<(), Error> {
        let counters = device.map_or_else(|| self.of_strangers(), |nonce| vec![self.of_device(nonce)]);
        super::take_back(tx, &counters, now)
    }

    /// What guesses are counted for that come from no known device.
    fn of_strangers(&self) -> Vec<Counter> {
        let typed = (self.name, self.address);
        super::counters(self.what, typed, &self.limits.sign_in, |network| self.whose(network))
    }

    /// What guesses of a known device are counted for.
    fn of_device(&self, nonce: &str) -> Counter {
        let rule = Rule::Pauses(self.limits.device);
        Counter::new(&format!("{}-device", self.what), nonce, rule).shown(self.whose(None))
    }

    /// Where from is kept only of those whom the office can be told about.
    fn whose(&self, network: Option<String>) -> Whose {
        let somebody = self.contact.is_some() || self.staff.is_some();
        Whose { contact: self.contact, staff: self.staff, network: network.filter(|_| somebody) }
    }
}
