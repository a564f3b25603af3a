//! The SQL of a run's rows.

use super::{Item, Line, Show, Stage, Tally};
use crate::db::{Error, FromRow, Row, ToValue, Tx, Value};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, ResetId, RunId, StaffId};
use crate::mail::Delivery;
use crate::runs::draft::{Candidate, Of};
use crate::runs::rules::Reason;

/// Writes down everyone a run is about, numbered from 1.
pub fn insert(tx: &mut Tx<'_>, run: RunId, candidates: &[Candidate]) -> Result<(), Error> {
    let rows: Vec<Vec<Value>> =
        (1..).zip(candidates).map(|(number, candidate)| row(run, number, candidate)).collect();
    tx.enter(
        "insert into run_items (run_id, number, contact_id, retailer_id, domain, state, reason)",
        &rows,
        "",
    )
}

fn row(run: RunId, number: i64, candidate: &Candidate) -> Vec<Value> {
    let (contact, retailer) = match candidate.of {
        Of::Contact(contact) => (Some(contact), None),
        Of::Retailer(retailer) => (None, Some(retailer)),
    };
    let (state, reason) = match candidate.verdict {
        Ok(()) => ("queued", None),
        Err(reason) => ("left-out", Some(reason.as_str())),
    };
    vec![
        run.to_value(),
        number.to_value(),
        contact.to_value(),
        retailer.to_value(),
        candidate.domain.to_value(),
        state.to_value(),
        reason.to_value(),
    ]
}

const ITEM: &str = "select i.run_id, i.number, i.contact_id, i.retailer_id from run_items i where i.run_id = $1 and i.state = 'queued'";

/// The next one, if somebody is left.
pub fn next(tx: &mut Tx<'_>, run: RunId) -> Result<Option<Item>, Error> {
    tx.opt(&format!("{ITEM} order by i.number limit 1"), &[&run])
}

/// The next one to whose domain nothing has gone since `since`.
pub fn next_paced(tx: &mut Tx<'_>, run: RunId, since: Timestamp) -> Result<Option<Item>, Error> {
    tx.opt(
        &format!(
            "{ITEM} and i.domain not in (select a.domain from run_items a where a.run_id = $1 and a.acted_at > $2)
             order by i.number limit 1"
        ),
        &[&run, &since],
    )
}

/// Of the domains that something has gone to since `since` and that somebody
/// waits for: when something went to the one that has rested longest.
pub fn next_rested(tx: &mut Tx<'_>, run: RunId, since: Timestamp) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one(
        "select min(d.last) as last from (select a.domain, max(a.acted_at) as last from run_items a
             where a.run_id = $1 and a.acted_at > $2 group by a.domain) d
         where exists (select 1 from run_items q where q.run_id = $1 and q.state = 'queued' and q.domain = d.domain)",
        &[&run, &since],
    )?;
    row.get("last")
}

/// When someone was reached last.
pub fn last_acted(tx: &mut Tx<'_>, run: RunId) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one(
        "select max(acted_at) as last from run_items where run_id = $1 and acted_at is not null",
        &[&run],
    )?;
    row.get("last")
}

pub fn done(tx: &mut Tx<'_>, item: &Item, reset: Option<ResetId>, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update run_items set state = 'done', reset_id = $3, acted_at = $4 where run_id = $1 and number = $2 and state = 'queued'",
        &[&item.run, &item.number, &reset, &now],
    )?;
    Ok(())
}

pub fn leave_out(tx: &mut Tx<'_>, item: &Item, reason: Reason) -> Result<(), Error> {
    tx.run(
        "update run_items set state = 'left-out', reason = $3 where run_id = $1 and number = $2 and state = 'queued'",
        &[&item.run, &item.number, &reason.as_str()],
    )?;
    Ok(())
}

pub fn cancel_queued(tx: &mut Tx<'_>, run: RunId) -> Result<u64, Error> {
    tx.run("update run_items set state = 'cancelled' where run_id = $1 and state = 'queued'", &[&run])
}

/// The invitations of a run that have not left.
pub fn unsent(tx: &mut Tx<'_>, run: RunId) -> Result<Vec<(ContactId, ResetId)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select x.contact_id, x.id from run_items i join resets x on x.id = i.reset_id join mails m on m.id = x.mail_id
         where i.run_id = $1 and m.finished_at is null and m.doubts = 0",
        &[&run],
    )?;
    rows.iter().map(|row| Ok((row.get("contact_id")?, row.get("id")?))).collect()
}

/// The contacts a run is about, in its order.
pub fn contacts(tx: &mut Tx<'_>, run: RunId) -> Result<Vec<ContactId>, Error> {
    let rows: Vec<Row> = tx.all(
        "select contact_id from run_items where run_id = $1 and contact_id is not null and state <> 'cancelled' order by number",
        &[&run],
    )?;
    rows.iter().map(|row| row.get("contact_id")).collect()
}

/// The same for several runs without looking at their mails, in their order: one
/// walk along an index from the oldest of them to the newest.
pub fn turns(tx: &mut Tx<'_>, runs: &[RunId]) -> Result<Vec<Tally>, Error> {
    let (oldest, newest) =
        (runs.iter().min_by_key(|id| id.as_uuid()), runs.iter().max_by_key(|id| id.as_uuid()));
    let rows: Vec<Row> = tx.all(
        "select run_id, state, count(*) as rows from run_items where run_id >= $1 and run_id <= $2 group by run_id, state",
        &[&oldest.copied(), &newest.copied()],
    )?;
    let mut tallies = vec![Tally::default(); runs.len()];
    for row in &rows {
        let (run, state): (RunId, String) = (row.get("run_id")?, row.get("state")?);
        if let Some(place) = runs.iter().position(|id| *id == run) {
            tallies[place].0.push((Stage::of(&state, None, false, false), row.get("rows")?));
        }
    }
    Ok(tallies)
}

pub fn tally(tx: &mut Tx<'_>, run: RunId) -> Result<Tally, Error> {
    let rows: Vec<Row> = tx.all(
        "select f.state, f.mail, f.used, f.unsure, count(*) as rows from (
             select i.state, m.state as mail, x.used_at is not null as used, coalesce(m.unsure, $2) as unsure
             from run_items i left join resets x on x.id = i.reset_id left join mails m on m.id = x.mail_id where i.run_id = $1) f
         group by f.state, f.mail, f.used, f.unsure",
        &[&run, &false],
    )?;
    let counts = rows.iter().map(|row| Ok((stage(row)?, row.get("rows")?))).collect::<Result<_, Error>>()?;
    Ok(Tally(counts))
}

const LINE: &str =
    "select i.number, i.contact_id, i.retailer_id, c.erased_at is not null as erased, i.state, i.reason, i.reset_id, m.state as mail,
        x.used_at is not null as used, coalesce(m.unsure, $4) as unsure, coalesce(m.returned, m.answer, '') as answer,
        coalesce(c.name, r.name) as name, coalesce(cr.name, r.account_number) as place
     from run_items i left join resets x on x.id = i.reset_id left join mails m on m.id = x.mail_id
        left join contacts c on c.id = i.contact_id left join retailers cr on cr.id = c.retailer_id
        left join retailers r on r.id = i.retailer_id
     where i.run_id = $1 and i.number > $2
        and ($5 or coalesce(cr.territory_id, r.territory_id) in (select t.territory_id from staff_territories t where t.staff_id = $6))";

/// At most `limit` of a run's rows after one; with `staff` those alone who are in
/// their territories now.
pub fn page(
    tx: &mut Tx<'_>,
    run: RunId,
    show: Show,
    (after, limit): (i64, i64),
    staff: Option<StaffId>,
) -> Result<Vec<Line>, Error> {
    let all = staff.is_none();
    match show {
        Show::Reached => tx.all(
            &format!("{LINE} and i.state <> 'left-out' order by i.number limit $3"),
            &[&run, &after, &limit, &false, &all, &staff],
        ),
        Show::Queued => tx.all(
            &format!("{LINE} and i.state = 'queued' order by i.number limit $3"),
            &[&run, &after, &limit, &false, &all, &staff],
        ),
        Show::LeftOut => tx.all(
            &format!("{LINE} and i.state = 'left-out' order by i.number limit $3"),
            &[&run, &after, &limit, &false, &all, &staff],
        ),
        Show::Problems => tx.all(
            &format!("{LINE} and m.state in ('put-off', 'bounced', 'given-up') order by i.number limit $3"),
            &[&run, &after, &limit, &false, &all, &staff],
        ),
    }
}

/// How many of a run are not in the territories of a staff user now.
pub fn elsewhere(tx: &mut Tx<'_>, run: RunId, staff: StaffId) -> Result<i64, Error> {
    let row: Row = tx.one(
        "select count(*) as n from run_items i left join contacts c on c.id = i.contact_id
             join retailers r on r.id = coalesce(c.retailer_id, i.retailer_id)
         where i.run_id = $1 and r.territory_id not in (select t.territory_id from staff_territories t where t.staff_id = $2)",
        &[&run, &staff],
    )?;
    row.get("n")
}

fn stage(row: &Row) -> Result<Stage, Error> {
    let state: String = row.get("state")?;
    let mail = row.named_opt::<Delivery>("mail")?;
    Ok(Stage::of(&state, mail, row.get("used")?, row.get("unsure")?))
}

fn of(row: &Row) -> Result<Of, Error> {
    match row.get("contact_id")? {
        Some(contact) => Ok(Of::Contact(contact)),
        None => row.get("retailer_id").map(Of::Retailer),
    }
}

/// Forgets where the mail of runs went.
///
/// # Errors
/// When the database fails.
pub fn blank_domains(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("update run_items set domain = '' where contact_id = $1", &[&contact])
}

impl FromRow for Item {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self { run: row.get("run_id")?, number: row.get("number")?, of: of(row)? })
    }
}

impl FromRow for Line {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            number: row.get("number")?,
            of: of(row)?,
            name: row.get("name")?,
            place: row.get("place")?,
            erased: row.get("erased")?,
            stage: stage(row)?,
            reason: row.named_opt("reason")?,
            reset: row.get("reset_id")?,
            answer: row.get("answer")?,
        })
    }
}
