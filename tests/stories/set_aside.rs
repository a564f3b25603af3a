//! Jobs that end the process: tried once more alone, then set aside until a
//! person tries them again.

use std::time::Duration;

use tradepost::jobs::unended::{claim_alone, suspect};
use tradepost::jobs::{self, Job};
use tradepost::kernel::Clock;
use tradepost::staff::BuiltIn;

use crate::support::database::Kind;
use crate::support::shop::{Shop, eventually};

const PASSWORD: &str = "trout9lamp";
const SET_ASIDE: &str = "select count(*) as n from jobs where set_aside_at is not null";

/// What a worker does before it dies with its process.
async fn begins(shop: &Shop) -> Option<Job> {
    let now = shop.clock.now();
    shop.db()
        .write(move |tx| {
            if let Some(job) = jobs::claim(tx, 9, now)? {
                return Ok(Some(job));
            }
            let Some(found) = suspect(tx, now)? else { return Ok(None) };
            claim_alone(tx, found.id, now)
        })
        .await
        .unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
}

/// The node's claims run out, as when it starts again or another takes over.
async fn dies(shop: &Shop) {
    if shop.database.kind == Kind::Postgres {
        shop.advance(jobs::LEASE + Duration::from_secs(1));
    } else {
        let now = shop.clock.now();
        let freed = shop.db().write(move |tx| jobs::release_all(tx, now)).await;
        freed.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
    }
}

/// Where the page's first button leads.
fn button(page: &str) -> String {
    let (_, rest) = page.split_once("action=\"/portal/jobs/").expect("a button");
    format!("/portal/jobs/{}", rest.split('"').next().expect("an address"))
}

story! {
    async fn promise_04_a_job_that_ends_the_process_is_tried_once_more_alone_and_then_waits_for_a_person(kind) {
        let mut shop = Shop::idle(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.member("bert", "bert@harbour.example", PASSWORD).await;
        shop.resets("anna").await;
        assert!(begins(&shop).await.is_some_and(|job| job.attempts == 1));
        dies(&shop).await;
        let again = begins(&shop).await.expect("it is tried once more");
        assert_eq!(again.attempts, 2);
        dies(&shop).await;
        assert!(begins(&shop).await.is_none(), "and not a third time");

        shop.restart().await;
        shop.counts(1, SET_ASIDE).await;
        shop.resets("bert").await;
        assert!(shop.mail_to("bert@harbour.example").await.subject().contains("temporary password"));
        assert!(shop.unread().is_empty(), "nothing left for anna");
        eventually("nothing that workers look for", async || {
            let due = shop.db().read(jobs::next_due_at).await.expect("an answer");
            due.is_none().then_some(())
        })
        .await;
        let dashboard = owner.browser.get("/portal").await;
        assert!(dashboard.says("1 job was set aside"), "{}", dashboard.text());
        let page = owner.browser.get("/portal/jobs").await;
        assert!(page.says("Mail: Password reset") && page.says("begun twice without an end"), "{}", page.text());
        let queue = owner.browser.get("/portal/mail").await;
        assert!(queue.says("by hand") && queue.says("somebody has to try it again"), "{}", queue.text());
        let acts = "select act as t from audit where act like 'job-%' order by number";
        assert_eq!(shop.texts(acts, &[]).await, ["job-set-aside"]);

        let action = button(&page.text());
        let rep = shop.staff(BuiltIn::Support).await;
        assert_eq!(rep.browser.post(&action, &[]).await.status, 403);
        assert!(owner.browser.post(&action, &[]).await.leads_to("/portal/jobs"));
        let password = shop.mail_to("anna@harbour.example").await.temporary_password();
        assert!(shop.lets_in("anna", &password).await);
        assert_eq!(shop.texts(acts, &[]).await, ["job-set-aside", "job-taken-up"]);
        assert_eq!(owner.browser.post(&action, &[]).await.status, 404, "once");
        assert!(owner.browser.get("/portal/jobs").await.says("Nothing was set aside"));
    }
}

story! {
    async fn promise_04_a_job_that_dies_again_after_a_person_tried_it_is_set_aside_again(kind) {
        let mut shop = Shop::idle(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.resets("anna").await;
        shop.run("update jobs set unended = 2, set_aside_at = 1, place_at = null", &[]).await;
        let action = button(&owner.browser.get("/portal/jobs").await.text());
        assert!(owner.browser.post(&action, &[]).await.leads_to("/portal/jobs"));
        assert!(begins(&shop).await.is_some(), "alone");
        dies(&shop).await;
        shop.restart().await;
        shop.counts(1, SET_ASIDE).await;
        assert!(shop.unread().is_empty());
    }
}

story! {
    async fn promise_04_a_node_that_is_killed_five_times_sets_nothing_aside_that_gets_through_alone(kind) {
        let mut shop = Shop::idle(kind).await;
        let names = ["anna", "bert", "cleo", "dora", "emil"];
        for name in names {
            shop.member(name, &format!("{name}@harbour.example"), PASSWORD).await;
        }
        for name in names {
            shop.resets(name).await;
            // One more is under work each time the node is killed.
            assert!(begins(&shop).await.is_some());
        }
        shop.restart().await;
        for name in names {
            let password = shop.mail_to(&format!("{name}@harbour.example")).await.temporary_password();
            assert!(shop.lets_in(name, &password).await);
        }
        shop.quiet().await;
        assert_eq!((shop.count(SET_ASIDE, &[]).await, shop.smtp.mails().len()), (0, 5));
    }
}

story! {
    async fn promise_04_a_node_killed_while_a_mail_is_handed_over_blames_nothing(kind) {
        let mut shop = Shop::patient(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        for _ in 0..2 {
            shop.smtp.set_mode(crate::support::smtp_sink::Mode::HoldAfterDot);
            if shop.count("select count(*) as n from jobs", &[]).await == 0 {
                shop.resets("anna").await;
            }
            shop.mail_to("anna@harbour.example").await;
            shop.counts(0, "select count(*) as n from jobs where unended > 0").await;
            shop.restart().await;
        }
        shop.smtp.release();
        shop.delivers("anna", "accepted").await;
        assert_eq!(shop.count(SET_ASIDE, &[]).await, 0);
    }
}

/// Has the database take no step of a mail, and no job back, as when it is away.
const AWAY: [[&str; 2]; 2] = [
    [
        "create trigger away before update on mails begin select raise(abort, 'away'); end;
         create trigger away_too before update on jobs when new.lease_id is null begin select raise(abort, 'away'); end",
        "drop trigger away; drop trigger away_too",
    ],
    [
        "create function away() returns trigger language plpgsql as $$ begin raise 'away'; end $$;
         create trigger away before update on mails for each row execute function away();
         create trigger away_too before update on jobs for each row when (new.lease_id is null) execute function away()",
        "drop trigger away on mails; drop trigger away_too on jobs",
    ],
];

story! {
    async fn promise_04_a_job_that_a_database_was_away_for_is_not_taken_for_one_that_ended_a_process(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let [goes, comes] = AWAY[usize::from(kind == Kind::Postgres)];
        shop.database.meddle(goes).await.unwrap();
        shop.resets("anna").await;
        shop.counts(1, "select count(*) as n from jobs where unended = 1 and lease_id is not null").await;
        shop.database.meddle(comes).await.unwrap();
        shop.counts(1, "select count(*) as n from jobs where unended = 0 and lease_id is null").await;
        shop.advance(Duration::from_secs(31));
        let password = shop.mail_to("anna@harbour.example").await.temporary_password();
        assert!(shop.lets_in("anna", &password).await);
    }
}

story! {
    /// Nodes whose clocks differ from it would take each other's work.
    async fn promise_04_a_node_knows_what_time_it_is_on_the_database_server(kind) {
        let shop = Shop::idle(kind).await;
        let before = Clock::default().now();
        let theirs = shop.db().time().await.expect("an answer");
        let after = Clock::default().now();
        match kind {
            Kind::Sqlite => assert_eq!(theirs, None, "there is no other clock"),
            Kind::Postgres => assert!(theirs.is_some_and(|theirs| before <= theirs && theirs <= after), "{theirs:?}"),
        }
    }
}
