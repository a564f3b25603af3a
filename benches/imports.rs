//! How fast 100,000 rows are looked at and brought in, on both databases:
//! `./check cargo bench --bench imports`. Prints figures, asserts nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "bench code")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use tradepost::actor::Actor;
use tradepost::db::Db;
use tradepost::import::{self, Choices, File, Import};
use tradepost::kernel::id::ImportId;
use tradepost::kernel::{Clock, Language};

const ROWS: usize = 100_000;
const PER_RETAILER: usize = 3;
const TERRITORIES: usize = 12;

fn main() {
    // `cargo test --all-targets` runs benches too, to see that they build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("imports.db").display());
    runtime.block_on(measure("SQLite", &url));
    match std::env::var("TRADEPOST_TEST_POSTGRES") {
        Ok(url) => {
            let execute = |url: String, sql: &'static str| {
                std::thread::spawn(move || {
                    postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
                })
                .join()
                .unwrap();
            };
            execute(url.clone(), "create database imports_bench");
            let (server, _) = url.rsplit_once('/').unwrap();
            runtime.block_on(measure("PostgreSQL", &format!("{server}/imports_bench")));
            execute(url, "drop database imports_bench with (force)");
        }
        Err(_) => println!("PostgreSQL: not measured; run it by ./check cargo bench --bench imports"),
    }
}

async fn measure(name: &str, url: &str) {
    let db = Db::open(&url.parse().unwrap()).unwrap();
    let rows = rows();
    println!("{name}: {ROWS} rows, {:.1} MB", f64::from(u32::try_from(rows.len()).unwrap()) / 1e6);
    let began = Instant::now();
    let id = taken(&db, &rows).await;
    let staged = began.elapsed();
    let import = driven(&db, id).await;
    let looked = began.elapsed();
    assert_eq!(import.tally.contacts_new, i64::try_from(ROWS).unwrap(), "{:?}", import.tally);
    let now = Clock::default().now();
    let started = db.write(move |tx| import::start(tx, &Actor::operator(), id, now)).await.unwrap();
    assert_eq!(started, None);
    let import = driven(&db, id).await;
    let done = began.elapsed();
    assert_eq!(import.state, import::State::Done);
    println!(
        "  taken in {:5.1} s + looked at {:5.1} s = dry run {:5.1} s; + brought in {:5.1} s = {:5.1} s in all",
        staged.as_secs_f64(),
        looked.saturating_sub(staged).as_secs_f64(),
        looked.as_secs_f64(),
        done.saturating_sub(looked).as_secs_f64(),
        done.as_secs_f64()
    );
    let began = Instant::now();
    let id = taken(&db, &rows).await;
    let import = driven(&db, id).await;
    assert_eq!(import.tally.contacts_unchanged, i64::try_from(ROWS).unwrap(), "{:?}", import.tally);
    println!("  the same file again: looked at, nothing to do, {:5.1} s", began.elapsed().as_secs_f64());
}

async fn taken(db: &Db, rows: &str) -> ImportId {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(rows.as_bytes()).unwrap();
    let file = File::open(file, &tables::Options::default()).unwrap();
    let choices = Choices { new_territories: true, ..Choices::guess(file.headings()) };
    let (now, operator) = (Clock::default().now(), Actor::operator());
    let staged = import::stage(db, &operator, (file, "bench.csv", choices.clone()), None, now);
    let id = staged.await.unwrap();
    db.write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await.unwrap();
    id
}

async fn driven(db: &Db, id: ImportId) -> Import {
    let clock = Clock::default();
    loop {
        let now = clock.now();
        let more = db.write(move |tx| import::step(tx, id, Language::English, now)).await.unwrap();
        if !more {
            return db.read(move |tx| import::find(tx, &Actor::operator(), id)).await.unwrap();
        }
    }
}

fn rows() -> String {
    let mut text = String::from("account_number,retailer,territory,contact,email,username,website_access\n");
    for n in 0..ROWS {
        let at = n / PER_RETAILER;
        writeln!(
            text,
            "{at:06},Sample Shop {at},T{},Contact {n} Sample,c{n}@shop{at}.example,user{n},yes",
            at % TERRITORIES
        )
        .unwrap();
    }
    text
}
