//! What needs a person now, where customers stand, and how the last days went.

mod store;

use jiff::tz::TimeZone;

use crate::actor::Actor;
use crate::change_requests::{self, ChangeRequest};
use crate::db::Tx;
use crate::epoch::Epoch;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::calendar::{self, Day};
use crate::listing::{self, Asked, COUNTED, List, Standing};
use crate::mail;
use crate::restored;
use crate::retailers::Contact;
use crate::runs::{self, Run};
use crate::{set_aside, settings};

/// Days the chart shows.
const DAYS: usize = 30;
/// Contacts named of each kind.
const NAMED: usize = 5;
/// Where contacts stand on the way to signing in, as the dashboard counts it.
const COUNTS: [Standing; 5] =
    [Standing::Active, Standing::Invited, Standing::Expired, Standing::NotInvited, Standing::Missing];

/// What the dashboard shows.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// Contacts whose address does not take mail.
    pub bounced: Few,
    /// Contacts whose invitation is about to expire.
    pub expiring: Few,
    /// What reps asked for and nobody settled yet; empty for who may not.
    pub requests: Vec<(ChangeRequest, Contact)>,
    /// Runs that wait for a person.
    pub paused: Vec<Run>,
    /// A restore of which nobody has said that all that follows is done.
    pub restored: Option<Epoch>,
    /// Mails that wait; nothing for who sees only some customers.
    pub mail: Option<Waiting>,
    /// Jobs that were set aside; none for who may not see settings.
    pub set_aside: usize,
    /// How many contacts stand where.
    pub counts: Vec<(Standing, i64)>,
    /// The last days, oldest first.
    pub days: Vec<Tally>,
}

/// Some contacts of a kind, and how many there are.
#[derive(Clone, Debug)]
pub struct Few {
    /// The first few.
    pub contacts: Vec<Contact>,
    /// How many there are; more than [`COUNTED`] are counted no further.
    pub count: usize,
    /// The query of the list that holds them all.
    pub query: String,
}

/// Mails that have not left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many were put off.
    pub put_off: usize,
    /// How many have not been tried yet.
    pub untried: usize,
    /// Why the first of them was put off, as the mail server said; empty when
    /// none was.
    pub why: String,
}

/// One day in numbers.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The day.
    pub day: Day,
    /// Sign-ins of contacts.
    pub sign_ins: i64,
    /// Resets and invitations that were asked for.
    pub resets: i64,
}

/// Reads the dashboard as the actor may see it.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see customers.
pub fn read(tx: &mut Tx<'_>, actor: &Actor, zone: &TimeZone, now: Timestamp) -> Result<Dashboard> {
    Ok(Dashboard {
        bounced: few(tx, actor, Standing::Bounced, now)?,
        expiring: few(tx, actor, Standing::Expiring, now)?,
        requests: change_requests::waiting(tx, actor)?,
        paused: runs::paused(tx, actor)?,
        restored: restored::open(tx, actor)?,
        mail: if actor.bounded_by().is_none() { Some(waiting(tx)?) } else { None },
        set_aside: if settings::must_see(actor).is_ok() { set_aside::list(tx, actor)?.len() } else { 0 },
        counts: counts(tx, actor, now)?,
        days: days(tx, actor, zone, now)?,
    })
}

/// How many contacts stand where on the way to signing in, of those the actor
/// may see.
///
/// # Errors
/// [`Error::NotAllowed`] when the actor may not see customers.
pub fn counts(tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<Vec<(Standing, i64)>> {
    if !actor.may_see_customers() {
        return Err(Error::NotAllowed);
    }
    let groups = store::groups(tx, actor.bounded_by(), now)?;
    let counts = COUNTS.into_iter().map(|standing| {
        (standing, groups.iter().filter(|group| group.is(standing)).map(|group| group.contacts).sum())
    });
    Ok(counts.collect())
}

fn who_stands(standing: Standing) -> Asked {
    Asked { standing: Some(standing), ..Asked::everything(List::Contacts) }
}

fn few(tx: &mut Tx<'_>, actor: &Actor, standing: Standing, now: Timestamp) -> Result<Few> {
    let asked = who_stands(standing);
    let page = listing::contacts(tx, actor, &asked, now)?;
    Ok(Few { count: page.count, query: asked.query(), contacts: page.rows.into_iter().take(NAMED).collect() })
}

fn waiting(tx: &mut Tx<'_>) -> Result<Waiting> {
    let waiting = mail::waiting(tx, i64::try_from(COUNTED).unwrap_or(i64::MAX))?;
    let put_off = waiting.iter().filter(|mail| mail.next_try_at.is_some());
    let why = put_off.clone().find_map(|mail| mail.answer.clone()).unwrap_or_default();
    let put_off = put_off.count();
    let held = waiting.iter().filter(|mail| mail.held).count();
    Ok(Waiting { put_off, untried: waiting.len() - put_off - held, why })
}

fn days(tx: &mut Tx<'_>, actor: &Actor, zone: &TimeZone, now: Timestamp) -> Result<Vec<Tally>> {
    let mut tallies: Vec<Tally> = calendar::last_days(now, zone, DAYS)
        .into_iter()
        .map(|day| Tally { day, sign_ins: 0, resets: 0 })
        .collect();
    let Some(since) = tallies.first().map(|tally| tally.day.begins) else { return Ok(tallies) };
    for act in store::acts(tx, actor.bounded_by(), since)? {
        if let Some(tally) = tallies.iter_mut().rfind(|tally| tally.day.begins <= act.at) {
            if act.is_sign_in {
                tally.sign_ins += act.count;
            } else {
                tally.resets += act.count;
            }
        }
    }
    Ok(tallies)
}
