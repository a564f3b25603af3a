//! How fast a device is told of all customers of its territories, measured from
//! outside on the release binary, on both databases:
//! `./check cargo bench --bench changes`. Prints figures, asserts no speed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "bench code")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tempfile::TempDir;
use tradepost::db::{Db, Tx};
use tradepost::kernel::id::{ContactId, RetailerId, TerritoryId};
use tradepost::kernel::{Clock, EmailAddress, Language, Timestamp, Username};
use tradepost::retailers::{self, Contact, Retailer};

/// In the rep's territories; as many again are in others.
const RETAILERS: usize = 5_000;
const CONTACTS: usize = 12_000;
const TERRITORIES: usize = 8;
const PAGE: usize = 1_000;
const STAFF_PASSWORD: &str = "violet harbour ladder 42 moss";

fn main() {
    // `cargo test --all-targets` runs benches too, to see that they build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    measure("SQLite", &format!("sqlite:{}", folder.path().join("changes.db").display()));
    match std::env::var("TRADEPOST_TEST_POSTGRES") {
        Ok(url) => {
            let mut admin = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            admin.batch_execute("create database changes_bench").unwrap();
            let (server, _) = url.rsplit_once('/').unwrap();
            measure("PostgreSQL", &format!("{server}/changes_bench"));
            admin.batch_execute("drop database changes_bench with (force)").unwrap();
        }
        Err(_) => println!("PostgreSQL: not measured; run it by ./check cargo bench --bench changes"),
    }
}

fn measure(name: &str, url: &str) {
    fill(url);
    let shop = Shop::open(url);
    let mut line = shop.device();
    println!("{name}: {RETAILERS} retailers and {CONTACTS} contacts of one rep, {PAGE} a page, compressed");
    let (mut all_seconds, mut all_bytes) = (0.0, 0);
    for (feed, expected) in [("retailers", RETAILERS), ("contacts", CONTACTS)] {
        let walk = line.walk(feed, None);
        assert_eq!(walk.items, expected);
        println!("  {feed:<10} {:6.2} s {:9} bytes, {} answers", walk.seconds, walk.bytes, walk.answers);
        (all_seconds, all_bytes) = (all_seconds + walk.seconds, all_bytes + walk.bytes);
        let later = line.walk(feed, Some(walk.cursor));
        assert_eq!(later.items, 0);
        println!("  {feed:<10} {:6.1} ms when nothing changed since", later.seconds * 1000.0);
    }
    println!("  together   {all_seconds:6.2} s {all_bytes:9} bytes");
}

/// Fills an empty database: half of it is the rep's.
fn fill(url: &str) {
    let db = Db::open(&url.parse().unwrap()).unwrap();
    let now = Clock::default().now();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let entered = runtime.block_on(db.write(move |tx| {
        let mut places = Vec::new();
        for n in 0..2 * TERRITORIES {
            places.push(TerritoryId::new(now));
            retailers::insert_territory(tx, places[n], &format!("Territory {n:02}"))?;
        }
        shops(tx, &places, now)
    }));
    entered.unwrap();
}

fn shops(tx: &mut Tx<'_>, places: &[TerritoryId], now: Timestamp) -> Result<(), tradepost::db::Error> {
    let all: Vec<(Retailer, TerritoryId)> =
        (0..2 * RETAILERS).map(|n| (retailer(n, now), places[n % places.len()])).collect();
    retailers::insert_retailers(tx, &all, now)?;
    let of_territory = |mine: bool| {
        let of = move |n: &usize| (n % (2 * TERRITORIES) < TERRITORIES) == mine;
        (0..2 * RETAILERS).filter(of).collect::<Vec<_>>()
    };
    let mut number = 0;
    for shops in [of_territory(true), of_territory(false)] {
        let contacts: Vec<Contact> = (0..CONTACTS)
            .map(|n| {
                number += 1;
                contact(number, all[shops[n % shops.len()]].0.id, now)
            })
            .collect();
        retailers::contacts::insert_contacts(tx, &contacts, now)?;
    }
    let sql = "update contacts set password_hash = 'x', password_set_at = $1, last_sign_in_at = $1 where website_access and username_key < 'user.2'";
    tx.run(sql, &[&now]).map(drop)
}

fn retailer(n: usize, now: Timestamp) -> Retailer {
    Retailer {
        id: RetailerId::new(now),
        account_number: format!("{}", 100_000 + n),
        name: format!("{} {} Shop", word(n * 7), word(n * 13 + 5)),
        address: format!(
            "{} {} Street\n{} {:05}",
            n % 300,
            word(n * 17),
            word(n * 5 + 3),
            n * 7919 % 100_000
        ),
        territory: String::new(),
        active: !n.is_multiple_of(50),
        contacts: 0,
        version: 1,
    }
}

fn contact(number: usize, retailer: RetailerId, now: Timestamp) -> Contact {
    let name = format!("{} {}", word(number * 3 + 1), word(number * 31 + 11));
    let (given, family) = name.split_once(' ').unwrap();
    let email = format!("{given}.{family}{number}@{}.example", word(number * 13));
    Contact {
        position: ["Owner", "Manager", "Sales assistant"][number % 3].into(),
        phone: format!("+44 1632 {:06}", number * 7919 % 1_000_000),
        email: (number % 20 != 3).then(|| EmailAddress::parse(&email).unwrap()),
        username: Username::parse(&format!("user.{number}")).ok(),
        website_access: number % 10 != 4,
        ..Contact::new(ContactId::new(now), retailer, name.clone(), Language::English)
    }
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
        let command = |arguments: &[String]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
            command.args(arguments).current_dir(folder.path()).env("TRADEPOST_DATABASE__URL", url);
            command.env("TRADEPOST_HTTP__LISTEN", format!("127.0.0.1:{port}"));
            // Variables with the prefix are keys; that of the tests is not.
            command.env_remove("TRADEPOST_TEST_POSTGRES").stderr(Stdio::null());
            command
        };
        let mut add: Vec<String> =
            "staff add --email rep@bench.example --name R --kind rep --role sales-rep --password-stdin"
                .split(' ')
                .map(str::to_owned)
                .collect();
        for n in 0..TERRITORIES {
            add.extend(["--territory".to_owned(), format!("Territory {n:02}")]);
        }
        let mut adding = command(&add).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        adding.stdin.take().unwrap().write_all(STAFF_PASSWORD.as_bytes()).unwrap();
        assert!(adding.wait().unwrap().success());
        let process = command(&["serve".to_owned()]).spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Self { process, port, _folder: folder }
    }

    /// The rep's device, signed in at the API.
    fn device(&self) -> Line {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut line = Line { stream: BufReader::new(stream), token: String::new() };
        let sign_in =
            json!({"email": "rep@bench.example", "password": STAFF_PASSWORD, "device_name": "Bench"});
        let signed_in = line.ask("POST", "/api/v1/devices", &sign_in.to_string()).0;
        signed_in["access_token"].as_str().expect("a token").clone_into(&mut line.token);
        line
    }
}

/// One connection that is kept, with its token.
struct Line {
    stream: BufReader<TcpStream>,
    token: String,
}

/// A feed, read to its end.
struct Walk {
    items: usize,
    answers: usize,
    /// Bytes of bodies, as they came over the line.
    bytes: usize,
    seconds: f64,
    cursor: String,
}

impl Line {
    fn walk(&mut self, feed: &str, since: Option<String>) -> Walk {
        let (began, mut since) = (Instant::now(), since);
        let (mut items, mut answers, mut bytes) = (0, 0, 0);
        loop {
            let since_then = since.map(|cursor| format!("&since={cursor}")).unwrap_or_default();
            let (page, length) = self.ask("GET", &format!("/api/v1/{feed}?limit={PAGE}{since_then}"), "");
            items += page["items"].as_array().expect("items").len();
            (answers, bytes) = (answers + 1, bytes + length);
            let cursor = page["cursor"].as_str().expect("a cursor").to_owned();
            if page["more"] == false {
                return Walk { items, answers, bytes, seconds: began.elapsed().as_secs_f64(), cursor };
            }
            since = Some(cursor);
        }
    }

    /// Asks, and gives what came with its length on the line.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> (Value, usize) {
        let (token, length) = (&self.token, body.len());
        let head = format!(
            "host: localhost\r\nauthorization: Bearer {token}\r\naccept-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: {length}"
        );
        let request = format!("{method} {path} HTTP/1.1\r\n{head}\r\n\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut length, mut gzip) = (None, false);
        loop {
            let line = self.line();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap_or((&line, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().ok(),
                "content-encoding" => gzip = value == "gzip",
                _ => {}
            }
        }
        let body = match length {
            Some(length) => self.bytes(length),
            None => self.chunks(),
        };
        let read = if gzip {
            serde_json::from_reader(GzDecoder::new(body.as_slice()))
        } else {
            serde_json::from_slice(&body)
        };
        (read.unwrap(), body.len())
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut whole = Vec::new();
        loop {
            let size = usize::from_str_radix(&self.line(), 16).unwrap();
            whole.extend(self.bytes(size));
            self.line();
            if size == 0 {
                return whole;
            }
        }
    }
}
