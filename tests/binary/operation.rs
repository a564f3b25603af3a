//! What an operator does: reset, outbox, backup, starting and stopping.

use std::net::TcpStream;
use std::process::Command;

use tradepost::db::Db;

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::{Installation, Ran};
use crate::until;
use crate::visitor::Visitor;

#[test]
fn the_operator_sends_a_reset_by_command() {
    let post = Postbox::start();
    let shop = Installation::on(Database::sqlite(), post.port);
    shop.add_contacts(&["anna"]);
    let _server = shop.serve();
    let said = shop.done(&["reset", "ANNA"]);
    assert!(said.starts_with("On its way"), "{said}");
    let mail = post.mail(1);
    assert!(mail.text.contains("administrator"), "promise 10: who asked: {}", mail.text);
    assert!(!said.contains(&mail.password()), "promise 1");

    let unknown = shop.run(&["reset", "nobody"]);
    assert_eq!(unknown.code, 3);
    assert!(unknown.one_line().contains("no contact with the username \"nobody\""), "{unknown:?}");
}

#[test]
fn the_metrics_say_how_full_everything_bounded_is_at_an_address_of_their_own() {
    let post = Postbox::start();
    let shop = Installation::on(Database::sqlite(), post.port);
    let apart = crate::free_port();
    let mut serve = shop.command(&["serve"]);
    serve.env("TRADEPOST_HTTP__METRICS_LISTEN", format!("127.0.0.1:{apart}"));
    let server = shop.serve_with(serve);
    assert_eq!(server.visitor().get("/metrics").status, 404, "not where customers are");
    let metrics = Visitor::at(apart).get("/metrics");
    assert_eq!(metrics.status, 200);
    for line in [
        "tradepost_jobs_waiting{lane=\"awaited-mails\"} 0",
        "tradepost_hashes_waiting 0",
        "tradepost_hashes_waiting_most 1024",
        "tradepost_mints_waiting 0",
        "tradepost_connections_most 1024",
        "tradepost_connections_waiting_most 1024",
        "tradepost_requests_waiting 0",
        "tradepost_networks_counted 0",
        "tradepost_mails_waited_for 0",
    ] {
        assert!(metrics.body.lines().any(|told| told == line), "{line} is not in\n{}", metrics.body);
    }
    assert_eq!(Visitor::at(apart).get("/login").status, 404, "and nothing else is there");
}

#[test]
fn the_outbox_says_what_waits_and_why() {
    let post = Postbox::start();
    post.refuse();
    let shop = Installation::on(Database::sqlite(), post.port);
    shop.add_contacts(&["anna"]);
    assert_eq!(shop.done(&["outbox"]), "Nothing waits.\n");
    assert_eq!(shop.done(&["outbox", "--json"]), "");
    let _server = shop.serve();
    shop.done(&["reset", "anna"]);
    let line = until("the server's answer is shown", || {
        Some(shop.done(&["outbox"])).filter(|line| line.contains("451"))
    });
    assert!(
        line.contains("invitation") && line.contains("come back later") && !line.contains("anna"),
        "{line}"
    );
    let json: serde_json::Value = serde_json::from_str(&shop.done(&["outbox", "--json"])).unwrap();
    assert_eq!(json["kind"], "invitation");
    assert!(json["attempts"].as_i64().unwrap() >= 1, "{json}");
    assert!(json["why"].as_str().unwrap().contains("451 4.3.0 come back later"), "{json}");
    assert!(
        json["next_try_at"].is_string() && json["created_at"].is_string() && json["id"].is_string(),
        "{json}"
    );
}

#[test]
fn a_backup_of_a_running_server_is_a_whole_installation() {
    let post = Postbox::start();
    let shop = Installation::on(Database::sqlite(), post.port);
    shop.add_contacts(&["anna"]);
    let server = shop.serve();
    server.visitor().post("/forgot-password", &[("username", "anna")]);
    let mail = post.mail(1);
    until("the mail is written down", || (shop.done(&["outbox"]) == "Nothing waits.\n").then_some(()));
    let said = shop.done(&["backup", "copy.db"]);
    assert!(said.starts_with("Copied sqlite:") && said.contains("copy.db"), "{said}");
    let copied = shop.folder.path().join("copy.db");
    let again = shop.run(&["backup", "copy.db"]);
    assert_eq!(again.code, 3);
    assert!(again.one_line().contains("exists already"), "{again:?}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&copied).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
    assert!(!shop.folder.path().join("copy.partial").exists());

    let restored = Installation::without_a_database(Database::sqlite(), post.port);
    std::fs::copy(&copied, restored.file_of_database()).unwrap();
    std::fs::copy(shop.key_file(), restored.key_file()).unwrap();
    let second = restored.serve();
    second.visitor().sign_in("anna", &mail.password()).leads_to("/password");
    assert_eq!(server.visitor().get("/readyz").status, 200, "the first one goes on");
}

/// As a shop under load does: something is written between any two steps.
#[test]
fn a_backup_ends_and_is_whole_while_it_is_written_beside() {
    let shop = Installation::on(Database::sqlite(), 25);
    let writer = rusqlite::Connection::open(shop.file_of_database()).unwrap();
    writer.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    writer
        .execute_batch(
            "create table ballast (n integer primary key, bytes blob); create table beside (n integer)",
        )
        .unwrap();
    writer
        .execute_batch("insert into ballast (bytes) select zeroblob(1000000) from (select 1 union select 2 union select 3 union select 4 union select 5 union select 6)")
        .unwrap();
    let copy = shop.folder.path().join("copy.db");
    let mut steps = 0;
    Db::backup(&shop.database.url.parse().unwrap(), &copy, |done, all| {
        steps += 1;
        writer.execute_batch("insert into beside (n) values (1)").unwrap();
        assert!(done <= all && steps <= all, "{steps} steps for {all} pages");
    })
    .unwrap();
    assert!(steps > 3, "{steps}");
    let copy = rusqlite::Connection::open(copy).unwrap();
    let number = |sql: &str| copy.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("select count(*) from beside"), 0, "it is as it was when the copy was begun");
    let sound: String = copy.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!((sound.as_str(), number("select count(*) from ballast")), ("ok", 6));
}

#[test]
fn postgresql_is_backed_up_by_its_own_tools() {
    let shop = Installation::on(Database::postgres(), 25);
    let refused = shop.run(&["backup", "copy.db"]);
    assert_eq!(refused.code, 1);
    assert!(refused.one_line().contains("pg_dump"), "{refused:?}");
}

#[test]
fn a_sqlite_file_is_served_once() {
    let shop = Installation::on(Database::sqlite(), 25);
    let server = shop.serve();
    let mut second = shop.command(&["serve"]);
    second.env("TRADEPOST_HTTP__LISTEN", "127.0.0.1:0");
    let refused = Ran::from(second.output().unwrap());
    assert_eq!(refused.code, 1);
    assert!(refused.one_line().contains("another process serves"), "{refused:?}");
    server.crash();
    let _after_a_crash = shop.serve();
}

#[test]
fn a_port_in_use_is_named() {
    let shop = Installation::on(Database::sqlite(), 25);
    let _server = shop.serve();
    let other = Installation { port: shop.port, ..Installation::on(Database::sqlite(), 25) };
    let refused = other.run(&["serve"]);
    assert_eq!(refused.code, 1);
    assert!(refused.one_line().contains(&format!("listening on 127.0.0.1:{}", shop.port)), "{refused:?}");
}

#[test]
fn two_nodes_serve_one_postgresql() {
    let post = Postbox::start();
    let first = Installation::on(Database::postgres(), post.port);
    first.add_contacts(&["anna"]);
    let one = first.serve();
    let second = Installation { port: crate::free_port(), ..Installation::on(Database::sqlite(), post.port) };
    let mut command = second.command(&["serve"]);
    command.env("TRADEPOST_DATABASE__URL", &first.database.url);
    let two = second.serve_with(command);
    one.visitor().post("/forgot-password", &[("username", "anna")]);
    let mail = post.mail(1);
    let mut anna = two.visitor();
    until("the other node knows", || {
        (anna.sign_in("anna", &mail.password()).location == "/password").then_some(())
    });
    one.crash();
    assert_eq!(anna.get("/password").status, 200, "a session is not bound to a node");
    assert_eq!(post.mails().len(), 1, "two nodes, one mail");
}

#[test]
fn a_server_that_is_asked_to_stop_ends_in_order() {
    for database in [Database::sqlite(), Database::postgres()] {
        let shop = Installation::on(database, 25);
        let server = shop.serve();
        assert_eq!(server.visitor().get("/healthz").body, "ok\n");
        let log = shop.folder.path().join("serve.log");
        assert_eq!(server.stop(), Some(0));
        assert!(std::fs::read_to_string(log).unwrap().contains("Tradepost has stopped"));
    }
}

#[test]
fn the_demo_tells_where_it_is_and_leaves_nothing() {
    use std::io::{BufRead, BufReader};
    let shop = Installation::on(Database::sqlite(), 25);
    let mut command = shop.command(&["demo", "--listen", &format!("127.0.0.1:{}", shop.port)]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = format!("http://localhost:{}", shop.port);
    let told = lines.any(|line| line.contains(&address));
    let answer = crate::visitor::Visitor::at(shop.port).try_get("/readyz").map(|answer| answer.status);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told && answer == Some(200), "told {told}, answered {answer:?}");
    assert_eq!(std::fs::read_dir(shop.folder.path()).unwrap().count(), 0);
}

#[test]
fn a_mail_server_hands_in_by_command_what_came_back() {
    let post = Postbox::start();
    let shop = Installation::on(Database::sqlite(), post.port);
    shop.add_contacts(&["anna"]);
    let with_bounces = |arguments: &[&str]| {
        let mut command = shop.command(arguments);
        command.env("TRADEPOST_MAIL__BOUNCE_ADDRESS", "bounces@harbour.example");
        command
    };
    let server = shop.serve_with(with_bounces(&["serve"]));
    server.visitor().post("/forgot-password", &[("username", "anna")]);
    let return_path = post.mail(1).envelope["from"].as_str().unwrap().to_owned();
    until("the mail is written down", || (shop.done(&["outbox"]) == "Nothing waits.\n").then_some(()));
    let hand_in = |arguments: &[&str], message: &str| {
        let file = shop.file("came-back.eml", message);
        let mut command = with_bounces(arguments);
        Ran::from(command.stdin(std::fs::File::open(file).unwrap()).output().unwrap())
    };
    let report = include_str!("../bounces/postfix.eml").replace("{return path}", "office@harbour.example");
    let forged = hand_in(&["bounce"], &report);
    assert_eq!(forged.code, 3);
    assert!(forged.one_line().contains("refused, nothing was changed"), "{forged:?}");
    let refused = Ran::from(shop.command(&["bounce"]).output().unwrap());
    assert!(
        refused.code == 3 && refused.one_line().contains("mail.bounce_address is not set"),
        "{refused:?}"
    );
    let back = hand_in(&["bounce", "--recipient", &return_path], &report);
    assert!(back.code == 0 && back.out.contains("marked as bounced"), "{back:?}");
    let again = hand_in(&["bounce", "--recipient", &return_path], &report);
    assert!(again.code == 0 && again.out.contains("known already"), "{again:?}");
    let reset = shop.run(&["reset", "anna"]);
    assert_eq!(reset.code, 3, "nothing more goes there: {reset:?}");
    let mut away = with_bounces(&["bounce", "--recipient", &return_path]);
    away.env("TRADEPOST_DATABASE__URL", "postgres://nobody@127.0.0.1:9/none")
        .env(
            "TRADEPOST_SECURITY__KEY_FILE",
            shop.database.url.trim_start_matches("sqlite:").replace(".db", ".key"),
        )
        .stdin(std::fs::File::open(shop.folder.path().join("came-back.eml")).unwrap());
    assert_eq!(Ran::from(away.output().unwrap()).code, 75, "the mail server is asked to try again");
}

/// The limit of a file's size stands in for a disk that is full: both are met while
/// writing, and neither while reading.
#[test]
fn a_node_whose_disk_is_full_says_that_it_is_not_ready() {
    let shop = Installation::on(Database::sqlite(), 25);
    shop.add_contacts(&["anna"]);
    let of_tradepost = shop.command(&["serve"]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 4000; exec \"$0\" serve"]).arg(of_tradepost.get_program());
    for (name, value) in of_tradepost.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let server = shop.serve_with(command);
    let writer = rusqlite::Connection::open(shop.file_of_database()).unwrap();
    // What it writes stays in the WAL file, so that the node goes on behind it.
    writer.execute_batch("pragma wal_autocheckpoint = 0; create table ballast (bytes blob); insert into ballast values (zeroblob(6000000))").unwrap();
    let told = until("the disk is found to be full", || {
        server.visitor().post("/forgot-password", &[("username", "anna")]);
        Some(server.visitor().get("/readyz")).filter(|answer| answer.status == 503)
    });
    assert_eq!(told.body, "nothing can be written to the database\n");
    assert_eq!(server.visitor().get("/login").status, 200, "what is read is answered");
}

#[test]
fn promise_04_a_process_that_may_open_few_files_allows_itself_what_its_connections_need() {
    let shop = Installation::on(Database::sqlite(), 25);
    let mut command = Command::new("sh");
    let script = format!("ulimit -S -n 200; exec {} serve", env!("CARGO_BIN_EXE_tradepost"));
    let usual = shop.command(&[]);
    command.envs(usual.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(shop.folder.path()).args(["-c", &script]);
    let server = shop.serve_with(command);
    let silent: Vec<_> = (0..250).map(|_| TcpStream::connect(("127.0.0.1", shop.port)).unwrap()).collect();
    assert_eq!(server.visitor().get("/login").status, 200);
    assert!(!server.log().contains("could not be accepted"), "{}", server.log());
    drop(silent);
}
