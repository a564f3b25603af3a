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
use crate::config::{Limit, Limits};
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{self, Job, Lane, Turn};
use crate::kernel::{EmailAddress, Language, Timestamp, invisible};
use crate::mail::{self, Kind, NewMail};
use crate::retailers::{self, Contact, Login};
use crate::throttle::{self, Counter, Rule, Whose};

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
    fn counters(&self, what: &str, limits: &Limits) -> Vec<Counter> {
        // Nobody is called so, so nobody is mailed.
        let key = Login::parse(&self.typed).map(|login| login.key());
        let typed = (key.as_deref(), self.address.as_str());
        throttle::counters(&format!("forgot-{what}"), typed, &limits.mail, |_| Whose::default())
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
pub fn ask(
    tx: &mut Tx<'_>,
    (kind, limits): (jobs::Kind, &Limits),
    forgot: &Forgot,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let share = forgot.actor().share();
    if jobs::are_enough(tx, &share)? {
        return Ok(Some(now.plus(LINE_IS_FULL)));
    }
    let what = if kind == jobs::Kind::ForgotUsername { "username" } else { "password" };
    let counters = forgot.counters(what, limits);
    if let Some(until) = throttle::attempt(tx, &counters, now)?.until() {
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
pub fn look_up_username(tx: &mut Tx<'_>, job: &Job, mailbox: Limit, now: Timestamp) -> Result<()> {
    let forgot: Forgot = job.payload()?;
    if !jobs::finish(tx, job)? {
        return Ok(());
    }
    let actor = forgot.actor();
    let contact = match Login::parse(&forgot.typed) {
        Some(login) => retailers::contact_by_login(tx, &login)?,
        None => None,
    };
    let contact = match contact {
        Some(contact) if has_room(tx, &contact, mailbox, now)? => Some(contact),
        _ => None,
    };
    if let Some(contact) = contact {
        let unsent = store::unsent(tx, contact.id)?;
        let asked_twice = unsent.is_some_and(|unsent| rules::is_double_click(unsent.requested_at, now));
        let requested = start(tx, &actor, &contact, Manner::HARMLESS, now)?;
        if matches!(requested, Requested::OnItsWay(_)) && !asked_twice {
            return Ok(());
        }
    }
    decoy::leave(tx, Decoy::Reset, &actor.share(), now)
}

/// Whether a mailbox may be sent another mail about a contact that anyone can ask
/// for. The first one is always sent: nobody waits for what was sent to others.
fn has_room(tx: &mut Tx<'_>, contact: &Contact, mailbox: Limit, now: Timestamp) -> Result<bool> {
    let Some(email) = &contact.email else { return Ok(true) };
    let first = Limit { attempts: 1, ..mailbox };
    let own = [Counter::new("mailed", &contact.id.to_string(), Rule::Window(first))];
    if throttle::attempt(tx, &own, now)?.until().is_none() {
        return Ok(true);
    }
    let all = [Counter::new("mailbox", &email.key(), Rule::Window(mailbox))];
    Ok(throttle::attempt(tx, &all, now)?.until().is_none())
}

/// Follows up forgotten usernames: mails them if the address is known.
///
/// # Errors
/// When the database fails.
pub fn look_up_email(tx: &mut Tx<'_>, job: &Job, mailbox: Limit, now: Timestamp) -> Result<()> {
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
    if !has_room(tx, first, mailbox, now)? {
        return nobody(tx);
    }
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
