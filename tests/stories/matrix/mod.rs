//! Every address of every door × everyone who may come: who gets in, who is
//! sent to sign in, who finds nothing, and that nothing changes for those who
//! don't.

mod api_rows;
mod rows;
mod visitors;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tradepost::kernel::id::RunId;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::{STAFF_PASSWORD, staff_sign_in};
use crate::support::program::Program;
use crate::support::runs::{FAST, ticked};
use crate::support::shop::Shop;
use api_rows::api_rows;
use rows::{About, For, Row};
use visitors::{Visitor, Who, role, visitors};

const PASSWORD: &str = "trout9lamp";
const UNKNOWN: &str = "0192c6c3-0000-7000-8000-000000000001";
/// Everything that an act leaves behind; a request that was refused at sign-in
/// or that asks for help leaves a word about it, too.
const CHANGES: &str = "select (select count(*) from resets) + (select count(*) from mails) + (select count(*) from runs)
    + (select count(*) from views) + (select count(*) from staff) + (select count(*) from roles) + (select count(*) from territories)
    + (select count(*) from settings) + (select count(*) from getting_started where closed_at is not null) + (select count(*) from wordings)
    + cast((select coalesce(sum(version), 0) from contacts) + (select coalesce(sum(version), 0) from retailers) + (select coalesce(sum(version), 0) from staff) as bigint)
    + (select count(*) from sessions where ended_at is null) + (select count(*) from audit where act <> 'sign-in-refused') as n";

fn rows() -> Vec<Row> {
    [rows::rows(), api_rows()].into_iter().flatten().collect()
}

/// What there is to come to.
struct Targets {
    retailer: String,
    contact: String,
    reset: String,
    request: String,
    session: String,
    staff: String,
    role: String,
    territory: String,
    run: String,
    view: String,
}

impl Targets {
    fn fill(&self, address: &str) -> String {
        let id = match address.trim_start_matches("/api").split('/').nth(2).unwrap_or_default() {
            "retailers" => &self.retailer,
            "contacts" => &self.contact,
            "change-requests" => &self.request,
            "staff" => &self.staff,
            "roles" => &self.role,
            "territories" => &self.territory,
            "runs" => &self.run,
            "views" => &self.view,
            _ => &self.session,
        };
        let path =
            address.replace("{id}", id).replace("{reset}", &self.reset).replace("{request}", &self.request);
        let path = if path == "/portal/runs/new" {
            format!("{path}?act=invite&list=contacts&for=all&query=")
        } else {
            path
        };
        let path = path
            .replace("{kind}", "password-changed")
            .replace("{language}", "en")
            .replace("{key}", "reset.valid_for")
            .replace("{size}", "192.png")
            .replace("{problem}", "not-found");
        path.replace("{session}", &self.session).replace("{token}", &"0".repeat(64)).replace("{number}", "1")
    }
}

/// What is expected of one row for one visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// They get through.
    In,
    /// They are sent here.
    Sent(&'static str),
    /// They are told to sign in.
    Unknown,
    /// They may know of it and not do it.
    Refused,
    /// There is no such thing, for them.
    Nothing,
    /// Either of both: they see nothing of it and may not do it.
    RefusedOrNothing,
}

fn expected(row: &Row, visitor: &Visitor) -> Expected {
    let (rights, portal, login) = match (row.whom, &visitor.who) {
        (For::Anyone, _) => return Expected::In,
        (For::Demo | For::Program, _) => return Expected::Nothing,
        (For::Contact, Who::Contact { must_choose: true }) => return Expected::Sent("/password"),
        (For::Contact | For::Choosing, Who::Contact { .. }) => {
            return if row.about == About::Own { Expected::Nothing } else { Expected::In };
        }
        (For::Contact | For::Choosing, _) => return Expected::Sent("/login"),
        (For::Portal(_), Who::Half { portal, .. }) => return Expected::Sent(portal),
        (For::Sales(_), Who::Half { sales, .. }) => return Expected::Sent(sales),
        (For::Api(_) | For::Device | For::ApiContact | For::ApiChoosing, _) => return at_api(row, visitor),
        (For::Portal(rights), _) => (rights, true, "/portal/login"),
        (For::Sales(rights), _) => (rights, false, "/sales/login"),
    };
    let Who::Staff { permissions, portal: at_portal, sales, sees_north } = &visitor.who else {
        return Expected::Sent(login);
    };
    if !(if portal { *at_portal } else { *sales }) {
        return Expected::Nothing;
    }
    of_staff(row, rights(permissions), *sees_north)
}

fn of_staff(row: &Row, may: bool, sees_north: bool) -> Expected {
    let hidden = row.about == About::Own || (row.about == About::Customer && !sees_north);
    match (may, hidden) {
        (true, false) => Expected::In,
        (true, true) => Expected::Nothing,
        (false, false) => Expected::Refused,
        (false, true) => Expected::RefusedOrNothing,
    }
}

fn at_api(row: &Row, visitor: &Visitor) -> Expected {
    match (row.whom, &visitor.who) {
        (For::Api(rights), Who::Staff { permissions, sees_north, .. }) => {
            of_staff(row, rights(permissions), *sees_north)
        }
        (For::Device, Who::Half { .. }) if visitor.token.is_some() => Expected::In,
        (For::Api(_), Who::Half { .. }) if visitor.token.is_some() => Expected::Refused,
        (For::ApiContact, Who::Contact { must_choose: true }) => Expected::Refused,
        (For::Device, Who::Staff { .. }) | (For::ApiContact | For::ApiChoosing, Who::Contact { .. }) => {
            Expected::In
        }
        _ => Expected::Unknown,
    }
}

fn is_as_expected(reply: &Reply, expected: Expected) -> bool {
    match expected {
        Expected::In => {
            let sent_away =
                ["/login", "/portal/login", "/sales/login"].iter().any(|login| reply.leads_to(login));
            let known = reply.status != 401 || reply.problem().is_empty();
            known && ![403, 404].contains(&reply.status) && reply.status < 500 && !sent_away
        }
        Expected::Sent(login) => reply.leads_to(login),
        Expected::Unknown => reply.status == 401,
        Expected::Refused => reply.status == 403,
        Expected::Nothing => reply.status == 404,
        Expected::RefusedOrNothing => [403, 404].contains(&reply.status),
    }
}

/// What lets strangers in as well: signing in and out, forgotten passwords, and
/// links with a token that does not exist.
fn is_open(row: &Row) -> bool {
    matches!(row.whom, For::Anyone)
}

async fn targets(shop: &Shop) -> Targets {
    let keeper = shop.colleague(BuiltIn::SalesAdmin, StaffKind::Dual, &[]).await;
    let anna = shop.id("anna").await;
    let reset = keeper.starts_reset(anna).await;
    shop.mail_to("anna@harbour.example").await;
    shop.quiet().await;
    let run = keeper.starts_run(&ticked("invite", &[shop.id("erik").await]), &FAST).await;
    shop.runs_are("done", 1).await;
    shop.quiet().await;
    keeper.browser.post("/portal/views", &[("list", "contacts"), ("query", "q=x"), ("name", "Mine")]).await;
    let asked = json!({ "note": "Please" });
    let path = format!("/api/v1/contacts/{anna}/change-requests");
    let request = Program::of(shop, &keeper).await.act("POST", &path, "a-key-of-the-keeper", asked).await;
    let id = |sql: &'static str| {
        let read = shop.db().read(move |tx| tx.one::<tradepost::db::Row>(sql, &[])?.get::<RunId>("id"));
        async move { read.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}")).to_string() }
    };
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    Targets {
        retailer: id("select retailer_id as id from contacts where username = 'anna'").await,
        contact: anna.to_string(),
        reset: last(&reset),
        request: last(request.location()),
        session: id(
            "select s.id from sessions s join staff p on p.id = s.staff_id order by s.created_at limit 1",
        )
        .await,
        staff: keeper.id.to_string(),
        role: role(shop, "Clerk", &BuiltIn::Support.permissions()).await.to_string(),
        territory: id("select id from territories where name = 'North'").await,
        run: last(&run),
        view: id("select id from views limit 1").await,
    }
}

async fn peopled(kind: crate::support::database::Kind) -> (Shop, Targets) {
    let shop = Shop::open(kind).await;
    shop.member("anna", "anna@harbour.example", PASSWORD).await;
    shop.member("carla", "carla@harbour.example", PASSWORD).await;
    shop.contact("dora", "dora@harbour.example").await;
    shop.contact("erik", "erik@harbour.example").await;
    let south = shop.retailer("Gull & Sons", "South").await;
    let bert = shop.contact_at(south, "bert", "bert@gull.example").await;
    shop.give_password(bert, PASSWORD).await;
    let targets = targets(&shop).await;
    (shop, targets)
}

async fn comes(visitor: &Visitor, row: &Row, path: &str) -> Reply {
    if row.is_of_api() {
        let members = row.fields.iter().map(|(name, text)| {
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(*text));
            ((*name).to_owned(), value)
        });
        let body = (row.method != "GET").then(|| Value::Object(members.collect()));
        let headers = [("if-match", "\"1\""), ("idempotency-key", "a-key-of-the-matrix")];
        let program = Program::new(visitor.browser.clone());
        let program = visitor.token.as_ref().map_or(program.clone(), |token| program.with_token(token));
        return program.send(row.method, path, &headers, body).await;
    }
    if row.method == "GET" {
        visitor.browser.get(path).await
    } else {
        visitor.browser.post(path, row.fields).await
    }
}

story! {
    /// But for runs: who may steer those of others is told in their stories.
    async fn every_door_is_shut_to_whom_it_is_not_for(kind) {
        let (shop, targets) = peopled(kind).await;
        let all = visitors(&shop).await;
        let mut wrong = Vec::new();
        for row in rows().iter().filter(|row| !is_open(row)) {
            let path = targets.fill(row.address);
            for visitor in &all {
                let expected = expected(row, visitor);
                let runs = row.address.starts_with("/portal/runs/{id}") && expected != Expected::Sent("/portal/login");
                let there = matches!(visitor.who, Who::Half { .. }) && row.is_of_second_factor();
                // A stream of events goes on; its stories follow it.
                let endless = expected == Expected::In && row.address.ends_with("/events");
                if (expected == Expected::In && row.method != "GET") || runs || there || endless {
                    continue;
                }
                let before = shop.count(CHANGES, &[]).await;
                let reply = comes(visitor, row, &path).await;
                if !is_as_expected(&reply, expected) {
                    wrong.push(format!("{} {} for {}: {} {}, not {expected:?}", row.method, row.address, visitor.name, reply.status, reply.location()));
                }
                if expected != Expected::In && shop.count(CHANGES, &[]).await != before {
                    wrong.push(format!("{} {} changed something for {}", row.method, row.address, visitor.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{} of the matrix are not as expected:\n{}", wrong.len(), wrong.join("\n"));
    }
}

story! {
    async fn every_address_has_a_row_and_answers_no_other_method(kind) {
        let (shop, targets) = peopled(kind).await;
        let owner = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
        let known = rows();
        let addresses: BTreeSet<&str> = tradepost::routes::addresses().into_iter().collect();
        let rowed: BTreeSet<&str> = known.iter().map(|row| row.address).collect();
        assert_eq!(addresses, rowed, "each address of `routes` stands in the matrix, and no other");
        for address in addresses.into_iter().filter(|address| !address.starts_with("/dev/")) {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                if known.iter().any(|row| row.address == address && row.method == method) {
                    continue;
                }
                let path = targets.fill(address);
                let reply = Program::new(owner.browser.clone()).send(method, &path, &[], None).await;
                assert_eq!(reply.status, 405, "{method} {address} answers and has no row");
            }
        }
    }
}

story! {
    async fn nothing_is_done_for_another_website(kind) {
        let (shop, targets) = peopled(kind).await;
        let owner = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
        let anna = shop.signed_in("anna", PASSWORD).await;
        let before = shop.count(CHANGES, &[]).await;
        for row in rows().iter().filter(|row| row.method == "POST" && !matches!(row.whom, For::Demo)) {
            let path = targets.fill(row.address);
            for browser in [&owner.browser, &anna] {
                let reply = browser.post_from("https://evil.example", &path, row.fields).await;
                assert_eq!(reply.status, 403, "{}", row.address);
            }
        }
        assert_eq!(shop.count(CHANGES, &[]).await, before);
    }
}

story! {
    async fn what_is_missing_and_what_is_not_yours_answer_alike(kind) {
        let (shop, targets) = peopled(kind).await;
        let outside = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["South"]).await;
        let outsider = Visitor::at_api(&shop, &outside).await;
        for row in rows().iter().filter(|row| row.about == About::Customer) {
            let (path, unknown) = (targets.fill(row.address), targets.fill(row.address).replace(&targets.contact, UNKNOWN).replace(&targets.retailer, UNKNOWN));
            if row.is_of_api() {
                let ask = async |path: &str| {
                    let reply = comes(&outsider, row, path).await;
                    (reply.status, reply.problem())
                };
                assert_eq!(ask(&path).await, ask(&unknown).await, "{} {}", row.method, row.address);
                continue;
            }
            let ask = async |path: &str| match row.method {
                "GET" => outside.browser.get(path).await.comparable(),
                _ => outside.browser.post(path, row.fields).await.comparable(),
            };
            assert_eq!(ask(&path).await, ask(&unknown).await, "{} {}", row.method, row.address);
        }
    }
}

story! {
    /// Not only in paths.
    async fn ids_of_others_lead_nowhere_in_queries_and_forms(kind) {
        let (shop, targets) = peopled(kind).await;
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["South"]).await;
        let all = r#"{"customers":"write","staff":"none","reach":"own_territories","acts":["trigger_reset","change_sign_in","bulk_invite","view_audit","export"]}"#;
        shop.run("update roles set permissions = $1 where name = 'Sales rep'", &[&all]).await;
        let (browser, bert) = (&rep.browser, shop.id("bert").await);
        let north = [targets.retailer.as_str(), targets.contact.as_str()];
        let before = shop.count("select count(*) as n from audit where contact_id is not null", &[]).await;
        assert_eq!(browser.post(&format!("/portal/contacts/{bert}/move"), &[("to", north[0])]).await.status, 404);
        assert_eq!(browser.post(&format!("/portal/contacts/{bert}/merge"), &[("other", north[1])]).await.status, 404);
        for path in [format!("/portal/contacts/{bert}/move?to={}", north[0]), format!("/portal/contacts/{bert}/merge?other={}", north[1])] {
            let page = browser.get(&path).await;
            assert!(!page.says("Harbour Gifts") && !page.says("Anna"), "{path}: {}", page.text());
        }
        let preview = browser.get(&format!("/portal/runs/new?act=invite&list=contacts&for=ticked&query=&id={}", north[1])).await;
        assert!(preview.status == 200 && !preview.says("Anna"), "{}", preview.text());
        let territory = format!("/portal/contacts?territory={}", targets.territory);
        for path in ["/portal/contacts?q=anna", "/portal/search?q=anna", &territory, &format!("/portal/audit?contact={}", north[1])] {
            assert!(!browser.get(path).await.says("Anna Sample"), "{path}");
        }
        let file = browser.post("/portal/contacts/export", &[("query", "q=anna"), ("format", "csv")]).await.text();
        assert!(!file.contains("Anna"), "{file}");
        let gull = shop.texts("select account_number as t from retailers where name = 'Gull & Sons'", &[]).await.remove(0);
        let form = [("account_number", gull.as_str()), ("name", "Gull & Sons"), ("address", ""), ("territory", targets.territory.as_str()), ("version", "1")];
        let retailer = browser.get(&format!("/portal/contacts/{bert}")).await.text();
        let own = retailer.split("/portal/retailers/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let given_away = browser.post(&format!("/portal/retailers/{own}/edit"), &form).await;
        let nowhere: Vec<_> = form.map(|(name, value)| (name, if name == "territory" { UNKNOWN } else { value })).into();
        let unknown = browser.post(&format!("/portal/retailers/{own}/edit"), &nowhere).await;
        assert_eq!((given_away.status, unknown.status), (422, 422), "a territory that is not theirs");
        assert!(given_away.says("Choose a territory of the list") && !given_away.says("North<"), "{}", given_away.text());
        assert_eq!(shop.count("select count(*) as n from audit where contact_id is not null", &[]).await, before);
        assert!(staff_sign_in(&shop.browser(), "/portal", &rep.email, STAFF_PASSWORD).await.leads_to("/portal"));
    }
}
