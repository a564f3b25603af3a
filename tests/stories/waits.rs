//! Networks wider than one household count as one place, and who has to wait is
//! written down, seen and let off (docs/security.md).

use std::time::Duration;

use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::people::{STAFF_PASSWORD, staff_sign_in};
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const DAY: Duration = Duration::from_hours(24);
const PROXY: &[(&str, &str)] = &[("http.trusted_proxies", "127.0.0.1")];

/// Guesses from ever other addresses until the clock says so; gives how many were
/// looked at.
async fn guesses_for(shop: &Shop, time: Duration, from: impl Fn(u32) -> String) -> u32 {
    let (mut tried, mut place, until) = (0, 0, shop.clock.now().plus(time));
    while shop.clock.now() < until {
        place += 1;
        let reply = shop.browser().coming_from(&from(place)).sign_in("anna", "wrong9lamp").await;
        if reply.status == 401 {
            tried += 1;
        } else {
            shop.advance(Duration::from_secs(reply.header("retry-after").parse().unwrap()));
        }
    }
    tried
}

story! {
    async fn promise_10_whoever_has_a_whole_ipv6_network_or_256_addresses_slows_nobody_elsewhere(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        // Ever other networks of 64 bits, in ever other ones of 56, of one of 48.
        let company = |place: u32| format!("2001:db8:aa:{:x}::9", place * 977 % 65_536);
        assert_eq!(guesses_for(&shop, 20 * DAY, company).await, 19);
        let elsewhere = shop.browser().coming_from("2001:db8:bb::7");
        assert!(elsewhere.sign_in("anna", PASSWORD).await.leads_to("/"), "on a device that is not known");
        elsewhere.post("/logout", &[]).await;
        shop.advance(31 * DAY);
        assert_eq!(guesses_for(&shop, 20 * DAY, |place| format!("203.0.113.{}", place % 256)).await, 19);
        assert!(shop.browser().coming_from("198.51.100.7").sign_in("anna", PASSWORD).await.leads_to("/"));
    }
}

story! {
    async fn promise_05_a_temporary_password_works_in_the_very_network_a_stranger_guesses_from(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        let known = shop.browser().coming_from("2001:db8:aa:7::7");
        assert!(known.sign_in("anna", PASSWORD).await.leads_to("/"));
        known.post("/logout", &[]).await;
        guesses_for(&shop, DAY, |place| format!("2001:db8:aa:{place:x}::9")).await;
        // And from many places at once, until nobody who isn't known gets in.
        for place in 0..12 {
            shop.browser().coming_from(&format!("2001:db8:{place:x}::9")).sign_in("anna", "wrong9lamp").await;
        }
        let fresh = shop.browser().coming_from("2001:db8:aa:8::8");
        assert_eq!(fresh.sign_in("anna", PASSWORD).await.status, 429);
        assert!(known.sign_in("anna", PASSWORD).await.leads_to("/"), "a known device");
        let temporary = shop.temporary_password("anna").await;
        assert!(fresh.sign_in("anna", &temporary).await.leads_to("/password"));
        assert!(fresh.choose("lamp of 9 trouts").await.leads_to("/"));
        let other = shop.browser().coming_from("2001:db8:aa:9::9");
        assert!(other.sign_in("anna", "lamp of 9 trouts").await.leads_to("/"), "what was tried was tried on the password before");
    }
}

story! {
    async fn one_wide_network_can_not_try_everybody_either(kind) {
        let few = [("limits.network_near", "3 in 1h"), ("limits.network_middle", "5 in 1h"), ("limits.network_wide", "8 in 1h")];
        let shop = Shop::with(kind, &[PROXY, &few].concat()).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        let tries = async |prefix: &str, places: u32| {
            let mut refused = 0;
            for place in 0..places {
                let thief = shop.browser().coming_from(&format!("{prefix}{:02x}::9", place % 256));
                refused += u32::from(thief.sign_in(&format!("user{place}"), "spring2026").await.status == 401);
            }
            refused
        };
        assert_eq!(tries("2001:db8:1:2a", 7).await, 5, "one household");
        assert_eq!(tries("2001:db8:1:2b", 7).await, 3, "another one of the same company");
        assert_eq!(tries("2001:db8:2:2b", 7).await, 5, "another company");
        let mut from_others = 0;
        for place in 0..12 {
            let thief = shop.browser().coming_from(&format!("203.0.113.{place}"));
            from_others += u32::from(thief.sign_in(&format!("user{place}"), "spring2026").await.status == 401);
        }
        assert_eq!(from_others, 8);
        assert!(shop.browser().coming_from("198.51.100.7").sign_in("anna", PASSWORD).await.leads_to("/"));
    }
}

story! {
    async fn promise_16_where_a_wait_begins_there_is_one_entry_whether_known_or_not(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        let began = "select count(*) as n from audit where act = 'wait-began'";
        for (username, entries) in [("anna", 1), ("nobo", 2)] {
            for guess in 0..40 {
                let thief = shop.browser().coming_from("203.0.113.9");
                if thief.sign_in(username, "wrong9lamp").await.status == 429 {
                    shop.advance(Duration::from_mins(10));
                }
                assert!(guess > 0 || shop.count(began, &[]).await == entries - 1);
            }
            shop.counts(entries, began).await;
        }
        assert_eq!(shop.count("select count(*) as n from audit where act = 'wait-began' and contact_id = $1", &[&anna]).await, 1);
        let unknown = "select count(*) as n from throttles where network is not null and contact_id is null and subject like 'sign-in:%'";
        assert_eq!(shop.count(unknown, &[]).await, 0, "where someone unknown was guessed from is not kept");
    }
}

story! {
    async fn the_office_sees_who_waits_and_lifts_it(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let (support, rep) = (shop.staff(BuiltIn::Support).await, shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &[]).await);
        shop.stop_clock_at(shop.clock.now());
        assert!(support.browser.get("/portal/waits").await.says("Nobody has to wait"));
        for place in 0..22 {
            shop.browser().coming_from(&format!("2001:db8:{place:x}::9")).sign_in("anna", "wrong9lamp").await;
        }
        for _ in 0..7 {
            shop.browser().coming_from("203.0.113.9").sign_in("nobody", "wrong9lamp").await;
        }
        let page = support.browser.get("/portal/waits").await;
        assert!(page.says("Anna Sample") && page.says("everywhere but on devices they have used before"), "{}", page.text());
        assert!(!page.says("nobody") && !page.says("203.0.113.9"), "what is nobody's is not kept");
        let contact = format!("/portal/contacts/{anna}");
        assert!(support.browser.get(&contact).await.says("their own one works again"));
        assert!(rep.browser.get("/portal/waits").await.says("Nobody has to wait"), "not of their territories");
        assert_eq!(rep.browser.post(&format!("{contact}/waits/lift"), &[]).await.status, 404);
        let fresh = shop.browser().coming_from("198.51.100.7");
        assert_eq!(fresh.sign_in("anna", PASSWORD).await.status, 429);
        assert!(support.browser.post(&format!("{contact}/waits/lift"), &[]).await.leads_to(&contact));
        assert!(fresh.sign_in("anna", PASSWORD).await.leads_to("/"));
        assert!(support.browser.get("/portal/waits").await.says("Nobody has to wait"));
        shop.counts(1, "select count(*) as n from audit where act = 'wait-lifted' and contact_id is not null").await;
    }
}

story! {
    async fn the_operator_sees_who_waits_and_lifts_it_of_the_owner_too(kind) {
        let shop = Shop::with(kind, &[PROXY, &[("limits.network_near", "5 in 1d")]].concat()).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let (code, said) = shop.tradepost(&["limits", "list"]).await;
        assert!(code == 0 && said.contains("Nobody has to wait."), "{code}: {said}");
        for place in 0..22 {
            let thief = shop.browser().coming_from(&format!("2001:db8:{place:x}::9"));
            staff_sign_in(&thief, "/portal", &owner.email, "wrong ladder 12 moss").await;
        }
        for _ in 0..5 {
            shop.browser().coming_from("203.0.113.9").sign_in("nobody", "wrong9lamp").await;
        }
        let (_, said) = shop.tradepost(&["limits", "list"]).await;
        assert!(said.contains("staff") && said.contains("network  203.0.113.9"), "{said}");
        let (_, json) = shop.tradepost(&["limits", "list", "--json"]).await;
        assert!(json.contains(r#""everywhere":true"#), "{json}");
        let fresh = shop.browser().coming_from("198.51.100.7");
        assert_eq!(staff_sign_in(&fresh, "/portal", &owner.email, STAFF_PASSWORD).await.status, 429);
        let (code, said) = shop.tradepost(&["limits", "lift", "--staff", &owner.email]).await;
        assert!(code == 0 && said.contains("Lifted"), "{code}: {said}");
        assert!(staff_sign_in(&fresh, "/portal", &owner.email, STAFF_PASSWORD).await.leads_to("/portal"));
        assert_eq!(shop.browser().coming_from("203.0.113.9").sign_in("nobody", "wrong9lamp").await.status, 429);
        assert_eq!(shop.tradepost(&["limits", "lift", "--network", "203.0.113.9"]).await.0, 0);
        assert_eq!(shop.browser().coming_from("203.0.113.9").sign_in("nobody", "wrong9lamp").await.status, 401);
        for wrong in [["--staff", "nobody@harbour.example"], ["--username", "nobody"], ["--network", "192.0.2.1"]] {
            assert_eq!(shop.tradepost(&["limits", "lift", wrong[0], wrong[1]]).await.0, 3, "{wrong:?}");
        }
    }
}
