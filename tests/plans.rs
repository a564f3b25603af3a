//! No list, no search, no feed of changes, no entry of the trail and no worker reads
//! a whole table: the plans of their statements, as both databases make them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tradepost::actor::{Actor, Door, StaffActor, Who};
use tradepost::audit;
use tradepost::changes::{self, Told};
use tradepost::db::{Db, STATEMENTS, Tx};
use tradepost::jobs::{self, Lane, Turn};
use tradepost::kernel::id::{StaffId, TerritoryId};
use tradepost::kernel::{Clock, EmailAddress, Timestamp};
use tradepost::listing::{self, Asked, List};
use tradepost::sessions::StaffKind;
use tradepost::staff::{self, Added, BuiltIn, NewStaff};
use tradepost::{Error, retailers};

#[path = "binary/databases.rs"]
mod databases;
use databases::Database;

/// What people ask lists for, alone and together.
const CONTACTS: [&str; 18] = [
    "",
    "sort=-name",
    "sort=retailer",
    "sort=-sign-in",
    "access=active",
    "access=brought-along",
    "access=not-invited",
    "access=invited",
    "access=expired",
    "access=expiring",
    "access=bounced&mail=bounced",
    "mail=put-off",
    "signed-in=7-days&sort=-sign-in",
    "signed-in=never&active=yes",
    "active=no",
    "q=anna+harb",
    "q=01632+960",
    "territory=0192c6c3-0000-7000-8000-000000000000&access=off",
];
const RETAILERS: [&str; 7] = [
    "",
    "sort=-account-number",
    "active=no",
    "access=bounced",
    "q=harbour",
    "q=1",
    "territory=0192c6c3-0000-7000-8000-000000000000",
];

#[test]
fn no_list_reads_a_whole_table_on_sqlite() {
    let database = Database::sqlite();
    let statements = asked_for(&database);
    let file = rusqlite::Connection::open(database.url.strip_prefix("sqlite:").unwrap()).unwrap();
    let plan = |sql: &String| {
        // What the facade leaves out here: a writer has the whole file.
        let sql = sql.replace("for update skip locked", "");
        let mut statement = file.prepare(&format!("explain query plan {sql}")).unwrap();
        let mut rows = statement.raw_query();
        let mut lines = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            lines.push(row.get::<_, String>("detail").unwrap());
        }
        lines
    };
    // Walking an index in its order stops when the page is full, and so does
    // asking the index of words; `f` is what a statement has put together, and
    // of the trail, its checkpoints and seals the last is the first that is met;
    // entries that wait for the key are taken away by the next. A union reads all
    // of its parts.
    let is_scan = |line: &String| {
        let by_index = line.contains("INDEX") && (!line.contains("VIRTUAL") || line.contains(":L"));
        let walked =
            ["SCAN f", "SCAN audit", "SCAN audit_checkpoints", "SCAN audit_seals", "SCAN audit_waiting"]
                .contains(&line.as_str());
        line.starts_with("SCAN ") && !by_index && !walked
    };
    none(&statements, |sql| {
        let reads_all = |line: &String| is_scan(line) || sql.contains("audit") && line.contains("UNION");
        plan(sql).into_iter().find(reads_all)
    });
}

#[test]
fn no_list_reads_a_whole_table_on_postgresql() {
    let database = Database::postgres();
    let statements = asked_for(&database);
    let mut client = postgres::Client::connect(&database.url, postgres::NoTls).unwrap();
    // Small tables are read whole because that is quick; so not here.
    client.batch_execute("set enable_seqscan = off; set plan_cache_mode = force_generic_plan").unwrap();
    let mut plans = std::collections::BTreeMap::new();
    for sql in &statements {
        client.batch_execute(&format!("prepare asked as {sql}")).unwrap();
        let parameters =
            (1..100).take_while(|n| sql.contains(&format!("${n}"))).map(|_| "null").collect::<Vec<_>>();
        let call = if parameters.is_empty() {
            "asked".to_owned()
        } else {
            format!("asked({})", parameters.join(", "))
        };
        let rows = client.query(&format!("explain execute {call}"), &[]).unwrap();
        plans.insert(sql.clone(), rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>());
        client.batch_execute("deallocate asked").unwrap();
    }
    let large = [
        "contacts",
        "retailers",
        "contact_listings",
        "retailer_listings",
        "mails",
        "resets",
        "temporary_passwords",
        "customer_changes",
        "jobs",
    ];
    none(&statements, |sql| {
        plans[sql]
            .iter()
            .find(|line| large.iter().any(|table| line.contains(&format!("Seq Scan on {table} "))))
            .cloned()
    });
}

fn none(statements: &BTreeSet<String>, wrong: impl Fn(&String) -> Option<String>) {
    assert!(statements.len() > 40, "only {} statements", statements.len());
    let found: Vec<String> =
        statements.iter().filter_map(|sql| wrong(sql).map(|line| format!("{line}\n    {sql}"))).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// The statements behind every list and search, for who sees all and for who
/// sees some territories.
fn asked_for(database: &Database) -> BTreeSet<String> {
    let heard = Heard::default();
    let listening = heard.clone();
    let now = Clock::default().now();
    let db = Db::open(&database.url.parse().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let id = runtime.block_on(db.write(move |tx| rep(tx, now))).unwrap();
    let who = Who::Staff(StaffActor { id, permissions: BuiltIn::SalesRep.permissions() });
    let actors = [Actor::operator(), Actor { who, door: Door::Portal, address: String::new() }];
    let asking = db.read(move |tx| {
        // Statements run on a thread of the database.
        let subscriber = tracing_subscriber::registry().with(listening.clone());
        tracing::subscriber::with_default(subscriber, || {
            for actor in &actors {
                for query in CONTACTS {
                    let asked = Asked::of(List::Contacts, query);
                    assert!(asked.ignored.is_empty(), "{:?}", asked.ignored);
                    listing::contacts(tx, actor, &asked, now)?;
                    listing::contact_ids(tx, actor, &asked, now)?;
                }
                for query in RETAILERS {
                    listing::retailers(tx, actor, &Asked::of(List::Retailers, query), now)?;
                }
                listing::search(tx, actor, "anna 10001")?;
                listing::search(tx, actor, "01632 960")?;
                let asked = changes::Asked { since: None, limit: 10 };
                let Told::Changes(first) = changes::retailers(tx, actor, &asked)? else {
                    panic!("no cursor")
                };
                let asked = changes::Asked { since: Some(first.cursor), limit: 10 };
                changes::contacts(tx, actor, &asked)?;
            }
            Ok::<_, Error>(())
        })
    });
    runtime.block_on(asking).unwrap();
    // What every act ends with: the entry in the trail.
    let listening = heard.clone();
    let recording = db.write(move |tx| {
        let subscriber = tracing_subscriber::registry().with(listening.clone());
        tracing::subscriber::with_default(subscriber, || {
            audit::record(tx, &Actor::operator(), now, audit::Event::SettingChanged, audit::About::default())
        })
    });
    runtime.block_on(recording).unwrap();
    // What workers ask again and again.
    let listening = heard.clone();
    let taking = db.write(move |tx| {
        let subscriber = tracing_subscriber::registry().with(listening.clone());
        tracing::subscriber::with_default(subscriber, || {
            let turn = Turn { lane: Lane::LookUp, share: "", domain: "" };
            jobs::enqueue(tx, jobs::Kind::ForgotPassword, turn, &(), now)?;
            let job = jobs::claim(tx, 1, now)?.expect("a job");
            jobs::put_off(tx, &job, now)?;
            jobs::claim(tx, 1, now)?;
            jobs::in_line(tx, 10)?;
            jobs::next_due_at(tx)
        })
    });
    runtime.block_on(taking).unwrap();
    heard.0.lock().unwrap().clone()
}

/// A rep with a territory: the changes of each territory are read by themselves.
fn rep(tx: &mut Tx<'_>, now: Timestamp) -> Result<StaffId, Error> {
    staff::roles::establish(tx, now)?;
    retailers::insert_territory(tx, TerritoryId::new(now), "North")?;
    let role = staff::roles::named(tx, BuiltIn::SalesRep.name())?.expect("a built-in role");
    let new = NewStaff {
        email: EmailAddress::parse("rep@harbour.example").expect("an address"),
        name: "Rep".into(),
        kind: StaffKind::Rep,
        role,
        territories: vec!["North".into()],
    };
    match staff::add(tx, &Actor::operator(), &new, None, now)? {
        Added::Added(id) => Ok(id),
        Added::EmailTaken | Added::UnknownTerritory(_) => panic!("the rep could not be added"),
    }
}

/// Keeps the texts of statements.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<BTreeSet<String>>>);

impl<S: Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == STATEMENTS {
            event.record(&mut Text(&self.0));
        }
    }
}

struct Text<'a>(&'a Mutex<BTreeSet<String>>);

impl Visit for Text<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            self.0.lock().unwrap().insert(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
