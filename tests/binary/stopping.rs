//! A node that is asked to stop says so first, goes on answering, finishes what it
//! has begun, and gives the rest back.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::{Installation, Serving};
use crate::until;

/// Serves with so long a time of leaving.
fn serve_with_drain(shop: &Installation, drain: &str) -> Serving {
    let mut command = shop.command(&["serve"]);
    command.env("TRADEPOST_HTTP__DRAIN", drain);
    shop.serve_with(command)
}

/// One request on a connection that is kept; gives what was answered.
fn ask(connection: &mut TcpStream, path: &str) -> String {
    connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let (mut answer, mut block) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        let read = connection.read(&mut block).unwrap();
        assert!(read > 0, "hung up after {text:?}");
        answer.extend(&block[..read]);
    }
}

#[test]
fn a_node_that_is_asked_to_stop_says_so_first_and_goes_on_answering() {
    let shop = Installation::on(Database::sqlite(), 25);
    let server = serve_with_drain(&shop, "5m");
    let mut kept = TcpStream::connect(("127.0.0.1", shop.port)).unwrap();
    assert!(!ask(&mut kept, "/healthz").contains("connection: close"));
    server.ask_to_stop();
    let ready = until("it says that it stops", || {
        Some(server.visitor().get("/readyz")).filter(|answer| answer.status == 503)
    });
    assert_eq!(ready.body, "this node is stopping\n");
    assert_eq!(server.visitor().get("/login").status, 200, "whoever comes is answered");
    let last = ask(&mut kept, "/healthz");
    assert!(last.starts_with("HTTP/1.1 200") && last.contains("connection: close"), "{last}");
    assert_eq!(kept.read(&mut [0; 16]).unwrap(), 0, "and then it is closed in order");
    server.ask_to_stop();
    assert_eq!(server.ended(), Some(0), "who asks twice doesn't want to wait");
}

#[test]
fn promise_04_mails_that_are_handed_over_at_a_stop_arrive_once() {
    for database in [Database::sqlite(), Database::postgres()] {
        let post = Postbox::start();
        post.hold();
        let shop = Installation::on(database, post.port);
        let names = ["anna", "berta", "carla", "dora", "emma", "fritz", "gerda", "hugo"];
        shop.add_contacts(&names);
        let server = shop.serve();
        for name in names {
            server.visitor().post("/forgot-password", &[("username", name)]);
        }
        post.mail(names.len());
        server.ask_to_stop();
        post.let_go();
        assert_eq!(server.ended(), Some(0));
        assert_eq!(shop.done(&["outbox"]), "Nothing waits.\n");
        let again = shop.serve();
        assert_eq!(again.visitor().get("/readyz").status, 200);
        assert_eq!(post.mails().len(), names.len(), "one mail each");
    }
}

#[test]
fn promise_04_another_node_takes_up_at_once_what_a_stopped_one_could_not_finish() {
    let mut post = Postbox::closed();
    let silent = TcpListener::bind(("127.0.0.1", post.port)).unwrap();
    let first = Installation::on(Database::postgres(), post.port);
    first.add_contacts(&["anna"]);
    let one = first.serve();
    one.visitor().post("/forgot-password", &[("username", "anna")]);
    let taken = silent.accept().unwrap();
    one.ask_to_stop();
    assert_eq!(one.ended(), Some(0));
    let held = "select 1 from jobs where lease_id is not null";
    assert!(!first.database.has_row(held), "nothing waits for a lease to run out");
    drop((taken, silent));
    post.open();
    let _two = first.serve();
    post.mail(1);
}

#[test]
fn promise_16_what_was_refused_just_before_a_stop_is_written_down() {
    for database in [Database::sqlite(), Database::postgres()] {
        let shop = Installation::on(database, 25);
        let server = shop.serve();
        let mut foreign = TcpStream::connect(("127.0.0.1", shop.port)).unwrap();
        foreign.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(foreign, "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut answer = String::new();
        foreign.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        server.ask_to_stop();
        assert_eq!(server.ended(), Some(0));
        assert!(shop.database.has_row("select 1 from refusals where kind = 'cross-site' and count = 1"));
    }
}
