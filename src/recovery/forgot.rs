//! "Forgot your password?" and "Forgot your username?" (promise 9).
//!
//! The request writes one row, whatever was typed; a worker looks it up later,
//! so the answer tells nothing, not even by its time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Manner, start};
use crate::access;
use crate::actor::{Actor, Door, Who};
use crate::audit::{self, About, Event};
use crate::config::ResetMode;
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{self, Job};
use crate::kernel::{EmailAddress, Language, Timestamp, Username};
use crate::mail::{self, Kind, NewMail};
use crate::retailers;
use crate::throttle::{self, Limit};

/// Mails one account may be sent from one place by people who are not signed in.
const PER_PAIR: Limit = Limit { attempts: 6, window: Duration::from_hours(1) };
/// Mails it may be sent from everywhere.
const PER_ACCOUNT: Limit = Limit { attempts: 12, window: Duration::from_hours(1) };
/// Requests from one address that are followed up.
const PER_ADDRESS: Limit = Limit { attempts: 300, window: Duration::from_hours(1) };

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

    fn actor(&self) -> Actor {
        Actor { who: Who::Nobody, door: Door::Website, address: self.address.clone() }
    }
}

/// Follows up a forgotten password: starts a reset if the username has access.
/// Anything else ends here, silently.
///
/// # Errors
/// When the database fails.
pub fn look_up_username(tx: &mut Tx<'_>, job: &Job, mode: ResetMode, now: Timestamp) -> Result<()> {
    let forgot: Forgot = job.payload()?;
    if !jobs::finish(tx, job)? {
        return Ok(());
    }
    let Ok(username) = Username::parse(&forgot.typed) else { return Ok(()) };
    if !may_follow_up(tx, "forgot-password", username.key(), &forgot, now)? {
        return Ok(());
    }
    if let Some(contact) = retailers::contact_by_username(tx, &username)? {
        start(tx, &forgot.actor(), &contact, Manner { mode, stop_current: false, once: false }, now)?;
    }
    Ok(())
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
    let Ok(email) = EmailAddress::parse(&forgot.typed) else { return Ok(()) };
    if !may_follow_up(tx, "forgot-username", &email.key(), &forgot, now)? {
        return Ok(());
    }
    let contacts = retailers::contacts_by_email(tx, &email)?;
    let Some(first) = contacts.iter().find(|contact| access::obstacle(contact).is_ok()) else {
        return Ok(());
    };
    let language: Language = first.language;
    let to = first.email.clone().unwrap_or(email);
    mail::enqueue(
        tx,
        &NewMail { kind: Kind::Usernames, to, language, contact: Some(first.id), staff: None },
        now,
    )?;
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

fn may_follow_up(tx: &mut Tx<'_>, what: &str, whose: &str, forgot: &Forgot, now: Timestamp) -> Result<bool> {
    Ok(throttle::allows(tx, what, &throttle::pair(whose, &forgot.address), PER_PAIR, now)?
        && throttle::allows(tx, what, &throttle::network(&forgot.address), PER_ADDRESS, now)?
        && throttle::allows(tx, what, whose, PER_ACCOUNT, now)?)
}
