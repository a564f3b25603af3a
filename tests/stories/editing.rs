//! Entering and changing retailers and contacts from the portal.

use tradepost::kernel::id::ContactId;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";

/// The version a form was filled in from.
async fn version(colleague: &Colleague, path: &str) -> String {
    let page = colleague.browser.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    let text = page.text();
    let (_, rest) = text.split_once("name=\"version\" value=\"").expect("a version");
    rest.split('"').next().expect("a value").to_owned()
}

/// The territory a form offers under a name.
async fn territory(colleague: &Colleague, path: &str, name: &str) -> String {
    let text = colleague.browser.get(path).await.text();
    let (before, _) = text.split_once(&format!(">{name}</option>")).expect(name);
    let value = before.rsplit("value=\"").next().expect("a value");
    value.split('"').next().expect("an id").to_owned()
}

async fn sign_in_form(
    office: &Colleague,
    id: ContactId,
    version: &str,
    (username, email): (&str, &str),
) -> Reply {
    let fields = [("username", username), ("email", email), ("version", version)];
    office.browser.post(&format!("/portal/contacts/{id}/sign-in"), &fields).await
}

story! {
    async fn a_retailer_and_a_contact_are_entered_and_invited(kind) {
        let shop = Shop::open(kind).await;
        shop.retailer("Other", "North").await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let north = territory(&office, "/portal/retailers/new", "North").await;
        let fields = [("account_number", " K-77 "), ("name", "Quay <Books>"), ("address", " 1 Quay \r\n\r\n Harbour "), ("territory", north.as_str()), ("version", "0")];
        let saved = office.browser.post("/portal/retailers/new", &fields).await;
        assert!(saved.status == 303 && saved.location().starts_with("/portal/retailers/"), "{saved:?}");
        let retailer = saved.location().to_owned();
        let page = office.browser.get(&retailer).await;
        assert!(page.says("Quay &#60;Books&#62;") && page.says("K-77") && page.says("1 Quay<br>Harbour") && page.says("Retailer added"));
        let contact = [("name", "Bert Book"), ("position", "Owner"), ("phone", "+44 1"), ("language", "de"), ("email", "bert@quay.example"), ("username", "bert"), ("website_access", "true")];
        let saved = office.browser.post(&format!("{retailer}/contacts/new"), &contact).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        assert!(shop.unread().is_empty(), "nothing is mailed yet");
        let id = shop.id("bert").await;
        assert_eq!(saved.location(), format!("/portal/contacts/{id}"));
        assert!(office.browser.get(saved.location()).await.says("Not invited"));
        office.starts_reset(id).await;
        assert_eq!(shop.mail_to("bert@quay.example").await.header("Content-Language").as_deref(), Some("de"));
        assert_eq!(shop.texts("select act as t from audit where act in ('retailer-added', 'contact-added') order by number", &[]).await, ["retailer-added", "contact-added"]);
    }
}

story! {
    async fn what_is_wrong_is_said_beside_the_field_and_what_was_typed_is_kept(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.contact("anna", MAIL).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let north = territory(&office, "/portal/retailers/new", "North").await;
        let long = "x".repeat(121);
        for (account, name, address, words) in [
            ("", "Quay", "", "The account number is needed."),
            ("1", long.as_str(), "", "longer than 120 characters"),
            ("1", "a\u{0}b", "", "can't be shown"),
            ("1", "Quay", "1\n2\n3\n4\n5\n6\n7", "more than 6 lines"),
            ("10001", "Quay", "", "This account number belongs to Harbour Gifts."),
        ] {
            let fields = [("account_number", account), ("name", name), ("address", address), ("territory", north.as_str())];
            let page = office.browser.post("/portal/retailers/new", &fields).await;
            assert!(page.status == 422 && page.says(words), "{words}: {}", page.text());
            assert!(name != "Quay" || page.says("value=\"Quay\""), "what was typed is kept");
        }
        let fields = [("account_number", "1"), ("name", "Quay"), ("address", ""), ("territory", "everywhere")];
        assert!(office.browser.post("/portal/retailers/new", &fields).await.says("Choose a territory of the list."));
        let version = version(&office, &format!("/portal/contacts/{anna}/sign-in")).await;
        for (username, email, words) in [("anna", "nowhere", "“nowhere” is not a complete e-mail address"), ("a\u{202E}b", MAIL, "can't be shown"), (long.as_str(), MAIL, "longer than 64")] {
            let page = sign_in_form(&office, anna, &version, (username, email)).await;
            assert!(page.status == 422 && page.says(words), "{words}: {}", page.text());
        }
        let details = [("name", ""), ("position", ""), ("phone", ""), ("language", "xx"), ("version", version.as_str())];
        let page = office.browser.post(&format!("/portal/contacts/{anna}/edit"), &details).await;
        assert!(page.status == 422 && page.says("The name is needed.") && page.says("Choose a language."));
        assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/edit"), &[("colour", "red")]).await.status, 422);
        assert_eq!(shop.count("select count(*) as n from retailers", &[]).await, 1);
    }
}

story! {
    async fn a_taken_username_leads_to_who_has_it_only_those_who_may_see_them(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.contact("anna", MAIL).await;
        let quay = shop.retailer("Quay Books", "South").await;
        let bert = shop.contact_at(quay, "bert", "bert@quay.example").await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let seen = version(&office, &format!("/portal/contacts/{anna}/sign-in")).await;
        let page = sign_in_form(&office, anna, &seen, ("\u{FF22}ERT", MAIL)).await;
        assert!(page.status == 422 && page.says("belongs to Bert Sample, Quay Books"), "{}", page.text());
        assert!(page.says(&format!("href=\"/portal/contacts/{bert}\"")));
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let north = territory(&rep, "/portal/retailers/new", "North").await;
        let account = shop.texts("select account_number as t from retailers where name = 'Quay Books'", &[]).await;
        let fields = [("account_number", account[0].as_str()), ("name", "Mine"), ("address", ""), ("territory", north.as_str())];
        let page = rep.browser.post("/portal/retailers/new", &fields).await;
        assert!(page.status == 422 && page.says("belongs to another retailer") && !page.says("Quay"), "{}", page.text());
    }
}

story! {
    async fn of_two_editors_the_second_is_told_and_loses_nothing(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.contact("anna", MAIL).await;
        let (one, other) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::SalesAdmin).await);
        let form = format!("/portal/contacts/{anna}/edit");
        let seen = version(&one, &form).await;
        assert_eq!(version(&other, &form).await, seen);
        let fields = |name: &'static str, phone: &'static str, version: String| vec![("name", name.to_owned()), ("position", "Owner".to_owned()), ("phone", phone.to_owned()), ("language", "en".to_owned()), ("version", version)];
        let post = async |who: &Colleague, fields: Vec<(&str, String)>| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            who.browser.post(&form, &fields).await
        };
        assert_eq!(post(&one, fields("Anna Dahl", "+44 1947 000 000", seen.clone())).await.status, 303);
        let page = post(&other, fields("Anna Sample", "+44 555", seen)).await;
        assert_eq!(page.status, 409);
        assert!(page.says("Someone was quicker") && page.says("saved this while you were typing"), "{}", page.text());
        assert!(page.says(&one.name), "and by whom");
        assert!(page.says("Saved meanwhile: Anna Dahl") && page.says("Saved meanwhile: +44 1947 000 000"));
        assert!(page.says("value=\"Anna Sample\"") && page.says("value=\"+44 555\""), "what was typed is kept");
        assert!(!page.says("Saved meanwhile: Owner"), "only what differs");
        let stored = "select name as t from contacts where id = $1";
        assert_eq!(shop.texts(stored, &[&anna]).await, ["Anna Dahl"], "nothing was overwritten");
        let text = page.text();
        let now = text.split_once("name=\"version\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        assert!(page.says("Save mine"));
        assert_eq!(post(&other, fields("Anna Sample", "+44 555", now)).await.status, 303);
        assert_eq!(shop.texts(stored, &[&anna]).await, ["Anna Sample"]);
        let seen = version(&one, &format!("/portal/contacts/{anna}/sign-in")).await;
        one.switches_access(anna, "off").await;
        let page = sign_in_form(&other, anna, &seen, ("anna2", MAIL)).await;
        assert!(page.status == 409 && page.says("Saved meanwhile: anna") && page.says("value=\"anna2\""));
    }
}

story! {
    async fn a_changed_address_is_told_to_the_old_one_and_calls_resets_back(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (browser, temporary) = (shop.signed_in("anna", PASSWORD).await, shop.temporary_password("anna").await);
        let form = format!("/portal/contacts/{anna}/sign-in");
        let saved = sign_in_form(&office, anna, &version(&office, &form).await, ("Anna.Dahl", "new@harbour.example")).await;
        assert!(saved.leads_to(&format!("/portal/contacts/{anna}")));
        let notice = shop.mail_of("email-changed", MAIL).await;
        assert!(notice.text_part().contains("n…w@harbour.example"));
        assert!(!shop.lets_in("anna.dahl", &temporary).await, "what was mailed to the old address is void");
        assert!(browser.is_signed_in().await && shop.lets_in("ANNA.DAHL", PASSWORD).await && !shop.lets_in("anna", PASSWORD).await);
        let page = office.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(page.says("The address was changed 1 minute ago."), "{}", page.text());
        let acts = "select act as t from audit where act in ('username-changed', 'email-changed') order by number";
        assert_eq!(shop.texts(acts, &[]).await, ["username-changed", "email-changed"]);
        sign_in_form(&office, anna, &version(&office, &form).await, ("Anna.Dahl", "")).await;
        let notice = shop.mail_of("email-changed", "new@harbour.example").await;
        assert!(notice.text_part().contains("no longer used"), "{}", notice.text_part());
        assert!(office.browser.get(&format!("/portal/contacts/{anna}")).await.says("Missing e-mail"));
    }
}

story! {
    async fn who_may_not_edit_is_told_so_and_sees_no_buttons(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.signed_in("anna", PASSWORD).await;
        let support = shop.staff(BuiltIn::Support).await;
        let page = support.browser.get(&format!("/portal/contacts/{anna}")).await;
        for words in ["/edit", "/sign-in", "/move", "/merge", "/active", "/sessions/", "Add contact"] {
            assert!(!page.says(words), "{words}");
        }
        for path in ["edit", "sign-in", "move", "merge"] {
            assert_eq!(support.browser.get(&format!("/portal/contacts/{anna}/{path}")).await.status, 403, "{path}");
        }
        assert_eq!(support.browser.get("/portal/retailers/new").await.status, 403);
        let session = shop.id_of_session().await;
        for (path, fields) in [
            ("active".to_owned(), vec![("active", "no")]),
            ("sessions/end".to_owned(), vec![]),
            (format!("sessions/{session}/end"), vec![]),
            ("bounce/clear".to_owned(), vec![]),
            ("sign-in".to_owned(), vec![("username", "x"), ("email", ""), ("version", "1")]),
            ("edit".to_owned(), vec![("name", "x"), ("position", ""), ("phone", ""), ("language", "en"), ("version", "1")]),
        ] {
            let reply = support.browser.post(&format!("/portal/contacts/{anna}/{path}"), &fields).await;
            assert_eq!(reply.status, 403, "{path}");
        }
        let south = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["South"]).await;
        for path in ["edit", "sign-in", "move", "merge"] {
            assert_eq!(south.browser.get(&format!("/portal/contacts/{anna}/{path}")).await.status, 404, "{path}");
        }
        assert_eq!(south.browser.post(&format!("/portal/contacts/{anna}/active"), &[("active", "no")]).await.status, 404);
        let north = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let page = north.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(page.says(&format!("/portal/contacts/{anna}/edit")) && !page.says(&format!("/portal/contacts/{anna}/sign-in")));
        assert_eq!(north.browser.post(&format!("/portal/contacts/{anna}/active"), &[("active", "no")]).await.status, 403, "it would shut them out");
    }
}

story! {
    async fn promise_13_deactivating_shuts_out_and_activating_loses_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let retailer = office.browser.get(&format!("/portal/contacts/{anna}")).await.text();
        let retailer = retailer.split('"').find(|part| part.starts_with("/portal/retailers/0")).unwrap().to_owned();
        for path in [format!("/portal/contacts/{anna}/active"), format!("{retailer}/active")] {
            let (browser, temporary) = (shop.signed_in("anna", PASSWORD).await, shop.temporary_password("anna").await);
            shop.smtp.set_mode(Mode::RECIPIENT_LATER);
            assert_eq!(office.browser.post(&path, &[("active", "no")]).await.status, 303);
            assert!(!browser.is_signed_in().await && !shop.lets_in("anna", PASSWORD).await, "{path}");
            assert!(office.browser.get(&format!("/portal/contacts/{anna}")).await.says("Inactive"));
            assert_eq!(office.browser.post(&path, &[("active", "yes")]).await.status, 303);
            assert!(shop.lets_in("anna", PASSWORD).await, "{path}");
            assert!(!shop.lets_in("anna", &temporary).await && !browser.is_signed_in().await, "what ended stays ended");
            shop.smtp.set_mode(Mode::Accept);
            shop.advance(std::time::Duration::from_mins(1));
        }
        assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/active"), &[("active", "perhaps")]).await.status, 422);
        let acts = shop.texts("select act as t from audit where act like '%activated' order by number", &[]).await;
        assert_eq!(acts, ["contact-deactivated", "contact-activated", "retailer-deactivated", "retailer-activated"]);
    }
}

story! {
    async fn sessions_are_ended_from_the_office_one_or_all(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let (here, there) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("anna", PASSWORD).await);
        let page = office.browser.get(&format!("/portal/contacts/{anna}")).await.text();
        let ends: Vec<String> = page.split('"').filter(|part| part.contains("/sessions/0") && part.ends_with("/end")).map(str::to_owned).collect();
        assert_eq!(ends.len(), 2, "{page}");
        assert_eq!(office.browser.post(&ends[0], &[]).await.status, 303);
        assert_eq!(office.browser.post(&ends[0], &[]).await.status, 404, "ended already");
        assert_ne!(here.is_signed_in().await, there.is_signed_in().await, "one is left");
        let bert = shop.contact("bert", "bert@harbour.example").await;
        let others = ends[1].replace(&anna.to_string(), &bert.to_string());
        assert_eq!(office.browser.post(&others, &[]).await.status, 404, "not a session of theirs");
        shop.signed_in("anna", PASSWORD).await;
        assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/sessions/end"), &[]).await.status, 303);
        assert!(!here.is_signed_in().await && !there.is_signed_in().await);
        assert!(shop.lets_in("anna", PASSWORD).await);
    }
}

story! {
    async fn an_address_that_bounced_is_cleared_for_everyone_who_has_it(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (anna, bert) = (shop.contact("anna", MAIL).await, shop.contact("bert", MAIL).await);
        shop.run("update contacts set bounced_at = 1", &[]).await;
        let page = format!("/portal/contacts/{anna}");
        assert!(office.browser.get(&page).await.says("Clear this address"));
        assert_eq!(office.browser.post(&format!("{page}/resets"), &[]).await.status, 409);
        assert!(office.browser.post(&format!("{page}/bounce/clear"), &[]).await.leads_to(&page));
        assert!(!office.browser.get(&page).await.says("Clear this address"));
        assert!(office.browser.get(&format!("/portal/contacts/{bert}")).await.says("Not invited"));
        assert_eq!(shop.count("select count(*) as n from audit where act = 'bounce-cleared'", &[]).await, 2);
        office.starts_reset(anna).await;
        shop.mail_to(MAIL).await;
    }
}

story! {
    async fn a_contact_moves_with_their_password_and_nothing_else(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let quay = shop.retailer("Quay Books", "South").await;
        let (browser, temporary) = (shop.signed_in("anna", PASSWORD).await, shop.temporary_password("anna").await);
        let path = format!("/portal/contacts/{anna}/move");
        assert!(office.browser.get(&format!("{path}?q=quay")).await.says(&format!("{path}?to={quay}")));
        let confirm = office.browser.get(&format!("{path}?to={quay}")).await;
        assert!(confirm.says("Move to Quay Books") && confirm.says("signed out everywhere"));
        let rep = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        assert_eq!(rep.browser.post(&path, &[("to", &quay.to_string())]).await.status, 403, "moving is not for reps");
        assert!(office.browser.post(&path, &[("to", &quay.to_string())]).await.leads_to(&format!("/portal/contacts/{anna}")));
        assert!(!browser.is_signed_in().await && !shop.lets_in("anna", &temporary).await);
        let again = shop.signed_in("anna", PASSWORD).await;
        assert!(again.get("/account").await.says("Quay Books"));
        assert!(office.browser.get("/portal/search?q=quay+anna").await.says("Anna Sample<"));
        assert_eq!(shop.count("select count(*) as n from audit where act = 'contact-moved'", &[]).await, 1);
        assert_eq!(rep.browser.get(&format!("/portal/contacts/{anna}")).await.status, 404, "out of the rep's reach now");
    }
}

story! {
    async fn two_records_of_one_person_become_one(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let other = shop.member("adahl", "old@harbour.example", "lamp of 9 trouts").await;
        office.switches_access(other, "off").await;
        office.switches_access(other, "on").await;
        let (kept, gone) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("adahl", "lamp of 9 trouts").await);
        let temporary = shop.temporary_password("adahl").await;
        let path = format!("/portal/contacts/{anna}/merge");
        assert!(office.browser.get(&path).await.says(&format!("{path}?other={other}")));
        assert!(office.browser.get(&format!("{path}?other={other}")).await.says("This can’t be undone."));
        let other_id = other.to_string();
        let fields = [("other", other_id.as_str()), ("name", "other"), ("username", "other"), ("email", "kept")];
        let merged = office.browser.post(&path, &fields).await;
        assert!(merged.leads_to(&format!("/portal/contacts/{anna}")), "{}", merged.text());
        assert!(kept.is_signed_in().await && !gone.is_signed_in().await);
        assert!(shop.lets_in("adahl", PASSWORD).await, "the other's username with the kept password");
        assert!(!shop.lets_in("adahl", "lamp of 9 trouts").await && !shop.lets_in("adahl", &temporary).await && !shop.lets_in("anna", PASSWORD).await);
        assert!(shop.mail_of("email-changed", "old@harbour.example").await.text_part().contains("a…a@harbour.example"));
        assert!(office.browser.get(&format!("/portal/contacts/{other}")).await.leads_to(&format!("/portal/contacts/{anna}")));
        let page = office.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(page.says("Adahl Sample") && page.says("Website access turned off"), "the histories of both: {}", page.text());
        assert!(!office.browser.get("/portal/contacts").await.says(&other_id) && !office.browser.get("/portal/search?q=sample").await.says(&other_id));
        assert_eq!(office.browser.post(&path, &fields).await.status, 404, "it is gone");
        let id = anna.to_string();
        assert_eq!(office.browser.post(&path, &[("other", &id)]).await.status, 404, "not with oneself");
        assert_eq!(office.browser.post(&format!("/portal/contacts/{other}/merge"), &[("other", &id)]).await.status, 404, "nor in a circle");
        assert_eq!(shop.count("select count(*) as n from contacts where id = $1 and password_hash is not null", &[&other]).await, 0);
    }
}

story! {
    async fn promise_06_nobody_is_given_the_address_of_another_as_username(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let bert = shop.contact("bert", "bert@quay.example").await;
        let version = shop.count("select version as n from contacts where id = $1", &[&bert]).await.to_string();
        let gives = async |username: &str, email: &str| {
            let fields = [("username", username), ("email", email), ("version", version.as_str())];
            office.browser.post(&format!("/portal/contacts/{bert}/sign-in"), &fields).await
        };
        for typed in [MAIL, "Anna@Harbour.Example", "anna@harbour\u{3002}example"] {
            let refused = gives(typed, "bert@quay.example").await;
            assert!(refused.status == 422 && refused.says("This username belongs to Anna Sample, Harbour Gifts"), "{typed}: {}", refused.text());
        }
        let added = [("name", "Cora Sample"), ("position", ""), ("phone", ""), ("language", "en"), ("username", MAIL)];
        let retailer = shop.retailer("Quay Books", "South").await;
        assert_eq!(office.browser.post(&format!("/portal/retailers/{retailer}/contacts/new"), &added).await.status, 422);
        assert!(shop.lets_in(MAIL, PASSWORD).await, "she signs in by her address as before");
        assert_eq!(gives("bert@quay.example", "bert@quay.example").await.status, 303, "one's own address may be one's username");
    }
}
