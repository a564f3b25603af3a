//! A database of its own for each test: a SQLite file, or a database on the
//! PostgreSQL that `./check` started.

use std::sync::atomic::{AtomicU32, Ordering};

use postgres::NoTls;
use tempfile::TempDir;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database that goes away with this value.
pub struct Database {
    /// What `database.url` is set to.
    pub url: String,
    /// The SQLite file's folder.
    _folder: Option<TempDir>,
    /// The PostgreSQL server, and the database's name on it.
    on_server: Option<(String, String)>,
}

impl Database {
    /// A new SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("tradepost.db").display());
        Self { url, _folder: Some(folder), on_server: None }
    }

    /// A new database on the server of the tests.
    pub fn postgres() -> Self {
        Self::postgres_with("")
    }

    /// The same, made with these options.
    pub fn postgres_with(options: &str) -> Self {
        let url = std::env::var("TRADEPOST_TEST_POSTGRES")
            .expect("TRADEPOST_TEST_POSTGRES is not set: run `./check`, or `./check cargo test …` for some of the tests");
        let name = format!("net_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        on(&url, &format!("create database {name} {options}"));
        let (server, _) = url.rsplit_once('/').expect("a database in TRADEPOST_TEST_POSTGRES");
        Self { url: format!("{server}/{name}"), _folder: None, on_server: Some((url, name)) }
    }
}

#[allow(dead_code, reason = "not all tests that share this file need it")]
impl Database {
    /// One that is elsewhere, and stays.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), _folder: None, on_server: None }
    }

    /// A new role on its server that may do nothing yet, and the database's address
    /// for it.
    pub fn role(&self, options: &str) -> (String, String) {
        let (admin, database) = self.on_server.as_ref().expect("a PostgreSQL database");
        let role = format!("{database}_role");
        on(admin, &format!("create role {role} login {options}"));
        let mut url = url::Url::parse(&self.url).expect("a URL");
        url.set_username(&role).expect("a user");
        (role, url.into())
    }

    /// Runs a statement as the administrator, in this database.
    pub fn as_admin(&self, sql: &str) {
        let (admin, database) = self.on_server.as_ref().expect("a PostgreSQL database");
        let (server, _) = admin.rsplit_once('/').expect("a database");
        on(&format!("{server}/{database}"), &sql.replace("DATABASE", database));
    }

    /// Host and port of its server.
    pub fn server(&self) -> String {
        let url = url::Url::parse(&self.url).expect("a URL");
        format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"))
    }

    /// Whether a PostgreSQL database gives a row for this; a file is not asked.
    pub fn has_row(&self, sql: &str) -> bool {
        let Some(_) = &self.on_server else { return true };
        let mut client = postgres::Client::connect(&self.url, NoTls).expect("the test's database");
        !client.query(sql, &[]).expect(sql).is_empty()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((url, name)) = &self.on_server {
            on(url, &format!("drop database {name} with (force)"));
        }
    }
}

fn on(url: &str, sql: &str) {
    let mut client = postgres::Client::connect(url, NoTls).expect("the PostgreSQL of the tests answers");
    client.batch_execute(sql).expect(sql);
}
