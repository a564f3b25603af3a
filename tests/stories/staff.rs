//! Staff sign in and recover their password.

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::letter::Letter;
use crate::support::people::{Colleague, STAFF_PASSWORD, staff_sign_in};
use crate::support::shop::Shop;

const NEW: &str = "quiet cobalt ferry 77 onion";

async fn forgets(shop: &Shop, colleague: &Colleague) -> Letter {
    let reply = shop.browser().post("/portal/forgot-password", &[("email", &colleague.email)]).await;
    assert!(reply.leads_to("/portal/forgot-password/sent"));
    let mail = shop.mail_of("staff-reset", &colleague.email).await;
    shop.quiet().await;
    mail
}

async fn chooses(shop: &Shop, link: &str, code: &str, new: &str) -> Reply {
    shop.browser().post(link, &[("code", code), ("new_password", new), ("confirm_password", new)]).await
}

/// Six other digits.
fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

story! {
    async fn staff_recover_by_link_and_code_together_once(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        let mail = forgets(&shop, &admin).await;
        let (link, code) = (mail.link("/portal/reset/"), mail.code());
        assert!(!link.contains(&code) && mail.text_part().lines().any(|line| line == code));
        for _ in 0..3 {
            assert_eq!(shop.browser().get(&link).await.status, 200, "looking uses nothing up");
        }
        let page = chooses(&shop, &link, &wrong(&code), NEW).await;
        assert!(page.status == 422 && page.says("4 tries are left"), "{}", page.text());
        let weak = chooses(&shop, &link, &code, "harbour2026").await;
        assert!(weak.status == 422 && !weak.text().contains("harbour2026"));
        assert!(chooses(&shop, &link, &code, NEW).await.leads_to("/portal"));
        assert!(!admin.browser.get("/portal/retailers").await.says("Robin"), "other sessions are ended");
        assert_eq!(staff_sign_in(&shop.browser(), "/portal", &admin.email, STAFF_PASSWORD).await.status, 401);
        assert!(staff_sign_in(&shop.browser(), "/portal", &admin.email, NEW).await.leads_to("/portal"));
        assert!(chooses(&shop, &link, &code, "another ferry 78 garlic").await.leads_to("/portal/forgot-password"));
        assert!(shop.browser().get(&link).await.leads_to("/portal/forgot-password"));
    }
}

story! {
    async fn five_wrong_codes_void_the_link(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        let mail = forgets(&shop, &admin).await;
        let (link, code) = (mail.link("/portal/reset/"), mail.code());
        for left in (1..5).rev() {
            assert!(chooses(&shop, &link, &wrong(&code), NEW).await.says(&format!("{left} tr")), "{left} left");
        }
        assert!(chooses(&shop, &link, &wrong(&code), NEW).await.leads_to("/portal/forgot-password"));
        assert!(chooses(&shop, &link, &code, NEW).await.leads_to("/portal/forgot-password"), "even the right one");
        assert!(staff_sign_in(&shop.browser(), "/portal", &admin.email, STAFF_PASSWORD).await.leads_to("/portal"));
    }
}

story! {
    async fn five_tries_at_once_are_still_five(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        let mail = forgets(&shop, &admin).await;
        let (link, code) = (mail.link("/portal/reset/"), wrong(&mail.code()));
        let mut still_asked = 0;
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (browser, link, code) = (shop.browser(), link.clone(), code.clone());
            running.spawn(async move { browser.post(&link, &[("code", &code), ("new_password", NEW), ("confirm_password", NEW)]).await.status });
        }
        while let Some(status) = running.join_next().await {
            still_asked += usize::from(status.unwrap() == 422);
        }
        assert!(still_asked <= 4, "{still_asked} wrong codes were compared and one more allowed");
        assert!(chooses(&shop, &link, &mail.code(), NEW).await.leads_to("/portal/forgot-password"));
    }
}

story! {
    async fn link_and_code_live_for_ten_minutes_and_one_that_is_used_voids_the_others(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        let first = forgets(&shop, &admin).await;
        let second = forgets(&shop, &admin).await;
        let crossed = chooses(&shop, &second.link("/portal/reset/"), &first.code(), NEW).await;
        assert!(crossed.status == 422 || first.code() == second.code(), "a code belongs to its link");
        shop.advance(Duration::from_secs(9 * 60 + 50));
        assert_eq!(shop.browser().get(&second.link("/portal/reset/")).await.status, 200);
        shop.advance(Duration::from_secs(11));
        assert!(chooses(&shop, &second.link("/portal/reset/"), &second.code(), NEW).await.leads_to("/portal/forgot-password"));
        let third = forgets(&shop, &admin).await;
        // Three from one place at once; the next one may be asked for after five minutes.
        shop.advance(Duration::from_mins(5));
        let fourth = forgets(&shop, &admin).await;
        assert!(chooses(&shop, &third.link("/portal/reset/"), &third.code(), NEW).await.leads_to("/portal"), "a newer one, which anyone can ask for, voids nothing");
        assert!(chooses(&shop, &fourth.link("/portal/reset/"), &fourth.code(), NEW).await.leads_to("/portal/forgot-password"));
    }
}

story! {
    async fn the_answer_does_not_tell_who_works_here(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        let left = shop.staff(BuiltIn::Support).await;
        shop.run("update staff set active = $2 where id = $1", &[&left.id, &false]).await;
        let ask = async |email: &str| shop.browser().post("/portal/forgot-password", &[("email", email)]).await.comparable();
        let ordinary = ask(&admin.email).await;
        for typed in [left.email.as_str(), "stranger@harbour.example", "nonsense", "", "a\0@b.example"] {
            assert_eq!(ask(typed).await, ordinary, "{typed:?}");
        }
        shop.mail_to(&admin.email).await;
        shop.counts(0, "select count(*) as n from jobs").await;
        assert!(shop.unread().is_empty());
        let refusal = async |email: &str| {
            let (status, headers, page) = staff_sign_in(&shop.browser(), "/portal", email, "wrong ladder 12 moss").await.comparable();
            (status, headers.into_iter().filter(|(name, _)| name != "content-length").collect::<Vec<_>>(), page.replace(email, "*"))
        };
        assert_eq!(refusal(&admin.email).await, refusal("stranger@harbour.example").await);
        let of_left = staff_sign_in(&shop.browser(), "/portal", &left.email, STAFF_PASSWORD).await;
        assert_eq!(of_left.status, 401);
    }
}

story! {
    async fn a_staff_session_ends_with_the_job_and_after_twelve_idle_hours(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        shop.advance(Duration::from_hours(11));
        assert_eq!(admin.browser.get("/portal/retailers").await.status, 200);
        shop.advance(Duration::from_secs(12 * 3600 + 1));
        assert!(admin.browser.get("/portal/retailers").await.leads_to("/portal/login"));
        assert!(staff_sign_in(&admin.browser, "/portal", &admin.email, STAFF_PASSWORD).await.leads_to("/portal"));
        shop.run("update staff set active = $2 where id = $1", &[&admin.id, &false]).await;
        assert!(admin.browser.get("/portal/retailers").await.leads_to("/portal/login"));
        assert_eq!(staff_sign_in(&shop.browser(), "/portal", &admin.email, STAFF_PASSWORD).await.status, 401);
    }
}

story! {
    async fn a_staff_session_ends_after_seven_days(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        for hours in (10..168).step_by(10) {
            shop.advance(Duration::from_hours(10));
            assert_eq!(admin.browser.get("/portal/retailers").await.status, 200, "after {hours} hours");
        }
        shop.advance(Duration::from_hours(8));
        assert!(admin.browser.get("/portal/retailers").await.leads_to("/portal/login"), "however often they came by");
    }
}

story! {
    async fn guessing_a_staff_password_is_slowed_down(kind) {
        let shop = Shop::open(kind).await;
        let admin = shop.staff(BuiltIn::SalesAdmin).await;
        for _ in 0..6 {
            assert_eq!(staff_sign_in(&shop.browser(), "/portal", &admin.email, "wrong ladder 12 moss").await.status, 401);
        }
        assert_eq!(staff_sign_in(&shop.browser(), "/portal", &admin.email, STAFF_PASSWORD).await.status, 429);
        assert_eq!(admin.browser.get("/portal/retailers").await.status, 200, "who is in stays in");
        shop.advance(Duration::from_mins(1));
        assert!(staff_sign_in(&shop.browser(), "/portal", &admin.email, STAFF_PASSWORD).await.leads_to("/portal"));
    }
}
