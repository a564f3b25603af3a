//! Trying the mail server by command: each step, and its answer.

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::{Installation, Ran};

#[test]
fn a_test_mail_tells_each_step_and_the_answer() {
    let post = Postbox::start();
    let shop = Installation::without_a_database(Database::sqlite(), post.port);
    let said = shop.done(&["mail", "test", "it@harbour.example"]);
    for words in [
        &format!("127.0.0.1 on port {}", post.port),
        "It has the address 127.0.0.1",
        "orders@harbour.example",
        "To: it@harbour.example",
        "took it, NOT encrypted: 250 2.0.0 Ok: queued as 0",
    ] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    let mail = post.mail(1);
    assert_eq!(mail.subject, "[Test] Harbour Wholesale: the mail server works");
    assert!(mail.text.contains("There is nothing to do") && mail.html.contains("Harbour Wholesale"));
    let mut german = shop.command(&["mail", "test", "it@harbour.example"]);
    assert!(german.env("TRADEPOST_SUPPLIER__LANGUAGE", "de").output().unwrap().status.success());
    assert!(post.mail(2).text.contains("Es gibt nichts zu tun"));
    assert!(!shop.file_of_database().exists(), "it needs no database, and makes none");
}

#[test]
fn a_refusal_is_told_in_the_servers_words_without_a_password() {
    let post = Postbox::start();
    post.refuse();
    let shop = Installation::without_a_database(Database::sqlite(), post.port);
    let refused = shop.run(&["mail", "test", "it@harbour.example"]);
    assert!(refused.code == 1 && refused.one_line().contains("451 4.3.0 come back later"), "{refused:?}");
    let closed = Installation::without_a_database(Database::sqlite(), crate::free_port());
    let closed = closed.run(&["mail", "test", "it@harbour.example"]);
    assert!(closed.code == 1 && closed.one_line().contains("nothing answers on this port"), "{closed:?}");
    let no_address = shop.run(&["mail", "test", "nobody"]);
    assert!(no_address.code == 3 && no_address.one_line().contains("nothing was sent"), "{no_address:?}");
    let mut unknown = shop.command(&["mail", "test", "it@harbour.example"]);
    let url = "smtps://user:hunter2@mail.nowhere.invalid";
    let unknown = Ran::from(unknown.env("TRADEPOST_MAIL__SMTP_URL", url).output().unwrap());
    assert!(
        unknown.code == 1 && unknown.one_line().contains("looking up mail.nowhere.invalid"),
        "{unknown:?}"
    );
    assert!(!format!("{unknown:?}").contains("hunter2"));
}
