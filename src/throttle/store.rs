//! What was counted, in the database: all nodes share it.

use super::{Count, Counter, Network, Whose};
use crate::db::{Error, Row, ToValue, Tx, Value};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, StaffId};

/// Counters that are read by one statement.
const AT_ONCE: usize = 8;

/// What is known of each of the counters, in their order.
pub(super) fn counts(tx: &mut Tx<'_>, counters: &[Counter], now: Timestamp) -> Result<Vec<Count>, Error> {
    let mut counts = Vec::with_capacity(counters.len());
    for some in counters.chunks(AT_ONCE) {
        let nothing = String::new();
        let subject = |at: usize| some.get(at).map_or(&nothing, |counter| &counter.subject);
        let rows: Vec<Row> = tx.all(
            "select subject, attempts, window_ends_at, open_at, began_at from throttles
             where subject in ($1, $2, $3, $4, $5, $6, $7, $8) and window_ends_at > $9",
            &[
                subject(0),
                subject(1),
                subject(2),
                subject(3),
                subject(4),
                subject(5),
                subject(6),
                subject(7),
                &now,
            ],
        )?;
        for counter in some {
            counts.push(count(&rows, counter, now)?);
        }
    }
    Ok(counts)
}

fn count(rows: &[Row], counter: &Counter, now: Timestamp) -> Result<Count, Error> {
    for row in rows {
        if row.get::<String>("subject")? == counter.subject {
            return Ok(Count {
                attempts: row.get("attempts")?,
                ends_at: row.get("window_ends_at")?,
                open_at: row.get("open_at")?,
                began_at: row.get("began_at")?,
            });
        }
    }
    Ok(Count { attempts: 0, ends_at: now.plus(counter.rule.span()), open_at: now, began_at: None })
}

pub(super) fn keep(tx: &mut Tx<'_>, counted: &[(Count, &Counter)]) -> Result<(), Error> {
    let row = |(count, counter): &(Count, &Counter)| -> Vec<Value> {
        let Whose { contact, staff, network } = &counter.whose;
        // Where someone comes from is kept only while the office could be asked about it.
        let network = network.as_ref().filter(|_| count.began_at.is_some());
        vec![
            counter.subject.to_value(),
            count.attempts.to_value(),
            count.ends_at.to_value(),
            count.open_at.to_value(),
            count.began_at.to_value(),
            contact.to_value(),
            staff.to_value(),
            network.to_value(),
        ]
    };
    let rows: Vec<_> = counted.iter().map(row).collect();
    tx.enter(
        "insert into throttles (subject, attempts, window_ends_at, open_at, began_at, contact_id, staff_id, network)",
        &rows,
        "on conflict (subject) do update set attempts = excluded.attempts, window_ends_at = excluded.window_ends_at,
             open_at = excluded.open_at, began_at = excluded.began_at, contact_id = excluded.contact_id,
             staff_id = excluded.staff_id, network = excluded.network",
    )
}

/// Counts one attempt, in a window until `ends_at` if it is the first, and says how
/// many there are in it.
pub(super) fn one_more(
    tx: &mut Tx<'_>,
    subject: &str,
    ends_at: Timestamp,
    now: Timestamp,
) -> Result<i64, Error> {
    let row: Row = tx.one(
        "insert into throttles (subject, attempts, window_ends_at) values ($1, 1, $2)
         on conflict (subject) do update set
             attempts = case when throttles.window_ends_at <= $3 then 1 else throttles.attempts + 1 end,
             window_ends_at = case when throttles.window_ends_at <= $3 then $2 else throttles.window_ends_at end
         returning attempts",
        &[&subject, &ends_at, &now],
    )?;
    row.get("attempts")
}

/// Takes back up to so many attempts.
pub(super) fn fewer(tx: &mut Tx<'_>, subject: &str, attempts: i64) -> Result<u64, Error> {
    tx.run(
        "update throttles set attempts = case when attempts > $2 then attempts - $2 else 0 end where subject = $1",
        &[&subject, &attempts],
    )
}

pub(super) fn forget(tx: &mut Tx<'_>, subject: &str) -> Result<u64, Error> {
    tx.run("delete from throttles where subject = $1", &[&subject])
}

/// Forgets what slows somebody everywhere, and what waits in these networks.
pub(super) fn start_anew(
    tx: &mut Tx<'_>,
    (contact, staff): (Option<ContactId>, Option<StaffId>),
    here: &[Network],
) -> Result<(), Error> {
    let network = |at: usize| here.get(at).map_or("", |network| network.name.as_str());
    tx.run(
        "delete from throttles where (contact_id = $1 or staff_id = $2)
             and (subject like '%-as:%' or subject like '%-device:%' or network in ($3, $4, $5))",
        &[&contact, &staff, &network(0), &network(1), &network(2)],
    )?;
    Ok(())
}

pub(super) fn of_contact(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("delete from throttles where contact_id = $1", &[&contact])
}

pub(super) fn of_staff(tx: &mut Tx<'_>, staff: StaffId) -> Result<u64, Error> {
    tx.run("delete from throttles where staff_id = $1", &[&staff])
}

pub(super) fn of_network(tx: &mut Tx<'_>, network: &str) -> Result<u64, Error> {
    tx.run("delete from throttles where network = $1", &[&network])
}

/// Removes some of the windows that have ended; says whether there may be more.
///
/// # Errors
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, Error> {
    let removed = tx.run(
        "delete from throttles where subject in (select subject from throttles where window_ends_at <= $1 limit 1000)",
        &[&now],
    )?;
    Ok(removed > 0)
}
