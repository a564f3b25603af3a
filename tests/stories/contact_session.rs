//! Contacts who sign in by the API.

use serde_json::json;
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::program::Program;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const SESSION: &str = "/api/v1/contact-session";
const CHOOSE: &str = "/api/v1/contact-session/password";

async fn signs_in(program: &Program, username: &str, password: &str) -> Reply {
    let typed = json!({ "username": username, "password": password });
    program.send("POST", SESSION, &[], Some(typed)).await
}

fn token(reply: &Reply) -> String {
    assert!([200, 201].contains(&reply.status), "{}", reply.text());
    reply.json()["token"].as_str().expect("a token").to_owned()
}

async fn chooses(program: &Program, new: &str) -> Reply {
    program.send("PUT", CHOOSE, &[], Some(json!({ "password": new }))).await
}

story! {
    async fn promise_07_a_token_of_a_temporary_password_can_only_choose_a_new_one(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let program = Program::new(shop.browser());
        let own = program.with_token(&token(&signs_in(&program, "anna", PASSWORD).await));
        let temporary = shop.temporary_password("anna").await;
        let reply = signs_in(&program, "anna", &temporary).await;
        assert_eq!((reply.status, &reply.json()["password_change_required"]), (201, &json!(true)));
        let choosing = program.with_token(&token(&reply));
        let refused = choosing.get(SESSION).await;
        assert_eq!((refused.status, refused.problem().as_str()), (403, "password-change-required"));
        let weak = chooses(&choosing, "short").await;
        assert_eq!((weak.status, weak.problem().as_str()), (422, "invalid"));
        assert_eq!(weak.json()["errors"][0]["field"], "password");
        let same = chooses(&choosing, &temporary).await;
        assert_eq!(same.problem(), "invalid");
        let chosen = chooses(&choosing, "lamp of 9 trouts").await;
        assert_eq!(chosen.json()["password_change_required"], false);
        // All sessions ended, also the one that chose; the answer's goes on.
        for over in [&own, &choosing] {
            assert_eq!(over.get(SESSION).await.problem(), "not-signed-in");
        }
        let whoami = program.with_token(&token(&chosen)).get(SESSION).await.json();
        assert_eq!((&whoami["username"], &whoami["name"]), (&json!("anna"), &json!("Anna Sample")));
        assert_eq!(signs_in(&program, "anna", &temporary).await.status, 401);
        assert_eq!(signs_in(&program, "anna", "lamp of 9 trouts").await.status, 201);
        assert_eq!(shop.mail_of("password-changed", MAIL).await.kind(), "password-changed");
        let doors = "select act || ' ' || door as t from audit where act in ('signed-in-temporarily', 'password-chosen') order by number";
        assert_eq!(shop.texts(doors, &[]).await, ["signed-in-temporarily api", "password-chosen api"]);
    }
}

story! {
    async fn whoever_is_refused_hears_the_same(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.contact("ben", "ben@harbour.example").await;
        let program = Program::new(shop.browser());
        let wrong = signs_in(&program, "anna", "wrong1234").await;
        assert_eq!((wrong.status, wrong.problem().as_str()), (401, "sign-in-refused"));
        let words = |reply: &Reply| {
            let mut body = reply.json();
            body.as_object_mut().expect("an object").remove("instance");
            (reply.status, body)
        };
        for (username, password) in [("nobody", "wrong1234"), ("ben", "wrong1234"), ("anna", ""), ("\u{0}", "x"), ("anna", &"x".repeat(300))] {
            assert_eq!(words(&signs_in(&program, username, password).await), words(&wrong), "{username:?}");
        }
    }
}

story! {
    async fn changing_needs_the_current_password_and_signing_out_ends_the_session(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let program = Program::new(shop.browser());
        let anna = program.with_token(&token(&signs_in(&program, "anna", PASSWORD).await));
        for body in [json!({ "password": "lamp of 9 trouts" }), json!({ "password": "lamp of 9 trouts", "current_password": "wrong1234" })] {
            let refused = anna.send("PUT", CHOOSE, &[], Some(body)).await;
            assert_eq!((refused.status, &refused.json()["errors"][0]["field"]), (422, &json!("current_password")));
        }
        let both = json!({ "password": "lamp of 9 trouts", "current_password": PASSWORD });
        let anna = program.with_token(&token(&anna.send("PUT", CHOOSE, &[], Some(both)).await));
        let other = program.with_token(&token(&signs_in(&program, "anna", "lamp of 9 trouts").await));
        assert_eq!(anna.delete(SESSION).await.status, 204);
        assert_eq!(anna.get(SESSION).await.problem(), "not-signed-in");
        assert_eq!(other.get(SESSION).await.status, 200);
        assert_eq!(anna.delete(SESSION).await.problem(), "not-signed-in");
    }
}

story! {
    async fn promise_13_switching_access_off_ends_the_session_at_the_next_request(kind) {
        let shop = Shop::open(kind).await;
        let (office, id) = (shop.staff(BuiltIn::SalesAdmin).await, shop.member("anna", MAIL, PASSWORD).await);
        let program = Program::new(shop.browser());
        let anna = program.with_token(&token(&signs_in(&program, "anna", PASSWORD).await));
        assert_eq!(anna.get(SESSION).await.status, 200);
        office.switches_access(id, "off").await;
        assert_eq!(anna.get(SESSION).await.problem(), "not-signed-in");
        assert_eq!(signs_in(&program, "anna", PASSWORD).await.problem(), "sign-in-refused");
    }
}

story! {
    async fn what_is_no_request_of_the_api_is_told_so_and_changes_nothing(kind) {
        let shop = Shop::open(kind).await;
        let program = Program::new(shop.browser());
        let cases = [
            (json!({ "username": "anna" }), 400, "unreadable"),
            (json!({ "username": "anna", "password": "x", "more": 1 }), 400, "unreadable"),
            (json!({ "username": "anna", "password": 12_345_678 }), 400, "unreadable"),
            (json!([]), 400, "unreadable"),
        ];
        for (body, status, problem) in cases {
            let reply = program.send("POST", SESSION, &[], Some(body)).await;
            assert_eq!((reply.status, reply.problem().as_str()), (status, problem));
            assert!(!reply.text().contains("12345678"), "promise 1: a value is never repeated");
        }
        let other_type = shop.browser().post(SESSION, &[("username", "anna"), ("password", "x")]).await;
        assert_eq!((other_type.status, other_type.problem().as_str()), (415, "unsupported-media-type"));
        let large = json!({ "username": "x".repeat(100_000), "password": "x" });
        assert_eq!(program.send("POST", SESSION, &[], Some(large)).await.problem(), "too-large");
        let method = program.send("PATCH", SESSION, &[], Some(json!({}))).await;
        assert_eq!((method.status, method.problem().as_str()), (405, "method-not-allowed"));
        assert!(method.header("allow").contains("POST"));
        assert_eq!(program.get("/api/v1/nothing").await.problem(), "not-found");
        let cross_site = shop.browser().post_from("http://evil.example", SESSION, &[]).await;
        assert_eq!((cross_site.status, cross_site.problem().as_str()), (403, "not-allowed"));
    }
}
