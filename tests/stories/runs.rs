//! One act for many: whom it reaches, how fast, and how often (promise 14).

use std::time::Duration;

use tradepost::kernel::Timestamp;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::runs::{FAST, all_contacts, plan, ticked};
use crate::support::shop::{Shop, eventually};
use crate::support::smtp_sink::Mode;

const DAY: Duration = Duration::from_hours(24);

/// Anna chooses a password by her invitation, once the first run is done.
async fn anna_comes(shop: &Shop) {
    let temporary = shop.mail_to("anna@harbour.example").await.temporary_password();
    shop.runs_are("done", 1).await;
    shop.quiet().await;
    let anna = shop.browser();
    anna.sign_in("anna", &temporary).await;
    assert!(anna.choose("trout9lamp").await.leads_to("/"));
    shop.mail_of("password-changed", "anna@harbour.example").await;
    shop.quiet().await;
}

story! {
    async fn promise_14_everyone_eligible_is_invited_and_the_others_are_named_with_their_reasons(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        shop.contact("bert", "bert@harbour.example").await;
        shop.member("carla", "carla@harbour.example", "trout9lamp").await;
        shop.contact("dora", "").await;
        let emil = shop.contact("emil", "emil@harbour.example").await;
        let fred = shop.contact("fred", "fred@harbour.example").await;
        let gina = shop.contact("gina", "gina@harbour.example").await;
        let hugo = shop.contact("hugo", "hugo@harbour.example").await;
        shop.run("update contacts set website_access = $2 where id = $1", &[&emil, &false]).await;
        shop.run("update contacts set active = $2 where id = $1", &[&fred, &false]).await;
        shop.run("update contacts set bounced_at = 1 where id = $1", &[&gina]).await;
        shop.run("update contacts set username = null, username_key = null where id = $1", &[&hugo]).await;
        let everyone = all_contacts("invite", "");
        let preview = office.previews(&everyone).await;
        for words in ["Invite 2 contacts to the website", "2 will be reached", "Anna Sample", "Have a password already", "No e-mail address", "No username", "Website access is off", "Not active", "Their address bounced"] {
            assert!(preview.status == 200 && preview.says(words), "{words}: {}", preview.text());
        }
        assert_eq!(shop.count("select count(*) as n from runs", &[]).await, 0, "a preview changes nothing");
        let run = office.starts_run(&everyone, &FAST).await;
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), ["anna@harbour.example", "bert@harbour.example"]);
        assert_eq!(shop.items().await, ["Anna Sample: done", "Bert Sample: done", "Carla Sample: has-password", "Dora Sample: no-email", "Emil Sample: access-off", "Fred Sample: inactive", "Gina Sample: bounced", "Hugo Sample: no-username"]);
        let page = office.browser.get(&run).await;
        for words in ["All 2 have had their turn", "Handed over", "Left out"] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        let left_out = office.browser.get(&format!("{run}?show=left-out")).await;
        assert!(left_out.says("Carla Sample") && left_out.says("Their address bounced") && !left_out.says("Anna Sample"));
        assert_eq!(shop.texts("select act as t from audit where act like 'run-%' or act = 'invitation-requested' order by act", &[]).await, ["invitation-requested", "invitation-requested", "run-started"]);
    }
}

story! {
    async fn promise_14_a_run_is_for_those_ticked_or_for_all_that_match(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        shop.contact("bert", "bert@harbour.example").await;
        let south = shop.retailer("Gull & Sons", "South").await;
        shop.contact_at(south, "clara", "clara@gull.example").await;
        office.starts_run(&ticked("invite", &[anna, anna]), &FAST).await;
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), ["anna@harbour.example"]);
        office.starts_run(&all_contacts("invite", "q=gull"), &FAST).await;
        shop.runs_are("done", 2).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), ["anna@harbour.example", "clara@gull.example"]);
        let none = office.previews(&ticked("invite", &[])).await;
        assert!(none.status == 200 && none.says("Nobody is ticked"), "{}", none.text());
    }
}

story! {
    async fn promise_14_the_same_form_sent_twice_starts_one_run(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        let run = office.starts_run(&all_contacts("invite", ""), &FAST).await;
        let id = run.rsplit('/').next().unwrap().to_owned();
        let again = [("act", "invite"), ("list", "contacts"), ("for", "all"), ("query", ""), ("run", id.as_str())];
        let (one, two) = tokio::join!(office.browser.post("/portal/runs", &again), office.browser.post("/portal/runs", &again));
        assert!(one.leads_to(&run) && two.leads_to(&run), "{one:?} {two:?}");
        let other = shop.staff(BuiltIn::SalesAdmin).await;
        assert_eq!(other.browser.post("/portal/runs", &again).await.status, 404, "not theirs");
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!((shop.count("select count(*) as n from runs", &[]).await, shop.invited().len()), (1, 1));
    }
}

story! {
    async fn promise_14_mails_leave_at_the_pace_chosen_and_each_domain_at_its_own(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..3 {
            shop.contact(&format!("a{n}"), &format!("a{n}@large.example")).await;
        }
        shop.contact("b", "b@small.example").await;
        shop.contact("c", "c@other.example").await;
        office.starts_run(&all_contacts("invite", ""), &[("per_minute", "600"), ("per_domain", "150")]).await;
        shop.runs_are("done", 1).await;
        let sql = "select domain || ' ' || acted_at as t from run_items order by acted_at";
        let acted = shop.texts(sql, &[]).await;
        let acted: Vec<(&str, i64)> = acted.iter().map(|line| line.split_once(' ').unwrap()).map(|(domain, at)| (domain, at.parse().unwrap())).collect();
        let gaps = |times: Vec<i64>| times.windows(2).map(|two| two[1] - two[0]).min();
        assert!(gaps(acted.iter().map(|(_, at)| *at).collect()) >= Some(100), "{acted:?}");
        assert!(gaps(acted.iter().filter(|(domain, _)| *domain == "large.example").map(|(_, at)| *at).collect()) >= Some(400), "{acted:?}");
        let order: Vec<&str> = acted.iter().map(|(domain, _)| *domain).collect();
        assert_eq!(order[..3], ["large.example", "small.example", "other.example"], "others don't wait for a slow domain");
    }
}

story! {
    async fn promise_14_a_paused_run_sends_nothing_and_a_resumed_one_the_rest(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for name in ["anna", "bert", "carla"] {
            shop.contact(name, &format!("{name}@{name}.example")).await;
        }
        shop.stop_clock_at(shop.clock.now());
        let run = office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        shop.counts(1, "select count(*) as n from run_items where state = 'done'").await;
        shop.quiet().await;
        assert!(office.steers(&run, "pause").await.leads_to(&run));
        assert!(office.browser.get(&run).await.says("1 of 3 so far"));
        assert!(office.browser.get("/portal").await.says("1 run is paused"));
        shop.advance(Duration::from_mins(10));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.invited(), ["anna@anna.example"]);
        assert!(office.steers(&run, "pause").await.leads_to(&run), "again changes nothing");
        assert!(office.steers(&run, "resume").await.leads_to(&run));
        assert!(office.steers(&run, "resume").await.leads_to(&run), "again changes nothing");
        shop.counts(2, "select count(*) as n from run_items where state = 'done'").await;
        shop.advance(Duration::from_mins(1));
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), ["anna@anna.example", "bert@bert.example", "carla@carla.example"]);
        let acts = shop.texts("select act as t from audit where act like 'run-%' order by number", &[]).await;
        assert_eq!(acts, ["run-started", "run-paused", "run-resumed"], "{acts:?}");
    }
}

story! {
    async fn promise_14_cancelling_leaves_the_rest_as_they_are_and_calls_back_what_has_not_left(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for name in ["anna", "bert", "carla"] {
            shop.contact(name, &format!("{name}@{name}.example")).await;
        }
        shop.smtp.set_mode(Mode::CloseAtOnce);
        shop.stop_clock_at(shop.clock.now());
        let run = office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        shop.delivers("anna", "put-off").await;
        assert!(office.browser.get(&format!("{run}?show=problems")).await.says("Anna Sample"));
        assert!(office.steers(&run, "cancel").await.leads_to(&run));
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_hours(1));
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.items().await, ["Anna Sample: done", "Bert Sample: cancelled", "Carla Sample: cancelled"]);
        assert_eq!((shop.delivery_of("anna").await.as_str(), shop.invited().len()), ("cancelled", 0));
        let page = office.browser.get(&run).await;
        assert!(page.says("Called back") && page.says("1 of 3, then called off"), "{}", page.text());
        assert!(office.steers(&run, "cancel").await.leads_to(&run), "again changes nothing");
        assert!(office.steers(&run, "resume").await.leads_to(&run), "nor is it taken up again");
        shop.runs_are("cancelled", 1).await;
    }
}

story! {
    async fn promise_14_a_second_run_only_reaches_those_who_have_set_no_password_since(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        shop.contact("bert", "bert@harbour.example").await;
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        anna_comes(&shop).await;
        let again = office.previews(&all_contacts("invite", "")).await;
        assert!(again.says("There is nobody to reach") && again.says("Their last invitation is still good"), "{}", again.text());
        let mut live = all_contacts("invite", "");
        live.push(("include_live", "true".into()));
        assert!(office.previews(&live).await.says("Invite 1 contact to the website"));
        shop.smtp.clear();
        office.starts_run(&live, &FAST).await;
        shop.runs_are("done", 2).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), ["bert@harbour.example"], "asked for, although his invitation is still good");
        shop.advance(Duration::from_hours(49));
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.smtp.clear();
        office.starts_run(&all_contacts("invite", ""), &FAST).await;
        shop.runs_are("done", 3).await;
        shop.quiet().await;
        assert_eq!(shop.invited(), ["bert@harbour.example"]);
    }
}

story! {
    async fn promise_14_a_schedule_invites_again_those_who_have_not_come_yet(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        shop.contact("bert", "bert@harbour.example").await;
        let run = office.starts_run(&all_contacts("invite", ""), &[FAST[0], FAST[1], ("times", "2"), ("every_days", "3")]).await;
        anna_comes(&shop).await;
        let page = office.browser.get(&run).await;
        assert!(page.says("The next round starts") && page.says("round 1 of 3"), "{}", page.text());
        shop.smtp.clear();
        for round in 2..=3 {
            shop.advance(Duration::from_hours(70));
            shop.quiet().await;
            assert_eq!(shop.invited().len(), round - 2, "not before its day");
            shop.advance(Duration::from_hours(2));
            shop.runs_are("done", i64::try_from(round).unwrap()).await;
            shop.quiet().await;
            assert_eq!(shop.invited(), vec!["bert@harbour.example"; round - 1]);
        }
        shop.advance(4 * DAY);
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!(shop.count("select count(*) as n from runs where series_id = (select id from runs where round = 1)", &[]).await, 3);
    }
}

story! {
    async fn promise_14_repeating_can_be_stopped(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@harbour.example").await;
        let run = office.starts_run(&all_contacts("invite", ""), &[FAST[0], FAST[1], ("times", "1"), ("every_days", "3")]).await;
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert!(office.steers(&run, "cancel").await.leads_to(&run));
        assert!(!office.browser.get(&run).await.says("The next round"));
        shop.advance(4 * DAY);
        shop.counts(0, "select count(*) as n from jobs").await;
        assert_eq!((shop.count("select count(*) as n from runs", &[]).await, shop.invited().len()), (1, 1));
    }
}

story! {
    async fn promise_13_access_of_many_goes_off_and_on_again_and_nothing_is_lost(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.member("anna", "anna@harbour.example", "trout9lamp").await;
        let bert = shop.contact("bert", "bert@harbour.example").await;
        office.switches_access(bert, "off").await;
        let anna = shop.signed_in("anna", "trout9lamp").await;
        let off = office.previews(&all_contacts("access-off", "")).await;
        assert!(off.says("Turn website access off for 1 contact") && off.says("Already so; nothing to change"));
        let run = office.starts_run(&all_contacts("access-off", ""), &[]).await;
        shop.runs_are("done", 1).await;
        assert!(!anna.is_signed_in().await && !shop.lets_in("anna", "trout9lamp").await);
        assert!(office.browser.get(&run).await.says("All 1 have had their turn"));
        office.starts_run(&all_contacts("access-on", ""), &[]).await;
        shop.runs_are("done", 2).await;
        assert!(shop.lets_in("anna", "trout9lamp").await);
        assert_eq!(shop.count("select count(*) as n from mails", &[]).await, 0);
        assert_eq!(shop.count("select count(*) as n from audit where act = 'access-off' and actor_id = $1", &[&office.id]).await, 2);
    }
}

story! {
    async fn retailers_are_assigned_deactivated_and_activated_together(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.member("anna", "anna@harbour.example", "trout9lamp").await;
        shop.retailer("Gull & Sons", "South").await;
        let south = shop.texts("select name as t from territories where name = 'South'", &[]).await;
        assert_eq!(south, ["South"]);
        let id = shop.db().read(|tx| tradepost::retailers::territory_named(tx, "South")).await.unwrap().unwrap();
        let mut move_all = plan("assign-territory", "retailers", "");
        let choosing = office.previews(&move_all).await;
        assert!(choosing.says("Into which territory") && !choosing.says("name=\"run\""), "a territory is chosen first");
        move_all.push(("territory", id.to_string()));
        assert!(office.previews(&move_all).await.says("Put 1 retailer into South"));
        office.starts_run(&move_all, &[]).await;
        shop.runs_are("done", 1).await;
        assert_eq!(shop.count("select count(*) as n from retailers where territory_id = $1", &[&id]).await, 2);
        office.starts_run(&plan("deactivate", "retailers", "q=harbour"), &[]).await;
        shop.runs_are("done", 2).await;
        assert!(!shop.lets_in("anna", "trout9lamp").await);
        office.starts_run(&plan("activate", "retailers", "active=no"), &[]).await;
        shop.runs_are("done", 3).await;
        assert!(shop.lets_in("anna", "trout9lamp").await);
    }
}

story! {
    async fn promise_14_who_changed_meanwhile_is_looked_at_again(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.contact("anna", "anna@anna.example").await;
        let bert = shop.contact("bert", "bert@bert.example").await;
        let carla = shop.contact("carla", "carla@carla.example").await;
        let now: Timestamp = shop.clock.now();
        shop.stop_clock_at(now);
        office.starts_run(&all_contacts("invite", ""), &[("per_minute", "1"), ("per_domain", "1")]).await;
        shop.counts(1, "select count(*) as n from run_items where state = 'done'").await;
        office.switches_access(bert, "off").await;
        office.starts_reset(carla).await;
        shop.delivers("carla", "accepted").await;
        shop.quiet().await;
        shop.advance(Duration::from_mins(2));
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!(shop.items().await, ["Anna Sample: done", "Bert Sample: access-off", "Carla Sample: still-good"]);
        assert_eq!(shop.invited(), ["anna@anna.example", "carla@carla.example"]);
    }
}

story! {
    async fn a_run_of_many_pages_is_listed_page_by_page(kind) {
        let shop = Shop::idle(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for n in 0..60 {
            shop.contact(&format!("person{n:02}"), &format!("person{n:02}@harbour.example")).await;
        }
        let run = office.starts_run(&all_contacts("invite", ""), &[]).await;
        let first = office.browser.get(&run).await;
        assert!(first.says("Person00") && first.says("Person49") && !first.says("Person50"));
        let second = office.browser.get(&format!("{run}?show=reached&after=50")).await;
        assert!(second.says("Person59") && !second.says("Person49"));
        let listed = eventually("the run in the list", async || {
            let page = office.browser.get("/portal/invitations").await;
            page.says("Invite 60 contacts").then_some(page)
        }).await;
        assert!(listed.says("0 of 60") && listed.says("Running"));
        for nonsense in ["?show=colour", "?after=x", "?after=-9", "?x=1"] {
            assert_eq!(office.browser.get(&format!("{run}{nonsense}")).await.status, 200, "{nonsense}");
            assert_eq!(office.browser.get(&format!("/portal/invitations{nonsense}")).await.status, 200, "{nonsense}");
        }
    }
}

story! {
    async fn a_runs_page_names_only_those_whom_its_reader_may_see_now(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (harbour, gull) = (shop.retailer("Harbour Gifts", "North").await, shop.retailer("Gull & Sons", "South").await);
        let anna = shop.contact_at(harbour, "anna", "anna@harbour.example").await;
        let bert = shop.contact_at(gull, "bert", "bert@gull.example").await;
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North", "South"]).await;
        let allowed = r#"{"customers":"write","staff":"none","reach":"own_territories","acts":["trigger_reset","change_sign_in","bulk_invite"]}"#;
        shop.run("update roles set permissions = $1 where id = (select role_id from staff where id = $2)", &[&allowed, &rep.id]).await;
        let run = rep.starts_run(&ticked("access-off", &[anna, bert]), &[]).await;
        shop.runs_are("done", 1).await;
        let before = rep.browser.get(&run).await;
        assert!(before.says("Anna") && before.says("Bert") && !before.says("not named here"), "{}", before.text());
        shop.run("delete from staff_territories where staff_id = $1 and territory_id = (select territory_id from retailers where id = $2)", &[&rep.id, &gull]).await;
        shop.run("update contacts set name = 'Bertram Newname' where id = $1", &[&bert]).await;
        for show in ["", "?show=reached", "?show=queued", "?show=problems", "?show=left-out"] {
            let page = rep.browser.get(&format!("{run}{show}")).await;
            assert!(page.status == 200 && !page.says("Bert") && !page.says("Gull"), "{show}: {}", page.text());
            assert!(page.says("1 more is in territories that are not yours"), "{show}: {}", page.text());
        }
        assert!(rep.browser.get(&run).await.says("Anna"), "who is theirs is still named");
        assert!(!rep.browser.get(&format!("{run}/status")).await.says("Bert"));
        let all = office.browser.get(&run).await;
        assert!(all.says("Bertram Newname") && !all.says("not named here"), "who sees all sees all");
    }
}
