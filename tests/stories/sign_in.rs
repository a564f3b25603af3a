//! Signing in and out on the website.

use std::time::Duration;

use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const DAY: Duration = Duration::from_hours(24);

story! {
    async fn promise_07_a_contact_signs_in_with_a_password_of_their_own(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let browser = shop.browser();
        assert!(browser.get("/").await.leads_to("/login"));
        assert!(browser.sign_in("anna", PASSWORD).await.leads_to("/"));
        let home = browser.get("/").await;
        assert!(home.says("Anna Sample") && home.says("Harbour Gifts") && home.says("10001"));
        assert!(browser.get("/login").await.leads_to("/"));
        assert!(browser.post("/logout", &[]).await.leads_to("/login"));
        assert!(!browser.is_signed_in().await);
        let left: Vec<String> = browser.cookies().into_keys().filter(|name| name != "tradepost-flash").collect();
        assert_eq!(left, ["__Host-tradepost-known", "tradepost-known"], "by which the browser is known again");
    }
}

story! {
    async fn signing_out_ends_the_session_and_not_only_the_cookie(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let stolen = browser.copy();
        assert!(stolen.is_signed_in().await);
        browser.post("/logout", &[]).await;
        assert!(!stolen.is_signed_in().await);
    }
}

story! {
    async fn usernames_are_one_in_any_case_and_width(kind) {
        let shop = Shop::open(kind).await;
        shop.member("Anna Café", "anna@harbour.example", PASSWORD).await;
        for typed in ["anna café", "ANNA CAFÉ", " Anna Cafe\u{301} ", "\u{ff21}nna Café"] {
            assert!(shop.lets_in(typed, PASSWORD).await, "{typed:?}");
        }
        assert!(!shop.lets_in("anna cafe", PASSWORD).await);
    }
}

story! {
    async fn promise_08_a_password_is_one_in_nfkc_and_only_there(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", "café crème ９").await;
        for typed in ["café crème 9", "cafe\u{301} cre\u{300}me 9", "café crème \u{ff19}"] {
            assert!(shop.lets_in("anna", typed).await, "{typed:?}");
        }
        for typed in ["Café crème 9", "café crème 9 ", "cafe creme 9", "caf\u{e9}crème9"] {
            assert!(!shop.lets_in("anna", typed).await, "{typed:?}");
        }
    }
}

story! {
    /// Promises 5 and 9: whoever is not let in learns nothing by it.
    async fn promise_09_all_who_are_refused_see_the_same_page(kind) {
        let shop = Shop::open(kind).await;
        let gone = shop.retailer("Gone & Co", "North").await;
        shop.member("known", "known@harbour.example", PASSWORD).await;
        let off = shop.member("offxx", "off@harbour.example", PASSWORD).await;
        let left = shop.member("leftx", "left@harbour.example", PASSWORD).await;
        let closed = shop.contact_at(gone, "close", "close@gone.example").await;
        shop.give_password(closed, PASSWORD).await;
        shop.contact("never", "never@harbour.example").await;
        shop.contact("timed", "timed@harbour.example").await;
        let expired = shop.temporary_password("timed").await;
        shop.advance(2 * DAY + Duration::from_mins(1));
        shop.run("update contacts set website_access = $2 where id = $1", &[&off, &false]).await;
        shop.run("update contacts set active = $2 where id = $1", &[&left, &false]).await;
        shop.run("update retailers set active = $2 where id = $1", &[&gone, &false]).await;
        let refusal = async |username: &str, password: &str| {
            let (status, headers, page) = shop.browser().sign_in(username, password).await.comparable();
            (status, headers, page.replace(username, "*****"))
        };
        let ordinary = refusal("known", "wrong9lamp").await;
        assert_eq!(ordinary.0, 401);
        let cases = [("nobod", PASSWORD), ("offxx", PASSWORD), ("leftx", PASSWORD), ("close", PASSWORD), ("never", PASSWORD)];
        for (username, password) in cases.into_iter().chain([("timed", expired.as_str()), ("known", &"x1".repeat(200)), ("known", "")]) {
            assert_eq!(refusal(username, password).await, ordinary, "{username} was told something else");
        }
    }
}

story! {
    async fn a_session_ends_after_thirty_days(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        shop.advance(29 * DAY);
        assert!(browser.is_signed_in().await);
        shop.advance(DAY);
        assert!(!browser.is_signed_in().await, "however often they came by");
    }
}

story! {
    async fn the_operator_says_how_long_a_session_lasts_without_a_visit(kind) {
        let shop = Shop::with(kind, &[("sessions.contact_idle", "1d"), ("sessions.staff_idle", "1h"), ("sessions.staff_lasts", "2h")]).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let office = shop.staff(tradepost::staff::BuiltIn::SalesAdmin).await;
        for _ in 0..2 {
            shop.advance(std::time::Duration::from_mins(50));
            assert!(browser.is_signed_in().await);
            assert_eq!(office.browser.get("/portal/contacts").await.status, 200, "a visit keeps it alive");
        }
        shop.advance(std::time::Duration::from_mins(30));
        assert_eq!(office.browser.get("/portal/contacts").await.status, 303, "two hours at most");
        shop.advance(std::time::Duration::from_hours(23));
        assert!(browser.is_signed_in().await);
        shop.advance(DAY);
        assert!(!browser.is_signed_in().await);
    }
}

story! {
    async fn what_was_typed_into_the_password_field_is_never_shown_again(kind) {
        let shop = Shop::open(kind).await;
        let page = shop.browser().sign_in("<b>anna\"", "sécret <i> 9").await;
        assert_eq!(page.status, 401);
        assert!(!page.text().contains("cret") && !page.text().contains("<b>anna"));
        assert!(page.says("&lt;b&gt;anna") || page.says("&#60;b&#62;anna"), "what else was typed is kept");
    }
}

story! {
    async fn a_blank_at_the_end_of_a_password_is_pointed_out_to_everyone_alike(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let blank = "There is a blank or something invisible at the beginning or the end of the password you typed.";
        let said = async |username: &str, password: &str| {
            let (status, headers, page) = shop.browser().sign_in(username, password).await.comparable();
            assert_eq!((status, page.contains(blank)), (401, true), "{username} {password:?}");
            (headers, page.replace(username, "****"))
        };
        let right = said("anna", &format!("{PASSWORD} ")).await;
        assert_eq!(said("anna", "wrong9lamp ").await, right, "nor is it told whether it would be right without");
        assert_eq!(said("nobo", &format!(" {PASSWORD}")).await, right);
        said("anna", &format!("{PASSWORD}\r\n")).await;
        said("anna", &format!("\u{feff}{PASSWORD}")).await;
        assert!(!shop.browser().sign_in("anna", "wrong 9 lamp").await.says(blank));
        shop.member("bert", "bert@harbour.example", " trout9lamp ").await;
        assert!(shop.browser().sign_in("bert", " trout9lamp ").await.leads_to("/"), "some passwords are so");
    }
}

story! {
    async fn signing_in_again_ends_the_session_that_the_browser_had(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", "trout9lamp").await;
        let browser = shop.signed_in("anna", "trout9lamp").await;
        let (copied, elsewhere) = (browser.copy(), shop.signed_in("anna", "trout9lamp").await);
        assert!(copied.is_signed_in().await);
        assert!(browser.sign_in("anna", "trout9lamp").await.leads_to("/"));
        assert!(browser.is_signed_in().await && !copied.is_signed_in().await, "a copy goes with it");
        assert!(elsewhere.is_signed_in().await, "other browsers go on");
        let office = shop.staff(tradepost::staff::BuiltIn::SalesAdmin).await;
        let copied = office.browser.copy();
        crate::support::people::staff_sign_in(&office.browser, "/portal", &office.email, crate::support::people::STAFF_PASSWORD).await;
        assert_eq!(office.browser.get("/portal/contacts").await.status, 200);
        assert_eq!(copied.get("/portal/contacts").await.status, 303);
    }
}
