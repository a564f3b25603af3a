//! Promise 4: once acknowledged, a request survives whatever is killed, and a
//! password in a mail that the mail server took works.

use std::time::Duration;

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::Installation;
use crate::until;

/// Longer than a dead node's lease on a job.
const LEASE_AND_MORE: Duration = Duration::from_secs(150);

#[test]
fn a_request_survives_a_crash_while_the_mail_server_is_away_on_sqlite() {
    survives_a_crash(Database::sqlite());
}

#[test]
fn a_request_survives_a_crash_while_the_mail_server_is_away_on_postgresql() {
    survives_a_crash(Database::postgres());
}

fn survives_a_crash(database: Database) {
    let mut post = Postbox::closed();
    let shop = Installation::on(database, post.port);
    shop.add_contacts(&["anna"]);
    let server = shop.serve();
    server.visitor().post("/forgot-password", &[("username", "anna")]).leads_to("/forgot-password/sent");
    // At once: the worker may have looked at it or not.
    server.crash();
    post.open();
    let server = shop.serve();
    let mail = post.mail_within(LEASE_AND_MORE, 1);
    server.visitor().sign_in("anna", &mail.password()).leads_to("/password");
    until("nothing waits any more", || (shop.done(&["outbox"]) == "Nothing waits.\n").then_some(()));
    assert_eq!(post.mails().len(), 1, "one request, one mail");
}

#[test]
fn a_mail_put_off_before_a_crash_is_sent_after_it() {
    let mut post = Postbox::closed();
    let shop = Installation::on(Database::sqlite(), post.port);
    shop.add_contacts(&["anna"]);
    let server = shop.serve();
    server.visitor().post("/forgot-password", &[("username", "anna")]);
    let waiting =
        until("it was tried", || Some(shop.done(&["outbox"])).filter(|text| text.contains(" 1 tries")));
    assert!(waiting.contains("invitation") && waiting.contains("next "), "{waiting}");
    server.crash();
    post.open();
    let _server = shop.serve();
    post.mail(1);
}

#[test]
fn a_crash_in_the_middle_of_handing_over_loses_nothing_on_sqlite() {
    crashes_in_the_middle(Database::sqlite());
}

#[test]
fn a_crash_in_the_middle_of_handing_over_loses_nothing_on_postgresql() {
    crashes_in_the_middle(Database::postgres());
}

/// The mail server has the mail, Tradepost does not know, and dies.
fn crashes_in_the_middle(database: Database) {
    let post = Postbox::start();
    post.hold();
    let shop = Installation::on(database, post.port);
    shop.add_contacts(&["anna"]);
    let server = shop.serve();
    server.visitor().post("/forgot-password", &[("username", "anna")]);
    let first = post.mail(1);
    server.crash();

    let server = shop.serve();
    server.visitor().sign_in("anna", &first.password()).leads_to("/password");
    let second = post.mail_within(LEASE_AND_MORE, 2);
    assert_ne!(first.password(), second.password(), "promise 3: a retry mints a fresh one");
    assert_ne!(first.header("Message-ID"), second.header("Message-ID"));
    server.visitor().sign_in("anna", &first.password()).leads_to("/password");
    server.visitor().sign_in("anna", &second.password()).leads_to("/password");

    post.let_go();
    until("nothing waits any more", || (shop.done(&["outbox"]) == "Nothing waits.\n").then_some(()));
    // The mail server may finish the first last: whichever is on top works.
    server.visitor().sign_in("anna", &first.password()).leads_to("/password");
    let mut anna = server.visitor();
    anna.sign_in("anna", &second.password()).leads_to("/password");
    let new = [("new_password", "lamp of 9 trouts"), ("confirm_password", "lamp of 9 trouts")];
    anna.post("/password", &new).leads_to("/");
    assert_eq!(server.visitor().sign_in("anna", &first.password()).status, 401, "using one voids the other");
}
