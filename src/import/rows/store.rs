//! The SQL of the rows of imports.

use super::super::facts::bare;
use super::super::store::{json, read_json};
use super::super::verdict::Verdict;
use super::{Fate, Staged};
use crate::db::{Error, FromRow, Row, ToValue, Tx, Value};
use crate::kernel::id::{ContactId, ImportId, RetailerId};

/// Keys that one statement looks up.
const AT_ONCE: usize = 50;

/// Writes rows, new ones and such as are there already.
pub fn put(tx: &mut Tx<'_>, import: ImportId, rows: &[Staged]) -> Result<(), Error> {
    let values = rows.iter().map(|row| row.values(import)).collect::<Result<Vec<_>, _>>()?;
    tx.enter(
        "insert into import_rows (import_id, place, line, cells, password, verdict, notes, changes, account_key, account_bare,
             username_key, retailer_id, contact_id, state, undo)",
        &values,
        "on conflict (import_id, place) do update set cells = excluded.cells, password = excluded.password, verdict = excluded.verdict,
             notes = excluded.notes, changes = excluded.changes, account_key = excluded.account_key, account_bare = excluded.account_bare,
             username_key = excluded.username_key, retailer_id = excluded.retailer_id, contact_id = excluded.contact_id, state = excluded.state, undo = excluded.undo",
    )
}

impl Staged {
    fn values(&self, import: ImportId) -> Result<Vec<Value>, Error> {
        Ok(vec![
            import.to_value(),
            self.place.to_value(),
            self.line.to_value(),
            json(&self.cells)?.to_value(),
            self.password.to_value(),
            self.verdict.map(Verdict::as_str).to_value(),
            json(&self.notes)?.to_value(),
            json(&self.changes)?.to_value(),
            self.account_key.to_value(),
            self.account_key.as_deref().map(bare).to_value(),
            self.username_key.to_value(),
            self.retailer.to_value(),
            self.contact.to_value(),
            self.fate.as_str().to_value(),
            self.undo.to_value(),
        ])
    }
}

const ROW: &str = "select place, line, cells, password, verdict, notes, changes, account_key, username_key, retailer_id, contact_id, state, undo
     from import_rows where import_id = $1";

/// The next rows after a place, in their order.
pub fn rows_after(tx: &mut Tx<'_>, import: ImportId, place: i64, limit: i64) -> Result<Vec<Staged>, Error> {
    tx.all(&format!("{ROW} and place > $2 order by place limit $3"), &[&import, &place, &limit])
}

/// The row at a place.
pub fn at(tx: &mut Tx<'_>, import: ImportId, place: i64) -> Result<Option<Staged>, Error> {
    tx.opt(&format!("{ROW} and place = $2"), &[&import, &place])
}

/// Rows after a place that are not wrong and about which there is something worth
/// knowing.
pub fn remarked(tx: &mut Tx<'_>, import: ImportId, after: i64, limit: i64) -> Result<Vec<Staged>, Error> {
    tx.all(
        &format!("{ROW} and notes <> '[]' and verdict <> 'wrong' and place > $2 order by place limit $3"),
        &[&import, &after, &limit],
    )
}

/// The next rows after a place that are to be brought in, in their order.
pub fn waiting(tx: &mut Tx<'_>, import: ImportId, after: i64, limit: i64) -> Result<Vec<Staged>, Error> {
    tx.all(
        &format!(
            "{ROW} and state = 'waiting' and verdict is not null and place > $2 order by place limit $3"
        ),
        &[&import, &after, &limit],
    )
}

/// The rows that were brought in last, the last one first.
pub fn last_done(tx: &mut Tx<'_>, import: ImportId, limit: i64) -> Result<Vec<Staged>, Error> {
    tx.all(&format!("{ROW} and state = 'done' order by place desc limit $2"), &[&import, &limit])
}

/// Rows after a place about which there is something to be said.
pub fn noted(tx: &mut Tx<'_>, import: ImportId, after: i64, limit: i64) -> Result<Vec<Staged>, Error> {
    tx.all(
        &format!("{ROW} and notes <> '[]' and place > $2 order by place limit $3"),
        &[&import, &after, &limit],
    )
}

/// Rows of a verdict after a place, in their order.
pub fn of_verdict(
    tx: &mut Tx<'_>,
    import: ImportId,
    (verdict, after): (Verdict, i64),
    limit: i64,
) -> Result<Vec<Staged>, Error> {
    tx.all(
        &format!("{ROW} and verdict = $2 and place > $3 order by place limit $4"),
        &[&import, &verdict.as_str(), &after, &limit],
    )
}

/// Good rows before a place about account numbers of which these are left without
/// blanks and the zeros before them.
pub fn earlier_of_accounts(
    tx: &mut Tx<'_>,
    import: ImportId,
    before: i64,
    keys: &[String],
) -> Result<Vec<Staged>, Error> {
    earlier(tx, (import, before), "account_bare", keys)
}

/// Good rows before a place with these usernames.
pub fn earlier_of_usernames(
    tx: &mut Tx<'_>,
    import: ImportId,
    before: i64,
    keys: &[String],
) -> Result<Vec<Staged>, Error> {
    earlier(tx, (import, before), "username_key", keys)
}

fn earlier(
    tx: &mut Tx<'_>,
    (import, before): (ImportId, i64),
    column: &str,
    keys: &[String],
) -> Result<Vec<Staged>, Error> {
    let mut found = Vec::new();
    for some in keys.chunks(AT_ONCE) {
        let places: Vec<String> = (3..some.len() + 3).map(|n| format!("${n}")).collect();
        // Plus the place, so that no planner walks all the rows before it instead of looking the keys up.
        let sql =
            format!("{ROW} and +place < $2 and verdict <> 'wrong' and {column} in ({})", places.join(", "));
        let mut parameters: Vec<&dyn ToValue> = vec![&import, &before];
        parameters.extend(some.iter().map(|key| key as &dyn ToValue));
        found.append(&mut tx.all(&sql, &parameters)?);
    }
    found.sort_by_key(|row: &Staged| row.place);
    Ok(found)
}

/// How many rows have which verdict and which fate.
pub fn counts(tx: &mut Tx<'_>, import: ImportId) -> Result<Vec<(Option<Verdict>, Fate, i64)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select verdict, state, count(*) as rows from import_rows where import_id = $1 group by verdict, state",
        &[&import],
    )?;
    rows.iter()
        .map(|row| {
            let verdict: Option<String> = row.get("verdict")?;
            let fate = row.named::<Fate>("state")?;
            Ok((verdict.and_then(|name| Verdict::from_name(&name)), fate, row.get("rows")?))
        })
        .collect()
}

/// Active contacts that no row of a file is about, with their retailers.
pub fn missing_contacts(
    tx: &mut Tx<'_>,
    import: ImportId,
    limit: i64,
) -> Result<Vec<(ContactId, RetailerId)>, Error> {
    let rows: Vec<Row> = tx.all(
        "select l.contact_id, l.retailer_id from contact_listings l join contacts c on c.id = l.contact_id
         where c.active and not exists (select 1 from import_rows r where r.contact_id = l.contact_id and r.import_id = $1)
         order by l.contact_id limit $2",
        &[&import, &limit],
    )?;
    rows.iter().map(|row| Ok((row.get("contact_id")?, row.get("retailer_id")?))).collect()
}

/// Active retailers that no row of a file is about.
pub fn missing_retailers(tx: &mut Tx<'_>, import: ImportId, limit: i64) -> Result<Vec<RetailerId>, Error> {
    let rows: Vec<Row> = tx.all(
        "select r.id from retailers r where r.active
             and not exists (select 1 from import_rows i where i.import_id = $1
                 and i.account_bare = coalesce(nullif(ltrim(replace(r.account_number_key, ' ', ''), '0'), ''), '0')
                 and i.account_key = r.account_number_key)
         order by r.id limit $2",
        &[&import, &limit],
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Forgets who is missing.
pub fn remove_missing(tx: &mut Tx<'_>, import: ImportId) -> Result<(), Error> {
    tx.run("delete from import_rows where import_id = $1 and verdict = 'missing'", &[&import])?;
    Ok(())
}

/// Removes the rows of an import.
pub fn remove(tx: &mut Tx<'_>, import: ImportId) -> Result<(), Error> {
    tx.run("delete from import_rows where import_id = $1", &[&import])?;
    Ok(())
}

/// Removes at most so many rows of an import; says how many it were.
pub fn remove_some(tx: &mut Tx<'_>, import: ImportId, limit: i64) -> Result<u64, Error> {
    tx.run(
        "delete from import_rows where import_id = $1
             and place in (select place from import_rows where import_id = $1 order by place limit $2)",
        &[&import, &limit],
    )
}

/// Forgets the passwords that did not come along after all.
pub fn forget_passwords(tx: &mut Tx<'_>, import: ImportId) -> Result<(), Error> {
    tx.run(
        "update import_rows set password = null where import_id = $1 and password is not null",
        &[&import],
    )?;
    Ok(())
}

/// What rows say about a contact, forgotten.
pub fn forget_contact(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Error> {
    tx.run(
        r#"update import_rows set cells = '{"texts":[]}', password = null, notes = '[]', changes = '[]', username_key = null, undo = null, state = 'kept'
           where contact_id = $1"#,
        &[&contact],
    )?;
    Ok(())
}

impl FromRow for Staged {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            place: row.get("place")?,
            line: row.get("line")?,
            cells: read_json(row, "cells")?,
            password: row.get("password")?,
            verdict: row.named_opt("verdict")?,
            notes: read_json(row, "notes")?,
            changes: read_json(row, "changes")?,
            account_key: row.get("account_key")?,
            username_key: row.get("username_key")?,
            retailer: row.get("retailer_id")?,
            contact: row.get("contact_id")?,
            fate: row.named("state")?,
            undo: row.get("undo")?,
        })
    }
}
