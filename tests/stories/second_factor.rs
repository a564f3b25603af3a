//! The second factor: a stolen password alone opens nothing.

use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use tradepost::kernel::Timestamp;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::{Browser, Reply};
use crate::support::database::Kind;
use crate::support::people::{Colleague, STAFF_PASSWORD, staff_sign_in};
use crate::support::shop::Shop;

const NEW: &str = "quiet cobalt ferry 77 onion";
const SET_UP: &str = "/portal/me/second-factor";

/// A telephone with an authenticator app. It knows the secret and nothing else.
pub(crate) struct Phone(Vec<u8>);

impl Phone {
    /// What the app shows so many seconds from now.
    pub(crate) fn code(&self, shop: &Shop, offset_s: i64) -> String {
        let seconds = shop.clock.now().as_millis() / 1000 + offset_s;
        let totp =
            totp_rs::Builder::new().with_secret(totp_rs::Secret::new(self.0.clone().into())).build().unwrap();
        totp.generate(u64::try_from(seconds).unwrap()).to_string()
    }
}

/// Between the marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    text.split(from)
        .nth(1)
        .and_then(|rest| rest.split(to).next())
        .unwrap_or_else(|| panic!("no {from}: {text}"))
}

/// Sets an app up; gives it and the recovery codes.
pub(crate) async fn sets_up(shop: &Shop, who: &Colleague) -> (Phone, Vec<String>) {
    let begun = who.browser.post(&format!("{SET_UP}/app"), &[("password", STAFF_PASSWORD)]).await;
    assert!(begun.leads_to(SET_UP), "{}", begun.text());
    let page = who.browser.get(SET_UP).await.text();
    let secret = between(&page, "<code id=\"secret\">", "</code>").replace(' ', "");
    let phone = Phone(BASE32_NOPAD.decode(secret.as_bytes()).unwrap());
    let confirmed =
        who.browser.post(&format!("{SET_UP}/app/confirm"), &[("code", &phone.code(shop, 0))]).await;
    assert!(confirmed.status == 200 && confirmed.says("Your recovery codes"), "{}", confirmed.text());
    let text = confirmed.text();
    let codes: Vec<String> =
        text.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    assert!(!who.browser.get(SET_UP).await.says(&secret), "shown once");
    shop.advance(Duration::from_mins(1));
    (phone, codes)
}

/// Signs in by the password; then the second factor is asked for.
async fn half_in(shop: &Shop, who: &Colleague) -> Browser {
    let browser = shop.browser();
    assert!(staff_sign_in(&browser, "/portal", &who.email, STAFF_PASSWORD).await.leads_to("/portal"));
    assert!(browser.get("/portal").await.leads_to("/portal/second-factor"));
    browser
}

async fn types(browser: &Browser, code: &str) -> Reply {
    browser.post("/portal/second-factor", &[("code", code)]).await
}

story! {
    async fn a_password_alone_opens_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.colleague(BuiltIn::SalesAdmin, StaffKind::Dual, &[]).await;
        let (phone, _) = sets_up(&shop, &office).await;
        let browser = half_in(&shop, &office).await;
        for path in ["/portal/contacts", "/portal/me", "/portal/audit", "/portal/search?q=a"] {
            assert!(browser.get(path).await.leads_to("/portal/second-factor"), "{path}");
        }
        assert!(browser.get("/sales/me/second-factor").await.leads_to("/sales/second-factor"));
        assert!(browser.get(SET_UP).await.leads_to("/portal/second-factor"), "nor can it be set up anew");
        assert!(browser.post(&format!("{SET_UP}/remove"), &[("password", STAFF_PASSWORD), ("code", "")]).await.leads_to("/portal/second-factor"));
        assert!(browser.post("/portal/contacts/export", &[("query", ""), ("format", "csv")]).await.leads_to("/portal/second-factor"));
        let before = browser.cookies();
        assert!(types(&browser, &phone.code(&shop, 0)).await.leads_to("/portal"));
        assert_ne!(browser.cookies(), before, "a session of its own");
        assert_eq!(browser.get("/portal/contacts").await.status, 200);
        let stolen = shop.browser();
        for (name, value) in before {
            stolen.set_cookie(&name, &value);
        }
        assert!(stolen.get("/portal").await.leads_to("/portal/login"), "the half session is over");
        let late = half_in(&shop, &office).await;
        shop.advance(Duration::from_mins(11));
        assert!(late.get("/portal/second-factor").await.leads_to("/portal/login"));
    }
}

story! {
    async fn a_code_counts_once_and_in_its_time(kind) {
        let shop = Shop::open(kind).await;
        // In the middle of a step, so that none ends between app and server.
        let step = shop.clock.now().as_millis() / 30_000 + 1;
        shop.stop_clock_at(Timestamp::from_millis(step * 30_000 + 15_000));
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (phone, _) = sets_up(&shop, &office).await;
        for (offset, good) in [(-60, false), (60, false), (-30, true)] {
            let browser = half_in(&shop, &office).await;
            assert_eq!(types(&browser, &phone.code(&shop, offset)).await.leads_to("/portal"), good, "{offset} s off");
        }
        shop.advance(Duration::from_mins(2));
        let (one, two) = (half_in(&shop, &office).await, half_in(&shop, &office).await);
        let code = phone.code(&shop, 0);
        let (a, b) = tokio::join!(types(&one, &code), types(&two, &code));
        assert_eq!([&a, &b].iter().filter(|reply| reply.leads_to("/portal")).count(), 1, "two at once");
        let again = types(&half_in(&shop, &office).await, &code).await;
        assert!(again.status == 422 && again.says("was used already"), "{}", again.text());
        shop.advance(Duration::from_mins(2));
        assert!(types(&half_in(&shop, &office).await, &phone.code(&shop, 30)).await.leads_to("/portal"), "a clock 30 s ahead");
    }
}

story! {
    async fn a_recovery_code_counts_once_and_new_ones_void_the_old(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (phone, codes) = sets_up(&shop, &office).await;
        assert!(types(&half_in(&shop, &office).await, &codes[0].to_lowercase()).await.leads_to("/portal"));
        assert_eq!(types(&half_in(&shop, &office).await, &codes[0]).await.status, 422);
        let (one, two) = (half_in(&shop, &office).await, half_in(&shop, &office).await);
        let (a, b) = tokio::join!(types(&one, &codes[1]), types(&two, &codes[1]));
        assert_eq!([&a, &b].iter().filter(|reply| reply.leads_to("/portal")).count(), 1, "two at once");
        let browser = half_in(&shop, &office).await;
        types(&browser, &codes[2]).await;
        assert!(browser.get(SET_UP).await.says("7 recovery codes"));
        let refused = browser.post(&format!("{SET_UP}/codes"), &[("password", STAFF_PASSWORD), ("code", "000000")]).await;
        assert!(refused.status == 422 && refused.says("Nothing was changed"), "{}", refused.text());
        let fresh = browser.post(&format!("{SET_UP}/codes"), &[("password", STAFF_PASSWORD), ("code", &phone.code(&shop, 0))]).await;
        assert!(fresh.says("Your recovery codes"), "{}", fresh.text());
        let told = "select count(*) as n from sign_in_changes where change = 'recovery-codes-made'";
        assert_eq!(shop.count(told, &[]).await, 1, "whoever it happens to is mailed");
        assert_eq!(types(&half_in(&shop, &office).await, &codes[5]).await.status, 422);
    }
}

story! {
    async fn guessing_codes_is_slowed_down(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (phone, _) = sets_up(&shop, &office).await;
        let browser = half_in(&shop, &office).await;
        for _ in 0..10 {
            assert!(types(&browser, "123").await.says("not good now"));
        }
        assert!(types(&browser, &phone.code(&shop, 0)).await.says("tried too often"));
        shop.advance(Duration::from_mins(2));
        assert!(types(&browser, "123").await.says("not good now"));
        assert!(types(&browser, "123").await.says("The next try is possible in 2 minutes"), "they grow");
        shop.advance(Duration::from_mins(3));
        assert!(types(&half_in(&shop, &office).await, &phone.code(&shop, 0)).await.leads_to("/portal"));
    }
}

story! {
    async fn a_new_password_does_not_lift_the_factor_and_grave_acts_ask_for_both(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (phone, _) = sets_up(&shop, &office).await;
        shop.advance(Duration::from_mins(6));
        let export = async |fields: &[(&str, &str)]| {
            let all: Vec<_> = [("query", ""), ("format", "csv")].iter().chain(fields).copied().collect();
            office.browser.post("/portal/contacts/export", &all).await.status
        };
        assert_eq!(export(&[]).await, 403);
        assert_eq!(export(&[("proof_password", STAFF_PASSWORD)]).await, 422, "the password alone");
        assert_eq!(export(&[("proof_password", "wrong ladder 12 moss"), ("proof_code", &phone.code(&shop, 0))]).await, 422);
        assert_eq!(export(&[("proof_password", STAFF_PASSWORD), ("proof_code", &phone.code(&shop, 0))]).await, 200);
        // A younger one would go: it might be a thief's (see `young_factors`).
        shop.advance(Duration::from_hours(31 * 24));
        shop.browser().post("/portal/forgot-password", &[("email", &office.email)]).await;
        let mail = shop.mail_of("staff-reset", &office.email).await;
        shop.quiet().await;
        let browser = shop.browser();
        let chosen = browser.post(&mail.link("/portal/reset/"), &[("code", &mail.code()), ("new_password", NEW), ("confirm_password", NEW)]).await;
        assert!(chosen.leads_to("/portal"), "{}", chosen.text());
        assert!(browser.get("/portal/contacts").await.leads_to("/portal/second-factor"));
    }
}

story! {
    async fn a_role_demands_it_after_days_of_grace(kind) {
        let shop = Shop::open(kind).await;
        let (owner, office) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::SalesAdmin).await);
        let role = shop.db().read(|tx| tradepost::staff::roles::named(tx, "Sales admin")).await.unwrap().unwrap();
        let path = format!("/portal/roles/{role}/second-factor");
        assert_eq!(office.browser.post(&path, &[("days", "")]).await.status, 403);
        assert!(owner.browser.post(&path, &[("days", "91")]).await.leads_to(&format!("/portal/roles/{role}")));
        assert!(!office.browser.get("/portal/contacts").await.says("asks for a second factor"), "91 days are not taken");
        assert!(owner.browser.post(&path, &[("days", "1")]).await.leads_to(&format!("/portal/roles/{role}")));
        assert!(office.browser.get("/portal/contacts").await.says("asks for a second factor"));
        shop.advance(Duration::from_hours(25));
        let late = shop.browser();
        staff_sign_in(&late, "/portal", &office.email, STAFF_PASSWORD).await;
        for door in ["/portal/contacts", "/portal"] {
            assert!(late.get(door).await.leads_to(SET_UP), "{door}");
        }
        assert!(late.get(SET_UP).await.says("Your role asks for it"));
        assert!(late.post("/portal/logout", &[]).await.leads_to("/portal/login"));
        let office = Colleague { browser: late, ..office };
        staff_sign_in(&office.browser, "/portal", &office.email, STAFF_PASSWORD).await;
        sets_up(&shop, &office).await;
        assert_eq!(office.browser.get("/portal/contacts").await.status, 200);
        shop.staff(BuiltIn::Owner).await.browser.post(&path, &[("days", "")]).await;
        let other = shop.staff(BuiltIn::SalesAdmin).await;
        assert_eq!(other.browser.get("/portal/contacts").await.status, 200, "no longer a must");
    }
}

story! {
    async fn a_lost_device_is_reset_by_link_code_and_password_together(kind) {
        let shop = Shop::open(kind).await;
        let (owner, office) = (shop.staff(BuiltIn::Owner).await, shop.staff(BuiltIn::SalesAdmin).await);
        let deputy = shop.staff(BuiltIn::SalesAdmin).await;
        let path = format!("/portal/staff/{}/factor-resets", office.id);
        assert_eq!(owner.browser.post(&path, &[]).await.status, 404, "there is none yet");
        let (phone, _) = sets_up(&shop, &office).await;
        assert_eq!(deputy.browser.post(&path, &[]).await.status, 403);
        assert_eq!(owner.browser.post(&format!("/portal/staff/{}/factor-resets", owner.id), &[]).await.status, 403);
        assert!(owner.browser.post(&path, &[]).await.leads_to(&format!("/portal/staff/{}", office.id)));
        let mail = shop.mail_of("staff-reset", &office.email).await;
        shop.quiet().await;
        let (link, code) = (mail.link("/portal/factor-reset/"), mail.code());
        assert!(mail.text_part().contains("without the device"), "{}", mail.text_part());
        assert!(types(&half_in(&shop, &office).await, &phone.code(&shop, 0)).await.leads_to("/portal"), "until then it stays");
        assert_eq!(shop.browser().get(&link).await.status, 200);
        assert_eq!(shop.browser().get(&link.replace("factor-reset", "reset")).await.status, 303, "it sets no password");
        let send = async |code: &str, password: &str| shop.browser().post(&link, &[("code", code), ("password", password)]).await;
        let other = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
        assert!(send(&other, STAFF_PASSWORD).await.says("Tries left: 4"));
        assert!(send(&code, "wrong ladder 12 moss").await.says("not your password"));
        assert!(half_in(&shop, &office).await.get("/portal").await.leads_to("/portal/second-factor"), "still there");
        assert!(send(&code, STAFF_PASSWORD).await.leads_to("/portal/login"));
        assert!(send(&code, STAFF_PASSWORD).await.leads_to("/portal/login"), "used up");
        assert!(office.browser.get("/portal").await.leads_to("/portal/login"), "signed out everywhere");
        let browser = shop.browser();
        staff_sign_in(&browser, "/portal", &office.email, STAFF_PASSWORD).await;
        assert_eq!(browser.get("/portal").await.status, 200);
        let trail = owner.browser.get(&format!("/portal/audit?staff={}", office.id)).await;
        assert!(trail.says("Removed a lost second factor by link and code") && trail.says("Reset of a lost second factor asked for"), "{}", trail.text());
    }
}

story! {
    async fn no_secret_of_a_second_factor_is_in_the_database(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let (phone, codes) = sets_up(&shop, &office).await;
        let sealed: Vec<u8> = shop.db().read(|tx| tx.one::<tradepost::db::Row>("select secret from authenticators", &[])?.get("secret")).await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
        assert!(!sealed.windows(phone.0.len()).any(|window| window == phone.0));
        let digests: Vec<tradepost::db::Row> = shop.db().read(|tx| tx.all("select digest from recovery_codes", &[])).await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
        let plain = BASE32_NOPAD.decode(codes[0].replace(' ', "").as_bytes()).unwrap();
        for row in digests {
            let digest: Vec<u8> = row.get("digest").unwrap();
            assert!(digest.len() == 32 && !digest.windows(plain.len()).any(|window| window == plain));
        }
    }
}

story! {
    async fn the_operator_helps_the_only_owner(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let command = ["staff", "reset-second-factor", "--email", owner.email.as_str()];
        let (code, said) = shop.tradepost(&command).await;
        assert!(code == 3 && said.contains("nobody who works here and has a second factor"), "{code}: {said}");
        sets_up(&shop, &owner).await;
        let (code, said) = shop.tradepost(&command).await;
        assert!(code == 0 && said.contains("on their way"), "{code}: {said}");
        let mail = shop.mail_of("staff-reset", &owner.email).await;
        shop.quiet().await;
        assert!(!said.contains(&mail.code()));
        let sent = [("code", mail.code()), ("password", STAFF_PASSWORD.to_owned())];
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(shop.browser().post(&mail.link("/portal/factor-reset/"), &sent).await.leads_to("/portal/login"));
        let browser = shop.browser();
        staff_sign_in(&browser, "/portal", &owner.email, STAFF_PASSWORD).await;
        assert_eq!(browser.get("/portal").await.status, 200);
    }
}

story! {
    /// Only SQLite has a place of its own for the key; elsewhere it must be named.
    async fn without_a_key_nobody_is_locked_out(kind) {
        let shop = Shop::with(kind, &[("security.key_file", "")]).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let possible = kind == Kind::Sqlite;
        assert_eq!(owner.browser.get(SET_UP).await.says("It can’t be set up here yet"), !possible);
        let role = shop.db().read(|tx| tradepost::staff::roles::named(tx, "Owner")).await.unwrap().unwrap();
        owner.browser.post(&format!("/portal/roles/{role}/second-factor"), &[("days", "0")]).await;
        let page = owner.browser.get("/portal/staff").await;
        assert_eq!(page.leads_to(SET_UP), possible);
        assert_eq!(shop.count("select count(*) as n from roles where second_factor_days is not null", &[]).await, i64::from(possible));
        owner.browser.post(&format!("{SET_UP}/app"), &[("password", STAFF_PASSWORD)]).await;
        assert_eq!(shop.count("select count(*) as n from authenticators", &[]).await, i64::from(possible));
    }
}
