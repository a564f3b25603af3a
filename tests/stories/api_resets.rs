//! Resets and invitations as resources of the API.

use std::time::Duration;

use serde_json::json;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::program::Program;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const KEY: &str = "0b1f6f0e-6a35-4a47-9f7b-2f2f6f1b0a11";

story! {
    async fn promise_02_a_rep_starts_a_reset_and_watches_what_becomes_of_it(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let ipad = Program::of(&shop, &rep).await;
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let reply = ipad.act("POST", &resets, KEY, json!({})).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let reset = reply.json();
        assert_eq!((&reset["kind"], &reset["state"], &reset["started_by"]), (&json!("reset"), &json!("waiting"), &json!(rep.name)));
        let address = reply.location().to_owned();
        assert_eq!(address, format!("{resets}/{}", reset["id"].as_str().expect("an id")));
        let mail = shop.mail_of("reset", MAIL).await;
        shop.quiet().await;
        let handed_over = ipad.get(&address).await.json();
        assert_eq!((&handed_over["state"], &handed_over["final"], &handed_over["may_cancel"]), (&json!("handed_over"), &json!(false), &json!(true)));
        assert!(handed_over["until"].is_string() && handed_over["answer"].is_string(), "{handed_over}");
        let temporary = mail.temporary_password();
        assert!(!ipad.get(&resets).await.text().contains(&temporary), "promise 1");
        assert!(shop.lets_in("anna", &temporary).await);
        let cancelled = ipad.delete(&address).await;
        assert_eq!((cancelled.status, &cancelled.json()["state"]), (200, &json!("cancelled")));
        assert!(!shop.lets_in("anna", &temporary).await && shop.lets_in("anna", PASSWORD).await);
        assert_eq!(ipad.delete(&address).await.json()["state"], "cancelled", "once more changes nothing");
        assert_eq!(shop.texts("select started_by || ' ' || door as t from resets", &[]).await, ["staff api"]);
    }
}

story! {
    async fn promise_04_an_act_whose_answer_was_lost_is_asked_for_again_and_mails_once(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let (anna, ben) = (shop.member("anna", MAIL, PASSWORD).await, shop.contact("ben", "ben@harbour.example").await);
        let ipad = Program::of(&shop, &rep).await;
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let first = ipad.act("POST", &resets, KEY, json!({})).await;
        shop.mail_of("reset", MAIL).await;
        shop.quiet().await;
        // Long after what counts as a double click, and for good.
        for later in [Duration::from_mins(1), Duration::from_hours(24 * 400)] {
            shop.advance(later);
            let ipad = Program::of(&shop, &rep).await;
            let again = ipad.act("POST", &resets, KEY, json!({})).await;
            assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
            assert_eq!((again.location(), &again.json()["id"]), (first.location(), &first.json()["id"]));
        }
        let ipad = Program::of(&shop, &rep).await;
        for (path, body) in [(&resets, json!({ "stop_current": true })), (&format!("/api/v1/contacts/{ben}/resets"), json!({}))] {
            let other = ipad.act("POST", path, KEY, body).await;
            assert_eq!((other.status, other.problem().as_str()), (422, "idempotency-key-reused"));
        }
        shop.quiet().await;
        assert_eq!(shop.count("select count(*) as n from resets", &[]).await, 1);
        assert_eq!(shop.count("select count(*) as n from mails where kind = 'reset'", &[]).await, 1);
        // The same key of someone else is another act.
        let other = shop.colleague(BuiltIn::SalesRep, StaffKind::Rep, &["North"]).await;
        let theirs = Program::of(&shop, &other).await.act("POST", &resets, KEY, json!({})).await;
        assert_eq!((theirs.status, theirs.header("idempotency-replayed")), (201, ""));
    }
}

story! {
    async fn two_attempts_at_once_are_one_act(kind) {
        let shop = Shop::idle(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let ipad = Program::of(&shop, &rep).await;
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let attempts = (0..6).map(|_| {
            let (ipad, resets) = (ipad.clone(), resets.clone());
            tokio::spawn(async move { ipad.act("POST", &resets, KEY, json!({})).await.json()["id"].clone() })
        });
        let mut ids = Vec::new();
        for attempt in attempts.collect::<Vec<_>>() {
            ids.push(attempt.await.expect("an answer"));
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(shop.count("select count(*) as n from resets", &[]).await, 1);
    }
}

story! {
    async fn what_stands_in_the_way_is_named_and_the_key_stays_good(kind) {
        let shop = Shop::open(kind).await;
        let (rep, office) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        let anna = shop.contact("anna", "").await;
        let ipad = Program::of(&shop, &rep).await;
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let refused = ipad.act("POST", &resets, KEY, json!({})).await;
        assert_eq!((refused.status, refused.problem().as_str(), &refused.json()["reason"]), (409, "not-possible", &json!("missing_email")));
        office.switches_access(anna, "off").await;
        assert_eq!(ipad.act("POST", &resets, KEY, json!({})).await.json()["reason"], "off");
        office.switches_access(anna, "on").await;
        let fields = [("username", "anna"), ("email", MAIL), ("version", "3")];
        let version = shop.count("select version as n from contacts where id = $1", &[&anna]).await.to_string();
        let fields = fields.map(|(name, value)| if name == "version" { (name, version.as_str()) } else { (name, value) });
        assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/sign-in"), &fields).await.status, 303);
        let sent = ipad.act("POST", &resets, KEY, json!({})).await;
        assert_eq!((sent.status, &sent.json()["kind"]), (201, &json!("invitation")));
        assert_eq!(shop.mail_to(MAIL).await.kind(), "invitation");
    }
}

story! {
    async fn a_stream_of_events_ends_with_the_rights_of_who_follows_it(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let ipad = Program::of(&shop, &rep).await;
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let address = ipad.act("POST", &resets, KEY, json!({})).await.location().to_owned();
        shop.delivers("anna", "accepted").await;
        // The answer comes when the stream ends, which by itself would take five minutes.
        let watching = tokio::spawn({
            let (ipad, address) = (ipad.clone(), format!("{address}/events"));
            async move { ipad.get(&address).await }
        });
        // Requests one after the other that come after it: by their answers it has begun.
        for _ in 0..3 {
            assert_eq!(ipad.get(&address).await.status, 200);
        }
        let none = r#"update roles set permissions = replace(permissions, '"customers":"write"', '"customers":"none"') where name = 'Sales rep'"#;
        shop.run(none, &[]).await;
        let told = watching.await.expect("an answer");
        assert_eq!((told.status, told.text().matches("event: reset").count()), (200, 1), "{}", told.text());
        assert_eq!(ipad.get(&address).await.problem(), "not-found");
    }
}

story! {
    async fn a_key_is_needed_and_has_a_form(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let ipad = Program::of(&shop, &rep).await;
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let without = ipad.send("POST", &resets, &[], Some(json!({}))).await;
        assert_eq!((without.status, without.problem().as_str()), (400, "idempotency-key-required"));
        for key in ["short", "with a space", &"x".repeat(201)] {
            assert_eq!(ipad.act("POST", &resets, key, json!({})).await.problem(), "unreadable", "{key}");
        }
        assert_eq!(shop.count("select count(*) as n from resets", &[]).await, 0);
    }
}

story! {
    async fn another_territory_and_a_role_that_may_not_are_refused_alike_in_every_way_to_a_reset(kind) {
        let shop = Shop::open(kind).await;
        let (north, south) = (shop.staff(BuiltIn::SalesRep).await, shop.colleague(BuiltIn::SalesRep, StaffKind::Rep, &["South"]).await);
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let (here, there) = (Program::of(&shop, &north).await, Program::of(&shop, &south).await);
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let reset = here.act("POST", &resets, KEY, json!({})).await.location().to_owned();
        for address in [&resets, &reset, &format!("{reset}/events")] {
            assert_eq!(there.get(address).await.problem(), "not-found", "{address}");
        }
        assert_eq!(there.delete(&reset).await.problem(), "not-found");
        assert_eq!(there.act("POST", &resets, KEY, json!({})).await.problem(), "not-found");
        shop.run("update roles set permissions = replace(permissions, '\"trigger_reset\"', '\"export\"') where name = 'Sales rep'", &[]).await;
        let roles = shop.texts("select permissions as t from roles where name = 'Sales rep'", &[]).await;
        assert!(!roles[0].contains("trigger_reset"), "{roles:?}");
        assert_eq!(here.act("POST", &resets, "another-key", json!({})).await.problem(), "not-allowed");
        assert_eq!(here.delete(&reset).await.problem(), "not-allowed");
    }
}

story! {
    async fn promise_12_a_reset_is_told_of_as_it_changes_until_its_end(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let ipad = Program::of(&shop, &rep).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        let resets = format!("/api/v1/contacts/{anna}/resets");
        let address = ipad.act("POST", &resets, KEY, json!({})).await.location().to_owned();
        let watching = tokio::spawn({
            let (ipad, address) = (ipad.clone(), format!("{address}/events"));
            async move { ipad.get(&address).await }
        });
        shop.delivers("anna", "put-off").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(2));
        shop.delivers("anna", "accepted").await;
        ipad.delete(&address).await;
        let told = watching.await.expect("an answer");
        assert_eq!((told.status, told.header("content-type")), (200, "text/event-stream"));
        let known = ["waiting", "put_off", "handed_over", "cancelled"];
        let text = told.text();
        let events: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data:")).collect();
        let states: Vec<String> = events
            .iter()
            .map(|event| serde_json::from_str::<serde_json::Value>(event).expect("JSON"))
            .map(|reset| reset["state"].as_str().expect("a state").to_owned())
            .collect();
        let places: Vec<_> = states.iter().map(|state| known.iter().position(|one| one == state)).collect();
        assert!(places.is_sorted() && places.len() > 1, "{states:?}");
        assert_eq!(states.last().map(String::as_str), Some("cancelled"));
        assert!(text.contains("event: reset") && text.contains("retry: 3000"), "{text}");
        let over = ipad.get(&format!("{address}/events")).await.text();
        assert_eq!(over.matches("event: reset").count(), 1, "told once of one that is over: {over}");
    }
}
