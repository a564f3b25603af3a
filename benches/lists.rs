//! How fast lists and the search answer with 100,000 contacts, measured from
//! outside on the release binary, on both databases:
//! `./check cargo bench --bench lists`. Prints figures, asserts nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "bench code")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tradepost::db::{Db, Tx};
use tradepost::kernel::id::{ContactId, RetailerId, TerritoryId};
use tradepost::kernel::{Clock, EmailAddress, Language, Timestamp, Username};
use tradepost::retailers::{self, Contact, Retailer};

const CONTACTS: usize = 100_000;
const PER_RETAILER: usize = 4;
const TERRITORIES: usize = 40;
const TIMES: usize = 60;
const STAFF_PASSWORD: &str = "violet harbour ladder 42 moss";

fn main() {
    // `cargo test --all-targets` runs benches too, to see that they build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    measure("SQLite", &format!("sqlite:{}", folder.path().join("lists.db").display()));
    match std::env::var("TRADEPOST_TEST_POSTGRES") {
        Ok(url) => {
            let mut admin = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            admin.batch_execute("create database lists_bench").unwrap();
            let (server, _) = url.rsplit_once('/').unwrap();
            measure("PostgreSQL", &format!("{server}/lists_bench"));
            admin.batch_execute("drop database lists_bench with (force)").unwrap();
        }
        Err(_) => println!("PostgreSQL: not measured; run it by ./check cargo bench --bench lists"),
    }
}

fn measure(name: &str, url: &str) {
    let began = Instant::now();
    fill(url);
    println!("{name}: {CONTACTS} contacts entered in {:.1} s", began.elapsed().as_secs_f64());
    let shop = Shop::open(url);
    let mut line = shop.sign_in();
    for (what, path) in pages(&mut line) {
        let mut took: Vec<Duration> = (0..TIMES)
            .map(|_| {
                let began = Instant::now();
                assert!(line.get(&path).contains("</html>"), "{path}");
                began.elapsed()
            })
            .collect();
        took.sort();
        let ms = |at: usize| took[at].as_secs_f64() * 1000.0;
        println!("  {what:<42} median {:6.2} ms, p95 {:6.2} ms", ms(TIMES / 2), ms(TIMES * 95 / 100));
    }
    run(&mut line);
}

/// How long a run for everyone takes to be looked at and started: once each.
fn run(line: &mut Line) {
    let timed = |what: &str, page: &mut dyn FnMut() -> String| {
        let began = Instant::now();
        let page = page();
        println!("  {what:<42} once {:8.0} ms", began.elapsed().as_secs_f64() * 1000.0);
        page
    };
    let plan = "act=invite&list=contacts&for=all";
    let preview = timed("a run for everyone: preview", &mut || line.get(&format!("/portal/runs/new?{plan}")));
    let id = preview.split("name=\"run\" value=\"").nth(1).unwrap()[..36].to_owned();
    let head = "content-type: application/x-www-form-urlencoded\r\n";
    let form = format!("{plan}&run={id}&per_minute=1&per_domain=1");
    timed("a run for everyone: start", &mut || line.ask("POST", "/portal/runs", head, &form));
    let page = timed("a run for everyone: its page", &mut || line.get(&format!("/portal/runs/{id}")));
    assert!(page.contains("Running"), "{page}");
}

/// What is asked for, in words and as addresses.
fn pages(line: &mut Line) -> [(&'static str, String); 26] {
    let territory = line
        .get("/portal/contacts")
        .split("name=\"territory\"")
        .nth(1)
        .unwrap()
        .split("value=\"")
        .nth(2)
        .unwrap()[..36]
        .to_owned();
    let next = line
        .get("/portal/contacts")
        .split("rel=\"next\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    [
        ("search, as one types: mo", "/portal/search?q=mo".to_owned()),
        ("search: mor", "/portal/search?q=mor".to_owned()),
        ("search: morvan sil", "/portal/search?q=morvan+sil".to_owned()),
        ("search: an account number", "/portal/search?q=112345".to_owned()),
        ("search: a telephone number", "/portal/search?q=01632+012345".to_owned()),
        ("search: nothing holds it", "/portal/search?q=zzzzqx".to_owned()),
        ("dashboard", "/portal".to_owned()),
        ("contacts", "/portal/contacts".to_owned()),
        ("contacts, the second page", next),
        ("contacts, by last sign-in", "/portal/contacts?sort=-sign-in".to_owned()),
        ("contacts, by retailer, turned round", "/portal/contacts?sort=-retailer".to_owned()),
        ("contacts, active", "/portal/contacts?access=active".to_owned()),
        ("contacts, not invited", "/portal/contacts?access=not-invited".to_owned()),
        ("contacts, bounced", "/portal/contacts?access=bounced".to_owned()),
        ("contacts, nobody is: expired", "/portal/contacts?access=expired".to_owned()),
        ("contacts, of a territory", format!("/portal/contacts?territory={territory}")),
        (
            "contacts, of a territory, bounced",
            format!("/portal/contacts?territory={territory}&access=bounced"),
        ),
        (
            "contacts, of a territory, by sign-in",
            format!("/portal/contacts?territory={territory}&sort=-sign-in"),
        ),
        ("contacts, never signed in, access off", "/portal/contacts?signed-in=never&access=off".to_owned()),
        ("contacts, mail put off", "/portal/contacts?mail=put-off".to_owned()),
        ("contacts that hold: mor", "/portal/contacts?q=mor".to_owned()),
        ("contacts that hold: an", "/portal/contacts?q=an".to_owned()),
        ("retailers", "/portal/retailers".to_owned()),
        ("retailers, by account number", "/portal/retailers?sort=-account-number".to_owned()),
        ("retailers where someone bounced", "/portal/retailers?access=bounced".to_owned()),
        ("retailers that hold: sil", "/portal/retailers?q=sil".to_owned()),
    ]
}

/// Fills an empty database as an import would.
fn fill(url: &str) {
    let db = Db::open(&url.parse().unwrap()).unwrap();
    let now = Clock::default().now();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let entered = runtime.block_on(db.write(move |tx| {
        for n in 0..TERRITORIES {
            retailers::insert_territory(tx, TerritoryId::new(now), &format!("Territory {n:02}"))?;
        }
        for n in 0..CONTACTS / PER_RETAILER {
            shop(tx, n, now)?;
        }
        Ok::<_, tradepost::db::Error>(())
    }));
    entered.unwrap();
    if url.starts_with("postgres") {
        // As autovacuum does sooner or later.
        postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute("vacuum analyze").unwrap();
    }
}

fn shop(tx: &mut Tx<'_>, n: usize, now: Timestamp) -> Result<(), tradepost::db::Error> {
    let territory = format!("Territory {:02}", n % TERRITORIES);
    let place = retailers::territory_named(tx, &territory)?.unwrap();
    let retailer = Retailer {
        id: RetailerId::new(now),
        account_number: format!("{}", 100_000 + n),
        name: format!("{} {} Shop", word(n * 7), word(n * 13 + 5)),
        address: String::new(),
        territory,
        active: !n.is_multiple_of(50),
        contacts: 0,
        version: 1,
    };
    retailers::insert_retailer(tx, &retailer, place, now)?;
    for position in 0..PER_RETAILER {
        let number = n * PER_RETAILER + position;
        let name = format!("{} {}", word(number * 3 + 1), word(number * 31 + 11));
        let new = Contact::new(ContactId::new(now), retailer.id, name, Language::English);
        let new = Contact {
            phone: format!("+44 1632 {number:06}"),
            email: (number % 20 != 3)
                .then(|| EmailAddress::parse(&format!("p{number}@shop{n}.example")).unwrap()),
            username: Username::parse(&format!("user.{number}")).ok(),
            website_access: number % 10 != 4,
            ..new
        };
        retailers::contacts::insert_contact(tx, &new, now)?;
        if number % 5 < 3 {
            let sql = "update contacts set password_hash = 'x', password_set_at = $2, last_sign_in_at = $3 where id = $1";
            let days = u64::try_from(number * 7919 % 1000).unwrap();
            tx.run(sql, &[&new.id, &now, &now.minus(Duration::from_hours(days))])?;
        } else if number % 100 == 9 {
            tx.run("update contacts set bounced_at = $2 where id = $1", &[&new.id, &now])?;
        }
    }
    Ok(())
}

/// A made-up word: many different ones that share their parts.
fn word(n: usize) -> String {
    const BEGIN: [&str; 12] =
        ["Mor", "Sil", "Tar", "Ven", "Bel", "Cor", "Dun", "Fal", "Gal", "Har", "Jor", "Lam"];
    const MIDDLE: [&str; 11] = ["va", "do", "li", "en", "ka", "ru", "mi", "so", "te", "bo", "qua"];
    const END: [&str; 7] = ["n", "s", "th", "r", "nd", "x", "ly"];
    format!("{}{}{}", BEGIN[n % 12], MIDDLE[n / 12 % 11], END[n / 132 % 7])
}

/// A running installation; it ends with this value.
struct Shop {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Drop for Shop {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Shop {
    fn open(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let command = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
            command.args(arguments).current_dir(folder.path()).env("TRADEPOST_DATABASE__URL", url);
            command.env("TRADEPOST_HTTP__LISTEN", format!("127.0.0.1:{port}"));
            // Variables with the prefix are keys; that of the tests is not.
            command.env_remove("TRADEPOST_TEST_POSTGRES").stderr(Stdio::null());
            command
        };
        let add = [
            "staff",
            "add",
            "--email",
            "a@bench.example",
            "--name",
            "A",
            "--kind",
            "admin",
            "--role",
            "owner",
            "--password-stdin",
        ];
        let mut adding = command(&add).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        adding.stdin.take().unwrap().write_all(STAFF_PASSWORD.as_bytes()).unwrap();
        assert!(adding.wait().unwrap().success());
        let process = command(&["serve"]).spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { process, port, _folder: folder }
    }

    fn sign_in(&self) -> Line {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut line = Line { stream: BufReader::new(stream), cookie: String::new() };
        let body = format!("email=a%40bench.example&password={}", STAFF_PASSWORD.replace(' ', "+"));
        let head = "content-type: application/x-www-form-urlencoded\r\n";
        line.ask("POST", "/portal/login", head, &body);
        assert!(!line.cookie.is_empty(), "signed in");
        line
    }
}

/// One connection that is kept, with its cookie.
struct Line {
    stream: BufReader<TcpStream>,
    cookie: String,
}

impl Line {
    fn get(&mut self, path: &str) -> String {
        self.ask("GET", path, "", "")
    }

    fn ask(&mut self, method: &str, path: &str, head: &str, body: &str) -> String {
        let length = body.len();
        let cookie = &self.cookie;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\ncontent-length: {length}\r\n{head}\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "set-cookie" if value.starts_with("tradepost-staff=") => {
                    value.split(';').next().unwrap().clone_into(&mut self.cookie);
                }
                _ => {}
            }
        }
        let mut page = vec![0; length];
        self.stream.read_exact(&mut page).unwrap();
        String::from_utf8(page).unwrap()
    }
}
