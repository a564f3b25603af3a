//! Nobody has others mailed as often as they like, in words of their own: contacts
//! their new addresses, staff their customers.

use std::time::Duration;

use serde_json::json;
use tradepost::staff::BuiltIn;

use crate::support::program::Program;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";

story! {
    async fn a_contact_can_not_mail_strangers_at_will(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.member("bert", "bert@harbour.example", PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        let (anna, bert) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("bert", PASSWORD).await);
        let mails = "select count(*) as n from mails where kind = 'email-confirmation'";
        for stranger in 0..5 {
            let to = format!("stranger{stranger}@new.example");
            assert!(anna.post("/account/email", &[("email", &to), ("current_password", PASSWORD)]).await.leads_to("/account"));
        }
        let told = anna.post("/account/email", &[("email", "sixth@new.example"), ("current_password", PASSWORD)]).await;
        assert!(told.status == 422 && told.says("The next one can be sent in 24 hours."), "{}", told.text());
        assert!(told.says("sixth@new.example"), "what was typed is kept");
        shop.counts(5, mails).await;
        // Nor do several contacts mail one stranger.
        for (who, sent) in [(&bert, true), (&bert, true), (&bert, false)] {
            let reply = who.post("/account/email", &[("email", "STRANGER0@new.example"), ("current_password", PASSWORD)]).await;
            assert_eq!(reply.leads_to("/account"), sent, "{}", reply.text());
        }
        assert!(bert.post("/account/email", &[("email", "bert@new.example"), ("current_password", PASSWORD)]).await.leads_to("/account"));
        shop.advance(Duration::from_hours(25));
        assert!(anna.post("/account/email", &[("email", "sixth@new.example"), ("current_password", PASSWORD)]).await.leads_to("/account"));
    }
}

story! {
    async fn a_mail_to_an_address_that_is_not_confirmed_holds_no_words_of_whoever_asked(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let anna = shop.signed_in("anna", PASSWORD).await;
        let name = "Your parcel is held, pay 3 Euro today";
        assert!(anna.post("/account/name", &[("name", name)]).await.leads_to("/account"));
        anna.post("/account/email", &[("email", "stranger@new.example"), ("current_password", PASSWORD)]).await;
        let mail = shop.mail_of("email-confirmation", "stranger@new.example").await;
        assert!(!String::from_utf8_lossy(&mail.raw).contains("parcel"), "{}", mail.text_part());
        assert!(mail.text_part().contains("Hello stranger@new.example,"), "{}", mail.text_part());
    }
}

story! {
    async fn staff_are_slowed_too(kind) {
        let shop = Shop::with(kind, &[("limits.by_staff", "8 in 1h")]).await;
        let mut ids = Vec::new();
        for name in ["anna", "bert", "cora"] {
            ids.push(shop.member(name, &format!("{name}@harbour.example"), PASSWORD).await);
        }
        let (office, deputy) = (shop.staff(BuiltIn::Support).await, shop.staff(BuiltIn::Support).await);
        shop.stop_clock_at(shop.clock.now());
        let send = async |who: &crate::support::people::Colleague, id| {
            shop.advance(Duration::from_secs(30));
            who.browser.post(&format!("/portal/contacts/{id}/resets"), &[]).await
        };
        for _ in 0..6 {
            assert_eq!(send(&office, &ids[0]).await.status, 303);
        }
        let told = send(&office, &ids[0]).await;
        assert!(told.status == 429 && told.says("You have sent too many of these lately") && told.says("in 57 minutes"), "{}", told.text());
        assert_eq!(send(&deputy, &ids[0]).await.status, 303, "a colleague isn't slowed by it");
        for _ in 0..2 {
            assert_eq!(send(&office, &ids[1]).await.status, 303);
        }
        assert_eq!(send(&office, &ids[2]).await.status, 429, "so many an hour in all");
        shop.advance(Duration::from_mins(61));
        assert_eq!(send(&office, &ids[0]).await.status, 303);
    }
}

story! {
    async fn staff_are_slowed_at_the_api_alike_and_the_same_key_works_later(kind) {
        let shop = Shop::with(kind, &[("limits.by_staff_contact", "2 in 1h")]).await;
        let id = shop.member("anna", MAIL, PASSWORD).await;
        let office = shop.staff(BuiltIn::Support).await;
        let program = Program::of(&shop, &office).await;
        let path = format!("/api/v1/contacts/{id}/resets");
        let send = async |program: &Program, key: &str| {
            shop.advance(Duration::from_secs(30));
            program.send("POST", &path, &[("idempotency-key", key)], Some(json!({}))).await
        };
        assert_eq!(send(&program, "first-of-all").await.status, 201);
        assert_eq!(send(&program, "second-of-all").await.status, 201);
        let told = send(&program, "third-of-all").await;
        assert_eq!((told.status, told.problem().as_str()), (429, "too-many-requests"), "{}", told.text());
        assert!(told.header("retry-after").parse::<u64>().unwrap() > 3_000);
        shop.advance(Duration::from_hours(1));
        let later = Program::of(&shop, &office).await;
        assert_eq!(send(&later, "third-of-all").await.status, 201);
    }
}
