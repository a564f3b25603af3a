//! Staff are guessed at as slowly as contacts, and strangers keep none of them out,
//! the Owner least of all.

use std::time::Duration;

use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use super::second_factor::sets_up;
use crate::support::client::{Browser, Reply};
use crate::support::people::{STAFF_PASSWORD, staff_sign_in};
use crate::support::shop::Shop;

const PROXY: &[(&str, &str)] = &[("http.trusted_proxies", "127.0.0.1")];
const NEW: &str = "quiet cobalt ferry 77 onion";

async fn signs_in(browser: &Browser, email: &str, password: &str) -> Reply {
    staff_sign_in(browser, "/portal", email, password).await
}

/// Strangers guess from everywhere, until nobody who isn't known gets in.
async fn strangers_guess(shop: &Shop, email: &str) {
    for place in 0..22 {
        let thief = shop.browser().coming_from(&format!("2001:db8:{place:x}::9"));
        signs_in(&thief, email, "wrong ladder 12 moss").await;
    }
}

story! {
    async fn one_network_can_not_try_all_of_staff(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.stop_clock_at(shop.clock.now());
        let thief = shop.browser().coming_from("203.0.113.9");
        for guess in 0..100 {
            assert_eq!(signs_in(&thief, &format!("user{guess}@harbour.example"), "Spring 2026 sale!").await.status, 401);
        }
        let told = signs_in(&thief, &office.email, STAFF_PASSWORD).await;
        assert!(told.status == 429 && told.says("The next try is possible in 60 minutes."), "{}", told.text());
        assert!(told.header("retry-after").parse::<u64>().unwrap() > 3_000);
        let elsewhere = shop.browser().coming_from("198.51.100.7");
        assert!(signs_in(&elsewhere, &office.email, STAFF_PASSWORD).await.leads_to("/portal"));
    }
}

story! {
    async fn whoever_has_to_wait_at_the_portal_is_told_so_whether_they_work_here_or_not(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.stop_clock_at(shop.clock.now());
        let guesses = async |email: &str| {
            let thief = shop.browser().coming_from("203.0.113.9");
            let mut told = Vec::new();
            for _ in 0..8 {
                let (status, headers, page) = signs_in(&thief, email, "wrong ladder 12 moss").await.comparable();
                told.push((status, headers, page.replace(email, "****")));
            }
            told
        };
        let known = guesses(&office.email).await;
        assert_eq!(known, guesses("nobody@harbour.example").await);
        let statuses: Vec<u16> = known.iter().map(|(status, ..)| *status).collect();
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429, 429]);
        shop.counts(2, "select count(*) as n from audit where act = 'wait-began'").await;
    }
}

story! {
    async fn the_owner_is_not_kept_out_by_strangers(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let known = shop.browser().coming_from("2001:db8:f:1::7");
        assert!(signs_in(&known, &owner.email, STAFF_PASSWORD).await.leads_to("/portal"));
        known.post("/portal/logout", &[]).await;
        shop.stop_clock_at(shop.clock.now());
        strangers_guess(&shop, &owner.email).await;
        let fresh = shop.browser().coming_from("198.51.100.7");
        assert_eq!(signs_in(&fresh, &owner.email, STAFF_PASSWORD).await.status, 429);
        assert!(signs_in(&known, &owner.email, STAFF_PASSWORD).await.leads_to("/portal"), "where they were before");
        known.post("/portal/logout", &[]).await;
        // The link in hand goes on, whatever strangers ask for.
        let asks = async |from: &str| {
            let someone = shop.browser().coming_from(from);
            someone.post("/portal/forgot-password", &[("email", &owner.email)]).await;
            shop.quiet().await;
        };
        asks("198.51.100.7").await;
        let mail = shop.mail_of("staff-reset", &owner.email).await;
        asks("2001:db8:1::9").await;
        asks("2001:db8:2::9").await;
        let chosen = fresh.post(&mail.link("/portal/reset/"), &[("code", &mail.code()), ("new_password", NEW), ("confirm_password", NEW)]).await;
        assert!(chosen.leads_to("/portal"), "{}", chosen.text());
        let other = shop.browser().coming_from("192.0.2.1");
        assert!(signs_in(&other, &owner.email, NEW).await.leads_to("/portal"), "what was tried was tried on the password before");
        let later = shop.mail_of("staff-reset", &owner.email).await;
        assert!(fresh.get(&later.link("/portal/reset/")).await.status == 303, "one that is used voids the others");
    }
}

story! {
    async fn strangers_who_ask_for_links_leave_one_that_is_good(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.stop_clock_at(shop.clock.now());
        let mut mails = 0;
        for minute in 0..40_u32 {
            for place in 0..3 {
                let someone = shop.browser().coming_from(&format!("2001:db8:{:x}::9", 1 + minute * 3 + place));
                someone.post("/portal/forgot-password", &[("email", &owner.email)]).await;
                shop.quiet().await;
            }
            shop.advance(Duration::from_mins(1));
            mails = shop.count("select count(*) as n from mails where kind = 'staff-reset'", &[]).await;
            assert!(shop.count("select count(*) as n from staff_resets where finished_at is null and expires_at > $1", &[&shop.clock.now()]).await >= 1, "in minute {minute}");
        }
        assert!((10..=16).contains(&mails), "{mails} in 40 minutes");
    }
}

story! {
    async fn a_link_in_hand_works_however_often_strangers_ask_for_another(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.stop_clock_at(shop.clock.now());
        let asks = async |from: &str| {
            shop.browser().coming_from(from).post("/portal/forgot-password", &[("email", &owner.email)]).await;
            shop.quiet().await;
        };
        let mails = async || shop.count("select count(*) as n from mails where kind = 'staff-reset'", &[]).await;
        asks("198.51.100.7").await;
        let mail = shop.mail_of("staff-reset", &owner.email).await;
        for _ in 0..3 {
            asks("192.0.2.9").await;
        }
        for place in 0..6 {
            asks(&format!("2001:db8:{place:x}::9")).await;
        }
        assert_eq!(mails().await, 3, "no more while three are good");
        shop.advance(Duration::from_mins(9));
        let fresh = shop.browser();
        assert_eq!(fresh.get(&mail.link("/portal/reset/")).await.status, 200);
        shop.advance(Duration::from_mins(1));
        asks("198.51.100.7").await;
        assert_eq!(mails().await, 4, "and another as soon as they are over");
        let mut later = shop.mail_of("staff-reset", &owner.email).await;
        for _ in 0..2 {
            later = shop.mail_of("staff-reset", &owner.email).await;
        }
        asks("192.0.2.9").await;
        let fields = [("code", &*later.code()), ("new_password", NEW), ("confirm_password", NEW)];
        let chosen = fresh.post(&later.link("/portal/reset/"), &fields).await;
        assert!(chosen.leads_to("/portal"), "{}", chosen.text());
    }
}

story! {
    async fn what_a_stranger_asks_for_leaves_a_new_colleagues_link_as_it_is(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let office = shop.colleague(BuiltIn::SalesAdmin, StaffKind::Dual, &[]).await;
        shop.run("update staff set password_hash = null where id = $1", &[&office.id]).await;
        let ask = async |from: &str| {
            let someone = shop.browser().coming_from(from);
            someone.post("/portal/forgot-password", &[("email", &office.email)]).await;
            shop.quiet().await;
            shop.mail_of("staff-reset", &office.email).await
        };
        let first = ask("198.51.100.7").await;
        let second = ask("2001:db8:1::9").await;
        for mail in [first, second] {
            assert_eq!(shop.browser().get(&mail.link("/portal/reset/")).await.status, 200);
        }
    }
}

story! {
    async fn ten_wrong_codes_lock_no_recovery_code(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.colleague(BuiltIn::SalesAdmin, StaffKind::Dual, &[]).await;
        let (phone, codes) = sets_up(&shop, &office).await;
        shop.stop_clock_at(shop.clock.now());
        let half = async || {
            let browser = shop.browser();
            assert!(signs_in(&browser, &office.email, STAFF_PASSWORD).await.leads_to("/portal"));
            browser
        };
        let types = async |browser: &Browser, code: &str| browser.post("/portal/second-factor", &[("code", code)]).await;
        let browser = half().await;
        for _ in 0..10 {
            types(&browser, "123456").await;
        }
        assert!(types(&browser, &phone.code(&shop, 0)).await.says("tried too often"));
        assert!(types(&browser, &codes[0]).await.leads_to("/portal"), "what they are for");
        // Nor where it is asked who is there, nor at the API.
        shop.advance(Duration::from_mins(6));
        let export = async |code: &str| {
            let fields = [("query", ""), ("format", "csv"), ("proof_password", STAFF_PASSWORD), ("proof_code", code)];
            browser.post("/portal/contacts/export", &fields).await.status
        };
        for _ in 0..12 {
            assert_eq!(export("123456").await, 422);
        }
        assert_eq!(export(&codes[1]).await, 200);
    }
}
