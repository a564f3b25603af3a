//! A reset harms nobody (promise 10): who asks for one in another's name gains
//! nothing and breaks nothing.

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const NEW: &str = "lamp of 9 trouts";
const MAIL: &str = "anna@harbour.example";

story! {
    async fn promise_10_the_own_password_works_until_a_new_one_is_chosen(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let elsewhere = shop.signed_in("anna", PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        assert!(shop.lets_in("anna", PASSWORD).await && elsewhere.is_signed_in().await);
        let browser = shop.browser();
        browser.sign_in("anna", &temporary).await;
        assert!(shop.lets_in("anna", PASSWORD).await && elsewhere.is_signed_in().await);
        assert!(browser.choose(NEW).await.leads_to("/"));
        assert!(!shop.lets_in("anna", PASSWORD).await && !elsewhere.is_signed_in().await);
        assert!(shop.lets_in("anna", NEW).await && browser.is_signed_in().await);
    }
}

story! {
    async fn promise_10_replace_mode_stops_the_own_password_at_once(kind) {
        let shop = Shop::with(kind, &[("reset.mode", "replace")]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let elsewhere = shop.signed_in("anna", PASSWORD).await;
        shop.resets("anna").await;
        assert!(!shop.lets_in("anna", PASSWORD).await && !elsewhere.is_signed_in().await);
        let mail = shop.mail_to(MAIL).await;
        assert!(mail.text_part().contains("Your previous password has stopped working"));
        assert!(shop.lets_in("anna", &mail.temporary_password()).await);
    }
}

story! {
    async fn promise_10_what_anyone_can_ask_for_stops_no_password_whatever_the_rule_is(kind) {
        let shop = Shop::with(kind, &[("reset.mode", "replace")]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let customer = shop.signed_in("anna", PASSWORD).await;
        assert!(shop.browser().forgot_password("anna").await.leads_to("/forgot-password/sent"));
        let mail = shop.mail_to(MAIL).await;
        assert!(!mail.text_part().contains("has stopped working"), "{}", mail.text_part());
        shop.quiet().await;
        assert!(customer.is_signed_in().await && shop.lets_in("anna", PASSWORD).await);
        assert!(shop.lets_in("anna", &mail.temporary_password()).await);
    }
}

story! {
    /// Whoever knew the password asked for another address before the office was called.
    async fn promise_10_a_stopped_password_moves_no_address_any_more(kind) {
        let shop = Shop::with(kind, &[("reset.mode", "replace")]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let thief = shop.signed_in("anna", PASSWORD).await;
        thief.post("/account/email", &[("email", "thief@evil.example"), ("current_password", PASSWORD)]).await;
        let link = shop.mail_of("email-confirmation", "thief@evil.example").await.link("/account/email/confirm/");
        shop.quiet().await;
        let mailed = shop.temporary_password("anna").await;
        assert_eq!(thief.post(&link, &[]).await.status, 410);
        assert_eq!(shop.texts("select email as t from contacts", &[]).await, [MAIL]);
        assert!(shop.lets_in("anna", &mailed).await);
    }
}

story! {
    async fn promise_10_staff_may_stop_the_current_password_now(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let thief = shop.signed_in("anna", PASSWORD).await;
        let page = office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await;
        assert!(page.says("Stop the current password now and sign out everywhere"));
        let reply = office.browser.post(&format!("/portal/contacts/{anna}/resets"), &[("stop_current", "true")]).await;
        assert_eq!(reply.status, 303);
        assert!(!thief.is_signed_in().await && !shop.lets_in("anna", PASSWORD).await);
        let mail = shop.mail_to(MAIL).await;
        assert!(mail.text_part().contains("Your previous password has stopped working"));
        let browser = shop.browser();
        browser.sign_in("anna", &mail.temporary_password()).await;
        assert!(browser.choose(NEW).await.leads_to("/"));
        let audit = "select details as t from audit where act = 'reset-requested'";
        assert!(shop.texts(audit, &[]).await[0].contains("\"stopped-current\":\"yes\""));
    }
}

story! {
    async fn promise_10_this_was_not_me_cancels_only_by_its_button(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.browser().forgot_password("anna").await;
        let mail = shop.mail_to(MAIL).await;
        shop.quiet().await;
        let (temporary, link) = (mail.temporary_password(), mail.not_me());
        let thief = shop.browser();
        thief.sign_in("anna", &temporary).await;
        for _ in 0..3 {
            let page = shop.browser().get(&link).await;
            assert!(page.status == 200 && page.says("Anna Sample") && page.says("Harbour Gifts"));
        }
        assert!(shop.lets_in("anna", &temporary).await && thief.must_choose().await, "looking changes nothing");
        let done = shop.browser().post(&link, &[]).await;
        assert!(done.status == 200 && done.says("Your own password is as it was."), "{done:?}");
        assert!(!shop.lets_in("anna", &temporary).await);
        assert!(thief.choose("thieves like 9").await.leads_to("/login"), "whoever was in with it is out");
        assert!(shop.lets_in("anna", PASSWORD).await);
        assert!(shop.browser().get(&link).await.says("Nothing to cancel any more"));
        assert_eq!(shop.count("select count(*) as n from audit where act = 'reset-cancelled' and actor = 'nobody'", &[]).await, 1);
        shop.browser().post(&link, &[]).await;
        assert_eq!(shop.count("select count(*) as n from audit where act = 'reset-cancelled'", &[]).await, 1, "once");
    }
}

story! {
    async fn a_made_up_link_leads_nowhere(kind) {
        let shop = Shop::open(kind).await;
        for token in ["0".repeat(64), "x".to_owned(), "%00".to_owned(), "é".to_owned().repeat(3), "0".repeat(63)] {
            let path = format!("/not-me/{}", url::form_urlencoded::byte_serialize(token.as_bytes()).collect::<String>());
            assert_eq!(shop.browser().get(&path).await.status, 410, "{path}");
            assert_eq!(shop.browser().post(&path, &[]).await.status, 410, "{path}");
        }
    }
}

story! {
    async fn promise_10_staff_can_call_a_reset_back(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Support).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let page = office.starts_reset(anna).await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(office.browser.post(&format!("{page}/cancel"), &[]).await.leads_to(&page));
        assert!(!shop.lets_in("anna", &temporary).await && shop.lets_in("anna", PASSWORD).await);
        assert!(office.browser.get(&page).await.says("Its temporary password does not work."));
    }
}

story! {
    async fn promise_10_one_called_back_before_it_left_is_never_mailed(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        let page = office.starts_reset(anna).await;
        shop.delivers("anna", "put-off").await;
        office.browser.post(&format!("{page}/cancel"), &[]).await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_hours(1));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert!(shop.smtp.mails().is_empty());
        assert!(office.browser.get(&page).await.says("Cancelled"));
    }
}

story! {
    async fn promise_10_the_tick_counts_even_when_a_reset_was_asked_for_a_moment_ago(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let thief = shop.signed_in("anna", PASSWORD).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        thief.forgot_password("anna").await;
        shop.delivers("anna", "put-off").await;
        office.browser.post(&format!("/portal/contacts/{anna}/resets"), &[("stop_current", "true")]).await;
        assert!(!thief.is_signed_in().await && !shop.lets_in("anna", PASSWORD).await);
    }
}

story! {
    async fn promise_10_the_link_cancels_one_in_doubt_too(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::DropAfterDot);
        shop.resets("anna").await;
        let first = shop.mail_to(MAIL).await;
        shop.delivers("anna", "put-off").await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.advance(Duration::from_secs(6));
        shop.resets("anna").await;
        shop.quiet().await;
        assert!(shop.lets_in("anna", &first.temporary_password()).await);
        let page = shop.browser().get(&first.not_me()).await;
        assert!(!page.says("Nothing to cancel any more"), "the password in this mail works");
        shop.browser().post(&first.not_me(), &[]).await;
        assert!(!shop.lets_in("anna", &first.temporary_password()).await);
    }
}
