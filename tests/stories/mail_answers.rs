//! What mail servers answer, and what follows: whose fault it is decides who is
//! marked, what is tried again, and which runs stop (promises 4, 12 and 14).

use std::time::Duration;

use tradepost::jobs;
use tradepost::staff::BuiltIn;

use crate::support::log;
use crate::support::runs::{FAST, all_contacts};
use crate::support::shop::{Shop, eventually};
use crate::support::smtp_sink::{At, Dialect, Mode, Spelling};

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
/// What mail servers say, and what must come of it.
const ANSWERS: &str = include_str!("../answers/smtp.tsv");
const LIMIT: &str = "550 Domain harbour.example has exceeded the max emails per hour (105/100 (105%)) allowed. Message discarded.";
const MARKED: &str = "select count(*) as n from contacts where bounced_at is not null";
const IN_DOUBT: &str = "select doubts as n from mails";

fn at(stage: &str) -> At {
    match stage {
        "opening" => At::Greeting,
        "sender" => At::Sender,
        "rcpt" => At::Recipient,
        "data" => At::Message,
        other => panic!("{other}"),
    }
}

story! {
    /// The clock stands, so nothing that was put off is tried meanwhile.
    async fn promise_12_an_answer_marks_fails_or_puts_off_by_whom_it_is_about(kind) {
        let shop = Shop::open(kind).await;
        shop.stop_clock_at(shop.clock.now());
        for (number, row) in ANSWERS.lines().filter(|line| !line.starts_with('#')).enumerate() {
            let [stage, answer, class, follows, _] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
            let username = format!("person{number:02}");
            shop.member(&username, &format!("{username}@barlow.example"), PASSWORD).await;
            shop.smtp.hang_up();
            shop.smtp.set_mode(Mode::Answer(at(stage), answer));
            shop.resets(&username).await;
            shop.quiet().await;
            let marked = shop.count("select count(*) as n from contacts where bounced_at is not null and username = $1", &[&username.as_str()]).await;
            let stands = (shop.delivery_of(&username).await, marked);
            let expected = match follows {
                "mark" => ("bounced".to_owned(), 1),
                "fail" => ("bounced".to_owned(), 0),
                "put-off" | "hold" => ("put-off".to_owned(), 0),
                other => panic!("{other}"),
            };
            assert_eq!(stands, expected, "{row}");
            let kept = shop.texts("select m.class as t from mails m where m.to_address = $1", &[&format!("{username}@barlow.example").as_str()]).await;
            assert_eq!(kept, [class], "{row}");
        }
    }
}

story! {
    async fn promise_01_a_server_that_quotes_a_temporary_password_is_not_quoted(kind) {
        let shop = Shop::open(kind).await;
        let support = shop.staff(BuiltIn::Support).await;
        let spellings = [Spelling::Glued, Spelling::Bracketed, Spelling::Hex, Spelling::Base64, Spelling::Parted];
        for (number, spelling) in spellings.into_iter().enumerate() {
            let username = format!("person{number:02}");
            let address = format!("{username}@barlow.example");
            shop.member(&username, &address, PASSWORD).await;
            let mark = log::mark();
            shop.smtp.set_mode(Mode::Quotes(spelling));
            shop.resets(&username).await;
            let password = shop.mail_to(&address).await.temporary_password();
            shop.delivers(&username, "accepted").await;
            let id = shop.id(&username).await;
            let page = support.browser.get(&format!("/portal/contacts/{id}")).await.text();
            assert!(page.contains("the words of this answer are not kept"), "{spelling:?}: {page}");
            let heaps = [page, shop.database.rows().await, String::from_utf8_lossy(&log::since(mark)).into_owned()];
            let hex = |text: &str| data_encoding::HEXLOWER.encode(text.as_bytes());
            for heap in heaps {
                let heap = heap.to_lowercase();
                let plain: String = heap.chars().filter(char::is_ascii_alphanumeric).collect();
                let password = password.to_lowercase();
                assert!(!plain.contains(&password.replace('-', "")[..8]), "{spelling:?}");
                assert!(!plain.contains(&hex(&password.to_uppercase()[..8])), "{spelling:?}");
            }
            assert!(shop.lets_in(&username, &password).await);
        }
    }
}

story! {
    async fn promise_14_a_relays_limit_stops_the_run_marks_nobody_and_passes(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..6 {
            shop.contact(&format!("person{n}"), &format!("person{n}@harbour.example")).await;
        }
        shop.smtp.set_mode(Mode::Answer(At::Recipient, LIMIT));
        let run = office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        shop.runs_are("paused", 1).await;
        shop.stop_clock_at(shop.clock.now());
        shop.quiet().await;
        let page = office.browser.get(&run).await;
        assert!(page.says("It stopped by itself") && page.says("you have sent as many as it allows"), "{}", page.text());
        assert!(page.says("exceeded the max emails per hour") && page.says("goes on by itself"), "{}", page.text());
        let dashboard = office.browser.get("/portal").await;
        assert!(dashboard.says("1 run is paused") && dashboard.says("you have sent as many as it allows"), "{}", dashboard.text());
        assert_eq!(shop.count(MARKED, &[]).await, 0);
        assert_eq!(shop.items().await.iter().filter(|item| item.ends_with("queued")).count(), 5, "no further mail was begun");
        shop.advance(Duration::from_hours(1));
        shop.quiet().await;
        assert_eq!(shop.items().await.iter().filter(|item| item.ends_with("queued")).count(), 5, "and it waits for the limit to pass");
        shop.smtp.set_mode(Mode::Accept);
        eventually("everyone is invited", async || {
            shop.advance(Duration::from_mins(15));
            shop.quiet().await;
            (shop.count("select count(*) as n from runs where state = 'done'", &[]).await == 1).then_some(())
        }).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), (0..6).map(|n| format!("person{n}@harbour.example")).collect::<Vec<_>>());
        let acts = shop.texts("select act as t from audit where act in ('run-paused', 'run-resumed') and actor = 'system' order by number", &[]).await;
        assert_eq!(acts, ["run-paused", "run-resumed"]);
        assert_eq!(shop.count(MARKED, &[]).await, 0);
    }
}

story! {
    async fn promise_14_a_run_held_up_is_resumed_by_hand_too_and_one_paused_by_hand_stays_so(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..3 {
            shop.contact(&format!("person{n}"), &format!("person{n}@harbour.example")).await;
        }
        shop.member("zoe", "zoe@harbour.example", PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        shop.smtp.set_mode(Mode::Answer(At::Recipient, "554 5.7.1 Relay access denied"));
        let run = office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        shop.runs_are("paused", 1).await;
        assert!(office.browser.get(&run).await.says("passes no mails on"));
        assert!(office.steers(&run, "resume").await.leads_to(&run));
        shop.quiet().await;
        shop.runs_are("running", 1).await;
        assert!(office.steers(&run, "pause").await.leads_to(&run));
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(15));
        shop.resets("zoe").await;
        shop.mail_to("zoe@harbour.example").await;
        shop.quiet().await;
        shop.runs_are("paused", 1).await;
        assert!(!office.browser.get(&run).await.says("It stopped by itself"), "a person paused it");
    }
}

story! {
    async fn promise_14_mail_after_mail_refused_stops_the_run(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..8 {
            shop.contact(&format!("person{n}"), &format!("person{n}@harbour.example")).await;
        }
        shop.stop_clock_at(shop.clock.now());
        shop.smtp.set_mode(Mode::MESSAGE_REFUSED);
        let run = office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        for refused in 1..=5 {
            shop.counts(refused, "select count(*) as n from mails where state = 'bounced'").await;
            shop.quiet().await;
            shop.advance(Duration::from_mins(1));
        }
        shop.runs_are("paused", 1).await;
        assert_eq!((shop.count(MARKED, &[]).await, shop.items().await.iter().filter(|item| item.ends_with("queued")).count()), (0, 3));
        let page = office.browser.get(&run).await;
        assert!(page.says("Five mails in a row were refused") && page.says("554 5.7.1 Message refused"), "{}", page.text());
        shop.smtp.set_mode(Mode::NO_SUCH_USER);
        office.steers(&run, "resume").await;
        for marked in 1..=3 {
            shop.counts(marked, MARKED).await;
            shop.quiet().await;
            shop.advance(Duration::from_mins(1));
        }
        shop.runs_are("done", 1).await;
    }
}

story! {
    async fn promise_04_a_mail_in_doubt_three_times_may_have_arrived_and_is_not_sent_again(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::DropAfterDot);
        let page = office.starts_reset(anna).await;
        let mut passwords = Vec::new();
        for doubts in 1..=3 {
            passwords.push(shop.mail_to(MAIL).await.temporary_password());
            shop.counts(doubts, IN_DOUBT).await;
            shop.quiet().await;
            shop.advance(Duration::from_mins(15));
        }
        shop.delivers("anna", "given-up").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_hours(2));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.smtp.mails().len(), 3);
        let status = office.browser.get(&page).await;
        assert!(status.says("May have arrived") && status.says("did not say whether it took it"), "{}", status.text());
        for password in passwords {
            assert!(shop.lets_in("anna", &password).await, "each may be the one that arrived");
        }
    }
}

story! {
    async fn promise_04_a_process_that_dies_in_every_handover_sends_no_more_than_three(kind) {
        let mut shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.resets("anna").await;
        let mut last = String::new();
        for _ in 0..3 {
            last = shop.mail_to(MAIL).await.temporary_password();
            shop.crash();
            shop.smtp.hang_up();
            shop.restart().await;
        }
        shop.delivers("anna", "given-up").await;
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.smtp.mails().len(), 3);
        assert!(shop.lets_in("anna", &last).await);
    }
}

story! {
    async fn promise_04_a_slow_answer_is_one_mail_accepted_and_keeps_no_other_waiting(kind) {
        let shop = Shop::patient(kind).await;
        let slow: Vec<String> = (0..6).map(|n| format!("person{n}")).collect();
        for username in slow.iter().map(String::as_str).chain(["anna"]) {
            shop.member(username, &format!("{username}@harbour.example"), PASSWORD).await;
        }
        shop.smtp.set_mode(Mode::HoldAfterDot);
        for username in &slow {
            shop.resets(username).await;
        }
        shop.smtp.wait_for(6, crate::support::shop::SOON).await;
        shop.smtp.set_mode(Mode::Accept);
        shop.resets("anna").await;
        shop.mail_to(MAIL).await;
        shop.delivers("anna", "accepted").await;
        shop.counts(6, "select count(*) as n from mails where state = 'waiting'").await;
        shop.advance(Duration::from_secs(45));
        shop.smtp.release();
        shop.counts(7, "select count(*) as n from mails where state = 'accepted'").await;
        shop.quiet().await;
        assert_eq!((shop.smtp.mails().len(), shop.count("select count(*) as n from jobs", &[]).await), (7, 0));
        for username in slow {
            let password = shop.mail_to(&format!("{username}@harbour.example")).await.temporary_password();
            assert!(shop.lets_in(&username, &password).await);
        }
    }
}

story! {
    async fn promise_04_a_job_is_kept_while_the_mail_server_is_waited_for(kind) {
        let shop = Shop::idle(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.stop_clock_at(shop.clock.now());
        shop.resets("anna").await;
        let claim = async || {
            let now = shop.clock.now();
            shop.db().write(move |tx| jobs::claim(tx, 1, now)).await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
        };
        let job = claim().await.expect("a job");
        for _ in 0..5 {
            shop.advance(jobs::LEASE.saturating_sub(Duration::from_secs(1)));
            assert!(claim().await.is_none());
            let (held, now) = (job.clone(), shop.clock.now());
            let renewed = shop.db().write(move |tx| jobs::renew(tx, &held, now)).await;
            assert!(renewed.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}")));
        }
        shop.advance(jobs::LEASE + Duration::from_secs(1));
        let now = shop.clock.now();
        let suspect = shop.db().write(move |tx| {
            let suspect = jobs::unended::suspect(tx, now)?.expect("one that was begun without an end");
            jobs::unended::claim_alone(tx, suspect.id, now)
        });
        let taken = suspect.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
        assert!(taken.is_some(), "a worker that died loses it");
        let now = shop.clock.now();
        let renewed = shop.db().write(move |tx| jobs::renew(tx, &job, now)).await;
        assert!(!renewed.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}")), "and can't take it back");
    }
}

story! {
    async fn promise_04_a_stop_waits_for_the_mail_that_is_being_handed_over_and_begins_none(kind) {
        let mut shop = Shop::patient(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.member("bert", "bert@harbour.example", PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.resets("anna").await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        let workers = shop.workers();
        tokio::join!(workers.stop(Duration::from_secs(10)), async { shop.smtp.release() });
        assert_eq!(shop.delivery_of("anna").await, "accepted");
        shop.resets("bert").await;
        shop.smtp.set_mode(Mode::Accept);
        shop.restart().await;
        shop.delivers("bert", "accepted").await;
        assert_eq!((shop.smtp.mails().len(), shop.count("select max(attempts) as n from mails", &[]).await), (2, 1));
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn promise_04_servers_of_old_and_of_odd_words_get_their_mail_once(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        for dialect in [Dialect::LfOnly, Dialect::BareCodes, Dialect::HeloOnly, Dialect::Latin1] {
            shop.smtp.hang_up();
            shop.smtp.clear();
            shop.smtp.set_dialect(dialect);
            let said = if dialect == Dialect::Latin1 { "250 2.0.0 Für die Zustellung angenommen" } else { "250 2.0.0 Ok" };
            shop.smtp.set_mode(Mode::Answer(At::Message, said));
            shop.resets("anna").await;
            shop.delivers("anna", "accepted").await;
            shop.quiet().await;
            let mails = shop.unread();
            assert_eq!(mails.len(), 1, "{dialect:?}");
            assert!(shop.lets_in("anna", &mails[0].temporary_password()).await, "{dialect:?}");
            shop.advance(Duration::from_mins(1));
        }
    }
}

story! {
    /// Two answers at once about one run: it stops once.
    async fn promise_14_a_run_stops_once_whoever_is_first(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..12 {
            shop.contact(&format!("person{n:02}"), &format!("person{n:02}@harbour.example")).await;
        }
        shop.smtp.set_mode(Mode::Answer(At::Message, "550 5.4.5 Daily user sending limit exceeded"));
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        shop.runs_are("paused", 1).await;
        shop.stop_clock_at(shop.clock.now());
        shop.quiet().await;
        assert_eq!(shop.count("select count(*) as n from audit where act = 'run-paused'", &[]).await, 1);
        assert_eq!(shop.count(MARKED, &[]).await, 0);
    }
}
