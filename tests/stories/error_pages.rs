//! Pages that say no: in the frame of the door, and with a way on that leads somewhere.

use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::{Ask, Reply};
use crate::support::people::{STAFF_PASSWORD, staff_sign_in};
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";

/// Whether the page has the menu of someone who is signed in.
fn has_menu(reply: &Reply) -> bool {
    reply.text().contains("/logout")
}

fn leads_on(reply: &Reply, href: &str) -> bool {
    reply.text().contains(&format!(r#"<a class="button primary" href="{href}">"#))
}

story! {
    async fn an_error_page_keeps_the_door_its_menu_and_leads_back_into_it(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await.browser;
        for (path, on) in [
            ("/portal/no-such-page", "/portal"),
            ("/portal/contacts/nobody", "/portal/contacts"),
            ("/portal/retailers/nothing", "/portal/retailers"),
            ("/portal/runs/nothing", "/portal/invitations"),
        ] {
            let page = owner.get(path).await;
            assert!(page.status == 404 && has_menu(&page) && leads_on(&page, on), "{path}: {page:?}");
            assert!(page.text().contains(page.header("x-request-id")), "{path}");
        }
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let anna = shop.signed_in("anna", PASSWORD).await;
        for (path, on) in [("/no/such/page", "/"), ("/account/nothing", "/account")] {
            let page = anna.get(path).await;
            assert!(page.status == 404 && has_menu(&page) && leads_on(&page, on), "{path}: {page:?}");
        }
        let stranger = shop.browser();
        for (path, on) in [("/no/such/page", "/"), ("/portal/nothing", "/portal/login"), ("/sales/confirm/nothing", "/sales")] {
            let page = stranger.get(path).await;
            assert!(page.status == 404 && !has_menu(&page) && leads_on(&page, on), "{path}: {page:?}");
        }
    }
}

story! {
    async fn whoever_must_choose_a_password_first_has_no_menu_on_error_pages_either(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", "anna@harbour.example").await;
        let temporary = shop.temporary_password("anna").await;
        let browser = shop.browser();
        assert!(browser.sign_in("anna", &temporary).await.leads_to("/password"));
        let page = browser.get("/no/such/page").await;
        assert!(page.status == 404 && !has_menu(&page), "{page:?}");
    }
}

story! {
    async fn an_error_page_of_the_website_speaks_the_language_of_its_reader(kind) {
        let shop = Shop::open(kind).await;
        let headers = vec![("accept-language", "de")];
        let page = shop.browser().send(Ask { method: "GET", path: "/no/such/page", headers, body: Vec::new() }).await;
        assert!(page.says("Hier ist nichts") && page.says("Zum Anfang"), "{page:?}");
    }
}

story! {
    async fn signed_in_at_the_other_door_one_is_led_there(kind) {
        let shop = Shop::open(kind).await;
        let (rep, admin) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        let page = rep.browser.get("/portal/retailers").await;
        assert!(page.status == 404 && !has_menu(&page) && leads_on(&page, "/sales"), "{page:?}");
        let page = admin.browser.get("/sales/me/second-factor").await;
        assert!(page.status == 404 && !has_menu(&page) && leads_on(&page, "/portal"), "{page:?}");
    }
}

story! {
    async fn the_right_password_at_the_wrong_door_is_told_which_is_theirs_and_nobody_else_is(kind) {
        let shop = Shop::open(kind).await;
        let (rep, admin) = (shop.staff(BuiltIn::SalesRep).await, shop.staff(BuiltIn::SalesAdmin).await);
        for (door, theirs, email) in [("/portal", "/sales/login", &rep.email), ("/sales", "/portal/login", &admin.email)] {
            let browser = shop.browser();
            // As often as it takes: who knows the password is not slowed down.
            for _ in 0..12 {
                let told = staff_sign_in(&browser, door, email, STAFF_PASSWORD).await;
                assert!(told.status == 401 && told.text().contains(&format!(r#"href="{theirs}""#)), "{told:?}");
                assert!(!browser.cookies().contains_key("tradepost-staff"), "there is no session");
            }
            for (email, password) in [(email.as_str(), "another password 77"), ("nobody@harbour.example", STAFF_PASSWORD)] {
                let told = staff_sign_in(&shop.browser(), door, email, password).await;
                assert!(told.status == 401 && !told.text().contains(theirs), "{told:?}");
            }
            let base = theirs.trim_end_matches("/login");
            assert!(staff_sign_in(&browser, base, email, STAFF_PASSWORD).await.leads_to(base));
        }
        let dual = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        assert!(staff_sign_in(&shop.browser(), "/sales", &dual.email, STAFF_PASSWORD).await.leads_to("/sales"));
    }
}
