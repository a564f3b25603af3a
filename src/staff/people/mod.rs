//! Staff users as people: entering and changing them, their role and
//! territories, whether they still work here, where they are signed in.

mod form;
pub mod portal;
mod store;
mod words;

use super::rules::{Hand, Rights};
use super::{Added, NewStaff, recovery, roles};
use crate::actor::{Act, Actor, Level, Permissions, Who};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{RoleId, SessionId, StaffId, TerritoryId};
use crate::kernel::{EmailAddress, Timestamp};
use crate::notice::{self, Change};
use crate::passkeys::Owner;
use crate::sessions::devices::{self, Ended};
use crate::sessions::{self, Device, StaffKind};

pub use words::signed_in_with;

/// A staff user as pages show them.
#[derive(Clone, Debug)]
pub struct Person {
    /// Which.
    pub id: StaffId,
    /// Where their mail goes, and what they sign in with.
    pub email: EmailAddress,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub kind: StaffKind,
    /// Whether they still work here.
    pub active: bool,
    /// Goes up with every change.
    pub version: i64,
    /// Their role.
    pub role: RoleId,
    /// What it is called.
    pub role_name: String,
    /// Whether it is the Owner's.
    pub owner: bool,
    /// What it allows.
    pub permissions: Permissions,
    /// Whether they chose a password already.
    pub has_password: bool,
    /// When they signed in last.
    pub last_sign_in_at: Option<Timestamp>,
    /// Their territories.
    pub territories: Vec<(TerritoryId, String)>,
}

/// What is entered or changed of a staff user.
#[derive(Clone, Debug)]
pub struct Details {
    /// Their name.
    pub name: String,
    /// Where their mail goes, and what they sign in with.
    pub email: EmailAddress,
    /// Where they work.
    pub kind: StaffKind,
    /// Their role.
    pub role: RoleId,
    /// Their territories.
    pub territories: Vec<TerritoryId>,
}

/// What came of entering or changing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is done.
    Saved(StaffId),
    /// It was so already; nothing was written.
    Unchanged(StaffId),
    /// Someone else has that address.
    EmailTaken,
    /// Someone else changed them meanwhile; nothing was written.
    ChangedMeanwhile,
}

impl Person {
    fn rights<'a>(&'a self, territories: &'a [TerritoryId]) -> Rights<'a> {
        Rights { owner: self.owner, permissions: &self.permissions, territories }
    }

    fn territory_ids(&self) -> Vec<TerritoryId> {
        self.territories.iter().map(|(id, _)| *id).collect()
    }
}

/// Everyone who works here or did, those who do first, by name.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see staff.
pub fn all(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Person>> {
    must(actor, Level::Read)?;
    let mut people = store::all(tx)?;
    for (staff, territory, name) in store::territories(tx)? {
        if let Some(person) = people.iter_mut().find(|person| person.id == staff) {
            person.territories.push((territory, name));
        }
    }
    Ok(people)
}

/// One of them.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see staff, [`Error::NotFound`]
/// when there is no such person.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: StaffId) -> Result<Person> {
    must(actor, Level::Read)?;
    get(tx, id)
}

/// The names of someone's own territories.
///
/// # Errors
/// [`Error::NotFound`] when there is no such person.
pub fn territory_names(tx: &mut Tx<'_>, id: StaffId) -> Result<Vec<String>> {
    Ok(get(tx, id)?.territories.into_iter().map(|(_, name)| name).collect())
}

fn get(tx: &mut Tx<'_>, id: StaffId) -> Result<Person> {
    let mut person = store::find(tx, id)?.ok_or(Error::NotFound)?;
    let all = store::territories(tx)?.into_iter();
    person.territories = all.filter(|(staff, _, _)| *staff == id).map(|(_, id, name)| (id, name)).collect();
    Ok(person)
}

/// Who acts, as they are at this moment: what was true when their request came
/// in may have been taken from them since.
///
/// # Errors
/// [`Error::NotAllowed`] for anyone but active staff and the operator.
pub fn hand(tx: &mut Tx<'_>, actor: &Actor) -> Result<Hand> {
    match &actor.who {
        Who::Operator | Who::System => Ok(Hand {
            id: None,
            owner: true,
            permissions: super::BuiltIn::Owner.permissions(),
            role: None,
            territories: Vec::new(),
        }),
        Who::Staff(staff) => {
            let person = get(tx, staff.id)?;
            if !person.active {
                return Err(Error::NotAllowed);
            }
            Ok(Hand {
                id: Some(person.id),
                owner: person.owner,
                territories: person.territory_ids(),
                permissions: person.permissions,
                role: Some(person.role),
            })
        }
        Who::Contact(_) | Who::Nobody => Err(Error::NotAllowed),
    }
}

/// The hand of someone who may manage staff.
///
/// # Errors
/// [`Error::NotAllowed`] when they may not.
pub fn managing(tx: &mut Tx<'_>, actor: &Actor) -> Result<Hand> {
    let hand = hand(tx, actor)?;
    let permissions = &hand.permissions;
    if permissions.staff < Level::Write || !permissions.acts.contains(&Act::ManageStaff) {
        return Err(Error::NotAllowed);
    }
    Ok(hand)
}

/// Whether this hand may change that person: never themself, and nobody who
/// has more than it has.
pub fn may_change(hand: &Hand, person: &Person) -> bool {
    !hand.is(person.id) && hand.may_give(person.rights(&person.territory_ids()))
}

/// Enters a staff user, who is mailed a link and a code to choose a password.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not manage staff or gives what they
/// lack.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, new: &Details, now: Timestamp) -> Result<Saved> {
    let hand = managing(tx, actor)?;
    may_give(tx, &hand, new)?;
    let entered = NewStaff {
        email: new.email.clone(),
        name: new.name.clone(),
        kind: new.kind,
        role: new.role,
        territories: Vec::new(),
    };
    match super::add(tx, actor, &entered, None, now)? {
        Added::Added(id) => {
            give_territories(tx, id, &new.territories)?;
            Ok(Saved::Saved(id))
        }
        Added::EmailTaken => Ok(Saved::EmailTaken),
        Added::UnknownTerritory(_) => Err(Error::NotFound),
    }
}

fn give_territories(tx: &mut Tx<'_>, id: StaffId, territories: &[TerritoryId]) -> Result<()> {
    for territory in territories {
        super::store::insert_territory(tx, id, *territory)?;
    }
    Ok(())
}

fn may_give(tx: &mut Tx<'_>, hand: &Hand, new: &Details) -> Result<()> {
    let role = roles::get(tx, new.role)?;
    let rights = Rights { owner: role.owner, permissions: &role.permissions, territories: &new.territories };
    if hand.may_give(rights) { Ok(()) } else { Err(Error::NotAllowed) }
}

/// Changes a staff user of whom the actor saw `version`. Another address or
/// kind, or another role, ends their sessions; another address also calls back
/// links on their way to the old one.
///
/// # Errors
/// As for [`add`]; also for changing oneself or who has more than the actor.
pub fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (StaffId, i64),
    new: &Details,
    now: Timestamp,
) -> Result<Saved> {
    let hand = managing(tx, actor)?;
    let known = changeable(tx, &hand, id)?;
    if super::by_email(tx, &new.email)?.is_some_and(|other| other.id != id) {
        return Ok(Saved::EmailTaken);
    }
    may_give(tx, &hand, new)?;
    if known.version == version && is_as_said(&known, new) {
        return Ok(Saved::Unchanged(id));
    }
    if !store::update(tx, (id, version), new)? {
        return Ok(Saved::ChangedMeanwhile);
    }
    store::clear_territories(tx, id)?;
    give_territories(tx, id, &new.territories)?;
    audit::record(tx, actor, now, Event::StaffChanged, About::staff(id))?;
    if known.role != new.role {
        store::set_role(tx, id, new.role, now)?;
        audit::record(tx, actor, now, Event::StaffRoleChanged, About::staff(id).with("role", new.role))?;
    }
    if known.email.key() != new.email.key() {
        super::store::void_resets(tx, id, now)?;
        let whom = (Owner::Staff(id), Some(&known.email));
        notice::tell_by(tx, actor, whom, Change::AddressChanged, now)?;
        audit::record(tx, actor, now, Event::StaffAddressChanged, About::staff(id))?;
    }
    if known.role != new.role || known.kind != new.kind || known.email.key() != new.email.key() {
        sessions::end_all_of_staff(tx, id, now)?;
    }
    Ok(Saved::Saved(id))
}

fn is_as_said(known: &Person, new: &Details) -> bool {
    let (mut theirs, mut said) = (known.territory_ids(), new.territories.clone());
    theirs.sort_unstable_by_key(|id| id.as_uuid());
    said.sort_unstable_by_key(|id| id.as_uuid());
    said.dedup();
    known.name == new.name
        && known.email.as_str() == new.email.as_str()
        && known.kind == new.kind
        && known.role == new.role
        && theirs == said
}

fn changeable(tx: &mut Tx<'_>, hand: &Hand, id: StaffId) -> Result<Person> {
    let person = get(tx, id)?;
    if may_change(hand, &person) { Ok(person) } else { Err(Error::NotAllowed) }
}

/// What came of deactivating someone or taking them back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It is done.
    Done,
    /// It was so already.
    Unchanged,
    /// They are the last active Owner, without whom nobody could do everything.
    LastOwner,
}

/// Deactivates someone, which ends their sessions and links at once, or takes
/// them back.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not.
pub fn set_active(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: StaffId,
    active: bool,
    now: Timestamp,
) -> Result<Activity> {
    let hand = managing(tx, actor)?;
    let person = changeable(tx, &hand, id)?;
    if !active && person.active && person.owner && !store::has_other_owner(tx, id)? {
        return Ok(Activity::LastOwner);
    }
    if !store::set_active(tx, id, active)? {
        return Ok(Activity::Unchanged);
    }
    if !active {
        devices::revoke_all_of_staff(tx, id, now)?;
        sessions::end_all_of_staff(tx, id, now)?;
        super::store::void_resets(tx, id, now)?;
    }
    let event = if active { Event::StaffActivated } else { Event::StaffDeactivated };
    audit::record(tx, actor, now, event, About::staff(id))?;
    Ok(Activity::Done)
}

/// Mails someone a link and a code to choose a password.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not, [`Error::NotFound`] for who
/// does not work here any more.
pub fn start_reset(tx: &mut Tx<'_>, actor: &Actor, id: StaffId, now: Timestamp) -> Result<()> {
    let hand = managing(tx, actor)?;
    changeable(tx, &hand, id)?;
    let staff = super::find(tx, id)?.filter(|staff| staff.active).ok_or(Error::NotFound)?;
    let reason =
        if staff.password.is_some() { recovery::Reason::Forgotten } else { recovery::Reason::FirstPassword };
    recovery::start(tx, actor, &staff, reason, now)?;
    Ok(())
}

/// Where someone is signed in, for who may change that, and for themself.
///
/// # Errors
/// When the database fails.
pub fn devices(tx: &mut Tx<'_>, id: StaffId, now: Timestamp) -> Result<Vec<Device>> {
    Ok(sessions::device_list_of_staff(tx, id, now)?)
}

/// Ends one session of someone, or all of them; of oneself all but `kept`.
/// Devices among them are revoked: they wipe what they hold.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not, [`Error::NotFound`] for a
/// session that isn't theirs.
pub fn sign_out(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, session): (StaffId, Option<SessionId>),
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<()> {
    let hand = hand(tx, actor)?;
    if !hand.is(id) {
        let hand = managing(tx, actor)?;
        changeable(tx, &hand, id)?;
    }
    let Some(session) = session else {
        devices::revoke_others_of_staff(tx, id, kept, now)?;
        return Ok(audit::record(tx, actor, now, Event::StaffSignedOut, About::staff(id))?);
    };
    let event = match devices::revoke_of_staff(tx, id, session, now)?.ok_or(Error::NotFound)? {
        Ended::Browser => Event::StaffSignedOut,
        Ended::Device => Event::DeviceRevoked,
    };
    Ok(audit::record(tx, actor, now, event, About::staff(id))?)
}

fn must(actor: &Actor, level: Level) -> Result<()> {
    if actor.staff_level() >= level { Ok(()) } else { Err(Error::NotAllowed) }
}
