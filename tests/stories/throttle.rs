//! Guessing is slow, and being guessed at harms nobody.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;

use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const DAY: Duration = Duration::from_hours(24);
const PROXY: &[(&str, &str)] = &[("http.trusted_proxies", "127.0.0.1")];

/// From now on the clock stands still unless it is moved: waits are exact.
fn stop_clock(shop: &Shop) {
    shop.stop_clock_at(shop.clock.now());
}

story! {
    async fn promise_10_whoever_has_to_wait_is_told_so_and_for_how_long_whether_known_or_not(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        stop_clock(&shop);
        let guesses = async |username: &str| {
            let thief = shop.browser().coming_from("203.0.113.9");
            let mut told = Vec::new();
            for guess in 0..8 {
                // The right one comes last, and has to wait as the wrong ones do.
                let password = if guess == 7 { PASSWORD.to_owned() } else { format!("guess{guess}lamp") };
                let (status, headers, page) = thief.sign_in(username, &password).await.comparable();
                told.push((status, headers, page.replace(username, "****")));
            }
            told
        };
        let (known, unknown) = (guesses("anna").await, guesses("nobo").await);
        assert_eq!(known, unknown);
        let statuses: Vec<u16> = known.iter().map(|(status, ..)| *status).collect();
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429, 429]);
        assert!(!known[4].2.contains("next try"), "six are free");
        assert!(known[5].2.contains("The next try is possible in 1 minute."));
        assert!(known[7].2.contains("Too many wrong passwords were tried with this username."));
        assert!(known[7].2.contains("A temporary password works at once"));
        assert!(known[7].1.contains(&("retry-after".to_owned(), "61".to_owned())));
        assert_eq!(known[6], known[7], "nothing more was counted, and the right one is told from no other");
        let customer = shop.browser().coming_from("198.51.100.7");
        assert!(customer.sign_in("anna", PASSWORD).await.leads_to("/"), "the customer is elsewhere and gets in");
        shop.advance(Duration::from_mins(1));
        let thief = shop.browser().coming_from("203.0.113.9");
        assert!(thief.sign_in("anna", "wrong9lamp").await.says("The next try is possible in 4 minutes."));
        shop.advance(Duration::from_mins(4));
        assert!(thief.sign_in("anna", PASSWORD).await.leads_to("/"), "they grow, and are no wall");
        for _ in 0..6 {
            assert_eq!(shop.browser().coming_from("203.0.113.9").sign_in("anna", "wrong9lamp").await.status, 401, "who got in starts over");
        }
    }
}

story! {
    async fn promise_05_a_temporary_password_works_whatever_was_tried_before(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, "2345-6789-CDFH-JKMY").await;
        let temporary = shop.temporary_password("anna").await;
        let customer = shop.browser().coming_from("203.0.113.9");
        for guess in 0..7 {
            customer.sign_in("ANNA", &format!("guess{guess}lamp")).await;
        }
        assert_eq!(customer.sign_in("anna", "2345-6789-CDFH-JKMY").await.status, 429, "their own waits, though it looks like one");
        assert_eq!(customer.sign_in("anna", "2345-6789-CDFH-JKMX").await.status, 429);
        assert!(customer.sign_in("anna", &temporary).await.leads_to("/password"));
        assert!(customer.choose("lamp of 9 trouts").await.leads_to("/"));
        customer.post("/logout", &[]).await;
        assert!(customer.sign_in("anna", "lamp of 9 trouts").await.leads_to("/"), "here they are known now");
    }
}

story! {
    async fn one_address_can_not_try_everybody(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let thief = shop.browser().coming_from("203.0.113.9");
        for guess in 0..100 {
            assert_eq!(thief.sign_in(&format!("user{guess}"), "spring2026").await.status, 401);
        }
        let told = thief.sign_in("anna", PASSWORD).await;
        assert!(told.status == 429 && told.says("The next try is possible in"), "{}", told.text());
        assert_eq!(thief.sign_in("", PASSWORD).await.status, 429, "whatever is typed");
        assert!(shop.browser().coming_from("198.51.100.7").sign_in("anna", PASSWORD).await.leads_to("/"));
    }
}

story! {
    /// NIST 800-63B-4, 3.2.2: no more than 100 in a row; a username and an
    /// e-mail address are two names of one account.
    async fn promise_10_a_guesser_is_bounded_per_account_and_day_however_many_addresses_they_have(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        stop_clock(&shop);
        let mut place = 0;
        let mut guesses_of_a_day = async |username: &str| {
            let (mut tried, until) = (0, shop.clock.now().plus(DAY));
            while shop.clock.now() < until {
                place += 1;
                let thief = shop.browser().coming_from(&format!("203.{}.{}.9", place / 250, place % 250));
                let reply = thief.sign_in(username, "wrong9lamp").await;
                if reply.status == 401 {
                    tried += 1;
                } else {
                    let wait_s: u64 = reply.header("retry-after").parse().unwrap();
                    shop.advance(Duration::from_secs(wait_s));
                }
            }
            tried
        };
        assert_eq!(guesses_of_a_day("anna").await, 30);
        assert!(guesses_of_a_day("anna").await <= 2);
        assert_eq!(guesses_of_a_day(MAIL).await, 30, "under their other name");
    }
}

story! {
    async fn one_place_alone_slows_nobody_elsewhere(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        stop_clock(&shop);
        let (mut tried, until) = (0, shop.clock.now().plus(20 * DAY));
        while shop.clock.now() < until {
            let reply = shop.browser().coming_from("203.0.113.9").sign_in("anna", "wrong9lamp").await;
            if reply.status == 401 {
                tried += 1;
            } else {
                shop.advance(Duration::from_secs(reply.header("retry-after").parse().unwrap()));
            }
        }
        assert_eq!(tried, 18);
        assert!(shop.browser().coming_from("198.51.100.7").sign_in("anna", PASSWORD).await.leads_to("/"));
    }
}

story! {
    async fn tries_at_the_same_time_are_no_way_around_a_pause(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let barrier = Arc::new(Barrier::new(16));
        let tries = (0..16).map(|_| {
            let (thief, barrier) = (shop.browser().coming_from("203.0.113.9"), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                thief.sign_in("anna", "wrong9lamp").await.status
            })
        });
        let mut statuses = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            statuses.push(tried.await.unwrap());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 6, "{statuses:?}");
    }
}

story! {
    async fn an_address_that_no_trusted_proxy_names_is_not_believed(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        for guess in 0..6 {
            shop.browser().coming_from(&format!("203.0.113.{guess}")).sign_in("anna", "wrong9lamp").await;
        }
        assert_eq!(shop.browser().coming_from("203.0.113.99").sign_in("anna", PASSWORD).await.status, 429);
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
        stop_clock(&shop);
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
        shop.counts(3 + 3, "select count(*) as n from mails").await;
        // Of staff three links are in hand then, each good for a while: no other is mailed.
        asks("198.51.100.7").await;
        shop.counts(4 + 3, "select count(*) as n from mails").await;
        for place in 0..10 {
            asks(&format!("192.0.2.{place}")).await;
        }
        shop.counts(6 + 3, "select count(*) as n from mails").await;
    }
}

story! {
    async fn promise_09_what_strangers_wait_for_does_not_end_when_a_password_is_chosen(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        stop_clock(&shop);
        let stranger = shop.browser().coming_from("203.0.113.9");
        for typed in ["anna", MAIL] {
            for _ in 0..6 {
                stranger.sign_in(typed, "wrong9lamp").await;
            }
            assert_eq!(stranger.sign_in(typed, "wrong9lamp").await.status, 429);
        }
        let customer = shop.browser().coming_from("198.51.100.7");
        assert!(customer.sign_in("anna", &temporary).await.leads_to("/password"));
        assert!(customer.choose("lamp of 9 trouts").await.leads_to("/"));
        for typed in ["anna", MAIL] {
            assert_eq!(stranger.sign_in(typed, "wrong9lamp").await.status, 429, "{typed}: nothing is told");
        }
        assert!(shop.browser().coming_from("192.0.2.80").sign_in("anna", "lamp of 9 trouts").await.leads_to("/"));
    }
}

story! {
    async fn promise_16_a_mailbox_that_many_share_is_no_target(kind) {
        let shop = Shop::with(kind, &[PROXY[0], ("limits.mailbox", "3 in 1h")]).await;
        let shared = "orders@shop.example";
        let people = ["anna", "bert", "cora", "dirk"];
        for username in people {
            shop.member(username, shared, PASSWORD).await;
        }
        let all = async |round: u8| {
            for username in people {
                let stranger = shop.browser().coming_from(&format!("2001:db8:{round}::7"));
                assert!(stranger.forgot_password(username).await.location().starts_with("/forgot-password/sent"));
                shop.quiet().await;
            }
        };
        all(1).await;
        assert_eq!(shop.smtp.mails().len(), 4, "the first to each of them always leaves");
        all(2).await;
        all(3).await;
        assert_eq!(shop.smtp.mails().len(), 7, "and three more");
        shop.advance(Duration::from_mins(61));
        all(4).await;
        assert_eq!(shop.smtp.mails().len(), 11);
    }
}
