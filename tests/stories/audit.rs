//! Everything that touches access is in the audit trail, for good (promise 16).

use std::time::Duration;

use tradepost::audit::{self, Break};
use tradepost::staff::BuiltIn;

use crate::support::database::Kind;
use crate::support::program::Program;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const NEW: &str = "lamp of 9 trouts";
const MAIL: &str = "anna@harbour.example";

/// A little of everything.
async fn busy(shop: &Shop) {
    let (office, rep) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesRep).await);
    let anna = shop.member("anna", MAIL, PASSWORD).await;
    shop.browser().sign_in("anna", "wrong9lamp").await;
    office.starts_reset(anna).await;
    let temporary = shop.mail_to(MAIL).await.temporary_password();
    shop.quiet().await;
    let browser = shop.browser();
    browser.sign_in("anna", &temporary).await;
    browser.choose(NEW).await;
    browser.post("/account/name", &[("name", "Anna Gruber")]).await;
    browser.post("/account/email", &[("email", "anna@new.example"), ("current_password", NEW)]).await;
    let link = shop.mail_to("anna@new.example").await.link("/account/email/confirm/");
    browser.post(&link, &[]).await;
    browser.post("/account/sessions/end", &[]).await;
    shop.advance(Duration::from_mins(1));
    let reset = rep.starts_reset(anna).await;
    assert_eq!(Program::new(rep.browser.clone()).delete(&reset).await.status, 200);
    browser.change_password(NEW, "other 9 lamps").await;
    office.switches_access(anna, "off").await;
    office.switches_access(anna, "on").await;
    browser.post("/logout", &[]).await;
    office.browser.post("/portal/logout", &[]).await;
    shop.quiet().await;
}

async fn first_broken(shop: &Shop) -> Option<Break> {
    shop.db().read(audit::verify).await.unwrap().broken
}

story! {
    async fn promise_16_who_what_for_whom_from_where_through_which_door(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        let acts = shop.texts("select act || ' ' || actor || ' ' || door as t from audit where contact_id is not null order by number", &[]).await;
        for expected in [
            "sign-in-refused nobody website",
            "reset-requested staff portal",
            "reset-mailed system worker",
            "signed-in-temporarily contact website",
            "password-chosen contact website",
            "name-changed contact website",
            "email-change-requested contact website",
            "email-changed contact website",
            "sessions-ended contact website",
            "reset-requested staff sales",
            "reset-cancelled staff sales",
            "password-changed contact website",
            "access-off staff portal",
            "access-on staff portal",
        ] {
            assert!(acts.iter().any(|act| act == expected), "{expected} is missing: {acts:?}");
        }
        let whole = "select count(*) as n from audit where contact_id is not null and (retailer_id is null or (actor in ('nobody', 'contact', 'staff') and address <> '127.0.0.1'))";
        assert_eq!(shop.count(whole, &[]).await, 0, "every entry has its retailer and its place");
        let nameless = shop.texts("select details as t from audit", &[]).await.join(" ");
        assert!(!nameless.contains("anna") && !nameless.contains("Anna"), "{nameless}");
    }
}

story! {
    async fn promise_16_the_chain_holds_and_the_database_refuses_changes(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        assert_eq!(first_broken(&shop).await, None);
        for sql in [
            "update audit set address = '10.0.0.1' where number = 4",
            "update audit set address = '' where number = 4",
            "update audit set address_salt = null where number = 4",
            "update audit set address = '', address_salt = null, address_digest = null where number = 4",
            "update audit set address = '', address_salt = null, act = 'signed-out' where number = 4",
            "update audit set address = '', address_salt = null, actor_id = null where number = 4",
            "update audit set address = '', address_salt = null, number = 4000 where number = 4",
            "delete from audit where number = 4",
            "delete from audit",
        ] {
            let refused = shop.database.meddle(sql).await.unwrap_err();
            assert!(refused.contains("append-only"), "{sql}: {refused}");
        }
        assert_eq!(first_broken(&shop).await, None);
    }
}

story! {
    async fn promise_16_an_address_can_be_blanked_for_good_and_the_chain_holds(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        for _ in 0..2 {
            shop.database.meddle("update audit set address = '', address_salt = null where number = 4").await.unwrap();
        }
        assert_eq!(first_broken(&shop).await, None);
        for sql in ["update audit set address = '127.0.0.1' where number = 4", "update audit set address_salt = address_digest where number = 4"] {
            assert!(shop.database.meddle(sql).await.unwrap_err().contains("append-only"), "{sql}");
        }
        assert_eq!(shop.texts("select address as t from audit where number = 4", &[]).await, [""]);
    }
}

story! {
    async fn promise_16_a_checkpoint_is_an_entry_and_stays(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        let wrong = "insert into audit_checkpoints (number, hash, at) select number, previous_hash, at from audit where number = 3";
        assert!(shop.database.meddle(wrong).await.unwrap_err().contains("is an entry"));
        let young = "insert into audit_checkpoints (number, hash, at) select number, hash, at + 31535999999 from audit where number = 3";
        assert!(shop.database.meddle(young).await.unwrap_err().contains("a year old"));
        let right = "insert into audit_checkpoints (number, hash, at) select number, hash, at + 31536000000 from audit where number = 3";
        shop.database.meddle(right).await.unwrap();
        for sql in ["delete from audit_checkpoints", "update audit_checkpoints set number = 9"] {
            assert!(shop.database.meddle(sql).await.unwrap_err().contains("stay"), "{sql}");
        }
        assert!(shop.database.meddle("delete from audit where number = 4").await.unwrap_err().contains("append-only"));
        shop.database.meddle("delete from audit where number <= 3").await.unwrap();
        assert_eq!(first_broken(&shop).await, Some(Break::Start(3)), "nobody wrote down that the trail was shortened");
    }
}

story! {
    async fn promise_16_an_entry_is_not_replaced_by_writing_it_again(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        let again = if kind == Kind::Sqlite { "replace into audit select * from audit where number = 3" } else { "insert into audit select * from audit where number = 3" };
        assert!(shop.database.meddle(again).await.is_err());
        assert_eq!(first_broken(&shop).await, None);
    }
}

/// What the database's owner can do, having put the guards out of the way.
async fn tamper(kind: Kind, sql: &str) -> Option<Break> {
    let shop = Shop::open(kind).await;
    busy(&shop).await;
    let unguarded = match kind {
        Kind::Sqlite => "drop trigger audit_keeps_words; drop trigger audit_keeps_entries;",
        Kind::Postgres => "alter table audit disable trigger all;",
    };
    shop.database.meddle(&format!("{unguarded} {sql}")).await.unwrap();
    first_broken(&shop).await
}

story! {
    async fn promise_16_a_changed_word_is_found(kind) {
        assert_eq!(tamper(kind, "update audit set address = '10.0.0.1' where number = 4").await, Some(Break::Address(4)));
    }
}

story! {
    async fn promise_16_an_address_put_where_one_was_blanked_is_found(kind) {
        let put = "update audit set address = '', address_salt = null where number = 4; update audit set address = '10.0.0.1', address_salt = hash where number = 4";
        assert_eq!(tamper(kind, put).await, Some(Break::Address(4)));
    }
}

story! {
    async fn promise_16_a_changed_digest_of_an_address_is_found(kind) {
        assert_eq!(tamper(kind, "update audit set address_digest = hash where number = 4").await, Some(Break::Entry(4)));
    }
}

story! {
    async fn promise_16_a_missing_entry_is_found(kind) {
        assert_eq!(tamper(kind, "delete from audit where number = 4").await, Some(Break::Entry(4)));
    }
}

story! {
    async fn promise_16_entries_that_changed_places_are_found(kind) {
        let swap = "update audit set number = -1 where number = 5; update audit set number = 5 where number = 6; update audit set number = 6 where number = -1;";
        assert_eq!(tamper(kind, swap).await, Some(Break::Entry(5)));
    }
}

story! {
    async fn promise_16_many_at_once_make_one_chain(kind) {
        let shop = Shop::open(kind).await;
        for n in 0..8 {
            shop.member(&format!("user{n}"), &format!("user{n}@harbour.example"), PASSWORD).await;
        }
        let mut running = tokio::task::JoinSet::new();
        for n in 0..48 {
            let browser = shop.browser();
            let password = if n % 3 == 0 { "wrong9lamp" } else { PASSWORD };
            running.spawn(async move { browser.sign_in(&format!("user{}", n % 8), password).await.status });
        }
        while let Some(status) = running.join_next().await {
            assert!([303, 401].contains(&status.unwrap()));
        }
        assert_eq!(shop.count("select count(*) as n from audit where act like 'sign%'", &[]).await, 48);
        assert_eq!(first_broken(&shop).await, None);
    }
}

story! {
    async fn promise_16_the_trail_can_not_be_emptied(kind) {
        let shop = Shop::open(kind).await;
        shop.staff(BuiltIn::Support).await;
        let sql = if kind == Kind::Sqlite { "delete from audit" } else { "truncate audit" };
        assert!(shop.database.meddle(sql).await.is_err(), "{sql}");
    }
}
