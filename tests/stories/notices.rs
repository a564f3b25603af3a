//! Whoever's way of signing in changes is told, wherever it was changed; and who
//! changes another's proves first that it is them.

use std::time::Duration;

use serde_json::json;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::people::STAFF_PASSWORD;
use crate::support::program::Program;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const LATER: Duration = Duration::from_mins(6);

story! {
    async fn promise_10_another_username_or_address_needs_fresh_proof_in_the_portal(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.advance(LATER);
        let form = format!("/portal/contacts/{anna}/sign-in");
        let version = shop.count("select version as n from contacts where id = $1", &[&anna]).await.to_string();
        let fields = [("username", "anna.new"), ("email", "thief@elsewhere.example"), ("version", version.as_str())];
        let asked = office.browser.post(&form, &fields).await;
        assert_eq!(asked.status, 403);
        assert!(asked.says("proof_password") || asked.text().contains("proof_password"), "{}", asked.text());
        assert_eq!(shop.count("select count(*) as n from contacts where username = 'anna'", &[]).await, 1);
        let mut proved = fields.to_vec();
        proved.push(("proof_password", STAFF_PASSWORD));
        assert!(office.browser.post(&form, &proved).await.leads_to(&format!("/portal/contacts/{anna}")));
        let told = shop.mail_of("sign-in-changed", MAIL).await.text_part().replace('\n', " ");
        let by = format!("by {} of Harbour Wholesale", office.name);
        assert!(told.contains("your username was changed") && told.contains(&by), "{told}");
        let told = shop.mail_of("email-changed", MAIL).await.text_part().replace('\n', " ");
        assert!(told.contains(&by), "{told}");
    }
}

story! {
    async fn promise_10_another_username_or_address_needs_fresh_proof_at_the_api(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let program = Program::of(&shop, &office).await;
        shop.advance(LATER);
        let path = format!("/api/v1/contacts/{anna}/sign-in");
        let tag = format!("\"{}\"", shop.count("select version as n from contacts where id = $1", &[&anna]).await);
        let enter = async |username: &str| {
            let new = json!({ "username": username, "email": MAIL, "website_access": true });
            program.send("PUT", &path, &[("if-match", &tag)], Some(new)).await
        };
        let prove = async |password: &str| {
            program.send("POST", "/api/v1/devices/current/proof", &[], Some(json!({ "password": password }))).await.status
        };
        let refused = enter("anna.new").await;
        assert_eq!((refused.status, refused.problem().as_str()), (403, "proof-required"));
        assert_eq!(enter("anna").await.status, 200, "what stays as it is needs none");
        assert_eq!(prove("wrong horse battery").await, 422);
        assert_eq!(enter("anna.new").await.status, 403);
        assert_eq!(prove(STAFF_PASSWORD).await, 204);
        assert_eq!(enter("anna.new").await.status, 200);
        assert!(shop.mail_of("sign-in-changed", MAIL).await.text_part().contains("your username was changed"));
    }
}

story! {
    /// Whoever has the browser of a rep that was left open is no more than the browser was.
    async fn promise_10_a_device_made_of_an_old_session_needs_fresh_proof_as_well(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.colleague(BuiltIn::Owner, StaffKind::Rep, &["North"]).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.advance(LATER);
        let app = Program::new(rep.browser.clone());
        assert_eq!(app.send("POST", "/sales/device", &[], Some(json!({ "name": "Sample iPad" }))).await.status, 201);
        let tag = format!("\"{}\"", shop.count("select version as n from contacts where id = $1", &[&anna]).await);
        let new = json!({ "username": "anna.new", "email": MAIL, "website_access": true });
        let refused = app.send("PUT", &format!("/api/v1/contacts/{anna}/sign-in"), &[("if-match", &tag)], Some(new)).await;
        assert_eq!((refused.status, refused.problem().as_str()), (403, "proof-required"));
    }
}

/// The role that is chosen in a form.
fn role_in(page: &str) -> String {
    let chosen =
        page.split("<input").find(|input| input.contains("name=\"role\"") && input.contains(" checked"));
    let value =
        chosen.and_then(|input| input.split("value=\"").nth(1)).and_then(|rest| rest.split('"').next());
    value.expect("a role").to_owned()
}

story! {
    async fn a_staff_users_former_address_is_told_and_the_trail_says_so(kind) {
        let shop = Shop::open(kind).await;
        let (owner, rep) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::SalesRep).await);
        let of = |column: &str| format!("select {column} as t from staff where id = $1");
        let mut kept = Vec::new();
        for column in ["kind", "name"] {
            kept.push(shop.texts(&of(column), &[&rep.id]).await.remove(0));
        }
        let role = role_in(&owner.browser.get(&format!("/portal/staff/{}/edit", rep.id)).await.text());
        let version = shop.count("select version as n from staff where id = $1", &[&rep.id]).await.to_string();
        let fields = [
            ("name", kept[1].as_str()),
            ("email", "new@supplier.example"),
            ("kind", kept[0].as_str()),
            ("role", role.as_str()),
            ("version", version.as_str()),
        ];
        let saved = owner.browser.post(&format!("/portal/staff/{}/edit", rep.id), &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        let told = shop.mail_of("sign-in-changed", &rep.email).await.text_part().replace('\n', " ");
        assert!(told.contains("the e-mail address you sign in with") && told.contains(&format!("by {}", owner.name)), "{told}");
        assert_eq!(shop.count("select count(*) as n from audit where act = 'staff-address-changed'", &[]).await, 1);
        assert!(owner.browser.get("/portal/audit").await.says("e-mail address changed by"));
    }
}

story! {
    async fn staff_are_told_of_their_own_changed_password(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let word = "another horse battery staple 7";
        let new = [("current_password", STAFF_PASSWORD), ("new_password", word), ("confirm_password", word)];
        assert_eq!(office.browser.post("/portal/me/password", &new).await.status, 303);
        let told = shop.mail_of("sign-in-changed", &office.email).await.text_part().replace('\n', " ");
        assert!(told.contains("your password was changed"), "{told}");
    }
}

story! {
    async fn promise_04_a_notice_of_a_record_that_was_merged_meanwhile_is_sent_and_leaves_no_job(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let other = shop.member("adahl", "old@harbour.example", PASSWORD).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        // No attempt is made but the one that is waited for.
        shop.stop_clock_at(shop.clock.now());
        let browser = shop.signed_in("adahl", PASSWORD).await;
        assert!(browser.change_password(PASSWORD, "lamp of 9 trouts").await.leads_to("/account"));
        let changed = "select count(*) as n from mails where kind = 'password-changed' and state = 'put-off'";
        shop.counts(1, changed).await;
        let merged = office.browser.post(&format!("/portal/contacts/{anna}/merge"), &[("other", &other.to_string())]).await;
        assert_eq!(merged.status, 303, "{}", merged.text());
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(20));
        let told = shop.mail_of("password-changed", "old@harbour.example").await;
        assert!(told.text_part().contains("Anna Sample"), "{}", told.text_part());
        shop.counts(0, "select count(*) as n from jobs").await;
    }
}
