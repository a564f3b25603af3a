//! Entries of a process that hasn't the key: a command run by another account, a
//! copy that is put in the place of a database. They wait until one that has it
//! appends something, or starts.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::link::{Address, Link};
use super::store;
use crate::db::{Error, Tx};

/// What marks an entry that was left without the key.
pub(super) const MARK: &str = "without-key";

/// An entry that waits for its place. Who has no key is no node, so it came from no
/// address.
#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    at: i64,
    act: String,
    actor: String,
    actor_id: Option<Uuid>,
    door: String,
    retailer_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    staff_id: Option<Uuid>,
    details: String,
}

/// Leaves entries for who has the key.
pub(super) fn leave(tx: &mut Tx<'_>, links: &[Link]) -> Result<(), Error> {
    for link in links {
        let waiting = Waiting {
            at: link.at,
            act: link.act.clone(),
            actor: link.actor.clone(),
            actor_id: link.actor_id,
            door: link.door.clone(),
            retailer_id: link.retailer_id,
            contact_id: link.contact_id,
            staff_id: link.staff_id,
            details: link.details.clone(),
        };
        let text = serde_json::to_string(&waiting)?;
        store::insert_waiting(tx, &text)?;
    }
    Ok(())
}

/// Takes those that were left, oldest first.
pub(super) fn take(tx: &mut Tx<'_>) -> Result<Vec<Link>, Error> {
    let left = store::take_waiting(tx)?;
    left.iter().map(|text| Ok(link(serde_json::from_str(text)?))).collect()
}

fn link(left: Waiting) -> Link {
    Link {
        number: 0,
        seal: None,
        at: left.at,
        act: left.act,
        actor: left.actor,
        actor_id: left.actor_id,
        door: left.door,
        address: Address::Plain(String::new()),
        retailer_id: left.retailer_id,
        contact_id: left.contact_id,
        staff_id: left.staff_id,
        details: marked(&left.details),
    }
}

/// The details of an entry with a word of how it came: anyone who can write the
/// database can leave one.
fn marked(details: &str) -> String {
    let mut known: serde_json::Map<_, _> = serde_json::from_str(details).unwrap_or_default();
    known.insert(MARK.into(), "yes".into());
    serde_json::Value::Object(known).to_string()
}
