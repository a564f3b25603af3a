//! What takes long to read holds up nothing else.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tradepost::actor::Actor;
use tradepost::db::Error;
use tradepost::staff::BuiltIn;
use tradepost::trail::verifying::{self, Check};

use crate::support::shop::{Shop, eventually};

/// Long reads that are under way until the sender is dropped.
fn under_way(shop: &Shop, count: usize) -> (JoinSet<Result<(), Error>>, Receiver<()>, Sender<()>) {
    let (begun, begins) = channel();
    let (release, released) = channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let mut reads = JoinSet::new();
    for _ in 0..count {
        let (db, begun, released) = (shop.db().clone(), begun.clone(), Arc::clone(&released));
        reads.spawn(async move {
            db.read_long(move |_| {
                let _ = begun.send(());
                // Until the sender is gone.
                drop(released.lock().map(|released| released.recv()));
                Ok::<_, Error>(())
            })
            .await
        });
    }
    (reads, begins, release)
}

async fn have_begun(begins: &Receiver<()>, count: usize) {
    for _ in 0..count {
        eventually("a long read is under way", async || begins.try_recv().ok()).await;
    }
}

story! {
    async fn pages_sign_ins_and_resets_go_on_while_long_reads_are_under_way(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", "anna@harbour.example", "trout9lamp").await;
        let (mut reads, begins, release) = under_way(&shop, 2);
        have_begun(&begins, 2).await;
        for path in ["/portal/contacts", "/portal/audit", "/portal/audit/verify"] {
            assert_eq!(owner.browser.get(path).await.status, 200, "{path}");
        }
        assert!(shop.browser().sign_in("anna", "trout9lamp").await.leads_to("/"));
        owner.starts_reset(anna).await;
        shop.mail_to("anna@harbour.example").await;
        let browser = owner.browser.clone();
        let dashboard = tokio::spawn(async move { browser.get("/portal").await.status });
        assert!(!dashboard.is_finished(), "it waits for its turn");
        drop(release);
        assert_eq!(dashboard.await.unwrap(), 200);
        while let Some(read) = reads.join_next().await {
            read.unwrap().unwrap();
        }
    }
}

story! {
    async fn when_too_many_long_reads_wait_the_next_is_told_so(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let (mut reads, begins, release) = under_way(&shop, 16);
        have_begun(&begins, 2).await;
        eventually("the line is full", async || (shop.db().long_reads() == 16).then_some(())).await;
        let told = owner.browser.get("/portal").await;
        assert!(told.status == 503 && told.says("Just a moment"), "{}", told.text());
        drop(release);
        while let Some(read) = reads.join_next().await {
            read.unwrap().unwrap();
        }
        assert_eq!(owner.browser.get("/portal").await.status, 200);
    }
}

story! {
    async fn six_who_verify_at_once_cost_one_check_whose_outcome_all_see(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let (_reads, begins, release) = under_way(&shop, 2);
        have_begun(&begins, 2).await;
        let mut tabs = JoinSet::new();
        for _ in 0..6 {
            let browser = owner.browser.clone();
            tabs.spawn(async move { browser.post("/portal/audit/verify", &[]).await.status });
        }
        while let Some(status) = tabs.join_next().await {
            assert_eq!(status.unwrap(), 303);
        }
        let page = owner.browser.get("/portal/audit/verify").await;
        assert!(page.says("Asked for by Robin Colleague") && page.says("<live-status"), "{}", page.text());
        assert!(!page.says("Verify now"), "one is enough");
        // Of six that were asked for, one waits behind the two that are under way.
        let (mut waiting, _, more) = under_way(&shop, 13);
        eventually("thirteen more fill the line", async || (shop.db().long_reads() == 16).then_some(())).await;
        drop((release, more));
        while let Some(read) = waiting.join_next().await {
            read.unwrap().expect("there was room for it");
        }
        let other = shop.staff(BuiltIn::Owner).await;
        eventually("the check has ended", async || other.browser.get("/portal/audit/verify").await.says("Every entry follows").then_some(())).await;
    }
}

story! {
    async fn promise_16_a_check_that_was_given_up_says_nothing_about_the_next(kind) {
        let shop = Shop::open(kind).await;
        let begin = async || {
            let now = shop.clock.now();
            let begun = shop.db().write(move |tx| verifying::begin(tx, &Actor::operator(), now)).await;
            assert!(begun.unwrap_or_else(|error: tradepost::Error| panic!("{error}")));
            now
        };
        let last = async || {
            let found: Result<Option<Check>, Error> = shop.db().read(verifying::find).await;
            found.unwrap().expect("a check")
        };
        let first = begin().await;
        shop.advance(Duration::from_mins(3));
        let second = begin().await;
        verifying::perform(Arc::clone(shop.app()), first).await;
        assert!(last().await.is_under_way(shop.clock.now()), "the first one comes late");
        verifying::perform(Arc::clone(shop.app()), second).await;
        assert!(last().await.outcome.is_some());
    }
}
