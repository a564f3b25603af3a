//! From a forgotten password to a chosen one.
//!
//! A reset (or, before the first password, an invitation) is a row. The mail
//! worker mints the temporary password in memory when it hands the mail over,
//! and only its hash is stored (promise 3). The contact signs in with it and
//! chooses a new password (promise 7).

pub mod choose;
pub mod decoy;
pub mod delivery;
pub mod forgot;
pub mod invitation;
pub mod not_me;
pub mod preview;
mod rules;
pub mod site;
mod store;

use crate::access::{self, Obstacle, Ready};
use crate::actor::{Act, Actor, Who};
use crate::audit::{self, About, Event};
use crate::config::{ByStaff, ResetMode};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, ResetId};
use crate::mail::{self, Kind, NewMail};
use crate::retailers::{self, Contact, contacts};
use crate::sessions;
use crate::temporary;
use crate::throttle::{self, Counter, Rule};

pub use rules::{Around, Caution, Progress, Reset, StartedBy, cautions, progress};
pub use store::{Live, decoy, live, of_contact};

/// What happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requested {
    /// The mail is on its way, or was already.
    OnItsWay(ResetId),
    /// No temporary password can be mailed to this contact now.
    NotPossible(Obstacle),
}

/// How a reset is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Whether the current password works meanwhile, as configured.
    pub mode: ResetMode,
    /// Whether whoever asks wants it stopped in any case (promise 10).
    pub stop_current: bool,
    /// Whether its mail is rather not sent than sent twice (promise 14).
    pub once: bool,
}

impl Manner {
    /// For what anyone can ask for: whatever is configured, the password of who did
    /// not ask keeps working (promise 10).
    const HARMLESS: Self = Self { mode: ResetMode::Parallel, stop_current: false, once: false };

    fn stops_current(self) -> bool {
        self.stop_current || self.mode == ResetMode::Replace
    }
}

/// Starts a reset of one contact, or an invitation if they never had a
/// password (promise 2). Asking again while the mail waits changes nothing.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ContactId,
    manner: Manner,
    now: Timestamp,
) -> Result<Requested> {
    let contact = retailers::contact(tx, actor, id)?;
    if !actor.may(Act::TriggerReset) {
        return Err(Error::NotAllowed);
    }
    start(tx, actor, &contact, manner, now)
}

/// The same for staff who act one by one: within bounds, so that no contact is sent
/// a mail every second, by a slip or on purpose. `Err` says when the next one can be.
///
/// # Errors
/// As for [`request`].
pub fn request_in_bounds(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ContactId,
    (manner, bounds): (Manner, ByStaff),
    now: Timestamp,
) -> Result<Result<Requested, Timestamp>> {
    let contact = retailers::contact(tx, actor, id)?;
    if let (Who::Staff(staff), true) = (&actor.who, access::obstacle(&contact).is_ok()) {
        let to_one = format!("{}\n{id}", staff.id);
        let often = [
            Counter::new("staff-mails-to", &to_one, Rule::Window(bounds.contact)),
            Counter::new("staff-mails", &staff.id.to_string(), Rule::Window(bounds.in_all)),
        ];
        if let Some(until) = throttle::attempt(tx, &often, now)?.until() {
            return Ok(Err(until));
        }
    }
    request(tx, actor, id, manner, now).map(Ok)
}

/// The reset itself, the same from every door.
fn start(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: &Contact,
    manner: Manner,
    now: Timestamp,
) -> Result<Requested> {
    let Ready { email, .. } = match access::obstacle(contact) {
        Ok(ready) => ready,
        Err(obstacle) => return Ok(Requested::NotPossible(obstacle)),
    };
    let stops = manner.stops_current() && contact.password_set_at.is_some();
    let (unsent, voids) = (store::unsent(tx, contact.id)?, started_by(actor) != "contact");
    if let Some(same) = unsent.as_ref().filter(|same| {
        rules::is_double_click(same.requested_at, now)
            && (same.stops_current || !stops)
            && (same.voids_before.is_some() || !voids)
    }) {
        return Ok(Requested::OnItsWay(same.id));
    }
    store::supersede_unsent(tx, contact.id, now)?;
    mail::cancel_resets_of(tx, contact.id, now)?;
    if manner.stop_current {
        access::call_back_resets(tx, contact.id, now)?;
    }
    let kind = if contact.password_set_at.is_some() { Kind::Reset } else { Kind::Invitation };
    let mail =
        NewMail { kind, to: email, language: contact.language, contact: Some(contact.id), staff: None };
    let mail = if manner.once {
        mail::enqueue_once(tx, &mail, now)?
    } else {
        mail::enqueue_for(tx, &mail, &actor.share(), now)?
    };
    let reset = ResetId::new(now);
    let voids_before = unsent.and_then(|unsent| unsent.voids_before);
    let new =
        store::NewReset { id: reset, contact: contact.id, mail, stops_current: stops, voids, voids_before };
    store::insert(tx, &new, actor, now)?;
    if kind == Kind::Invitation {
        invitation::open(tx, actor, (contact.id, reset), now)?;
    }
    if stops {
        contacts::stop_password(tx, contact.id, now)?;
        // Whoever is choosing by a temporary password goes on: that ends with it.
        sessions::end_own_of_contact(tx, contact.id, now)?;
        access::call_back_email_changes(tx, contact.id, now)?;
        access::remove_passkeys(tx, actor, (contact.retailer, contact.id), now)?;
    }
    let event = if kind == Kind::Reset { Event::ResetRequested } else { Event::InvitationRequested };
    let stopped = if stops { "yes" } else { "no" };
    audit::record(
        tx,
        actor,
        now,
        event,
        About::contact(contact.retailer, contact.id).with("stopped-current", stopped),
    )?;
    tracing::info!(contact.id = %contact.id, reset.id = %reset, door = actor.door.as_str(), "Reset requested");
    Ok(Requested::OnItsWay(reset))
}

/// Calls a reset back: its mail if it has not left, its temporary password if
/// it has.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, contact: ContactId, id: ResetId, now: Timestamp) -> Result<()> {
    let contact = retailers::contact(tx, actor, contact)?;
    if !actor.may(Act::TriggerReset) {
        return Err(Error::NotAllowed);
    }
    let reset = store::find(tx, contact.id, id)?.ok_or(Error::NotFound)?;
    call_back(tx, actor, &contact, &reset, now)
}

fn call_back(tx: &mut Tx<'_>, actor: &Actor, contact: &Contact, reset: &Reset, now: Timestamp) -> Result<()> {
    if !store::mark_cancelled(tx, reset.id, now)? {
        return Ok(());
    }
    mail::cancel(tx, reset.mail, now)?;
    temporary::void_reset(tx, (contact.id, reset.id), now)?;
    temporary::end_sessions_of_reset(tx, reset.id, now)?;
    Ok(audit::record(tx, actor, now, Event::ResetCancelled, About::contact(contact.retailer, contact.id))?)
}

/// One reset of a contact the actor may see.
///
/// # Errors
/// [`Error::NotFound`] when it isn't there or not for this actor.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, contact: ContactId, id: ResetId) -> Result<Reset> {
    retailers::contact(tx, actor, contact)?;
    store::find(tx, contact, id)?.ok_or(Error::NotFound)
}

/// Who started a reset, from the actor.
fn started_by(actor: &Actor) -> &'static str {
    match actor.who {
        Who::Staff(_) => "staff",
        Who::Operator | Who::System => "operator",
        Who::Contact(_) | Who::Nobody => "contact",
    }
}
