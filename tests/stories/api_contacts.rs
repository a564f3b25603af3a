//! Contacts at the API: entering and changing them.

use serde_json::json;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::program::Program;
use crate::support::shop::Shop;

const MAIL: &str = "anna@harbour.example";
const KEY: &str = "0b1f6f0e-6a35-4a47-9f7b-2f2f6f1b0a11";

story! {
    async fn a_rep_enters_a_contact_once_however_often_it_is_sent(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let retailer = shop.retailer("Harbour Gifts", "North").await;
        let ipad = Program::of(&shop, &rep).await;
        let contacts = format!("/api/v1/retailers/{retailer}/contacts");
        let new = json!({ "name": " Anna Sample ", "position": "Owner", "phone": "01632 960123" });
        let first = ipad.act("POST", &contacts, KEY, new.clone()).await;
        assert_eq!(first.status, 201, "{}", first.text());
        let again = ipad.act("POST", &contacts, KEY, new).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
        assert_eq!(again.json(), first.json());
        let anna = first.json();
        assert_eq!((&anna["name"], &anna["access"]["state"], &anna["version"]), (&json!("Anna Sample"), &json!("off"), &json!(1)));
        assert_eq!(first.header("etag"), "\"1\"");
        let read = ipad.get(first.location()).await;
        assert_eq!((read.status, read.header("etag"), &read.json()["retailer_name"]), (200, "\"1\"", &json!("Harbour Gifts")));
        assert_eq!(shop.count("select count(*) as n from contacts", &[]).await, 1);
        assert_eq!(shop.texts("select act || ' ' || door as t from audit where act = 'contact-added'", &[]).await, ["contact-added api"]);
    }
}

story! {
    async fn of_two_devices_that_change_one_contact_the_later_one_is_told(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.contact("anna", MAIL).await;
        let (one, other) = (Program::of(&shop, &rep).await, Program::of(&shop, &rep).await);
        let address = format!("/api/v1/contacts/{anna}");
        let version = one.get(&address).await.header("etag").to_owned();
        let change = async |program: &Program, version: &str, key: &str, body| {
            program.send("PATCH", &address, &[("if-match", version), ("idempotency-key", key)], Some(body)).await
        };
        let done = change(&one, &version, KEY, json!({ "phone": "01632 960124" })).await;
        assert_eq!((done.status, &done.json()["phone"], &done.json()["position"]), (200, &json!("01632 960124"), &json!("Owner")));
        // A lost answer: the same again is no conflict with oneself.
        let again = change(&one, &version, KEY, json!({ "phone": "01632 960124" })).await;
        assert_eq!((again.status, again.header("idempotency-replayed"), again.header("etag")), (200, "true", done.header("etag")));
        let late = change(&other, &version, "another-key", json!({ "phone": "01632 960999" })).await;
        assert_eq!((late.status, late.problem().as_str()), (412, "changed-meanwhile"));
        assert_eq!((&late.json()["current"]["phone"], late.header("etag")), (&json!("01632 960124"), done.header("etag")));
        // Having seen it, they may, and under the same key.
        let now = change(&other, late.header("etag"), "another-key", json!({ "phone": "01632 960999" })).await;
        assert_eq!((now.status, &now.json()["phone"]), (200, &json!("01632 960999")));
    }
}

story! {
    async fn a_version_is_needed_and_has_a_form(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.contact("anna", MAIL).await;
        let ipad = Program::of(&shop, &rep).await;
        let address = format!("/api/v1/contacts/{anna}");
        let without = ipad.send("PATCH", &address, &[], Some(json!({ "name": "Ann" }))).await;
        assert_eq!((without.status, without.problem().as_str()), (428, "precondition-required"));
        for tag in ["*", "1", "W/\"1\"", "\"one\"", "\"1\", \"2\""] {
            let reply = ipad.send("PATCH", &address, &[("if-match", tag)], Some(json!({ "name": "Ann" }))).await;
            assert_eq!((reply.status, reply.problem().as_str()), (400, "unreadable"), "{tag}");
        }
        assert_eq!(shop.texts("select name as t from contacts", &[]).await, ["Anna Sample"]);
    }
}

story! {
    async fn fields_that_cant_be_taken_are_each_named_and_nothing_changes(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.contact("anna", MAIL).await;
        shop.contact("ben", "ben@harbour.example").await;
        let program = Program::of(&shop, &office).await;
        let address = format!("/api/v1/contacts/{anna}");
        let send = async |method: &str, address: &str, body| {
            program.send(method, address, &[("if-match", "\"1\"")], Some(body)).await
        };
        let wrong = send("PATCH", &address, json!({ "name": "An\u{202e}na", "language": "xx", "phone": "1".repeat(41) })).await;
        assert_eq!((wrong.status, wrong.problem().as_str()), (422, "invalid"));
        let body = wrong.json();
        let fields: Vec<&str> = body["errors"].as_array().expect("errors").iter().filter_map(|error| error["field"].as_str()).collect();
        assert_eq!(fields.len(), 3, "{body}");
        assert!(["name", "language", "phone"].iter().all(|field| fields.contains(field)), "{body}");
        let sign_in = format!("{address}/sign-in");
        let taken = send("PUT", &sign_in, json!({ "email": MAIL, "username": "BEN", "website_access": true })).await;
        assert_eq!((taken.problem().as_str(), &taken.json()["errors"][0]["field"]), ("invalid", &json!("username")));
        let no_address = send("PUT", &sign_in, json!({ "email": "nonsense", "username": "anna", "website_access": true })).await;
        assert_eq!((no_address.problem().as_str(), &no_address.json()["errors"][0]["field"]), ("invalid", &json!("email")));
        assert_eq!(send("PATCH", &address, json!({ "email": MAIL })).await.problem(), "unreadable", "an unknown field");
        assert_eq!(shop.texts("select name as t from contacts where version = 1 order by name", &[]).await, ["Anna Sample", "Ben Sample"]);
    }
}

story! {
    async fn promise_13_switching_off_by_the_api_ends_sessions_and_on_again_loses_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        let browser = shop.signed_in("anna", "trout9lamp").await;
        let program = Program::of(&shop, &office).await;
        let address = format!("/api/v1/contacts/{anna}/sign-in");
        let off = json!({ "email": MAIL, "username": "anna", "website_access": false });
        let done = program.send("PUT", &address, &[("if-match", "\"1\"")], Some(off)).await;
        assert_eq!((done.status, &done.json()["access"]["state"]), (200, &json!("off")));
        assert!(!browser.is_signed_in().await && !shop.lets_in("anna", "trout9lamp").await);
        let on = json!({ "email": MAIL, "username": "anna", "website_access": true });
        let version = done.header("etag").to_owned();
        let done = program.send("PUT", &address, &[("if-match", version.as_str())], Some(on)).await;
        assert_eq!((done.status, &done.json()["access"]["state"]), (200, &json!("active")));
        assert!(shop.lets_in("anna", "trout9lamp").await);
    }
}

story! {
    async fn another_territory_is_not_found_and_a_rep_changes_no_sign_in(kind) {
        let shop = Shop::open(kind).await;
        let (north, south) = (shop.staff(BuiltIn::SalesRep).await, shop.colleague(BuiltIn::SalesRep, StaffKind::Rep, &["South"]).await);
        let anna = shop.contact("anna", MAIL).await;
        let (here, there) = (Program::of(&shop, &north).await, Program::of(&shop, &south).await);
        let address = format!("/api/v1/contacts/{anna}");
        let place = here.get(&address).await.json()["retailer"].as_str().expect("an id").to_owned();
        let sign_in = json!({ "email": MAIL, "username": "anna", "website_access": false });
        let version = [("if-match", "\"1\"")];
        assert_eq!(there.get(&address).await.problem(), "not-found");
        assert_eq!(there.get(&format!("/api/v1/retailers/{place}")).await.problem(), "not-found");
        assert_eq!(there.send("PATCH", &address, &version, Some(json!({ "name": "" }))).await.problem(), "not-found");
        assert_eq!(there.send("PUT", &format!("{address}/sign-in"), &version, Some(sign_in.clone())).await.problem(), "not-found");
        assert_eq!(there.act("POST", &format!("/api/v1/retailers/{place}/contacts"), KEY, json!({ "name": "" })).await.problem(), "not-found");
        assert_eq!(here.send("PUT", &format!("{address}/sign-in"), &version, Some(sign_in)).await.problem(), "not-allowed");
        let with_address = json!({ "name": "Ben", "email": "ben@harbour.example" });
        assert_eq!(here.act("POST", &format!("/api/v1/retailers/{place}/contacts"), KEY, with_address).await.problem(), "not-allowed");
        assert_eq!(here.get("/api/v1/contacts/not-an-id").await.problem(), "not-found");
        assert_eq!(shop.count("select count(*) as n from contacts", &[]).await, 1);
    }
}

story! {
    async fn promise_11_before_a_reset_one_is_told_what_to_look_at_twice(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.contact("anna", MAIL).await;
        shop.contact("ben", MAIL).await;
        let detail = Program::of(&shop, &rep).await.get(&format!("/api/v1/contacts/{anna}")).await.json();
        assert_eq!((&detail["others_sharing"], &detail["account_number"]), (&json!(1), &json!("10001")));
        assert!(detail["cautions"][0].as_str().expect("a sentence").contains("One other contact uses the same address"), "{detail}");
        assert!(detail["latest_reset"].is_null() && detail["access"]["state"] == "not_invited");
    }
}
