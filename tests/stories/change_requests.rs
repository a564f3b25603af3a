//! What a rep's role doesn't change, asked of the office: it reaches them, once, and the answer comes back.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use tradepost::kernel::id::ContactId;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::program::Program;
use crate::support::shop::Shop;

const KEY: &str = "0b1f6f0e-6a35-4a47-9f7b-2f2f6f1b0a21";
const NEW: &str = "anna@quay.example";

async fn asks(ipad: &Program, contact: ContactId, key: &str, body: Value) -> Reply {
    ipad.act("POST", &format!("/api/v1/contacts/{contact}/change-requests"), key, body).await
}

/// Asks for another address; gives the request's id.
async fn asks_for_address(ipad: &Program, contact: ContactId, key: &str) -> String {
    let asked = asks(ipad, contact, key, json!({ "email": NEW, "note": "She told me at the fair" })).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    asked.json()["id"].as_str().expect("an id").to_owned()
}

async fn settles(
    office: &Colleague,
    contact: ContactId,
    request: &str,
    how: &str,
    fields: &[(&str, &str)],
) -> Reply {
    office.browser.post(&format!("/portal/contacts/{contact}/requests/{request}/{how}"), fields).await
}

async fn version(shop: &Shop, contact: ContactId) -> String {
    shop.texts("select cast(version as text) as t from contacts where id = $1", &[&contact]).await.remove(0)
}

async fn states(ipad: &Program) -> Vec<String> {
    let told = ipad.get("/api/v1/change-requests").await;
    assert_eq!(told.status, 200, "{}", told.text());
    let items = told.json()["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["state"].as_str().unwrap_or_default().to_owned()).collect()
}

story! {
    async fn promise_16_a_rep_asks_the_office_enters_it_with_one_click_and_both_are_in_the_trail(kind) {
        let shop = Shop::open(kind).await;
        let (rep, office) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let ipad = Program::of(&shop, &rep).await;
        let request = asks_for_address(&ipad, anna, KEY).await;
        assert_eq!(states(&ipad).await, ["open"]);

        let dashboard = office.browser.get("/portal").await;
        assert!(dashboard.says("A rep asks for a change") && dashboard.says("Anna Sample"), "{dashboard:?}");
        let list = office.browser.get("/portal/requests").await;
        assert!(list.says(NEW) && list.says(&rep.name), "{list:?}");
        let page = office.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(page.says(NEW) && page.says("She told me at the fair") && page.says("Enter it"), "{page:?}");

        let version = version(&shop, anna).await;
        let done = settles(&office, anna, &request, "enter", &[("version", &version)]).await;
        assert!(done.leads_to(&format!("/portal/contacts/{anna}")), "{done:?}");
        assert_eq!(shop.texts("select email as t from contacts where id = $1", &[&anna]).await, [NEW]);
        let told = ipad.get(&format!("/api/v1/change-requests/{request}")).await.json();
        assert_eq!((&told["state"], &told["settled_by"]), (&json!("entered"), &json!(office.name)));
        let trail = shop
            .texts("select a.act || ' by ' || s.name as t from audit a join staff s on s.id = a.actor_id where a.contact_id = $1 order by a.number", &[&anna])
            .await;
        assert_eq!(trail, [format!("change-asked by {}", rep.name), format!("email-changed by {}", office.name), format!("change-entered by {}", office.name)]);
        let details = shop.texts("select details as t from audit where act = 'change-entered'", &[]).await;
        assert!(details[0].contains(&rep.id.to_string()), "{details:?}");
        assert!(!office.browser.get("/portal").await.says("A rep asks for a change"));
    }
}

story! {
    async fn a_request_that_is_sent_twice_is_there_once(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let ipad = Program::of(&shop, &rep).await;
        let body = json!({ "email": NEW, "website_access": true });
        let first = asks(&ipad, anna, KEY, body.clone()).await;
        let again = asks(&ipad, anna, KEY, body).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
        assert_eq!(again.json(), first.json());
        assert_eq!(ipad.get(first.location()).await.json(), first.json());
        shop.counts(1, "select count(*) as n from change_requests").await;
    }
}

story! {
    async fn a_newer_request_takes_the_place_of_an_open_one(kind) {
        let shop = Shop::open(kind).await;
        let (rep, office) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let ipad = Program::of(&shop, &rep).await;
        let first = asks_for_address(&ipad, anna, KEY).await;
        let second = asks(&ipad, anna, "another-key", json!({ "username": "anna.quay" })).await;
        assert_eq!(second.status, 201);
        assert_eq!(states(&ipad).await, ["open", "closed"]);
        let version = version(&shop, anna).await;
        let late = settles(&office, anna, &first, "enter", &[("version", &version)]).await;
        assert_eq!(late.status, 303);
        assert!(office.browser.get(late.location()).await.says("Nothing was changed"));
        assert_eq!(shop.texts("select email as t from contacts where id = $1", &[&anna]).await, ["anna@harbour.example"]);
    }
}

story! {
    async fn two_in_the_office_settle_one_request_once(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let (one, other) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::Owner).await);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let request = asks_for_address(&Program::of(&shop, &rep).await, anna, KEY).await;
        let (version, barrier) = (version(&shop, anna).await, Arc::new(Barrier::new(2)));
        let fields = [("version", version.as_str())];
        let (entered, declined) = tokio::join!(
            async {
                barrier.wait().await;
                settles(&one, anna, &request, "enter", &fields).await
            },
            async {
                barrier.wait().await;
                settles(&other, anna, &request, "decline", &[("answer", "It is mistyped")]).await
            }
        );
        assert_eq!((entered.status, declined.status), (303, 303));
        shop.counts(1, "select count(*) as n from audit where act in ('change-entered', 'change-declined')").await;
        let email = shop.texts("select email as t from contacts where id = $1", &[&anna]).await.remove(0);
        let state = shop.texts("select state as t from change_requests", &[]).await.remove(0);
        assert!((state == "entered") == (email == NEW), "{state} {email}");
    }
}

story! {
    async fn what_is_turned_down_changes_nothing_and_says_why(kind) {
        let shop = Shop::open(kind).await;
        let (rep, office) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let ipad = Program::of(&shop, &rep).await;
        let request = asks_for_address(&ipad, anna, KEY).await;
        let before = version(&shop, anna).await;
        assert_eq!(settles(&office, anna, &request, "decline", &[("answer", "<b>Call them first</b>")]).await.status, 303);
        let told = ipad.get(&format!("/api/v1/change-requests/{request}")).await.json();
        assert_eq!((&told["state"], &told["answer"]), (&json!("declined"), &json!("<b>Call them first</b>")));
        assert_eq!(version(&shop, anna).await, before);
    }
}

story! {
    async fn what_was_changed_or_taken_meanwhile_is_not_entered_blindly(kind) {
        let shop = Shop::open(kind).await;
        let (rep, office) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        shop.contact("bert", "bert@harbour.example").await;
        let ipad = Program::of(&shop, &rep).await;
        let asked = asks(&ipad, anna, KEY, json!({ "username": "BERT" })).await;
        assert_eq!(asked.status, 201, "whose a username is isn't told");
        let request = asked.json()["id"].as_str().expect("an id").to_owned();
        let seen = version(&shop, anna).await;
        let taken = settles(&office, anna, &request, "enter", &[("version", &seen)]).await;
        assert!(taken.status == 422 && taken.says("This username belongs to Bert Sample"), "{taken:?}");
        office.switches_access(anna, "off").await;
        let late = settles(&office, anna, &request, "enter", &[("version", &seen)]).await;
        assert!(late.status == 422 && late.says("This username belongs to Bert Sample"), "{late:?}");
        assert_eq!(states(&ipad).await, ["open"]);
        assert_eq!(shop.texts("select username as t from contacts where id = $1", &[&anna]).await, ["anna"]);
        let free = asks(&ipad, anna, "another-key", json!({ "username": "anna.quay" })).await.json();
        let late = settles(&office, anna, free["id"].as_str().expect("an id"), "enter", &[("version", &seen)]).await;
        assert!(office.browser.get(late.location()).await.says("changed meanwhile"), "{late:?}");
        assert_eq!(shop.texts("select username as t from contacts where id = $1", &[&anna]).await, ["anna"]);
    }
}

story! {
    async fn a_request_says_something_and_nothing_that_cannot_be(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let ipad = Program::of(&shop, &rep).await;
        for (body, field) in [
            (json!({}), "note"),
            (json!({ "email": "no address" }), "email"),
            (json!({ "username": "a\u{202e}b" }), "username"),
            (json!({ "note": "x".repeat(501) }), "note"),
            (json!({ "note": "a\u{0}b" }), "note"),
        ] {
            let told = asks(&ipad, anna, KEY, body.clone()).await;
            assert_eq!((told.status, told.json()["errors"][0]["field"].as_str()), (422, Some(field)), "{body}");
        }
        assert_eq!(asks(&ipad, anna, KEY, json!({ "email": NEW, "password": "x" })).await.status, 400);
        shop.counts(0, "select count(*) as n from change_requests").await;
    }
}

story! {
    async fn a_request_is_nobody_elses_and_stays_in_its_territory(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let colleague = shop.colleague(BuiltIn::SalesRep, StaffKind::Rep, &["North"]).await;
        let outside = shop.colleague(BuiltIn::SalesRep, StaffKind::Rep, &["South"]).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let request = asks_for_address(&Program::of(&shop, &rep).await, anna, KEY).await;
        let path = format!("/api/v1/change-requests/{request}");
        let (near, far) = (Program::of(&shop, &colleague).await, Program::of(&shop, &outside).await);
        assert_eq!((near.get(&path).await.status, far.get(&path).await.status), (403, 404));
        assert_eq!(asks(&far, anna, KEY, json!({ "email": NEW })).await.status, 404);
        for program in [&near, &far] {
            assert!(states(program).await.is_empty());
        }
    }
}

story! {
    async fn promise_01_an_erased_contacts_requests_say_nothing_any_more(kind) {
        let shop = Shop::open(kind).await;
        let (rep, owner) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::Owner).await);
        let anna = shop.contact("anna", "anna@harbour.example").await;
        asks_for_address(&Program::of(&shop, &rep).await, anna, KEY).await;
        let known = owner.browser.get(&format!("/portal/contacts/{anna}/privacy")).await;
        assert!(known.says(NEW), "{known:?}");
        let erased = owner.browser.post(&format!("/portal/contacts/{anna}/erase"), &[("name", "Anna Sample")]).await;
        assert_eq!(erased.status, 303, "{erased:?}");
        shop.counts(0, "select count(*) as n from change_requests where state = 'open' or email is not null or note <> ''").await;
        assert!(!owner.browser.get("/portal/requests").await.says(NEW));
    }
}
