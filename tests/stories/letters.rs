//! The office words its mails in paragraphs, without templates.

use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::shop::Shop;

const MAIL: &str = "anna@harbour.example";
const RESET: &str = "/portal/settings/mails/reset/en";
const INVITATION: &str = "/portal/settings/mails/invitation/en";
const OPENING: &str = "Ahoy {contact},\r\n\r\na key to {supplier} for {retailer}:";

/// The words of a reset in its places, with one of them as said.
fn words<'w>(slot: &str, words: &'w str, version: &'w str) -> Vec<(&'static str, &'w str)> {
    let usual = [
        ("subject", "Your key to {supplier}"),
        ("heading", "Your key"),
        ("opening", OPENING),
        ("text", "It works until {until}."),
        ("button", "Come in"),
        ("closing", ""),
    ];
    let mut fields = vec![("view", "words"), ("version", version)];
    fields.extend(usual.map(|(name, usual)| (name, if name == slot { words } else { usual })));
    fields
}

async fn saves(office: &Colleague, slot: &str, typed: &str, version: &str) -> Reply {
    office.browser.post(RESET, &words(slot, typed, version)).await
}

/// The page in plain signs.
fn plain(reply: &Reply) -> String {
    let text = reply.text().replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<");
    text.replace("&#62;", ">").replace("&#38;", "&")
}

story! {
    async fn words_and_fields_make_both_parts_and_what_a_mail_needs_stays(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        let page = owner.browser.get(RESET).await;
        assert!(page.says("Hello {contact},") && !page.says("{{ person }}"), "{}", page.text());
        assert!(page.says("The temporary password, alone on its line."));
        let saved = saves(&owner, "", "", "0").await;
        assert!(saved.leads_to(RESET), "{}", saved.text());
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        assert_eq!(mail.subject(), "Your key to Harbour Wholesale");
        let (text, html) = (mail.text_part(), mail.html_part());
        assert!(text.starts_with("Ahoy Anna Sample,\n\na key to Harbour Wholesale for "), "{text}");
        assert!(text.contains("Come in:\nhttp") && text.contains("cancel it here:\n"), "{text}");
        assert!(text.lines().any(|line| line == mail.temporary_password()), "{text}");
        assert!(html.contains(">Ahoy Anna Sample,</p>") && html.contains(">Come in</a>") && html.contains(">Your key</h1>"), "{html}");
        assert!(html.contains("cancel it</a>") && html.contains(&mail.temporary_password()), "{html}");
        let page = owner.browser.get(RESET).await;
        assert!(page.says("Version 1") && page.says("Ahoy {contact},") && page.says("value=\"Come in\""), "{}", page.text());
    }
}

story! {
    async fn promise_01_words_are_never_read_as_html_or_templates(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        for (slot, typed, because) in [
            ("text", "Use {password} now", "there is no field {password} here; there are {contact}, {retailer}"),
            ("subject", "For {until}", "Subject: there is no field {until} here"),
            ("button", "{contact}", "Words of the button: there is no field {contact} here; there are none"),
            ("opening", "{{ password }}", "one brace on each side, such as {supplier}"),
            ("closing", "{% if x %}", "At the end: a field is written with one brace"),
            ("subject", " ", "Subject: it is empty"),
            ("button", "a".repeat(41).as_str(), "longer than 40 characters"),
            ("closing", "x".repeat(4001).as_str(), "longer than 4000 characters"),
            ("text", "a\u{202e}b", "a character that can’t be shown"),
        ] {
            let refused = saves(&owner, slot, typed, "0").await;
            let page = plain(&refused);
            assert!(refused.status == 422 && page.contains(because) && page.contains("That can’t be saved yet"), "{typed}: {page}");
            assert!(page.contains(typed.trim()), "what was typed is kept: {typed}");
        }
        let evil = "<a href=\"https://evil.example/?p=\">x</a> https://evil.example/?p=";
        assert!(saves(&owner, "opening", evil, "0").await.leads_to(RESET));
        shop.run("update contacts set name = '<b>{contact}</b> {{ password }}'", &[]).await;
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        let (text, html) = (mail.text_part(), mail.html_part());
        assert!(text.starts_with(&format!("{evil}\n\n{}\n\n", mail.temporary_password())), "{text}");
        assert!(!html.contains("<a href=\"https://evil.example") && !html.contains("<b>"), "{html}");
        assert_eq!(html.matches(&mail.temporary_password()).count(), 1, "{html}");
        assert!(text.contains("only.\n") && text.contains("<b>{contact}</b> {{ password }}"), "{text}");
    }
}

story! {
    async fn fields_that_are_not_of_the_mail_are_refused_and_two_at_once_are_told(kind) {
        let shop = Shop::open(kind).await;
        let (one, two) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::Owner).await);
        let mut fields = words("", "", "0");
        fields.push(("html", "<b>"));
        assert_eq!(one.browser.post(RESET, &fields).await.status, 422);
        fields.truncate(5);
        assert_eq!(one.browser.post(RESET, &fields).await.status, 422);
        assert_eq!(one.browser.post(RESET, &[("view", "other"), ("version", "0")]).await.status, 422);
        let (first, second) = tokio::join!(saves(&one, "button", "One", "0"), saves(&two, "button", "Two", "0"));
        let (told, lost) = if first.status == 303 { (second, "Two") } else { (first, "One") };
        assert!(told.status == 409 && told.says("Someone was quicker") && told.says(&format!("value=\"{lost}\"")), "{}", told.text());
        assert_eq!(shop.count("select count(*) as n from wordings", &[]).await, 1);
    }
}

story! {
    async fn the_preview_shows_the_case_at_hand(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.get(INVITATION).await;
        assert!(page.says("Sample Staff of Harbour Wholesale asked for it."), "{}", page.text());
        for (case, said) in [
            ("staff", "Sample Staff of Harbour Wholesale asked for it."),
            ("operator", "The administrator of the Harbour Wholesale website asked for it."),
            ("office", "The staff of Harbour Wholesale asked for it."),
            ("contact", "It was asked for on the website."),
            ("staff-username", "Your username: sample-username"),
            ("nonsense", "Sample Staff of Harbour Wholesale asked for it."),
        ] {
            let page = owner.browser.get(&format!("{INVITATION}?case={case}")).await;
            assert!(page.says(said) && !page.says("You asked for it"), "{case}: {}", page.text());
            let framed = owner.browser.get(&format!("{INVITATION}/preview/html?case={case}")).await;
            let html = framed.text().replace("<strong>", "").replace("</strong>", "");
            assert!(html.contains(said) && !html.contains("You asked for it"), "{case}: {html}");
        }
        let mut fields = words("closing", "Call us.", "0");
        fields.push(("case", "stopped"));
        let typed = owner.browser.post(&format!("{RESET}/preview"), &fields).await;
        assert!(typed.says("Your previous password has stopped") && typed.says("Call us."), "{}", typed.text());
        let framed = owner.browser.post(&format!("{RESET}/preview/html"), &fields).await;
        assert!(framed.says("Your previous password has stopped") && framed.says("Call us."), "{}", framed.text());
        for (path, case, said) in [
            ("sign-in-changed/en", "app-removed", "the authenticator app was removed, "),
            ("staff-reset/en", "lost", "Your lost second factor for Harbour Wholesale"),
            ("usernames/de", "several", "das sind die Benutzernamen zu dieser Adresse"),
            ("email-changed/de", "removed", "nicht mehr verwendet"),
        ] {
            let page = owner.browser.get(&format!("/portal/settings/mails/{path}?case={case}")).await;
            let text = page.text().replace('\n', " ");
            assert!(text.contains(said), "{path} {case}: {text}");
        }
        assert_eq!(shop.count("select count(*) as n from wordings", &[]).await, 0);
    }
}

story! {
    async fn html_is_for_experts_and_the_way_back_says_what_is_lost(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        assert!(saves(&owner, "", "", "0").await.leads_to(RESET));
        let mut typed = words("closing", "Typed with care & {supplier}", "1");
        typed.push(("show", "html"));
        let expert = owner.browser.post(&format!("{RESET}/preview"), &typed).await;
        let page = plain(&expert);
        assert!(page.contains("Ahoy {{ person }},") && page.contains("Typed with care & {{ supplier }}"), "{page}");
        assert!(page.contains("name=\"view\" value=\"html\""), "{page}");
        let mut wrong = words("closing", "{nowhere}", "1");
        wrong.push(("show", "html"));
        let refused = owner.browser.post(&format!("{RESET}/preview"), &wrong).await;
        assert!(refused.status == 422 && refused.says("{nowhere}") && refused.says("there is no field"), "{}", refused.text());
        let html = [
            ("subject", "Key"), ("text", "{{ password }}\n\n{{ sign_in_url }}\n"), ("html", "<p>{{ password }}</p>{{ sign_in_url }}"),
            ("view", "html"), ("version", "1"),
        ];
        assert!(owner.browser.post(RESET, &html).await.leads_to(RESET));
        let page = owner.browser.get(RESET).await;
        assert!(page.says("Version 2") && page.says("in HTML") && plain(&page).contains("{{ password }}"), "{}", page.text());
        let back = owner.browser.get(&format!("{RESET}?view=words")).await;
        assert!(back.says("What you lose") && back.says("Version 2 is written in HTML") && back.says("begin with version 1"), "{}", back.text());
        assert!(back.says("Ahoy {contact},") && back.says("Nothing is changed until you save"));
        assert!(saves(&owner, "button", "In", "2").await.leads_to(RESET));
        assert!(owner.browser.get(RESET).await.says("value=\"In\""));
        let restored = owner.browser.post(&format!("{RESET}/restore"), &[("number", "2"), ("version", "3")]).await;
        assert!(restored.leads_to(RESET));
        let page = owner.browser.get(RESET).await;
        assert!(page.says("4: 2 again") && plain(&page).contains("{{ password }}"), "HTML opens as such: {}", page.text());
        let restored = owner.browser.post(&format!("{RESET}/restore"), &[("number", "1"), ("version", "4")]).await;
        assert!(restored.leads_to(RESET) && owner.browser.get(RESET).await.says("value=\"Come in\""));
    }
}

story! {
    async fn words_are_tested_and_survive_a_restart(kind) {
        let mut shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        assert!(saves(&owner, "subject", "Key for {contact}", "0").await.leads_to(RESET));
        shop.restart().await;
        assert!(owner.browser.post(&format!("{RESET}/tests"), &[]).await.leads_to(RESET));
        let mail = shop.mail_to(&owner.email).await;
        assert_eq!(mail.subject(), "[Test] Key for Sample Person");
        assert!(mail.text_part().starts_with("Ahoy Sample Person,"), "{}", mail.text_part());
    }
}
