//! Who did what: the pages of the audit trail (promise 16).

use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::shop::{Shop, eventually};

const MAIL: &str = "anna@harbour.example";

/// The page after a check has ended.
pub(crate) async fn verified(owner: &Colleague) -> Reply {
    assert!(owner.browser.post("/portal/audit/verify", &[]).await.leads_to("/portal/audit/verify"));
    eventually("the check has ended", async || {
        let status = owner.browser.get("/portal/audit/verify/status").await;
        status.says("data-final").then_some(())
    })
    .await;
    owner.browser.get("/portal/audit/verify").await
}

story! {
    async fn promise_16_every_act_is_a_sentence_that_can_be_found(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        let number = "10001".to_owned();
        let found = shop.db().read(move |tx| tradepost::retailers::retailer_by_account_number(tx, &number)).await;
        let harbour = found.unwrap().unwrap().id;
        shop.signed_in("anna", "trout9lamp").await;
        office.starts_reset(anna).await;
        shop.mail_to(MAIL).await;
        shop.quiet().await;
        office.switches_access(anna, "off").await;
        let all = office.browser.get("/portal/audit").await;
        for words in ["Signed in", "Password reset asked for by Robin Colleague", "Website access turned off by Robin Colleague", "Anna Sample", "Harbour Gifts", "portal, 127.0.0.1"] {
            assert!(all.status == 200 && all.says(words), "{words}: {}", all.text());
        }
        let off = "Website access turned off";
        let cases = [("what=access", true), ("what=passwords", false), ("door=portal", true), ("door=website", false), ("who=contact", false), ("from=2020-01-01", true), ("to=2020-01-01", false)];
        for (query, is_there) in cases {
            assert_eq!(office.browser.get(&format!("/portal/audit?{query}")).await.says(off), is_there, "{query}");
        }
        for (query, is_there) in [(format!("who={}", office.id), true), (format!("contact={anna}"), true), (format!("retailer={anna}"), false), (format!("retailer={harbour}"), true)] {
            assert_eq!(office.browser.get(&format!("/portal/audit?{query}")).await.says(off), is_there, "{query}");
        }
        for (query, is_there) in [("q=anna", true), ("q=ANNA+gifts", true), ("q=10001", true), ("q=robin", true), ("q=127.0.0.1", true), ("q=anna+nobody", false), ("q=%25", false), ("q=a_na", false), ("q=anna%27--", false)] {
            assert_eq!(office.browser.get(&format!("/portal/audit?{query}")).await.says(off), is_there, "{query}");
        }
        shop.run("update staff set name = 'Özgür ÄNDERER' where id = $1", &[&office.id]).await;
        assert!(office.browser.get("/portal/audit?q=%C3%B6zg%C3%BCr+%C3%A4nderer").await.says(off), "both databases fold letters alike");
        let nonsense = office.browser.get("/portal/audit?what=x&before=y&from=1&q=%00").await;
        assert!(nonsense.status == 200 && nonsense.says("was not understood") && nonsense.says(off));
    }
}

story! {
    async fn promise_16_the_trail_is_read_page_by_page_and_as_a_file(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        for n in 0..60 {
            owner.switches_access(anna, if n % 2 == 0 { "off" } else { "on" }).await;
        }
        let query = format!("contact={anna}&what=access");
        let first = owner.browser.get(&format!("/portal/audit?{query}")).await.text();
        assert_eq!(first.matches("Website access turned").count(), 50);
        let next = first.split("href=\"").map(|rest| rest.split('"').next().unwrap()).find(|href| href.contains("before=")).unwrap();
        let second = owner.browser.get(&next.replace("&#38;", "&").replace("&amp;", "&")).await.text();
        assert_eq!(second.matches("Website access turned").count(), 10);
        let file = owner.browser.post("/portal/audit/export", &[("query", query.as_str()), ("format", "csv")]).await;
        assert!(file.status == 200 && file.header("content-disposition").contains("audit-"), "{file:?}");
        assert_eq!(file.text().matches("access-o").count(), 60);
        assert!(owner.browser.get("/portal/audit?what=many").await.says("List exported by Robin"), "that it was taken is in the trail, too");
    }
}

story! {
    async fn promise_16_a_page_says_whether_the_chain_is_whole_and_names_the_first_that_is_not(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        owner.switches_access(anna, "off").await;
        assert!(owner.browser.get("/portal/audit/verify").await.says("Nobody has looked yet"));
        let whole = verified(&owner).await;
        assert!(whole.says("Every entry follows from the one before it"), "{}", whole.text());
        let number = shop.count("select max(number) as n from audit where act = 'access-off'", &[]).await;
        match kind {
            crate::support::database::Kind::Sqlite => shop.run("drop trigger audit_keeps_words", &[]).await,
            crate::support::database::Kind::Postgres => shop.run("drop trigger audit_keeps_words on audit", &[]).await,
        }
        shop.run("update audit set act = 'access-on' where number = $1", &[&number]).await;
        let broken = verified(&owner).await;
        assert!(broken.says(&format!("Entry {number} does not follow from the one before it")), "{}", broken.text());
    }
}

story! {
    async fn promise_16_an_address_that_was_changed_is_named_by_page_and_command(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let drop = if kind == crate::support::database::Kind::Sqlite { "drop trigger audit_keeps_words" } else { "drop trigger audit_keeps_words on audit" };
        shop.run(drop, &[]).await;
        let number = shop.count("select min(number) as n from audit where address <> ''", &[]).await;
        shop.run("update audit set address = '192.0.2.1' where number = $1", &[&number]).await;
        let sentence = format!("address in entry {number} is not the one it was written with");
        let page = verified(&owner).await;
        assert!(page.says(&sentence), "{}", page.text());
        let (code, said) = shop.tradepost(&["audit", "verify"]).await;
        assert!(code == 1 && said.contains(&sentence), "{code} {said}");
    }
}

story! {
    async fn who_may_not_see_the_trail_does_not_and_who_is_bounded_sees_their_part(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        let gull = shop.retailer("Gull & Sons", "South").await;
        let bert = shop.contact_at(gull, "bert", "bert@gull.example").await;
        owner.switches_access(anna, "off").await;
        owner.switches_access(bert, "off").await;
        let support = shop.staff(BuiltIn::Support).await;
        for path in ["/portal/audit", "/portal/audit/verify"] {
            assert_eq!(support.browser.get(path).await.status, 403, "{path}");
        }
        assert_eq!(support.browser.post("/portal/audit/export", &[("query", ""), ("format", "csv")]).await.status, 403);
        assert!(!support.browser.get("/portal").await.says("/portal/audit"), "nor is it offered");
        assert!(shop.browser().get("/portal/audit").await.leads_to("/portal/login"));
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let allowed = r#"{"customers":"read","staff":"none","reach":"own_territories","acts":["view_audit"]}"#;
        shop.run("update roles set permissions = $1 where id = (select role_id from staff where id = $2)", &[&allowed, &rep.id]).await;
        let theirs = rep.browser.get("/portal/audit").await;
        assert!(theirs.says("Anna Sample") && !theirs.says("Bert") && !theirs.says("Gull"), "{}", theirs.text());
        let file = rep.browser.post("/portal/audit/export", &[("query", ""), ("format", "csv")]).await;
        assert_eq!(file.status, 403, "export is a right of its own");
    }
}
