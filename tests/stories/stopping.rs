//! A process that ends gives back what it had in hand, and says of a mail
//! whether it may have arrived (promises 4, 12 and 14).

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::runs::{FAST, all_contacts};
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const HELD: &str = "select count(*) as n from jobs where lease_id is not null";
const DOUBTS: &str = "select cast(sum(doubts) as bigint) as n from mails";

story! {
    /// The mail server has it and doesn't say so in time.
    async fn promise_04_a_mail_cut_off_at_a_stop_is_in_doubt_and_its_job_is_given_back_at_once(kind) {
        let mut shop = Shop::patient(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        shop.resets("anna").await;
        let first = shop.mail_to(MAIL).await.temporary_password();
        shop.workers().stop(Duration::ZERO).await;
        assert_eq!((shop.count(HELD, &[]).await, shop.count(DOUBTS, &[]).await), (0, 1));
        assert_eq!(shop.delivery_of("anna").await, "put-off");
        let why = shop.texts("select answer as t from mails", &[]).await;
        assert!(why[0].contains("was stopped while the mail was handed over"), "{why:?}");
        shop.smtp.release();
        shop.smtp.set_mode(Mode::Accept);
        shop.restart().await;
        assert!(shop.lets_in("anna", &first).await, "what has arrived works");
        shop.delivers("anna", "accepted").await;
        assert_eq!(shop.smtp.mails().len(), 2);
    }
}

story! {
    /// It never got as far as the message, so nothing is in doubt: of a run, too,
    /// whose mails are never sent twice, nobody is left out.
    async fn promise_14_mails_of_a_run_that_had_not_left_at_a_stop_leave_at_the_next_start(kind) {
        let mut shop = Shop::patient(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..3 {
            shop.contact(&format!("person{n}"), &format!("person{n}@harbour.example")).await;
        }
        shop.smtp.set_mode(Mode::HangAtOnce);
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        shop.counts(3, "select count(*) as n from mails where doubts = 1").await;
        shop.workers().stop(Duration::ZERO).await;
        assert_eq!((shop.count(HELD, &[]).await, shop.count(DOUBTS, &[]).await), (0, 0));
        shop.smtp.set_mode(Mode::Accept);
        shop.restart().await;
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), (0..3).map(|n| format!("person{n}@harbour.example")).collect::<Vec<_>>());
        assert_eq!(shop.count("select max(attempts) as n from mails", &[]).await, 2);
    }
}
