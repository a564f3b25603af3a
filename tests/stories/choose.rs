//! Choosing a password, with a temporary one (promise 7).

use std::time::Duration;

use tradepost::routes;

use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const NEW: &str = "lamp of 9 trouts";
const MAIL: &str = "anna@harbour.example";

/// Where someone with nothing but a temporary password may go: pages for
/// everyone, and the page for choosing.
const OPEN: [&str; 14] = [
    "/login",
    "/logout",
    "/login/challenge",
    "/login/passkey",
    "/forgot-password",
    "/forgot-password/sent",
    "/forgot-username",
    "/forgot-username/sent",
    "/password",
    "/invitation/{token}",
    "/invitation/{token}/sent",
    "/not-me/{token}",
    "/account/email/confirm/{token}",
    "/.well-known/change-password",
];

story! {
    async fn promise_07_a_temporary_password_opens_nothing_but_the_choice(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let browser = shop.browser();
        assert!(browser.sign_in("anna", &temporary).await.leads_to("/password"));
        let staff_only = |path: &&str| path.starts_with("/portal") || path.starts_with("/sales");
        let others = ["/brand", "/dev/", "/healthz", "/readyz", "/hooks/", "/api/", "/problems/"];
        let website = routes::addresses().into_iter().filter(|path| !staff_only(path) && !others.iter().any(|other| path.starts_with(other)));
        let guarded: Vec<&str> = website.filter(|path| !OPEN.contains(path)).collect();
        assert!(guarded.len() >= 7, "{guarded:?}");
        for route in guarded {
            let path = route.replace("{id}", "0192c6c3-0000-7000-8000-000000000000");
            let (get, post) = (browser.get(&path).await, browser.post(&path, &[]).await);
            assert!(get.leads_to("/password") || get.status == 405, "GET {path}: {}", get.status);
            assert!(post.leads_to("/password") || post.status == 405, "POST {path}: {}", post.status);
            assert!(get.status == 303 || post.status == 303, "{path}");
        }
        for path in ["/portal/retailers", "/sales/me/second-factor"] {
            assert!(browser.get(path).await.location().ends_with("/login"));
        }
        let page = browser.get("/password").await;
        assert!(page.status == 200 && !page.says("Harbour Gifts") && !page.says("Current password"), "nor does that page show more");
        assert!(browser.post("/logout", &[]).await.leads_to("/login"));
        assert!(browser.get("/password").await.leads_to("/login"));
    }
}

story! {
    async fn promise_07_choosing_uses_it_up_ends_other_sessions_and_is_told_by_mail(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let (old, temporary) = (shop.signed_in("anna", PASSWORD).await, shop.temporary_password("anna").await);
        let (one, two) = (shop.browser(), shop.browser());
        one.sign_in("anna", &temporary).await;
        two.sign_in("anna", &temporary).await;
        let before = one.copy();
        let seen = "select count(*) as n from contacts where last_sign_in_at > 1000";
        shop.db().write(|tx| tx.run("update contacts set last_sign_in_at = 1", &[])).await.unwrap();
        assert!(one.choose(NEW).await.leads_to("/"));
        assert!(one.is_signed_in().await && shop.count(seen, &[]).await == 1, "that is signing in, too");
        assert_ne!(before.cookies().get("tradepost"), one.cookies().get("tradepost"), "a new session, not the old one raised");
        assert!(!old.is_signed_in().await && !two.must_choose().await && !before.must_choose().await);
        assert!(!shop.lets_in("anna", &temporary).await);
        let notice = shop.mail_of("password-changed", MAIL).await;
        let words = format!("{}{}{}", notice.subject(), notice.text_part(), notice.html_part());
        assert!(words.contains("was changed") && !words.contains(NEW) && !words.contains(&temporary));
        assert!(before.choose("replayed 9 forms").await.leads_to("/login"), "the form again");
        assert!(shop.lets_in("anna", NEW).await && !shop.lets_in("anna", "replayed 9 forms").await);
    }
}

story! {
    async fn promise_07_of_two_who_choose_at_once_one_wins(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        for round in 0..4 {
            let temporary = shop.temporary_password("anna").await;
            let (one, two) = (shop.browser(), shop.browser());
            one.sign_in("anna", &temporary).await;
            two.sign_in("anna", &temporary).await;
            let (first, second) = (format!("first {round} of two"), format!("second {round} of two"));
            let (a, b) = tokio::join!(one.choose(&first), two.choose(&second));
            assert_eq!([a.leads_to("/"), b.leads_to("/")].iter().filter(|won| **won).count(), 1, "{a:?} {b:?}");
            let winner = if a.leads_to("/") { &first } else { &second };
            let loser = if a.leads_to("/") { &second } else { &first };
            assert!(shop.lets_in("anna", winner).await && !shop.lets_in("anna", loser).await);
            shop.mail_of("password-changed", MAIL).await;
            shop.quiet().await;
            shop.advance(Duration::from_secs(10));
        }
        assert_eq!(shop.count("select count(*) as n from audit where act = 'password-chosen'", &[]).await, 4);
    }
}

story! {
    async fn a_session_for_choosing_waits_an_hour(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let browser = shop.browser();
        browser.sign_in("anna", &temporary).await;
        shop.advance(Duration::from_secs(3590));
        assert_eq!(browser.get("/password").await.status, 200);
        shop.advance(Duration::from_secs(11));
        assert!(browser.choose(NEW).await.leads_to("/login"));
        assert!(shop.lets_in("anna", &temporary).await, "signing in again goes on");
    }
}

story! {
    async fn it_may_be_typed_as_people_type(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let bare = temporary.replace('-', "");
        for typed in [bare.to_lowercase(), temporary.to_lowercase(), format!(" {} ", temporary.replace('-', " ")), temporary.replace('-', "–")] {
            assert!(shop.lets_in("anna", &typed).await, "{typed:?}");
        }
        assert!(!shop.lets_in("anna", &bare[..15]).await && !shop.lets_in("anna", &format!("{bare}2")).await);
    }
}

story! {
    async fn a_password_can_be_changed_knowing_the_current_one(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let (here, there) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("anna", PASSWORD).await);
        let wrong = here.change_password("wrong9lamp", NEW).await;
        assert!(wrong.status == 422 && wrong.says("That is not your current password."));
        let none = here.choose(NEW).await;
        assert!(none.status == 422 && none.says("That is not your current password."));
        let differ = here.post("/password", &[("current_password", PASSWORD), ("new_password", NEW), ("confirm_password", "other 9 lamps")]).await;
        assert!(differ.status == 422 && differ.says("The two passwords differ."));
        assert!(there.is_signed_in().await && shop.lets_in("anna", PASSWORD).await, "nothing changed");
        assert!(here.change_password(PASSWORD, NEW).await.leads_to("/account"));
        assert!(here.is_signed_in().await && !there.is_signed_in().await);
        assert!(shop.lets_in("anna", NEW).await && !shop.lets_in("anna", PASSWORD).await);
        shop.mail_of("password-changed", MAIL).await;
    }
}

story! {
    async fn changing_the_password_voids_what_was_mailed(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        assert!(browser.change_password(PASSWORD, NEW).await.leads_to("/account"));
        assert!(!shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn a_session_of_a_void_temporary_password_leads_back_to_signing_in(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let first = shop.temporary_password("anna").await;
        let browser = shop.browser();
        browser.sign_in("anna", &first).await;
        shop.advance(Duration::from_secs(10));
        let second = shop.temporary_password("anna").await;
        assert!(browser.choose("lamp of 9 trouts").await.leads_to("/login"));
        let page = browser.get("/login").await;
        assert_eq!((page.status, page.location()), (200, ""), "the form to sign in with the newer one");
        assert!(browser.sign_in("anna", &second).await.leads_to("/password"));
    }
}
