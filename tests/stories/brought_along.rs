//! Contacts who come with the password of the system before.

use passwords::{Brought, Given, Reading};
use tradepost::access::{self, Access};
use tradepost::actor::Actor;
use tradepost::kernel::id::ContactId;
use tradepost::listing::{self, Asked, List, Standing};
use tradepost::retailers::{self, contacts};
use tradepost::staff::BuiltIn;

use crate::support::shop::Shop;

const MAIL: &str = "anna@harbour.example";
const PASSWORD: &str = "trout9lamp";

/// Hashes of [`PASSWORD`] as four systems wrote them: Laravel, Django, Drupal 7, and a directory whose
/// hash is too weak to be kept.
const HASHES: [&str; 4] = [
    "$2y$04$KtE0yUn7z9l6bII7UIOW3eKq/92b4BuDqCp4.kuwUykposeATP2rq",
    "pbkdf2_sha256$1000$seasalt9seasalt9$CF3oY2/TlXOQjuTPDysLNvE7CqY8G/eQeFC0R5hjUAU=",
    "$S$6biMrIdKecQmVYLqBKmOoK3UKLKCnWgba1Yh.67Ri.35kJJ8QjfZ",
    "{SSHA}OfMc2YrCintXwZjkSugWjQ8t5ydzZWFzYWx0OQ==",
];
/// A hash of a password that was typed with the dots of its ü apart.
const DECOMPOSED: &str = "$2y$04$cmxwEHeVjjB2IbIVmMOZ.OF3dp4W.CzI7lCLJDou73p6M5r23D9T.";

story! {
    async fn promise_01_the_old_password_works_and_is_hashed_anew_at_the_first_sign_in(kind) {
        for hash in HASHES {
            let shop = Shop::open(kind).await;
            let anna = brought(&shop, "anna", MAIL, hash).await;
            assert_eq!(access(&shop, anna).await, Access::BroughtAlong);
            assert!(!shop.lets_in("anna", "trout9lamq").await, "{hash}");
            assert_eq!(access(&shop, anna).await, Access::BroughtAlong, "a wrong password changes nothing");
            shop.counts(1, "select count(*) as n from contacts where password_brought_at is not null").await;
            assert!(shop.lets_in("anna", PASSWORD).await, "{hash}");
            assert_eq!(access(&shop, anna).await, Access::Active);
            let kept = shop.texts("select password_hash as t from contacts where id = $1", &[&anna]).await;
            assert!(kept[0].starts_with("$argon2id$v=19$"), "{hash}");
            shop.counts(0, "select count(*) as n from contacts where password_brought_at is not null").await;
            assert!(shop.lets_in("anna", PASSWORD).await && !shop.lets_in("anna", "trout9lamq").await, "{hash}");
            let told = shop.texts("select details as t from audit where act = 'signed-in' order by number", &[]).await;
            assert!(told[0].contains(r#""password":"upgraded""#) && !told[1].contains("upgraded"), "{told:?}");
        }
    }
}

story! {
    async fn two_who_sign_in_at_once_are_both_let_in(kind) {
        let shop = Shop::open(kind).await;
        brought(&shop, "anna", MAIL, HASHES[0]).await;
        let (one, two) = (shop.browser(), shop.browser());
        let (first, second) = tokio::join!(one.sign_in("anna", PASSWORD), two.sign_in("anna", PASSWORD));
        assert!(first.leads_to("/") && second.leads_to("/"));
        assert!(shop.lets_in("anna", PASSWORD).await);
    }
}

story! {
    async fn what_was_hashed_as_typed_is_known_as_typed(kind) {
        let shop = Shop::open(kind).await;
        brought(&shop, "anna", MAIL, DECOMPOSED).await;
        assert!(!shop.lets_in("anna", "Grüße 123 ✨").await);
        assert!(shop.lets_in("anna", "Gru\u{308}ße 123 ✨").await);
        assert!(shop.lets_in("anna", "Grüße 123 ✨").await, "from now on it is one in NFKC");
    }
}

/// Hashes of `WordPress` 6.8 (of a customer's export) and 6.7 over what PHP's `addslashes` made of the
/// password: see `crates/passwords/tools/vectors.py`.
const SLASHED: [(&str, &str); 3] = [
    ("it's7quay", "$wp$2y$08$PuN6CGAEStCmosg/ksjWueLAfBUkSpR7sf88PHfIQQ4eVxIdXMS0G"),
    ("it's7quay", "$P$6seasalt9MnzuGYce.SZDFjiGfxCgk1"),
    (r"back\slash9", "$wp$2y$04$uS82xhNnm8gh.MQCET.50uBb24NLsyfg.8U7GjKt1o/3YJH7mSulO"),
];

story! {
    async fn promise_01_what_wordpress_hashed_with_slashes_signs_in_as_typed_and_is_kept_as_typed(kind) {
        for (password, hash) in SLASHED {
            let shop = Shop::open(kind).await;
            let anna = brought(&shop, "anna", MAIL, hash).await;
            let slashed = password.replace('\\', r"\\").replace('\'', r"\'");
            assert!(!shop.lets_in("anna", "its7quay").await, "{hash}");
            assert!(shop.lets_in("anna", password).await, "{hash}");
            let kept = shop.texts("select password_hash as t from contacts where id = $1", &[&anna]).await;
            assert!(kept[0].starts_with("$argon2id$v=19$"), "{hash}");
            assert!(shop.lets_in("anna", password).await, "{hash}");
            assert!(!shop.lets_in("anna", &slashed).await, "what is kept is of what was typed: {hash}");
        }
    }
}

story! {
    async fn promise_13_without_access_it_lets_nobody_in_and_with_access_again_it_does(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = brought(&shop, "anna", MAIL, HASHES[0]).await;
        office.switches_access(anna, "off").await;
        assert!(!shop.lets_in("anna", PASSWORD).await);
        office.switches_access(anna, "on").await;
        assert_eq!(access(&shop, anna).await, Access::BroughtAlong);
        assert!(shop.lets_in("anna", PASSWORD).await);
    }
}

story! {
    async fn promise_10_it_works_beside_a_reset_and_not_once_it_was_stopped(kind) {
        let shop = Shop::open(kind).await;
        let anna = brought(&shop, "anna", MAIL, HASHES[1]).await;
        shop.temporary_password("anna").await;
        assert!(matches!(access(&shop, anna).await, Access::ResetSent { .. }));
        shop.resets_and_stops("anna").await;
        assert!(!shop.lets_in("anna", PASSWORD).await);
        shop.counts(0, "select count(*) as n from contacts where password_brought_at is not null").await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        let browser = shop.browser();
        browser.sign_in("anna", &temporary).await;
        assert!(!browser.choose(PASSWORD).await.leads_to("/"), "it is the current one still");
        assert!(browser.choose("lamp of 9 trouts").await.leads_to("/"));
        assert!(shop.lets_in("anna", "lamp of 9 trouts").await && !shop.lets_in("anna", PASSWORD).await);
    }
}

story! {
    async fn whoever_has_a_password_keeps_it(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.member("anna", MAIL, "lamp of 9 trouts").await;
        assert!(!bring(&shop, anna, HASHES[0]).await);
        assert!(shop.lets_in("anna", "lamp of 9 trouts").await && !shop.lets_in("anna", PASSWORD).await);
        assert_eq!(access(&shop, anna).await, Access::Active);
    }
}

story! {
    async fn promise_09_an_unknown_username_takes_the_work_of_one_brought_along(kind) {
        let shop = Shop::open(kind).await;
        shop.member("otto", "otto@harbour.example", "lamp of 9 trouts").await;
        let work = async |username: &str| {
            let before = (shop.app().passwords.computed(), shop.app().passwords.computed_brought());
            assert!(!shop.lets_in(username, "wrong 4 sure").await);
            (shop.app().passwords.computed() - before.0, shop.app().passwords.computed_brought() - before.1)
        };
        for username in ["otto", "nobody", " "] {
            assert_eq!(work(username).await, (1, 0), "{username:?}: nobody brought one along");
        }
        brought(&shop, "anna", MAIL, HASHES[0]).await;
        for username in ["anna", "otto", "nobody", " "] {
            assert_eq!(work(username).await, (1, 1), "{username:?}");
        }
        assert!(shop.lets_in("anna", PASSWORD).await);
        for username in ["anna", "otto", "nobody", " "] {
            assert_eq!(work(username).await, (1, 0), "{username:?}: the last one is hashed anew");
        }
    }
}

story! {
    async fn the_badge_the_filter_and_the_contact_say_so(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = brought(&shop, "anna", MAIL, HASHES[0]).await;
        let page = office.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(page.says("Password brought along") && page.says("They sign in with the password of the old system"));
        assert_eq!(standing(&shop, anna).await, [Standing::Active, Standing::BroughtAlong]);
        let browser = shop.signed_in("anna", PASSWORD).await;
        assert_eq!(standing(&shop, anna).await, [Standing::Active]);
        let page = office.browser.get(&format!("/portal/contacts/{anna}")).await;
        assert!(!page.says("Password brought along") && page.says("the password brought along is kept anew"));
        assert!(browser.is_signed_in().await);
    }
}

story! {
    async fn promise_15_it_is_the_current_password_where_that_is_asked_for(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.member("anna", MAIL, "lamp of 9 trouts").await;
        let browser = shop.signed_in("anna", "lamp of 9 trouts").await;
        shop.run("update contacts set password_hash = null where id = $1", &[&anna]).await;
        assert!(bring(&shop, anna, HASHES[0]).await);
        assert!(!browser.change_password("lamp of 9 trouts", "9 lamps of trout").await.leads_to("/account"));
        assert!(!browser.change_password(PASSWORD, PASSWORD).await.leads_to("/account"), "it is the current one");
        assert_eq!(access(&shop, anna).await, Access::BroughtAlong);
        assert!(browser.change_password(PASSWORD, "9 lamps of trout").await.leads_to("/account"));
        assert_eq!(access(&shop, anna).await, Access::Active);
        assert!(shop.lets_in("anna", "9 lamps of trout").await && !shop.lets_in("anna", PASSWORD).await);
    }
}

story! {
    async fn whoever_is_merged_or_erased_leaves_none(kind) {
        const BROUGHT: &str = "select count(*) as n from contacts where password_brought_at is not null";
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = brought(&shop, "anna", MAIL, HASHES[0]).await;
        let berta = brought(&shop, "berta", "berta@harbour.example", HASHES[0]).await;
        let merge = format!("/portal/contacts/{berta}/merge");
        assert_eq!(office.browser.post(&merge, &[("other", &anna.to_string())]).await.status, 303);
        shop.counts(1, BROUGHT).await;
        assert_eq!(access(&shop, berta).await, Access::BroughtAlong);
        assert_eq!(office.erases(berta, "Berta Sample").await.status, 303);
        shop.counts(0, BROUGHT).await;
        assert!(!shop.lets_in("berta", PASSWORD).await);
    }
}

/// Enters a contact with a hash of the system before.
async fn brought(shop: &Shop, username: &str, email: &str, hash: &str) -> ContactId {
    let contact = shop.contact(username, email).await;
    assert!(bring(shop, contact, hash).await);
    contact
}

async fn bring(shop: &Shop, contact: ContactId, hash: &str) -> bool {
    let brought = match Brought::read(&Given { hash, ..Given::default() }).unwrap() {
        Reading::Kept(brought) => brought,
        Reading::Weak(weak) => shop.app().passwords.wrap(weak).await.unwrap(),
    };
    let now = shop.clock.now();
    shop.db().write(move |tx| contacts::bring_password(tx, contact, &brought, now)).await.unwrap()
}

async fn access(shop: &Shop, contact: ContactId) -> Access {
    let now = shop.clock.now();
    let read = shop.db().read(move |tx| retailers::contact(tx, &Actor::system(), contact));
    access::state(&read.await.unwrap(), now)
}

/// The filters of the list that hold a contact.
async fn standing(shop: &Shop, contact: ContactId) -> Vec<Standing> {
    let now = shop.clock.now();
    let read = shop.db().read(move |tx| {
        let mut holding = Vec::new();
        for standing in Standing::ALL {
            let asked = Asked { standing: Some(standing), ..Asked::everything(List::Contacts) };
            if listing::contact_ids(tx, &Actor::system(), &asked, now)?.contains(&contact) {
                holding.push(standing);
            }
        }
        Ok::<_, tradepost::Error>(holding)
    });
    read.await.unwrap()
}
