//! Access is a switch (promise 13).

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";

story! {
    async fn promise_13_off_ends_everything_at_the_next_request_and_on_loses_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let (browser, temporary) = (shop.signed_in("anna", PASSWORD).await, shop.temporary_password("anna").await);
        let choosing = shop.browser();
        choosing.sign_in("anna", &temporary).await;
        assert!(office.switches_access(anna, "off").await.leads_to(&format!("/portal/contacts/{anna}")));
        assert!(browser.get("/account").await.leads_to("/login"));
        assert!(choosing.choose("lamp of 9 trouts").await.leads_to("/login"));
        assert!(!shop.lets_in("anna", PASSWORD).await && !shop.lets_in("anna", &temporary).await);
        office.switches_access(anna, "on").await;
        assert!(!browser.is_signed_in().await, "sessions stay ended");
        assert!(!shop.lets_in("anna", &temporary).await, "what was void stays void");
        assert!(shop.lets_in("anna", PASSWORD).await);
        let kept = "select act as t from audit where act like 'access-%' order by number";
        assert_eq!(shop.texts(kept, &[]).await, ["access-off", "access-on"]);
        office.switches_access(anna, "on").await;
        assert_eq!(shop.texts(kept, &[]).await.len(), 2, "nothing changed, nothing is written");
    }
}

story! {
    async fn promise_13_deactivating_a_person_or_a_retailer_does_the_same(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        for (table, key) in [("contacts", "id"), ("retailers", "id")] {
            let browser = shop.signed_in("anna", PASSWORD).await;
            let temporary = shop.temporary_password("anna").await;
            let whose = if table == "contacts" { "$1" } else { "(select retailer_id from contacts where id = $1)" };
            let sql = format!("update {table} set active = $2 where {key} = {whose}");
            shop.run(&sql, &[&anna, &false]).await;
            assert!(!browser.is_signed_in().await, "{table}");
            assert!(!shop.lets_in("anna", PASSWORD).await && !shop.lets_in("anna", &temporary).await, "{table}");
            shop.run(&sql, &[&anna, &true]).await;
            assert!(shop.lets_in("anna", PASSWORD).await, "{table}");
            shop.advance(Duration::from_secs(10));
        }
    }
}

story! {
    async fn promise_13_a_mail_still_waiting_when_access_goes_off_is_not_sent(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        office.switches_access(anna, "off").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(10));
        shop.delivers("anna", "cancelled").await;
        assert!(shop.smtp.mails().is_empty());
    }
}

story! {
    async fn promise_13_a_mail_arriving_while_access_goes_off_carries_nothing_good(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.resets("anna").await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        office.switches_access(anna, "off").await;
        shop.smtp.release();
        shop.quiet().await;
        office.switches_access(anna, "on").await;
        assert!(!shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn who_has_no_access_is_not_mailed_and_staff_are_told_why(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let nobody = shop.contact("nomail", "").await;
        office.switches_access(anna, "off").await;
        for (contact, why) in [(anna, "Website access is turned off"), (nobody, "An e-mail address is missing.")] {
            let page = office.browser.get(&format!("/portal/contacts/{contact}/resets/new")).await;
            assert!(page.status == 200 && page.says(why), "{}", page.text());
            let reply = office.browser.post(&format!("/portal/contacts/{contact}/resets"), &[]).await;
            assert!(reply.status == 409 && reply.says(why));
        }
        assert_eq!(shop.count("select count(*) as n from mails", &[]).await, 0);
    }
}
