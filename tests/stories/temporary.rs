//! Which temporary passwords work, of several that were mailed (promise 5).

use std::collections::BTreeSet;
use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const NEW: &str = "lamp of 9 trouts";
const MAIL: &str = "anna@harbour.example";
const PROXY: &[(&str, &str)] = &[("http.trusted_proxies", "127.0.0.1")];
const LIVE: &str =
    "select count(*) as n from temporary_passwords where voided_at is null and used_at is null";

/// Someone presses "Forgot your password?", from a place of their own each time;
/// gives what was mailed.
async fn forgotten(shop: &Shop, place: u8) -> String {
    let stranger = shop.browser().coming_from(&format!("2001:db8:{place}::7"));
    assert!(stranger.forgot_password("anna").await.location().starts_with("/forgot-password/sent"));
    let mailed = shop.mail_to(MAIL).await.temporary_password();
    shop.quiet().await;
    shop.advance(Duration::from_secs(10));
    mailed
}

story! {
    async fn promise_05_what_anyone_can_ask_for_voids_nothing_and_three_work_at_most(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let mut mailed = Vec::new();
        for place in 1..=3 {
            mailed.push(forgotten(&shop, place).await);
            for each in &mailed {
                assert!(shop.lets_in("anna", each).await, "what was mailed works");
            }
        }
        shop.run("update sessions set ended_at = created_at", &[]).await;
        let fourth = forgotten(&shop, 4).await;
        assert!(!shop.lets_in("anna", &mailed[0]).await, "the oldest goes");
        assert!(shop.lets_in("anna", &mailed[1]).await && shop.lets_in("anna", &mailed[2]).await);
        assert_eq!(shop.count(LIVE, &[]).await, 3);
        let salts: BTreeSet<String> = shop
            .texts(&LIVE.replace("count(*) as n", "hash as t"), &[])
            .await
            .iter()
            .filter_map(|hash| hash.rsplit_once('$').map(|(head, _)| head.to_owned()))
            .collect();
        assert_eq!(salts.len(), 1, "one computation tells of all of them");
        let browser = shop.browser();
        assert!(browser.sign_in("anna", &mailed[1]).await.leads_to("/password"));
        assert!(browser.choose(NEW).await.leads_to("/"));
        assert!(!shop.lets_in("anna", &mailed[2]).await && !shop.lets_in("anna", &fourth).await, "one used voids the others");
        assert_eq!(shop.count(LIVE, &[]).await, 0);
    }
}

story! {
    async fn promise_05_a_stranger_ends_no_session_that_is_choosing(kind) {
        let shop = Shop::with(kind, &[PROXY[0], ("reset.mode", "replace")]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let own = shop.temporary_password("anna").await;
        let browser = shop.browser();
        assert!(browser.sign_in("anna", &own).await.leads_to("/password"));
        for place in 1..=5 {
            forgotten(&shop, place).await;
        }
        assert_eq!(shop.count(LIVE, &[]).await, 3);
        assert!(browser.choose(NEW).await.leads_to("/"), "whoever is choosing goes on");
    }
}

story! {
    async fn promise_05_what_staff_had_sent_is_not_displaced_by_whoever_presses_a_button(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let office = shop.staff(BuiltIn::Support).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        office.starts_reset(anna).await;
        let by_staff = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        for place in 1..=4 {
            forgotten(&shop, place).await;
        }
        assert_eq!(shop.count(LIVE, &[]).await, 3);
        assert!(shop.lets_in("anna", &by_staff).await, "what is in her hands works");
    }
}

story! {
    async fn promise_05_a_reset_by_staff_voids_what_was_mailed_before_whoever_asked(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let office = shop.staff(BuiltIn::Support).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let (first, second) = (forgotten(&shop, 1).await, forgotten(&shop, 2).await);
        let page = office.starts_reset(anna).await;
        let by_staff = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(!shop.lets_in("anna", &first).await && !shop.lets_in("anna", &second).await);
        let strangers = forgotten(&shop, 3).await;
        assert!(shop.lets_in("anna", &by_staff).await && shop.lets_in("anna", &strangers).await);
        assert!(office.browser.get(&page).await.says("Handed over"));
        assert_eq!(shop.count("select count(*) as n from resets where superseded_at is not null", &[]).await, 2);
    }
}

story! {
    /// Otherwise a stranger could keep alive what the office wants gone.
    async fn promise_05_a_request_in_place_of_staffs_that_has_not_left_voids_in_its_place(kind) {
        let shop = Shop::with(kind, PROXY).await;
        let office = shop.staff(BuiltIn::Support).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let old = forgotten(&shop, 1).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        office.starts_reset(anna).await;
        shop.delivers("anna", "put-off").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(10));
        let new = forgotten(&shop, 2).await;
        assert!(!shop.lets_in("anna", &old).await && shop.lets_in("anna", &new).await);
    }
}

story! {
    async fn promise_05_staffs_request_is_no_second_click_of_a_strangers(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Support).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.browser().forgot_password("anna").await;
        shop.delivers("anna", "put-off").await;
        office.starts_reset(anna).await;
        let started = "select started_by as t from resets order by number";
        assert_eq!(shop.texts(started, &[]).await, ["contact", "staff"]);
    }
}

story! {
    /// As on two nodes whose clocks differ, or when a clock is set back.
    async fn promise_05_the_later_request_counts_whatever_the_clocks_say(kind) {
        for back in [Duration::from_secs(5), Duration::from_hours(1)] {
            let shop = Shop::open(kind).await;
            shop.member("anna", MAIL, PASSWORD).await;
            let start = shop.clock.now();
            let first = shop.temporary_password("anna").await;
            shop.stop_clock_at(start.minus(back));
            let second = shop.temporary_password("anna").await;
            assert!(!shop.lets_in("anna", &first).await, "{back:?}: two would work");
            assert!(shop.lets_in("anna", &second).await, "{back:?}");
        }
    }
}

story! {
    async fn promise_04_asking_again_does_not_wait_for_a_mail_of_a_clock_that_ran_ahead(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        let start = shop.clock.now();
        let first = shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.stop_clock_at(start.minus(Duration::from_hours(1)));
        assert_ne!(shop.resets("anna").await, first);
        assert!(shop.lets_in("anna", &shop.mail_to(MAIL).await.temporary_password()).await);
    }
}

story! {
    /// A mail server that finishes an old attempt after it took a new one.
    async fn promise_04_the_mail_that_arrives_last_works_whichever_attempt_it_is_of(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HangAfterDot);
        shop.resets("anna").await;
        let slow = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "put-off").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(3));
        let taken = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "accepted").await;
        shop.quiet().await;
        assert!(shop.lets_in("anna", &taken).await && shop.lets_in("anna", &slow).await);
        let browser = shop.browser();
        browser.sign_in("anna", &slow).await;
        assert!(browser.choose(NEW).await.leads_to("/"));
        assert!(!shop.lets_in("anna", &taken).await);
    }
}
