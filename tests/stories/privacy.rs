//! What is known about a contact is told, erased, and kept no longer than it
//! has to be.

use std::time::Duration;

use tradepost::kernel::Token;
use tradepost::kernel::id::ContactId;
use tradepost::sessions::{self, StaffKind};
use tradepost::staff::BuiltIn;
use tradepost::{account, audit};

use crate::support::client::Reply;
use crate::support::people::{Colleague, STAFF_PASSWORD};
use crate::support::shop::Shop;

pub const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "zebulon@oldmail.example";
pub const NEW_MAIL: &str = "quimby@newmail.example";
const ADDRESS: &str = "203.0.113.77";

impl Colleague {
    pub async fn erases(&self, contact: ContactId, name: &str) -> Reply {
        self.browser.post(&format!("/portal/contacts/{contact}/erase"), &[("name", name)]).await
    }
}

/// Someone with a past: signed in, refused, invited, reset, moved their mail,
/// part of a run, merged with another record.
pub async fn past(shop: &Shop, office: &Colleague) -> ContactId {
    let id = shop.member("zebulon", MAIL, PASSWORD).await;
    let other = shop.member("zebulina", "zebulina@oldmail.example", PASSWORD).await;
    shop.run("update contacts set phone = '+44 1947 555 777'", &[]).await;
    let home = || shop.browser().coming_from(ADDRESS);
    assert!(home().sign_in("zebulina", PASSWORD).await.leads_to("/"));
    office.starts_reset(other).await;
    shop.mail_to("zebulina@oldmail.example").await;
    shop.quiet().await;
    let merged =
        office.browser.post(&format!("/portal/contacts/{id}/merge"), &[("other", &other.to_string())]).await;
    assert_eq!(merged.status, 303, "{merged:?}");
    home().sign_in("zebulon", "wrong9lamp").await;
    let browser = home().calling_itself("Zebbrowser/1.0 (Linux)");
    assert!(browser.sign_in("zebulon", PASSWORD).await.leads_to("/"));
    browser.post("/account/name", &[("name", "Zebulon Quimby")]).await;
    browser.post("/account/email", &[("email", NEW_MAIL), ("current_password", PASSWORD)]).await;
    let link = shop.mail_to(NEW_MAIL).await.link("/account/email/confirm/");
    assert_eq!(browser.post(&link, &[]).await.status, 303);
    home().forgot_password("zebulon").await;
    shop.mail_of("reset", NEW_MAIL).await;
    shop.quiet().await;
    id
}

/// Where the names of someone with a past could still be.
const NAMES: [&str; 9] = [
    "zebulon",
    "zebulina",
    "quimby",
    "oldmail",
    "newmail",
    "1947 555 777",
    "1947555777",
    "203.0.113.77",
    "zebbrowser",
];

async fn assert_nothing_left(shop: &Shop) {
    let rows = shop.database.rows().await;
    assert!(rows.contains("harbour gifts") && rows.contains("erased contact"), "the dump is one");
    for name in NAMES {
        assert!(
            !rows.contains(name),
            "{name} is left: {:?}",
            rows.lines().filter(|line| line.contains(name)).collect::<Vec<_>>()
        );
    }
}

pub async fn assert_whole(shop: &Shop) {
    assert_eq!(shop.db().read(|tx| audit::verify(tx, &[])).await.unwrap().broken, None);
}

story! {
    async fn erasing_leaves_nothing_that_names_them_and_the_chain_whole(kind) {
        let shop = Shop::with(kind, &[("http.trusted_proxies", "127.0.0.1")]).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let id = past(&shop, &office).await;
        let kept = shop.contact("berta", "berta@harbour.example").await;
        let before = shop.database.rows().await;
        for name in NAMES {
            assert!(before.contains(name), "the story left no {name}");
        }
        let page = office.browser.get(&format!("/portal/contacts/{id}/erase")).await;
        for words in ["Zebulon Quimby", "Harbour Gifts", "Account 10001", "can’t be undone"] {
            assert!(page.status == 200 && page.says(words), "{words}: {}", page.text());
        }
        let wrong = office.erases(id, "Zebulon").await;
        assert!(wrong.status == 422 && wrong.says("That is not their name"), "{}", wrong.text());
        assert!(shop.database.rows().await.contains("quimby"), "nothing was changed");
        let done = office.erases(id, " zebulon  quimby ").await;
        assert!(done.status == 303 && done.location().starts_with("/portal/retailers/"), "{}", done.text());
        assert_nothing_left(&shop).await;
        assert_whole(&shop).await;
        let trail = office.browser.get("/portal/audit").await;
        assert!(trail.says("Erased by Robin Colleague") && trail.says("Erased contact") && !trail.says(&format!("/portal/contacts/{id}\"")), "{}", trail.text());
        for page in ["", "/erase", "/edit", "/sign-in", "/resets/new"] {
            assert_eq!(office.browser.get(&format!("/portal/contacts/{id}{page}")).await.status, 404, "{page}");
        }
        assert_eq!(office.erases(id, "Erased contact").await.status, 404, "once");
        for list in ["/portal/contacts", "/portal/search?q=erased", "/portal/search?q=zebulon"] {
            let list = office.browser.get(list).await;
            assert!(list.status == 200 && !list.says("Erased contact"), "{}", list.text());
        }
        assert!(office.browser.get("/portal/contacts").await.says("Berta Sample"), "others are there");
        shop.run("update retailers set name = 'Harbour Gifts & Co' where name = 'Harbour Gifts'", &[]).await;
        shop.run("update mails set state = 'bounced' where contact_id = $1", &[&id]).await;
        assert_eq!(shop.count("select count(*) as n from contact_listings", &[]).await, 1, "whatever changes later lists nobody anew");
        assert_eq!(office.browser.get(&format!("/portal/contacts/{kept}")).await.status, 200);
        assert!(!shop.lets_in("zebulon", PASSWORD).await);
    }
}

story! {
    async fn whoever_is_erased_is_signed_out_and_no_password_lets_them_in(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        assert_eq!(office.erases(anna, "Anna Sample").await.status, 303);
        assert!(browser.get("/account").await.leads_to("/login"));
        assert!(!shop.lets_in("anna", PASSWORD).await && !shop.lets_in("anna", &temporary).await);
        shop.contact("anna", "anna@harbour.example").await;
        assert_ne!(shop.id("anna").await, anna, "their username is free for someone new");
        assert!(!shop.lets_in("anna", &temporary).await, "and nothing of theirs comes with it");
    }
}

story! {
    async fn mail_that_waits_for_the_erased_is_not_sent(kind) {
        let mut shop = Shop::idle(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.signed_in("anna", PASSWORD).await.change_password(PASSWORD, "lamp of 9 trouts").await;
        office.starts_reset(anna).await;
        assert!(shop.count("select count(*) as n from mails where finished_at is null", &[]).await >= 2);
        assert_eq!(office.erases(anna, "Anna Sample").await.status, 303);
        assert_eq!(shop.count("select count(*) as n from mails where state <> 'cancelled' or to_address <> ''", &[]).await, 0);
        shop.restart().await;
        shop.quiet().await;
        assert!(shop.smtp.mails().is_empty());
    }
}

story! {
    async fn of_two_who_erase_at_once_one_finds_nothing(kind) {
        let shop = Shop::open(kind).await;
        let (one, two) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::Owner).await);
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let (first, second) = tokio::join!(one.erases(anna, "Anna Sample"), two.erases(anna, "Anna Sample"));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404]);
        assert_eq!(shop.count("select count(*) as n from audit where act = 'contact-erased'", &[]).await, 1);
    }
}

story! {
    async fn only_who_may_change_sign_in_everywhere_erases_and_proves_who_they_are(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let support = shop.staff(BuiltIn::Support).await;
        assert_eq!(support.erases(anna, "Anna Sample").await.status, 403);
        assert_eq!(support.browser.get(&format!("/portal/contacts/{anna}/erase")).await.status, 403);
        let bounded = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let allowed = r#"{"customers":"write","staff":"none","reach":"own_territories","acts":["change_sign_in","export"]}"#;
        shop.run("update roles set permissions = $1 where id = (select role_id from staff where id = $2)", &[&allowed, &bounded.id]).await;
        assert_eq!(bounded.erases(anna, "Anna Sample").await.status, 403, "one territory is not enough");
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.advance(Duration::from_mins(6));
        let asked = office.erases(anna, "Anna Sample").await;
        assert!(asked.status == 403 && asked.says("Anna Sample"), "what was typed is kept: {}", asked.text());
        assert_eq!(shop.count("select count(*) as n from contacts where erased_at is not null", &[]).await, 0);
        let fields = [("name", "Anna Sample"), ("proof_password", STAFF_PASSWORD)];
        assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/erase"), &fields).await.status, 303);
    }
}

story! {
    async fn whoever_moved_is_erased_where_they_are_and_a_run_goes_on_without_them(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let gull = shop.retailer("Gull & Sons", "South").await;
        assert_eq!(owner.browser.post(&format!("/portal/contacts/{anna}/move"), &[("to", &gull.to_string())]).await.status, 303);
        let run = owner.starts_run(&crate::support::runs::ticked("invite", &[anna]), &crate::support::runs::FAST).await;
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert!(owner.erases(anna, "Anna Sample").await.leads_to(&format!("/portal/retailers/{gull}")));
        let page = owner.browser.get(&run).await;
        assert!(page.status == 200 && page.says("Erased contact") && !page.says("Anna"), "{}", page.text());
        assert_whole(&shop).await;
        let rows = shop.database.rows().await;
        assert!(!rows.contains("anna@") && !rows.contains("anna sample"), "{rows}");
    }
}

story! {
    async fn a_run_that_was_to_reach_the_erased_leaves_them_out(kind) {
        let mut shop = Shop::idle(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let (anna, berta) = (shop.contact("anna", "anna@harbour.example").await, shop.contact("berta", "berta@harbour.example").await);
        owner.starts_run(&crate::support::runs::ticked("invite", &[anna, berta]), &crate::support::runs::FAST).await;
        assert_eq!(owner.erases(anna, "Anna Sample").await.status, 303);
        shop.restart().await;
        shop.mail_to("berta@harbour.example").await;
        shop.runs_are("done", 1).await;
        assert_eq!(shop.items().await, ["Berta Sample: done", "Erased contact: gone"]);
        assert_eq!(shop.invited(), ["berta@harbour.example"]);
    }
}

story! {
    async fn what_they_were_about_to_do_when_they_were_erased_is_not_done(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let cookies = shop.signed_in("anna", PASSWORD).await.cookies();
        let token = cookies.values().find_map(|value| Token::parse(value)).unwrap().digest();
        let now = shop.clock.now();
        let session = shop.db().read(move |tx| sessions::find_contact(tx, token, now)).await.unwrap().unwrap();
        assert_eq!(office.erases(anna, "Anna Sample").await.status, 303);
        let rename = shop.db().write(move |tx| account::rename(tx, &session, "Anna Again", ADDRESS, now)).await;
        assert!(matches!(rename, Err(tradepost::Error::NotFound)), "{rename:?}");
        let rows = shop.database.rows().await;
        assert!(!rows.contains("anna again") && !rows.contains(ADDRESS));
    }
}

/// The keys of the file: documented in docs/privacy.md, and there to stay.
const KEYS: [&str; 13] = [
    "change_requests",
    "email_changes",
    "format",
    "history",
    "mails",
    "merged_records",
    "passkeys",
    "person",
    "resets",
    "retailer",
    "runs",
    "sessions",
    "taken_at",
];

/// What must never leave: hashes, digests, salts, of anyone.
async fn secrets(shop: &Shop) -> Vec<String> {
    let sql = "select password_hash as t from contacts where password_hash is not null union select hash as t from temporary_passwords";
    shop.texts(sql, &[]).await
}

story! {
    async fn an_export_holds_everything_known_and_no_secret(kind) {
        let shop = Shop::with(kind, &[("http.trusted_proxies", "127.0.0.1")]).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let id = past(&shop, &owner).await;
        owner.starts_run(&crate::support::runs::ticked("access-off", &[id]), &crate::support::runs::FAST).await;
        shop.runs_are("done", 1).await;
        let page = owner.browser.get(&format!("/portal/contacts/{id}")).await;
        assert!(page.says(&format!("/portal/contacts/{id}/privacy")), "{}", page.text());
        let page = owner.browser.get(&format!("/portal/contacts/{id}/privacy")).await;
        let file = owner.browser.post(&format!("/portal/contacts/{id}/privacy/export"), &[]).await;
        assert!(file.status == 200 && file.header("content-disposition").starts_with("attachment; filename=\"data-"), "{file:?}");
        let text = file.text();
        for word in ["Zebulon Quimby", "zebulon", MAIL, NEW_MAIL, "+44 1947 555 777", "Harbour Gifts", "10001", "North", ADDRESS, "Zebbrowser/1.0 (Linux)", "zebulina@oldmail.example", "Zebulina Sample"] {
            assert!(text.contains(word), "the file has no {word}: {text}");
            assert!(page.says(word), "the page has no {word}: {}", page.text());
        }
        let secrets = secrets(&shop).await;
        assert!(secrets.len() > 1);
        for secret in secrets {
            assert!(!text.contains(&secret) && !page.says(&secret), "{secret}");
        }
        assert!(!text.contains("127.0.0.1"), "from where staff acted is theirs: {text}");
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut keys: Vec<_> = file.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!((keys, &file["format"]), (KEYS.to_vec(), &serde_json::json!(1)));
        for part in ["history", "mails", "merged_records", "resets", "runs", "sessions", "email_changes"] {
            assert!(!file[part].as_array().unwrap().is_empty(), "{part}");
        }
        assert_eq!((&file["person"]["username"], &file["person"]["has_password"]), (&serde_json::json!("zebulon"), &serde_json::json!(true)));
        assert!(owner.browser.get("/portal/audit").await.says("Everything known about them exported by Robin"));
    }
}

story! {
    async fn who_may_not_export_or_see_a_contact_gets_nothing_of_them(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let gull = shop.retailer("Gull & Sons", "South").await;
        let bert = shop.contact_at(gull, "bert", "bert@gull.example").await;
        let (page, file) = (|id| format!("/portal/contacts/{id}/privacy"), |id| format!("/portal/contacts/{id}/privacy/export"));
        let support = shop.staff(BuiltIn::Support).await;
        assert_eq!(support.browser.get(&page(anna)).await.status, 403);
        assert_eq!(support.browser.post(&file(anna), &[]).await.status, 403);
        assert!(!support.browser.get(&format!("/portal/contacts/{anna}")).await.says("/privacy"), "nor is it offered");
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let allowed = r#"{"customers":"read","staff":"none","reach":"own_territories","acts":["export"]}"#;
        shop.run("update roles set permissions = $1 where id = (select role_id from staff where id = $2)", &[&allowed, &rep.id]).await;
        assert_eq!(rep.browser.post(&file(anna), &[]).await.status, 200);
        for id in [bert, ContactId::new(shop.clock.now())] {
            assert_eq!(rep.browser.get(&page(id)).await.status, 404);
            assert_eq!(rep.browser.post(&file(id), &[]).await.status, 404);
        }
        shop.advance(Duration::from_mins(6));
        let asked = rep.browser.post(&file(anna), &[]).await;
        assert!(asked.status == 403 && !asked.says("anna@harbour.example"), "who is there is asked once more");
        assert_eq!(shop.count("select count(*) as n from audit where act = 'contact-data-exported'", &[]).await, 1);
    }
}

story! {
    async fn contacts_take_what_is_known_of_them_with_their_password(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("berta", "berta@harbour.example").await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let choosing = shop.browser();
        choosing.sign_in("anna", &temporary).await;
        assert!(choosing.get("/account/data").await.leads_to("/password"));
        assert!(choosing.post("/account/data/export", &[("current_password", &temporary)]).await.leads_to("/password"));
        let browser = shop.signed_in("anna", PASSWORD).await;
        assert!(browser.get("/account").await.says("/account/data"));
        let page = browser.get("/account/data").await;
        assert!(page.status == 200 && page.says("anna@harbour.example") && !page.says("berta"), "{}", page.text());
        for wrong in ["wrong9lamp", "", &temporary] {
            let refused = browser.post("/account/data/export", &[("current_password", wrong)]).await;
            assert!(refused.status == 422 && !refused.says("\"format\""), "{wrong}: {}", refused.text());
        }
        let file = browser.post("/account/data/export", &[("current_password", PASSWORD)]).await;
        assert!(file.status == 200 && file.text().contains("\"format\": 1") && file.text().contains("anna@harbour.example"), "{}", file.text());
        assert!(!file.text().contains("berta"));
        let note = "select count(*) as n from audit where act = 'contact-data-exported' and actor = 'contact' and door = 'website'";
        assert_eq!(shop.count(note, &[]).await, 1, "once, when it was taken");
    }
}

story! {
    async fn a_page_shows_the_newest_hundred_and_the_file_has_all(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        for n in 0..101 {
            office.switches_access(anna, if n % 2 == 0 { "off" } else { "on" }).await;
        }
        let path = format!("/portal/contacts/{anna}/privacy");
        let page = office.browser.get(&path).await;
        assert!(page.says("The newest are shown") && page.text().matches("Website access turned").count() == 100, "{}", page.text());
        assert!(page.says("more than 100") && page.says("Show 95 more"), "five are in sight, the others folded away: {}", page.text());
        assert!(page.says("Nothing is kept under: ") && page.says("Passkeys"), "{}", page.text());
        let owner = shop.staff(BuiltIn::Owner).await;
        let contact = owner.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(contact.says("Show 42 more") && contact.says(&format!("/portal/audit?contact={anna}")), "{}", contact.text());
        let (in_sight, _) = contact.text().split_once("Show 42 more").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert_eq!(in_sight.matches("Website access turned").count(), 8, "{in_sight}");
        let file: serde_json::Value = serde_json::from_str(&office.browser.post(&format!("{path}/export"), &[]).await.text()).unwrap();
        let history = file["history"].as_array().unwrap();
        assert_eq!(history.iter().filter(|entry| entry["what"].as_str().unwrap().starts_with("Website access turned")).count(), 101);
        assert_eq!(history[0]["event"], "contact-data-exported", "that it is taken is in it");
    }
}
