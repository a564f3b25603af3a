//! The right contact before (promise 11), and the truth after (promise 12).

use std::time::Duration;

use serde_json::json;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::people::Colleague;
use crate::support::program::Program;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const NEW: &str = "lamp of 9 trouts";
const MAIL: &str = "annabel@harbour.example";

story! {
    async fn promise_11_the_confirmation_names_the_right_contact(kind) {
        let shop = Shop::open(kind).await;
        let (office, rep) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesRep).await);
        let anna = shop.contact("anna", MAIL).await;
        let page = office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await;
        assert_eq!(page.status, 200);
        for words in ["Send a website invitation?", "Anna Sample", "Owner", "Harbour Gifts", "Account 10001", "a…l@harbour.example", "48 hours"] {
            assert!(page.says(words), "{words}");
        }
        assert!(!page.says("other contact") && !page.says("was changed"), "nothing to warn of");
        // The sales app makes the same of what the API knows.
        let known = Program::of(&shop, &rep).await.get(&format!("/api/v1/contacts/{anna}")).await.json();
        for (what, is) in [("name", "Anna Sample"), ("position", "Owner"), ("retailer_name", "Harbour Gifts"), ("account_number", "10001"), ("email", MAIL)] {
            assert_eq!(known[what], is, "{what}");
        }
        assert_eq!((&known["cautions"], &known["was_welcomed"]), (&json!([]), &json!(false)));
        shop.give_password(anna, PASSWORD).await;
        let page = office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await;
        assert!(page.says("Send a password reset?") && page.says("Their own password keeps working until then."));
        assert_eq!(shop.count("select count(*) as n from mails", &[]).await, 0, "asking for the page sends nothing");
    }
}

story! {
    async fn promise_11_shared_and_changed_addresses_are_pointed_out(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.contact("anna", MAIL).await;
        shop.contact("bert", &MAIL.to_uppercase().replace("HARBOUR.EXAMPLE", "harbour.example")).await;
        let changed = shop.clock.now().minus(Duration::from_hours(3));
        shop.run("update contacts set email_changed_at = $2 where id = $1", &[&anna, &changed]).await;
        let page = office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await;
        assert!(page.says("One other contact uses the same address."), "{}", page.text());
        assert!(page.says("The address was changed 3 hours ago."));
        shop.advance(Duration::from_hours(192));
        shop.run("update sessions set expires_at = expires_at + 900000000, last_seen_at = last_seen_at + 600000000", &[]).await;
        let page = office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await;
        assert!(page.status == 200 && !page.says("was changed"), "that is long ago by now");
    }
}

/// The page and the fragment say the same; neither holds what was mailed.
async fn says(colleague: &Colleague, page: &str, words: &[&str], never: &str) {
    for path in [page.to_owned(), format!("{page}/status")] {
        let reply = colleague.browser.get(&path).await;
        assert_eq!(reply.status, 200);
        for word in words {
            assert!(reply.says(word), "{path} does not say {word:?}: {}", reply.text());
        }
        assert!(never.is_empty() || !reply.text().contains(never), "{path} shows the password");
    }
}

story! {
    async fn promise_12_waiting_put_off_handed_over_used(kind) {
        let mut shop = Shop::idle(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let page = office.starts_reset(anna).await;
        says(&office, &page, &["Waiting", &office.name], "").await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.restart().await;
        shop.delivers("anna", "put-off").await;
        says(&office, &page, &["Put off", "451 4.3.0 Try again later", "next try"], "").await;
        let queue = office.browser.get("/portal/mail").await;
        assert!(queue.says("451 4.3.0 Try again later"), "{}", queue.text());
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(11));
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "accepted").await;
        says(&office, &page, &["Handed over", "Not encrypted", "250 2.0.0 Ok: queued as 1", "Not used yet"], &temporary).await;
        assert!(office.browser.get("/portal/mail").await.says("No mail waits"));
        let browser = shop.browser();
        browser.sign_in("anna", &temporary).await;
        browser.choose(NEW).await;
        says(&office, &page, &["Used", "They chose a password of their own."], &temporary).await;
        let fragment = office.browser.get(&format!("{page}/status")).await;
        assert!(!fragment.says("<html") && fragment.says("data-final"));
    }
}

story! {
    async fn promise_12_expired_superseded_cancelled(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let first = rep.starts_reset(anna).await;
        let one = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        shop.advance(Duration::from_mins(1));
        let second = rep.starts_reset(anna).await;
        let two = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        says(&rep, &first, &["Superseded"], &one).await;
        assert!(rep.browser.post(&format!("{second}/cancel"), &[]).await.leads_to(&second));
        says(&rep, &second, &["Cancelled"], &two).await;
        shop.advance(Duration::from_mins(1));
        let third = rep.starts_reset(anna).await;
        let three = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        shop.advance(Duration::from_hours(48));
        let signed_in_again = crate::support::people::staff_sign_in(&rep.browser, "/portal", &rep.email, crate::support::people::STAFF_PASSWORD).await;
        assert_eq!(signed_in_again.status, 303);
        says(&rep, &third, &["Expired", "It was not used in time."], &three).await;
        let contact = rep.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(!contact.text().contains(&one) && contact.status == 200);
    }
}

story! {
    async fn promise_12_a_mail_handed_over_by_tls_says_so_and_a_choice_overtakes_one_in_doubt(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        let page = office.starts_reset(anna).await;
        shop.delivers("anna", "put-off").await;
        browser.change_password(PASSWORD, NEW).await;
        says(&office, &page, &["Superseded"], "").await;
        shop.run("update mails set encrypted = $1, state = 'accepted', answer = 'mx: 250 Ok'", &[&true]).await;
        says(&office, &page, &["TLS, accepted by mx: 250 Ok"], "").await;
    }
}

story! {
    async fn promise_13_a_reset_voided_by_the_switch_is_not_shown_as_good(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let page = office.starts_reset(anna).await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        office.switches_access(anna, "off").await;
        office.switches_access(anna, "on").await;
        assert!(!shop.lets_in("anna", &temporary).await);
        says(&office, &page, &["Cancelled"], &temporary).await;
    }
}
