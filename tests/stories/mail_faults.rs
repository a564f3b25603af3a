//! Mail servers that are away, slow, or vague (promises 3 and 4).

use std::time::Duration;

use crate::support::shop::{Shop, eventually};
use crate::support::smtp_sink::{At, Mode};

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const LIVE: &str =
    "select count(*) as n from temporary_passwords where voided_at is null and used_at is null";

story! {
    async fn promise_03_nothing_is_minted_before_the_mail_is_sent(kind) {
        let shop = Shop::idle(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.resets("anna").await;
        assert_eq!(shop.count("select count(*) as n from temporary_passwords", &[]).await, 0);
        assert_eq!(shop.count("select count(*) as n from mails where state = 'waiting'", &[]).await, 1);
    }
}

story! {
    async fn promise_03_a_retry_mints_a_fresh_one_and_only_hashes_are_kept(kind) {
        let mut shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        assert_eq!(shop.count(LIVE, &[]).await, 0, "nobody can have it, so nobody gets in with it");
        shop.advance(Duration::from_secs(3));
        shop.counts(2, "select count(*) as n from temporary_passwords").await;
        shop.counts(2, "select count(*) as n from temporary_passwords where voided_at is not null").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(20));
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        let hashes = shop.texts("select hash as t from temporary_passwords order by minted_at", &[]).await;
        assert!(hashes.iter().all(|hash| hash.starts_with("$argon2id$")), "{hashes:?}");
        assert_eq!((hashes.len(), shop.count(LIVE, &[]).await), (3, 1));
        assert!(shop.lets_in("anna", &temporary).await);
        shop.crash();
    }
}

story! {
    /// Whatever the server does instead of taking the mail.
    async fn promise_04_no_fault_of_the_mail_server_loses_a_mail(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let faults = [
            Mode::CloseAtOnce,
            Mode::RECIPIENT_LATER,
            Mode::MESSAGE_LATER,
            Mode::Answer(At::Greeting, "554 5.3.2 Not today"),
            Mode::Answer(At::Sender, "550 5.7.1 You are not allowed to send"),
            Mode::Answer(At::Data, "421 4.3.2 Shutting down"),
            Mode::DropAfterDot,
            Mode::HangAfterDot,
        ];
        for fault in faults {
            shop.smtp.hang_up();
            shop.smtp.set_mode(fault);
            shop.resets("anna").await;
            shop.delivers("anna", "put-off").await;
            shop.smtp.clear();
            shop.smtp.hang_up();
            shop.smtp.set_mode(Mode::Accept);
            shop.advance(Duration::from_secs(3));
            shop.delivers("anna", "accepted").await;
            let mails = shop.unread();
            assert_eq!(mails.len(), 1, "{fault:?}");
            assert!(shop.lets_in("anna", &mails[0].temporary_password()).await, "{fault:?}");
            shop.advance(Duration::from_mins(1));
        }
    }
}

story! {
    async fn promise_04_a_mail_server_away_for_most_of_a_day_gets_it_in_the_end(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.resets("anna").await;
        for tries in 1..=6 {
            shop.counts(tries, "select attempts as n from mails").await;
            shop.delivers("anna", "put-off").await;
            shop.quiet().await;
            shop.advance(Duration::from_secs(if tries == 6 { 20 * 3600 } else { 301 }));
        }
        shop.counts(7, "select attempts as n from mails").await;
        shop.quiet().await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(901));
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(shop.lets_in("anna", &temporary).await, "and it lives for 48 hours from now");
        shop.advance(Duration::from_hours(47));
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn promise_04_after_a_day_it_is_given_up_visibly(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        shop.advance(Duration::from_hours(24));
        shop.delivers("anna", "given-up").await;
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.count(LIVE, &[]).await, 0);
        assert_eq!(shop.count("select count(*) as n from audit where act = 'reset-failed'", &[]).await, 1);
        shop.smtp.set_mode(Mode::Accept);
        assert!(shop.lets_in("anna", &shop.temporary_password("anna").await).await, "asking again works");
    }
}

story! {
    async fn promise_04_a_mail_in_doubt_works_though_nobody_knows_it_arrived(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::DropAfterDot);
        shop.resets("anna").await;
        let first = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "put-off").await;
        assert!(shop.lets_in("anna", &first).await);
        shop.advance(Duration::from_secs(3));
        let second = shop.mail_to(MAIL).await.temporary_password();
        shop.counts(2, "select attempts as n from mails").await;
        shop.quiet().await;
        assert_ne!(first, second);
        assert!(shop.lets_in("anna", &first).await && shop.lets_in("anna", &second).await, "either may have arrived");
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(20));
        let third = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "accepted").await;
        assert!(shop.lets_in("anna", &third).await);
        assert!(shop.lets_in("anna", &first).await && shop.lets_in("anna", &second).await, "and may arrive last");
        shop.advance(Duration::from_mins(1));
        let later = shop.temporary_password("anna").await;
        for old in [first, second, third] {
            assert!(!shop.lets_in("anna", &old).await, "a later mail is in hand");
        }
        assert!(shop.lets_in("anna", &later).await);
    }
}

story! {
    async fn promise_05_choosing_by_one_in_doubt_voids_the_others(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::DropAfterDot);
        shop.resets("anna").await;
        let first = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "put-off").await;
        shop.advance(Duration::from_secs(3));
        let second = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        shop.smtp.set_mode(Mode::Accept);
        let browser = shop.browser();
        assert!(browser.sign_in("anna", &first).await.leads_to("/password"));
        assert!(browser.choose("lamp of 9 trouts").await.leads_to("/"));
        assert!(!shop.lets_in("anna", &second).await);
        shop.mail_of("password-changed", MAIL).await;
        shop.advance(Duration::from_hours(1));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert!(shop.unread().is_empty(), "no further reset is mailed");
    }
}

story! {
    async fn promise_04_an_acknowledged_request_survives_a_crash(kind) {
        let mut shop = Shop::idle(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        assert_eq!(shop.browser().forgot_password("anna").await.location(), "/forgot-password/sent");
        assert!(shop.smtp.mails().is_empty());
        shop.restart().await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn promise_04_a_mail_put_off_survives_a_crash(kind) {
        let mut shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        shop.crash();
        shop.smtp.set_mode(Mode::Accept);
        shop.restart().await;
        shop.advance(Duration::from_secs(3));
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    /// Killed between the server's taking the mail and our writing it down.
    async fn promise_04_a_crash_in_the_middle_of_handing_over_costs_nothing(kind) {
        let mut shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.resets("anna").await;
        let first = shop.mail_to(MAIL).await.temporary_password();
        shop.crash();
        shop.smtp.hang_up();
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.restart().await;
        shop.delivers("anna", "put-off").await;
        assert!(shop.lets_in("anna", &first).await, "its mail arrived, so it works");
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(20));
        let second = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "accepted").await;
        assert!(shop.lets_in("anna", &second).await && shop.lets_in("anna", &first).await, "whichever is on top");
    }
}

story! {
    async fn promise_12_a_bounce_ends_it_and_marks_the_address(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(tradepost::staff::BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::NO_SUCH_USER);
        let page = office.starts_reset(anna).await;
        shop.delivers("anna", "bounced").await;
        assert_eq!(shop.count(LIVE, &[]).await, 0);
        assert!(office.browser.get(&page).await.says("550 5.1.1 No such user here"));
        assert!(shop.lets_in("anna", PASSWORD).await);
        shop.smtp.set_mode(Mode::Accept);
        let again = office.browser.post(&format!("/portal/contacts/{anna}/resets"), &[]).await;
        assert_eq!(again.status, 409);
        assert!(again.says("The mail server refused their e-mail address."));
        shop.advance(Duration::from_hours(1));
        eventually("no job", async || (shop.count("select count(*) as n from jobs", &[]).await == 0).then_some(())).await;
        assert!(shop.smtp.mails().is_empty());
    }
}

story! {
    async fn promise_04_a_mail_accepted_after_a_newer_was_asked_for_works_until_that_has_left(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.resets("anna").await;
        let first = shop.mail_to(MAIL).await.temporary_password();
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.advance(Duration::from_secs(6));
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        shop.smtp.release();
        shop.quiet().await;
        assert!(shop.lets_in("anna", &first).await, "the mail server accepted it and no later one");
    }
}

story! {
    async fn promise_04_the_last_attempt_in_doubt_still_works_when_retries_end(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        shop.smtp.set_mode(Mode::DropAfterDot);
        shop.advance(Duration::from_hours(24));
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.delivers("anna", "given-up").await;
        assert!(shop.lets_in("anna", &temporary).await, "the mail server has it");
    }
}
