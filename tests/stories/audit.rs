//! Everything that touches access is in the audit trail, for good (promise 16).

use std::time::Duration;

use tradepost::audit::{self, Break, Sealed};
use tradepost::kernel::Digest;
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
    shop.db().read(|tx| audit::verify(tx, &[])).await.unwrap().broken
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

/// A trail that was made anew by someone who knows how entries are hashed, with all
/// guards out of the way, and an act changed.
async fn made_anew(shop: &Shop) {
    let (kind, database) = (shop.database.kind, &shop.database);
    let unguarded = match kind {
        Kind::Sqlite => [
            "audit_keeps_words",
            "audit_keeps_entries",
            "audit_stays_sealed",
            "audit_seals_stay",
            "audit_seals_stay_so",
        ]
        .map(|name| format!("drop trigger {name};"))
        .concat(),
        Kind::Postgres => {
            "alter table audit disable trigger all; alter table audit_seals disable trigger all;".into()
        }
    };
    database.meddle(&unguarded).await.unwrap();
    let quoted = |column: &str| match kind {
        Kind::Sqlite => format!(
            "case when {column} is null then 'null' else '\"' || lower(substr(hex({column}), 1, 8) || '-' || substr(hex({column}), 9, 4) || '-' || substr(hex({column}), 13, 4) || '-' || substr(hex({column}), 17, 4) || '-' || substr(hex({column}), 21)) || '\"' end"
        ),
        Kind::Postgres => format!("case when {column} is null then 'null' else '\"' || {column} || '\"' end"),
    };
    let hex =
        if kind == Kind::Sqlite { "lower(hex(address_digest))" } else { "encode(address_digest, 'hex')" };
    let details = "replace(replace(details, '\\', '\\\\'), '\"', '\\\"')";
    let covered = format!(
        "'{{\"number\":' || number || ',\"at\":' || at || ',\"act\":\"' || act || '\",\"actor\":\"' || actor || '\",\"actor_id\":' || {} || ',\"door\":\"' || door || '\",\"address\":' || case when address_digest is null then '\"\"' else '{{\"salted\":\"' || {hex} || '\"}}' end || ',\"retailer_id\":' || {} || ',\"contact_id\":' || {} || ',\"staff_id\":' || {} || ',\"details\":\"' || {details} || '\"}}'",
        quoted("actor_id"),
        quoted("retailer_id"),
        quoted("contact_id"),
        quoted("staff_id")
    );
    shop.run(
        "update audit set seal = null, act = case when act = 'access-off' then 'access-on' else act end",
        &[],
    )
    .await;
    shop.run("delete from audit_seals", &[]).await;
    let entries = shop.texts(&format!("select {covered} as t from audit order by number"), &[]).await;
    let mut previous = Digest::of(b"");
    for (number, covered) in (1_i64..).zip(entries) {
        let hash = Digest::of(&[previous.as_bytes(), covered.as_bytes()].concat());
        shop.run(
            "update audit set previous_hash = $1, hash = $2 where number = $3",
            &[&previous, &hash, &number],
        )
        .await;
        previous = hash;
    }
}

story! {
    async fn promise_16_a_trail_that_was_hashed_anew_without_the_key_is_not_called_whole(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let (code, said) = shop.tradepost(&["audit", "verify"]).await;
        assert!(code == 0 && said.contains("Sealed with the key from entry 1 on"), "{said}");
        made_anew(&shop).await;
        let chain = shop.db().read(|tx| audit::verify(tx, &[])).await.unwrap();
        assert_eq!((chain.broken, chain.sealed), (None, Sealed::NotYet), "it follows from itself, which is all it can");
        assert!(!chain.is_whole());
        let page = crate::trail::verified(&owner).await;
        assert!(page.says("No entry is sealed, though there is a key"), "{}", page.text());
        let (code, said) = shop.tradepost(&["audit", "verify"]).await;
        assert!(code == 1 && said.contains("no entry is sealed with it") && !said.contains("Whole"), "{code} {said}");
    }
}

story! {
    /// Whoever owns the database leaves an entry to be sealed and puts a seal of their
    /// own before all others.
    async fn promise_16_the_start_of_a_sealed_trail_can_not_be_cut_off_without_the_key(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        let at = shop.clock.now();
        let forged = format!(r#"{{"at":{},"act":"trail-shortened","actor":"system","actor_id":null,"door":"worker","retailer_id":null,"contact_id":null,"staff_id":null,"details":"[]"}}"#, at.as_millis());
        shop.run("insert into audit_waiting (number, entry) values (1, $1)", &[&forged]).await;
        shop.staff(BuiltIn::Owner).await;
        let marked = "select count(*) as n from audit where act = 'trail-shortened' and details like '%without-key%'";
        assert_eq!(shop.count(marked, &[]).await, 1, "sealed, and marked as left by who knows whom");
        shop.database.meddle(match kind {
            Kind::Sqlite => "drop trigger audit_checkpoints_are_entries; drop trigger audit_keeps_entries;",
            Kind::Postgres => "alter table audit_checkpoints disable trigger all; alter table audit disable trigger all;",
        }).await.unwrap();
        let junk = Digest::of(b"junk");
        shop.run("insert into audit_seals (number, key_id, at, proof) values (0, $1, $2, $1)", &[&junk, &at]).await;
        shop.run("insert into audit_checkpoints (number, hash, at, seal, proof) select number, hash, $1, 0, $2 from audit where number = 5", &[&at, &junk]).await;
        shop.run("delete from audit where number <= 5", &[]).await;
        assert_eq!(first_broken(&shop).await, Some(Break::Start(5)));
    }
}

story! {
    async fn promise_16_a_sealed_entry_that_was_hashed_anew_is_found(kind) {
        let shop = Shop::open(kind).await;
        busy(&shop).await;
        let seals = shop.db().read(|tx| tx.all::<tradepost::db::Row>("select number, key_id, at, proof from audit_seals", &[])).await.unwrap();
        let seal = &seals[0];
        made_anew(&shop).await;
        let (key, proof): (Digest, Digest) = (seal.get("key_id").unwrap(), seal.get("proof").unwrap());
        let at: i64 = seal.get("at").unwrap();
        shop.run("insert into audit_seals (number, key_id, at, proof) values (1, $1, $2, $3)", &[&key, &at, &proof]).await;
        assert_eq!(first_broken(&shop).await, Some(Break::Entry(1)), "an entry without the seal it must have");
        shop.run("update audit set seal = 1", &[]).await;
        assert_eq!(first_broken(&shop).await, Some(Break::Entry(1)), "an entry whose hash was made without the key");
        shop.run("update audit_seals set number = 4", &[]).await;
        assert_eq!(first_broken(&shop).await, Some(Break::Seal(4)), "a seal that was put elsewhere");
    }
}

story! {
    async fn promise_16_what_was_written_before_the_trail_was_sealed_is_verified_and_covered(kind) {
        let mut shop = Shop::open(kind).await;
        busy(&shop).await;
        // As it was before there were seals.
        made_anew(&shop).await;
        let before = shop.texts("select act as t from audit", &[]).await.len();
        shop.restart().await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let chain = shop.db().read(|tx| audit::verify(tx, &[])).await.unwrap();
        let since = i64::try_from(before).unwrap() + 1;
        assert!(chain.is_whole() && matches!(chain.sealed, Sealed::From(first, _) if first == since), "{chain:?}");
        let page = crate::trail::verified(&owner).await;
        assert!(page.says(&format!("Sealed from entry {since} on")), "{}", page.text());
        shop.run("update audit set act = 'access-off' where number = 2", &[]).await;
        assert_eq!(first_broken(&shop).await, Some(Break::Entry(2)));
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
