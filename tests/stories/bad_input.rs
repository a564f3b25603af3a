//! What is not a form of ours changes nothing, and headers keep browsers safe.

use tradepost::staff::BuiltIn;

use crate::support::client::Ask;
use crate::support::shop::Shop;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const ROWS: &str = "select (select count(*) from jobs) + (select count(*) from sessions) + (select count(*) from audit) + (select count(*) from mails) as n";

story! {
    async fn a_form_from_another_site_changes_nothing(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let before = shop.count(ROWS, &[]).await;
        let access = format!("/portal/contacts/{anna}/access");
        let resets = format!("/portal/contacts/{anna}/resets");
        for origin in ["https://evil.example", "null", "http://shop.test.evil.example", "http://shop.test:8080"] {
            for (path, fields) in [("/login", vec![("username", "anna"), ("password", PASSWORD)]), ("/forgot-password", vec![("username", "anna")]), ("/account/name", vec![("name", "X")]), ("/logout", vec![])] {
                assert_eq!(browser.post_from(origin, path, &fields).await.status, 403, "{path} from {origin}");
            }
            assert_eq!(office.browser.post_from(origin, &access, &[("access", "off")]).await.status, 403);
            assert_eq!(office.browser.post_from(origin, &resets, &[]).await.status, 403);
        }
        assert_eq!(shop.count(ROWS, &[]).await, before);
        assert!(browser.is_signed_in().await && browser.get("/account").await.says("Anna Sample"));
    }
}

story! {
    async fn fetch_metadata_of_another_site_is_refused_too(kind) {
        let shop = Shop::open(kind).await;
        let headers = vec![("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
        let ask = Ask { method: "POST", path: "/forgot-password", headers, body: b"username=anna".to_vec() };
        assert_eq!(shop.browser().send(ask).await.status, 403);
        assert_eq!(shop.count("select count(*) as n from jobs", &[]).await, 0);
    }
}

story! {
    async fn unknown_missing_doubled_and_mistyped_fields_are_refused(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        let before = shop.count(ROWS, &[]).await;
        let cases: [(&str, &[(&str, &str)]); 9] = [
            ("/login", &[("username", "anna"), ("password", PASSWORD), ("admin", "1")]),
            ("/login", &[("username", "anna")]),
            ("/login", &[("username", "anna"), ("username", "bert"), ("password", PASSWORD)]),
            ("/forgot-password", &[("username", "anna"), ("email", "thief@evil.example")]),
            ("/forgot-password", &[]),
            ("/password", &[("new_password", "lamp of 9 trouts"), ("confirm_password", "lamp of 9 trouts"), ("contact", "2")]),
            ("/account/name", &[("name", "Zoë"), ("username", "owner")]),
            ("/account/email", &[("email", "a@b.example")]),
            ("/forgot-username", &[("username", "anna")]),
        ];
        for (path, fields) in cases {
            let page = browser.post(path, fields).await;
            assert!(page.status == 422 && page.says("That could not be read"), "{path} {fields:?}: {}", page.status);
        }
        for fields in [&[("stop_current", "maybe")][..], &[("stop_current", "true"), ("password", "chosen9bystaff")]] {
            assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/resets"), fields).await.status, 422, "{fields:?}");
        }
        for to in ["maybe", "", "ON"] {
            assert_eq!(office.switches_access(anna, to).await.status, 422, "{to:?}");
        }
        assert_eq!(shop.count(ROWS, &[]).await, before, "nothing changed");
    }
}

story! {
    async fn wrong_kinds_and_sizes_are_refused(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.browser();
        for body in [&b"\0\0\0"[..], b"username", b"{\"username\": \"anna\"}", b""] {
            assert_eq!(browser.post_bytes("/login", body.to_vec()).await.status, 422, "{body:?}");
        }
        let large = [b"username=".to_vec(), vec![b'x'; 80 * 1024]].concat();
        for path in ["/login", "/forgot-password", "/portal/login", "/password"] {
            let status = browser.post_bytes(path, large.clone()).await.status;
            assert!(status == 413 || (path == "/password" && status == 303), "{path}: {status}");
        }
        let json = Ask { method: "POST", path: "/login", headers: vec![("content-type", "application/json"), ("origin", "http://shop.test")], body: b"{\"username\":\"anna\"}".to_vec() };
        assert_eq!(browser.send(json).await.status, 422);
        assert_eq!(shop.count("select count(*) as n from jobs", &[]).await, 0);
    }
}

story! {
    async fn strange_characters_in_a_username_are_just_wrong(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let long = "a".repeat(60_000);
        for typed in ["anna\0", "an\r\nna", "\u{202e}anna", "an\u{200b}\u{202d}na", "", "%", "_____", "' or '1'='1", &long] {
            let page = shop.browser().sign_in(typed, PASSWORD).await;
            assert_eq!(page.status, 401, "{typed:?}");
        }
        for typed in ["trout9lamp\0", "\0", "trout9lamp\r\n"] {
            assert_eq!(shop.browser().sign_in("anna", typed).await.status, 401, "{typed:?}");
        }
    }
}

story! {
    async fn wrong_methods_and_addresses_have_a_page(kind) {
        let shop = Shop::open(kind).await;
        let browser = shop.browser();
        for (method, path, expected) in [("DELETE", "/login", 405), ("PUT", "/password", 405), ("GET", "/logout", 405), ("POST", "/account", 405), ("GET", "/nothing", 404), ("GET", "/../etc/passwd", 404), ("GET", "/assets/../Cargo.toml", 404)] {
            let reply = browser.send(Ask { method, path, headers: vec![("origin", "http://shop.test")], body: Vec::new() }).await;
            assert_eq!(reply.status, expected, "{method} {path}");
            assert!(reply.says("There is nothing here"), "{method} {path}");
        }
        let headers = vec![("accept", "application/json")];
        let problem = browser.send(Ask { method: "GET", path: "/api/v1/nothing", headers, body: Vec::new() }).await;
        assert_eq!((problem.status, problem.header("content-type")), (404, "application/problem+json"));
        assert_eq!(browser.get("/healthz").await.status, 200);
        assert_eq!(browser.get("/readyz").await.text(), "ready\n");
    }
}

story! {
    async fn every_answer_carries_the_headers_that_keep_browsers_safe(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        for path in ["/", "/login", "/account", "/nothing", "/portal/login", "/forgot-password", "/healthz"] {
            let page = browser.get(path).await;
            let policy = page.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
            assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
            assert!(!page.header("referrer-policy").is_empty() && !page.header("x-request-id").is_empty(), "{path}");
            assert!(page.all("strict-transport-security").is_empty(), "not over plain http");
            assert!(!page.text().contains("<script>") && !page.text().contains("style=\"") && !page.text().contains("onclick"), "{path}");
        }
        let page = browser.get("/account").await.text();
        let css = page.split('"').find(|part| part.starts_with("/assets/") && part.contains(".css")).unwrap().to_owned();
        assert!(browser.get(&css).await.header("cache-control").contains("max-age"));
    }
}

story! {
    async fn over_https_cookies_are_host_bound(kind) {
        let shop = Shop::with(kind, &[("http.public_url", "https://shop.harbour.example")]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.browser();
        let reply = browser.sign_in("anna", PASSWORD).await;
        assert!(reply.leads_to("/"));
        let cookies = reply.all("set-cookie");
        assert_eq!(cookies.len(), 2, "{cookies:?}");
        assert!(cookies[0].starts_with("__Host-tradepost=") && cookies[0].contains("; SameSite=Lax"), "{cookies:?}");
        let known = &cookies[1];
        assert!(known.starts_with("__Host-tradepost-known=") && known.contains("; SameSite=Strict"), "{cookies:?}");
        for cookie in cookies {
            assert!(["; Secure", "; HttpOnly", "; Path=/"].iter().all(|part| cookie.contains(part)), "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        assert!(browser.get("/account").await.header("strict-transport-security").contains("max-age=31536000"));
        let plain = shop.browser();
        plain.set_cookie("tradepost", &browser.cookies()["__Host-tradepost"]);
        assert!(plain.get("/account").await.leads_to("/login"), "a cookie that any subdomain could set does not count");
    }
}

story! {
    async fn bytes_that_are_no_text_are_refused(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let browser = shop.signed_in("anna", PASSWORD).await;
        for body in [&b"name=Ann%FF"[..], b"name=Ann\xff", b"name=%ED%A0%80"] {
            assert_eq!(browser.post_bytes("/account/name", body.to_vec()).await.status, 422, "{body:?}");
        }
        assert!(browser.get("/account").await.says("Anna Sample"));
    }
}
