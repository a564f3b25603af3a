//! Passkeys: one on a device of one's own signs in alone, and nobody else's does
//!.

use std::time::Duration;

use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::{Browser, Reply};
use crate::support::passkey::{Challenge, Device, sends};
use crate::support::people::{Colleague, STAFF_PASSWORD, staff_sign_in};
use crate::support::shop::Shop;

const SET_UP: &str = "/portal/me/second-factor";
const ADD: &str = "/portal/me/second-factor/passkeys";
const ASK: &str = "/portal/second-factor/challenge";

async fn gets(who: &Colleague) -> Device {
    let mut device = Device::new();
    let added = device.joins(&who.browser, ADD, "Work laptop").await;
    assert!(added.status == 200 && added.says("Your recovery codes"), "{}", added.text());
    device
}

async fn alone(browser: &Browser, device: &mut Device) -> Reply {
    device.answers(browser, "/portal/login/challenge", "/portal/login/passkey").await
}

/// Signs in by the password; then the second factor is asked for.
async fn half_in(shop: &Shop, who: &Colleague) -> Browser {
    let browser = shop.browser();
    staff_sign_in(&browser, "/portal", &who.email, STAFF_PASSWORD).await;
    assert!(browser.get("/portal").await.leads_to("/portal/second-factor"));
    browser
}

story! {
    async fn staff_sign_in_by_a_passkey_alone_or_beside_the_password(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let mut device = gets(&office).await;
        let page = office.browser.get(SET_UP).await;
        assert!(page.says("Work laptop") && page.says("not yet"), "{}", page.text());
        let browser = shop.browser();
        assert!(browser.get("/portal/login").await.says("Sign in with a passkey"));
        let reply = alone(&browser, &mut device).await;
        assert!(reply.leads_to("/portal"), "{}", reply.text());
        assert_eq!(browser.get("/portal/contacts").await.status, 200);
        let beside = half_in(&shop, &office).await;
        assert!(beside.get("/portal/second-factor").await.says("Use a passkey"));
        let before = beside.cookies();
        assert!(device.answers(&beside, ASK, "/portal/second-factor/passkey").await.leads_to("/portal"));
        assert_ne!(beside.cookies(), before, "a session of its own");
        assert_eq!(beside.get("/portal/contacts").await.status, 200);
        assert!(!beside.get(SET_UP).await.says("not yet"), "it was used");
    }
}

story! {
    async fn an_answer_counts_once_in_its_time_and_its_session(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let mut device = gets(&office).await;
        let browser = shop.browser();
        let challenge = Challenge::ask(&browser, "/portal/login/challenge").await;
        let answer = device.prove(&challenge);
        let (one, two) = (shop.browser(), shop.browser());
        let (a, b) = tokio::join!(
            sends(&one, "/portal/login/passkey", &challenge.ceremony, &answer),
            sends(&two, "/portal/login/passkey", &challenge.ceremony, &answer)
        );
        assert_eq!([&a, &b].iter().filter(|reply| reply.leads_to("/portal")).count(), 1, "two at once");
        let again = sends(&browser, "/portal/login/passkey", &challenge.ceremony, &answer).await;
        assert!(again.status == 401 && again.says("That passkey did not work"), "{}", again.text());
        let other = Challenge::ask(&browser, "/portal/login/challenge").await;
        assert_eq!(sends(&browser, "/portal/login/passkey", &other.ceremony, &answer).await.status, 401, "of another challenge");
        let late = Challenge::ask(&browser, "/portal/login/challenge").await;
        let answer = device.prove(&late);
        shop.advance(Duration::from_secs(301));
        assert_eq!(sends(&browser, "/portal/login/passkey", &late.ceremony, &answer).await.status, 401, "too late");
        let (mine, theirs) = (half_in(&shop, &office).await, half_in(&shop, &office).await);
        let challenge = Challenge::ask(&mine, ASK).await;
        let answer = device.prove(&challenge);
        let refused = sends(&theirs, "/portal/second-factor/passkey", &challenge.ceremony, &answer).await;
        assert!(refused.status == 422 && refused.says("That passkey did not work"), "{}", refused.text());
        assert_eq!(sends(&shop.browser(), "/portal/login/passkey", &challenge.ceremony, &answer).await.status, 401, "it asked for something else");
        assert!(sends(&mine, "/portal/second-factor/passkey", &challenge.ceremony, &answer).await.leads_to("/portal"));
    }
}

story! {
    async fn nobody_comes_in_by_what_is_not_theirs(kind) {
        let shop = Shop::open(kind).await;
        let (office, deputy) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesAdmin).await);
        let (mut device, mut theirs) = (gets(&office).await, gets(&deputy).await);
        let half = half_in(&shop, &office).await;
        assert_eq!(theirs.answers(&half, ASK, "/portal/second-factor/passkey").await.status, 422, "another's");
        let unknown = alone(&shop.browser(), &mut Device::new()).await;
        assert_eq!(unknown.status, 401, "nobody's");
        device.origin = "https://shop.test.evil.example".into();
        assert_eq!(alone(&shop.browser(), &mut device).await.status, 401, "made for another website");
        device.origin = crate::support::shop::PUBLIC_URL.into();
        device.verifies = false;
        assert_eq!(alone(&shop.browser(), &mut device).await.status, 401, "it does not know who holds it");
        device.verifies = true;
        for nonsense in ["", "{}", "null", "[", "{\"id\":1}"] {
            let challenge = Challenge::ask(&half, ASK).await;
            assert_eq!(sends(&half, "/portal/second-factor/passkey", &challenge.ceremony, nonsense).await.status, 422, "{nonsense}");
        }
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Rep, &["North"]).await;
        let mut phone = Device::new();
        assert_eq!(phone.joins(&rep.browser, "/sales/me/second-factor/passkeys", "").await.status, 200);
        assert_eq!(alone(&shop.browser(), &mut phone).await.status, 401, "not at this door");
        let road = shop.browser();
        assert!(phone.answers(&road, "/sales/login/challenge", "/sales/login/passkey").await.leads_to("/sales"));
        assert_eq!(road.get("/sales/me/second-factor").await.status, 200);
        assert!(alone(&shop.browser(), &mut device).await.leads_to("/portal"), "its owner does");
    }
}

story! {
    async fn a_copied_key_is_found_out_and_who_left_stays_out(kind) {
        let shop = Shop::open(kind).await;
        let (owner, office) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::SalesAdmin).await);
        let mut device = gets(&office).await;
        assert!(alone(&shop.browser(), &mut device).await.leads_to("/portal"));
        device.counter -= 1;
        assert_eq!(alone(&shop.browser(), &mut device).await.status, 401, "it counts backwards");
        let facts = shop.texts("select details as t from audit where act = 'sign-in-refused' and staff_id = $1", &[&office.id]).await;
        assert!(facts.iter().any(|facts| facts.contains("copied-passkey")), "{facts:?}");
        let trail = owner.browser.get("/portal/audit").await;
        assert!(trail.says("Signed in with a passkey") && trail.says("there may be a copy of the passkey"), "{}", trail.text());
        device.counter += 5;
        assert!(alone(&shop.browser(), &mut device).await.leads_to("/portal"));
        let gone = owner.browser.post(&format!("/portal/staff/{}/active", office.id), &[("active", "no")]).await;
        assert_eq!(gone.status, 303);
        assert_eq!(alone(&shop.browser(), &mut device).await.status, 401, "who left");
    }
}

story! {
    async fn a_passkey_confirms_and_is_removed_only_by_its_owner_who_is_there(kind) {
        let shop = Shop::open(kind).await;
        let (office, deputy) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesAdmin).await);
        let (mut device, _) = (gets(&office).await, gets(&deputy).await);
        let ids = shop.texts("select name as t from passkeys", &[]).await;
        assert_eq!(ids.len(), 2);
        let page = office.browser.get(SET_UP).await.text();
        let path = page.split("action=\"").find(|part| part.contains("/remove\"") && part.contains("/passkeys/")).unwrap();
        let path = path.split('"').next().unwrap().to_owned();
        assert_eq!(deputy.browser.post(&path, &[]).await.status, 404, "another's");
        shop.advance(Duration::from_mins(6));
        assert!(office.browser.post(&path, &[]).await.leads_to("/portal/confirm?to=/portal/me/second-factor"));
        let stale = office.browser.post(&format!("{ADD}/challenge"), &[]).await;
        assert!(!stale.says("publicKey") && stale.text().contains("/portal/confirm?to=/portal/me/second-factor"), "{}", stale.text());
        let challenge = Challenge::ask(&office.browser, ASK).await;
        let answer = device.prove(&challenge);
        let export = async |proof: &[(&str, &str)]| {
            let all: Vec<_> = [("query", ""), ("format", "csv")].iter().chain(proof).copied().collect();
            office.browser.post("/portal/contacts/export", &all).await.status
        };
        assert_eq!(export(&[("proof_password", STAFF_PASSWORD)]).await, 422, "the password alone");
        assert_eq!(export(&[("proof_ceremony", &challenge.ceremony), ("proof_passkey", "{}")]).await, 422);
        assert_eq!(export(&[("proof_ceremony", &challenge.ceremony), ("proof_passkey", &answer)]).await, 422, "used up");
        let challenge = Challenge::ask(&office.browser, ASK).await;
        let answer = device.prove(&challenge);
        let fields = [("to", SET_UP), ("proof_ceremony", challenge.ceremony.as_str()), ("proof_passkey", answer.as_str())];
        assert!(office.browser.post("/portal/confirm", &fields).await.leads_to(SET_UP));
        assert_eq!(export(&[]).await, 200, "for five minutes");
        assert!(office.browser.post(&path, &[]).await.leads_to(SET_UP));
        assert_eq!(alone(&shop.browser(), &mut device).await.status, 401, "it is gone");
        assert_eq!(shop.count("select count(*) as n from recovery_codes where staff_id = $1", &[&office.id]).await, 0);
        let browser = shop.browser();
        staff_sign_in(&browser, "/portal", &office.email, STAFF_PASSWORD).await;
        assert_eq!(browser.get("/portal").await.status, 200, "the password alone will do again");
    }
}

story! {
    async fn a_passkey_is_the_second_factor_a_role_demands_and_is_reset_when_lost(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let role = shop.db().read(|tx| tradepost::staff::roles::named(tx, "Sales admin")).await.unwrap().unwrap();
        assert_eq!(owner.browser.post(&format!("/portal/roles/{role}/second-factor"), &[("days", "0")]).await.status, 303);
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        assert!(office.browser.get("/portal/contacts").await.leads_to(SET_UP));
        let mut device = gets(&office).await;
        assert_eq!(office.browser.get("/portal/contacts").await.status, 200);
        assert!(owner.browser.post(&format!("/portal/staff/{}/factor-resets", office.id), &[]).await.leads_to(&format!("/portal/staff/{}", office.id)));
        let mail = shop.mail_of("staff-reset", &office.email).await;
        shop.quiet().await;
        let (link, code) = (mail.link("/portal/factor-reset/"), mail.code());
        assert!(shop.browser().post(&link, &[("code", &code), ("password", STAFF_PASSWORD)]).await.leads_to("/portal/login"));
        assert_eq!(alone(&shop.browser(), &mut device).await.status, 401);
        let browser = shop.browser();
        staff_sign_in(&browser, "/portal", &office.email, STAFF_PASSWORD).await;
        assert!(browser.get("/portal").await.leads_to(SET_UP));
    }
}

story! {
    async fn who_it_happens_to_is_told_by_mail(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let mut device = Device::new();
        let added = device.joins(&office.browser, ADD, "Work laptop").await.text();
        let told = shop.mail_of("sign-in-changed", &office.email).await;
        let text = told.text_part();
        assert!(text.contains("a passkey was added") && text.contains(SET_UP), "{text}");
        let code = added.split("<li><code>").nth(1).unwrap().split('<').next().unwrap();
        let half = half_in(&shop, &office).await;
        assert!(half.post("/portal/second-factor", &[("code", code)]).await.leads_to("/portal"), "beside the passkey");
        assert!(shop.mail_of("sign-in-changed", &office.email).await.text_part().contains("a recovery code was used"));
    }
}
