//! Settings change while Tradepost runs.

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::{Colleague, STAFF_PASSWORD};
use crate::support::shop::{Shop, eventually};

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";

/// Sends one setting's form by who saw its version.
async fn sets(office: &Colleague, key: &str, value: &str, version: &str) -> Reply {
    let field = key.rsplit('.').next().unwrap();
    office.browser.post(&format!("/portal/settings/{key}"), &[(field, value), ("version", version)]).await
}

/// Sends it as the page shows it and sees it saved.
async fn set(office: &Colleague, key: &str, value: &str) {
    let reply = sets(office, key, value, "0").await;
    assert!(reply.leads_to("/portal/settings"), "{key}: {} {}", reply.status, reply.text());
}

async fn is(office: &Colleague, words: &str) -> bool {
    office.browser.get("/portal/settings").await.says(words)
}

story! {
    async fn how_long_a_temporary_password_works_is_changed_and_mails_say_so(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.contact("anna", MAIL).await;
        assert!(is(&owner, "Now: 48 hours. That is the default.").await);
        set(&owner, "reset.valid_for", "90m").await;
        owner.starts_reset(anna).await;
        let mail = shop.mail_to(MAIL).await;
        assert!(mail.text_part().contains("for 90 minutes in all"), "{}", mail.text_part());
        shop.quiet().await;
        let temporary = mail.temporary_password();
        shop.advance(Duration::from_mins(91));
        assert!(!shop.lets_in("anna", &temporary).await, "it really ended");
    }
}

story! {
    async fn whether_a_reset_stops_the_current_password_is_changed(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, PASSWORD).await;
        set(&owner, "reset.mode", "replace").await;
        let office = shop.staff(BuiltIn::Support).await;
        office.starts_reset(shop.id("anna").await).await;
        shop.mail_to(MAIL).await;
        shop.quiet().await;
        assert!(!shop.lets_in("anna", PASSWORD).await);
    }
}

story! {
    async fn mails_name_the_username_from_now_on_or_not_again(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.contact("anna.gruber", MAIL).await;
        for (version, value) in [("0", "true"), ("1", "false")] {
            assert!(sets(&owner, "mail.include_username", value, version).await.leads_to("/portal/settings"));
            shop.resets("anna.gruber").await;
            let mail = shop.mail_to(MAIL).await;
            shop.quiet().await;
            assert_eq!(mail.text_part().contains("anna.gruber"), value == "true");
        }
    }
}

story! {
    async fn the_fewest_characters_of_a_password_are_changed(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, PASSWORD).await;
        set(&owner, "password.min_length", "12").await;
        let anna = shop.signed_in("anna", PASSWORD).await;
        assert!(anna.get("/password").await.says("12"));
        let short = anna.change_password(PASSWORD, "kelp7stone").await;
        assert!(short.status == 422 && short.says("12 characters"), "{}", short.text());
        assert!(anna.change_password(PASSWORD, "kelp7stonequay").await.status == 303);
        assert!(shop.lets_in("anna", "kelp7stonequay").await);
    }
}

story! {
    async fn the_name_is_changed_on_every_page_and_in_mails(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.contact("anna", MAIL).await;
        set(&owner, "supplier.name", "Quay <Trading> & Co").await;
        for path in ["/login", "/portal/login", "/sales/login"] {
            let page = shop.browser().get(path).await;
            assert!(page.text().contains("Quay &#60;Trading&#62;") && !page.says("Harbour Wholesale"), "{path}");
        }
        shop.resets("anna").await;
        assert!(shop.mail_to(MAIL).await.text_part().contains("Quay <Trading> & Co"));
    }
}

story! {
    async fn a_light_colour_gets_dark_words_on_pages_and_in_mails(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.contact("anna", MAIL).await;
        assert!(!shop.browser().get("/login").await.says("/brand.css"), "none is needed");
        set(&owner, "supplier.accent", "#ffd400").await;
        assert!(is(&owner, "Now: #ffd400.").await, "a light colour is as good as any");
        let login = shop.browser().get("/login").await.text();
        let sheet = login.split("href=\"").map(|rest| rest.split('"').next().unwrap()).find(|href| href.starts_with("/brand.css")).unwrap();
        let served = shop.browser().get(sheet).await;
        let sheet = served.text();
        assert!(sheet.contains("--accent-fill: light-dark(#ffd400, #ffd400)") && sheet.contains("--accent-text: light-dark(#1a1d1e, "), "{sheet}");
        let link = &sheet.split("--accent: light-dark(").nth(1).unwrap()[..7];
        assert!(link != "#ffd400" && sheet.contains(&format!("--accent-edge: light-dark({link}, ")), "words and edges have a shade: {sheet}");
        assert_eq!(served.header("content-type"), "text/css; charset=utf-8");
        assert_eq!(served.header("x-content-type-options"), "nosniff");
        assert!(served.header("cache-control").contains("immutable"));
        assert_eq!(shop.browser().get("/brand.css?v=old").await.header("cache-control"), "no-cache");
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await.html_part();
        assert!(mail.contains("background:#ffd400;color:#1a1d1e") && mail.contains(&format!("a {{ color: {link}; }}")), "{mail}");
        assert!(!mail.contains("#0d5b69") && !mail.contains("color:#ffffff"), "{mail}");
        let harm = sets(&owner, "supplier.accent", "red;}*{x", "1").await;
        assert!(harm.status == 422 && harm.says("must be a colour such as #1f3a93"));
    }
}

story! {
    async fn languages_are_offered_or_not(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let none = owner.browser.post("/portal/settings/supplier.languages", &[("version", "0")]).await;
        assert!(none.status == 422 && none.says("must name one language at least"), "{}", none.text());
        let other = sets(&owner, "supplier.languages", "de", "0").await;
        assert!(other.status == 422 && other.says("supplier.language"), "the language of people who have not chosen is offered: {}", other.text());
        set(&owner, "supplier.language", "de").await;
        set(&owner, "supplier.languages", "de").await;
        assert!(shop.browser().get("/login").await.says("lang=\"de\""), "English is asked for and not offered");
        let retailer = shop.retailer("Barlow & Sons", "North").await;
        let form = owner.browser.get(&format!("/portal/retailers/{retailer}/contacts/new")).await;
        assert!(form.says("German") && !form.says(">English<"), "{}", form.text());
    }
}

story! {
    async fn a_setting_goes_back_to_its_default_and_the_trail_says_who(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        set(&owner, "reset.valid_for", "7d").await;
        assert!(is(&owner, &format!("Changed by {}", owner.name)).await);
        assert!(is(&owner, "By default: 48 hours.").await);
        let back = owner.browser.post("/portal/settings/reset.valid_for", &[("valid_for", "7d"), ("version", "1"), ("back", "yes")]).await;
        assert!(back.leads_to("/portal/settings"), "{}", back.text());
        assert!(is(&owner, "Now: 48 hours. That is the default.").await);
        assert_eq!(shop.count("select count(*) as n from audit where act = 'setting-changed'", &[]).await, 2);
        let trail = owner.browser.get("/portal/audit?what=settings").await;
        assert!(trail.says(&format!("Setting reset.valid_for changed by {}", owner.name)), "{}", trail.text());
    }
}

story! {
    async fn what_the_operator_set_is_shown_and_stays(kind) {
        let shop = Shop::fixed(kind, &[("TRADEPOST_RESET__VALID_FOR", "24h")]).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.get("/portal/settings").await;
        assert!(page.says("reset.valid_for is set in environment variable TRADEPOST_RESET__VALID_FOR"), "{}", page.text());
        assert!(!page.says("name=\"valid_for\""));
        let refused = sets(&owner, "reset.valid_for", "48h", "0").await;
        assert!(refused.status == 409 && refused.says("is set in environment variable"), "{}", refused.text());
        assert_eq!(shop.app().settings().values.reset.valid_for, Duration::from_hours(24));
        assert_eq!(shop.count("select count(*) as n from settings", &[]).await, 0);
        let stored = "insert into settings (name, value, version, changed_at) values ('reset.valid_for', '7d', 1, 1)";
        shop.run(stored, &[]).await;
        shop.app().follow().await.unwrap();
        assert_eq!(shop.app().settings().values.reset.valid_for, Duration::from_hours(24), "the operator wins");
    }
}

story! {
    async fn what_no_longer_goes_with_the_rest_does_not_keep_it_from_starting(kind) {
        let mut shop = Shop::open(kind).await;
        let rows = "insert into settings (name, value, version, changed_at) values ('reset.valid_for', 'soon', 1, 1), ('gone.away', 'x', 1, 1), ('supplier.name', 'Quay', 1, 1)";
        shop.run(rows, &[]).await;
        shop.restart().await;
        let values = shop.app().settings().values.clone();
        assert_eq!((values.reset.valid_for, values.supplier.as_str()), (Duration::from_hours(48), "Quay"));
    }
}

story! {
    async fn of_two_who_change_the_same_the_second_is_told(kind) {
        let shop = Shop::open(kind).await;
        let (one, two) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::Owner).await);
        let (first, second) = tokio::join!(sets(&one, "password.min_length", "10", "0"), sets(&two, "password.min_length", "14", "0"));
        let (saved, told) = if first.status == 303 { (first, second) } else { (second, first) };
        assert!(saved.leads_to("/portal/settings"));
        assert!(told.status == 409 && told.says("Someone was quicker"), "{}", told.text());
        assert!(told.says("value=\"14\"") || told.says("value=\"10\""), "what was typed is kept");
        assert_eq!(shop.count("select version as n from settings", &[]).await, 1);
    }
}

story! {
    async fn bad_values_are_said_in_words_and_change_nothing(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let long = "x".repeat(200);
        for (key, value, words) in [
            ("reset.valid_for", "9m", "This must be a time from 10m to 30d, such as 48h."),
            ("reset.valid_for", "soon", "This must be a time from 10m to 30d, such as 48h."),
            ("reset.mode", "sometimes", "This must be parallel or replace."),
            ("mail.include_username", "maybe", "This must be true or false."),
            ("password.min_length", "7", "This must be a whole number from 8 to 64."),
            ("password.min_length", "65", "This must be a whole number from 8 to 64."),
            ("supplier.language", "fr", "This must be en or de."),
            ("supplier.name", "", "This"),
            ("supplier.name", long.as_str(), "This"),
        ] {
            let reply = sets(&owner, key, value, "0").await;
            assert!(reply.status == 422 && reply.says(words), "{key} {value}: {}", reply.text());
        }
        assert_eq!(sets(&owner, "database.url", "sqlite:other.db", "0").await.status, 404, "no other key");
        assert_eq!(owner.browser.post("/portal/settings/reset.mode", &[("mode", "replace")]).await.status, 422);
        assert_eq!(owner.browser.post("/portal/settings/reset.mode", &[("mode", "replace"), ("version", "0"), ("more", "x")]).await.status, 422);
        assert_eq!(shop.count("select count(*) as n from settings", &[]).await, 0);
    }
}

story! {
    async fn only_who_may_sees_or_changes_settings(kind) {
        let shop = Shop::open(kind).await;
        let (reader, support) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::Support).await);
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let page = reader.browser.get("/portal/settings").await;
        assert!(page.status == 200 && !page.says("name=\"version\""), "they look and can't change");
        assert_eq!(sets(&reader, "reset.mode", "replace", "0").await.status, 403);
        assert_eq!(support.browser.get("/portal/settings").await.status, 403);
        assert_eq!(rep.browser.get("/portal/settings").await.status, 404);
        assert!(!support.browser.get("/portal").await.says("/portal/settings"));
        assert_eq!(shop.count("select count(*) as n from settings", &[]).await, 0);
    }
}

story! {
    async fn a_change_asks_again_who_is_there_and_keeps_what_was_typed(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.advance(Duration::from_mins(6));
        let asked = sets(&owner, "reset.valid_for", "7d", "0").await;
        assert!(asked.status == 403 && asked.says("value=\"7d\""), "{}", asked.text());
        assert_eq!(shop.count("select count(*) as n from settings", &[]).await, 0);
        let proved = [("valid_for", "7d"), ("version", "0"), ("proof_password", STAFF_PASSWORD)];
        assert!(owner.browser.post("/portal/settings/reset.valid_for", &proved).await.leads_to("/portal/settings"));
    }
}

story! {
    async fn another_node_and_commands_follow(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let served = shop.serves().await;
        assert!(served.browser().get("/login").await.says("lang=\"en\""));
        set(&owner, "supplier.name", "Quay Trading").await;
        eventually("the other node says the new name", async || {
            served.browser().get("/login").await.says("Quay Trading").then_some(())
        })
        .await;
        set(&owner, "reset.mode", "replace").await;
        drop(served);
        shop.member("anna", MAIL, PASSWORD).await;
        let (code, said) = shop.tradepost(&["reset", "anna"]).await;
        assert_eq!(code, 0, "{said}");
        shop.mail_to(MAIL).await;
        shop.quiet().await;
        assert!(!shop.lets_in("anna", PASSWORD).await, "the command knows the mode");
    }
}
