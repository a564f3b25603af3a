//! The password rule, as it is met at the door (promise 8).

use crate::support::client::{Browser, Reply};
use crate::support::database::Kind;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";

/// A contact about to choose, and the temporary password they came by.
async fn choosing(shop: &Shop) -> (Browser, String) {
    shop.member("anna.gruber", MAIL, PASSWORD).await;
    let temporary = shop.temporary_password("anna.gruber").await;
    let browser = shop.browser();
    assert!(browser.sign_in("anna.gruber", &temporary).await.leads_to("/password"));
    (browser, temporary)
}

fn assert_refused(reply: &Reply, typed: &str, why: &str) {
    assert_eq!(reply.status, 422, "{typed:?} was let through");
    assert!(reply.says(why), "{typed:?}: not told that {why:?}");
    let shown = reply.text().replace("value=\"anna.gruber\"", "");
    assert!(typed.is_empty() || !shown.contains(typed), "{typed:?} is shown again");
}

story! {
    async fn promise_08_each_part_of_the_rule_is_told_beside_the_field(kind) {
        let shop = Shop::open(kind).await;
        let (browser, temporary) = choosing(&shop).await;
        let lower = temporary.to_lowercase();
        let cases = [
            ("lamp9xy", "Choose at least 8 characters."),
            ("trout lamp", "Add at least one digit."),
            ("82645910", "Add at least one letter."),
            ("anna.gruber", "Choose something other than your username."),
            ("AnnaGruber2026!", "Choose something other than your username."),
            ("harbour-gifts1", "Choose something other than the name of your shop or ours."),
            ("Harbour Wholesale 7", "Choose something other than the name of your shop or ours."),
            ("password1", "That password is among the first ones a thief tries."),
            ("Sommer2026", "That password is too easy to guess."),
            ("Harbour2026!", "Choose something other than the name of your shop or ours."),
            ("Password!1", "That password is"),
            ("abcd1234", "That password is among the first ones a thief tries."),
            (PASSWORD, "That is your current password."),
            (temporary.as_str(), "That is the temporary password."),
            (lower.as_str(), "That is the temporary password."),
        ];
        for (typed, why) in cases {
            assert_refused(&browser.choose(typed).await, typed, why);
        }
        assert_refused(&browser.choose("").await, "", "Choose a password.");
        let long = "x9".repeat(129);
        assert_refused(&browser.choose(&long[..257]).await, &long[..257], "Choose at most 256 characters.");
        assert_refused(&browser.choose(&long.repeat(50)).await, &long, "Choose at most 256 characters.");
        let differ = browser.post("/password", &[("new_password", "lamp of 9 trouts"), ("confirm_password", "lamp of 9 trout")]).await;
        assert_refused(&differ, "lamp of 9 trout", "The two passwords differ.");
        assert!(shop.lets_in("anna.gruber", PASSWORD).await && shop.lets_in("anna.gruber", &temporary).await, "nothing changed");
    }
}

story! {
    async fn promise_08_several_faults_are_told_at_once(kind) {
        let shop = Shop::open(kind).await;
        let (browser, _) = choosing(&shop).await;
        let page = browser.choose("lamp").await;
        assert!(page.says("Choose at least 8 characters.") && page.says("Add at least one digit."));
    }
}

async fn any_of_these_will_do(kind: Kind, passwords: &[&str]) {
    let shop = Shop::open(kind).await;
    let mut current = PASSWORD.to_owned();
    shop.member("anna", MAIL, PASSWORD).await;
    let browser = shop.signed_in("anna", PASSWORD).await;
    for typed in passwords {
        let reply = browser.change_password(&current, typed).await;
        assert!(reply.leads_to("/account"), "{typed:?}: {}", reply.text());
        assert!(shop.lets_in("anna", typed).await, "{typed:?}");
        (*typed).clone_into(&mut current);
    }
}

story! {
    async fn promise_08_any_script_spaces_and_256_characters_will_do(kind) {
        let longest = "Rain on 🌻, 9 lamps".chars().cycle().take(256).collect::<String>();
        let passwords = [
            "trout9 lamp",
            "  leading and trailing 9  ",
            "дождьвчера5",
            "مطر على٣ المدينة",
            "雨が降る日に散歩8",
            "🌻🌧sonne🌈🌼2",
            "quote\"<b>'9&amp;=%20+",
            longest.as_str(),
        ];
        any_of_these_will_do(kind, &passwords).await;
    }
}

story! {
    async fn promise_08_nothing_is_cut_off(kind) {
        let shop = Shop::open(kind).await;
        let long = "0123456789abcdef".repeat(16);
        shop.member("anna", MAIL, &long).await;
        assert!(shop.lets_in("anna", &long).await);
        assert!(!shop.lets_in("anna", &long[..255]).await && !shop.lets_in("anna", &format!("{}g", &long[..255])).await);
    }
}

story! {
    async fn promise_08_stolen_ones_are_refused_by_the_operators_list(kind) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("stolen.txt");
        std::fs::write(&file, "lamp of 9 trouts\nviolet harbour ladder 43 moss\n").expect("a file");
        let shop = Shop::with(kind, &[("password.breached_file", file.to_str().expect("a path"))]).await;
        let (browser, _) = choosing(&shop).await;
        let why = "That password was stolen somewhere";
        assert_refused(&browser.choose("lamp of 9 trouts").await, "lamp of 9 trouts", why);
        assert!(browser.choose("another 9 trouts").await.leads_to("/"));
        let office = shop.staff(tradepost::staff::BuiltIn::SalesAdmin).await;
        let word = "violet harbour ladder 43 moss";
        let typed = [("current_password", crate::support::people::STAFF_PASSWORD), ("new_password", word), ("confirm_password", word)];
        assert!(office.browser.post("/portal/me/password", &typed).await.says(why));
    }
}

story! {
    async fn promise_08_the_operator_may_ask_for_more(kind) {
        let shop = Shop::with(kind, &[("password.min_length", "14")]).await;
        let (browser, _) = choosing(&shop).await;
        let page = browser.get("/password").await;
        assert!(page.says("At least 14 characters") && page.says("data-min=\"14\""));
        assert_refused(&browser.choose("trout9 lampsx").await, "trout9 lampsx", "Choose at least 14 characters.");
        assert!(browser.choose("trout9 lampsxy").await.leads_to("/"));
    }
}

story! {
    async fn promise_08_the_page_is_made_for_password_managers(kind) {
        let shop = Shop::open(kind).await;
        let (browser, _) = choosing(&shop).await;
        let page = browser.get("/password").await.text();
        assert!(page.contains("autocomplete=\"new-password\"") && page.contains("autocomplete=\"username\""));
        assert!(page.contains("value=\"anna.gruber\""), "the manager knows whose it is");
        assert!(!page.contains("onpaste") && !page.contains("maxlength=\"16\""));
        let reply = browser.post("/password", &[("username", "anna.gruber"), ("new_password", "lamp of 9 trouts"), ("confirm_password", "lamp of 9 trouts")]).await;
        assert!(reply.leads_to("/"));
        assert!(shop.browser().get("/.well-known/change-password").await.leads_to("/password"));
    }
}
