//! After a restore: nothing leaves twice by itself, nobody goes on as if nothing
//! had happened, and the office is told what to look at (F19).

use serde_json::json;
use tradepost::kernel::Timestamp;
use tradepost::kernel::id::JobId;
use tradepost::restored;
use tradepost::staff::BuiltIn;

use crate::support::program::Program;
use crate::support::runs::all_contacts;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const PAGE: &str = "/portal/restored";
const ACTS: &str = "select act as t from audit where act in
    ('backup-restored', 'run-paused', 'held-mails-sent', 'held-mails-dropped', 'restore-signed-off') order by number";

/// What `tradepost restore` does to the database it brings back.
async fn is_restored(shop: &Shop) {
    let now = shop.clock.now();
    shop.db().write(move |tx| restored::mark(tx, now)).await.expect("a restore");
}

/// A key as the sales app makes one at a moment.
fn key(at: Timestamp) -> String {
    JobId::new(at).to_string()
}

story! {
    async fn promise_04_after_a_restore_mails_that_may_have_left_wait_for_the_office(kind) {
        let mut shop = Shop::idle(kind).await;
        for (name, mail) in [("anna", MAIL), ("bert", "bert@harbour.example")] {
            shop.member(name, mail, PASSWORD).await;
            shop.resets(name).await;
        }
        shop.browser().post("/forgot-password", &[("username", "anna")]).await;
        is_restored(&shop).await;
        shop.restart().await;
        shop.quiet().await;
        assert_eq!(shop.smtp.mails().len(), 0, "nothing leaves by itself");
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.get(PAGE).await;
        assert!(page.says("2 mails may have left before") && page.says("1 request"), "{}", page.text());
        assert!(owner.browser.get("/portal").await.says("Restored from a copy"));
        assert!(owner.browser.get("/portal/mail").await.says("when somebody says so"));
        let early = owner.browser.post(&format!("{PAGE}/sign-off"), &[]).await;
        assert!(early.leads_to(PAGE) && owner.browser.get(PAGE).await.says("send or drop them first"));
        let id = owner.browser.get(PAGE).await.text();
        let id = id.split("name=\"mail\" value=\"").nth(3).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        assert!(owner.browser.post(&format!("{PAGE}/sendings"), &[("mail", &id)]).await.leads_to(PAGE));
        let sent = shop.mail_that_is("reset").await.temporary_password();
        assert!(shop.lets_in("anna", &sent).await, "the oldest of them was anna's");
        assert!(owner.browser.post(&format!("{PAGE}/drops"), &[("mail", "all")]).await.leads_to(PAGE));
        assert_eq!(shop.delivery_of("bert").await, "cancelled");
        assert!(owner.browser.post(&format!("{PAGE}/sign-off"), &[]).await.leads_to(PAGE));
        assert!(!owner.browser.get("/portal").await.says("Restored from a copy"));
        assert!(owner.browser.get(PAGE).await.says("All of it was looked at"));
        assert_eq!(shop.texts(ACTS, &[]).await, ["backup-restored", "held-mails-sent", "held-mails-dropped", "restore-signed-off"]);
        assert_eq!(shop.smtp.mails().len(), 1);
    }
}

story! {
    /// A held mail is none that waits: whoever asks again gets a mail at once.
    async fn promise_04_who_asks_again_after_a_restore_gets_a_mail(kind) {
        let mut shop = Shop::idle(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.resets("anna").await;
        is_restored(&shop).await;
        shop.restart().await;
        shop.resets("anna").await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn promise_14_after_a_restore_runs_wait_for_a_person_and_say_why(kind) {
        let mut shop = Shop::idle(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..3 {
            shop.contact(&format!("person{n}"), &format!("person{n}@harbour.example")).await;
        }
        let run = office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        is_restored(&shop).await;
        assert!(office.browser.get(&run).await.leads_to("/portal/login"), "everyone signs in again");
        shop.restart().await;
        shop.quiet().await;
        assert_eq!(shop.smtp.mails().len(), 0);
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let page = office.browser.get(&run).await;
        assert!(page.says("restored from a copy") && page.says("another mail"), "{}", page.text());
        assert!(office.steers(&run, "resume").await.leads_to(&run));
        shop.smtp.wait_for(1, std::time::Duration::from_secs(20)).await;
    }
}

story! {
    /// Once there were more changes than before, the number of an old cursor is one
    /// that there is again.
    async fn after_a_restore_feeds_begin_anew_however_much_has_changed_since(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        shop.contact("anna", MAIL).await;
        let before = Program::of(&shop, &rep).await;
        let cursor = before.get("/api/v1/contacts").await.json()["cursor"].as_str().expect("a cursor").to_owned();
        is_restored(&shop).await;
        assert_eq!(before.get("/api/v1/contacts").await.problem(), "not-signed-in", "signed out, not revoked");
        for n in 0..5 {
            shop.contact(&format!("person{n}"), "").await;
        }
        let after = Program::of(&shop, &rep).await;
        let old = after.get(&format!("/api/v1/contacts?since={cursor}")).await;
        assert_eq!((old.status, old.problem().as_str()), (410, "cursor-expired"));
        let fresh = after.get("/api/v1/contacts").await.json()["cursor"].as_str().expect("a cursor").to_owned();
        assert_eq!(after.get(&format!("/api/v1/contacts?since={fresh}")).await.status, 200);
    }
}

story! {
    async fn an_act_of_the_lost_time_is_said_to_be_unknown_and_one_from_after_is_done(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let long_before = key(shop.clock.now().minus(std::time::Duration::from_hours(48)));
        shop.advance(std::time::Duration::from_hours(1));
        let lost = key(shop.clock.now());
        shop.advance(std::time::Duration::from_hours(1));
        is_restored(&shop).await;
        let ipad = Program::of(&shop, &rep).await;
        let unknown = ipad.act("POST", &resets, &lost, json!({})).await;
        assert_eq!((unknown.status, unknown.problem().as_str()), (409, "lost-in-restore"));
        assert_eq!(shop.count("select count(*) as n from resets", &[]).await, 0, "nothing was done");
        shop.advance(std::time::Duration::from_hours(1));
        is_restored(&shop).await;
        let ipad = Program::of(&shop, &rep).await;
        let unknown = ipad.act("POST", &resets, &lost, json!({})).await;
        assert_eq!((unknown.status, unknown.problem().as_str()), (409, "lost-in-restore"), "whatever was restored since");
        shop.advance(std::time::Duration::from_hours(1));
        for (number, key) in [long_before, key(shop.clock.now()), "0b1f6f0e-6a35-4a47-9f7b-2f2f6f1b0a11".to_owned()].iter().enumerate() {
            shop.advance(std::time::Duration::from_mins(5));
            let ipad = Program::of(&shop, &rep).await;
            let done = ipad.act("POST", &resets, key, json!({})).await;
            assert_eq!(done.status, 201, "{number}: {}", done.text());
        }
    }
}
