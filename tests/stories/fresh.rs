//! Grave acts ask once more who is there, and nothing typed is lost.

use std::time::Duration;

use serde_json::json;
use tradepost::staff::BuiltIn;

use crate::support::people::STAFF_PASSWORD;
use crate::support::program::Program;
use crate::support::runs::{FAST, all_contacts};
use crate::support::shop::Shop;

const LATER: Duration = Duration::from_mins(6);

story! {
    async fn a_form_waits_while_one_proves_who_one_is(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        let fields = [("query", "q=anna&active=\"yes\""), ("format", "csv")];
        assert_eq!(office.browser.post("/portal/contacts/export", &fields).await.header("content-type"), "text/csv; charset=utf-8");
        shop.advance(LATER);
        let asked = office.browser.post("/portal/contacts/export", &fields).await;
        assert!(asked.status == 403 && asked.says("Confirm that it is you"), "{}", asked.text());
        assert!(asked.says("value=\"q=anna&active=&#34;yes&#34;\"") || asked.says("q=anna"), "{}", asked.text());
        let wrong = [fields[0], fields[1], ("proof_password", "wrong ladder 12 moss")];
        let page = office.browser.post("/portal/contacts/export", &wrong).await;
        assert!(page.status == 422 && page.says("not your password") && !page.says("wrong ladder"), "{}", page.text());
        let exported = "select count(*) as n from audit where act = 'customers-exported'";
        assert_eq!(shop.count(exported, &[]).await, 1);
        let right = [fields[0], fields[1], ("proof_password", STAFF_PASSWORD)];
        assert_eq!(office.browser.post("/portal/contacts/export", &right).await.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(office.browser.post("/portal/contacts/export", &fields).await.status, 200, "not asked again");
        assert_eq!(shop.count(exported, &[]).await, 3);
    }
}

story! {
    async fn promise_14_a_bulk_invitation_asks_who_is_there(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        shop.advance(LATER);
        let run = tradepost::kernel::id::RunId::new(shop.clock.now()).to_string();
        let mut fields = all_contacts("invite", "");
        fields.extend(FAST.iter().map(|(name, value)| (*name, (*value).to_owned())));
        fields.push(("run", run));
        let asked: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(office.browser.post("/portal/runs", &asked).await.status, 403);
        assert_eq!(shop.count("select count(*) as n from runs", &[]).await, 0);
        let proved: Vec<_> = asked.into_iter().chain([("proof_password", STAFF_PASSWORD)]).collect();
        assert_eq!(office.browser.post("/portal/runs", &proved).await.status, 303);
        shop.mail_to("anna@harbour.example").await;
    }
}

story! {
    async fn a_proof_can_not_be_guessed_at_length(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.advance(LATER);
        let prove = async |typed: &str| office.browser.post("/portal/confirm", &[("to", "//evil.example"), ("proof_password", typed)]).await;
        for _ in 0..10 {
            assert!(prove("wrong ladder 12 moss").await.says("not your password"));
        }
        assert!(prove(STAFF_PASSWORD).await.says("tried too often"));
        shop.advance(Duration::from_mins(15));
        assert!(prove(STAFF_PASSWORD).await.leads_to("/portal"), "never out of the portal");
    }
}

story! {
    async fn who_proved_it_goes_on_under_another_token_and_a_copy_of_the_former_opens_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let copied = office.browser.copy();
        shop.advance(LATER);
        assert!(office.browser.post("/portal/confirm", &[("to", "/portal/contacts"), ("proof_password", STAFF_PASSWORD)]).await.leads_to("/portal/contacts"));
        assert_eq!(office.browser.get("/portal/contacts").await.status, 200);
        assert_eq!(copied.get("/portal/contacts").await.status, 303);
        let copied = office.browser.copy();
        shop.advance(LATER);
        let fields = [("query", ""), ("format", "csv"), ("proof_password", STAFF_PASSWORD)];
        assert_eq!(office.browser.post("/portal/contacts/export", &fields).await.status, 200);
        assert_eq!(office.browser.get("/portal/contacts").await.status, 200);
        assert_eq!(copied.get("/portal/contacts").await.status, 303);
    }
}

story! {
    async fn promise_10_a_sign_in_for_a_new_contact_and_a_move_ask_who_is_there(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let retailer = shop.retailer("Harbour Gifts", "North").await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let program = Program::of(&shop, &office).await;
        shop.advance(LATER);
        let form = format!("/portal/retailers/{retailer}/contacts/new");
        let plain = [("name", "Bert Sample"), ("position", ""), ("phone", ""), ("language", "en"), ("website_access", "true")];
        assert_eq!(office.browser.post(&form, &plain).await.status, 303, "who can't sign in yet needs no proof");
        let mut with_address = plain.to_vec();
        with_address.push(("email", "bert@shop.example"));
        let asked = office.browser.post(&form, &with_address).await;
        assert!(asked.status == 403 && asked.says("Confirm that it is you") && asked.says("bert@shop.example"), "{}", asked.text());
        let to = retailer.to_string();
        let asked = office.browser.post(&format!("/portal/contacts/{anna}/move"), &[("to", &to)]).await;
        assert!(asked.status == 403 && asked.says("Confirm that it is you"), "{}", asked.text());
        let path = format!("/api/v1/retailers/{retailer}/contacts");
        let new = json!({ "name": "Cora Sample", "username": "cora", "website_access": true });
        let refused = program.act("POST", &path, "a-key-of-cora", new.clone()).await;
        assert_eq!((refused.status, refused.problem().as_str()), (403, "proof-required"));
        assert_eq!(shop.count("select count(*) as n from contacts", &[]).await, 2);
        with_address.push(("proof_password", STAFF_PASSWORD));
        assert_eq!(office.browser.post(&form, &with_address).await.status, 303);
        assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/move"), &[("to", &to)]).await.status, 303, "not asked again");
        let proof = program.send("POST", "/api/v1/devices/current/proof", &[], Some(json!({ "password": STAFF_PASSWORD }))).await;
        assert_eq!(proof.status, 204, "{}", proof.text());
        let added = program.act("POST", &path, "a-key-of-cora", new).await;
        assert_eq!(added.status, 201, "the same act, under the same key: {}", added.text());
    }
}
