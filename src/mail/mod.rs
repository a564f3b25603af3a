//! Mail: what is to be sent (rows), what it says (templates), and handing it
//! to the mail server.
//!
//! A mail's words are put together when it is sent, from what is true then; so
//! no row ever holds a password, a link or a code (promise 3).

pub mod answers;
pub mod contexts;
pub mod inbox;
pub mod message;
pub mod quoting;
mod return_path;
pub mod smtp;
mod store;
pub mod templates;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::db::{Error, Tx};
use crate::jobs::{self, Lane, Turn};
use crate::kernel::id::{ContactId, MailId, StaffId, TemporaryPasswordId};
use crate::kernel::names;
use crate::kernel::{EmailAddress, Language, Timestamp};

pub use message::Kind;
pub use return_path::ReturnPath;
pub use store::{
    End, Later, Mail, Waiting, about_to_hand_over, blank_all_of, blank_old, cancel, cancel_all_of,
    cancel_resets_of, cancel_resets_of_staff, count_attempt, find, finish, hold_unfinished, last_bounced,
    put_off, release_held, remove_old_notices, returned, set_aside, waiting,
};

/// How often a mail may be handed over without an answer that tells whether it
/// was taken: each may have arrived.
const MOST_DOUBTS: i64 = 3;
/// Pauses between attempts; the last one is repeated.
const PAUSES_S: [u64; 8] = [2, 10, 30, 60, 120, 300, 600, 900];
/// When retries end (promise 4).
const GIVE_UP_AFTER: Duration = Duration::from_hours(24);

names! {
    /// Where a mail is on its way (promise 12).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Delivery {
        /// Not tried yet.
        Waiting = "waiting",
        /// Tried; another try follows.
        PutOff = "put-off",
        /// The mail server took it.
        Accepted = "accepted",
        /// The mail server refused it for good.
        Bounced = "bounced",
        /// Retries ended.
        GivenUp = "given-up",
        /// Called back before it was sent.
        Cancelled = "cancelled",
    }
}

impl Delivery {
    /// Whether nothing more will happen to the mail.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::PutOff)
    }
}

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// What it is.
    pub kind: Kind,
    /// To whom.
    pub to: EmailAddress,
    /// In which language.
    pub language: Language,
    /// The contact it is for or about.
    pub contact: Option<ContactId>,
    /// The staff user it is for.
    pub staff: Option<StaffId>,
}

/// A mail put together for one attempt to hand it over.
pub struct Composed {
    /// What it says.
    pub rendered: message::Rendered,
    /// The name beside the address.
    pub to_name: Option<String>,
    /// The temporary password it carries, by its row.
    pub temporary: Option<TemporaryPasswordId>,
}

/// The job of handing a mail over.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SendMail {
    /// Which mail.
    pub mail: MailId,
}

impl Mail {
    /// How often it may be in doubt before it ends as "may have arrived".
    pub const fn most_doubts(&self) -> i64 {
        if self.once { 1 } else { MOST_DOUBTS }
    }
}

/// Leaves a mail to be sent at once.
///
/// # Errors
/// When the database fails.
pub fn enqueue(tx: &mut Tx<'_>, new: &NewMail, now: Timestamp) -> Result<MailId, Error> {
    store(tx, (new, false), (Lane::Awaited, &new.to.domain()), now)
}

/// The same for one that somebody asked for: it waits behind their own
/// ([`crate::actor::Actor::share`]) and not behind others'.
///
/// # Errors
/// When the database fails.
pub fn enqueue_for(tx: &mut Tx<'_>, new: &NewMail, share: &str, now: Timestamp) -> Result<MailId, Error> {
    store(tx, (new, false), (Lane::Awaited, share), now)
}

/// Leaves a mail of a run: it lets those pass that somebody waits for, and is never
/// handed over a second time when the first may have arrived: rather none than two.
///
/// # Errors
/// When the database fails.
pub fn enqueue_once(tx: &mut Tx<'_>, new: &NewMail, now: Timestamp) -> Result<MailId, Error> {
    store(tx, (new, true), (Lane::Bulk, &new.to.domain()), now)
}

fn store(
    tx: &mut Tx<'_>,
    (new, once): (&NewMail, bool),
    (lane, share): (Lane, &str),
    now: Timestamp,
) -> Result<MailId, Error> {
    let id = MailId::new(now);
    store::insert(tx, id, (new, once), now)?;
    let turn = Turn { lane, share, domain: &new.to.domain() };
    jobs::enqueue(tx, jobs::Kind::SendMail, turn, &SendMail { mail: id }, now)?;
    Ok(id)
}

/// Leaves a mail that is written already to be sent at once.
///
/// # Errors
/// When the database fails.
pub fn leave_to_workers(tx: &mut Tx<'_>, mail: &Mail, now: Timestamp) -> Result<(), Error> {
    let (lane, domain) = (if mail.once { Lane::Bulk } else { Lane::Awaited }, mail.to.domain());
    let turn = Turn { lane, share: &domain, domain: &domain };
    jobs::enqueue(tx, jobs::Kind::SendMail, turn, &SendMail { mail: mail.id }, now).map(drop)
}

/// When to try again after the `attempts`-th failure of a mail written at
/// `created_at`: the last time when its day is over, however the tries before fell.
/// `None` when that was the last.
pub fn next_try(attempts: i64, created_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let last = created_at.plus(GIVE_UP_AFTER);
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(PAUSES_S.len() - 1);
    (now < last).then(|| now.plus(Duration::from_secs(PAUSES_S[index])).min(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_04_a_mail_is_tried_for_all_of_its_day_and_once_more_at_its_end() {
        let start = Timestamp::from_millis(0);
        let mut now = start;
        let mut attempts = 0;
        while let Some(next) = next_try(attempts + 1, start, now) {
            attempts += 1;
            assert!(next > now);
            now = next;
        }
        assert_eq!(now, start.plus(GIVE_UP_AFTER), "whatever happened before, the last try is then");
        assert!((90..120).contains(&attempts), "{attempts} attempts");
        assert_eq!(
            next_try(3, start, start.plus(Duration::from_hours(23))),
            Some(start.plus(Duration::from_secs(82_830)))
        );
    }
}
