//! A contact's own account page (promise 15).

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const NEW_MAIL: &str = "anna@new.example";

story! {
    async fn promise_15_a_name_is_changed_and_nonsense_is_refused_beside_the_field(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        for typed in ["", "   ", "two\r\nlines", "nul\0", "turned\u{202e}round", &"x".repeat(121)] {
            let page = browser.post("/account/name", &[("name", typed)]).await;
            assert!(page.status == 422 && page.says("Type a name of 1 to 120 characters on one line."), "{typed:?}");
        }
        assert!(browser.get("/account").await.says("Anna Sample"));
        assert!(browser.post("/account/name", &[("name", " Zoë O'Hara & Sons ")]).await.leads_to("/account"));
        let page = browser.get("/account").await;
        assert!(page.says("Zoë O'Hara & Sons") && page.says("Your name is changed."));
        assert!(!browser.get("/account").await.says("Your name is changed."), "said once");
    }
}

story! {
    async fn promise_10_a_name_is_no_way_to_mail_links_to_strangers(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        for typed in ["Your parcel is held. Pay at https://evil.example", "www.evil.test", "Pay at evil.com", "a@evil.test", "evil\u{ff0e}com"] {
            let page = browser.post("/account/name", &[("name", typed)]).await;
            assert!(page.status == 422 && page.says("Links and e-mail addresses are no part of a name."), "{typed:?}");
        }
        // Entered by somebody else, or before there was this rule.
        shop.run("update contacts set name = 'Pay at evil.com'", &[]).await;
        assert!(browser.post("/account/email", &[("email", NEW_MAIL), ("current_password", PASSWORD)]).await.leads_to("/account"));
        let mail = shop.mail_of("email-confirmation", NEW_MAIL).await;
        assert!(!String::from_utf8_lossy(&mail.raw).contains("evil"), "{}", mail.text_part());
    }
}

story! {
    async fn promise_15_a_name_shows_all_of_itself(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let typed = "Zo\u{ad}ë\u{61c} O\u{3164}'Hara\u{fe0f}\u{e0041}";
        assert!(browser.post("/account/name", &[("name", typed)]).await.leads_to("/account"));
        assert_eq!(shop.texts("select name as t from contacts", &[]).await, ["Zoë O'Hara"]);
    }
}

story! {
    async fn promise_15_an_address_changes_when_its_owner_confirms(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let wrong = browser.post("/account/email", &[("email", NEW_MAIL), ("current_password", "wrong9lamp")]).await;
        assert!(wrong.status == 422 && wrong.says("That is not your current password.") && wrong.says(NEW_MAIL), "what was typed is kept");
        let nonsense = browser.post("/account/email", &[("email", "anna@"), ("current_password", PASSWORD)]).await;
        assert!(nonsense.status == 422 && nonsense.says("Type a complete e-mail address") && !nonsense.text().contains(PASSWORD));
        assert!(browser.post("/account/email", &[("email", NEW_MAIL), ("current_password", PASSWORD)]).await.leads_to("/account"));
        let link = shop.mail_of("email-confirmation", NEW_MAIL).await.link("/account/email/confirm/");
        shop.quiet().await;
        assert!(browser.get("/account").await.says(&format!("We sent a mail to {NEW_MAIL}.")));
        assert_eq!(shop.browser().get(&link).await.status, 200);
        assert_eq!(shop.texts("select email as t from contacts", &[]).await, [MAIL], "looking changes nothing");
        let mailed_before = shop.temporary_password("anna").await;
        assert!(shop.browser().post(&link, &[]).await.leads_to("/account"));
        let notice = shop.mail_of("email-changed", MAIL).await;
        assert!(notice.text_part().contains("a…a@new.example") && !notice.text_part().contains(NEW_MAIL));
        assert!(!shop.lets_in("anna", &mailed_before).await, "what went to the old address is void");
        shop.quiet().await;
        shop.advance(Duration::from_secs(10));
        shop.resets("anna").await;
        shop.mail_of("reset", NEW_MAIL).await;
        assert_eq!(shop.browser().post(&link, &[]).await.status, 410, "once");
    }
}

story! {
    async fn promise_15_a_link_to_a_new_address_lives_for_a_day_and_only_the_latest(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let mut links = Vec::new();
        for address in ["one@new.example", "two@new.example"] {
            browser.post("/account/email", &[("email", address), ("current_password", PASSWORD)]).await;
            links.push(shop.mail_of("email-confirmation", address).await.link("/account/email/confirm/"));
            shop.quiet().await;
        }
        assert_eq!(shop.browser().post(&links[0], &[]).await.status, 410);
        shop.advance(Duration::from_secs(24 * 3600 - 20));
        assert_eq!(shop.browser().get(&links[1]).await.status, 200);
        shop.advance(Duration::from_secs(21));
        assert_eq!(shop.browser().post(&links[1], &[]).await.status, 410);
        assert_eq!(shop.texts("select email as t from contacts", &[]).await, [MAIL]);
    }
}

story! {
    async fn promise_15_sessions_are_listed_and_ended_one_or_all(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.member("bert", "bert@harbour.example", PASSWORD).await;
        let phone = shop.browser().calling_itself("Mozilla/5.0 (iPhone) AppleWebKit/605 Safari/604.1");
        phone.sign_in("anna", PASSWORD).await;
        let (here, third) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("anna", PASSWORD).await);
        let bert = shop.signed_in("bert", PASSWORD).await;
        let page = here.get("/account").await;
        assert!(page.says("Safari, iPhone") && page.says("Firefox, Linux") && page.says("This one") && page.says("127.0.0.1"));
        let id = iphone(&shop).await;
        assert_eq!(bert.post(&format!("/account/sessions/{id}/end"), &[]).await.status, 404, "another's is not found");
        assert!(phone.is_signed_in().await);
        assert!(here.post(&format!("/account/sessions/{id}/end"), &[]).await.leads_to("/account"));
        assert!(!phone.is_signed_in().await && third.is_signed_in().await);
        for nonsense in ["x", "0192c6c3-0000-7000-8000-000000000000", "%00"] {
            assert_eq!(here.post(&format!("/account/sessions/{nonsense}/end"), &[]).await.status, 404);
        }
        assert!(here.post("/account/sessions/end", &[]).await.leads_to("/account"));
        assert!(here.is_signed_in().await && !third.is_signed_in().await && bert.is_signed_in().await);
    }
}

/// The id of the iPhone's session.
async fn iphone(shop: &Shop) -> String {
    let read = shop.db().read(|tx| {
        let row: tradepost::db::Row = tx.one("select id from sessions where device like '%iPhone%'", &[])?;
        row.get::<tradepost::kernel::id::SessionId>("id")
    });
    let id = read.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
    id.to_string()
}

story! {
    async fn promise_15_the_history_says_who_did_what(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.browser().sign_in("anna", "wrong9lamp").await;
        office.starts_reset(anna).await;
        shop.mail_to(MAIL).await;
        shop.quiet().await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let page = browser.get("/account").await;
        for words in [
            "A temporary password was asked for",
            "The mail with the temporary password was sent",
            "Someone tried to sign in with your username and did not get in",
            "You signed in",
            "127.0.0.1",
        ] {
            assert!(page.says(words), "{words}");
        }
        assert!(page.says(&format!("{}, Harbour Wholesale", office.name)), "who reset me");
        assert!(!page.text().contains("history-"), "every event has its words");
    }
}
