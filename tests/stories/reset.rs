//! Asking for a temporary password and what it is good for.

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";

story! {
    async fn promise_02_three_doors_end_in_the_same_reset_and_who_asked_is_kept(kind) {
        let shop = Shop::open(kind).await;
        let (office, rep) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesRep).await);
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.browser().forgot_password("anna").await;
        let by_contact = shop.mail_of("reset", MAIL).await;
        shop.quiet().await;
        shop.advance(Duration::from_secs(10));
        office.starts_reset(anna).await;
        let by_office = shop.mail_of("reset", MAIL).await;
        shop.quiet().await;
        shop.advance(Duration::from_secs(10));
        rep.starts_reset(anna).await;
        let by_rep = shop.mail_of("reset", MAIL).await;
        shop.quiet().await;
        assert!(by_contact.text_part().contains("You asked for it on the website."));
        assert!(by_office.text_part().contains(&format!("{} of Harbour Wholesale asked for it.", office.name)));
        assert!(by_rep.text_part().contains(&format!("{} of Harbour Wholesale asked for it.", rep.name)));
        let started = "select started_by || ' ' || door as t from resets order by requested_at";
        assert_eq!(shop.texts(started, &[]).await, ["contact website", "staff portal", "staff sales"]);
        let kept = "select actor || ' ' || door as t from audit where act = 'reset-requested' order by number";
        assert_eq!(shop.texts(kept, &[]).await, ["nobody website", "staff portal", "staff sales"]);
        assert!(shop.lets_in("anna", &by_rep.temporary_password()).await);
        assert!(!shop.lets_in("anna", &by_office.temporary_password()).await);
    }
}

story! {
    async fn before_the_first_password_it_is_an_invitation(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", MAIL).await;
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        assert_eq!((mail.kind().as_str(), mail.subject().as_str()), ("invitation", "Welcome to the Harbour Wholesale website"));
        assert!(mail.text_part().contains("The administrator of the Harbour Wholesale website asked for it."));
        let browser = shop.browser();
        assert!(browser.sign_in("anna", &mail.temporary_password()).await.leads_to("/password"));
        assert!(browser.choose("lamp of 9 trouts").await.leads_to("/"));
        shop.mail_of("password-changed", MAIL).await;
        shop.resets("anna").await;
        assert_eq!(shop.mail_to(MAIL).await.kind(), "reset");
    }
}

story! {
    async fn promise_04_the_mail_leaves_at_once(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        // Nothing is put off to a later moment; `benches/door.rs` tells how long it takes.
        shop.stop_clock_at(shop.clock.now());
        shop.browser().forgot_password("anna").await;
        shop.mail_to(MAIL).await;
    }
}

story! {
    async fn promise_05_a_temporary_password_lives_for_48_hours(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let moments = "select minted_at as n from temporary_passwords";
        let minted = shop.moment(moments, &[]).await;
        let expires = shop.moment("select expires_at as n from temporary_passwords", &[]).await;
        assert_eq!(expires.since(minted), Duration::from_hours(48));
        shop.stop_clock_at(expires.minus(Duration::from_secs(1)));
        let in_time = shop.browser();
        assert!(in_time.sign_in("anna", &temporary).await.leads_to("/password"));
        shop.advance(Duration::from_secs(2));
        let late = shop.browser().sign_in("anna", &temporary).await;
        let wrong = shop.browser().sign_in("anna", "wrong9lamp").await;
        assert_eq!(late.status, 401);
        assert_eq!(late.comparable(), wrong.comparable());
        assert!(in_time.choose("lamp of 9 trouts").await.leads_to("/login"), "too late to choose");
        assert!(shop.lets_in("anna", PASSWORD).await, "the own password was never touched");
        assert!(shop.lets_in("anna", &shop.temporary_password("anna").await).await, "the contact asks again");
    }
}

story! {
    async fn promise_05_how_long_it_lives_is_configured_and_said(kind) {
        let shop = Shop::with(kind, &[("reset.valid_for", "30m")]).await;
        shop.contact("anna", MAIL).await;
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        assert!(mail.text_part().contains("for 30 minutes in all"), "{}", mail.text_part());
        shop.advance(Duration::from_mins(29));
        assert!(shop.lets_in("anna", &mail.temporary_password()).await);
        shop.advance(Duration::from_secs(61));
        assert!(!shop.lets_in("anna", &mail.temporary_password()).await);
    }
}

story! {
    async fn promise_05_a_newer_one_voids_the_older_once_its_mail_has_left(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let first = shop.temporary_password("anna").await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.advance(Duration::from_mins(1));
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        assert!(shop.lets_in("anna", &first).await, "the newer mail has not left yet");
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(3));
        let second = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(!shop.lets_in("anna", &first).await);
        assert!(shop.lets_in("anna", &second).await);
    }
}

story! {
    async fn promise_06_the_mail_is_silent_about_the_username(kind) {
        let shop = Shop::open(kind).await;
        shop.member("zanzibar7", MAIL, PASSWORD).await;
        shop.run("update contacts set name = 'Anna Gruber' where username = 'zanzibar7'", &[]).await;
        shop.resets("zanzibar7").await;
        let mail = shop.mail_to(MAIL).await;
        let raw = String::from_utf8_lossy(&mail.raw).to_lowercase();
        let parts = format!("{raw}{}{}{}", mail.subject(), mail.text_part(), mail.html_part()).to_lowercase();
        assert!(!parts.contains("zanzibar7"), "{parts}");
        assert!(!parts.contains("10001"), "nor about the account number, which may be one: {parts}");
    }
}

story! {
    async fn promise_06_unless_the_operator_wants_it_named(kind) {
        let shop = Shop::with(kind, &[("mail.include_username", "true")]).await;
        shop.member("zanzibar7", MAIL, PASSWORD).await;
        shop.resets("zanzibar7").await;
        let mail = shop.mail_to(MAIL).await;
        assert!(mail.text_part().contains("Your username: zanzibar7") && mail.html_part().contains("zanzibar7"));
    }
}

story! {
    async fn a_double_click_sends_one_mail(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        let (first, second) = tokio::join!(office.starts_reset(anna), office.starts_reset(anna));
        assert_eq!(first, second);
        shop.smtp.release();
        shop.quiet().await;
        assert_eq!(shop.smtp.mails().len(), 1);
    }
}

story! {
    async fn promise_11_the_mail_says_who_at_which_retailer_it_is_for(kind) {
        let shop = Shop::open(kind).await;
        let other = shop.retailer("Gull & Sons", "South").await;
        shop.member("anna", "orders@shop.example", PASSWORD).await;
        shop.contact_at(other, "bert", "orders@shop.example").await;
        shop.resets("bert").await;
        let mail = shop.mail_to("orders@shop.example").await;
        assert!(mail.text_part().contains("This mail is for Bert Sample at Gull & Sons only."), "{}", mail.text_part());
        assert!(!mail.text_part().contains("Anna"));
        assert!(mail.header("To").is_some());
    }
}

story! {
    /// Headers and parts as mail programs and scanners need them.
    async fn the_mail_is_well_made(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", MAIL).await;
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
        assert_eq!(mail.kind(), "invitation");
        let id = mail.header("Message-ID").unwrap();
        assert!(id.trim_end_matches('>').ends_with("@harbour.example"), "{id}");
        assert!(mail.header("Date").is_some() && mail.header("Content-Language").as_deref() == Some("en"));
        assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("office@harbour.example", &[MAIL.to_owned()][..]));
        let password = mail.temporary_password();
        assert!(mail.html_part().contains(&password) && !mail.subject().contains(&password));
        let raw = String::from_utf8(mail.raw.clone()).unwrap();
        assert!(raw.lines().any(|line| line == password), "alone on a line as sent");
        assert!(!mail.html_part().contains("<img") && !mail.html_part().contains("src="), "no remote pictures");
        let links = mail.text_part().matches("http://").count();
        assert!(links <= 4, "{links} links: sign in, the page of the invitation, this was not me, the website");
        assert!(!mail.text_part().contains(&format!("password={password}")), "no secret in a link");
    }
}

story! {
    async fn a_name_can_not_forge_a_header(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", MAIL).await;
        let sql = "update contacts set name = $1 where username = 'anna'";
        shop.run(sql, &[&"Anna\r\nBcc: thief@evil.example\r\n\r\nX <x@evil.example>, \"q"]).await;
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        assert_eq!(mail.to, [MAIL]);
        assert!(mail.header("Bcc").is_none());
        let raw = String::from_utf8_lossy(&mail.raw).into_owned();
        let (head, _) = raw.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")) && head.contains("Subject:"), "{head}");
    }
}
