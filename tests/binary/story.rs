//! The whole way of a customer's access, from the import to the second reset.

use crate::databases::Database;
use crate::postbox::{Mail, Postbox};
use crate::program::{Installation, STAFF_PASSWORD, Serving};
use crate::until;
use crate::visitor::Visitor;

const OWN_PASSWORD: &str = "seven grey herons 12";

#[test]
fn the_whole_story_on_sqlite() {
    whole_story(Database::sqlite());
}

#[test]
fn the_whole_story_on_postgresql() {
    whole_story(Database::postgres());
}

fn whole_story(database: Database) {
    let post = Postbox::start();
    let shop = Installation::on(database, post.port);
    assert!(shop.done(&["config", "check"]).starts_with("The configuration is good.\n"));
    assert_eq!(shop.done(&["migrate"]), "The schema is up to date.\n");
    shop.add_contacts(&["anna", "ben"]);
    shop.add_olivia();
    let server = shop.serve();

    let invitation = forgets(&server, &post);
    let mut anna = server.visitor();
    chooses_own_password(&mut anna, &invitation);
    is_told_by_mail(&post.mail(2));
    anna_signs_in_as_usual(&server, &invitation.password());

    let reset = olivia_sends_a_reset(&server, &post);
    assert_eq!(
        server.visitor().sign_in("anna", OWN_PASSWORD).location,
        "/",
        "her own password goes on working"
    );
    server.visitor().sign_in("anna", &reset.password()).leads_to("/password");
    assert_eq!(anna.get("/").status, 200, "her session goes on");

    let log = server.log();
    assert!(!log.contains('\u{1b}'), "colours are for terminals: {log}");
    assert_eq!(server.stop(), Some(0));
    let traces = shop.traces();
    for mail in [&invitation, &reset] {
        let (grouped, plain) = (mail.password(), mail.password().replace('-', ""));
        for secret in [grouped.as_str(), plain.as_str()] {
            let leaked =
                traces.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret.as_bytes()));
            assert!(!leaked, "promise 1: a temporary password is on the disk");
        }
    }
    for name in ["anna", "shop.example", "olivia", "Sample", OWN_PASSWORD, STAFF_PASSWORD] {
        assert!(!log.contains(name), "the log names {name}: {log}");
    }
}

/// "Forgot your password?" of someone who never had one, and of nobody.
fn forgets(server: &Serving, post: &Postbox) -> Mail {
    let known = server.visitor().post("/forgot-password", &[("username", "Anna")]);
    let unknown = server.visitor().post("/forgot-password", &[("username", "nobody")]);
    known.leads_to("/forgot-password/sent");
    unknown.leads_to("/forgot-password/sent");
    assert_eq!(known.body, unknown.body, "promise 9: the same answer");
    let mail = post.mail(1);
    is_in_order(&mail, "invitation");
    assert!(
        mail.text.contains("anna's shop") && mail.text.contains("anna Sample"),
        "promise 11: {}",
        mail.text
    );
    mail
}

/// Headers and both parts of a mail with a temporary password.
fn is_in_order(mail: &Mail, kind: &str) {
    assert_eq!(
        mail.envelope,
        serde_json::json!({ "from": "orders@harbour.example", "to": ["anna@shop.example"] })
    );
    assert_eq!(mail.header("From"), "\"Harbour Wholesale\" <orders@harbour.example>");
    assert_eq!(mail.header("To"), "\"anna Sample\" <anna@shop.example>");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("X-Auto-Response-Suppress"), "All");
    assert_eq!(mail.header("X-Tradepost-Kind"), kind);
    assert_eq!(mail.header("Content-Language"), "en");
    assert_eq!(mail.header("MIME-Version"), "1.0");
    assert!(mail.header("Message-ID").ends_with("@harbour.example>"), "{}", mail.header("Message-ID"));
    assert!(mail.header("Date").ends_with(" +0000"), "{}", mail.header("Date"));
    assert!(
        mail.header("Content-Type").starts_with("multipart/alternative; boundary="),
        "{}",
        mail.header("Content-Type")
    );
    let (plain, html) = (
        mail.raw.find("Content-Type: text/plain; charset=utf-8"),
        mail.raw.find("Content-Type: text/html; charset=utf-8"),
    );
    assert!(plain.is_some() && plain < html, "the plain part first: {}", mail.raw);
    assert!(mail.raw.lines().all(|line| line.len() <= 998), "RFC 5322, 2.1.1");
    let password = mail.password();
    assert!(mail.raw.lines().any(|line| line == password), "alone on a line as sent");
    assert!(mail.html.contains(&password));
    assert!(!mail.subject.contains(&password));
    for part in [&mail.text, &mail.html] {
        assert!(!part.contains("Your username"), "promise 6: {part}");
        assert!(!part.contains("src=") && !part.contains("url("), "nothing remote: {part}");
        assert!(part.contains("/login") && part.contains("/not-me/"));
    }
}

fn chooses_own_password(anna: &mut Visitor, mail: &Mail) {
    assert_eq!(anna.sign_in("anna", "something else 1").status, 401);
    anna.sign_in("ANNA", &mail.password()).leads_to("/password");
    anna.get("/").leads_to("/password");
    anna.get("/account").leads_to("/password");
    let refused = anna.post("/password", &[("new_password", "short"), ("confirm_password", "short")]);
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("at least 8 characters") && !refused.body.contains("value=\"short\""),
        "{}",
        refused.body
    );
    let page = anna.get("/password");
    assert!(page.body.contains("autocomplete=\"new-password\""), "{}", page.body);
    anna.post(
        "/password",
        &[("username", "anna"), ("new_password", OWN_PASSWORD), ("confirm_password", OWN_PASSWORD)],
    )
    .leads_to("/");
    let home = anna.get("/");
    assert!(home.status == 200 && home.body.contains("anna Sample"), "{}", home.body);
}

fn is_told_by_mail(notice: &Mail) {
    assert_eq!(notice.header("X-Tradepost-Kind"), "password-changed");
    assert!(!notice.raw.contains(OWN_PASSWORD));
}

fn anna_signs_in_as_usual(server: &Serving, used: &str) {
    let again = server.visitor().sign_in("anna", used);
    assert_eq!(again.status, 401, "promise 7: used up");
    server.visitor().sign_in("anna", OWN_PASSWORD).leads_to("/");
}

/// The portal, from its sign-in to "handed to the mail server".
fn olivia_sends_a_reset(server: &Serving, post: &Postbox) -> Mail {
    let mut olivia = server.visitor();
    olivia.get("/portal/retailers").leads_to("/portal/login");
    assert_eq!(
        olivia.post("/portal/login", &[("email", "olivia@harbour.example"), ("password", "wrong")]).status,
        401
    );
    olivia
        .post("/portal/login", &[("email", "olivia@harbour.example"), ("password", STAFF_PASSWORD)])
        .leads_to("/portal");
    let retailers = olivia.get("/portal/retailers?q=anna");
    let retailer = olivia.get(&retailers.link("/portal/retailers/"));
    let contact = retailer.link("/portal/contacts/");
    let confirmation = olivia.get(&format!("{contact}/resets/new"));
    assert!(
        confirmation.body.contains("anna Sample") && confirmation.body.contains("100"),
        "{}",
        confirmation.body
    );
    let started = olivia.post(&format!("{contact}/resets"), &[]);
    assert!(
        started.status == 303 && started.location.starts_with(&format!("{contact}/resets/")),
        "{started:?}"
    );
    let mail = post.mail(3);
    is_in_order(&mail, "reset");
    assert!(mail.text.contains("Olivia Marsh"), "promise 10: who asked: {}", mail.text);
    let status = format!("{}/status", started.location);
    let shown = until("the portal shows it", || {
        Some(olivia.get(&status)).filter(|answer| answer.body.contains("queued as 2"))
    });
    assert!(!shown.body.contains(&mail.password()), "promise 12: never the content");
    mail
}
