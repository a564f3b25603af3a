//! Which token opens which door: devices of the sales app by cookies, those of
//! programs by the header, and neither what is the other's.

use serde_json::{Value, json};
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::{Browser, Reply};
use crate::support::log;
use crate::support::people::STAFF_PASSWORD;
use crate::support::program::Program;
use crate::support::shop::Shop;

/// The browser in which someone signed in becomes a device.
async fn becomes_a_device(browser: &Browser) -> Reply {
    Program::new(browser.clone())
        .send("POST", "/sales/device", &[], Some(json!({ "name": "Shop iPad" })))
        .await
}

/// Asks for new tokens by the cookie.
async fn refreshes(browser: &Browser) -> Reply {
    Program::new(browser.clone())
        .send("POST", "/api/v1/tokens", &[], Some(json!({ "request_key": "0123456789abcdef" })))
        .await
}

async fn me(browser: &Browser) -> Reply {
    Program::new(browser.clone()).get("/api/v1/me").await
}

async fn signs_in(shop: &Shop, email: &str) -> Value {
    let typed = json!({ "email": email, "password": STAFF_PASSWORD, "device_name": "Sample iPad" });
    Program::new(shop.browser()).send("POST", "/api/v1/devices", &[], Some(typed)).await.json()
}

story! {
    async fn the_sales_app_holds_its_tokens_where_no_script_reads_them(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let started = becomes_a_device(&rep.browser).await;
        assert_eq!((started.status, &started.json()["name"]), (201, &json!("Shop iPad")));
        let set: Vec<&str> = started.all("set-cookie").into_iter().filter(|line| line.contains("tradepost-device") || line.contains("tradepost-refresh")).collect();
        assert!(set.len() >= 2 && set.iter().all(|line| line.contains("HttpOnly; SameSite=Strict")), "{set:?}");
        assert_eq!(me(&rep.browser).await.json()["device"]["name"], "Shop iPad");
        let before = rep.browser.cookies();
        let fresh = refreshes(&rep.browser).await;
        let fields: Vec<String> = fresh.json().as_object().expect("an object").keys().cloned().collect();
        assert_eq!(fields, ["access_expires_in_s", "refresh_expires_in_s"], "no token in what scripts read");
        assert_ne!(rep.browser.cookies(), before);
        assert_eq!(me(&rep.browser).await.status, 200);
        // Again in the same browser: the one before is signed out.
        assert_eq!(becomes_a_device(&rep.browser).await.status, 201);
        assert_eq!(shop.count("select count(*) as n from sessions where device_name is not null and ended_at is null", &[]).await, 1);
        let acts = "select act || ' ' || door as t from audit where act = 'device-signed-in'";
        assert_eq!(shop.texts(acts, &[]).await, ["device-signed-in sales"; 2]);
        let copy = rep.browser.copy();
        assert!(rep.browser.post("/sales/logout", &[]).await.leads_to("/sales/login"));
        assert_eq!(me(&copy).await.problem(), "not-signed-in", "signing out takes the device along");
        assert!(!rep.browser.cookies().keys().any(|name| name.contains("device") || name.contains("refresh")));
    }
}

story! {
    async fn only_who_is_all_the_way_in_at_the_sales_app_becomes_a_device(kind) {
        let shop = Shop::open(kind).await;
        assert_eq!(becomes_a_device(&shop.browser()).await.problem(), "not-signed-in");
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        assert_eq!(becomes_a_device(&office.browser).await.problem(), "not-found");
        let half = shop.staff(BuiltIn::SalesRep).await;
        shop.run("update sessions set stage = 'second-factor' where staff_id = $1", &[&half.id]).await;
        assert_eq!(becomes_a_device(&half.browser).await.problem(), "second-factor-required");
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let foreign = Program::new(rep.browser.clone()).send("POST", "/sales/device", &[("origin", "https://evil.example")], Some(json!({ "name": "x" }))).await;
        assert_eq!(foreign.status, 403);
        assert_eq!(becomes_a_device(&rep.browser).await.status, 201);
        let renaming = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        let foreign = Program::new(rep.browser.clone()).send("PATCH", "/api/v1/devices/current", &renaming, Some(json!({ "name": "x" }))).await;
        assert_eq!(foreign.problem(), "not-allowed", "no other site acts by the cookies");
        assert_eq!(me(&rep.browser).await.json()["device"]["name"], "Shop iPad");
    }
}

story! {
    async fn a_token_opens_its_own_door_and_no_other(kind) {
        let shop = Shop::open(kind).await;
        let dual = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
        shop.member("anna", "anna@harbour.example", "trout9lamp").await;
        let anna = shop.signed_in("anna", "trout9lamp").await;
        let tokens = signs_in(&shop, &dual.email).await;
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        let nobody = Program::new(shop.browser());
        let cookies = dual.browser.cookies().into_values().chain(anna.cookies().into_values());
        for token in cookies.chain([refresh.clone(), "nonsense".to_owned(), "0".repeat(64)]) {
            let program = nobody.with_token(&token);
            assert_eq!(program.get("/api/v1/me").await.problem(), "not-signed-in");
        }
        let as_refresh = nobody.send("POST", "/api/v1/tokens", &[], Some(json!({ "refresh_token": access }))).await;
        assert_eq!(as_refresh.problem(), "not-signed-in");
        for token in [&access, &refresh] {
            for jar in ["tradepost-staff", "__Host-tradepost-staff", "tradepost", "__Host-tradepost"] {
                let browser = shop.browser();
                browser.set_cookie(jar, token);
                assert!(browser.get("/portal").await.leads_to("/portal/login"), "{jar}");
                assert!(browser.get("/account").await.leads_to("/login"), "{jar}");
                assert_eq!(becomes_a_device(&browser).await.problem(), "not-signed-in", "{jar}");
            }
            assert_ne!(nobody.with_token(token).get("/api/v1/contact-session").await.status, 200);
        }
        assert_eq!(nobody.with_token(&access).get("/api/v1/me").await.status, 200);
        // A browser's session is no device, whoever asks.
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.get(&format!("/portal/staff/{}", dual.id)).await.text();
        let ids: Vec<&str> = page.split("/sessions/").skip(1).filter_map(|rest| rest.split('/').next()).filter(|id| id.len() == 36).collect();
        assert_eq!(ids.len(), 2, "the browser and the device");
        let program = nobody.with_token(&access);
        let mut answers = Vec::new();
        // Its own comes last: with that it is gone.
        for id in ids.into_iter().rev() {
            answers.push(program.delete(&format!("/api/v1/devices/{id}")).await.problem());
        }
        assert_eq!(answers, ["not-found", ""]);
        assert_eq!(dual.browser.get("/portal").await.status, 200);
    }
}

story! {
    async fn answers_say_how_much_a_device_may_still_ask(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let ipad = Program::of(&shop, &rep).await;
        let first = ipad.get("/api/v1/devices").await;
        assert_eq!(first.header("ratelimit-policy"), "\"device\";q=600;w=60");
        assert!(first.header("ratelimit").starts_with("\"device\";r=599;t="), "{first:?}");
        let missing = ipad.get("/api/v1/contacts/0192c6c3-0000-7000-8000-000000000001").await;
        assert!(missing.status == 404 && missing.header("ratelimit").contains("r=598"), "{missing:?}");
        for _ in 0..598 {
            ipad.get("/api/v1/contacts/0192c6c3-0000-7000-8000-000000000001").await;
        }
        let enough = ipad.get("/api/v1/devices").await;
        assert_eq!((enough.status, enough.problem().as_str()), (429, "too-many-requests"));
        assert!((1..=60).contains(&enough.header("retry-after").parse::<u64>().expect("seconds")));
        assert_eq!(Program::of(&shop, &rep).await.get("/api/v1/devices").await.status, 200, "another device has its own");
        assert_eq!(shop.browser().get("/api/v1/me").await.header("ratelimit"), "", "no device, no limit to tell");
    }
}

story! {
    async fn promise_1_of_a_token_nothing_is_kept_or_logged(kind) {
        log::capture();
        let mark = log::mark();
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let mut secrets = vec![STAFF_PASSWORD.to_owned()];
        let mut tokens = signs_in(&shop, &rep.email).await;
        for _ in 0..3 {
            secrets.extend(["access_token", "refresh_token"].map(|name| tokens[name].as_str().expect("a token").to_owned()));
            let program = Program::new(shop.browser()).with_token(tokens["access_token"].as_str().expect("a token"));
            assert_eq!(program.get("/api/v1/me").await.status, 200);
            tokens = program.send("POST", "/api/v1/tokens", &[], Some(json!({ "refresh_token": tokens["refresh_token"] }))).await.json();
        }
        becomes_a_device(&rep.browser).await;
        secrets.extend(rep.browser.cookies().into_values());
        let spent = json!({ "refresh_token": secrets[2] });
        assert_eq!(Program::new(shop.browser()).send("POST", "/api/v1/tokens", &[], Some(spent)).await.problem(), "device-revoked");
        let heaps = [("the database", shop.database.everything().await), ("the log", log::since(mark))];
        for (what, heap) in heaps {
            for secret in &secrets {
                let raw: Vec<u8> = secret.as_bytes().chunks(2).filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()).collect();
                let raw_is_there = raw.len() == 32 && heap.windows(32).any(|window| window == raw);
                assert!(!raw_is_there && !heap.windows(secret.len()).any(|window| window == secret.as_bytes()), "{what} holds a token");
            }
        }
    }
}
