//! PostgreSQL that is not there yet, and commands that read beside a writer.

use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::databases::Database;
use crate::program::Installation;
use crate::{free_port, until};

/// Passes connections to this port on to a server.
fn pass_on(port: u16, server: &str) {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let server = server.to_owned();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
            for (mut from, mut to) in
                [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
            {
                thread::spawn(move || {
                    drop(std::io::copy(&mut from, &mut to));
                    drop(to.shutdown(std::net::Shutdown::Write));
                });
            }
        }
    });
}

#[test]
fn a_node_waits_for_a_database_that_starts_later_and_says_so() {
    let shop = Installation::on(Database::postgres(), 25);
    let port = free_port();
    let server = shop.database.server();
    let url = shop.database.url.replace(&server, &format!("127.0.0.1:{port}"));
    let log = shop.folder.path().join("serve.log");
    let waits = thread::spawn(move || {
        until("it says that it waits", || {
            std::fs::read_to_string(&log).ok().filter(|log| log.contains("Tradepost waits for it"))
        });
        pass_on(port, &server);
    });
    let mut command = shop.command(&["serve"]);
    command.env("TRADEPOST_DATABASE__URL", url);
    let serving = shop.serve_with(command);
    waits.join().unwrap();
    assert!(serving.log().contains("The database is there"), "{}", serving.log());
}

/// The key of the lock by which writes take turns.
const WRITE_LOCK: i64 = 0x7472_6164_6570_6f73;
const READING: [&[&str]; 4] = [&["outbox"], &["audit", "verify"], &["staff", "list"], &["keys", "show"]];

#[test]
fn commands_that_read_wait_for_no_writer_on_sqlite() {
    let shop = Installation::on(Database::sqlite(), 25);
    let server = shop.serve();
    let writer = rusqlite::Connection::open(shop.file_of_database()).unwrap();
    writer.execute_batch("begin immediate").unwrap();
    for command in READING {
        shop.done(command);
    }
    writer.execute_batch("rollback").unwrap();
    drop(server);
}

#[test]
fn commands_that_read_wait_for_no_writer_on_postgresql() {
    let shop = Installation::on(Database::postgres(), 25);
    let mut writer = postgres::Client::connect(&shop.database.url, postgres::NoTls).unwrap();
    writer.execute("select pg_advisory_lock($1)", &[&WRITE_LOCK]).unwrap();
    for command in &READING[..3] {
        shop.done(command);
    }
}

#[test]
fn commands_that_read_change_no_schema_and_say_that_it_is_older() {
    let shop = Installation::on(Database::sqlite(), 25);
    let file = rusqlite::Connection::open(shop.file_of_database()).unwrap();
    let last = "(select max(name) from migrations)";
    let name: String = file.query_row(&format!("select {last}"), [], |row| row.get(0)).unwrap();
    file.execute_batch(&format!("delete from migrations where name = {last}")).unwrap();
    let told = shop.run(&["outbox"]);
    assert!(
        told.code == 3 && told.one_line().contains(&name) && told.err.contains("tradepost migrate"),
        "{told:?}"
    );
}
