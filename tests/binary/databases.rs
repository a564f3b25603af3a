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
        let url = std::env::var("TRADEPOST_TEST_POSTGRES")
            .expect("TRADEPOST_TEST_POSTGRES is not set: run `./check`, or `./check cargo test …` for some of the tests");
        let name = format!("net_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        on(&url, &format!("create database {name}"));
        let (server, _) = url.rsplit_once('/').expect("a database in TRADEPOST_TEST_POSTGRES");
        Self { url: format!("{server}/{name}"), _folder: None, on_server: Some((url, name)) }
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
