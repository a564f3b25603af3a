//! Who has to wait after wrong passwords or codes, for the office and the operator:
//! who, from where, until when; and lifting it (docs/security.md).

pub mod portal;
mod store;

use crate::actor::{Act, Actor, Level, Reach, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, StaffId};
use crate::retailers;
use crate::staff::people;
use crate::throttle;

pub use store::Counted;

/// Counters that are looked at, those that wait longest first.
const MOST: i64 = 500;

/// Someone who has to wait, or a network that has to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Who.
    pub whom: Whom,
    /// Their name, or the network.
    pub name: String,
    /// Where they belong: a retailer, or nothing.
    pub at: String,
    /// Whether they wait everywhere but on devices that are known.
    pub everywhere: bool,
    /// From which networks they wait; empty when everywhere alone.
    pub networks: Vec<String>,
    /// When the first of it began.
    pub since: Timestamp,
    /// When the last of it ends.
    pub until: Timestamp,
}

/// Who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// A contact.
    Contact(ContactId),
    /// A staff user.
    Staff(StaffId),
    /// Everyone in a network who comes on a device that is not known.
    Network(String),
}

/// Everyone who has to wait now and whom the actor may see: contacts of their
/// territories; staff, if they may see staff; networks, if they reach all retailers.
///
/// # Errors
/// [`Error::NotAllowed`] for who sees no customers.
pub fn all(tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<Vec<Wait>> {
    if !actor.may_see_customers() {
        return Err(Error::NotAllowed);
    }
    let mut waits: Vec<Wait> = Vec::new();
    for counted in store::waiting(tx, MOST, now)? {
        let Some(whom) = shown(tx, actor, &counted)? else { continue };
        match waits.iter_mut().find(|wait| wait.whom == whom) {
            Some(wait) => wait.add(counted),
            None => waits.push(Wait::new(whom, counted)),
        }
    }
    Ok(waits)
}

/// The wait of a contact whom the actor may see, if there is one.
///
/// # Errors
/// When the database fails.
pub fn of_contact(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<Option<Wait>> {
    let mut found = store::of_contact(tx, contact, now)?.into_iter();
    let first = found.next().map(|counted| Wait::new(Whom::Contact(contact), counted));
    Ok(found.fold(first, |wait, counted| {
        wait.map(|mut wait| {
            wait.add(counted);
            wait
        })
    }))
}

/// Lets a contact try again at once, from everywhere.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn lift_of_contact(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, now: Timestamp) -> Result<()> {
    let contact = retailers::contact(tx, actor, id)?;
    if !actor.may(Act::TriggerReset) {
        return Err(Error::NotAllowed);
    }
    if throttle::lift(tx, id)? > 0 {
        let about = About::contact(contact.retailer, id);
        audit::record(tx, actor, now, Event::WaitLifted, about)?;
    }
    Ok(())
}

/// Lets a staff user try again at once, with passwords and codes.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn lift_of_staff(tx: &mut Tx<'_>, actor: &Actor, id: StaffId, now: Timestamp) -> Result<()> {
    let hand = people::managing(tx, actor)?;
    if !people::may_change(&hand, &people::find(tx, actor, id)?) {
        return Err(Error::NotAllowed);
    }
    if throttle::lift_of_staff(tx, id)? > 0 {
        audit::record(tx, actor, now, Event::WaitLifted, About::staff(id))?;
    }
    Ok(())
}

/// Lets a network try again at once. What single people have used up everywhere
/// stays.
///
/// # Errors
/// [`Error::NotAllowed`] for who may not change how all contacts sign in.
pub fn lift_of_network(tx: &mut Tx<'_>, actor: &Actor, network: &str, now: Timestamp) -> Result<u64> {
    if !may_lift_networks(actor) {
        return Err(Error::NotAllowed);
    }
    let lifted = throttle::lift_of_network(tx, network)?;
    if lifted > 0 {
        audit::record(tx, actor, now, Event::WaitLifted, About::default())?;
    }
    Ok(lifted)
}

/// Whether the actor may let networks try again.
pub fn may_lift_networks(actor: &Actor) -> bool {
    actor.may_see_customers() && actor.may(Act::ChangeSignIn) && reaches_all(actor)
}

fn reaches_all(actor: &Actor) -> bool {
    match &actor.who {
        Who::Staff(staff) => staff.permissions.reach == Reach::AllRetailers,
        _ => true,
    }
}

fn shown(tx: &mut Tx<'_>, actor: &Actor, counted: &Counted) -> Result<Option<Whom>> {
    Ok(match (counted.contact, counted.staff, &counted.network) {
        (Some(id), _, _) => match retailers::contact(tx, actor, id) {
            Ok(_) => Some(Whom::Contact(id)),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        },
        (None, Some(id), _) => (actor.staff_level() >= Level::Read).then_some(Whom::Staff(id)),
        (None, None, Some(network)) => reaches_all(actor).then(|| Whom::Network(network.clone())),
        (None, None, None) => None,
    })
}

impl Wait {
    fn new(whom: Whom, counted: Counted) -> Self {
        let (since, until) = (counted.began_at, counted.until);
        let name = match &whom {
            Whom::Network(network) => network.clone(),
            _ => counted.name.clone(),
        };
        let at = counted.retailer.clone();
        let mut wait = Self { whom, name, at, everywhere: false, networks: Vec::new(), since, until };
        wait.add(counted);
        wait
    }

    fn add(&mut self, counted: Counted) {
        self.since = self.since.min(counted.began_at);
        self.until = self.until.max(counted.until);
        match counted.network {
            Some(network) if !matches!(self.whom, Whom::Network(_)) => self.networks.push(network),
            Some(_) => {}
            None => self.everywhere = true,
        }
    }
}
