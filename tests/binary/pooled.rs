//! Fewer connections than a node would like, or a pool in between: nothing hangs
//! without a word.

use std::net::TcpListener;
use std::thread;

use tradepost::db::{Db, Error};

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::{Installation, Ran};
use crate::until;

#[test]
fn a_node_works_with_three_connections_and_says_that_it_would_like_more() {
    let post = Postbox::start();
    let shop = Installation::without_a_database(Database::postgres(), post.port);
    let (role, url) = shop.database.role("");
    shop.database.as_admin(&format!("alter database DATABASE owner to {role}"));
    let mut shop = shop;
    shop.database.url = url;
    shop.done(&["init"]);
    shop.add_contacts(&["anna"]);
    // What the commands had is gone a moment after they ended.
    shop.database.as_admin(&format!(
        "do $$ begin
             for n in 1..3000 loop
                 exit when not exists (select 1 from pg_stat_activity where usename = '{role}');
                 perform pg_sleep(0.01), pg_stat_clear_snapshot();
             end loop;
         end $$"
    ));
    shop.database.as_admin(&format!("alter role {role} connection limit 3"));
    let server = shop.serve();
    until("someone had to wait", || {
        thread::scope(|scope| {
            let asking: Vec<_> =
                (0..8).map(|_| scope.spawn(|| server.visitor().get("/readyz").status)).collect();
            assert!(asking.into_iter().all(|one| one.join().unwrap() == 200), "everyone is answered");
        });
        server.log().contains("gives this node no further connection").then_some(())
    });
    assert!(server.log().contains("raise max_connections"), "{}", server.log());
    server.visitor().post("/forgot-password", &[("username", "anna")]);
    assert!(post.mail(1).text.contains("anna"), "mails leave, too");
    let full = shop.run(&["outbox"]);
    assert!(
        full.code == 1 && full.one_line().contains("raise max_connections"),
        "a command says why: {full:?}"
    );
}

#[test]
fn a_server_that_takes_a_connection_and_says_nothing_is_not_waited_for_without_end() {
    // As pgbouncer does while all connections of its pool are in use.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let shop = Installation::without_a_database(Database::sqlite(), 25);
    let mut command = shop.command(&["outbox"]);
    let url = format!("postgres://shop@127.0.0.1:{port}/shop?connect_timeout=1");
    let ran = Ran::from(command.env("TRADEPOST_DATABASE__URL", url).output().unwrap());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.one_line().contains("no connection within") && ran.one_line().contains("default_pool_size"),
        "{ran:?}"
    );
}

#[test]
fn a_pool_that_changes_connections_between_statements_is_recognised() {
    let database = Database::postgres();
    let db = Db::open(&database.url.parse().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let told = |code: &str| {
        let raise =
            format!("do $$ begin raise exception 'prepared statement' using errcode = '{code}'; end $$");
        let failed = runtime.block_on(db.write(move |tx| tx.run(&raise, &[])));
        let failed: Error = failed.unwrap_err();
        failed.to_string()
    };
    for code in ["42P05", "26000"] {
        assert!(told(code).contains("pool_mode = session"), "{}", told(code));
    }
}
