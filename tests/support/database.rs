//! A database of its own for each story: a SQLite file in a temporary folder,
//! or a PostgreSQL database made from a migrated template.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};
use tempfile::TempDir;
use tradepost::db::{Dialect, steps, views_and_triggers};

/// The variable that names the server on which PostgreSQL's stories run.
const VARIABLE: &str = "TRADEPOST_TEST_POSTGRES";
/// Key of the lock that lets one process at a time make the template.
const TEMPLATE_LOCK: i64 = 0x0073_746f_7269_6573;

/// Which database a story runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A fresh database; it is gone when dropped.
pub struct Database {
    /// Which kind it is.
    pub kind: Kind,
    /// Its address, as `database.url` names it.
    pub url: String,
    folder: TempDir,
    name: Option<String>,
}

impl Database {
    /// A new database: an empty file, or one with the schema in it.
    pub async fn fresh(kind: Kind) -> Self {
        tokio::task::spawn_blocking(move || Self::make(kind)).await.expect("a fresh database")
    }

    fn make(kind: Kind) -> Self {
        let folder = temporary_folder();
        match kind {
            Kind::Sqlite => {
                let url = format!("sqlite:{}", folder.path().join("story.db").display());
                Self { kind, url, folder, name: None }
            }
            Kind::Postgres => {
                static TEMPLATE: OnceLock<String> = OnceLock::new();
                static NUMBER: AtomicU32 = AtomicU32::new(0);
                let template = TEMPLATE.get_or_init(template);
                let name = format!("story_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
                run(&mut admin(), &format!("create database {name} template {template}"));
                Self { kind, url: url_of(&name), folder, name: Some(name) }
            }
        }
    }

    /// The folder of the SQLite file; empty with PostgreSQL.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything the database holds, as one heap of bytes: the SQLite files
    /// themselves, or every column of every PostgreSQL table as text, bytes
    /// both as hexadecimal digits and as they are.
    pub async fn everything(&self) -> Vec<u8> {
        let (kind, url, folder) = (self.kind, self.url.clone(), self.folder.path().to_owned());
        let dump = move || match kind {
            Kind::Sqlite => files(&folder),
            Kind::Postgres => tables(&mut Client::connect(&url, NoTls).expect("the story's database")),
        };
        tokio::task::spawn_blocking(dump).await.expect("a dump")
    }

    /// Every text and number in every row, as one text in lower case: what can
    /// still be asked for, without what files hold of earlier versions of rows.
    pub async fn rows(&self) -> String {
        let (kind, url) = (self.kind, self.url.clone());
        let dump = move || match kind {
            Kind::Sqlite => rows_of_file(url.trim_start_matches("sqlite:")),
            Kind::Postgres => tables(&mut Client::connect(&url, NoTls).expect("the story's database")),
        };
        let all = tokio::task::spawn_blocking(dump).await.expect("a dump");
        String::from_utf8_lossy(&all).to_lowercase()
    }

    /// Runs statements as the database's owner would, past the application.
    pub async fn meddle(&self, sql: &str) -> Result<(), String> {
        let (kind, url, sql) = (self.kind, self.url.clone(), sql.to_owned());
        let run = move || match kind {
            Kind::Sqlite => {
                let path = url.trim_start_matches("sqlite:").to_owned();
                let connection = rusqlite::Connection::open(path).expect("the story's file");
                connection.busy_timeout(std::time::Duration::from_secs(10)).expect("a timeout");
                connection.execute_batch(&sql).map_err(|error| error.to_string())
            }
            Kind::Postgres => {
                let mut client = Client::connect(&url, NoTls).expect("the story's database");
                client.batch_execute(&sql).map_err(|error| {
                    error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
                })
            }
        };
        tokio::task::spawn_blocking(run).await.expect("a statement")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(name) = self.name.take() else { return };
        // The client has a runtime of its own, which can't be started in ours.
        let gone = std::thread::spawn(move || {
            admin().batch_execute(&format!("drop database if exists {name} with (force)"))
        });
        drop(gone.join());
    }
}

/// In memory where that is possible: SQLite waits for the disk after each write.
fn temporary_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = TempDir::with_prefix_in("tradepost-story-", memory)
    {
        return folder;
    }
    TempDir::with_prefix("tradepost-story-").expect("a temporary folder")
}

fn admin_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run the tests by ./check, which starts a PostgreSQL server for them, or set it to the URL of one that may be filled with test databases")
    })
}

fn admin() -> Client {
    let url = admin_url();
    Client::connect(&url, NoTls).unwrap_or_else(|error| panic!("{VARIABLE}={url}: {error}"))
}

fn url_of(name: &str) -> String {
    let mut url = url::Url::parse(&admin_url()).expect("a URL");
    url.set_path(name);
    url.into()
}

fn run(client: &mut Client, sql: &str) {
    client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// The database that all others are copied from, made once per schema.
fn template() -> String {
    let steps: Vec<_> = steps(Dialect::Postgres).collect();
    let mut hasher = DefaultHasher::new();
    let views_and_triggers: Vec<String> = views_and_triggers(Dialect::Postgres).collect();
    (&steps, &views_and_triggers).hash(&mut hasher);
    let name = format!("tradepost_template_{:016x}", hasher.finish());
    let mut admin = admin();
    admin.execute("select pg_advisory_lock($1)", &[&TEMPLATE_LOCK]).expect("a lock");
    let there = admin.query("select 1 from pg_database where datname = $1", &[&name]).expect("a list");
    if there.is_empty() {
        let draft = format!("{name}_draft");
        run(&mut admin, &format!("drop database if exists {draft}"));
        run(&mut admin, &format!("create database {draft}"));
        let mut client = Client::connect(&url_of(&draft), NoTls).expect("the draft");
        run(&mut client, "create table migrations (name text not null primary key)");
        for (step, sql) in &steps {
            run(&mut client, sql);
            client.execute("insert into migrations (name) values ($1)", &[step]).expect("a row");
        }
        for sql in &views_and_triggers {
            run(&mut client, sql);
        }
        client.close().expect("a closed connection");
        run(&mut admin, &format!("alter database {draft} rename to {name}"));
    }
    name
}

fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        all.extend(std::fs::read(entry.expect("a file").path()).expect("a file"));
    }
    all
}

fn rows_of_file(path: &str) -> Vec<u8> {
    let connection = rusqlite::Connection::open(path).expect("the story's file");
    let list = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).expect("a statement");
        statement.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("texts")
    };
    let mut all = Vec::new();
    for table in
        list("select name from sqlite_schema where type = 'table' and sql not like 'create virtual%'")
    {
        for column in list(&format!("select name from pragma_table_info('{table}')")) {
            let sql =
                format!("select cast(\"{column}\" as blob) from \"{table}\" where \"{column}\" is not null");
            let mut statement = connection.prepare(&sql).expect("a column");
            let values = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("values");
            for value in values {
                all.extend(value.expect("a value"));
                all.push(b'\n');
            }
        }
    }
    all
}

fn tables(client: &mut Client) -> Vec<u8> {
    let columns = client
        .query("select table_name::text, column_name::text, data_type::text from information_schema.columns where table_schema = 'public'", &[])
        .expect("the columns");
    let mut all = Vec::new();
    for column in columns {
        let (table, name, kind): (String, String, String) = (column.get(0), column.get(1), column.get(2));
        let sql = format!("select \"{name}\"::text from \"{table}\" where \"{name}\" is not null");
        for row in client.query(&sql, &[]).expect("a column") {
            all.extend(row.get::<_, String>(0).into_bytes());
            all.push(b'\n');
        }
        if kind == "bytea" {
            for row in client
                .query(&format!("select \"{name}\" from \"{table}\" where \"{name}\" is not null"), &[])
                .expect("bytes")
            {
                all.extend(row.get::<_, Vec<u8>>(0));
            }
        }
    }
    all
}
