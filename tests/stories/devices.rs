//! Devices of staff users at the API: tokens that rotate, and what ends them.

use std::time::Duration;

use serde_json::{Value, json};
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::second_factor::sets_up;
use crate::support::client::Reply;
use crate::support::people::{Colleague, STAFF_PASSWORD};
use crate::support::program::Program;
use crate::support::shop::Shop;

const DAY: Duration = Duration::from_hours(24);
const TRAIL: &str = "select act || ' ' || door as t from audit where act in
    ('device-signed-in', 'device-revoked', 'refresh-token-reused', 'signed-out') order by number";

/// What a device makes for a refresh, to be given the same answer again.
const KEY: &str = "0123456789abcdef";

/// A device with the tokens it holds.
pub(crate) struct Device {
    program: Program,
    access: String,
    refresh: String,
}

impl Device {
    /// One of a colleague's, signed in.
    pub(crate) async fn of(shop: &Shop, who: &Colleague) -> Self {
        let reply = signs_in(shop, &who.email, json!({ "password": STAFF_PASSWORD })).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        Self::holding(shop, &reply.json())
    }

    fn holding(shop: &Shop, tokens: &Value) -> Self {
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        Self { program: Program::new(shop.browser()).with_token(&access), access, refresh }
    }

    async fn me(&self) -> Reply {
        self.program.get("/api/v1/me").await
    }

    async fn refreshes(&self) -> Reply {
        self.program
            .send(
                "POST",
                "/api/v1/tokens",
                &[],
                Some(json!({ "refresh_token": self.refresh, "request_key": KEY })),
            )
            .await
    }

    /// It with a new pair.
    async fn next(&self, shop: &Shop) -> Self {
        let reply = self.refreshes().await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        Self::holding(shop, &reply.json())
    }

    async fn id(&self) -> String {
        self.me().await.json()["device"]["id"].as_str().expect("an id").to_owned()
    }

    /// What both of its tokens are told.
    async fn hears(&self) -> [String; 2] {
        [self.me().await.problem(), self.refreshes().await.problem()]
    }
}

/// Signs in by the API, with what is given besides address and name.
async fn signs_in(shop: &Shop, email: &str, more: Value) -> Reply {
    let mut typed = json!({ "email": email, "device_name": "Sample iPad" });
    for (name, value) in more.as_object().expect("fields") {
        typed[name] = value.clone();
    }
    Program::new(shop.browser()).send("POST", "/api/v1/devices", &[], Some(typed)).await
}

const REVOKED: [&str; 2] = ["device-revoked"; 2];
const SIGNED_OUT: [&str; 2] = ["not-signed-in"; 2];

story! {
    async fn a_person_has_only_so_many_devices_and_is_told_which_to_revoke(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Rep, &["North"]).await;
        let first = Device::of(&shop, &rep).await;
        for _ in 1..20 {
            shop.advance(Duration::from_secs(1));
            Device::of(&shop, &rep).await;
        }
        let refused = signs_in(&shop, &rep.email, json!({ "password": STAFF_PASSWORD })).await;
        assert_eq!((refused.status, refused.problem().as_str()), (409, "not-possible"));
        assert_eq!(refused.json()["reason"], "too-many-devices");
        assert!(refused.text().contains("Revoke one you no longer use"), "{}", refused.text());
        let id = first.id().await;
        assert_eq!(first.program.send("DELETE", &format!("/api/v1/devices/{id}"), &[], None).await.status, 204);
        Device::of(&shop, &rep).await;
    }
}

story! {
    async fn a_device_is_signed_in_named_listed_and_signed_out(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let (ipad, phone) = (Device::of(&shop, &rep).await, Device::of(&shop, &rep).await);
        let me = ipad.me().await.json();
        assert_eq!((&me["name"], &me["kind"], &me["territories"]), (&json!(rep.name), &json!("rep"), &json!(["North"])));
        assert_eq!((&me["permissions"]["reach"], &me["reset"]["valid_for_s"]), (&json!("own_territories"), &json!(48 * 3600)));
        assert_eq!((&me["device"]["current"], &me["second_factor"]), (&json!(true), &json!({ "has_factor": false, "due_at": null })));
        let renamed = ipad.program.send("PATCH", "/api/v1/devices/current", &[], Some(json!({ "name": " Shop  iPad " }))).await;
        assert_eq!((renamed.status, &renamed.json()["name"]), (200, &json!("Shop  iPad")));
        for name in ["", "a\u{202e}b", &"x".repeat(61)] {
            let reply = ipad.program.send("PATCH", "/api/v1/devices/current", &[], Some(json!({ "name": name }))).await;
            assert_eq!((reply.problem().as_str(), &reply.json()["errors"][0]["field"]), ("invalid", &json!("name")));
        }
        let list = phone.program.get("/api/v1/devices").await.json();
        let items = list["items"].as_array().expect("items");
        let current: Vec<(&str, bool)> = items.iter().map(|one| (one["name"].as_str().unwrap(), one["current"] == true)).collect();
        assert!(current.len() == 2 && current.contains(&("Shop  iPad", false)) && current.contains(&("Sample iPad", true)), "{list}");
        assert_eq!(ipad.program.delete("/api/v1/devices/current").await.status, 204);
        assert_eq!(ipad.hears().await, SIGNED_OUT);
        assert_eq!(phone.me().await.status, 200);
        assert_eq!(shop.texts(TRAIL, &[]).await, ["device-signed-in api", "device-signed-in api", "signed-out api"]);
    }
}

story! {
    async fn a_second_factor_is_asked_for_once_the_password_is_right_and_nothing_half_is_left(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (app, codes) = sets_up(&shop, &office).await;
        let tries = async |more: Value| signs_in(&shop, &office.email, more).await;
        let asked = tries(json!({ "password": STAFF_PASSWORD })).await;
        assert_eq!((asked.status, asked.problem().as_str(), &asked.json()["factors"]), (403, "second-factor-required", &json!(["code"])));
        let code = app.code(&shop, 0);
        let other = if code == "123456" { "654321" } else { "123456" };
        for more in [
            json!({ "password": STAFF_PASSWORD, "code": other }),
            json!({ "password": "another password 99", "code": code }),
            json!({ "password": "another password 99" }),
        ] {
            let refused = tries(more).await;
            assert_eq!((refused.status, refused.problem().as_str()), (401, "sign-in-refused"));
        }
        assert_eq!(shop.count("select count(*) as n from sessions where device_name is not null", &[]).await, 0);
        let right = json!({ "password": STAFF_PASSWORD, "code": code });
        assert_eq!(tries(right.clone()).await.status, 201, "a wrong password used nothing up");
        assert_eq!(tries(right).await.problem(), "sign-in-refused", "a code is good once");
        let recovery = json!({ "password": STAFF_PASSWORD, "code": codes[0] });
        assert_eq!(tries(recovery.clone()).await.status, 201);
        assert_eq!(tries(recovery).await.problem(), "sign-in-refused");
    }
}

story! {
    async fn who_is_refused_learns_nothing(kind) {
        let shop = Shop::open(kind).await;
        let (rep, gone) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesRep).await);
        shop.run("update staff set active = $2 where id = $1", &[&gone.id, &false]).await;
        let written = "select (select count(*) from audit where act = 'sign-in-refused')
            + coalesce((select cast(sum(count) as bigint) from refusals where kind = 'unknown-name'), 0) as n";
        let before = shop.count(written, &[]).await;
        let mut answers = Vec::new();
        for (email, password) in [
            (rep.email.as_str(), "another password 99"),
            ("nobody@supplier.example", STAFF_PASSWORD),
            ("no address", STAFF_PASSWORD),
            (gone.email.as_str(), STAFF_PASSWORD),
        ] {
            let reply = signs_in(&shop, email, json!({ "password": password })).await;
            let mut body = reply.json();
            body["instance"] = Value::Null;
            answers.push((reply.status, reply.problem(), body, reply.header("content-length").to_owned()));
        }
        assert_eq!((answers[0].0, answers[0].1.as_str()), (401, "sign-in-refused"));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(shop.count(written, &[]).await, before + 4, "each is written down, the unknown folded");
        for _ in 0..10 {
            signs_in(&shop, &rep.email, json!({ "password": "another password 99" })).await;
        }
        let tired = signs_in(&shop, &rep.email, json!({ "password": STAFF_PASSWORD })).await;
        assert_eq!((tired.status, tired.problem().as_str()), (429, "sign-in-paused"));
        for _ in 0..11 {
            signs_in(&shop, "nobody@supplier.example", json!({ "password": STAFF_PASSWORD })).await;
        }
        let nobody = signs_in(&shop, "nobody@supplier.example", json!({ "password": STAFF_PASSWORD })).await;
        assert_eq!(nobody.problem(), "sign-in-paused", "told alike whether anyone is called so or not");
    }
}

story! {
    async fn a_refresh_token_is_good_once_and_a_copy_of_it_ends_the_device(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let old = Device::of(&shop, &rep).await;
        let new = old.next(&shop).await;
        assert_eq!(old.me().await.problem(), "access-token-expired", "the pair before is over");
        assert_eq!(new.me().await.status, 200);
        let newest = new.next(&shop).await;
        assert_eq!(newest.me().await.status, 200);
        // Whoever copied the first one.
        assert_eq!(old.refreshes().await.problem(), "device-revoked");
        for device in [&new, &newest] {
            assert_eq!(device.hears().await, REVOKED);
        }
        assert_eq!(shop.texts(TRAIL, &[]).await, ["device-signed-in api", "refresh-token-reused api"]);
        let page = shop.staff(BuiltIn::Owner).await.browser.get("/portal/audit?what=sign-in").await;
        assert!(page.says("there is a copy"), "{}", page.text());
    }
}

story! {
    async fn an_answer_that_was_lost_can_be_asked_for_again_until_it_has_arrived(kind) {
        let mut shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let old = Device::of(&shop, &rep).await;
        let lost = old.refreshes().await.json();
        shop.crash();
        shop.restart().await;
        shop.advance(Duration::from_mins(20));
        let again = old.refreshes().await.json();
        assert_eq!((&again["access_token"], &again["refresh_token"]), (&lost["access_token"], &lost["refresh_token"]));
        let new = Device::holding(&shop, &again);
        assert_eq!(new.me().await.status, 200, "good for ten minutes from now");
        assert_eq!(old.refreshes().await.problem(), "device-revoked", "it had arrived");
        // The refresh token of the new pair proves that, too.
        let other = Device::of(&shop, &rep).await;
        let next = other.next(&shop).await;
        next.next(&shop).await;
        assert_eq!(other.refreshes().await.problem(), "device-revoked");
    }
}

story! {
    async fn two_who_refresh_at_once_get_the_same(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let old = Device::of(&shop, &rep).await;
        let (one, other) = tokio::join!(old.refreshes(), old.refreshes());
        assert_eq!((one.status, other.status), (200, 200));
        assert_eq!(one.json()["refresh_token"], other.json()["refresh_token"]);
        let new = Device::holding(&shop, &other.json());
        assert_eq!(new.me().await.status, 200);
        assert_ne!((&new.access, &new.refresh), (&old.access, &old.refresh));
        assert_eq!(new.next(&shop).await.me().await.status, 200);
    }
}

story! {
    async fn tokens_run_out(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let mut device = Device::of(&shop, &rep).await;
        shop.advance(Duration::from_mins(11));
        assert_eq!(device.me().await.problem(), "access-token-expired");
        for _ in 0..6 {
            device = device.next(&shop).await;
            assert_eq!(device.me().await.status, 200);
            shop.advance(DAY * 29);
        }
        let last = device.refreshes().await.json();
        let left_s = last["refresh_expires_in_s"].as_u64().expect("a number");
        assert!((5 * 86_400..6 * 86_400).contains(&left_s), "half a year at most: {left_s}");
        device = Device::holding(&shop, &last);
        shop.advance(DAY * 6);
        assert_eq!(device.hears().await, SIGNED_OUT);
        let idle = Device::of(&shop, &rep).await;
        shop.advance(DAY * 31);
        assert_eq!(idle.hears().await, SIGNED_OUT);
    }
}

story! {
    async fn ending_a_device_on_purpose_revokes_it_and_nobody_ends_those_of_others(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let (ipad, lost, sold) = (Device::of(&shop, &rep).await, Device::of(&shop, &rep).await, Device::of(&shop, &rep).await);
        let stranger = Device::of(&shop, &shop.staff(BuiltIn::Owner).await).await;
        let (lost_id, sold_id) = (lost.id().await, sold.id().await);
        let address = format!("/api/v1/devices/{lost_id}");
        assert_eq!(stranger.program.delete(&address).await.problem(), "not-found");
        let before = lost.next(&shop).await;
        assert_eq!(ipad.program.delete(&address).await.status, 204);
        assert_eq!(lost.hears().await, REVOKED, "the token before, too");
        assert_eq!(before.hears().await, REVOKED);
        assert_eq!(ipad.program.delete(&address).await.problem(), "not-found");
        let page = rep.browser.get("/portal/me").await;
        assert!(page.says("Sample iPad · API") && page.says(&sold_id) && !page.says(&lost_id), "{}", page.text());
        assert!(rep.browser.post(&format!("/portal/me/sessions/{sold_id}/end"), &[]).await.leads_to("/portal/me"));
        assert_eq!(sold.hears().await, REVOKED);
        assert_eq!(ipad.me().await.status, 200);
        assert!(rep.browser.post("/portal/me/sessions/end", &[]).await.leads_to("/portal/me"));
        assert_eq!(ipad.hears().await, REVOKED);
        let trail = shop.texts(TRAIL, &[]).await;
        assert_eq!(trail.iter().filter(|act| act.starts_with("device-revoked")).collect::<Vec<_>>(), ["device-revoked api", "device-revoked portal"]);
    }
}

story! {
    async fn a_new_password_signs_devices_out_and_leaving_wipes_them(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let before = Device::of(&shop, &office).await;
        let fields = [("current_password", STAFF_PASSWORD), ("new_password", "quiet cobalt ferry 77 onion"), ("confirm_password", "quiet cobalt ferry 77 onion")];
        assert!(office.browser.post("/portal/me/password", &fields).await.leads_to("/portal/me"));
        assert_eq!(before.hears().await, SIGNED_OUT, "what waits on it must not be lost");
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let device = Device::of(&shop, &rep).await;
        let active = format!("/portal/staff/{}/active", rep.id);
        for to in ["no", "yes"] {
            assert_eq!(owner.browser.post(&active, &[("active", to)]).await.status, 303);
            assert_eq!(device.hears().await, REVOKED, "{to}");
        }
    }
}

story! {
    async fn what_a_role_allows_is_asked_anew_each_time(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let device = Device::of(&shop, &rep).await;
        assert_eq!(device.me().await.json()["permissions"]["customers"], "write");
        let less = r#"{"customers":"read","staff":"none","reach":"own_territories","acts":[]}"#;
        shop.run("update roles set permissions = $1 where name = 'Sales rep'", &[&less]).await;
        assert_eq!(device.me().await.json()["permissions"], json!({ "customers": "read", "reach": "own_territories", "acts": [] }));
        shop.run("update roles set second_factor_days = 0, second_factor_since = 0 where name = 'Sales rep'", &[]).await;
        let must = device.me().await;
        assert_eq!((must.status, must.problem().as_str()), (403, "second-factor-set-up-required"));
        assert_eq!(device.program.delete("/api/v1/devices/current").await.status, 204, "and may still sign out");
    }
}

story! {
    /// Who has copied a refresh token can't keep in step with the device unseen.
    async fn promise_16_a_copied_refresh_token_is_found_out_at_the_next_refresh(kind) {
        for device_first in [true, false] {
            let shop = Shop::open(kind).await;
            let office = shop.staff(BuiltIn::SalesAdmin).await;
            let device = Device::of(&shop, &office).await;
            let steal = async |key: Value| {
                let mut typed = json!({ "refresh_token": device.refresh });
                if !key.is_null() {
                    typed["request_key"] = key;
                }
                Program::new(shop.browser()).send("POST", "/api/v1/tokens", &[], Some(typed)).await
            };
            if device_first {
                let new = device.next(&shop).await;
                assert_eq!(device.refreshes().await.status, 200, "its answer was lost, so it asks again");
                let key = if kind == crate::support::database::Kind::Sqlite { Value::Null } else { json!("fedcba9876543210") };
                assert_eq!(steal(key).await.problem(), "device-revoked");
                assert_eq!(new.me().await.problem(), "device-revoked");
            } else {
                assert_eq!(steal(json!("fedcba9876543210")).await.status, 200, "nobody can tell yet");
                assert_eq!(device.refreshes().await.problem(), "device-revoked", "now it is found out");
            }
            assert_eq!(shop.count("select count(*) as n from audit where act = 'refresh-token-reused'", &[]).await, 1);
        }
    }
}
