//! What reps ask the office for: how a contact signs in, which their own role doesn't change. The office
//! enters it, which is an ordinary change of its own, or turns it down.

mod store;

use std::time::Duration;

use crate::access::{self, SignIn};
use crate::actor::{Act, Actor, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ChangeRequestId, ContactId, StaffId};
use crate::kernel::names;
use crate::kernel::{EmailAddress, Timestamp, Username};
use crate::retailers::{self, Contact, Edited};

/// For how long whoever asked is told what came of it.
const TOLD_FOR: Duration = Duration::from_hours(30 * 24);
/// The most requests that are listed at once.
const LISTED: i64 = 200;

/// A change that was asked for.
#[derive(Clone, Debug)]
pub struct ChangeRequest {
    /// Its id.
    pub id: ChangeRequestId,
    /// Whose sign-in it is about.
    pub contact: ContactId,
    /// Who asked.
    pub asked_by: StaffId,
    /// Their name.
    pub asked_by_name: String,
    /// When.
    pub asked_at: Timestamp,
    /// What is asked for.
    pub asked: Asked,
    /// Where it stands.
    pub state: State,
    /// Who in the office settled it.
    pub settled_by_name: Option<String>,
    /// When.
    pub settled_at: Option<Timestamp>,
    /// What the office said to it; may be empty.
    pub answer: String,
}

/// What is asked for; what is absent is to stay as it is.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Where the contact's mail is to go.
    pub email: Option<EmailAddress>,
    /// What they are to sign in with.
    pub username: Option<Username>,
    /// Whether website access is to be turned on.
    pub website_access: bool,
    /// What else there is to know.
    pub note: String,
}

impl Asked {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.username.is_none() && !self.website_access && self.note.is_empty()
    }
}

names! {
    /// Where a request stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum State {
        /// The office has not looked at it yet.
        Open = "open",
        /// The office entered it.
        Entered = "entered",
        /// The office turned it down.
        Declined = "declined",
        /// A newer one took its place, or the contact is gone.
        Closed = "closed",
    }
}

/// Asks the office to change how a contact signs in. An open request of the same contact makes room for it.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not see or edit the contact.
pub fn ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    contact: ContactId,
    asked: &Asked,
    now: Timestamp,
) -> Result<ChangeRequestId> {
    let contact = retailers::contact(tx, actor, contact)?;
    let Who::Staff(staff) = &actor.who else { return Err(Error::NotAllowed) };
    if !actor.may_edit_customers() {
        return Err(Error::NotAllowed);
    }
    close_open(tx, contact.id, now)?;
    let id = ChangeRequestId::new(now);
    store::insert(tx, (id, contact.id), staff.id, asked, now)?;
    let about = About::contact(contact.retailer, contact.id).with("request", id);
    audit::record(tx, actor, now, Event::ChangeAsked, about)?;
    Ok(id)
}

/// Those that the actor asked for: the open ones, and what came of the others lately, newest first.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see customers.
pub fn own(tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<Vec<ChangeRequest>> {
    let Who::Staff(staff) = &actor.who else { return Err(Error::NotAllowed) };
    if !actor.may_see_customers() {
        return Err(Error::NotAllowed);
    }
    let mut seen = Vec::new();
    for request in store::of_staff(tx, staff.id, now.minus(TOLD_FOR), LISTED)? {
        if in_sight(tx, actor, request.contact)?.is_some() {
            seen.push(request);
        }
    }
    Ok(seen)
}

/// One that the actor asked for, or may settle.
///
/// # Errors
/// [`Error::NotFound`] when there is none about a contact whom they see; [`Error::NotAllowed`] when it is
/// somebody else's.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: ChangeRequestId) -> Result<ChangeRequest> {
    let request = store::find(tx, id)?.ok_or(Error::NotFound)?;
    retailers::contact(tx, actor, request.contact)?;
    let is_theirs = matches!(&actor.who, Who::Staff(staff) if staff.id == request.asked_by);
    if is_theirs || actor.may(Act::ChangeSignIn) { Ok(request) } else { Err(Error::NotAllowed) }
}

/// Those that wait for the actor, oldest first, each with its contact; none for who may not settle any.
///
/// # Errors
/// When the database fails.
pub fn waiting(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<(ChangeRequest, Contact)>> {
    if !actor.may(Act::ChangeSignIn) {
        return Ok(Vec::new());
    }
    let mut waiting = Vec::new();
    for request in store::open(tx, actor.bounded_by(), LISTED)? {
        if let Some(contact) = in_sight(tx, actor, request.contact)? {
            waiting.push((request, contact));
        }
    }
    Ok(waiting)
}

/// The open request of a contact, whoever asks.
///
/// # Errors
/// When the database fails.
pub fn open_of(tx: &mut Tx<'_>, contact: ContactId) -> Result<Option<ChangeRequest>> {
    Ok(store::open_of(tx, contact)?)
}

fn in_sight(tx: &mut Tx<'_>, actor: &Actor, contact: ContactId) -> Result<Option<Contact>> {
    match retailers::contact(tx, actor, contact) {
        Ok(contact) => Ok(Some(contact)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What came of settling a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is settled now.
    Done,
    /// Someone else was quicker, or a newer one took its place.
    NotOpen,
    /// The contact was changed since the actor looked.
    ChangedMeanwhile,
    /// The username belongs to someone else.
    Taken(ContactId),
}

/// Does what was asked for, as the actor's own change of a contact of whom they saw `version`.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn enter(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (ChangeRequestId, i64),
    now: Timestamp,
) -> Result<Settled> {
    let (request, contact) = to_settle(tx, actor, id)?;
    if request.state != State::Open {
        return Ok(Settled::NotOpen);
    }
    let new = SignIn {
        email: request.asked.email.clone().or_else(|| contact.email.clone()),
        username: request.asked.username.clone().or_else(|| contact.username.clone()),
    };
    match access::change_sign_in(tx, actor, (contact.id, version), &new, now)? {
        Edited::Taken(by) => return Ok(Settled::Taken(by)),
        Edited::ChangedMeanwhile => return Ok(Settled::ChangedMeanwhile),
        Edited::Saved(_) | Edited::Unchanged(_) => {}
    }
    if request.asked.website_access {
        access::switch(tx, actor, contact.id, true, now)?;
    }
    settle(tx, actor, (&request, &contact), (State::Entered, ""), now)
}

/// Turns a request down, with a word to whoever asked.
///
/// # Errors
/// As for [`enter`].
pub fn decline(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ChangeRequestId,
    answer: &str,
    now: Timestamp,
) -> Result<Settled> {
    let (request, contact) = to_settle(tx, actor, id)?;
    settle(tx, actor, (&request, &contact), (State::Declined, answer), now)
}

fn to_settle(tx: &mut Tx<'_>, actor: &Actor, id: ChangeRequestId) -> Result<(ChangeRequest, Contact)> {
    let request = store::find(tx, id)?.ok_or(Error::NotFound)?;
    let contact = retailers::contact(tx, actor, request.contact)?;
    if actor.may(Act::ChangeSignIn) { Ok((request, contact)) } else { Err(Error::NotAllowed) }
}

fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (request, contact): (&ChangeRequest, &Contact),
    (state, answer): (State, &str),
    now: Timestamp,
) -> Result<Settled> {
    let by = if let Who::Staff(staff) = &actor.who { Some(staff.id) } else { None };
    if !store::settle(tx, request.id, (state, answer), by, now)? {
        return Ok(Settled::NotOpen);
    }
    let event = if state == State::Entered { Event::ChangeEntered } else { Event::ChangeDeclined };
    let about = About::contact(contact.retailer, contact.id);
    let about = about.with("request", request.id).with("asked-by", request.asked_by);
    audit::record(tx, actor, now, event, about)?;
    Ok(Settled::Done)
}

/// Closes the open request of a contact, if there is one.
///
/// # Errors
/// When the database fails.
pub fn close_open(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<()> {
    store::close(tx, contact, now)?;
    Ok(())
}

/// Leaves of a contact's requests that there were some.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<()> {
    store::close(tx, contact, now)?;
    store::blank(tx, contact)?;
    Ok(())
}

/// Forgets what was asked for in requests that were settled before then.
pub use store::blank_old;
