//! A look at the mail before it leaves, and a time to begin (promises 1 and 14).

use std::time::Duration;

use tradepost::kernel::Timestamp;
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::runs::{FAST, all_contacts};
use crate::support::shop::{Shop, eventually};

const MAIL: &str = "anna@harbour.example";
/// Monday 23 November 2026, 14:02:11 UTC.
const MONDAY: Timestamp = Timestamp::from_millis(1_795_442_531_999);
const HOUR: Duration = Duration::from_hours(1);

/// An installation in Berlin on a Monday afternoon, with two to invite.
async fn opens(kind: crate::support::database::Kind) -> (Shop, Colleague) {
    let shop = Shop::with(kind, &[("supplier.time_zone", "Europe/Berlin")]).await;
    shop.stop_clock_at(MONDAY);
    let office = shop.staff(BuiltIn::SalesAdmin).await;
    shop.contact("anna", MAIL).await;
    shop.contact("bert", "bert@harbour.example").await;
    (shop, office)
}

/// Asks for a run that begins then.
async fn asks(office: &Colleague, day: &str, hour: &str) -> Reply {
    let when = [("day", day), ("hour", hour)];
    let fields: Vec<_> = FAST.iter().copied().chain(when).collect();
    office.sends_run(&all_contacts("invite", ""), &fields).await
}

/// Arranges one for five in the afternoon, in Berlin; gives its address.
async fn arranges(shop: &Shop, office: &Colleague) -> String {
    let reply = asks(office, "2026-11-23", "17:00").await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    shop.quiet().await;
    assert!(shop.smtp.mails().is_empty(), "nothing leaves before its time");
    reply.location().to_owned()
}

/// Lets time go on until a run is done: its pace is kept by the clock.
async fn finishes(shop: &Shop) {
    eventually("a run that is done", async || {
        shop.advance(Duration::from_secs(1));
        (shop.count("select count(*) as n from runs where state = 'done'", &[]).await == 1).then_some(())
    })
    .await;
    shop.quiet().await;
}

story! {
    async fn promise_1_the_preview_shows_the_very_mail_with_a_placeholder_for_the_password(kind) {
        let (shop, office) = opens(kind).await;
        let anna = shop.id("anna").await;
        shop.run("update contacts set language = 'de' where id = $1", &[&anna]).await;
        let page = office.previews(&all_contacts("invite", "")).await;
        for words in ["Willkommen auf der Website von Harbour Wholesale", "Anna Sample", MAIL, "XXXX-XXXX-XXXX", "sandbox=\"\"", "Europe/Berlin, where it is 15:02 now"] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        assert!(page.header("content-security-policy").contains("frame-src 'self'"));
        let frame = office.browser.get(&format!("/portal/contacts/{anna}/resets/new/mail")).await;
        assert!(frame.status == 200 && frame.says("XXXX-XXXX-XXXX") && frame.says("Harbour Gifts"), "{}", frame.text());
        let policy = frame.header("content-security-policy");
        assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
        let left = "select (select count(*) from temporary_passwords) + (select count(*) from mails) + (select count(*) from resets) + (select count(*) from runs) as n";
        assert_eq!(shop.count(left, &[]).await, 0, "looking leaves nothing");
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        let mail = shop.mail_to(MAIL).await;
        let same = |text: &str, password: &str| {
            let lines = text.lines().filter(|line| !line.contains("/not-me/") && !line.contains("/invitation/"));
            lines.map(|line| line.replace(password, "…")).collect::<Vec<_>>().join("\n")
        };
        let sent = same(&mail.text_part(), &mail.temporary_password());
        for line in sent.lines().filter(|line| !line.is_empty() && !line.contains(['&', '\'', '"'])) {
            assert!(page.text().replace("XXXX-XXXX-XXXX", "…").contains(line), "{line} is not in the preview");
        }
    }
}

story! {
    async fn promise_14_a_run_waits_for_its_hour_and_survives_a_restart(kind) {
        let (mut shop, office) = opens(kind).await;
        let run = arranges(&shop, &office).await;
        let page = office.browser.get(&run).await;
        for words in ["Waits to begin", "Nobody was reached yet", "Begin now", "It begins Monday 23 November, 17:00 (CET)."] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        assert!(office.browser.get("/portal/invitations").await.says("Waits to begin"));
        shop.restart().await;
        shop.quiet().await;
        assert!(shop.smtp.mails().is_empty());
        shop.advance(HOUR * 2);
        finishes(&shop).await;
        assert_eq!(shop.invited(), [MAIL, "bert@harbour.example"].map(str::to_owned));
    }
}

story! {
    async fn promise_14_a_waiting_run_is_begun_at_once_by_one_of_two_and_mails_nobody_twice(kind) {
        let (shop, office) = opens(kind).await;
        let run = arranges(&shop, &office).await;
        let (one, two) = (office.browser.copy(), office.browser.copy());
        let begin = format!("{run}/begin");
        let barrier = tokio::sync::Barrier::new(2);
        let press = async |browser: &crate::support::client::Browser| {
            barrier.wait().await;
            browser.post(&begin, &[]).await.status
        };
        assert_eq!(tokio::join!(press(&one), press(&two)), (303, 303));
        finishes(&shop).await;
        assert_eq!(shop.count("select count(*) as n from audit where act = 'run-begun'", &[]).await, 1);
        shop.advance(HOUR * 3);
        shop.quiet().await;
        assert_eq!(shop.invited().len(), 2, "the job that waited does nothing any more");
        assert!(one.post(&begin, &[]).await.leads_to(&run), "it is over");
    }
}

story! {
    async fn promise_14_a_waiting_run_is_called_off_or_held_and_keeps_its_hour(kind) {
        let (shop, office) = opens(kind).await;
        let run = arranges(&shop, &office).await;
        assert!(office.steers(&run, "pause").await.leads_to(&run));
        assert!(office.steers(&run, "resume").await.leads_to(&run));
        shop.quiet().await;
        assert!(shop.smtp.mails().is_empty() && office.browser.get(&run).await.says("Waits to begin"), "resuming is no beginning");
        assert!(office.steers(&run, "cancel").await.leads_to(&run));
        shop.advance(HOUR * 3);
        shop.quiet().await;
        assert!(shop.smtp.mails().is_empty());
        shop.runs_are("cancelled", 1).await;
    }
}

story! {
    async fn promise_14_who_comes_meanwhile_is_left_out_and_rounds_count_from_the_beginning(kind) {
        let (shop, office) = opens(kind).await;
        let fields: Vec<_> = FAST.iter().copied().chain([("day", "2026-11-25"), ("hour", "08:00"), ("times", "1"), ("every_days", "1")]).collect();
        let reply = office.sends_run(&all_contacts("invite", ""), &fields).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        let bert = shop.id("bert").await;
        shop.give_password(bert, "trout9lamp").await;
        shop.quiet().await;
        // Wednesday, 08:00 in Berlin.
        shop.stop_clock_at(Timestamp::from_millis(1_795_590_000_000));
        finishes(&shop).await;
        assert_eq!(shop.invited(), [MAIL]);
        let next = shop.moment("select next_round_at as n from runs", &[]).await;
        assert_eq!(next, Timestamp::from_millis(1_795_590_000_000 + 86_400_000), "a day after it began, not after it was arranged");
    }
}

story! {
    async fn bad_input_a_time_that_has_passed_or_is_half_given_is_refused_and_kept(kind) {
        let (shop, office) = opens(kind).await;
        for (day, hour, words) in [
            ("2026-11-23", "15:00", "That has passed"),
            ("2026-11-24", "", "Give the hour, too"),
            ("", "08:00", "Give the day, too"),
            ("2027-03-01", "08:00", "within 90 days"),
            ("2026-02-30", "08:00", "Give a day such as"),
        ] {
            let page = asks(&office, day, hour).await;
            assert!(page.status == 422 && page.says(words), "{day} {hour}: {}", page.text());
            assert!(page.says(&format!("value=\"{}\"", if day.is_empty() { hour } else { day })), "what was typed is kept");
        }
        assert_eq!(shop.count("select count(*) as n from runs", &[]).await, 0);
    }
}

story! {
    async fn promise_10_the_preview_of_a_reset_says_that_it_stops_the_password_when_it_does(kind) {
        for (mode, stops) in [("parallel", false), ("replace", true)] {
            let shop = Shop::with(kind, &[("reset.mode", mode)]).await;
            let office = shop.staff(BuiltIn::SalesAdmin).await;
            let anna = shop.member("anna", MAIL, "trout9lamp").await;
            let frame = office.browser.get(&format!("/portal/contacts/{anna}/resets/new/mail")).await;
            assert_eq!(frame.says("Your previous password has stopped working"), stops, "{mode}: {}", frame.text());
        }
    }
}
