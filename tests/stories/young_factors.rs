//! What a thief added doesn't outlast the owner's recovery, and who has the mailbox only
//! gets rid of no factor that stands.

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::client::{Browser, Reply};
use crate::support::passkey::Device;
use crate::support::people::{Colleague, STAFF_PASSWORD, staff_sign_in};
use crate::support::shop::Shop;

const NEW: &str = "quiet cobalt ferry 77 onion";
const THIEFS: &str = "amber gravel window 31 fox";
const SET_UP: &str = "/portal/me/second-factor";
const ADD: &str = "/portal/me/second-factor/passkeys";
const DAY: Duration = Duration::from_hours(24);

/// Signs in by the password, somewhere else.
async fn signs_in(shop: &Shop, who: &Colleague, password: &str) -> Browser {
    let browser = shop.browser();
    assert!(staff_sign_in(&browser, "/portal", &who.email, password).await.leads_to("/portal"));
    browser
}

async fn adds(browser: &Browser, name: &str) -> Device {
    let mut device = Device::new();
    let added = device.joins(browser, ADD, name).await;
    assert!(added.status == 200 || added.leads_to(SET_UP), "{}", added.text());
    device
}

async fn alone(shop: &Shop, device: &mut Device) -> (Browser, Reply) {
    let browser = shop.browser();
    let reply = device.answers(&browser, "/portal/login/challenge", "/portal/login/passkey").await;
    (browser, reply)
}

/// Whoever reads their mail has a link and a code sent and chooses a password by them.
async fn recovers(shop: &Shop, who: &Colleague, new: &str) -> (Browser, Reply) {
    let browser = shop.browser();
    browser.post("/portal/forgot-password", &[("email", &who.email)]).await;
    shop.quiet().await;
    let mail = shop.mail_of("staff-reset", &who.email).await;
    let fields = [("code", mail.code()), ("new_password", new.into()), ("confirm_password", new.into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reply = browser.post(&mail.link("/portal/reset/"), &fields).await;
    shop.quiet().await;
    (browser, reply)
}

async fn factors(shop: &Shop, who: &Colleague) -> i64 {
    let sql = "select (select count(*) from passkeys where staff_id = $1) + (select count(*) from authenticators where staff_id = $1)
        + (select count(*) from recovery_codes where staff_id = $1) as n";
    shop.count(sql, &[&who.id]).await
}

story! {
    async fn what_a_thief_of_the_password_added_goes_with_the_owners_recovery(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let mut device = adds(&signs_in(&shop, &owner, STAFF_PASSWORD).await, "Work laptop").await;
        shop.advance(3 * DAY);
        let (browser, chosen) = recovers(&shop, &owner, NEW).await;
        assert!(chosen.leads_to(SET_UP), "{}", chosen.text());
        assert!(browser.get(SET_UP).await.says("was younger than 30 days, so it went"));
        assert_eq!(browser.get("/portal/staff").await.status, 200, "the owner is in");
        assert_eq!(factors(&shop, &owner).await, 0, "recovery codes included");
        assert_eq!(alone(&shop, &mut device).await.1.status, 401, "and the thief is out");
        let told = shop.texts("select change as t from sign_in_changes order by mail_id", &[]).await;
        assert!(told.contains(&"young-factors-removed".to_owned()), "{told:?}");
        assert!(browser.get("/portal/audit").await.says("A second factor younger than 30 days went"));
    }
}

story! {
    async fn nor_does_it_help_the_thief_to_choose_a_password_and_add_more(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let thief = signs_in(&shop, &owner, STAFF_PASSWORD).await;
        let mut first = adds(&thief, "One").await;
        let fields = [("current_password", STAFF_PASSWORD), ("new_password", THIEFS), ("confirm_password", THIEFS)];
        assert!(thief.post("/portal/me/password", &fields).await.leads_to("/portal/me"));
        shop.advance(29 * DAY);
        let mut second = adds(&alone(&shop, &mut first).await.0, "Two").await;
        let (browser, chosen) = recovers(&shop, &owner, NEW).await;
        assert!(chosen.leads_to(SET_UP), "{}", chosen.text());
        assert_eq!(browser.get("/portal/staff").await.status, 200);
        for device in [&mut first, &mut second] {
            assert_eq!(alone(&shop, device).await.1.status, 401);
        }
    }
}

story! {
    async fn a_secret_that_a_thief_was_shown_is_not_offered_to_the_owner(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let thief = signs_in(&shop, &owner, STAFF_PASSWORD).await;
        assert!(thief.post(&format!("{SET_UP}/app"), &[("password", STAFF_PASSWORD)]).await.leads_to(SET_UP));
        assert!(thief.get(SET_UP).await.says("scan this square"));
        let (browser, chosen) = recovers(&shop, &owner, NEW).await;
        assert!(chosen.leads_to("/portal"), "{}", chosen.text());
        assert!(!browser.get(SET_UP).await.says("scan this square"));
    }
}

story! {
    async fn who_has_the_mailbox_only_gets_rid_of_no_factor_that_stands(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let mut old = adds(&signs_in(&shop, &owner, STAFF_PASSWORD).await, "Old telephone").await;
        shop.advance(31 * DAY);
        let (thief, chosen) = recovers(&shop, &owner, THIEFS).await;
        assert!(chosen.leads_to("/portal"), "{}", chosen.text());
        assert!(thief.get("/portal/staff").await.leads_to("/portal/second-factor"));
        let (browser, reply) = alone(&shop, &mut old).await;
        assert!(reply.leads_to("/portal"), "the owner's passkey works on: {}", reply.text());
        let mut fresh = adds(&browser, "New telephone").await;
        let page = browser.get(SET_UP).await.text();
        let path = page.split("action=\"").find(|part| part.contains("/passkeys/") && part.contains("/remove\"")).unwrap();
        assert!(browser.post(path.split('"').next().unwrap(), &[]).await.leads_to(SET_UP));
        assert_eq!(alone(&shop, &mut old).await.1.status, 401, "the older one was removed");
        shop.advance(DAY);
        let (thief, chosen) = recovers(&shop, &owner, NEW).await;
        assert!(chosen.leads_to("/portal"), "{}", chosen.text());
        assert!(thief.get("/portal/staff").await.leads_to("/portal/second-factor"), "a new telephone starts nothing anew");
        assert!(alone(&shop, &mut fresh).await.1.leads_to("/portal"));
    }
}

story! {
    async fn what_a_thief_added_goes_with_the_password_that_one_changes_oneself(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let mut device = adds(&signs_in(&shop, &owner, STAFF_PASSWORD).await, "Work laptop").await;
        let page = owner.browser.get("/portal/me").await;
        assert!(page.says("Also remove what was added lately") && page.says("Passkey “Work laptop” of "), "{}", page.text());
        let fields = |current, new| [("current_password", current), ("new_password", new), ("confirm_password", new)];
        assert!(owner.browser.post("/portal/me/password", &fields(STAFF_PASSWORD, NEW)).await.leads_to("/portal/me"));
        assert!(alone(&shop, &mut device).await.1.leads_to("/portal"), "it stays if the box is not ticked");
        let ticked = [fields(NEW, THIEFS).as_slice(), &[("remove_lately", "true")]].concat();
        assert!(owner.browser.post("/portal/me/password", &ticked).await.leads_to("/portal/me"));
        assert_eq!(alone(&shop, &mut device).await.1.status, 401);
        assert_eq!(factors(&shop, &owner).await, 0, "recovery codes included");
        let told = shop.texts("select change as t from sign_in_changes order by mail_id", &[]).await;
        assert!(told.contains(&"passkey-removed".to_owned()), "{told:?}");
        assert_eq!(owner.browser.get("/portal/staff").await.status, 200);
    }
}
