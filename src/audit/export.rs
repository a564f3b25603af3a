//! Entries as they are written for a log server.

use serde::Serialize;

use super::link::{Address, Link};
use super::store;
use crate::db::{Error, Tx};
use crate::kernel::Timestamp;

/// An entry as a line of JSON, with what proves its place in the chain.
#[derive(Serialize)]
struct Line<'a> {
    number: i64,
    at: String,
    act: &'a str,
    actor: &'a str,
    actor_id: Option<uuid::Uuid>,
    door: &'a str,
    address: &'a str,
    retailer_id: Option<uuid::Uuid>,
    contact_id: Option<uuid::Uuid>,
    staff_id: Option<uuid::Uuid>,
    details: serde_json::Value,
    previous_hash: String,
    hash: String,
}

/// At most `limit` entries after one, oldest first, each as one line of JSON, and the
/// number of the last. They name people by id only, as the trail does.
///
/// # Errors
/// When the database fails.
pub fn lines_after(tx: &mut Tx<'_>, number: i64, limit: i64) -> Result<(String, i64), Error> {
    let mut lines = (String::new(), number);
    for (link, previous, hash) in store::links_after(tx, number, limit)? {
        let line = line(&link, previous.hex(), hash.hex());
        lines.0.push_str(&serde_json::to_string(&line)?);
        lines.0.push('\n');
        lines.1 = link.number;
    }
    Ok(lines)
}

fn line(link: &Link, previous_hash: String, hash: String) -> Line<'_> {
    let address = match &link.address {
        Address::Plain(address) | Address::Salted { address, .. } => address.as_str(),
        Address::Blanked(_) => "",
    };
    Line {
        number: link.number,
        at: Timestamp::from_millis(link.at).rfc3339(),
        act: &link.act,
        actor: &link.actor,
        actor_id: link.actor_id,
        door: &link.door,
        address,
        retailer_id: link.retailer_id,
        contact_id: link.contact_id,
        staff_id: link.staff_id,
        details: serde_json::from_str(&link.details).unwrap_or_default(),
        previous_hash,
        hash,
    }
}
