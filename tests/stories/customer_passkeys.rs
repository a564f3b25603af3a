//! Passkeys of contacts: they open no door that the password would not open
//! (promises 7, 10 and 13).

use serde_json::json;
use tradepost::staff::BuiltIn;

use crate::support::client::{Browser, Reply};
use crate::support::passkey::{Challenge, Device, sends};
use crate::support::program::Program;
use crate::support::shop::Shop;

const MAIL: &str = "anna@harbour.example";
const PASSWORD: &str = "violet-harbour-4417";
const NEW: &str = "copper-ladder-2093";
const ADD: &str = "/account/passkeys";

async fn gets(browser: &Browser) -> Device {
    let mut device = Device::new();
    let challenge =
        Challenge::ask_with(browser, &format!("{ADD}/challenge"), &[("current_password", PASSWORD)]).await;
    let answer = device.make(&challenge);
    let fields =
        [("name", "My telephone"), ("proof_ceremony", &challenge.ceremony), ("proof_passkey", &answer)];
    let added = browser.post(ADD, &fields).await;
    assert!(added.leads_to("/account"), "{}", added.text());
    device
}

async fn alone(shop: &Shop, device: &mut Device) -> (Browser, Reply) {
    let browser = shop.browser();
    let reply = device.answers(&browser, "/login/challenge", "/login/passkey").await;
    (browser, reply)
}

async fn lets_in(shop: &Shop, device: &mut Device) -> bool {
    let (browser, reply) = alone(shop, device).await;
    assert!(reply.leads_to("/") || reply.says("That passkey did not work"), "{}", reply.text());
    browser.is_signed_in().await
}

story! {
    async fn a_contact_signs_in_by_a_passkey_added_with_the_password(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let wrong = browser.post(&format!("{ADD}/challenge"), &[("current_password", "not-this-one-77")]).await;
        assert!(!wrong.says("publicKey") && wrong.says("That is not your current password"), "{}", wrong.text());
        let mut device = gets(&browser).await;
        let told = shop.mail_of("sign-in-changed", MAIL).await;
        assert!(told.text_part().contains("a passkey was added") && told.text_part().contains("/account"), "{}", told.text_part());
        assert!(shop.browser().get("/login").await.says("Sign in with a passkey"));
        let (inside, reply) = alone(&shop, &mut device).await;
        assert!(reply.leads_to("/"), "{}", reply.text());
        let page = inside.get("/account").await;
        assert!(page.status == 200 && page.says("My telephone") && page.says("A passkey was added"), "{}", page.text());
        assert!(lets_in(&shop, &mut device).await);
        let challenge = Challenge::ask(&browser, "/login/challenge").await;
        let answer = device.prove(&challenge);
        assert!(sends(&shop.browser(), "/login/passkey", &challenge.ceremony, &answer).await.leads_to("/"));
        assert_eq!(sends(&shop.browser(), "/login/passkey", &challenge.ceremony, &answer).await.status, 401, "once");
    }
}

story! {
    async fn a_passkey_is_its_owners_alone(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.member("bert", "bert@harbour.example", PASSWORD).await;
        let (anna, bert) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("bert", PASSWORD).await);
        let mut device = gets(&anna).await;
        let page = anna.get("/account").await.text();
        let path = page.split("action=\"").find(|part| part.contains("/account/passkeys/0")).unwrap();
        let path = path.split('"').next().unwrap().to_owned();
        let current = [("current_password", PASSWORD)];
        assert_eq!(bert.post(&path, &current).await.status, 404, "another's");
        let mine = Challenge::ask_with(&anna, &format!("{ADD}/challenge"), &[("current_password", PASSWORD)]).await;
        let answer = Device::new().make(&mine);
        let fields = [("name", ""), ("proof_ceremony", mine.ceremony.as_str()), ("proof_passkey", answer.as_str())];
        assert_eq!(bert.post(ADD, &fields).await.status, 422, "a challenge of another's session");
        assert_eq!(shop.browser().post(ADD, &fields).await.status, 303, "nobody's");
        assert_eq!(shop.count("select count(*) as n from passkeys", &[]).await, 1);
        let reply = device.answers(&shop.browser(), "/portal/login/challenge", "/portal/login/passkey").await;
        assert_eq!(reply.status, 401, "nor is it a key to the portal");
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let mut theirs = Device::new();
        theirs.joins(&office.browser, "/portal/me/second-factor/passkeys", "").await;
        assert!(!lets_in(&shop, &mut theirs).await, "nor one of staff to the website");
        assert!(anna.post(&path, &current).await.leads_to("/account"));
        assert!(!lets_in(&shop, &mut device).await, "removed");
    }
}

story! {
    async fn promise_13_without_access_a_passkey_opens_nothing(kind) {
        let shop = Shop::open(kind).await;
        let id = shop.member("anna", MAIL, PASSWORD).await;
        let mut device = gets(&shop.signed_in("anna", PASSWORD).await).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        office.switches_access(id, "off").await;
        assert!(!lets_in(&shop, &mut device).await);
        office.switches_access(id, "on").await;
        assert!(lets_in(&shop, &mut device).await, "on again loses nothing");
        for (off, on) in [
            ("update contacts set active = $1", "update contacts set active = $1"),
            ("update retailers set active = $1", "update retailers set active = $1"),
        ] {
            shop.run(off, &[&false]).await;
            assert!(!lets_in(&shop, &mut device).await, "{off}");
            shop.run(on, &[&true]).await;
            assert!(lets_in(&shop, &mut device).await, "{on}");
        }
    }
}

story! {
    async fn promise_10_a_stopped_password_takes_the_passkeys_along(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let mut device = gets(&browser).await;
        let begun = Challenge::ask_with(&browser, &format!("{ADD}/challenge"), &[("current_password", PASSWORD)]).await;
        shop.resets_and_stops("anna").await;
        assert!(!lets_in(&shop, &mut device).await);
        let answer = Device::new().make(&begun);
        let fields = [("name", ""), ("proof_ceremony", begun.ceremony.as_str()), ("proof_passkey", answer.as_str())];
        assert!(browser.post(ADD, &fields).await.leads_to("/login"), "nor is one added that was begun before");
        assert_eq!(shop.count("select count(*) as n from passkeys", &[]).await, 0);
    }
}

story! {
    async fn promise_7_a_temporary_password_adds_no_passkey_and_leaves_none(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let mut device = gets(&shop.signed_in("anna", PASSWORD).await).await;
        shop.mail_of("sign-in-changed", MAIL).await;
        let temporary = shop.temporary_password("anna").await;
        assert!(lets_in(&shop, &mut device).await, "the current password works on, and so does it");
        let choosing = shop.browser();
        assert!(choosing.sign_in("anna", &temporary).await.leads_to("/password"));
        assert!(choosing.must_choose().await);
        for path in [ADD.to_owned(), format!("{ADD}/challenge")] {
            let reply = choosing.post(&path, &[("current_password", PASSWORD)]).await;
            assert!(reply.leads_to("/password") || reply.status == 422, "{path}: {}", reply.text());
        }
        let chosen = choosing.choose(NEW).await;
        assert!(chosen.leads_to("/"), "{chosen:?}");
        assert!(!lets_in(&shop, &mut device).await, "nobody keeps a back door");
        assert!(shop.mail_of("sign-in-changed", MAIL).await.text_part().contains("a passkey was removed"));
        assert!(shop.lets_in("anna", NEW).await);
    }
}

story! {
    async fn a_passkey_is_told_with_what_is_known_and_goes_with_whoever_is_erased(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let mut device = gets(&browser).await;
        let page = browser.get("/account/data").await;
        assert!(page.says("My telephone"), "{}", page.text());
        let credential = shop.texts("select credential_id as t from passkeys", &[]).await.remove(0);
        let file = browser.post("/account/data/export", &[("current_password", PASSWORD)]).await;
        assert!(file.says("My telephone") && !file.says(&credential), "{}", file.text());
        assert_eq!(office.erases(anna, "Anna Sample").await.status, 303);
        assert_eq!(shop.count("select count(*) as n from passkeys", &[]).await, 0);
        assert!(!lets_in(&shop, &mut device).await);
    }
}

story! {
    async fn whoever_is_merged_into_another_leaves_no_passkey(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let mut device = gets(&shop.signed_in("anna", PASSWORD).await).await;
        let berta = shop.member("berta", "berta@harbour.example", PASSWORD).await;
        let anna = shop.id("anna").await;
        let merged = office.browser.post(&format!("/portal/contacts/{berta}/merge"), &[("other", &anna.to_string())]).await;
        assert_eq!(merged.status, 303, "{}", merged.text());
        assert_eq!(shop.count("select count(*) as n from passkeys", &[]).await, 0);
        assert!(!lets_in(&shop, &mut device).await);
    }
}

story! {
    async fn promise_15_a_passkey_is_removed_with_the_current_password_only(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let mut device = gets(&browser).await;
        let page = browser.get("/account").await.text();
        let path = page.split("action=\"").find(|part| part.contains("/account/passkeys/0")).unwrap();
        let path = path.split('"').next().unwrap().to_owned();
        assert_ne!(browser.post(&path, &[]).await.status, 303, "not by whoever comes to an open browser");
        for wrong in ["", "not-this-one-77"] {
            let refused = browser.post(&path, &[("current_password", wrong)]).await;
            assert!(refused.status == 422 && refused.says("That is not your current password"), "{}", refused.text());
        }
        assert!(lets_in(&shop, &mut device).await);
        assert!(browser.post(&path, &[("current_password", PASSWORD)]).await.leads_to("/account"));
        assert!(!lets_in(&shop, &mut device).await);
    }
}

story! {
    async fn promise_15_a_passkey_that_a_thief_added_goes_with_the_password_that_is_changed(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let (anna, thief) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("anna", PASSWORD).await);
        assert!(!anna.get("/password").await.says("remove_passkeys"), "there is none to ask about");
        let mut device = gets(&thief).await;
        let page = anna.get("/password").await;
        assert!(page.says("Also remove the passkeys added lately") && page.says("“My telephone” of "), "{}", page.text());
        let fields = |current, new| [("current_password", current), ("new_password", new), ("confirm_password", new)];
        let wrong = anna.post("/password", &fields("not-this-one-77", NEW)).await;
        assert!(wrong.status == 422 && !wrong.says("value=\"true\" checked"), "what was unticked stays so");
        let ticked = [fields(PASSWORD, NEW).as_slice(), &[("remove_passkeys", "true")]].concat();
        assert!(anna.post("/password", &ticked).await.leads_to("/account"));
        assert!(!lets_in(&shop, &mut device).await, "whoever took the password is out");
        shop.mail_of("sign-in-changed", MAIL).await;
        assert!(shop.mail_of("sign-in-changed", MAIL).await.text_part().contains("a passkey was removed"));
        assert!(anna.get("/account").await.says("A passkey was removed"));
    }
}

story! {
    async fn promise_15_passkeys_that_are_known_stay_when_the_password_is_changed(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let anna = shop.signed_in("anna", PASSWORD).await;
        let mut device = gets(&anna).await;
        let fields = [("current_password", PASSWORD), ("new_password", NEW), ("confirm_password", NEW)];
        assert!(anna.post("/password", &fields).await.leads_to("/account"));
        assert!(lets_in(&shop, &mut device).await, "the box was not ticked");
        let program = Program::new(shop.browser());
        let change = async |from: &str, to: &str, keep: Option<bool>| {
            let session = program.send("POST", "/api/v1/contact-session", &[], Some(json!({ "username": "anna", "password": from }))).await;
            let token = session.json()["token"].as_str().expect("a token").to_owned();
            let mut typed = json!({ "password": to, "current_password": from });
            if let Some(keep) = keep {
                typed["keep_passkeys"] = keep.into();
            }
            assert_eq!(program.with_token(&token).send("PUT", "/api/v1/contact-session/password", &[], Some(typed)).await.status, 200);
        };
        change(NEW, "amber-gravel-5519", Some(true)).await;
        assert!(lets_in(&shop, &mut device).await);
        change("amber-gravel-5519", "quiet-cobalt-7741", None).await;
        assert!(!lets_in(&shop, &mut device).await, "at the API they go unless they are to stay");
    }
}
