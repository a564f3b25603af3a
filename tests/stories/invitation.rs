//! From an invitation to the first sign-in: the username by a mail of its own,
//! and a page that mails a fresh temporary password (promise 6).

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::letter::Letter;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const OWN: &[(&str, &str)] = &[("invitation.username", "own-mail")];
const MAIL: &str = "anna@harbour.example";
const NEW: &str = "lamp of 9 trouts";
const DAY: Duration = Duration::from_hours(24);

/// Invites someone and gives the invitation.
async fn invited(shop: &Shop, username: &str, email: &str) -> Letter {
    shop.contact(username, email).await;
    shop.resets(username).await;
    let letter = shop.mail_of("invitation", email).await;
    shop.quiet().await;
    letter
}

/// The path of the page in an invitation.
fn page_of(letter: &Letter) -> String {
    letter.link("/invitation/")
}

async fn count_of_mails(shop: &Shop, kind: &str) -> i64 {
    shop.count("select count(*) as n from mails where kind = $1", &[&kind]).await
}

story! {
    async fn promise_06_the_username_follows_in_a_mail_of_its_own_once_the_invitation_was_taken(kind) {
        let shop = Shop::with(kind, OWN).await;
        let letter = invited(&shop, "anna", MAIL).await;
        assert!(!letter.text_part().contains("Your username:") && letter.text_part().contains("Your username comes in a mail of its own."));
        let named = shop.mail_of("invitation-username", MAIL).await;
        assert!(named.text_part().lines().any(|line| line == "anna"), "{}", named.text_part());
        assert!(!named.subject().contains("anna") && !named.text_part().contains(&letter.temporary_password()));
        assert!(shop.browser().sign_in("anna", &letter.temporary_password()).await.leads_to("/password"));
        // A reset is followed by nothing.
        shop.member("bert", "bert@harbour.example", NEW).await;
        shop.temporary_password("bert").await;
        assert_eq!(count_of_mails(&shop, "invitation-username").await, 1);
    }
}

story! {
    async fn promise_06_the_setting_and_the_older_one_go_together(kind) {
        for (settings, in_invitation, of_its_own) in [
            (&[("invitation.username", "same-mail")][..], true, 0),
            (&[("invitation.username", "never")][..], false, 0),
            (&[("invitation.username", "own-mail"), ("mail.include_username", "true")][..], true, 0),
            (&[("invitation.username", "own-mail")][..], false, 1),
        ] {
            let shop = Shop::with(kind, settings).await;
            let letter = invited(&shop, "anna", MAIL).await;
            assert_eq!(letter.text_part().contains("Your username: anna"), in_invitation, "{settings:?}");
            assert_eq!(count_of_mails(&shop, "invitation-username").await, of_its_own, "{settings:?}");
            shop.member("bert", "bert@harbour.example", NEW).await;
            shop.resets("bert").await;
            let reset = shop.mail_of("reset", "bert@harbour.example").await;
            assert_eq!(reset.text_part().contains("bert\n"), settings.len() == 2, "{settings:?}");
        }
    }
}

story! {
    async fn promise_06_the_mail_with_the_username_survives_a_crash_and_comes_once(kind) {
        let mut shop = Shop::with(kind, OWN).await;
        shop.contact("anna", MAIL).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        assert_eq!(count_of_mails(&shop, "invitation-username").await, 0, "nothing was taken yet");
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.advance(Duration::from_mins(1));
        shop.mail_of("invitation", MAIL).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.smtp.release();
        shop.counts(1, "select count(*) as n from mails where kind = 'invitation-username' and state = 'put-off'").await;
        shop.restart().await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(1));
        shop.mail_of("invitation-username", MAIL).await;
        shop.quiet().await;
        shop.restart().await;
        shop.quiet().await;
        assert!(shop.unread().is_empty(), "{:?}", shop.unread());
    }
}

story! {
    async fn promise_06_no_username_is_mailed_for_an_invitation_that_was_called_back(kind) {
        let shop = Shop::with(kind, OWN).await;
        shop.contact("anna", MAIL).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.resets("anna").await;
        let letter = shop.mail_of("invitation", MAIL).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.smtp.release();
        shop.counts(1, "select count(*) as n from mails where kind = 'invitation-username' and state = 'put-off'").await;
        shop.browser().post(&letter.not_me(), &[]).await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(1));
        shop.counts(1, "select count(*) as n from mails where kind = 'invitation-username' and state = 'cancelled'").await;
        assert!(shop.unread().is_empty(), "{:?}", shop.unread());
    }
}

story! {
    async fn promise_06_fridays_invitation_is_not_dead_on_sunday(kind) {
        let shop = Shop::with(kind, OWN).await;
        let letter = invited(&shop, "anna", MAIL).await;
        shop.mail_of("invitation-username", MAIL).await;
        let (page, friday) = (page_of(&letter), letter.temporary_password());
        let anna = shop.browser();
        shop.advance(2 * DAY + Duration::from_hours(6));
        assert_eq!(anna.sign_in("anna", &friday).await.status, 401, "the temporary password ran out");
        // Scanners look, and look again.
        for _ in 0..5 {
            let shown = anna.get(&page).await;
            assert!(shown.status == 200 && shown.says("Anna Sample") && shown.says("a…a@harbour.example"), "{}", shown.text());
        }
        assert_eq!(count_of_mails(&shop, "invitation").await, 1, "looking sends nothing");
        let sent = anna.post(&page, &[]).await;
        assert!(anna.get(sent.location()).await.says("A temporary password is on its way to a…a@harbour.example."));
        let fresh = shop.mail_of("invitation", MAIL).await;
        shop.quiet().await;
        assert_eq!(count_of_mails(&shop, "invitation-username").await, 1, "the username was mailed before");
        assert_eq!(page_of(&fresh).len(), page.len());
        let by = "select actor || ' ' || door as t from audit where act = 'invitation-requested' order by number";
        assert_eq!(shop.texts(by, &[]).await, ["operator command-line", "contact website"]);
        assert!(anna.sign_in(MAIL, &fresh.temporary_password()).await.leads_to("/password"), "by the address, too");
        assert!(anna.choose(NEW).await.leads_to("/"));
        for link in [&page, &page_of(&fresh)] {
            let over = shop.browser().get(link).await;
            assert!(over.status == 200 && over.says("You have chosen a password") && over.says("/forgot-password"));
            shop.browser().post(link, &[]).await;
        }
        shop.quiet().await;
        assert_eq!(count_of_mails(&shop, "invitation").await, 2, "and mails nothing any more");
    }
}

story! {
    async fn promise_06_an_invitation_ends_after_thirty_days_however_often_it_was_used(kind) {
        let shop = Shop::open(kind).await;
        let first = page_of(&invited(&shop, "anna", MAIL).await);
        shop.advance(29 * DAY);
        shop.browser().post(&first, &[]).await;
        let second = page_of(&shop.mail_of("invitation", MAIL).await);
        shop.quiet().await;
        shop.advance(DAY + Duration::from_secs(1));
        for page in [&first, &second] {
            assert!(shop.browser().get(page).await.says("This invitation is over"), "{page}");
            shop.browser().post(page, &[]).await;
        }
        shop.quiet().await;
        assert_eq!(count_of_mails(&shop, "invitation").await, 2);
        // Another invitation opens it anew, by its own link.
        shop.resets("anna").await;
        let third = page_of(&shop.mail_of("invitation", MAIL).await);
        shop.quiet().await;
        assert!(shop.browser().get(&third).await.says("Mail me a temporary password"));
        assert!(shop.browser().get(&first).await.says("This invitation is over"));
    }
}

story! {
    async fn promise_06_an_earlier_invitations_link_works_beside_a_later_one(kind) {
        let shop = Shop::open(kind).await;
        let first = page_of(&invited(&shop, "anna", MAIL).await);
        shop.advance(7 * DAY);
        shop.resets("anna").await;
        shop.mail_of("invitation", MAIL).await;
        shop.quiet().await;
        shop.advance(7 * DAY);
        shop.browser().post(&first, &[]).await;
        let fresh = shop.mail_of("invitation", MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(shop.browser().sign_in("anna", &fresh).await.leads_to("/password"));
    }
}

story! {
    async fn promise_06_an_invitation_that_no_longer_holds_tells_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let gone = async |page: &str| {
            let shown = shop.browser().get(page).await;
            assert!(shown.status == 200 && shown.says("no longer holds"), "{}", shown.text());
            assert!(!shown.says("Sample<") && !shown.says("harbour.example"), "not even a name");
            shop.browser().post(page, &[]).await;
            shop.quiet().await;
            assert!(shop.unread().is_empty());
        };
        let off = page_of(&invited(&shop, "anna", MAIL).await);
        let anna = shop.id("anna").await;
        office.browser.post(&format!("/portal/contacts/{anna}/access"), &[("on", "no")]).await;
        shop.run("update contacts set website_access = $2 where id = $1", &[&anna, &false]).await;
        gone(&off).await;
        let moved = page_of(&invited(&shop, "bert", "bert@harbour.example").await);
        let bert = shop.id("bert").await;
        shop.run("update contacts set email = 'new@harbour.example', email_key = 'new@harbour.example' where id = $1", &[&bert]).await;
        gone(&moved).await;
        let letter = invited(&shop, "carl", "carl@harbour.example").await;
        shop.browser().post(&letter.not_me(), &[]).await;
        gone(&page_of(&letter)).await;
        let left = page_of(&invited(&shop, "dora", "dora@harbour.example").await);
        let dora = shop.id("dora").await;
        shop.run("update contacts set active = $2 where id = $1", &[&dora, &false]).await;
        gone(&left).await;
        // A link that is none of ours, or was cut off.
        for made_up in [&"0".repeat(64), &left[12..40], "x"] {
            let page = shop.browser().get(&format!("/invitation/{made_up}")).await;
            assert!(page.status == 404 && page.says("leads to no invitation"), "{made_up}");
            assert_eq!(shop.browser().post(&format!("/invitation/{made_up}"), &[]).await.status % 100, if made_up.len() == 64 { 3 } else { 4 });
        }
    }
}

story! {
    async fn promise_13_turning_access_off_ends_invitations_for_good(kind) {
        let shop = Shop::open(kind).await;
        let page = page_of(&invited(&shop, "anna", MAIL).await);
        let anna = shop.id("anna").await;
        for on in [false, true] {
            let now = shop.clock.now();
            let switch = move |tx: &mut tradepost::db::Tx<'_>| {
                tradepost::access::switch(tx, &tradepost::actor::Actor::operator(), anna, on, now)
            };
            shop.db().write(switch).await.unwrap();
        }
        let shown = shop.browser().get(&page).await;
        assert!(!shown.says("Mail me a temporary password"), "{}", shown.text());
    }
}

story! {
    async fn promise_06_the_page_can_not_be_used_to_flood_a_mailbox(kind) {
        let shop = Shop::open(kind).await;
        let page = page_of(&invited(&shop, "anna", MAIL).await);
        shop.stop_clock_at(shop.clock.now());
        for _ in 0..12 {
            shop.advance(Duration::from_secs(10));
            let reply = shop.browser().post(&page, &[]).await;
            assert!(shop.browser().get(reply.location()).await.says("on its way"));
            shop.quiet().await;
        }
        assert_eq!(count_of_mails(&shop, "invitation").await, 1 + 3);
        let reply = shop.browser().post(&page, &[]).await;
        assert!(shop.browser().get(reply.location()).await.says("Another can be sent in 4 minutes."));
        shop.advance(Duration::from_mins(5));
        shop.browser().post(&page, &[]).await;
        shop.quiet().await;
        assert_eq!(count_of_mails(&shop, "invitation").await, 1 + 4);
    }
}

story! {
    async fn promise_01_the_database_never_holds_the_link(kind) {
        let shop = Shop::open(kind).await;
        let page = page_of(&invited(&shop, "anna", MAIL).await);
        let token = page.rsplit('/').next().unwrap();
        let digest = tradepost::kernel::Token::parse(token).unwrap().digest();
        assert_eq!(shop.count("select count(*) as n from invitation_links where token_digest = $1", &[&digest]).await, 1);
    }
}
