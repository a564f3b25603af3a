//! Who gets through which door, and to whom.

use serde_json::json;
use tradepost::kernel::id::{ContactId, RetailerId};
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::Browser;
use crate::support::people::{Colleague, STAFF_PASSWORD, staff_sign_in};
use crate::support::program::Program;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const CHANGES: &str =
    "select (select count(*) from resets) + (select count(*) from mails) + (select count(*) from audit) as n";

/// A retailer in the south with a contact, out of the reach of the north.
async fn southern(shop: &Shop) -> (RetailerId, ContactId) {
    let retailer = shop.retailer("Gull & Sons", "South").await;
    let bert = shop.contact_at(retailer, "bert", "bert@gull.example").await;
    (retailer, bert)
}

/// Every page and act about a contact in the portal.
fn about(contact: ContactId, reset: &str) -> (Vec<String>, Vec<String>) {
    let contact = format!("/portal/contacts/{contact}");
    let pages = vec![
        contact.clone(),
        format!("{contact}/resets/new"),
        format!("{contact}/resets/{reset}"),
        format!("{contact}/resets/{reset}/status"),
    ];
    (pages, vec![format!("{contact}/resets"), format!("{contact}/resets/{reset}/cancel")])
}

async fn sees_nothing_of_the_south(shop: &Shop, rep: &Colleague) {
    let (retailer, bert) = southern(shop).await;
    let reset = shop.resets("bert").await.to_string();
    shop.mail_to("bert@gull.example").await;
    shop.quiet().await;
    let before = shop.count(CHANGES, &[]).await;
    let (pages, acts) = about(bert, &reset);
    for path in pages.into_iter().chain([format!("/portal/retailers/{retailer}")]) {
        let page = rep.browser.get(&path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.says("Gull") && !page.says("Bert"), "{path}");
    }
    for path in acts {
        assert_eq!(rep.browser.post(&path, &[]).await.status, 404, "{path}");
    }
    let list = rep.browser.get("/portal/retailers").await;
    assert!(list.status == 200 && !list.says("Gull"));
    assert!(!rep.browser.get("/portal/retailers?q=Gull").await.says("Gull & Sons"));
    assert_eq!(shop.count(CHANGES, &[]).await, before, "nothing was changed");
}

story! {
    async fn a_rep_outside_the_territory_finds_nothing_in_the_sales_app(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let app = Program::of(&shop, &rep).await;
        let (retailer, bert) = southern(&shop).await;
        let reset = shop.resets("bert").await;
        shop.mail_to("bert@gull.example").await;
        shop.quiet().await;
        let before = shop.count(CHANGES, &[]).await;
        let contact = format!("/api/v1/contacts/{bert}");
        for path in [format!("/api/v1/retailers/{retailer}"), contact.clone(), format!("{contact}/resets"), format!("{contact}/resets/{reset}"), format!("{contact}/resets/{reset}/events")] {
            let answer = app.get(&path).await;
            assert_eq!(answer.problem(), "not-found", "{path}");
            assert!(!answer.text().contains("Gull") && !answer.text().contains("Bert"), "{path}");
        }
        assert_eq!(app.act("POST", &format!("{contact}/resets"), "sample-key-1", json!({})).await.problem(), "not-found");
        assert_eq!(app.delete(&format!("{contact}/resets/{reset}")).await.problem(), "not-found");
        for list in ["/api/v1/retailers", "/api/v1/contacts"] {
            let page = app.get(list).await;
            assert!(page.status == 200 && !page.text().contains("Gull") && !page.text().contains("Bert"), "{list}");
        }
        assert!(!rep.browser.get(&format!("/sales/contacts/{bert}")).await.says("Bert"), "the app's page is the same for all");
        assert_eq!(shop.count(CHANGES, &[]).await, before, "nothing was changed");
        let anna = shop.contact("anna", "anna@harbour.example").await;
        assert_eq!(app.get(&format!("/api/v1/contacts/{anna}")).await.status, 200);
    }
}

story! {
    async fn nor_in_the_portal(kind) {
        let shop = Shop::open(kind).await;
        let dual = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        sees_nothing_of_the_south(&shop, &dual).await;
        let bert = shop.id("bert").await;
        assert_eq!(dual.switches_access(bert, "off").await.status, 404);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        assert_eq!(dual.browser.get(&format!("/portal/contacts/{anna}")).await.status, 200);
        assert_eq!(dual.switches_access(anna, "off").await.status, 403, "seen, but not for reps to change");
    }
}

story! {
    async fn each_kind_of_staff_has_its_door(kind) {
        let shop = Shop::open(kind).await;
        let (rep, admin) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        for path in ["/portal/retailers".to_owned(), "/portal/mail".into(), format!("/portal/contacts/{anna}")] {
            assert_eq!(rep.browser.get(&path).await.status, 404, "{path}");
        }
        let becomes_a_device = async |browser: &Browser| Program::new(browser.clone()).send("POST", "/sales/device", &[], Some(json!({ "name": "Sample iPad" }))).await.status;
        assert_eq!((becomes_a_device(&rep.browser).await, becomes_a_device(&admin.browser).await), (201, 404));
        assert_eq!(rep.browser.post(&format!("/portal/contacts/{anna}/resets"), &[]).await.status, 404);
        assert_eq!(staff_sign_in(&shop.browser(), "/portal", &rep.email, STAFF_PASSWORD).await.status, 401);
        assert_eq!(staff_sign_in(&shop.browser(), "/sales", &admin.email, STAFF_PASSWORD).await.status, 401);
        let dual = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        assert_eq!(dual.browser.get("/portal/retailers").await.status, 200);
        assert_eq!(becomes_a_device(&dual.browser).await, 201);
    }
}

story! {
    async fn a_cookie_of_one_door_opens_no_other(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let contact = shop.signed_in("anna", PASSWORD).await;
        let staff = shop.staff(BuiltIn::Owner).await.browser;
        assert!(contact.get("/portal/retailers").await.leads_to("/portal/login"));
        assert!(contact.get("/sales/me/second-factor").await.leads_to("/sales/login"));
        assert!(staff.get("/").await.leads_to("/login"));
        assert!(staff.get("/account").await.leads_to("/login"));
        let token = contact.cookies()["tradepost"].clone();
        let forged = shop.browser();
        for name in ["tradepost-staff", "__Host-tradepost-staff"] {
            forged.set_cookie(name, &token);
        }
        assert!(forged.get("/portal/retailers").await.leads_to("/portal/login"));
        let token = staff.cookies()["tradepost-staff"].clone();
        let forged = shop.browser();
        for name in ["tradepost", "__Host-tradepost"] {
            forged.set_cookie(name, &token);
        }
        assert!(forged.get("/account").await.leads_to("/login"));
        for nonsense in ["x", "0", &"0".repeat(64), &"é".repeat(32)] {
            let forged = shop.browser();
            forged.set_cookie("tradepost", nonsense);
            assert!(forged.get("/account").await.leads_to("/login"), "{nonsense}");
        }
    }
}

story! {
    async fn support_looks_and_resets_but_does_not_switch(kind) {
        let shop = Shop::open(kind).await;
        let support = shop.staff(BuiltIn::Support).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let page = support.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(page.status == 200 && page.says("Send password reset") && !page.says("Turn access"));
        assert_eq!(support.switches_access(anna, "off").await.status, 403);
        assert!(shop.lets_in("anna", PASSWORD).await);
        support.starts_reset(anna).await;
        shop.mail_to("anna@harbour.example").await;
    }
}

story! {
    async fn a_role_without_the_act_can_not_start_or_call_back_a_reset(kind) {
        let shop = Shop::open(kind).await;
        let looker = shop.staff(BuiltIn::Support).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let page = looker.starts_reset(anna).await;
        let temporary = shop.mail_to("anna@harbour.example").await.temporary_password();
        shop.quiet().await;
        shop.run("update roles set permissions = replace(permissions, '\"trigger_reset\"', '') where name = 'Support'", &[]).await;
        let contact = format!("/portal/contacts/{anna}");
        assert_eq!(looker.browser.post(&format!("{contact}/resets"), &[]).await.status, 403);
        assert_eq!(looker.browser.get(&format!("{contact}/resets/new")).await.status, 403);
        assert_eq!(looker.browser.post(&format!("{page}/cancel"), &[]).await.status, 403);
        assert!(!looker.browser.get(&contact).await.says("Send password reset"));
        assert!(shop.lets_in("anna", &temporary).await);
        shop.run("update roles set permissions = replace(permissions, '\"read\"', '\"none\"') where name = 'Support'", &[]).await;
        assert_eq!(looker.browser.get(&contact).await.status, 404);
        assert!([403, 404].contains(&looker.browser.get("/portal/retailers").await.status));
    }
}

story! {
    async fn one_contacts_reset_is_not_found_under_another(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (anna, bert) = (shop.contact("anna", "anna@harbour.example").await, shop.contact("bert", "bert@harbour.example").await);
        let page = office.starts_reset(anna).await;
        let temporary = shop.mail_to("anna@harbour.example").await.temporary_password();
        shop.quiet().await;
        let elsewhere = page.replace(&anna.to_string(), &bert.to_string());
        assert_eq!(office.browser.get(&page).await.status, 200);
        assert_eq!(office.browser.get(&elsewhere).await.status, 404);
        assert_eq!(office.browser.get(&format!("{elsewhere}/status")).await.status, 404);
        assert_eq!(office.browser.post(&format!("{elsewhere}/cancel"), &[]).await.status, 404);
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn what_is_no_id_is_not_found(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
        let unknown = "0192c6c3-0000-7000-8000-000000000000";
        for id in ["1", "x", "%00", "..%2f..", "' or 1=1", "%F0%9F%8C%BB", "%FF", unknown, &"9".repeat(300)] {
            let id = id.replace(' ', "%20");
            for path in [format!("/portal/retailers/{id}"), format!("/portal/contacts/{id}"), format!("/portal/contacts/{id}/resets/{unknown}"), format!("/portal/contacts/{unknown}/resets/{id}/status")] {
                assert_eq!(office.browser.get(&path).await.status, 404, "{path}");
            }
            assert_eq!(office.browser.post(&format!("/portal/contacts/{id}/resets"), &[]).await.status, 404, "{id}");
        }
    }
}

story! {
    async fn nobody_signed_out_sees_or_does_anything_behind_the_doors(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let stranger = shop.browser();
        let (pages, acts) = about(anna, "0192c6c3-0000-7000-8000-000000000000");
        for path in pages.into_iter().chain(["/portal/retailers".to_owned()]) {
            assert!(stranger.get(&path).await.leads_to("/portal/login"), "{path}");
        }
        for path in acts {
            assert!(stranger.post(&path, &[]).await.leads_to("/portal/login"), "{path}");
        }
        assert!(stranger.get("/portal/mail").await.leads_to("/portal/login"));
        assert_eq!(stranger.get("/dev/inbox").await.status, 404, "the demo's inbox is not in a real installation");
        assert_eq!(shop.count("select count(*) as n from mails", &[]).await, 0);
    }
}
