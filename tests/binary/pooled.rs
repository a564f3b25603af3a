//! Fewer connections than a node would like, or a pool in between: nothing hangs
//! without a word.

use std::fs::Permissions;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};
use std::thread;

use tempfile::TempDir;

use tradepost::db::{Db, Error};

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::{Installation, Ran};
use crate::{free_port, until};

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

/// A pgbouncer before the tests' PostgreSQL, ended with this value.
struct Pool {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Pool {
    fn start(server: &str, mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let (host, to) = server.split_once(':').unwrap();
        let port = free_port();
        let file = folder.path().join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host={host} port={to} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             auth_type = any\nunix_socket_dir =\npool_mode = {mode}\nignore_startup_parameters = extra_float_digits\n"
        );
        std::fs::write(&file, settings).unwrap();
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let mut command = Command::new(if is_root { "setpriv" } else { "pgbouncer" });
        if is_root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "pgbouncer"]);
        }
        let child = command.env("PATH", "/usr/sbin:/usr/bin:/bin").arg("--quiet").arg(&file).spawn().unwrap();
        until("the pool listens", || TcpStream::connect(("127.0.0.1", port)).ok());
        Self { child, port, _folder: folder }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn pgbouncer_by_the_transaction_is_refused_at_the_start_and_by_the_session_does() {
    let shop = Installation::on(Database::postgres(), 25);
    let server = shop.database.server();
    let through = |pool: &Pool| {
        let mut command = shop.command(&["serve"]);
        let url = shop.database.url.replace(&server, &format!("127.0.0.1:{}", pool.port));
        command.env("TRADEPOST_DATABASE__URL", url);
        command
    };
    let by_transaction = Pool::start(&server, "transaction");
    let refused = Ran::from(through(&by_transaction).output().unwrap());
    assert!(refused.code != 0 && refused.err.contains("pool_mode = session"), "{refused:?}");
    let by_session = Pool::start(&server, "session");
    drop(shop.serve_with(through(&by_session)));
}
