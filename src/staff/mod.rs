//! The supplier's people: office staff and reps, their roles, their sign-in
//! and its recovery.

pub mod factors;
pub mod fresh;
pub mod me;
pub mod passkeys;
pub mod people;
pub mod portal;
pub mod recovery;
pub mod roles;
pub mod rules;
pub mod sign_in;
mod store;
pub mod territories;

use passwords::{Password, Problem, StaffRule};

use crate::actor::{Actor, Door, StaffActor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::{RoleId, StaffId};
use crate::kernel::{EmailAddress, Timestamp};
use crate::sessions::StaffKind;

pub use roles::BuiltIn;
pub use store::{Staff, anybody, by_email, find, names};

/// The command by which the first person gets in. With a password of their own
/// choosing, since mail may not work yet.
pub const FIRST_PERSON: &str = "tradepost staff add --email you@company.example --name \"Your Name\" --kind dual --role owner --password-stdin";

/// A staff user to be added.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// Where their mail goes, and what they sign in with.
    pub email: EmailAddress,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub kind: StaffKind,
    /// What they may do.
    pub role: RoleId,
    /// The names of their territories.
    pub territories: Vec<String>,
}

/// What came of adding a staff user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// They are in.
    Added(StaffId),
    /// Someone has that address.
    EmailTaken,
    /// There is no such territory.
    UnknownTerritory(String),
}

/// Adds a staff user: with a password, or without one and a mailed link to
/// choose it.
///
/// # Errors
/// When the database fails.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewStaff,
    password: Option<&passwords::Hash>,
    now: Timestamp,
) -> Result<Added> {
    if store::by_email(tx, &new.email)?.is_some() {
        return Ok(Added::EmailTaken);
    }
    let id = StaffId::new(now);
    store::insert(tx, id, new, password, now)?;
    for name in &new.territories {
        match crate::retailers::territory_named(tx, name)? {
            Some(territory) => store::insert_territory(tx, id, territory)?,
            None => return Ok(Added::UnknownTerritory(name.clone())),
        }
    }
    audit::record(tx, actor, now, Event::StaffAdded, About::staff(id).with("kind", new.kind.as_str()))?;
    if password.is_none() {
        let staff = store::find(tx, id)?.ok_or(crate::Error::NotFound)?;
        recovery::start(tx, actor, &staff, recovery::Reason::FirstPassword, now)?;
    }
    Ok(Added::Added(id))
}

/// Holds a new staff password against the rule and the list of stolen ones.
///
/// # Errors
/// When the list can't be read any more.
pub async fn problems_of(
    app: &App,
    new: Password,
    (email, name): (&EmailAddress, &str),
) -> Result<(Vec<Problem>, Password)> {
    let (settings, email, name) = (app.settings(), email.clone(), name.to_owned());
    let rule = move |new: &Password| broken_rules(new, email.as_str(), &name, &settings.values.supplier);
    app.problems_of(new, rule).await
}

/// What is wrong with a staff password.
pub fn broken_rules(candidate: &Password, email: &str, name: &str, supplier: &str) -> Vec<Problem> {
    StaffRule.problems(candidate, &[email, name, supplier])
}

/// A staff user as they act later, in the background, for what they started: with
/// what they may do by then. `None` when they don't work here any more.
///
/// # Errors
/// When the database fails.
pub fn acting(tx: &mut Tx<'_>, id: StaffId, door: &str, address: &str) -> Result<Option<Actor>> {
    let door = [Door::Portal, Door::Sales, Door::Api].into_iter().find(|known| known.as_str() == door);
    let staff = find(tx, id)?.filter(|staff| staff.active);
    Ok(staff.map(|staff| Actor {
        who: Who::Staff(StaffActor { id: staff.id, permissions: staff.permissions }),
        door: door.unwrap_or(Door::Worker),
        address: address.to_owned(),
    }))
}
