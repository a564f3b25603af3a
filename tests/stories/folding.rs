//! One username in all its spellings, however it was typed or pasted.

use tradepost::staff::BuiltIn;

use crate::support::people::Colleague;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@b\u{fc}cher.example";

async fn finds(office: &Colleague, typed: &str, name: &str) -> bool {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
    office.browser.get(&format!("/portal/search?{query}")).await.says(&format!("{name}<"))
}

story! {
    /// `05-idn-email-as-username.csv`
    async fn promise_06_an_address_with_an_international_domain_signs_in_in_both_spellings(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna@xn--bcher-kva.example", MAIL, PASSWORD).await;
        shop.member("bert@b\u{fc}cher.example", "bert@harbour.example", PASSWORD).await;
        for name in ["anna", "bert", "ANNA"] {
            for domain in ["b\u{fc}cher.example", "xn--bcher-kva.example", "B\u{dc}CHER.example", "bu\u{308}cher.EXAMPLE"] {
                assert!(shop.lets_in(&format!("{name}@{domain}"), PASSWORD).await, "{name}@{domain}");
            }
        }
        assert!(!shop.lets_in("anna@bucher.example", PASSWORD).await);
    }
}

story! {
    /// `09-greek-final-sigma.csv`
    async fn promise_06_a_sigma_is_one_within_a_word_and_at_its_end(kind) {
        let shop = Shop::open(kind).await;
        let id = shop.member("\u{391}\u{39d}\u{394}\u{3a1}\u{395}\u{391}\u{3a3}", "a@shop.example", PASSWORD).await;
        for typed in ["ανδρεας", "ανδρεασ", "ΑΝΔΡΕΑΣ", "Ανδρεας"] {
            assert!(shop.lets_in(typed, PASSWORD).await, "{typed}");
        }
        shop.member("wei\u{df}", "b@shop.example", PASSWORD).await;
        for typed in ["WEISS", "weiss", "Wei\u{df}", "WEI\u{1e9e}"] {
            assert!(shop.lets_in(typed, PASSWORD).await, "{typed}");
        }
        let name = "Ανδρέας Δείγμας";
        let key = tradepost::kernel::text::search_key(name);
        shop.run("update contacts set name = $2, name_key = $3 where id = $1", &[&id, &name, &key]).await;
        let office = shop.staff(BuiltIn::Support).await;
        for typed in ["Δείγμας", "ΔΕΊΓΜΑΣ", "δείγμασ", "ΑΝΔΡΈΑΣ", "ανδρεας", "Δείγμας\u{200b}"] {
            assert!(finds(&office, typed, name).await, "{typed}");
        }
    }
}

story! {
    async fn promise_06_what_shows_nothing_is_ignored_in_a_username(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        for typed in ["\u{feff}anna", "anna\u{200b}", "an\u{ad}na", "\u{202a}anna\u{202c}", " \u{200e}anna\u{200f} ", "a\u{200d}nna", "\u{2060}ANNA"] {
            assert!(shop.lets_in(typed, PASSWORD).await, "{typed:?}");
        }
        assert!(shop.lets_in("\u{200e}anna@harbour.example", PASSWORD).await);
        assert!(!shop.lets_in("\u{200b}", PASSWORD).await && !shop.lets_in("an na", PASSWORD).await);
        shop.browser().forgot_password("anna\u{200b}").await;
        let temporary = shop.mail_to("anna@harbour.example").await.temporary_password();
        shop.quiet().await;
        // A Japanese keyboard writes its long vowel mark where a dash is meant.
        let typed = temporary.replace('-', "ー");
        assert!(shop.browser().sign_in("anna", &format!("{typed}\r\n")).await.leads_to("/password"));
    }
}

story! {
    async fn promise_06_an_address_that_only_one_has_signs_in_like_the_username(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        for typed in ["anna@harbour.example", "ANNA@Harbour.example", " anna@harbour.example "] {
            assert!(shop.lets_in(typed, PASSWORD).await, "{typed}");
        }
        let long = format!("{}@harbour.example", "x".repeat(60));
        shop.member("long", &long, PASSWORD).await;
        assert!(shop.lets_in(&long, PASSWORD).await, "longer than a username can be");
        // Two have it: nobody is meant.
        let shared = shop.member("bert", "shared@harbour.example", "bert has 1 lamp").await;
        shop.member("carl", "shared@harbour.example", "carl has 2 lamps").await;
        for password in ["bert has 1 lamp", "carl has 2 lamps"] {
            assert!(!shop.lets_in("shared@harbour.example", password).await);
        }
        let refused = shop.browser().sign_in("shared@harbour.example", "bert has 1 lamp").await.comparable();
        let unknown = shop.browser().sign_in("nobody@harbour.example", "bert has 1 lamp").await.comparable();
        assert_eq!(refused.2.replace("shared", "******"), unknown.2.replace("nobody", "******"));
        shop.run("update contacts set email = null, email_key = null where id = $1", &[&shared]).await;
        assert!(shop.lets_in("shared@harbour.example", "carl has 2 lamps").await);
        // A username that looks like it wins.
        shop.member("anna@harbour.example", "dora@harbour.example", "dora has 3 lamps").await;
        assert!(!shop.lets_in("anna@harbour.example", PASSWORD).await);
        assert!(shop.lets_in("anna@harbour.example", "dora has 3 lamps").await && shop.lets_in("anna", PASSWORD).await);
        // Merged and erased records have no address to sign in with.
        assert!(!shop.lets_in("", PASSWORD).await && !shop.lets_in("@", PASSWORD).await);
    }
}

story! {
    async fn promise_06_an_address_that_only_one_has_serves_for_a_forgotten_password(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.member("bert", "shared@harbour.example", PASSWORD).await;
        shop.member("carl", "shared@harbour.example", PASSWORD).await;
        let known = shop.browser().forgot_password("Anna@HARBOUR.example").await.comparable();
        let temporary = shop.mail_to("anna@harbour.example").await.temporary_password();
        shop.quiet().await;
        assert!(shop.browser().sign_in("anna@harbour.example", &temporary).await.leads_to("/password"));
        for typed in ["shared@harbour.example", "nobody@harbour.example"] {
            assert_eq!(shop.browser().forgot_password(typed).await.comparable(), known, "{typed}");
        }
        shop.quiet().await;
        assert!(shop.unread().is_empty());
    }
}

story! {
    /// Keys of before are brought in line; where two become one, whoever a
    /// spelling led to is still found by it.
    async fn promise_06_usernames_of_before_still_sign_in_after_they_are_folded_anew(kind) {
        let mut shop = Shop::open(kind).await;
        let people = [
            ("wei\u{df}", "wei\u{df}", "wei\u{df} has 1 lamp"),
            ("weiss", "weiss", "weiss has 2 lamps"),
            ("Ανδρέας", "ανδρέας", "andreas has 3 lamps"),
            ("anna@b\u{fc}cher.example", "anna@b\u{fc}cher.example", "anna has 4 lamps"),
        ];
        for (place, (username, key, password)) in people.into_iter().enumerate() {
            let id = shop.member(&format!("old{place}"), &format!("old{place}@harbour.example"), password).await;
            shop.run("update contacts set username = $2, username_key = $3, name = $2, name_key = $3 where id = $1", &[&id, &username, &key]).await;
        }
        for undo in [
            "drop table invitation_links",
            "drop index throttles_by_pause",
            "alter table throttles drop column open_at",
            "alter table resets drop column page_until",
            "delete from migrations where name = '0016_signing_in'",
        ] {
            shop.run(undo, &[]).await;
        }
        shop.restart().await;
        let keys = shop.texts("select username_key as t from contacts order by id", &[]).await;
        assert_eq!(keys, ["wei\u{df}", "weiss", "ανδρέασ", "anna@xn--bcher-kva.example"]);
        for (typed, password) in [
            ("wei\u{df}", people[0].2),
            ("Wei\u{df}", people[0].2),
            ("weiss", people[1].2),
            ("WEISS", people[1].2),
            ("ΑΝΔΡΈΑΣ", people[2].2),
            ("anna@xn--bcher-kva.example", people[3].2),
        ] {
            assert!(shop.lets_in(typed, password).await, "{typed}");
        }
        let office = shop.staff(BuiltIn::Support).await;
        assert!(finds(&office, "ΑΝΔΡΈΑΣ", "Ανδρέας").await && finds(&office, "WEISS", "wei\u{df}").await);
    }
}
