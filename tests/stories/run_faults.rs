//! Runs that crash, meet bad mail servers, lose their starter, or are asked for
//! by those who may not (promise 14).

use std::time::Duration;

use tradepost::actor::Actor;
use tradepost::config::ResetMode;
use tradepost::kernel::id::RunId;
use tradepost::mail;
use tradepost::recovery::{self, Manner, Requested};
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::people::Colleague;
use crate::support::runs::{FAST, all_contacts, plan, ticked};
use crate::support::shop::{Shop, eventually};
use crate::support::smtp_sink::Mode;

async fn crowd(shop: &Shop, size: usize) {
    for n in 0..size {
        shop.contact(&format!("person{n:02}"), &format!("person{n:02}@harbour.example")).await;
    }
}

fn addresses(size: usize) -> Vec<String> {
    (0..size).map(|n| format!("person{n:02}@harbour.example")).collect()
}

story! {
    async fn promise_14_a_run_goes_on_after_a_crash_and_mails_nobody_twice(kind) {
        let mut shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        crowd(&shop, 12).await;
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        for done in [2, 6, 9] {
            eventually("some are done", async || {
                (shop.count("select count(*) as n from run_items where state = 'done'", &[]).await >= done).then_some(())
            }).await;
            shop.crash();
            shop.restart().await;
        }
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        let (invited, everyone) = (shop.invited(), addresses(12));
        assert!(invited.windows(2).all(|two| two[0] != two[1]), "{invited:?}");
        let unsure = shop.count("select count(*) as n from mails where state = 'given-up' and unsure", &[]).await;
        let certain = shop.count("select count(*) as n from mails where state = 'accepted'", &[]).await;
        assert_eq!((certain + unsure, invited.iter().all(|to| everyone.contains(to))), (12, true));
    }
}

story! {
    /// Killed after the mail server had the whole message and before it said so.
    async fn promise_14_a_mail_that_may_have_arrived_is_not_sent_again(kind) {
        let mut shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        shop.smtp.set_mode(Mode::HoldAfterDot);
        let run = office.starts_run(&all_contacts("invite", ""), &FAST).await;
        let temporary = shop.mail_to("anna@harbour.example").await.temporary_password();
        shop.crash();
        shop.smtp.hang_up();
        shop.smtp.set_mode(Mode::Accept);
        shop.restart().await;
        shop.delivers("anna", "given-up").await;
        shop.advance(Duration::from_hours(1));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.invited().len(), 1);
        let page = office.browser.get(&format!("{run}?show=problems")).await;
        assert!(page.says("May have arrived") && page.says("Tradepost was stopped"), "{}", page.text());
        assert!(shop.lets_in("anna", &temporary).await, "it did arrive, so it works");
    }
}

story! {
    async fn promise_14_nor_one_whose_end_the_mail_server_left_open(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        shop.smtp.set_mode(Mode::DropAfterDot);
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        shop.delivers("anna", "given-up").await;
        let temporary = shop.mail_to("anna@harbour.example").await.temporary_password();
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_hours(1));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.invited().len(), 1);
        let anna = shop.id("anna").await;
        let reset = shop.texts("select x.started_by as t from resets x", &[]).await;
        assert_eq!(reset, ["staff"]);
        assert!(office.browser.get(&format!("/portal/contacts/{anna}")).await.says("May have arrived"));
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn promise_14_a_mail_server_that_is_away_delays_and_repeats_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        crowd(&shop, 3).await;
        shop.smtp.set_mode(Mode::CloseAtOnce);
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        shop.counts(3, "select count(*) as n from mails where state = 'put-off'").await;
        // From here on the clock stands, or a mail that is due again by itself would be on its way
        // while the clock jumps over its lease, and be taken for one that a crash cut off.
        shop.stop_clock_at(shop.clock.now());
        shop.quiet().await;
        for (attempts, fault) in [(2, Mode::RECIPIENT_LATER), (3, Mode::MESSAGE_LATER)] {
            shop.smtp.set_mode(fault);
            shop.advance(Duration::from_mins(15));
            shop.quiet().await;
            let again = format!("select count(*) as n from mails where state = 'put-off' and attempts >= {attempts}");
            assert_eq!(shop.count(&again, &[]).await, 3, "{again}");
        }
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(15));
        shop.counts(3, "select count(*) as n from mails where state = 'accepted'").await;
        assert_eq!(shop.invited(), addresses(3));
        shop.runs_are("done", 1).await;
    }
}

story! {
    async fn promise_14_a_run_whose_mails_wait_does_not_say_that_it_is_done_and_they_are_called_back(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        crowd(&shop, 3).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        let run = office.starts_run(&all_contacts("invite", ""), &FAST).await;
        shop.counts(3, "select count(*) as n from mails where state = 'put-off'").await;
        shop.runs_are("done", 1).await;
        let page = office.browser.get(&run).await;
        assert!(page.says("Mails wait") && page.says("All 3 have had their turn; 3 mails still to leave"), "{}", page.text());
        assert!(page.says("Call back what waits") && page.says("3 mails that have not left are called back."), "{}", page.text());
        assert!(office.browser.post(&format!("{run}/cancel"), &[]).await.leads_to(&run));
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_hours(1));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.invited().len(), 0, "nothing leaves any more");
        let page = office.browser.get(&run).await;
        assert!(page.says("Called back") && !page.says("Mails wait"), "{}", page.text());
    }
}

story! {
    async fn a_run_stops_when_its_starter_may_no_more_and_goes_on_in_the_name_of_who_resumes_it(kind) {
        let shop = Shop::open(kind).await;
        let (first, second) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesAdmin).await);
        for name in ["anna", "bert"] {
            shop.contact(name, &format!("{name}@{name}.example")).await;
        }
        shop.stop_clock_at(shop.clock.now());
        let run = first.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        shop.counts(1, "select count(*) as n from run_items where state = 'done'").await;
        shop.run("update staff set active = $2 where id = $1", &[&first.id, &false]).await;
        shop.advance(Duration::from_mins(2));
        shop.runs_are("paused", 1).await;
        assert!(second.browser.get(&run).await.says("It stopped by itself"));
        assert!(second.steers(&run, "resume").await.leads_to(&run));
        shop.runs_are("done", 1).await;
        let by = shop.texts("select s.name as t from resets x join staff s on s.id = x.staff_id order by x.requested_at", &[]).await;
        assert_eq!(by, [first.name, second.name]);
    }
}

const NOTHING: &str = "select (select count(*) from runs) + (select count(*) from run_items) + (select count(*) from mails) as n";

async fn may_start_none_of(shop: &Shop, who: &Colleague, acts: &[(&'static str, &'static str)]) {
    for (act, list) in acts.iter().copied() {
        let plan = plan(act, list, "");
        assert_eq!(who.previews(&plan).await.status, 403, "{act}");
        let mut form: Vec<(&str, &str)> = plan.iter().map(|(name, value)| (*name, value.as_str())).collect();
        form.push(("run", "0192c6c3-0000-7000-8000-000000000000"));
        assert_eq!(who.browser.post("/portal/runs", &form).await.status, 403, "{act}");
    }
    assert_eq!(shop.count(NOTHING, &[]).await, 0);
}

story! {
    async fn promise_14_only_who_may_acts_on_many(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", "anna@harbour.example").await;
        let shutting_out = [("invite", "contacts"), ("access-off", "contacts"), ("access-on", "contacts"), ("deactivate", "contacts"), ("deactivate", "retailers")];
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        may_start_none_of(&shop, &rep, &shutting_out).await;
        let editing = [("activate", "contacts"), ("activate", "retailers"), ("assign-territory", "retailers")];
        let support = shop.staff(BuiltIn::Support).await;
        may_start_none_of(&shop, &support, &[&shutting_out[..], &editing[..]].concat()).await;
        assert!(!support.browser.get("/portal/contacts").await.says("id=\"bulk\""), "nothing is offered, either");
        let stranger = shop.browser();
        assert!(stranger.get("/portal/invitations").await.leads_to("/portal/login"));
        assert!(stranger.post("/portal/runs", &[]).await.leads_to("/portal/login"));
    }
}

story! {
    async fn a_run_is_hidden_from_who_may_not_do_what_it_does(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", "anna@harbour.example").await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let run = office.starts_run(&all_contacts("invite", ""), &FAST).await;
        shop.runs_are("done", 1).await;
        let missing = "/portal/runs/0192c6c3-0000-7000-8000-000000000000".to_owned();
        for who in [shop.staff(BuiltIn::Support).await, shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await] {
            for path in [&run, &missing] {
                assert_eq!(who.browser.get(path).await.status, 404);
                assert_eq!(who.browser.get(&format!("{path}/status")).await.status, 404);
                for button in ["pause", "resume", "cancel"] {
                    assert_eq!(who.steers(path, button).await.status, 404, "{button}");
                }
            }
            assert!(!who.browser.get("/portal/invitations").await.says("Invite 1 contact"));
        }
        assert_eq!(shop.staff(BuiltIn::SalesAdmin).await.browser.get(&run).await.status, 200);
    }
}

story! {
    /// A role of one's own: bulk invitation, in one's own territories.
    async fn who_is_bounded_to_territories_reaches_nobody_beyond_them(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let allowed = r#"{"customers":"write","staff":"none","reach":"own_territories","acts":["trigger_reset","bulk_invite","change_sign_in"]}"#;
        shop.run("update roles set permissions = $1 where id = (select role_id from staff where id = $2)", &[&allowed, &rep.id]).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let gull = shop.retailer("Gull & Sons", "South").await;
        let bert = shop.contact_at(gull, "bert", "bert@gull.example").await;
        for plan in [ticked("invite", &[anna, bert]), all_contacts("invite", "")] {
            let preview = rep.previews(&plan).await;
            assert!(preview.says("Invite 1 contact") && !preview.says("Bert"), "{}", preview.text());
        }
        let run = rep.starts_run(&ticked("invite", &[bert, anna]), &FAST).await;
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), ["anna@harbour.example"]);
        let other = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        assert_eq!(other.browser.get(&run).await.status, 404, "their colleague's run is not theirs");
        assert_eq!(shop.staff(BuiltIn::Owner).await.browser.get(&run).await.status, 200);
    }
}

story! {
    async fn bad_fields_are_told_beside_them_and_nothing_is_lost(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        let plan = all_contacts("invite", "");
        for (field, typed) in [("per_minute", "0"), ("per_minute", "601"), ("per_domain", "fast"), ("times", "10"), ("times", "-1"), ("every_days", "0"), ("every_days", "99999999999999999999")] {
            let reply = office.sends_run(&plan, &[(field, typed)]).await;
            assert_eq!(reply.status, 422, "{field}={typed}");
            assert!(reply.says("Give a whole number from") && reply.says(&format!("value=\"{typed}\"")), "{}", reply.text());
        }
        let id = "0192c6c3-0000-7000-8000-000000000000";
        for nonsense in [vec![], vec![("act", "invite")], vec![("act", "dance"), ("list", "contacts")], vec![("act", "invite"), ("list", "contacts"), ("run", "1")], vec![("act", "invite"), ("list", "contacts"), ("run", id), ("x", "1")], vec![("act", "invite"), ("list", "contacts"), ("run", id), ("id", "%")]] {
            assert_eq!(office.browser.post("/portal/runs", &nonsense).await.status, 422, "{nonsense:?}");
        }
        assert_eq!(office.browser.post("/portal/runs", &[("act", "assign-territory"), ("list", "contacts"), ("for", "all"), ("run", id)]).await.status, 403);
        assert_eq!(office.browser.post("/portal/runs", &[("act", "assign-territory"), ("list", "retailers"), ("for", "all"), ("run", id)]).await.status, 409);
        for query in ["", "act=invite", "act=x&list=contacts", "act=invite&list=x", "act=invite&list=contacts&id=x"] {
            assert_eq!(office.browser.get(&format!("/portal/runs/new?{query}")).await.status, 404, "{query}");
        }
        assert_eq!(shop.count(NOTHING, &[]).await, 0);
    }
}

story! {
    /// One of them lost its lease while it made the mail ready.
    async fn promise_14_of_two_workers_with_one_mail_only_one_hands_it_over(kind) {
        let shop = Shop::idle(kind).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let now = shop.clock.now();
        let manner = Manner { mode: ResetMode::Parallel, stop_current: false, once: true };
        let asked = shop.db().write(move |tx| recovery::request(tx, &Actor::operator(), anna, manner, now)).await;
        assert!(matches!(asked, Ok(Requested::OnItsWay(_))));
        let mail = shop.db().read(|tx| mail::waiting(tx, 1)).await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))[0].id;
        let hand_over = || shop.db().write(move |tx| mail::about_to_hand_over(tx, mail, 1));
        let (one, two) = tokio::join!(hand_over(), hand_over());
        let both: [Result<bool, tradepost::db::Error>; 2] = [one, two];
        assert_eq!(both.into_iter().filter(|taken| matches!(taken, Ok(true))).count(), 1);
    }
}

story! {
    async fn runs_one_may_see_are_found_past_those_one_may_not(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        office.starts_run(&all_contacts("access-off", ""), &[]).await;
        shop.runs_are("done", 1).await;
        for _ in 0..26 {
            let sql = "insert into runs (id, act, staff_id, door, address, query, series_id, round, rounds, every_days, state, created_at) select $1, 'invite', staff_id, door, address, query, $1, round, rounds, every_days, 'done', created_at from runs where act = 'access-off'";
            shop.run(sql, &[&RunId::new(shop.clock.now())]).await;
        }
        let clerk = shop.staff(BuiltIn::Support).await;
        let allowed = r#"{"customers":"write","staff":"none","reach":"all_retailers","acts":["change_sign_in"]}"#;
        shop.run("update roles set permissions = $1 where id = (select role_id from staff where id = $2)", &[&allowed, &clerk.id]).await;
        let page = clerk.browser.get("/portal/invitations").await;
        assert!(page.says("Turn website access off for 1 contact") && !page.says("Invite 0"), "{}", page.text());
        let all = office.browser.get("/portal/invitations").await.text();
        let older = all.split('"').find(|part| part.contains("before=")).unwrap_or_else(|| panic!("{all}"));
        let (first, second) = (all.matches("<tr data-href").count(), office.browser.get(older).await.text());
        assert_eq!((first, second.matches("<tr data-href").count()), (25, 2));
    }
}
