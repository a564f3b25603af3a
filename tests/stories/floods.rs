//! Whoever asks for much waits behind those who ask for little (promises 4 and 9).

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tradepost::jobs::{self, Job, Kind};
use tradepost::recovery::forgot::Forgot;
use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const PROXY: (&str, &str) = ("http.trusted_proxies", "127.0.0.1");
const FLOODER: &str = "203.0.113.9";

/// Takes the job whose turn it is, as a worker does.
async fn next(shop: &Shop) -> Option<Job> {
    let now = shop.clock.now();
    let job = shop.db().write(move |tx| jobs::claim(tx, 1, now)).await;
    job.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
}

story! {
    async fn promise_04_a_flood_of_requests_goes_behind_what_others_wait_for(kind) {
        let shop = Shop::idle_with(kind, &[PROXY]).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        let flooder = shop.browser().coming_from(FLOODER);
        for n in 0..40 {
            assert_eq!(flooder.forgot_password(&format!("made-up-{n}")).await.status, 303);
        }
        let waiting = shop.count("select count(*) as n from jobs", &[]).await;
        assert_eq!(waiting, jobs::MOST_LOOK_UPS, "no more of one network wait");
        shop.browser().coming_from("198.51.100.7").forgot_password("bertha").await;
        office.starts_reset(anna).await;
        assert_eq!(next(&shop).await.unwrap().kind, Kind::SendMail, "the mail somebody waits for");
        let mut looked_up: Vec<String> =
            [next(&shop).await, next(&shop).await, next(&shop).await].map(|job| job.unwrap().payload::<Forgot>().unwrap().typed).into();
        // Two that stand at the same place, since the clock does, go in any order.
        looked_up[..2].sort();
        assert_eq!(looked_up, ["bertha", "made-up-0", "made-up-1"], "each network in its turn");
    }
}

story! {
    async fn promise_09_a_flood_leaves_nothing_and_is_answered_like_anyone(kind) {
        let shop = Shop::idle_with(kind, &[PROXY]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let rows = async || shop.count("select (select count(*) from jobs) + (select count(*) from throttles) as n", &[]).await;
        let flooder = shop.browser().coming_from(FLOODER);
        for n in 0..60 {
            flooder.forgot_password(&format!("made-up-{n}")).await;
        }
        let before = rows().await;
        let known = flooder.forgot_password("anna").await.comparable();
        for door in ["/forgot-password", "/forgot-username", "/portal/forgot-password"] {
            let field = if door == "/forgot-password" { "username" } else { "email" };
            for typed in ["made-up", MAIL] {
                let reply = flooder.post(door, &[(field, typed)]).await;
                assert!(reply.status == 303 && reply.location().starts_with(&format!("{door}/sent")), "{door}");
            }
        }
        assert_eq!(known, flooder.forgot_password("made-up").await.comparable(), "alike, known or not");
        assert_eq!(rows().await, before, "counted before anything is written");
        let other = shop.browser().coming_from("198.51.100.7");
        assert_eq!(other.forgot_password("anna").await.location(), "/forgot-password/sent", "nobody else waits");
        assert!(rows().await > before);
    }
}

story! {
    async fn promise_04_look_ups_for_staff_are_bounded_too(kind) {
        let shop = Shop::idle_with(kind, &[PROXY]).await;
        let flooder = shop.browser().coming_from(FLOODER);
        for n in 0..30 {
            let reply = flooder.post("/portal/forgot-password", &[("email", &format!("p{n}@harbour.example"))]).await;
            assert_eq!(reply.location(), "/portal/forgot-password/sent");
        }
        assert_eq!(shop.count("select count(*) as n from jobs", &[]).await, jobs::MOST_LOOK_UPS);
    }
}

story! {
    async fn promise_04_whoever_asked_for_many_mails_waits_behind_who_asks_for_one(kind) {
        let shop = Shop::idle(kind).await;
        let (busy, other) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::Support).await);
        shop.stop_clock_at(shop.clock.now());
        for n in 0..5 {
            let contact = shop.member(&format!("person{n}"), &format!("person{n}@harbour.example"), PASSWORD).await;
            busy.starts_reset(contact).await;
        }
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        other.starts_reset(anna).await;
        let mut to = Vec::new();
        while let Some(job) = next(&shop).await {
            let mail = job.payload::<tradepost::mail::SendMail>().unwrap().mail;
            to.extend(shop.texts("select to_address as t from mails where id = $1", &[&mail]).await);
            shop.db().write(move |tx| jobs::finish(tx, &job)).await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
        }
        let place = to.iter().position(|address| address == MAIL);
        assert!(to.len() == 6 && place.is_some_and(|place| place <= 1), "behind one of theirs at most: {to:?}");
    }
}

story! {
    async fn promise_04_a_job_put_off_stands_in_line_again_when_its_time_has_come(kind) {
        let shop = Shop::idle(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        shop.resets("anna").await;
        let job = next(&shop).await.unwrap();
        assert!(next(&shop).await.is_none(), "held by one");
        let until = shop.clock.now().plus(Duration::from_secs(30));
        let put_off = shop.db().write(move |tx| jobs::put_off(tx, &job, until)).await;
        assert!(put_off.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}")));
        assert!(next(&shop).await.is_none(), "not yet");
        shop.advance(Duration::from_secs(30));
        assert_eq!(next(&shop).await.unwrap().attempts, 2);
        shop.advance(jobs::LEASE + Duration::from_secs(1));
        assert!(next(&shop).await.is_none(), "whoever held it is gone: it is tried alone");
        let now = shop.clock.now();
        let suspect = shop.db().read(move |tx| jobs::unended::suspect(tx, now)).await;
        assert!(suspect.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}")).is_some());
    }
}

story! {
    async fn promise_04_a_domain_at_which_the_mail_server_hangs_holds_up_no_other(kind) {
        let shop = Shop::patient(kind).await;
        for n in 0..45 {
            shop.member(&format!("person{n}"), &format!("person{n}@slow.example"), PASSWORD).await;
        }
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        for n in 0..45 {
            shop.resets(&format!("person{n}")).await;
        }
        shop.smtp.wait_for(8, crate::support::shop::SOON).await;
        shop.smtp.set_mode(Mode::Accept);
        shop.resets("anna").await;
        shop.mail_to(MAIL).await;
        shop.delivers("anna", "accepted").await;
        assert!(shop.smtp.mails().len() < 45, "the others wait for those that hang");
        shop.smtp.release();
        shop.counts(46, "select count(*) as n from mails where state = 'accepted'").await;
    }
}

story! {
    async fn promise_04_a_mail_server_that_is_back_before_the_day_is_over_gets_the_mail(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        shop.advance(Duration::from_mins(23 * 60 + 50));
        shop.counts(2, "select attempts as n from mails").await;
        shop.quiet().await;
        shop.delivers("anna", "put-off").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(10));
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn promise_09_as_much_is_done_afterwards_for_a_name_that_nobody_has(kind) {
        // A sender that no customer could have as their address.
        let shop = Shop::with(kind, &[("mail.from", "Harbour Wholesale <office@localhost>")]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let off = shop.member("off", "off@harbour.example", PASSWORD).await;
        shop.run("update contacts set website_access = $2 where id = $1", &[&off, &false]).await;
        for typed in ["anna", "nobody", "off", "", "made\0up", "anna"] {
            let before = shop.app().passwords.computed();
            shop.browser().forgot_password(typed).await;
            shop.counts(0, "select count(*) as n from jobs").await;
            assert_eq!(shop.app().passwords.computed() - before, 1, "{typed:?}");
        }
        assert_eq!(shop.smtp.mails().len(), 2, "and she is mailed");
    }
}

/// Hashes that take a while, one at a time.
const DEAR: [(&str, &str); 4] =
    [PROXY, ("password.memory_kib", "2048"), ("password.iterations", "1"), ("password.threads", "1")];

story! {
    async fn promise_04_mails_leave_and_others_get_in_while_one_network_guesses(kind) {
        let shop = Shop::with(kind, &DEAR).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let office = shop.browser().coming_from("198.51.100.7");
        assert!(office.sign_in("anna", PASSWORD).await.leads_to("/"));
        let flood: Vec<_> = (0..300)
            .map(|n| {
                // What looks like a temporary password is compared however often others were wrong.
                let thief = shop.browser().coming_from(FLOODER);
                tokio::spawn(async move { thief.sign_in(&format!("user{n}"), "2345-6789-CDFH-JKMY").await.status })
            })
            .collect();
        shop.resets("anna").await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        assert!(shop.browser().coming_from("198.51.100.8").sign_in("anna", PASSWORD).await.leads_to("/"));
        assert!(shop.browser().coming_from("198.51.100.9").sign_in("anna", &temporary).await.leads_to("/password"));
        assert!(office.sign_in("anna", PASSWORD).await.leads_to("/"), "from where she was before");
        shop.counts(0, "select count(*) as n from jobs").await;
        for guess in flood {
            let status = guess.await.expect("an answer");
            assert!(status == 401 || status == 429, "{status}: they wait for themselves");
        }
        assert_eq!(shop.count("select attempts as n from mails", &[]).await, 1, "no mail was put off for it");
    }
}

story! {
    async fn promise_04_silent_connections_of_one_network_make_room_for_each_other(kind) {
        let shop = Shop::open(kind).await;
        let mut silent = Vec::new();
        for _ in 0..260 {
            silent.push(shop.silent_connection([127, 0, 0, 2]).await);
        }
        // The first of them end, and no more than a network's share are held. Well before
        // ten seconds, after which whoever sends no head is hung up on anyway.
        for first in &mut silent[..4] {
            let end = tokio::time::timeout(Duration::from_secs(5), first.read(&mut [0; 1])).await;
            assert!(!matches!(end.expect("closed"), Ok(1..)), "closed without a word");
        }
        assert_eq!(shop.browser().get("/login").await.status, 200, "nobody else is");
    }
}
