//! Small acts told truly: saving without a change, taking back what was done,
//! and links that no longer work.

use tradepost::kernel::id::RetailerId;
use tradepost::staff::BuiltIn;

use crate::support::client::{Browser, Reply};
use crate::support::people::Colleague;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";

/// What an act leaves behind that changes something.
const LEFT: &str = "select (select count(*) from audit) + (select count(*) from mails) + (select count(*) from wordings)
    + cast((select coalesce(sum(version), 0) from contacts) + (select coalesce(sum(version), 0) from retailers)
        + (select coalesce(sum(version), 0) from staff) + (select coalesce(sum(version), 0) from settings) as bigint) as n";

/// Sends the form of a page as the page shows it.
async fn sends_as_shown(browser: &Browser, path: &str, action: &str) -> Reply {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text());
    let text = page.text();
    let form =
        text.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("no {action}: {text}"));
    let fields = fields(form.split("</form>").next().unwrap());
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(action, &fields).await
}

/// Whether a field is ticked or not.
fn is_choice(tag: &str) -> bool {
    tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"")
}

/// The fields of a form with what is in them.
fn fields(form: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(plain)
    };
    for part in form.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
        let Some(name) = attribute(tag, "name") else { continue };
        match tag.split(' ').next().unwrap() {
            "input" if is_choice(tag) && !tag.contains(" checked") => {}
            "input" => fields.push((name, attribute(tag, "value").unwrap_or_default())),
            "select" => {
                let options = form
                    .split(&format!("name=\"{name}\""))
                    .nth(1)
                    .unwrap()
                    .split("</select>")
                    .next()
                    .unwrap();
                let chosen =
                    options.split("<option ").find(|option| option.contains(" selected")).unwrap_or_default();
                fields.push((name, attribute(&format!(" {chosen}"), "value").unwrap_or_default()));
            }
            "textarea" => fields.push((name, plain(rest.trim_start_matches('\n')))),
            _ => {}
        }
    }
    fields
}

fn plain(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&#34;", "\"").replace("&#39;", "'");
    let text = text.replace("&lt;", "<").replace("&#60;", "<").replace("&gt;", ">").replace("&#62;", ">");
    text.replace("&amp;", "&").replace("&#38;", "&")
}

/// Sends a form as it is shown, and sees that nothing came of it.
async fn changes_nothing(shop: &Shop, who: &Browser, path: &str, action: &str) {
    let before = shop.count(LEFT, &[]).await;
    let reply = sends_as_shown(who, path, action).await;
    assert_eq!(reply.status, 303, "{path}: {}", reply.text());
    let next = who.get(reply.location()).await;
    assert!(next.says("Nothing was changed"), "{path} by {action}: {}", next.text());
    assert_eq!(shop.count(LEFT, &[]).await, before, "{path}: something was written");
}

async fn id(shop: &Shop, sql: &str) -> RetailerId {
    let sql = sql.to_owned();
    let read = shop.db().read(move |tx| tx.one::<tradepost::db::Row>(&sql, &[])?.get("id"));
    read.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
}

story! {
    async fn promise_16_saving_without_a_change_says_so_and_leaves_no_entry(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let office = shop.staff(BuiltIn::Support).await;
        let role = [("name", "Desk"), ("customers", "read"), ("staff", "none"), ("settings", "none"), ("reach", "all"), ("act", "trigger_reset"), ("version", "0")];
        let role = owner.browser.post("/portal/roles/new", &role).await.location().to_owned();
        let retailer = id(&shop, "select id from retailers").await;
        let territory = id(&shop, "select id from territories").await;
        let saved = owner.browser.post("/portal/settings/supplier.name", &[("name", "Harbour & Sons"), ("version", "0")]).await;
        assert_eq!(saved.status, 303);
        let (retailer, contact) = (format!("/portal/retailers/{retailer}/edit"), format!("/portal/contacts/{anna}/edit"));
        let (sign_in, person) = (format!("/portal/contacts/{anna}/sign-in"), format!("/portal/staff/{}/edit", office.id));
        let role_form = format!("{role}/edit");
        let demand = format!("{role}/second-factor");
        let name = format!("/portal/territories/{territory}");
        for (path, action) in [
            (retailer.as_str(), retailer.as_str()),
            (&contact, &contact),
            (&sign_in, &sign_in),
            (&person, &person),
            (&role_form, &role_form),
            (&role, &demand),
            ("/portal/territories", &name),
            ("/portal/settings", "/portal/settings/supplier.name"),
            ("/portal/settings", "/portal/settings/supplier.accent"),
            ("/portal/settings", "/portal/settings/reset.valid_for"),
            ("/portal/settings", "/portal/settings/supplier.languages"),
            ("/portal/settings/mails/reset/en", "/portal/settings/mails/reset/en"),
        ] {
            changes_nothing(&shop, &owner.browser, path, action).await;
        }
        let browser = shop.signed_in("anna", PASSWORD).await;
        changes_nothing(&shop, &browser, "/account/edit", "/account/name").await;
        let before = shop.count(LEFT, &[]).await;
        let same = browser.post("/account/email", &[("email", MAIL), ("current_password", PASSWORD)]).await;
        assert!(same.leads_to("/account") && browser.get("/account").await.says("Nothing was changed"), "no mail to an address they have");
        assert_eq!(shop.count(LEFT, &[]).await, before);
    }
}

story! {
    async fn promise_13_access_off_and_deactivating_offer_to_be_taken_back_where_they_were_done(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let page = format!("/portal/contacts/{anna}");
        assert!(office.switches_access(anna, "off").await.leads_to(&page));
        let off = office.browser.get(&page).await;
        assert!(off.says("Undo") && off.says(&format!("action=\"{page}/access\"")) && off.says("name=\"access\" value=\"on\""), "{}", off.text());
        assert!(!office.browser.get(&page).await.says(">Undo<"), "once");
        office.switches_access(anna, "on").await;
        assert!(shop.lets_in("anna", PASSWORD).await, "nothing was lost");
        office.browser.get(&page).await;
        office.browser.post(&format!("{page}/active"), &[("active", "no")]).await;
        let gone = office.browser.get(&page).await;
        assert!(gone.says("Undo") && gone.says("name=\"active\" value=\"yes\""), "{}", gone.text());
    }
}

story! {
    async fn what_ends_sessions_says_what_it_does_before_it_does_it(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let (first, _second) = (shop.signed_in("anna", PASSWORD).await, shop.signed_in("anna", PASSWORD).await);
        let contact = owner.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(contact.says("End this session") && contact.says("End all their sessions"), "{}", contact.text());
        let own = first.get("/account").await;
        assert!(own.says("End this session") && own.says("End all other sessions"), "{}", own.text());
    }
}

/// A link of ours that was cut off on its way.
fn cut(link: &str) -> &str {
    &link[..link.len() - 9]
}

story! {
    async fn a_link_that_was_used_has_run_out_or_was_cut_off_says_so_and_what_to_do(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        browser.post("/account/email", &[("email", "new@harbour.example"), ("current_password", PASSWORD)]).await;
        let link = shop.mail_to("new@harbour.example").await.link("/account/email/confirm/");
        shop.quiet().await;
        assert!(browser.post(&link, &[]).await.leads_to("/account"));
        for (who, link) in [(&browser, link.as_str()), (&browser, cut(&link))] {
            for reply in [who.get(link).await, who.post(link, &[]).await] {
                assert!(reply.status == 410 && reply.says("This link no longer works") && reply.says("look at your account"), "{}", reply.text());
            }
        }
        shop.mail_to(MAIL).await;
        shop.quiet().await;
        says_what_to_do_about_others(&shop, &owner, anna.to_string().as_str()).await;
    }
}

async fn says_what_to_do_about_others(shop: &Shop, owner: &Colleague, anna: &str) {
    owner.browser.post(&format!("/portal/contacts/{anna}/resets"), &[]).await;
    let not_me = shop.mail_to("new@harbour.example").await.not_me();
    shop.quiet().await;
    let german = shop.browser();
    german.set_cookie("none", "none");
    for reply in [german.get(cut(&not_me)).await, german.post(cut(&not_me), &[]).await] {
        assert!(reply.status == 410 && reply.says("open the newest one"), "{}", reply.text());
    }
    let staff = shop.browser();
    staff.post("/portal/forgot-password", &[("email", &owner.email)]).await;
    let link = shop.mail_of("staff-reset", &owner.email).await.link("/portal/reset/");
    shop.quiet().await;
    assert_eq!(staff.get(&link).await.status, 200);
    for link in [cut(&link), "/portal/reset/0000"] {
        assert!(staff.get(link).await.leads_to("/portal/forgot-password"), "where another is asked for");
        assert!(staff.get("/portal/forgot-password").await.says("Ask for a new one"));
    }
    assert!(staff.get("/portal/factor-reset/0000").await.leads_to("/portal/login"));
    assert!(staff.get("/portal/login").await.says("Ask an Owner"));
}
