//! The SQL of lists and of the search, put together from what is asked for.
//!
//! Each statement reads the narrow listing by an index, in the order asked
//! for, and stops when the page is full.

use std::time::Duration;

use uuid::Uuid;

use super::words::{self, Pattern};
use super::{Asked, List, MailState, SignedIn, Sort, Standing};
use crate::db::{Error, Row, ToValue, Tx, Value};
use crate::kernel::Timestamp;
use crate::kernel::id::{Id, StaffId, TerritoryId, of};

/// Matches among which the search picks the best.
const CANDIDATES: usize = 300;

/// An invitation that ends within this time is about to expire.
const SOON: Duration = Duration::from_hours(12);

/// Matches from which on words are common: then the list is walked in its
/// order, which soon fills a page; otherwise the index of words is asked.
const COMMON: usize = 1000;

/// Which rows a list holds.
pub(super) struct Scope<'a> {
    asked: &'a Asked,
    bounded_by: Option<StaffId>,
    now: Timestamp,
    /// Whether what is searched for is common.
    common: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        tx: &mut Tx<'_>,
        asked: &'a Asked,
        bounded_by: Option<StaffId>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        Ok(Self { asked, bounded_by, now, common: is_common(tx, asked)? })
    }
}

fn is_common(tx: &mut Tx<'_>, asked: &Asked) -> Result<bool, Error> {
    for reading in words::readings(&asked.words) {
        let index = index(asked.list);
        let mut statement = Statement::new(format!(
            "select count(*) as rows from (select 1 as one from {index} w where 1 = 1"
        ));
        matching(&mut statement, "w", &reading);
        statement.bind(" limit ", &limit(COMMON), ") f");
        if statement.number(tx)? >= COMMON {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The index of words of a list.
const fn index(list: List) -> &'static str {
    match list {
        List::Retailers => "retailer_words",
        List::Contacts => "contact_words",
    }
}

fn matching(statement: &mut Statement, table: &str, reading: &[Pattern]) {
    for pattern in reading {
        statement.bind(&format!(" and {table}.words like "), &pattern.loose, "");
        if pattern.has_signs() {
            statement.bind(&format!(" and {table}.words like "), &pattern.exact, " escape '\\'");
        }
    }
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A statement that grows, with its parameters.
struct Statement {
    sql: String,
    values: Vec<Value>,
}

impl Statement {
    fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), values: Vec::new() }
    }

    fn add(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Adds `before`, a parameter, and `after`.
    fn bind(&mut self, before: &str, value: &dyn ToValue, after: &str) {
        self.values.push(value.to_value());
        let number = self.values.len().to_string();
        for part in [before, "$", &number, after] {
            self.sql.push_str(part);
        }
    }

    fn ids(self, tx: &mut Tx<'_>) -> Result<Vec<Uuid>, Error> {
        let rows: Vec<Row> = self.rows(tx)?;
        rows.iter().map(|row| row.get::<Id<of::Contact>>("id").map(Id::as_uuid)).collect()
    }

    /// The number of rows that a statement counts.
    fn number(self, tx: &mut Tx<'_>) -> Result<usize, Error> {
        let rows = self.rows(tx)?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.get("rows"))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    fn rows(self, tx: &mut Tx<'_>) -> Result<Vec<Row>, Error> {
        let parameters: Vec<&dyn ToValue> = self.values.iter().map(|value| value as &dyn ToValue).collect();
        tx.all(&self.sql, &parameters)
    }
}

const fn table(list: List) -> &'static str {
    match list {
        List::Retailers => "retailer_listings",
        List::Contacts => "contact_listings",
    }
}

const fn id(list: List) -> &'static str {
    match list {
        List::Retailers => "l.retailer_id",
        List::Contacts => "l.contact_id",
    }
}

const fn key(sort: Sort) -> &'static str {
    match sort {
        Sort::Name => "l.name_key",
        Sort::AccountNumber => "l.account_number_key",
        Sort::Retailer => "l.retailer_key",
        Sort::SignIn => "l.signed_in_at",
    }
}

/// Where a row stands in the order of its list.
pub(super) struct Place {
    key: Value,
    row: Uuid,
}

pub(super) fn place_of(tx: &mut Tx<'_>, asked: &Asked, row: Uuid) -> Result<Option<Place>, Error> {
    let mut statement =
        Statement::new(format!("select {} as key from {} l", key(asked.sort), table(asked.list)));
    statement.bind(&format!(" where {} = ", id(asked.list)), &Value::Uuid(row), "");
    let rows = statement.rows(tx)?;
    rows.first().map(|found| Ok(Place { key: found.get("key")?, row })).transpose()
}

/// The ids of at most `limit` rows: from the start, or from a place on,
/// forwards or (`true`) backwards.
pub(super) fn page(
    tx: &mut Tx<'_>,
    scope: &Scope<'_>,
    start: Option<(&Place, bool)>,
    most: usize,
) -> Result<Vec<Uuid>, Error> {
    let asked = scope.asked;
    let (key, id) = (key(asked.sort), id(asked.list));
    let mut statement = Statement::new(format!("select {id} as id from {} l where 1 = 1", table(asked.list)));
    let descending = asked.descending != start.is_some_and(|(_, backwards)| backwards);
    if let Some((place, _)) = start {
        let beyond = if descending { "<" } else { ">" };
        statement.bind(&format!(" and ({key}, {id}) {beyond} ("), &place.key, ", ");
        statement.bind("", &Value::Uuid(place.row), ")");
    }
    conditions(&mut statement, scope);
    let direction = if descending { " desc" } else { "" };
    statement.bind(&format!(" order by {key}{direction}, {id}{direction} limit "), &limit(most), "");
    statement.ids(tx)
}

/// How many rows match, up to `most`.
pub(super) fn count(tx: &mut Tx<'_>, scope: &Scope<'_>, most: usize) -> Result<usize, Error> {
    let table = table(scope.asked.list);
    let mut statement =
        Statement::new(format!("select count(*) as rows from (select 1 as one from {table} l where 1 = 1"));
    conditions(&mut statement, scope);
    statement.bind(" limit ", &limit(most), ") f");
    statement.number(tx)
}

fn conditions(statement: &mut Statement, scope: &Scope<'_>) {
    let Scope { asked, now, .. } = scope;
    within(statement, scope.bounded_by);
    holding(statement, scope);
    if let Some(territory) = asked.territory {
        statement.bind(" and l.territory_id = ", &territory, "");
    }
    match (asked.list, asked.standing) {
        (List::Contacts, Some(choice)) => standing(statement, choice, *now),
        (List::Retailers, Some(choice)) => {
            statement.add(" and l.retailer_id in (select s.retailer_id from (select * from contact_listings l where 1 = 1");
            standing(statement, choice, *now);
            statement.add(") s)");
        }
        (_, None) => {}
    }
    if let Some(choice) = asked.mail {
        statement.bind(" and l.mail_state = ", &MailState::as_str(choice), "");
    }
    if let Some(choice) = asked.signed_in {
        signed_in(statement, choice, *now);
    }
    match (asked.list, asked.active) {
        (_, None) => {}
        (List::Retailers, Some(on)) => statement.bind(" and l.active = ", &on, ""),
        (List::Contacts, Some(true)) => statement.add(" and l.standing <> 'inactive'"),
        (List::Contacts, Some(false)) => statement.add(" and l.standing = 'inactive'"),
    }
}

/// Bounds it to the territories of a staff user.
fn within(statement: &mut Statement, staff: Option<StaffId>) {
    if let Some(staff) = staff {
        statement.bind(
            " and l.territory_id in (select territory_id from staff_territories where staff_id = ",
            &staff,
            ")",
        );
    }
}

/// Keeps what holds what was typed.
fn holding(statement: &mut Statement, scope: &Scope<'_>) {
    let readings = words::readings(&scope.asked.words);
    if readings.is_empty() {
        return;
    }
    statement.add(if scope.common { " and (" } else { " and l.number in (" });
    for (number, reading) in readings.iter().enumerate() {
        if scope.common {
            statement.add(if number == 0 { "(1 = 1" } else { " or (1 = 1" });
            matching(statement, "l", reading);
            statement.add(")");
        } else {
            statement.add(if number == 0 { "" } else { " union " });
            statement.add(&format!("select w.rowid from {} w where 1 = 1", index(scope.asked.list)));
            matching(statement, "w", reading);
        }
    }
    statement.add(")");
}

fn standing(statement: &mut Statement, choice: Standing, now: Timestamp) {
    match choice {
        Standing::Active => {
            statement.add(" and l.standing in ('active', 'brought-along', 'reset-sent', 'resetting') and l.has_password");
        }
        Standing::BroughtAlong => statement.add(" and l.standing = 'brought-along'"),
        Standing::NotInvited => statement.add(" and l.standing = 'not-invited'"),
        Standing::Invited => {
            statement.add(" and l.standing in ('invited', 'inviting') and (l.standing = 'inviting'");
            statement.bind(" or l.temporary_until > ", &now, ")");
        }
        Standing::Expiring => {
            statement.bind(" and l.standing = 'invited' and l.temporary_until > ", &now, "");
            statement.bind(" and l.temporary_until <= ", &now.plus(SOON), "");
        }
        Standing::Expired => {
            statement.add(
                " and l.standing in ('invitation-expired', 'invited') and (l.standing = 'invitation-expired'",
            );
            statement.bind(" or l.temporary_until <= ", &now, ")");
        }
        Standing::ResetSent => {
            statement.add(" and l.standing in ('reset-sent', 'resetting') and (l.standing = 'resetting'");
            statement.bind(" or l.temporary_until > ", &now, ")");
        }
        Standing::Stopped => {
            statement.add(" and l.standing in ('stopped', 'reset-sent', 'resetting') and not l.has_password");
        }
        Standing::Missing => statement.add(" and l.standing in ('missing-email', 'missing-username')"),
        Standing::Bounced => statement.add(" and l.standing = 'bounced'"),
        Standing::Off => statement.add(" and l.standing = 'off'"),
    }
}

fn signed_in(statement: &mut Statement, choice: SignedIn, now: Timestamp) {
    let since = |days: u64| now.minus(Duration::from_hours(24 * days));
    match choice {
        SignedIn::Week => statement.bind(" and l.signed_in_at >= ", &since(7), ""),
        SignedIn::Month => statement.bind(" and l.signed_in_at >= ", &since(30), ""),
        SignedIn::LongAgo => statement.bind(" and l.signed_in_at > 0 and l.signed_in_at < ", &since(90), ""),
        SignedIn::Never => statement.add(" and l.signed_in_at = 0"),
    }
}

/// The best of what holds what was typed, among the first found: names that
/// begin with it come first.
pub(super) fn best(
    tx: &mut Tx<'_>,
    list: List,
    staff: Option<StaffId>,
    typed: &str,
    most: usize,
) -> Result<Vec<Uuid>, Error> {
    let (id, table, index) = (id(list), table(list), index(list));
    let mut found = Vec::new();
    for reading in words::readings(typed) {
        let mut statement = Statement::new(format!(
            "select f.id from (select {id} as id, l.name_key from {index} w join {table} l on l.number = w.rowid where 1 = 1"
        ));
        within(&mut statement, staff);
        matching(&mut statement, "w", &reading);
        statement.bind(" limit ", &limit(CANDIDATES), ") f");
        let begin = reading.first().map(Pattern::begin).unwrap_or_default();
        statement.bind(
            " order by case when f.name_key like ",
            &begin,
            " escape '\\' then 0 else 1 end, f.name_key, f.id",
        );
        statement.bind(" limit ", &limit(most), "");
        found.extend(statement.ids(tx)?.into_iter().filter(|id| !found.contains(id)).collect::<Vec<_>>());
    }
    found.truncate(most);
    Ok(found)
}

pub(super) fn territories(
    tx: &mut Tx<'_>,
    staff: Option<StaffId>,
) -> Result<Vec<(TerritoryId, String)>, Error> {
    let rows: Vec<Row> = match staff {
        None => tx.all("select id, name from territories order by name_key", &[])?,
        Some(staff) => tx.all(
            "select t.id, t.name from territories t join staff_territories s on s.territory_id = t.id
             where s.staff_id = $1 order by t.name_key",
            &[&staff],
        )?,
    };
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
}
