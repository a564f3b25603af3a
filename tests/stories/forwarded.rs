//! Where requests come from when a proxy stands in front.

use crate::support::log;
use crate::support::shop::Shop;

const MAIL: &str = "anna@harbour.example";
const PASSWORD: &str = "trout9lamp";

story! {
    async fn promise_16_an_address_with_a_port_is_its_own_and_locks_nobody_else_out(kind) {
        let shop = Shop::with(kind, &[("http.trusted_proxies", "127.0.0.0/8, ::1")]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        for (thief, customer) in [
            ("203.0.113.9:4000", "198.51.100.7:41234"),
            ("[2001:db8:bad::1]:443", "[2001:db8:c0de::1]:443"),
            ("\"[2001:db8:bad::2]:443\"", "::ffff:198.51.100.8"),
        ] {
            let thief = shop.browser().coming_from(thief);
            for guess in 0..100 {
                thief.sign_in(&format!("user{guess}"), "spring2026").await;
            }
            let customer = shop.browser().coming_from(customer);
            assert!(customer.sign_in("anna", PASSWORD).await.leads_to("/"));
        }
        let addresses = shop.database.rows().await;
        for address in ["198.51.100.7", "2001:db8:c0de::1", "198.51.100.8"] {
            assert!(addresses.contains(address), "{address} is where Anna signed in from");
        }
        assert!(!addresses.contains("41234"), "a port is no part of it");
    }
}

story! {
    async fn promise_16_a_header_that_is_not_believed_is_told_in_the_log_once(kind) {
        let shop = Shop::open(kind).await;
        let start = log::mark();
        for _ in 0..3 {
            shop.browser().coming_from("203.0.113.77:1").get("/login").await;
        }
        let said = String::from_utf8_lossy(&log::since(start)).into_owned();
        assert!(said.contains("not in http.trusted_proxies and was not believed"), "{said}");
        assert!(!said.contains("203.0.113.77"), "what was not believed is not kept either");
        let proxied = Shop::with(kind, &[("http.trusted_proxies", "127.0.0.1")]).await;
        let start = log::mark();
        proxied.browser().coming_from("unknown").get("/login").await;
        proxied.browser().get("/login").await;
        let said = String::from_utf8_lossy(&log::since(start)).into_owned();
        assert!(said.contains("holds no address where the proxy writes it"), "{said}");
        assert!(said.contains("sent no X-Forwarded-For"), "{said}");
    }
}
