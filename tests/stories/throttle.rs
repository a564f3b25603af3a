//! Guessing is slow, and being guessed at harms nobody.

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const PROXY: &[(&str, &str)] = &[("http.trusted_proxies", "127.0.0.1")];

story! {
    async fn ten_wrong_passwords_from_one_place_are_enough_for_a_quarter_of_an_hour(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let thief = shop.browser().coming_from("203.0.113.9");
        for guess in 0..10 {
            assert_eq!(thief.sign_in("anna", &format!("guess{guess}lamp")).await.status, 401);
        }
        let throttled = thief.sign_in("anna", PASSWORD).await;
        let ordinary = thief.sign_in("anna", "wrong9lamp").await;
        assert_eq!(throttled.comparable(), ordinary.comparable(), "even the right one, and without a word");
        let customer = shop.browser().coming_from("198.51.100.7");
        assert!(customer.sign_in("anna", PASSWORD).await.leads_to("/"), "the customer is elsewhere and gets in");
        shop.advance(Duration::from_mins(15));
        assert!(thief.sign_in("anna", PASSWORD).await.leads_to("/"));
    }
}

story! {
    async fn a_temporary_password_is_guarded_alike_and_a_success_starts_over(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let customer = shop.browser().coming_from("198.51.100.7");
        for round in 0..3 {
            for _ in 0..9 {
                assert_eq!(customer.sign_in("anna", "wrong9lamp").await.status, 401);
            }
            assert!(customer.sign_in("anna", &temporary).await.leads_to("/password"), "round {round}");
        }
        for _ in 0..10 {
            customer.sign_in("ANNA", "wrong9lamp").await;
        }
        assert_eq!(customer.sign_in("anna", &temporary).await.status, 401, "in any case the same username");
    }
}

story! {
    async fn one_address_can_not_try_everybody(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let thief = shop.browser().coming_from("203.0.113.9");
        for guess in 0..100 {
            thief.sign_in(&format!("user{guess}"), "spring2026").await;
        }
        assert_eq!(thief.sign_in("anna", PASSWORD).await.status, 401);
        assert!(shop.browser().coming_from("198.51.100.7").sign_in("anna", PASSWORD).await.leads_to("/"));
    }
}

story! {
    async fn many_addresses_can_not_try_one_username_without_end(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        for guess in 0..100 {
            shop.browser().coming_from(&format!("203.0.113.{guess}")).sign_in("anna", "wrong9lamp").await;
        }
        let late = shop.browser().coming_from("203.0.113.200");
        assert_eq!(late.sign_in("anna", PASSWORD).await.status, 401, "no more than 100 (NIST 800-63B-4, 3.2.2)");
        shop.advance(Duration::from_hours(1));
        assert!(late.sign_in("anna", PASSWORD).await.leads_to("/"));
    }
}

story! {
    async fn an_address_that_no_trusted_proxy_names_is_not_believed(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        for guess in 0..10 {
            shop.browser().coming_from(&format!("203.0.113.{guess}")).sign_in("anna", "wrong9lamp").await;
        }
        assert_eq!(shop.browser().coming_from("203.0.113.99").sign_in("anna", PASSWORD).await.status, 401);
    }
}

story! {
    async fn the_current_password_can_not_be_guessed_in_a_session_left_open(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        for _ in 0..10 {
            browser.change_password("wrong9lamp", "lamp of 9 trouts").await;
        }
        let page = browser.change_password(PASSWORD, "lamp of 9 trouts").await;
        assert!(page.status == 422 && page.says("That is not your current password."));
        shop.advance(Duration::from_mins(15));
        assert!(browser.change_password(PASSWORD, "lamp of 9 trouts").await.leads_to("/account"));
    }
}

story! {
    async fn a_stranger_who_asks_for_resets_keeps_nobody_from_asking(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        let asks = async |from: &str| {
            let someone = shop.browser().coming_from(from);
            someone.forgot_password("anna").await;
            someone.post("/portal/forgot-password", &[("email", &admin.email)]).await;
            shop.counts(0, "select count(*) as n from jobs").await;
            shop.advance(Duration::from_secs(10));
        };
        for _ in 0..15 {
            asks("203.0.113.9").await;
        }
        shop.counts(6 + 5, "select count(*) as n from mails").await;
        asks("198.51.100.7").await;
        shop.counts(6 + 5 + 2, "select count(*) as n from mails").await;
        for place in 0..10 {
            asks(&format!("192.0.2.{place}")).await;
        }
        shop.counts(12 + 10, "select count(*) as n from mails").await;
    }
}
