//! "Forgot your password?" and "Forgot your username?" (promise 9).
//!
//! The request writes one row, whatever was typed; a worker looks it up later,
//! so the answer tells nothing, not even by its time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::decoy::{self, Decoy};
use super::{Manner, Requested, rules, start, store};
use crate::access;
use crate::actor::{Actor, Door, Who};
use crate::audit::{self, About, Event};
use crate::config::ResetMode;
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{self, Job, Lane, Turn};
use crate::kernel::{EmailAddress, Language, Timestamp, invisible};
use crate::mail::{self, Kind, NewMail};
use crate::retailers::{self, Login};
use crate::throttle::{self, Counter, Limit, Pauses, Rule};

/// Mails for one name asked for from one place: three at once, then one after 5,
/// 10, 20 and 40 minutes and one an hour.
pub(super) const PER_PAIR: Pauses = Pauses {
    free: 3,
    first: Duration::from_mins(5),
    factor: 2,
    longest: Duration::from_hours(1),
    most: i64::MAX,
    remembered: Duration::from_hours(24),
};
/// The same from everywhere. A stranger can use it up; whoever then has to wait
/// was mailed within the hour, and what was mailed works.
const PER_NAME: Pauses = Pauses { free: 6, ..PER_PAIR };
/// Requests from one network that are followed up.
const PER_NETWORK: Limit = Limit { attempts: 300, window: Duration::from_hours(1) };
/// When to ask again, if as many requests of one network wait as may.
const LINE_IS_FULL: Duration = Duration::from_mins(1);

/// What was typed, and from where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Forgot {
    /// A username or an e-mail address, as typed.
    pub typed: String,
    /// The client's IP address.
    pub address: String,
}

impl Forgot {
    /// Shortened so that a row stays small whatever was sent.
    pub fn new(typed: &str, address: &str) -> Self {
        Self { typed: typed.chars().take(320).collect(), address: address.to_owned() }
    }

    /// What requests are counted for, narrowest first.
    fn counters(&self, what: &str) -> Vec<Counter> {
        let what = format!("forgot-{what}");
        let network = throttle::network(&self.address);
        let network = Counter::new(&format!("{what}-from"), &network, Rule::Window(PER_NETWORK));
        // Nobody is called so, so nobody is mailed.
        let Some(key) = Login::parse(&self.typed).map(|login| login.key()) else { return vec![network] };
        let pair = Counter::new(&what, &throttle::pair(&key, &self.address), Rule::Pauses(PER_PAIR));
        vec![pair, Counter::new(&format!("{what}-as"), &key, Rule::Pauses(PER_NAME)), network]
    }

    fn actor(&self) -> Actor {
        Actor { who: Who::Nobody, door: Door::Website, address: self.address.clone() }
    }
}

/// Leaves a request to be followed up, whatever was typed; one that comes too
/// soon after others for the same name leaves nothing. Gives when the next one
/// can be followed up, if that is not at once: it depends on what was typed and
/// when, never on whether anyone is called so.
///
/// # Errors
/// When the database fails.
pub fn ask(tx: &mut Tx<'_>, kind: jobs::Kind, forgot: &Forgot, now: Timestamp) -> Result<Option<Timestamp>> {
    let share = forgot.actor().share();
    if jobs::are_enough(tx, &share)? {
        return Ok(Some(now.plus(LINE_IS_FULL)));
    }
    let counters = forgot.counters(if kind == jobs::Kind::ForgotUsername { "username" } else { "password" });
    if let Some(until) = throttle::attempt(tx, &counters, now)? {
        return Ok(Some(until));
    }
    jobs::enqueue(tx, kind, Turn { lane: Lane::LookUp, share: &share, domain: "" }, forgot, now)?;
    Ok(throttle::next(tx, &counters, now)?)
}

/// Follows up a forgotten password: starts a reset if what was typed is how
/// someone with access signs in. Anything else ends here, silently.
///
/// # Errors
/// When the database fails.
pub fn look_up_username(tx: &mut Tx<'_>, job: &Job, mode: ResetMode, now: Timestamp) -> Result<()> {
    let forgot: Forgot = job.payload()?;
    if !jobs::finish(tx, job)? {
        return Ok(());
    }
    let actor = forgot.actor();
    let contact = match Login::parse(&forgot.typed) {
        Some(login) => retailers::contact_by_login(tx, &login)?,
        None => None,
    };
    if let Some(contact) = contact {
        let unsent = store::unsent(tx, contact.id)?;
        let asked_twice = unsent.is_some_and(|unsent| rules::is_double_click(unsent.requested_at, now));
        let manner = Manner { mode, stop_current: false, once: false };
        let requested = start(tx, &actor, &contact, manner, now)?;
        if matches!(requested, Requested::OnItsWay(_)) && !asked_twice {
            return Ok(());
        }
    }
    decoy::leave(tx, Decoy::Reset, &actor.share(), now)
}

/// Follows up forgotten usernames: mails them if the address is known.
///
/// # Errors
/// When the database fails.
pub fn look_up_email(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<()> {
    let forgot: Forgot = job.payload()?;
    if !jobs::finish(tx, job)? {
        return Ok(());
    }
    let share = forgot.actor().share();
    let nobody = |tx: &mut Tx<'_>| decoy::leave(tx, Decoy::Usernames, &share, now);
    let Ok(email) = EmailAddress::parse(&invisible::without(&forgot.typed)) else { return nobody(tx) };
    let contacts = retailers::contacts_by_email(tx, &email)?;
    let Some(first) = contacts.iter().find(|contact| access::obstacle(contact).is_ok()) else {
        return nobody(tx);
    };
    let language: Language = first.language;
    let to = first.email.clone().unwrap_or(email);
    let new = NewMail { kind: Kind::Usernames, to, language, contact: Some(first.id), staff: None };
    mail::enqueue_for(tx, &new, &share, now)?;
    for contact in contacts.iter().filter(|contact| access::obstacle(contact).is_ok()) {
        audit::record(
            tx,
            &forgot.actor(),
            now,
            Event::UsernamesMailed,
            About::contact(contact.retailer, contact.id),
        )?;
    }
    Ok(())
}
