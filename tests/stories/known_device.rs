//! Browsers in which someone has signed in before (docs/security.md).

use serde_json::json;

use crate::support::client::Browser;
use crate::support::program::Program;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const NEW: &str = "lamp of 9 trouts";
const MAIL: &str = "anna@harbour.example";
const PROXY: &[(&str, &str)] = &[("http.trusted_proxies", "127.0.0.1")];
const COOKIES: [&str; 2] = ["__Host-tradepost-known", "tradepost-known"];

/// A browser in which a contact has signed in and out again.
async fn known(shop: &Shop, username: &str, password: &str) -> Browser {
    let browser = shop.browser().coming_from("198.51.100.7");
    assert!(browser.sign_in(username, password).await.leads_to("/"));
    browser.post("/logout", &[]).await;
    browser
}

/// Strangers at many places, and one where the customer is, guess.
async fn strangers_guess(shop: &Shop, username: &str) {
    for place in 0..22 {
        let from = if place < 7 { "198.51.100.7".to_owned() } else { format!("203.0.{place}.9") };
        shop.browser().coming_from(&from).sign_in(username, "wrong9lamp").await;
    }
}

/// Another browser with what this one is known by and nothing else.
fn copied(shop: &Shop, browser: &Browser) -> Browser {
    let copy = shop.browser().coming_from("203.0.113.99");
    for name in COOKIES {
        copy.set_cookie(name, browser.cookies().get(name).map_or("", String::as_str));
    }
    copy
}

story! {
    async fn promise_10_the_right_password_from_a_known_device_works_whatever_strangers_did(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.member("bert", "bert@harbour.example", PASSWORD).await;
        let (anna, bert) = (known(&shop, "anna", PASSWORD).await, known(&shop, "bert", PASSWORD).await);
        strangers_guess(&shop, "anna").await;
        let fresh = shop.browser().coming_from("192.0.2.1");
        assert_eq!(fresh.sign_in("anna", PASSWORD).await.status, 429, "a device that is not known waits");
        assert_eq!(bert.sign_in("anna", PASSWORD).await.status, 429, "and so does one that is known for another");
        assert!(anna.sign_in("anna", PASSWORD).await.leads_to("/"));
        anna.post("/logout", &[]).await;
        assert!(anna.sign_in(MAIL, PASSWORD).await.leads_to("/"), "under either name");
        // Two on one device.
        anna.post("/logout", &[]).await;
        assert!(anna.sign_in("bert", PASSWORD).await.leads_to("/"));
        anna.post("/logout", &[]).await;
        strangers_guess(&shop, "bert").await;
        assert!(anna.sign_in("anna", PASSWORD).await.leads_to("/"));
        anna.post("/logout", &[]).await;
        assert!(anna.sign_in("bert", PASSWORD).await.leads_to("/"));
    }
}

story! {
    async fn promise_10_a_copied_cookie_guesses_no_faster_and_dies_with_the_password(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let anna = known(&shop, "anna", PASSWORD).await;
        let thief = copied(&shop, &anna);
        let mut tried = 0;
        while thief.sign_in("anna", "wrong9lamp").await.status == 401 {
            tried += 1;
        }
        assert_eq!(tried, 10 + 6, "then it is a stranger like others");
        assert!(!anna.cookies().values().any(|cookie| cookie.contains("anna") || cookie.contains("harbour")));
        assert!(anna.sign_in("anna", PASSWORD).await.leads_to("/"), "whom that slows is the thief");
        assert_eq!(thief.sign_in("anna", PASSWORD).await.status, 429);
    }
}

story! {
    async fn promise_10_nobody_is_known_any_more_after_another_password_but_where_it_was_chosen(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let anna = known(&shop, "anna", PASSWORD).await;
        let old = copied(&shop, &anna);
        anna.sign_in("anna", PASSWORD).await;
        assert!(anna.change_password(PASSWORD, NEW).await.leads_to("/account"));
        anna.post("/logout", &[]).await;
        strangers_guess(&shop, "anna").await;
        assert_eq!(old.sign_in("anna", NEW).await.status, 429);
        for made_up in ["", "x", "~~~", "0123456789abcdef0123456789abcdef.1.0123456789abcdef0123456789abcdef"] {
            let browser = shop.browser().coming_from("203.0.113.98");
            browser.set_cookie(COOKIES[1], made_up);
            assert_eq!(browser.sign_in("anna", NEW).await.status, 429, "{made_up:?}");
        }
        assert!(anna.sign_in("anna", NEW).await.leads_to("/"));
    }
}

story! {
    async fn promise_10_at_the_api_a_device_is_known_by_what_it_was_answered(kind) {
        let shop = Shop::with(kind, PROXY).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let signs_in = async |from: &str, typed: serde_json::Value| {
            let program = Program::new(shop.browser().coming_from(from));
            program.send("POST", "/api/v1/contact-session", &[], Some(typed)).await
        };
        let first = signs_in("198.51.100.7", json!({ "username": "anna", "password": PASSWORD })).await;
        let device = first.json()["device"].clone();
        assert!(device.is_string(), "{}", first.text());
        strangers_guess(&shop, "anna").await;
        let waits = signs_in("192.0.2.1", json!({ "username": "anna", "password": PASSWORD })).await;
        assert_eq!((waits.status, waits.problem().as_str()), (429, "sign-in-paused"));
        assert!(waits.header("retry-after").parse::<u64>().unwrap() > 30);
        let known = json!({ "username": "anna", "password": PASSWORD, "device": device });
        assert_eq!(signs_in("192.0.2.1", known).await.status, 201);
        let temporary = shop.temporary_password("anna").await;
        let reply = signs_in("192.0.2.1", json!({ "username": MAIL, "password": temporary })).await;
        assert_eq!((reply.status, &reply.json()["device"]), (201, &json!(null)), "who must choose is not known yet");
        let blank = signs_in("192.0.2.77", json!({ "username": "nobody", "password": "wrong9lamp " })).await;
        assert!(blank.status == 401 && blank.text().contains("There is a blank"), "{}", blank.text());
    }
}
