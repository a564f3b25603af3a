//! What was refused is in the trail, folded (promise 16).

use std::time::Duration;

use tradepost::refusals;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;

async fn written_down(shop: &Shop) {
    let app = shop.app();
    refusals::write_down(&app.refusals, &app.db, app.clock.now()).await.unwrap();
}

story! {
    async fn promise_16_what_was_refused_is_in_the_trail_once_an_hour_with_how_often(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let support = shop.staff(BuiltIn::Support).await;
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let gull = shop.retailer("Gull & Sons", "South").await;
        let bert = shop.contact_at(gull, "bert", "bert@gull.example").await;
        shop.member("anna", "anna@harbour.example", "trout9lamp").await;
        for _ in 0..3 {
            assert_eq!(support.browser.get("/portal/audit").await.status, 403);
            assert_eq!(rep.browser.get(&format!("/portal/contacts/{bert}")).await.status, 404);
        }
        let anna = shop.signed_in("anna", "trout9lamp").await;
        assert_eq!(anna.post_from("https://evil.example", "/account/name", &[("name", "Eve")]).await.status, 403);
        for _ in 0..30 {
            shop.browser().sign_in("nobody", "wrong9lamp").await;
        }
        written_down(&shop).await;
        assert_eq!(shop.count("select count(*) as n from audit where act = 'refused'", &[]).await, 0, "the hour isn't over");
        shop.advance(Duration::from_hours(1));
        written_down(&shop).await;
        written_down(&shop).await;
        let entries = shop.texts("select actor || ' ' || door || ' ' || details as t from audit where act = 'refused' order by number", &[]).await;
        for expected in [r#"staff portal {"not-allowed":"3"}"#, r#"staff portal {"not-found":"3"}"#, r#"nobody website {"cross-site":"1"}"#] {
            assert_eq!(entries.iter().filter(|entry| *entry == expected).count(), 1, "{expected}: {entries:?}");
        }
        assert!(entries.iter().any(|entry| entry.starts_with("nobody website {\"throttled\"")), "{entries:?}");
        let unknown = entries.iter().filter(|entry| entry.starts_with("nobody website {\"unknown-name\"")).count();
        assert_eq!(unknown, 1, "however many names that nobody has: {entries:?}");
        let single = "select count(*) as n from audit where act = 'sign-in-refused' and contact_id is null";
        assert_eq!(shop.count(single, &[]).await, 0);
        let page = owner.browser.get("/portal/audit").await;
        let page = if page.status == 200 { page } else { shop.staff(BuiltIn::Owner).await.browser.get("/portal/audit").await };
        assert!(page.says("Refused 3 times within an hour: what their role doesn’t allow"), "{}", page.text());
        assert_eq!(shop.count("select count(*) as n from refusals", &[]).await, 0);
    }
}

story! {
    async fn promise_16_however_many_networks_ask_an_hour_has_a_bounded_number_of_entries(kind) {
        let shop = Shop::with(kind, &[("http.trusted_proxies", "127.0.0.1")]).await;
        for number in 0..300 {
            let stranger = shop.browser().coming_from(&format!("198.51.{}.7", number % 256));
            let stranger = if number > 255 { stranger.coming_from(&format!("203.0.{}.7", number - 256)) } else { stranger };
            assert_eq!(stranger.post_from("https://evil.example", "/login", &[]).await.status, 403);
        }
        written_down(&shop).await;
        shop.advance(Duration::from_hours(1));
        written_down(&shop).await;
        let entries = shop.texts("select details as t from audit where act = 'refused'", &[]).await;
        let counted: usize = entries.iter().map(|entry| entry.split('"').nth(3).unwrap().parse::<usize>().unwrap()).sum();
        assert!(entries.len() <= 201 && counted == 300, "{} entries of {counted}", entries.len());
    }
}

story! {
    async fn promise_16_passkeys_that_are_nobodys_are_folded_and_few_are_begun(kind) {
        let shop = Shop::open(kind).await;
        let stranger = shop.browser();
        for door in ["/login", "/portal/login"] {
            for _ in 0..3 {
                stranger.post(&format!("{door}/passkey"), &[("proof_ceremony", "none"), ("proof_passkey", "{}")]).await;
            }
        }
        assert_eq!(shop.count("select count(*) as n from audit where act = 'sign-in-refused'", &[]).await, 0);
        let counted = "select cast(sum(count) as bigint) as n from refusals where kind = 'unknown-name'";
        assert_eq!(shop.count(counted, &[]).await, 6);
        shop.stop_clock_at(shop.clock.now());
        let mut begun = 0;
        for _ in 0..70 {
            begun += i64::from(stranger.post("/login/challenge", &[]).await.status == 200);
        }
        assert_eq!(begun, 60, "a network begins so many a minute");
        assert_eq!(stranger.post("/portal/login/challenge", &[]).await.status, 503);
    }
}
