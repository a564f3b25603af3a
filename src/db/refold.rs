//! Brings the keys of names in line when they are folded otherwise than
//! before: a step of the schema that SQL alone can't take.

use super::value::{Row, Value};
use super::{Error, Tx};
use crate::kernel::{Username, text};

/// A column with names; the one called after it, ending in `_key`, has their keys.
struct Keyed {
    table: &'static str,
    name: &'static str,
    unique: bool,
    fold: fn(&str) -> String,
}

const KEYED: [Keyed; 7] = [
    keyed("territories", "name", true),
    keyed("retailers", "account_number", true),
    keyed("retailers", "name", false),
    keyed("contacts", "name", false),
    Keyed { fold: username, ..keyed("contacts", "username", true) },
    keyed("roles", "name", true),
    keyed("views", "name", true),
];

const fn keyed(table: &'static str, name: &'static str, unique: bool) -> Keyed {
    Keyed { table, name, unique, fold: text::search_key }
}

fn username(shown: &str) -> String {
    Username::stored(shown).key().to_owned()
}

/// Folds every name anew. Where two unique ones become one by it, the one that
/// was entered later keeps the key it has and is still found by its own
/// spelling; how many did is logged.
pub(super) fn run(tx: &mut Tx<'_>) -> Result<(), Error> {
    for keyed in &KEYED {
        let kept = refold(tx, keyed)?;
        if kept > 0 {
            let Keyed { table, name, .. } = keyed;
            tracing::warn!(
                table,
                column = name,
                kept,
                "Names that differ only in spelling now; they keep their keys"
            );
        }
    }
    Ok(())
}

fn refold(tx: &mut Tx<'_>, keyed: &Keyed) -> Result<usize, Error> {
    let Keyed { table, name, unique, fold } = keyed;
    let key = format!("{name}_key");
    let all: Vec<Row> = tx.all(
        &format!("select id, {name} as name, {key} as key from {table} where {name} is not null order by id"),
        &[],
    )?;
    let free = if *unique {
        format!(" and not exists (select 1 from {table} where {key} = $2)")
    } else {
        String::new()
    };
    let update = format!("update {table} set {key} = $2 where id = $1{free}");
    let mut kept = 0;
    for row in all {
        let (folded, before) = (fold(&row.get::<String>("name")?), row.get::<String>("key")?);
        if folded != before && tx.run(&update, &[&row.get::<Value>("id")?, &folded])? == 0 {
            kept += 1;
        }
    }
    Ok(kept)
}
