//! Who may do what: staff users, roles, territories, and nobody more than they
//! are given.

use tradepost::actor::{Act, Level, Permissions, Reach};
use tradepost::kernel::id::{RoleId, StaffId};
use tradepost::sessions::StaffKind;
use tradepost::staff::{BuiltIn, roles};

use crate::support::client::Reply;
use crate::support::people::{Colleague, STAFF_PASSWORD, staff_sign_in};
use crate::support::program::Program;
use crate::support::shop::Shop;

const NEW: &str = "quiet cobalt ferry 77 onion";

async fn role_id(shop: &Shop, name: &str) -> RoleId {
    let name = name.to_owned();
    let found = shop.db().read(move |tx| roles::named(tx, &name)).await;
    found.unwrap().unwrap()
}

/// A role of one's own, made by the form.
async fn makes_role(owner: &Colleague, name: &str, fields: &[(&str, &str)]) -> Reply {
    let mut form = vec![("name", name)];
    for (field, usual) in [("customers", "read"), ("staff", "none"), ("settings", "none"), ("reach", "all")] {
        form.push((field, fields.iter().find(|(name, _)| *name == field).map_or(usual, |(_, value)| value)));
    }
    form.extend(fields.iter().copied().filter(|(name, _)| *name == "act"));
    owner.browser.post("/portal/roles/new", &form).await
}

/// The fields of the form of someone, with others in their place.
async fn saves(by: &Colleague, id: StaffId, changed: &[(&str, &str)]) -> Reply {
    let page = by.browser.get(&format!("/portal/staff/{id}/edit")).await;
    if page.status != 200 {
        return page;
    }
    let text = page.text();
    let value = |field: &str| {
        let input = text.split(&format!("name=\"{field}\"")).nth(1).unwrap();
        let found = input.split('>').next().unwrap().split("value=\"").nth(1).unwrap_or_default();
        found.split('"').next().unwrap_or_default().to_owned()
    };
    let chosen = |field: &str| {
        let select =
            text.split(&format!("name=\"{field}\"")).nth(1).unwrap().split("</select>").next().unwrap();
        select
            .split("<option value=\"")
            .find(|option| option.contains(" selected"))
            .and_then(|option| option.split('"').next())
            .unwrap_or_default()
            .to_owned()
    };
    let ticked = |field: &str| {
        let mut radios = text.split("<input ").filter(|input| input.contains(&format!("name=\"{field}\"")));
        let ticked = radios.find(|input| input.split('>').next().unwrap().contains(" checked"));
        let value = ticked.and_then(|input| input.split("value=\"").nth(1)).unwrap_or_default();
        value.split('"').next().unwrap_or_default().to_owned()
    };
    let stored = [
        ("name", value("name")),
        ("email", value("email")),
        ("version", value("version")),
        ("kind", chosen("kind")),
        ("role", ticked("role")),
    ];
    let mut form: Vec<(&str, &str)> = stored
        .iter()
        .filter(|(name, _)| !changed.iter().any(|(other, _)| other == name))
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    form.extend(changed);
    by.browser.post(&format!("/portal/staff/{id}/edit"), &form).await
}

story! {
    async fn an_owner_adds_someone_who_chooses_their_own_password(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let role = role_id(&shop, "Support").await.to_string();
        let typed = [("name", "Kim New"), ("email", "kim@harbour.example"), ("kind", "admin"), ("role", &role), ("version", "0")];
        let added = owner.browser.post("/portal/staff/new", &typed).await;
        assert!(added.status == 303, "{}", added.text());
        let page = owner.browser.get(added.location()).await;
        assert!(page.says("Kim New") && page.says("Invited") && page.says("see retailers and contacts"), "{}", page.text());
        let mail = shop.mail_of("staff-reset", "kim@harbour.example").await;
        shop.quiet().await;
        let (link, code) = (mail.link("/portal/reset/"), mail.code());
        let chosen = shop.browser().post(&link, &[("code", &code), ("new_password", NEW), ("confirm_password", NEW)]).await;
        assert!(chosen.leads_to("/portal"), "{}", chosen.text());
        assert!(owner.browser.get(added.location()).await.says("Active"));
        let again = owner.browser.post("/portal/staff/new", &typed).await;
        assert!(again.status == 422 && again.says("has this address") && again.says("Kim New"), "{}", again.text());
        for (field, wrong, words) in [("email", "kim at harbour", "E-mail"), ("name", "  ", "The name is needed"), ("email", "", "The e-mail address is needed"), ("kind", "boss", "Choose where"), ("role", "x", "Choose a role")] {
            let fields: Vec<_> = typed.iter().map(|(name, value)| if *name == field { (*name, wrong) } else { (*name, *value) }).collect();
            let page = owner.browser.post("/portal/staff/new", &fields).await;
            assert!(page.status == 422 && page.says(words), "{field}: {}", page.text());
        }
        assert_eq!(shop.count("select count(*) as n from staff", &[]).await, 2);
    }
}

story! {
    async fn deactivating_ends_everything_at_the_next_request(kind) {
        let shop = Shop::open(kind).await;
        let (owner, office) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::SalesAdmin).await);
        let active = format!("/portal/staff/{}/active", office.id);
        shop.browser().post("/portal/forgot-password", &[("email", &office.email)]).await;
        let mail = shop.mail_of("staff-reset", &office.email).await;
        shop.quiet().await;
        assert!(owner.browser.post(&active, &[("active", "no")]).await.leads_to(&format!("/portal/staff/{}", office.id)));
        assert!(office.browser.get("/portal/contacts").await.leads_to("/portal/login"));
        assert_eq!(staff_sign_in(&shop.browser(), "/portal", &office.email, STAFF_PASSWORD).await.status, 401);
        let link = mail.link("/portal/reset/");
        let chosen = shop.browser().post(&link, &[("code", &mail.code()), ("new_password", NEW), ("confirm_password", NEW)]).await;
        assert!(chosen.leads_to("/portal/forgot-password"), "the link on its way is void");
        assert!(owner.browser.get("/portal/staff").await.says("1 deactivated"));
        owner.browser.post(&active, &[("active", "yes")]).await;
        assert!(staff_sign_in(&shop.browser(), "/portal", &office.email, STAFF_PASSWORD).await.leads_to("/portal"));
        let trail = owner.browser.get(&format!("/portal/audit?staff={}", office.id)).await;
        assert!(trail.says("Staff user deactivated by") && trail.says("Staff user activated again by"), "{}", trail.text());
    }
}

story! {
    async fn only_an_owner_touches_an_owner_and_nobody_themself(kind) {
        let shop = Shop::open(kind).await;
        let (owner, other) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::Owner).await);
        let acts: Vec<_> = ["manage_staff", "trigger_reset", "change_sign_in", "bulk_invite", "view_audit", "import", "export"].map(|act| ("act", act)).into();
        let fields: Vec<_> = [("customers", "write"), ("staff", "write"), ("settings", "write")].into_iter().chain(acts).collect();
        assert_eq!(makes_role(&owner, "Deputy", &fields).await.status, 303);
        let deputy = shop.staff(BuiltIn::Support).await;
        let role = role_id(&shop, "Deputy").await.to_string();
        assert_eq!(saves(&owner, deputy.id, &[("role", &role)]).await.status, 303);
        assert!(deputy.browser.get("/portal").await.leads_to("/portal/login"), "another role signs out");
        staff_sign_in(&deputy.browser, "/portal", &deputy.email, STAFF_PASSWORD).await;
        let before = shop.count("select count(*) as n from audit", &[]).await;
        for id in [owner.id, deputy.id] {
            let path = format!("/portal/staff/{id}");
            assert_eq!(deputy.browser.get(&format!("{path}/edit")).await.status, 403);
            let posted = [("name", "X"), ("email", "x@harbour.example"), ("kind", "admin"), ("role", role.as_str()), ("version", "1")];
            assert_eq!(deputy.browser.post(&format!("{path}/edit"), &posted).await.status, 403);
            assert_eq!(deputy.browser.post(&format!("{path}/active"), &[("active", "no")]).await.status, 403);
            assert_eq!(deputy.browser.post(&format!("{path}/resets"), &[]).await.status, 403);
        }
        assert_eq!(deputy.browser.post(&format!("/portal/staff/{}/sessions/end", owner.id), &[]).await.status, 403);
        let owners = role_id(&shop, "Owner").await.to_string();
        let raised = [("name", "Y"), ("email", "y@harbour.example"), ("kind", "admin"), ("role", owners.as_str()), ("version", "0")];
        assert_eq!(deputy.browser.post("/portal/staff/new", &raised).await.status, 403, "an Owner is made by Owners");
        assert_eq!(owner.browser.post(&format!("/portal/staff/{}/active", owner.id), &[("active", "no")]).await.status, 403, "the last Owner stays");
        assert_eq!(shop.count("select count(*) as n from audit", &[]).await, before, "nothing was changed");
        assert_eq!(owner.browser.post(&format!("/portal/staff/{}/active", other.id), &[("active", "no")]).await.status, 303);
    }
}

story! {
    async fn of_two_owners_who_deactivate_each_other_at_once_one_stays(kind) {
        let shop = Shop::open(kind).await;
        let (one, two) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::Owner).await);
        let (of_two, of_one) = (format!("/portal/staff/{}/active", two.id), format!("/portal/staff/{}/active", one.id));
        let (a, b) = tokio::join!(one.browser.post(&of_two, &[("active", "no")]), two.browser.post(&of_one, &[("active", "no")]));
        let done = [(&a, &of_two), (&b, &of_one)].iter().filter(|(reply, path)| reply.leads_to(path.trim_end_matches("/active"))).count();
        assert_eq!(done, 1, "{a:?} {b:?}");
        let sql = "select count(*) as n from staff s join roles r on r.id = s.role_id where s.active and r.name = 'Owner'";
        assert_eq!(shop.count(sql, &[]).await, 1, "{} {}", a.status, b.status);
    }
}

story! {
    async fn nobody_gives_what_they_lack(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let fields = [("staff", "write"), ("act", "manage_staff"), ("act", "trigger_reset")];
        assert_eq!(makes_role(&owner, "Team lead", &fields).await.status, 303);
        let lead = shop.staff(BuiltIn::Support).await;
        let role = role_id(&shop, "Team lead").await.to_string();
        saves(&owner, lead.id, &[("role", &role)]).await;
        staff_sign_in(&lead.browser, "/portal", &lead.email, STAFF_PASSWORD).await;
        let more = makes_role(&lead, "More", &[("customers", "write")]).await;
        assert!(more.status == 422 && more.says("more than you may do yourself"), "{}", more.text());
        let more = makes_role(&lead, "More", &[("act", "export")]).await;
        assert!(more.status == 422 && more.says("more than you may do yourself"));
        assert_eq!(makes_role(&lead, "Less", &[("act", "trigger_reset")]).await.status, 303);
        let less = role_id(&shop, "Less").await;
        let raise = [("name", "Team lead"), ("customers", "write"), ("staff", "write"), ("settings", "none"), ("reach", "all"), ("version", "1")];
        assert_eq!(lead.browser.post(&format!("/portal/roles/{role}/edit"), &raise).await.status, 403, "one's own role");
        let admins = role_id(&shop, "Sales admin").await.to_string();
        let typed = [("name", "Kim"), ("email", "kim@harbour.example"), ("kind", "admin"), ("role", admins.as_str()), ("version", "0")];
        assert_eq!(lead.browser.post("/portal/staff/new", &typed).await.status, 403);
        assert!(!lead.browser.get("/portal/staff/new").await.says("Sales admin"), "not even offered");
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        assert_eq!(saves(&lead, office.id, &[("email", "mine@harbour.example")]).await.status, 403, "taking over a stronger account");
        let helper = shop.staff(BuiltIn::Support).await;
        assert_eq!(saves(&lead, helper.id, &[("role", &less.to_string())]).await.status, 303);
        let support = shop.staff(BuiltIn::Support).await;
        for path in ["/portal/staff", "/portal/staff/rights", "/portal/roles", "/portal/territories"] {
            assert_eq!(support.browser.get(path).await.status, 403, "{path}");
        }
    }
}

story! {
    async fn a_role_that_people_have_is_not_deleted_and_a_changed_one_counts_at_once(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let made = makes_role(&owner, "Counter", &[("act", "trigger_reset")]).await;
        let path = made.location().to_owned();
        assert!(makes_role(&owner, " counter ", &[]).await.says("Another role is called that"));
        let clerk = shop.staff(BuiltIn::Support).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        saves(&owner, clerk.id, &[("role", path.rsplit('/').next().unwrap())]).await;
        staff_sign_in(&clerk.browser, "/portal", &clerk.email, STAFF_PASSWORD).await;
        assert_eq!(clerk.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await.status, 200);
        let kept = owner.browser.post(&format!("{path}/delete"), &[]).await;
        assert!(kept.status == 409 && kept.says("Nothing was deleted") && kept.says("1 who work here"), "{}", kept.text());
        let less = [("name", "Counter"), ("customers", "read"), ("staff", "none"), ("settings", "none"), ("reach", "all"), ("version", "1")];
        assert!(owner.browser.post(&format!("{path}/edit"), &less).await.leads_to(&path));
        assert_eq!(clerk.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await.status, 403, "from the next request");
        let late = owner.browser.post(&format!("{path}/edit"), &less).await;
        assert!(late.status == 409 && late.says("Someone was quicker"), "{}", late.text());
        let senseless = makes_role(&owner, "Senseless", &[("act", "manage_staff")]).await;
        assert!(senseless.status == 422 && senseless.says("at write"), "{}", senseless.text());
        saves(&owner, clerk.id, &[("role", &role_id(&shop, "Support").await.to_string())]).await;
        assert!(owner.browser.post(&format!("{path}/delete"), &[]).await.leads_to("/portal/roles"));
        assert_eq!(owner.browser.get(&path).await.status, 404);
        let built_in = format!("/portal/roles/{}", role_id(&shop, "Support").await);
        assert_eq!(owner.browser.post(&format!("{built_in}/delete"), &[]).await.status, 403);
        assert_eq!(owner.browser.get(&format!("{built_in}/edit")).await.status, 403);
    }
}

story! {
    async fn territories_decide_what_a_rep_sees(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.retailer("Gull & Sons", "South").await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let app = Program::of(&shop, &rep).await;
        assert!(!app.get("/api/v1/retailers").await.text().contains("Gull"));
        assert!(owner.browser.post("/portal/territories", &[("name", "West")]).await.leads_to("/portal/territories"));
        assert!(owner.browser.post("/portal/territories", &[("name", "south")]).await.says("Another territory is called that"));
        let south: String = shop.texts("select name as t from territories order by name", &[]).await.join(",");
        assert_eq!(south, "North,South,West");
        let id = |name: &'static str| {
            let shop = &shop;
            async move { shop.db().read(move |tx| tradepost::retailers::territory_named(tx, name)).await.unwrap().unwrap().to_string() }
        };
        assert_eq!(saves(&owner, rep.id, &[("territory", &id("South").await), ("territory", &id("West").await)]).await.status, 303);
        assert!(app.get("/api/v1/retailers").await.text().contains("Gull"), "territories count from the next request");
        let who = owner.browser.get(&format!("/portal/staff/rights?what=trigger_reset&territory={}", id("North").await)).await.text();
        let (can, cannot) = who.split_once("Can’t: ").unwrap();
        assert!(can.contains(&owner.name) && !can.contains(&rep.name) && cannot.contains(&rep.name));
        let page = owner.browser.post(&format!("/portal/territories/{}/delete", id("South").await), &[]).await;
        assert!(page.status == 422 && page.says("still has retailers"), "{}", page.text());
        assert!(owner.browser.post(&format!("/portal/territories/{}", id("West").await), &[("name", "Far west")]).await.leads_to("/portal/territories"));
        assert!(owner.browser.post(&format!("/portal/territories/{}/delete", id("Far west").await), &[]).await.leads_to("/portal/territories"));
        let dual = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        assert_eq!(dual.browser.post("/portal/territories", &[("name", "Mine")]).await.status, 403);
    }
}

story! {
    async fn one_changes_ones_own_password_and_ends_ones_own_sessions(kind) {
        let shop = Shop::open(kind).await;
        let (office, other) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesAdmin).await);
        let elsewhere = shop.browser();
        staff_sign_in(&elsewhere, "/portal", &office.email, STAFF_PASSWORD).await;
        let change = async |current: &str, new: &str| office.browser.post("/portal/me/password", &[("current_password", current), ("new_password", new), ("confirm_password", new)]).await;
        let wrong = change("wrong ladder 12 moss", NEW).await;
        assert!(wrong.status == 422 && wrong.says("not your current password") && !wrong.says(NEW));
        assert_eq!(change(STAFF_PASSWORD, "harbour2026").await.status, 422);
        assert_eq!(change(STAFF_PASSWORD, STAFF_PASSWORD).await.status, 422, "the current one again");
        assert!(change(STAFF_PASSWORD, NEW).await.leads_to("/portal/me"));
        assert_eq!(office.browser.get("/portal/me").await.status, 200, "this one stays");
        assert!(elsewhere.get("/portal/me").await.leads_to("/portal/login"));
        assert_eq!(staff_sign_in(&shop.browser(), "/portal", &office.email, STAFF_PASSWORD).await.status, 401);
        staff_sign_in(&elsewhere, "/portal", &office.email, NEW).await;
        let sql = "select count(*) as n from sessions where staff_id = $1 and ended_at is null";
        let of_other = shop.db().read(move |tx| tradepost::staff::people::devices(tx, other.id, tradepost::kernel::Timestamp::from_millis(0))).await.unwrap()[0].id;
        assert_eq!(office.browser.post(&format!("/portal/me/sessions/{of_other}/end"), &[]).await.status, 404, "another's session");
        assert_eq!(other.browser.get("/portal/me").await.status, 200);
        assert_eq!(shop.count(sql, &[&office.id]).await, 2);
        assert!(office.browser.post("/portal/me/sessions/end", &[]).await.leads_to("/portal/me"));
        assert!(elsewhere.get("/portal/me").await.leads_to("/portal/login"));
        assert_eq!(shop.count(sql, &[&office.id]).await, 1);
    }
}

story! {
    /// Rights that were taken while a request was on its way count no more.
    async fn a_hand_is_looked_at_in_the_transaction_that_acts(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let (id, now) = (owner.id, shop.clock.now());
        let stale = tradepost::actor::Actor {
            who: tradepost::actor::Who::Staff(tradepost::actor::StaffActor { id, permissions: BuiltIn::Owner.permissions() }),
            door: tradepost::actor::Door::Portal,
            address: String::new(),
        };
        let all = Permissions { customers: Level::Write, staff: Level::Write, settings: Level::Write, reach: Reach::AllRetailers, acts: [Act::ManageStaff].into() };
        shop.run("update staff set role_id = (select id from roles where name = 'Support') where id = $1", &[&id]).await;
        let made = shop.db().write(move |tx| roles::add(tx, &stale, ("Mine", &all), now)).await;
        assert!(matches!(made, Err(tradepost::Error::NotAllowed)), "{made:?}");
    }
}
