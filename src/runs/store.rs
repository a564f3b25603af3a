//! The SQL of runs.

use super::{Act, Pace, Repeat, State, Territory};
use crate::actor::Actor;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{MailId, RunId, StaffId, TerritoryId};
use crate::listing::List;

/// One act for many.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which.
    pub id: RunId,
    /// What is done.
    pub act: Act,
    /// To what of this list.
    pub list: List,
    /// As whom.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// Through which door they came.
    pub door: String,
    /// From where.
    pub address: String,
    /// The filter that picked whom it is about; empty when they were ticked, or
    /// for everyone.
    pub query: String,
    /// Where retailers are put.
    pub territory: Option<Territory>,
    /// Whether an invitation also goes to those whose last one is still good.
    pub include_live: bool,
    /// How fast invitations leave; other acts are done at once.
    pub pace: Option<Pace>,
    /// When it begins, if not at once.
    pub starts_at: Option<Timestamp>,
    /// The first round's run.
    pub series: RunId,
    /// Which round this is, from 1.
    pub round: i64,
    /// How often, and how far apart.
    pub repeat: Repeat,
    /// When the next round starts.
    pub next_round_at: Option<Timestamp>,
    /// Where it stands.
    pub state: State,
    /// Why it stopped by itself.
    pub problem: Option<String>,
    /// What was said when it stopped by itself.
    pub said: Option<String>,
    /// When it went on last.
    pub resumed_at: Option<Timestamp>,
    /// Which of its jobs is in charge.
    pub turn: i64,
    /// When it was started.
    pub created_at: Timestamp,
    /// When nobody was left, or it was called off.
    pub finished_at: Option<Timestamp>,
}

const RUN: &str = "select u.id, u.act, u.list, u.staff_id, s.name as staff_name, u.door, u.address, u.query, u.territory_id, t.name as territory,
        u.include_live, u.per_minute, u.per_domain, u.starts_at, u.series_id, u.round, u.rounds, u.every_days, u.next_round_at, u.state, u.problem, u.said, u.resumed_at,
        u.turn, u.created_at, u.finished_at
     from runs u join staff s on s.id = u.staff_id left join territories t on t.id = u.territory_id";

pub(super) fn find(tx: &mut Tx<'_>, id: RunId) -> Result<Option<Run>, Error> {
    tx.opt(&format!("{RUN} where u.id = $1"), &[&id])
}

/// The newest runs before one: those of a staff user, and those that do one of
/// some acts.
pub(super) fn latest(
    tx: &mut Tx<'_>,
    (own, acts): (StaffId, &[Act]),
    before: Option<RunId>,
    limit: i64,
) -> Result<Vec<Run>, Error> {
    // Ids sort by creation (RFC 9562); this one stands after all of them.
    let before = before.unwrap_or_else(|| RunId::from_uuid(uuid::Uuid::max()));
    let acts = format!(",{},", acts.iter().map(|act| act.as_str()).collect::<Vec<_>>().join(","));
    tx.all(
        &format!(
            "{RUN} where u.id < $1 and (u.staff_id = $3 or $4 like '%,' || u.act || ',%') order by u.id desc limit $2"
        ),
        &[&before, &limit, &own, &acts],
    )
}

pub(super) fn in_state(tx: &mut Tx<'_>, state: State) -> Result<Vec<Run>, Error> {
    tx.all(&format!("{RUN} where u.state = $1 order by u.id desc"), &[&state.as_str()])
}

pub(super) fn insert(tx: &mut Tx<'_>, run: &Run, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "insert into runs (id, act, staff_id, door, address, query, territory_id, include_live, per_minute, per_domain, series_id,
             round, rounds, every_days, state, turn, created_at, list, starts_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        &[
            &run.id,
            &run.act.as_str(),
            &run.staff,
            &run.door,
            &run.address,
            &run.query,
            &run.territory.as_ref().map(|(id, _)| *id),
            &run.include_live,
            &run.pace.map(|pace| pace.per_minute),
            &run.pace.map(|pace| pace.per_domain),
            &run.series,
            &run.round,
            &run.repeat.rounds,
            &run.repeat.every_days,
            &run.state.as_str(),
            &run.turn,
            &now,
            &run.list.as_str(),
            &run.starts_at,
        ],
    )?;
    Ok(())
}

pub(super) fn set_state(
    tx: &mut Tx<'_>,
    id: RunId,
    state: State,
    problem: Option<&'static str>,
) -> Result<(), Error> {
    tx.run(
        "update runs set state = $2, problem = $3, said = null where id = $1",
        &[&id, &state.as_str(), &problem],
    )?;
    Ok(())
}

/// Lets a run that waits begin now, driven by another job.
pub(super) fn begin_now(tx: &mut Tx<'_>, id: RunId, turn: i64, now: Timestamp) -> Result<(), Error> {
    tx.run("update runs set starts_at = $3, turn = $2 where id = $1", &[&id, &turn, &now])?;
    Ok(())
}

/// Stops a run that goes on, because of what was said; says whether it went on.
pub(super) fn stop(tx: &mut Tx<'_>, id: RunId, problem: &str, said: &str) -> Result<bool, Error> {
    tx.run_once(
        "update runs set state = 'paused', problem = $2, said = $3 where id = $1 and state = 'running'",
        &[&id, &problem, &said],
    )
}

/// Pauses every run that goes on, or would once mail leaves again; gives which.
pub(super) fn pause_all(tx: &mut Tx<'_>, problem: &str) -> Result<Vec<RunId>, Error> {
    let rows: Vec<Row> = tx.all(
        "update runs set state = 'paused', problem = $1, said = null
         where state = 'running' or (state = 'paused' and problem like 'our-%') returning id",
        &[&problem],
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// No run is followed by another round.
pub(super) fn end_rounds(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.run("update runs set next_round_at = null where next_round_at is not null", &[])
}

/// Lets a run that stopped by itself go on, driven by another job; says whether
/// it had not gone on before.
pub(super) fn go_on(tx: &mut Tx<'_>, run: &Run, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update runs set state = 'running', problem = null, said = null, turn = $2, resumed_at = $4
         where id = $1 and state = 'paused' and turn = $3",
        &[&run.id, &(run.turn + 1), &run.turn, &now],
    )
}

/// The run that goes on to which a mail belongs.
pub(super) fn running_of_mail(tx: &mut Tx<'_>, mail: MailId) -> Result<Option<Run>, Error> {
    tx.opt(
        &format!(
            "{RUN} where u.state = 'running' and u.id in (select i.run_id from resets x join run_items i on i.reset_id = x.id where x.mail_id = $1)"
        ),
        &[&mail],
    )
}

/// The runs that stopped by themselves because of an answer about us, of which
/// no mail waits for such an answer to pass any more.
pub(super) fn unheld(tx: &mut Tx<'_>) -> Result<Vec<Run>, Error> {
    tx.all(
        &format!(
            "{RUN} where u.state = 'paused' and u.problem like 'our-%' and not exists (
                 select 1 from run_items i join resets x on x.id = i.reset_id join mails m on m.id = x.mail_id
                 where i.run_id = u.id and m.finished_at is null and m.class like 'our-%')"
        ),
        &[],
    )
}

/// How the last mails of a run since a moment ended: by whom the last answer was
/// about, nobody for one that was accepted.
pub(super) fn last_ends(
    tx: &mut Tx<'_>,
    run: RunId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Option<String>>, Error> {
    let rows: Vec<Row> = tx.all(
        "select m.class from run_items i join resets x on x.id = i.reset_id join mails m on m.id = x.mail_id
         where i.run_id = $1 and coalesce(m.returned_at, m.finished_at) >= $2
         order by coalesce(m.returned_at, m.finished_at) desc, m.id desc limit $3",
        &[&run, &since, &limit],
    )?;
    rows.iter().map(|row| row.get("class")).collect()
}

/// How many mails of a run have come back since a moment for a reason of ours.
pub(super) fn came_back(tx: &mut Tx<'_>, run: RunId, since: Timestamp) -> Result<i64, Error> {
    let row: Row = tx.one(
        "select count(*) as n from run_items i join resets x on x.id = i.reset_id join mails m on m.id = x.mail_id
         where i.run_id = $1 and m.returned_at >= $2 and m.class like 'our-%'",
        &[&run, &since],
    )?;
    row.get("n")
}

/// Lets a run go on as another staff user, driven by another job.
pub(super) fn take_over(
    tx: &mut Tx<'_>,
    (id, turn): (RunId, i64),
    actor: &Actor,
    staff: StaffId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update runs set state = 'running', problem = null, said = null, turn = $2, staff_id = $3, door = $4, address = $5,
             resumed_at = $6 where id = $1",
        &[&id, &turn, &staff, &actor.door.as_str(), &actor.address, &now],
    )?;
    Ok(())
}

pub(super) fn end(
    tx: &mut Tx<'_>,
    id: RunId,
    state: State,
    now: Timestamp,
    next_round_at: Option<Timestamp>,
) -> Result<(), Error> {
    tx.run(
        "update runs set state = $2, problem = null, said = null, finished_at = $3, next_round_at = $4 where id = $1",
        &[&id, &state.as_str(), &now, &next_round_at],
    )?;
    Ok(())
}

pub(super) fn set_next_round(tx: &mut Tx<'_>, id: RunId, at: Option<Timestamp>) -> Result<(), Error> {
    tx.run("update runs set next_round_at = $2 where id = $1", &[&id, &at])?;
    Ok(())
}

impl FromRow for Run {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let territory: Option<TerritoryId> = row.get("territory_id")?;
        let per_minute: Option<i64> = row.get("per_minute")?;
        let per_domain: Option<i64> = row.get("per_domain")?;
        Ok(Self {
            id: row.get("id")?,
            act: row.named("act")?,
            list: row.named("list")?,
            staff: row.get("staff_id")?,
            staff_name: row.get("staff_name")?,
            door: row.get("door")?,
            address: row.get("address")?,
            query: row.get("query")?,
            territory: territory.zip(row.get::<Option<String>>("territory")?),
            include_live: row.get("include_live")?,
            pace: per_minute.zip(per_domain).map(|(per_minute, per_domain)| Pace { per_minute, per_domain }),
            starts_at: row.get("starts_at")?,
            series: row.get("series_id")?,
            round: row.get("round")?,
            repeat: Repeat { rounds: row.get("rounds")?, every_days: row.get("every_days")? },
            next_round_at: row.get("next_round_at")?,
            state: row.named("state")?,
            problem: row.get("problem")?,
            said: row.get("said")?,
            resumed_at: row.get("resumed_at")?,
            turn: row.get("turn")?,
            created_at: row.get("created_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}
