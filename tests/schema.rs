//! Both migrated databases have the same shape, but for what makes words
//! findable, and a database that a newer Tradepost has been at is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};

use postgres::NoTls;
use tradepost::db::{Db, Dialect, MigrateError, steps, views_and_triggers};

#[path = "binary/databases.rs"]
mod databases;
use databases::Database;

#[test]
fn both_databases_have_the_same_tables() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres());
    open(&sqlite);
    open(&postgres);
    let (on_sqlite, on_postgres) = (sqlite_shape(&sqlite), postgres_shape(&postgres));
    assert!(on_sqlite.len() > 10, "{:?}", on_sqlite.keys());
    assert_eq!(on_sqlite.keys().collect::<Vec<_>>(), on_postgres.keys().collect::<Vec<_>>());
    for (name, table) in &on_sqlite {
        let other = &on_postgres[name];
        assert_eq!(table.columns, other.columns, "columns of {name}");
        assert_eq!(table.primary_key, other.primary_key, "primary key of {name}");
        assert_eq!(table.uniques, other.uniques, "unique constraints of {name}");
        assert_eq!(table.references, other.references, "foreign keys of {name}");
        assert_eq!(table.indexes, other.indexes, "indexes of {name}");
        assert_eq!(table.checks, other.checks, "number of checks of {name}");
    }
}

#[test]
fn every_key_column_is_compared_by_bytes_on_both() {
    let database = Database::postgres();
    open(&database);
    let sql = "select table_name || '.' || column_name from information_schema.columns
        where table_schema = 'public' and (column_name like '%\\_key' or column_name = 'subject') and collation_name is distinct from 'C'";
    let wrong: Vec<String> =
        client(&database).query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(wrong, [""; 0], "PostgreSQL would order these by its locale, SQLite by bytes");
}

#[test]
fn every_foreign_key_can_be_followed_by_an_index_or_is_known_to_be_small() {
    // Rows of these are few, never deleted, and never looked up this way.
    let small = [
        "mails.staff_id",
        "retailers.territory_id",
        "resets.staff_id",
        "runs.staff_id",
        "runs.territory_id",
        "sessions.temporary_password_id",
        "settings.staff_id",
        "sign_in_changes.by_staff_id",
        "staff.role_id",
        "staff_territories.territory_id",
        "logos.staff_id",
        "epochs.staff_id",
        "getting_started.staff_id",
        "wordings.staff_id",
    ];
    let database = Database::sqlite();
    open(&database);
    let mut wrong = Vec::new();
    for (name, table) in sqlite_shape(&database) {
        let indexed = table
            .indexes
            .values()
            .map(|index| &index.columns)
            .chain(&table.uniques)
            .chain([&table.primary_key]);
        let starts: BTreeSet<&String> = indexed.filter_map(|columns| columns.first()).collect();
        for (columns, _, _) in &table.references {
            let place = format!("{name}.{}", columns[0]);
            if !starts.contains(&columns[0])
                && table.primary_key.first() != Some(&columns[0])
                && !small.contains(&place.as_str())
            {
                wrong.push(place);
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_audit_trail_keeps_its_entries_on_both() {
    let row = "insert into audit (number, at, act, actor, door, address, details, previous_hash, hash)
        values (1, 0, 'signed-in', 'nobody', 'website', '', '{}', ";
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres());
    open(&sqlite);
    open(&postgres);
    let file = file(&sqlite);
    file.execute_batch(&format!("{row} x'00', x'00')")).unwrap();
    let mut server = client(&postgres);
    server.batch_execute(&format!("{row} '\\x00', '\\x00')")).unwrap();
    for change in ["update audit set act = 'x'", "delete from audit"] {
        let refused = file.execute_batch(change).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{change}: {refused}");
        let refused = server.batch_execute(change).unwrap_err();
        assert!(refused.as_db_error().unwrap().message().contains("append-only"), "{change}: {refused}");
    }
}

#[test]
fn a_newer_database_is_refused_in_one_line() {
    for database in [Database::sqlite(), Database::postgres()] {
        open(&database);
        let add = "insert into migrations (name) values ('9999_from_the_future')";
        match database.url.strip_prefix("sqlite:") {
            Some(_) => file(&database).execute_batch(add).unwrap(),
            None => client(&database).batch_execute(add).unwrap(),
        }
        let refused = Db::open(&database.url.parse().unwrap()).err().expect("refused");
        assert!(matches!(refused, MigrateError::Newer(_)));
        let line = refused.to_string();
        assert!(
            line.contains("9999_from_the_future") && line.contains("newer") && !line.contains('\n'),
            "{line}"
        );
    }
}

/// Two ids and a truth as each database writes them.
const SQLITE: [(&str, &str); 3] = [
    ("{id}", "x'0192c6c300007000800000000000000a'"),
    ("{other}", "x'0192c6c300007000800000000000000b'"),
    ("{yes}", "1"),
];
const POSTGRES: [(&str, &str); 3] = [
    ("{id}", "'0192c6c3-0000-7000-8000-00000000000a'"),
    ("{other}", "'0192c6c3-0000-7000-8000-00000000000b'"),
    ("{yes}", "true"),
];
const ROWS: &str = "insert into territories (id, name, name_key) values ({id}, 'North', 'north');
    insert into retailers (id, account_number, account_number_key, name, name_key, territory_id, active, created_at, updated_at)
        values ({id}, '1001', '1001', 'Sample Shop', 'sample shop', {id}, {yes}, 1, 1);
    insert into contacts (id, retailer_id, name, name_key, language, website_access, active, created_at, updated_at)
        values ({id}, {id}, 'Pat Sample', 'pat sample', 'en', {yes}, {yes}, 1, 1)";
const OF_A_NEWER_KIND: &str =
    "insert into customer_changes (kind, entity_id, territory_id) values ('product', {other}, {id})";
const IN_NO_TERRITORY: &str =
    "insert into retailers (id, account_number, account_number_key, name, name_key, territory_id, active, created_at, updated_at)
        values ({other}, '1002', '1002', 'Other Shop', 'other shop', {other}, {yes}, 1, 1)";

/// Whoever upgrades has rows, and tables as the steps of their release made them.
#[test]
fn a_database_from_before_names_were_known_to_enums_is_brought_along() {
    for (database, dialect, values) in
        [(Database::sqlite(), Dialect::Sqlite, SQLITE), (Database::postgres(), Dialect::Postgres, POSTGRES)]
    {
        let does = |sql: &str| {
            run(&database, &values.iter().fold(sql.to_owned(), |sql, (word, value)| sql.replace(word, value)))
        };
        does("create table migrations (name text not null primary key)").unwrap();
        for (name, sql) in steps(dialect).take_while(|(name, _)| *name < "0037") {
            run(&database, &sql).unwrap();
            does(&format!("insert into migrations (name) values ('{name}')")).unwrap();
        }
        does(ROWS).unwrap();
        does(OF_A_NEWER_KIND).unwrap_err();
        open(&database);
        does(OF_A_NEWER_KIND).unwrap();
        does(IN_NO_TERRITORY).expect_err("what isn't a list of names stays");
        let whole = "select 1 from contact_listings l join contacts c on c.id = l.contact_id where c.name = 'Pat Sample'";
        match database.url.strip_prefix("sqlite:") {
            Some(_) => {
                let file = file(&database);
                assert_eq!(file.query_row(whole, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
                let check = file.query_row("pragma integrity_check", [], |row| row.get::<_, String>(0));
                assert_eq!(check.unwrap(), "ok");
            }
            None => assert_eq!(client(&database).query(whole, &[]).unwrap().len(), 1),
        }
    }
}

/// What stands in no file would never be made anew.
#[test]
fn every_view_and_trigger_stands_in_a_file() {
    let names = |found: Vec<String>| found.into_iter().collect::<BTreeSet<_>>();
    let made = |dialect| {
        let sql: String = views_and_triggers(dialect).collect();
        let made = sql
            .lines()
            .filter_map(|line| line.strip_prefix("create "))
            .map(|line| line.trim_start_matches("or replace "));
        let made = made.filter(|line| line.starts_with("view ") || line.starts_with("trigger "));
        names(made.filter_map(|line| line.split(' ').nth(1)).map(str::to_owned).collect())
    };
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres());
    open(&sqlite);
    open(&postgres);
    let found = "select name from sqlite_schema where type in ('view', 'trigger') and ?1 = ''";
    assert_eq!(names(ask(&file(&sqlite), found, "", |row| row.get(0))), made(Dialect::Sqlite));
    let found = "select tgname::text from pg_trigger where not tgisinternal
        union select viewname::text from pg_views where schemaname = 'public'";
    let rows = client(&postgres).query(found, &[]).unwrap();
    assert_eq!(names(rows.iter().map(|row| row.get(0)).collect()), made(Dialect::Postgres));
}

fn run(database: &Database, sql: &str) -> Result<(), String> {
    match database.url.strip_prefix("sqlite:") {
        Some(_) => file(database)
            .execute_batch(&format!("pragma foreign_keys = on; {sql}"))
            .map_err(|error| error.to_string()),
        None => client(database).batch_execute(sql).map_err(|error| error.to_string()),
    }
}

#[test]
fn migrating_again_changes_nothing() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> =
        names.filter_map(|name| Some(name.to_str()?.strip_suffix(".sql")?.to_owned())).collect();
    let sql = "select name from migrations";
    for database in [Database::sqlite(), Database::postgres()] {
        open(&database);
        open(&database);
        let applied: BTreeSet<String> = if database.url.starts_with("sqlite:") {
            let file = file(&database);
            let mut statement = file.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        } else {
            client(&database).query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
        };
        assert_eq!(applied, files);
    }
}

/// A table as both databases can describe it.
#[derive(Debug, Default)]
struct Table {
    columns: Vec<Column>,
    primary_key: Vec<String>,
    uniques: BTreeSet<Vec<String>>,
    references: BTreeSet<Reference>,
    indexes: BTreeMap<String, Index>,
    checks: usize,
}

/// Columns, the table they refer to, and its columns.
type Reference = (Vec<String>, String, Vec<String>);

#[derive(Debug, PartialEq)]
struct Column {
    name: String,
    kind: &'static str,
    nullable: bool,
    default: Option<String>,
}

#[derive(Debug, PartialEq)]
struct Index {
    columns: Vec<String>,
    unique: bool,
    partial: bool,
}

fn open(database: &Database) {
    Db::open(&database.url.parse().unwrap()).unwrap();
}

fn file(database: &Database) -> rusqlite::Connection {
    rusqlite::Connection::open(database.url.strip_prefix("sqlite:").unwrap()).unwrap()
}

fn client(database: &Database) -> postgres::Client {
    postgres::Client::connect(&database.url, NoTls).unwrap()
}

fn sqlite_shape(database: &Database) -> BTreeMap<String, Table> {
    let file = file(database);
    let tables = "select name, sql from sqlite_schema where type = 'table' and substr(name, 1, 7) <> 'sqlite_' and name not like '%\\_words%' escape '\\' and ?1 = ''";
    let tables: Vec<(String, String)> = ask(&file, tables, "", |row| Ok((row.get(0)?, row.get(1)?)));
    let read = |(name, sql): (String, String)| {
        assert!(sql.trim_end().ends_with("strict") || name == "migrations", "{name} is not a strict table");
        let mut table = Table { checks: sql.matches("check (").count(), ..Table::default() };
        let columns =
            "select name, lower(type), \"notnull\", dflt_value from pragma_table_info(?1) order by cid";
        table.columns = ask(&file, columns, &name, |row| {
            let (name, kind): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(column(&name, &kind, !row.get::<_, bool>(2)?, row.get(3)?))
        });
        let key = "select name from pragma_table_info(?1) where pk > 0 order by pk";
        table.primary_key = ask(&file, key, &name, |row| row.get(0));
        sqlite_indexes(&file, &name, &mut table);
        table.references = sqlite_references(&file, &name);
        (name, table)
    };
    tables.into_iter().map(read).collect()
}

fn sqlite_indexes(file: &rusqlite::Connection, name: &str, table: &mut Table) {
    let indexes = "select name, origin, \"unique\", partial from pragma_index_list(?1)";
    let indexes: Vec<(String, String, bool, bool)> =
        ask(file, indexes, name, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    for (index, origin, unique, partial) in indexes {
        let columns = "select coalesce(name, 'an expression') from pragma_index_info(?1) order by seqno";
        let columns = ask(file, columns, &index, |row| row.get(0));
        match origin.as_str() {
            "u" => drop(table.uniques.insert(columns)),
            "c" => drop(table.indexes.insert(index, Index { columns, unique, partial })),
            _ => {}
        }
    }
}

fn sqlite_references(file: &rusqlite::Connection, name: &str) -> BTreeSet<Reference> {
    let keys = "select id, \"from\", \"table\", coalesce(\"to\", 'id') from pragma_foreign_key_list(?1) order by id, seq";
    let parts: Vec<(i64, String, String, String)> =
        ask(file, keys, name, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let mut found: BTreeMap<i64, Reference> = BTreeMap::new();
    for (id, from, table, to) in parts {
        let key = found.entry(id).or_insert_with(|| (Vec::new(), table, Vec::new()));
        key.0.push(from);
        key.2.push(to);
    }
    found.into_values().collect()
}

/// The rows of a query with one parameter.
fn ask<T>(
    file: &rusqlite::Connection,
    sql: &str,
    name: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let mut statement = file.prepare(sql).unwrap();
    statement.query_map([name], read).unwrap().collect::<Result<_, _>>().unwrap()
}

fn postgres_shape(database: &Database) -> BTreeMap<String, Table> {
    let mut client = client(database);
    let mut shape: BTreeMap<String, Table> = BTreeMap::new();
    let columns = "select table_name::text, column_name::text, data_type::text, is_nullable = 'YES', column_default::text
        from information_schema.columns join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name, ordinal_position";
    for row in client.query(columns, &[]).unwrap() {
        let default: Option<String> = row.get(4);
        let column = column(row.get(1), row.get(2), row.get(3), default);
        shape.entry(row.get(0)).or_default().columns.push(column);
    }
    let constraints = "select c.conrelid::regclass::text, c.contype::text,
            (select array_agg(a.attname::text order by k.n) from unnest(c.conkey) with ordinality k(number, n) join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number),
            coalesce(c.confrelid::regclass::text, ''),
            (select array_agg(a.attname::text order by k.n) from unnest(c.confkey) with ordinality k(number, n) join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.number)
        from pg_constraint c where c.connamespace = 'public'::regnamespace and c.conrelid <> 0";
    for row in client.query(constraints, &[]).unwrap() {
        let (name, kind): (String, String) = (row.get(0), row.get(1));
        let columns: Vec<String> = row.get::<_, Option<_>>(2).unwrap_or_default();
        let table = shape.get_mut(&name).unwrap();
        match kind.as_str() {
            "p" => table.primary_key = columns,
            "u" => drop(table.uniques.insert(columns)),
            "f" => drop(table.references.insert((columns, row.get(3), row.get(4)))),
            "c" => table.checks += 1,
            kind => panic!("a constraint of kind {kind} on {name}"),
        }
    }
    let indexes = "select i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisunique, i.indpred is not null,
            (select array_agg(coalesce(a.attname::text, 'an expression') order by k.n) from unnest(i.indkey::int[]) with ordinality k(number, n) left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number)
        from pg_index i join pg_class t on t.oid = i.indrelid
        where t.relnamespace = 'public'::regnamespace and i.indexrelid::regclass::text not like '%\\_words\\_trigrams' and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))";
    for row in client.query(indexes, &[]).unwrap() {
        let index = Index { columns: row.get(4), unique: row.get(2), partial: row.get(3) };
        shape.get_mut(row.get::<_, &str>(0)).unwrap().indexes.insert(row.get(1), index);
    }
    shape
}

/// A column in terms both have: ids and bytes are bytes to SQLite, truth
/// values are integers to it.
fn column(name: &str, kind: &str, nullable: bool, default: Option<String>) -> Column {
    let kind = match kind {
        "blob" | "uuid" | "bytea" => "bytes",
        "integer" | "bigint" | "boolean" => "integer",
        "text" => "text",
        other => panic!("{name}: the type {other} has no counterpart"),
    };
    let default =
        default.map(|default| default.split("::").next().unwrap_or_default().trim_matches('\'').to_owned());
    Column { name: name.to_owned(), kind, nullable, default }
}
