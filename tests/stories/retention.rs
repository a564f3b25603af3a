//! Nothing is kept longer than the retention times say.

use std::time::Duration;

use tradepost::audit;
use tradepost::notice::Change;
use tradepost::passkeys::Owner;
use tradepost::privacy::retention;
use tradepost::staff::BuiltIn;

use super::privacy::{NEW_MAIL, PASSWORD, assert_whole, past};
use crate::support::database::Kind;
use crate::support::program::Program;
use crate::support::shop::Shop;

const DAY: Duration = Duration::from_hours(24);

/// The node itself has been at it once, as at every start.
async fn settled(shop: &Shop) {
    shop.counts(1, "select count(*) as n from retention where applied_at > 0").await;
}

async fn applies(shop: &Shop) {
    retention::apply(shop.app()).await.unwrap();
}

/// How often removing was written down, and how many rows it was.
async fn removed(shop: &Shop) -> Vec<String> {
    shop.texts("select details as t from audit where act = 'records-removed' order by number", &[]).await
}

story! {
    async fn what_is_past_its_time_goes_and_what_is_needed_stays(kind) {
        let shop = Shop::with(kind, &[("retention.audit", "365d"), ("http.trusted_proxies", "127.0.0.1")]).await;
        settled(&shop).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = past(&shop, &office).await;
        let reset = office.starts_reset(anna).await;
        shop.mail_of("reset", NEW_MAIL).await;
        shop.quiet().await;
        assert!(shop.signed_in("zebulon", PASSWORD).await.is_signed_in().await);
        let number = |sql| shop.count(sql, &[]);
        let sessions = number("select count(*) as n from sessions").await;
        shop.advance(29 * DAY);
        applies(&shop).await;
        assert_eq!(number("select count(*) as n from sessions").await, sessions, "they have just ended");
        assert!(removed(&shop).await.is_empty(), "nothing went, so nothing is written down");
        shop.advance(92 * DAY);
        applies(&shop).await;
        assert_eq!(number("select count(*) as n from sessions").await, 0);
        assert_eq!(removed(&shop).await, [format!(r#"{{"count":"{sessions}"}}"#)]);
        assert!(number("select count(*) as n from mails where to_address <> ''").await > 3);
        applies(&shop).await;
        assert_eq!(removed(&shop).await.len(), 1, "once a day");
        let last = shop.staff(BuiltIn::Owner).await;
        shop.advance(300 * DAY);
        applies(&shop).await;
        assert_eq!(number("select count(*) as n from mails where to_address <> '' or answer is not null").await, 0);
        assert_eq!(number("select count(*) as n from mails where kind in ('email-changed', 'email-confirmation', 'password-changed')").await, 0);
        assert_eq!(number("select count(*) as n from email_changes").await, 0);
        assert_eq!(number("select count(*) as n from mails m join resets x on x.mail_id = m.id").await, number("select count(*) as n from resets").await);
        assert_eq!(removed(&shop).await.len(), 2);
        let from = "select count(*) as n from audit where address <> ''";
        assert!(number(from).await > 0, "those of the last 400 days stay");
        assert_whole(&shop).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        assert_eq!(owner.browser.get(&reset).await.status, 200, "the page of a reset still works");
        let page = owner.browser.get("/portal/audit/retention").await;
        for words in ["90 days", "400 days", "365 days", "Last applied"] {
            assert!(page.status == 200 && page.says(words) && !page.says("not yet"), "{words}: {}", page.text());
        }
        assert!(owner.browser.get("/portal/audit?what=settings").await.says("Old records removed as the retention times say: "));
        assert!(crate::trail::verified(&owner).await.says("The trail begins with entry"));
        drop(last);
    }
}

story! {
    async fn notices_and_test_mails_go_whole_when_their_time_is_over(kind) {
        let shop = Shop::open(kind).await;
        settled(&shop).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        owner.browser.post("/portal/settings/mails/reset/en/tests", &[]).await;
        let staff = owner.id;
        shop.db()
            .write(move |tx| tradepost::notice::tell(tx, Owner::Staff(staff), Change::AppAdded, tradepost::kernel::Clock::default().now()))
            .await
            .unwrap();
        shop.quiet().await;
        let kinds = "select count(*) as n from mails where kind in ('test', 'sign-in-changed')";
        assert_eq!(shop.count(kinds, &[]).await, 2);
        shop.advance(401 * DAY);
        applies(&shop).await;
        assert_eq!(shop.count(kinds, &[]).await, 0);
        assert_eq!(shop.count("select count(*) as n from test_mails", &[]).await + shop.count("select count(*) as n from sign_in_changes", &[]).await, 0);
    }
}

story! {
    async fn ip_addresses_go_from_the_trail_and_it_stays_whole(kind) {
        let shop = Shop::open(kind).await;
        settled(&shop).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.signed_in("anna", PASSWORD).await;
        let entries = shop.count("select count(*) as n from audit", &[]).await;
        shop.advance(401 * DAY);
        shop.signed_in("anna", PASSWORD).await;
        applies(&shop).await;
        let acts = shop.texts("select act as t from audit where address <> ''", &[]).await;
        assert_eq!(acts, ["signed-in"], "the new one has its address");
        assert!(shop.count("select count(*) as n from audit", &[]).await > entries, "entries stay for good by default");
        assert_whole(&shop).await;
    }
}

story! {
    async fn the_trail_is_shortened_and_verified_from_where_it_begins(kind) {
        let shop = Shop::with(kind, &[("retention.audit", "365d")]).await;
        settled(&shop).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        for _ in 0..3 {
            shop.signed_in("anna", PASSWORD).await;
        }
        shop.advance(364 * DAY);
        applies(&shop).await;
        assert_eq!(shop.count("select count(*) as n from audit_checkpoints", &[]).await, 0);
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.advance(2 * DAY);
        applies(&shop).await;
        let chain = shop.db().read(|tx| audit::verify(tx, &[])).await.unwrap();
        let start = chain.shortened.unwrap().number;
        assert_eq!((start, chain.broken), (3, None));
        assert_eq!(shop.count("select min(number) as n from audit", &[]).await, 4);
        assert_eq!(shop.texts("select details as t from audit where act = 'trail-shortened'", &[]).await, [r#"{"count":"3"}"#]);
        let (code, said) = shop.tradepost(&["audit", "verify"]).await;
        assert!(code == 0 && said.contains("The entries up to 3 were removed") && said.contains("Whole: "), "{said}");
        let refused = shop.database.meddle("delete from audit where number = 4").await.unwrap_err();
        assert!(refused.contains("append-only"), "{refused}");
        owner.erases(anna, "Anna Sample").await;
        shop.advance(400 * DAY);
        applies(&shop).await;
        let chain = shop.db().read(|tx| audit::verify(tx, &[])).await.unwrap();
        assert!(chain.broken.is_none() && chain.shortened.unwrap().number > start, "and again, the year after");
        let unguarded = if kind == Kind::Sqlite { "drop trigger audit_keeps_entries;" } else { "alter table audit disable trigger all;" };
        shop.staff(BuiltIn::Support).await;
        let first = shop.count("select min(number) as n from audit", &[]).await;
        shop.database.meddle(&format!("{unguarded} delete from audit where number = {first}")).await.unwrap();
        let broken = shop.db().read(|tx| audit::verify(tx, &[])).await.unwrap().broken;
        assert_eq!(broken, Some(audit::Break::Entry(first)), "more than the checkpoint says is found");
    }
}

story! {
    async fn of_two_nodes_one_removes_and_a_great_many_go_in_small_steps(kind) {
        let shop = Shop::open(kind).await;
        settled(&shop).await;
        shop.contact("anna", "anna@harbour.example").await;
        shop.quiet().await;
        let (id, digest) = match kind {
            Kind::Sqlite => ("randomblob(16)", "randomblob(32)"),
            Kind::Postgres => ("gen_random_uuid()", "decode(md5(n.i::text) || md5((-n.i)::text), 'hex')"),
        };
        let sql = format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < 1201)
            insert into sessions (id, token_digest, contact_id, created_at, last_seen_at, expires_at, address, device)
            select {id}, {digest}, c.id, 0, 0, 0, '', '' from n cross join contacts c");
        shop.advance(2 * DAY);
        shop.run(&sql, &[]).await;
        let (one, two) = tokio::join!(retention::apply(shop.app()), retention::apply(shop.app()));
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(shop.count("select count(*) as n from sessions", &[]).await, 0);
        assert_eq!(removed(&shop).await, [r#"{"count":"1201"}"#]);
    }
}

story! {
    async fn a_revoked_device_is_told_so_for_a_year_and_its_whereabouts_go_before(kind) {
        let shop = Shop::with(kind, &[("http.trusted_proxies", "127.0.0.1")]).await;
        settled(&shop).await;
        let (owner, rep) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::SalesRep).await);
        let (ipad, other) = (Program::of(&shop, &rep).await, Program::of(&shop, &rep).await);
        assert_eq!(other.delete("/api/v1/devices/current").await.status, 204);
        owner.browser.post(&format!("/portal/staff/{}/sessions/end", rep.id), &[]).await;
        shop.advance(92 * DAY);
        applies(&shop).await;
        assert_eq!(ipad.get("/api/v1/me").await.problem(), "device-revoked");
        let left = "select coalesce(device_name, '-') || address || device as t from sessions";
        assert_eq!(shop.texts(left, &[]).await, [""], "what the device was called and where it was is gone, with all other sessions");
        shop.advance(366 * DAY);
        applies(&shop).await;
        assert_eq!(shop.count("select count(*) as n from sessions", &[]).await, 0);
        assert_eq!(ipad.get("/api/v1/me").await.problem(), "not-signed-in");
    }
}
