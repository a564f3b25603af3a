//! "Forgot your password?" and "Forgot your username?" (promise 9): nobody
//! learns anything from the answer.

use std::time::Duration;

use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const TABLES: [&str; 16] = [
    "territories",
    "retailers",
    "contacts",
    "roles",
    "staff",
    "staff_territories",
    "mails",
    "resets",
    "temporary_passwords",
    "email_changes",
    "staff_resets",
    "sessions",
    "jobs",
    "throttles",
    "audit",
    "migrations",
];

/// One known contact, and several who can't be mailed.
async fn people(shop: &Shop) {
    let gone = shop.retailer("Gone & Co", "North").await;
    shop.member("known", "known@harbour.example", PASSWORD).await;
    let off = shop.member("off", "off@harbour.example", PASSWORD).await;
    let left = shop.member("left", "left@harbour.example", PASSWORD).await;
    let bounced = shop.member("bounced", "bounced@harbour.example", PASSWORD).await;
    shop.contact("addressless", "").await;
    shop.contact_at(gone, "closed", "closed@gone.example").await;
    shop.run("update contacts set website_access = $2 where id = $1", &[&off, &false]).await;
    shop.run("update contacts set active = $2 where id = $1", &[&left, &false]).await;
    shop.run("update contacts set bounced_at = 1 where id = $1", &[&bounced]).await;
    shop.run("update retailers set active = $2 where id = $1", &[&gone, &false]).await;
}

const STRANGE: [&str; 11] = [
    "nobody",
    "off",
    "left",
    "bounced",
    "addressless",
    "closed",
    "",
    " ",
    "known\0",
    "kno\r\nwn",
    "'; drop table contacts; --",
];

story! {
    async fn promise_09_the_answer_is_the_same_whatever_was_typed(kind) {
        let shop = Shop::open(kind).await;
        people(&shop).await;
        let ordinary = shop.browser().forgot_password("known").await.comparable();
        assert_eq!(ordinary.0, 303);
        let long = "x".repeat(5000);
        for typed in STRANGE.into_iter().chain([long.as_str()]) {
            assert_eq!(shop.browser().forgot_password(typed).await.comparable(), ordinary, "{typed:?}");
        }
        shop.mail_to("known@harbour.example").await;
        shop.counts(0, "select count(*) as n from jobs").await;
        assert!(shop.unread().is_empty(), "{:?}", shop.unread());
        assert_eq!(shop.count("select count(*) as n from resets", &[]).await, 1);
    }
}

story! {
    async fn promise_09_one_row_is_written_before_the_answer_whoever_it_is(kind) {
        let shop = Shop::idle(kind).await;
        people(&shop).await;
        let sizes = async || {
            let mut sizes = Vec::new();
            for table in TABLES {
                sizes.push(shop.count(&format!("select count(*) as n from {table}"), &[]).await);
            }
            sizes
        };
        let mut before = sizes().await;
        for typed in ["known"].into_iter().chain(STRANGE) {
            assert_eq!(shop.browser().forgot_password(typed).await.location(), "/forgot-password/sent");
            let after = sizes().await;
            before[TABLES.iter().position(|table| *table == "jobs").unwrap()] += 1;
            // What is counted against those who ask too often depends on what was typed alone.
            let throttles = TABLES.iter().position(|table| *table == "throttles").unwrap();
            before[throttles] = after[throttles];
            assert_eq!(after, before, "{typed:?}");
        }
    }
}

story! {
    async fn promise_09_whoever_asks_again_and_again_is_told_when_another_can_be_sent_known_or_not(kind) {
        let shop = Shop::open(kind).await;
        shop.member("known", "known@harbour.example", PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        let asks = async |username: &str| {
            let mut told = Vec::new();
            for _ in 0..8 {
                let browser = shop.browser();
                let reply = browser.forgot_password(username).await;
                told.push((reply.comparable(), browser.get(reply.location()).await.comparable().2));
                shop.counts(0, "select count(*) as n from jobs").await;
                shop.advance(Duration::from_secs(10));
            }
            told
        };
        let known = asks("known").await;
        assert_eq!(known, asks("nobod").await, "alike for all");
        assert_eq!(shop.smtp.mails().len(), 3, "three at once");
        let lately = "If we mailed you lately, look for that mail: what it says still works. Another can be sent in 5 minutes.";
        assert!(known[7].1.contains(lately) && !known[0].1.contains("lately"), "{}", known[7].1);
        shop.advance(Duration::from_mins(5));
        shop.browser().forgot_password("known").await;
        shop.counts(4, "select count(*) as n from mails").await;
        assert!(shop.browser().get("/forgot-password/sent?next=61").await.says("in 61 minutes"), "nothing but a number");
        assert!(shop.browser().get("/forgot-password/sent?next=<b>").await.status == 400);
    }
}

story! {
    async fn promise_09_a_stranger_can_not_use_the_limit_to_keep_staff_from_helping(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(tradepost::staff::BuiltIn::Support).await;
        let known = shop.member("known", "known@harbour.example", PASSWORD).await;
        for _ in 0..8 {
            shop.browser().forgot_password("known").await;
            shop.counts(0, "select count(*) as n from jobs").await;
            shop.advance(Duration::from_secs(10));
        }
        office.starts_reset(known).await;
        shop.counts(4, "select count(*) as n from mails").await;
    }
}

story! {
    async fn promise_09_the_sign_in_that_follows_is_the_ordinary_one(kind) {
        let shop = Shop::open(kind).await;
        shop.member("Known Person", "known@harbour.example", PASSWORD).await;
        let page = shop.browser().get("/forgot-password").await;
        assert!(page.status == 200 && page.says("Type your username, or your e-mail address"));
        shop.browser().forgot_password(" KNOWN person ").await;
        let temporary = shop.mail_to("known@harbour.example").await.temporary_password();
        shop.quiet().await;
        assert!(shop.browser().sign_in("known person", &temporary).await.leads_to("/password"));
    }
}

story! {
    async fn promise_09_forgotten_usernames_go_to_the_address_and_nowhere_else(kind) {
        let shop = Shop::open(kind).await;
        people(&shop).await;
        let south = shop.retailer("Gull & Sons", "South").await;
        shop.contact_at(south, "second", "known@harbour.example").await;
        let ask = async |email: &str| shop.browser().post("/forgot-username", &[("email", email)]).await.comparable();
        let ordinary = ask("Known@HARBOUR.example").await;
        assert_eq!(ordinary.0, 303);
        for typed in ["nobody@harbour.example", "off@harbour.example", "left@harbour.example", "closed@gone.example", "nonsense", "", "a\0@b.example"] {
            assert_eq!(ask(typed).await, ordinary, "{typed:?}");
        }
        let mail = shop.mail_of("usernames", "known@harbour.example").await;
        let text = mail.text_part();
        assert!(text.contains("known\n  Known Sample, Harbour Gifts") && text.contains("second\n  Second Sample, Gull & Sons"), "{text}");
        shop.counts(0, "select count(*) as n from jobs").await;
        assert!(shop.unread().is_empty());
        assert_eq!(shop.count("select count(*) as n from audit where act = 'usernames-mailed'", &[]).await, 2);
    }
}
