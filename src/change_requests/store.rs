//! The SQL of requests to the office.

use super::{Asked, ChangeRequest, State};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ChangeRequestId, ContactId, StaffId};
use crate::kernel::{EmailAddress, Timestamp, Username};

/// What is read of a request.
const REQUEST: &str = "select q.id, q.contact_id, q.asked_by, a.name as asked_by_name, q.asked_at, q.email, q.username, q.website_access,
     q.note, q.state, s.name as settled_by_name, q.settled_at, q.answer
 from change_requests q join staff a on a.id = q.asked_by left join staff s on s.id = q.settled_by";

pub(super) fn insert(
    tx: &mut Tx<'_>,
    (id, contact): (ChangeRequestId, ContactId),
    staff: StaffId,
    asked: &Asked,
    now: Timestamp,
) -> Result<(), Error> {
    let email = asked.email.as_ref().map(|email| email.as_str().to_owned());
    let username = asked.username.as_ref().map(|username| username.as_str().to_owned());
    tx.run(
        "insert into change_requests (id, contact_id, asked_by, asked_at, email, username, website_access, note, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'open')",
        &[&id, &contact, &staff, &now, &email, &username, &asked.website_access, &asked.note],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx<'_>, id: ChangeRequestId) -> Result<Option<ChangeRequest>, Error> {
    tx.opt(&format!("{REQUEST} where q.id = $1"), &[&id])
}

pub(super) fn open_of(tx: &mut Tx<'_>, contact: ContactId) -> Result<Option<ChangeRequest>, Error> {
    tx.opt(&format!("{REQUEST} where q.contact_id = $1 and q.state = 'open'"), &[&contact])
}

/// Oldest first; with `staff` those about contacts in their territories.
pub(super) fn open(tx: &mut Tx<'_>, staff: Option<StaffId>, limit: i64) -> Result<Vec<ChangeRequest>, Error> {
    match staff {
        None => {
            tx.all(&format!("{REQUEST} where q.state = 'open' order by q.asked_at, q.id limit $1"), &[&limit])
        }
        Some(staff) => tx.all(
            &format!(
                "{REQUEST} join contact_listings l on l.contact_id = q.contact_id
                 where q.state = 'open' and l.territory_id in (select territory_id from staff_territories where staff_id = $2)
                 order by q.asked_at, q.id limit $1"
            ),
            &[&limit, &staff],
        ),
    }
}

/// Newest first: the open ones, and those settled since then.
pub(super) fn of_staff(
    tx: &mut Tx<'_>,
    staff: StaffId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<ChangeRequest>, Error> {
    tx.all(
        &format!("{REQUEST} where q.asked_by = $1 and (q.state = 'open' or q.settled_at >= $2) order by q.asked_at desc, q.id desc limit $3"),
        &[&staff, &since, &limit],
    )
}

/// Says whether it was open.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    id: ChangeRequestId,
    (state, answer): (State, &str),
    by: Option<StaffId>,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update change_requests set state = $2, answer = $3, settled_by = $4, settled_at = $5 where id = $1 and state = 'open'",
        &[&id, &state.as_str(), &answer, &by, &now],
    )
}

pub(super) fn close(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update change_requests set state = 'closed', settled_at = $2 where contact_id = $1 and state = 'open'",
        &[&contact, &now],
    )
}

pub(super) fn blank(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run(
        "update change_requests set email = null, username = null, note = '', answer = '' where contact_id = $1",
        &[&contact],
    )
}

/// Forgets what was asked for in requests that were settled before then, so many at a time.
///
/// # Errors
/// When the database fails.
pub fn blank_old(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.run(
        "update change_requests set email = null, username = null, note = '', answer = '' where id in
             (select id from change_requests where settled_at < $1
                and (email is not null or username is not null or note <> '' or answer <> '') limit $2)",
        &[&before, &limit],
    )
}

impl FromRow for ChangeRequest {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            contact: row.get("contact_id")?,
            asked_by: row.get("asked_by")?,
            asked_by_name: row.get("asked_by_name")?,
            asked_at: row.get("asked_at")?,
            asked: Asked {
                email: row.parse_opt("email", EmailAddress::parse)?,
                username: row.parse_opt("username", Username::parse)?,
                website_access: row.get("website_access")?,
                note: row.get("note")?,
            },
            state: row.named("state")?,
            settled_by_name: row.get("settled_by_name")?,
            settled_at: row.get("settled_at")?,
            answer: row.get("answer")?,
        })
    }
}
