//! Mail that came back after it had been taken (promise 12).

use tempfile::TempDir;
use tradepost::staff::BuiltIn;

use crate::support::client::{Ask, Reply};
use crate::support::database::Kind;
use crate::support::letter::Letter;
use crate::support::runs::{FAST, all_contacts};
use crate::support::shop::{Shop, eventually};
use crate::support::smtp_sink::Mode;

const MAIL: &str = "anna@barlow.example";
const SECRET: &str = "sixteen sample characters";
const POSTFIX: &str = include_str!("../bounces/postfix.eml");
const EXIM: &str = include_str!("../bounces/exim.eml");
const FULL: &str = include_str!("../bounces/sendmail-full.eml");
const FILTER: &str = include_str!("../bounces/service-filter.eml");
const LATE: &str = include_str!("../bounces/postfix-late.eml");
const OUT_OF_OFFICE: &str = include_str!("../bounces/out-of-office.eml");
const LISTED: &str = include_str!("../bounces/exim-prose-listed.eml");
/// What must become of each report.
const INDEX: &str = include_str!("../bounces/index.tsv");
const STATE: &str = "select (select count(*) from mails where returned_at is not null or state = 'bounced')
    + (select count(*) from contacts where bounced_at is not null) + (select count(*) from audit) as n";

async fn listening(kind: Kind, folder: &TempDir) -> Shop {
    let key_file = folder.path().join("tradepost.key").display().to_string();
    let config = [
        ("mail.bounce_address", "bounces@harbour.example"),
        ("hooks.bounce_secret", SECRET),
        ("security.key_file", key_file.as_str()),
    ];
    Shop::with(kind, &config).await
}

/// A report as it comes back to the return path of a letter.
fn report(fixture: &str, letter: &Letter) -> Vec<u8> {
    fixture.replace("{return path}", &letter.0.from).replace('\n', "\r\n").into_bytes()
}

async fn hand_in(shop: &Shop, secret: &str, query: &str, body: Vec<u8>) -> Reply {
    let bearer = format!("Bearer {secret}");
    let headers = vec![("authorization", bearer.as_str()), ("content-type", "message/rfc822")];
    shop.browser().send(Ask { method: "POST", path: &format!("/hooks/bounce{query}"), headers, body }).await
}

async fn comes_back(shop: &Shop, fixture: &str, letter: &Letter) {
    let reply = hand_in(shop, SECRET, "", report(fixture, letter)).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
}

/// Anna's reset, handed over.
async fn mailed(shop: &Shop) -> Letter {
    shop.resets("anna").await;
    let letter = shop.mail_to(MAIL).await;
    shop.delivers("anna", "accepted").await;
    shop.quiet().await;
    letter
}

story! {
    async fn promise_12_every_mail_has_a_return_path_of_its_own(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        shop.temporary_password("anna").await;
        shop.advance(std::time::Duration::from_secs(10));
        shop.temporary_password("anna").await;
        let mails = shop.smtp.mails();
        assert_eq!(mails.len(), 2);
        assert!(mails.iter().all(|mail| mail.from.starts_with("bounces+") && mail.from.ends_with("@harbour.example")));
        assert!(mails[0].from != mails[1].from && mails[0].from.find('@') <= Some(64));
        assert!(mails.iter().all(|mail| mail.header("From").unwrap().contains("office@harbour.example")));
    }
}

story! {
    async fn promise_12_a_hard_bounce_marks_the_address_and_blocks_resets_to_it_until_it_is_cleared(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        let bert = shop.member("bert", "Anna@Barlow.Example", "trout9lamp").await;
        let page = office.starts_reset(anna).await;
        let letter = shop.mail_to(MAIL).await;
        shop.delivers("anna", "accepted").await;
        shop.quiet().await;
        comes_back(&shop, POSTFIX, &letter).await;
        let status = office.browser.get(&page).await;
        assert!(status.says("Handed over") && status.says("Bounced") && status.says("5.1.1, there is no such mailbox"), "{}", status.text());
        assert!(office.browser.get("/portal").await.says("2 addresses bounced"));
        for contact in [anna, bert] {
            let page = office.browser.get(&format!("/portal/contacts/{contact}")).await;
            assert!(page.says("Bounced") && page.says("Mail to their address came back"), "{}", page.text());
            let reply = office.browser.post(&format!("/portal/contacts/{contact}/resets"), &[]).await;
            assert_eq!(reply.status, 409, "nothing more goes there");
        }
        assert!(shop.lets_in("anna", &letter.temporary_password()).await, "who did get it can use it");
        assert!(office.browser.post(&format!("/portal/contacts/{bert}/bounce/clear"), &[]).await.status == 303);
        let confirmation = office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await;
        assert!(confirmation.says("Mail to this address bounced"), "{}", confirmation.text());
        assert_eq!(shop.texts("select act as t from audit where act in ('address-bounced', 'bounce-cleared', 'reset-failed') order by number", &[]).await, ["address-bounced", "address-bounced", "reset-failed", "bounce-cleared", "bounce-cleared"]);
    }
}

story! {
    async fn promise_12_the_same_report_again_changes_nothing(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        let letter = mailed(&shop).await;
        let (one, two) = tokio::join!(hand_in(&shop, SECRET, "", report(POSTFIX, &letter)), hand_in(&shop, SECRET, "", report(POSTFIX, &letter)));
        assert_eq!((one.status, two.status), (204, 204));
        assert_eq!(shop.count("select count(*) as n from audit where act = 'address-bounced'", &[]).await, 1);
        office.browser.post(&format!("/portal/contacts/{anna}/bounce/clear"), &[]).await;
        let before = shop.count(STATE, &[]).await;
        comes_back(&shop, EXIM, &letter).await;
        assert_eq!(shop.count(STATE, &[]).await, before, "a person said the address is right");
    }
}

story! {
    async fn promise_12_a_failure_that_may_pass_marks_no_address_and_a_delay_changes_nothing(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        let letter = mailed(&shop).await;
        let before = shop.count(STATE, &[]).await;
        comes_back(&shop, LATE, &letter).await;
        assert_eq!(shop.count(STATE, &[]).await, before);
        comes_back(&shop, FULL, &letter).await;
        assert_eq!(shop.count("select count(*) as n from contacts where bounced_at is not null", &[]).await, 0);
        assert_eq!(shop.delivery_of("anna").await, "bounced");
        shop.advance(std::time::Duration::from_secs(10));
        let letter = mailed(&shop).await;
        comes_back(&shop, FILTER, &letter).await;
        let kept = shop.texts("select returned as t from mails where returned is not null order by created_at", &[]).await;
        assert_eq!(kept, ["5.2.2, the mailbox is full", "5.7.1, a filter or policy there turned it away"], "codes and our words, nothing that a filter quotes");
    }
}

story! {
    /// Whoever writes them, and whatever address they name: the return path says which mail came back.
    async fn promise_12_reports_of_all_mail_systems_become_what_they_must(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        let texts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bounces");
        for (number, row) in INDEX.lines().filter(|line| !line.starts_with('#')).enumerate() {
            let [name, becomes, why, _] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
            let (username, address) = (format!("person{number:02}"), format!("person{number:02}@barlow.example"));
            shop.member(&username, &address, "trout9lamp").await;
            shop.resets(&username).await;
            let letter = shop.mail_to(&address).await;
            shop.quiet().await;
            let text = std::fs::read_to_string(format!("{texts}/{name}.eml")).unwrap();
            let reply = hand_in(&shop, SECRET, "", report(&text, &letter)).await;
            assert_eq!(reply.status, if becomes == "refused" { 422 } else { 204 }, "{name}");
            let marked = shop.count("select count(*) as n from contacts where bounced_at is not null and username = $1", &[&username.as_str()]).await;
            let came_back = matches!(becomes, "marked" | "failed");
            assert_eq!((shop.delivery_of(&username).await.as_str(), marked), (if came_back { "bounced" } else { "accepted" }, i64::from(becomes == "marked")), "{name}");
            let kept = shop.texts("select returned as t from mails where to_address = $1 and returned is not null", &[&address.as_str()]).await;
            assert_eq!(kept, if came_back { vec![why.to_owned()] } else { vec![] }, "{name}");
            assert!(shop.lets_in(&username, &letter.temporary_password()).await, "{name}");
        }
    }
}

story! {
    async fn promise_14_mails_that_come_back_because_of_us_stop_the_run(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..5 {
            shop.contact(&format!("person{n}"), &format!("person{n}@barlow.example")).await;
        }
        shop.stop_clock_at(shop.clock.now());
        let run = office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        for n in 0..3 {
            let letter = shop.mail_that_is("invitation").await;
            shop.quiet().await;
            shop.runs_are("running", 1).await;
            comes_back(&shop, LISTED, &letter).await;
            if n < 2 {
                shop.advance(std::time::Duration::from_mins(1));
            }
        }
        shop.runs_are("paused", 1).await;
        let page = office.browser.get(&run).await;
        assert!(page.says("Several of its mails came back") && page.says("our mail server is on a block list"), "{}", page.text());
        assert_eq!(shop.count("select count(*) as n from contacts where bounced_at is not null", &[]).await, 0);
        shop.advance(std::time::Duration::from_mins(1));
        shop.quiet().await;
        shop.runs_are("paused", 1).await;
        office.steers(&run, "resume").await;
        for _ in 0..2 {
            shop.mail_that_is("invitation").await;
            shop.quiet().await;
            shop.advance(std::time::Duration::from_mins(1));
        }
        shop.runs_are("done", 1).await;
    }
}

story! {
    async fn a_report_says_whom_it_came_to_by_the_mail_server_or_by_its_headers(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        let letter = mailed(&shop).await;
        let elsewhere = POSTFIX.replace("{return path}", "someone@else.example").into_bytes();
        assert_eq!(hand_in(&shop, SECRET, "", elsewhere.clone()).await.status, 422);
        let query = format!("?recipient={}", letter.0.from.to_uppercase().replace('+', "%2B"));
        assert_eq!(hand_in(&shop, SECRET, &query, elsewhere).await.status, 204);
        assert_eq!(shop.delivery_of("anna").await, "bounced");
    }
}

story! {
    async fn what_is_forged_truncated_enormous_or_no_bounce_is_refused_and_changes_nothing(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        let letter = mailed(&shop).await;
        let before = shop.count(STATE, &[]).await;
        let good = report(POSTFIX, &letter);
        let mark = letter.0.from.chars().nth(20).unwrap();
        let other = if mark == '0' { "1" } else { "0" };
        let mut forged = letter.0.from.clone();
        forged.replace_range(20..21, other);
        let cut = good.windows(8).position(|eight| eight == b"Status: ").unwrap();
        let mut enormous = good.clone();
        enormous.resize(1024 * 1024 + 1, b'x');
        let refused = [
            (422, POSTFIX.replace("{return path}", &forged).into_bytes()),
            (422, POSTFIX.replace("{return path}", "bounces@harbour.example").into_bytes()),
            (422, good[..cut].to_vec()),
            (422, report(OUT_OF_OFFICE, &letter)),
            (422, Vec::new()),
            (422, vec![0xff; 4096]),
            (413, enormous),
        ];
        for (status, body) in refused {
            let start = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
            let reply = hand_in(&shop, SECRET, "", body).await;
            assert_eq!(reply.status, status, "{start}");
            assert_eq!(reply.header("content-type"), "application/problem+json", "{start}");
        }
        for secret in ["", "wrong", &SECRET.to_uppercase()] {
            let reply = hand_in(&shop, secret, "", good.clone()).await;
            assert_eq!((reply.status, reply.header("www-authenticate")), (401, "Bearer"));
        }
        assert_eq!(shop.browser().get("/hooks/bounce").await.status, 405);
        assert_eq!(shop.count(STATE, &[]).await, before);
        assert_eq!(shop.delivery_of("anna").await, "accepted");
    }
}

story! {
    async fn the_hook_is_not_there_until_it_is_set_up(kind) {
        let shop = Shop::open(kind).await;
        assert_eq!(hand_in(&shop, SECRET, "", POSTFIX.into()).await.status, 404);
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("k").display().to_string();
        let shop = Shop::with(kind, &[("mail.bounce_address", "bounces@harbour.example"), ("security.key_file", &key_file)]).await;
        assert_eq!(hand_in(&shop, SECRET, "", POSTFIX.into()).await.status, 404);
        assert_eq!(hand_in(&shop, "", "", POSTFIX.into()).await.status, 404);
    }
}

story! {
    /// Refused while it is handed over, the oldest way to come back.
    async fn promise_12_an_address_refused_at_once_is_marked_for_everyone_who_has_it(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        shop.member("bert", MAIL, "trout9lamp").await;
        shop.member("carla", "carla@barlow.example", "trout9lamp").await;
        shop.smtp.set_mode(Mode::NO_SUCH_USER);
        shop.resets("anna").await;
        shop.delivers("anna", "bounced").await;
        let marked = eventually("both are marked", async || {
            let marked = shop.texts("select username as t from contacts where bounced_at is not null order by username", &[]).await;
            (marked.len() == 2).then_some(marked)
        }).await;
        assert_eq!(marked, ["anna", "bert"]);
    }
}

story! {
    async fn promise_12_a_run_tells_why_an_invitation_came_back(kind) {
        let folder = tempfile::tempdir().unwrap();
        let shop = listening(kind, &folder).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", MAIL).await;
        let run = office.starts_run(&all_contacts("invite", ""), &FAST).await;
        let letter = shop.mail_to(MAIL).await;
        shop.delivers("anna", "accepted").await;
        shop.quiet().await;
        comes_back(&shop, POSTFIX, &letter).await;
        let page = office.browser.get(&format!("{run}?show=problems")).await;
        assert!(page.says("5.1.1, there is no such mailbox") && !page.says("queued as"), "{}", page.text());
    }
}
