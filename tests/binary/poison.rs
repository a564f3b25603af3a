//! A job that ends the process (promise 4): the real executable is killed in the
//! middle of it, each time it is tried.

use std::time::Duration;

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::{Installation, Serving};
use crate::until;

/// Anna's mail holds whoever puts it together for ever; it is killed there.
const POISON_SQLITE: &str = "create trigger poison before update of attempts on mails when new.to_address like 'anna@%'
    begin select count(*) from (with recursive n(x) as (select 1 union all select x + 1 from n) select x from n); end";
const POISON_POSTGRES: &str = "create function poison() returns trigger language plpgsql as $$
    begin if new.to_address like 'anna@%' then perform pg_sleep(600); end if; return new; end $$;
    create trigger poison before update of attempts on mails for each row execute function poison()";
const CURE_SQLITE: &str = "drop trigger poison";
const CURE_POSTGRES: &str = "drop trigger poison on mails";

#[test]
fn promise_04_a_job_that_ends_the_process_twice_is_set_aside_on_sqlite() {
    is_set_aside(Database::sqlite(), [POISON_SQLITE, CURE_SQLITE]);
}

#[test]
fn promise_04_a_job_that_ends_the_process_twice_is_set_aside_on_postgresql() {
    is_set_aside(Database::postgres(), [POISON_POSTGRES, CURE_POSTGRES]);
}

fn is_set_aside(database: Database, [poison, cure]: [&str; 2]) {
    let post = Postbox::start();
    let shop = Installation::on(database, post.port);
    shop.add_contacts(&["anna", "bert"]);
    meddle(&shop, poison);
    let server = shop.serve();
    server.visitor().post("/forgot-password", &[("username", "anna")]).leads_to("/forgot-password/sent");
    dies_in_the_middle(&shop, server, 1);
    dies_in_the_middle(&shop, shop.serve(), 2);

    let server = shop.serve();
    let listed = until("it is set aside", || {
        Some(shop.done(&["jobs", "list"])).filter(|text| text.contains("Mail: Website invitation"))
    });
    assert!(listed.contains("2 tries"), "{listed}");
    server.visitor().post("/forgot-password", &[("username", "bert")]);
    assert!(post.mail(1).header("To").contains("bert@"), "others have their mail");

    meddle(&shop, cure);
    let id = listed.split(' ').next().unwrap_or_default();
    shop.done(&["jobs", "retry", id]);
    let mail = post.mail(2);
    server.visitor().sign_in("anna", &mail.password()).leads_to("/password");
    assert_eq!(shop.run(&["jobs", "retry", id]).code, 3, "once");
    assert_eq!(shop.done(&["jobs", "list"]), "Nothing was set aside.\n");
    assert_eq!(post.mails().len(), 2);
}

/// Waits until the job was begun so often, and kills the process in it.
fn dies_in_the_middle(shop: &Installation, server: Serving, begun: i64) {
    crate::until_for(Duration::from_mins(1), "the job is begun", || {
        (number(shop, "select coalesce(max(unended), 0) from jobs where kind = 'send-mail'") == begun)
            .then_some(())
    });
    server.crash();
    if shop.database.url.starts_with("postgres") {
        let others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        meddle(shop, others);
        meddle(shop, "update jobs set leased_until = 0 where leased_until is not null");
    }
}

fn meddle(shop: &Installation, sql: &str) {
    match shop.database.url.strip_prefix("sqlite:") {
        Some(path) => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
        None => shop.database.as_admin(sql),
    }
}

fn number(shop: &Installation, sql: &str) -> i64 {
    if let Some(path) = shop.database.url.strip_prefix("sqlite:") {
        return rusqlite::Connection::open(path).unwrap().query_one(sql, [], |row| row.get(0)).unwrap();
    }
    let mut client = postgres::Client::connect(&shop.database.url, postgres::NoTls).unwrap();
    client.query_one(&format!("select ({sql})::bigint"), &[]).unwrap().get(0)
}
