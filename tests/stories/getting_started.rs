//! The first hours of an installation: what it begins with, how the first
//! person gets in, and the steps that tick themselves off.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat};
use tradepost::sessions::StaffKind;
use tradepost::staff::{BuiltIn, territories};

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::runs::{FAST, all_contacts};
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const STEPS: &str = "/portal/getting-started";
const MAIL: &str = "anna@harbour.example";
const IMPRINT: &str = "https://harbour.example/imprint";
const PRIVACY: &str = "https://harbour.example/privacy";

/// Does what the start of `tradepost serve` does.
async fn establishes(shop: &Shop) {
    let now = shop.clock.now();
    shop.db().write(move |tx| territories::establish(tx, now)).await.unwrap();
}

async fn sets(office: &Colleague, key: &str, value: &str) -> Reply {
    let field = key.rsplit('.').next().unwrap();
    office.browser.post(&format!("/portal/settings/{key}"), &[(field, value), ("version", "0")]).await
}

/// How many steps the page says are done.
async fn done(office: &Colleague) -> String {
    let page = office.browser.get(STEPS).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    text.split("id=\"steps-title\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap().to_owned()
}

async fn names(shop: &Shop) -> Vec<String> {
    shop.texts("select name as t from territories order by name", &[]).await
}

story! {
    async fn a_new_installation_has_a_territory_and_one_that_has_some_gets_none(kind) {
        let shop = Shop::open(kind).await;
        tokio::join!(establishes(&shop), establishes(&shop));
        assert_eq!(names(&shop).await, ["All customers"]);
        let owner = shop.staff(BuiltIn::Owner).await;
        let id = shop.texts("select name as t from territories", &[]).await;
        assert_eq!(id.len(), 1);
        let page = owner.browser.get("/portal/territories").await.text();
        let rename = page.split("action=\"/portal/territories/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let last = owner.browser.post(&format!("/portal/territories/{rename}/delete"), &[]).await;
        assert!(last.status == 422 && last.says("one must stay"), "{}", last.text());
        assert!(owner.browser.post(&format!("/portal/territories/{rename}"), &[("name", "Coast")]).await.leads_to("/portal/territories"));
        establishes(&shop).await;
        assert_eq!(names(&shop).await, ["Coast"], "renamed, and none beside it");
    }
}

story! {
    async fn the_first_retailer_can_be_entered_and_what_was_typed_is_kept(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let typed = [("account_number", "10001"), ("name", "Gull & Sons"), ("address", "1 Quay Street"), ("version", "0")];
        let refused = owner.browser.post("/portal/retailers/new", &typed).await;
        assert!(refused.status == 422 && refused.says("Gull & Sons"), "{}", refused.text());
        assert!(refused.says("1 Quay Street") && refused.says("Choose a territory"), "{}", refused.text());
        establishes(&shop).await;
        let form = owner.browser.get("/portal/retailers/new").await.text();
        let territory = form.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let filled: Vec<_> = typed.iter().copied().chain([("territory", territory.as_str())]).collect();
        let gone: Vec<_> = typed.iter().copied().chain([("territory", "0192c6c3-0000-7000-8000-000000000001")]).collect();
        let kept = owner.browser.post("/portal/retailers/new", &gone).await;
        assert!(kept.status == 422 && kept.says("1 Quay Street") && kept.says("Choose a territory"), "{}", kept.text());
        assert_eq!(owner.browser.post("/portal/retailers/new", &filled).await.status, 303);
    }
}

story! {
    async fn the_steps_tick_themselves_off_from_an_empty_database_to_the_first_customer_signed_in(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        assert_eq!(done(&owner).await, "0 of 9 done");
        let dashboard = owner.browser.get("/portal").await;
        assert!(dashboard.says("0 of 9 done") && dashboard.says("Next: Territories") && !dashboard.says("Nothing needs you now"), "{}", dashboard.text());
        establishes(&shop).await;
        assert_eq!(done(&owner).await, "1 of 9 done");
        sets(&owner, "supplier.accent", "#1f3a93").await;
        assert_eq!(done(&owner).await, "2 of 9 done");
        assert!(sets(&owner, "supplier.telephone", "+44 1947 000 000").await.leads_to("/portal/settings"));
        assert!(sets(&owner, "supplier.imprint_url", IMPRINT).await.leads_to("/portal/settings"));
        assert_eq!(done(&owner).await, "3 of 9 done", "an imprint alone is half");
        assert!(sets(&owner, "supplier.privacy_url", PRIVACY).await.leads_to("/portal/settings"));
        assert_eq!(done(&owner).await, "4 of 9 done");
        shop.smtp.set_mode(Mode::MESSAGE_REFUSED);
        assert!(owner.browser.post(&format!("{STEPS}/test-mails"), &[]).await.leads_to(STEPS));
        shop.quiet().await;
        let page = owner.browser.get(STEPS).await;
        assert!(page.says("Did not work") && page.says("554 5.7.1 Message refused") && page.says("4 of 9 done"), "{}", page.text());
        shop.smtp.set_mode(Mode::Accept);
        owner.browser.post(&format!("{STEPS}/test-mails"), &[]).await;
        shop.quiet().await;
        assert_eq!(done(&owner).await, "5 of 9 done");
        shop.contact("anna", MAIL).await;
        assert_eq!(done(&owner).await, "6 of 9 done");
        shop.staff(BuiltIn::Support).await;
        assert_eq!(done(&owner).await, "7 of 9 done");
        owner.starts_run(&all_contacts("invite", "access=not-invited"), &FAST).await;
        shop.runs_are("done", 1).await;
        shop.quiet().await;
        assert_eq!(done(&owner).await, "8 of 9 done");
        let (anna, temporary) = (shop.browser(), shop.mail_to(MAIL).await.temporary_password());
        anna.sign_in("anna", &temporary).await;
        assert!(anna.choose("trout9lamp").await.leads_to("/"));
        let last = owner.browser.get(STEPS).await;
        assert!(last.says("9 of 9 done") && last.says("Everything is done"), "{}", last.text());
        let dashboard = owner.browser.get("/portal").await;
        assert!(!dashboard.says("Getting started") && dashboard.says("Nothing needs you now"), "{}", dashboard.text());
    }
}

story! {
    async fn the_steps_are_put_away_for_everyone_by_who_may_and_brought_back(kind) {
        let shop = Shop::open(kind).await;
        let (owner, support) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::Support).await);
        let page = support.browser.get(STEPS).await;
        assert!(page.says("Your role doesn’t allow it") && !page.says("Put this page away") && !page.says("Send a test mail"), "{}", page.text());
        for act in ["away", "back", "test-mails"] {
            assert_eq!(support.browser.post(&format!("{STEPS}/{act}"), &[]).await.status, 403, "{act}");
        }
        assert!(support.browser.get("/portal").await.says("Getting started"));
        let (one, two) = (owner.browser.copy(), owner.browser.copy());
        let away = format!("{STEPS}/away");
        let both = tokio::join!(one.post(&away, &[]), two.post(&away, &[]));
        assert!(both.0.leads_to(STEPS) && both.1.leads_to(STEPS));
        assert!(one.get(STEPS).await.says("Undo"));
        assert!(!support.browser.get("/portal").await.says("Getting started"));
        assert!(owner.browser.get("/portal/settings").await.says(STEPS), "there is a way back");
        assert!(owner.browser.post(&format!("{STEPS}/back"), &[]).await.leads_to(STEPS));
        assert!(support.browser.get("/portal").await.says("Getting started"));
    }
}

story! {
    async fn an_installation_whose_customers_sign_in_has_nothing_to_get_started_with(kind) {
        let shop = Shop::open(kind).await;
        assert_eq!(shop.count("select count(*) as n from getting_started where closed_at is null", &[]).await, 1);
        shop.puts_first_steps_away().await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let dashboard = owner.browser.get("/portal").await;
        assert!(dashboard.says("Nothing needs you now") && !dashboard.says("Getting started"), "{}", dashboard.text());
    }
}

story! {
    async fn strangers_learn_how_the_first_person_gets_in_only_while_there_is_nobody(kind) {
        let shop = Shop::open(kind).await;
        for door in ["/portal/login", "/sales/login"] {
            let page = shop.browser().get(door).await;
            assert!(page.says("Nobody works here yet") && page.says("tradepost staff add --email"), "{}", page.text());
        }
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.run("update staff set active = $2 where id = $1", &[&owner.id, &false]).await;
        for door in ["/portal/login", "/sales/login"] {
            let page = shop.browser().get(door).await;
            assert!(!page.says("Nobody works here") && !page.says("tradepost") && page.says("name=\"password\""), "{}", page.text());
        }
    }
}

story! {
    async fn who_is_added_has_no_role_until_one_is_chosen(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let form = owner.browser.get("/portal/staff/new").await.text();
        let roles = form.split("<fieldset id=\"role\"").nth(1).and_then(|rest| rest.split("</fieldset>").next()).unwrap();
        assert!(!roles.contains("checked"), "{roles}");
        let place = |name: &str| roles.find(name).unwrap_or_else(|| panic!("no {name} in {roles}"));
        assert!(place("Support") < place("Sales admin") && place("Sales admin") < place("Owner"), "the least first: {roles}");
        assert!(roles.contains("They can see retailers and contacts") && roles.contains("Everything, for all retailers"), "{roles}");
        let typed = [("name", "Kim New"), ("email", "kim@harbour.example"), ("kind", "admin"), ("version", "0")];
        let refused = owner.browser.post("/portal/staff/new", &typed).await;
        assert!(refused.status == 422 && refused.says("Choose a role") && refused.says("Kim New"), "{}", refused.text());
    }
}

story! {
    async fn how_the_supplier_is_reached_stands_on_pages_and_in_mails(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anyone = shop.browser();
        assert!(!anyone.get("/login").await.says("site-foot"), "nothing to say yet");
        for (key, wrong) in [("supplier.imprint_url", "javascript:alert(1)"), ("supplier.privacy_url", "harbour.example"), ("supplier.terms_url", "ftp://harbour.example/"), ("supplier.telephone", "call us")] {
            let refused = sets(&owner, key, wrong).await;
            assert!(refused.status == 422 && refused.says("must be"), "{key}: {}", refused.text());
        }
        for (key, value) in [("supplier.telephone", "+44 1947 000 000"), ("supplier.imprint_url", IMPRINT), ("supplier.privacy_url", PRIVACY), ("supplier.terms_url", "https://harbour.example/terms")] {
            assert!(sets(&owner, key, value).await.leads_to("/portal/settings"), "{key}");
        }
        let page = anyone.get("/login").await;
        for words in ["Imprint</a>", "Privacy</a>", "Terms</a>", "href=\"tel:+441947000000\"", IMPRINT] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        assert!(anyone.get("/forgot-password/sent").await.says("You reach us at"), "where the page says “call us”");
        shop.contact("anna", MAIL).await;
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        for part in [mail.text_part(), mail.html_part()] {
            assert!(part.contains("+44 1947 000 000") && part.contains(IMPRINT) && part.contains("Terms"), "{part}");
        }
        shop.quiet().await;
        shop.run("update contacts set language = 'de'", &[]).await;
        shop.advance(Duration::from_mins(5));
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await.text_part();
        assert!(mail.contains("Telefon: +44 1947 000 000\nImpressum: https://harbour.example/imprint\nDatenschutz: "), "{mail}");
    }
}

story! {
    async fn a_customer_is_told_who_is_there_for_them_when_it_is_one_person(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        let anna = shop.signed_in("anna", "trout9lamp").await;
        let told = async |name: &str| anna.get("/").await.says(&format!("Your contact with us is {name}."));
        assert!(!anna.get("/").await.says("Your contact with us"));
        let rep = shop.staff(BuiltIn::SalesRep).await;
        assert!(told(&rep.name).await);
        shop.colleague(BuiltIn::SalesRep, StaffKind::Admin, &["North"]).await;
        assert!(told(&rep.name).await, "office staff are no reps");
        let second = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        assert!(!anna.get("/").await.says("Your contact with us"), "of two it is not said");
        shop.run("update staff set active = $2 where id = $1", &[&rep.id, &false]).await;
        assert!(told(&second.name).await);
    }
}

story! {
    async fn a_picture_counts_as_a_look_and_empty_pages_say_what_is_next(kind) {
        let shop = Shop::open(kind).await;
        establishes(&shop).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(64, 16).write_to(&mut file, ImageFormat::Png).unwrap();
        owner.browser.post_file("/portal/settings/logo", "logo", &file.into_inner()).await;
        assert_eq!(done(&owner).await, "2 of 9 done");
        for (path, words, act) in [
            ("/portal/retailers", "No customers yet", "href=\"/portal/imports\""),
            ("/portal/contacts", "No contacts yet", "href=\"/portal/imports\""),
            ("/portal/invitations", "No run yet", "href=\"/portal/contacts\""),
            ("/portal/imports", "Nothing has been imported yet", "type=\"file\""),
            ("/portal/search?q=nobody", "Nothing holds", "href=\"/portal/retailers\""),
            ("/portal/mail", "No mail waits", "href=\"/portal/settings/mails\""),
        ] {
            let page = owner.browser.get(path).await;
            assert!(page.says(words) && page.says(act) && !page.says("tradepost "), "{path}: {}", page.text());
        }
        let support = shop.staff(BuiltIn::Support).await;
        let page = support.browser.get("/portal/retailers").await;
        assert!(page.says("No customers yet") && !page.says("/portal/retailers/new"), "{}", page.text());
    }
}
