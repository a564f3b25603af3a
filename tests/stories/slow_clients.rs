//! Whoever sends slowly holds up nobody else (promise 4).

use std::sync::mpsc::channel;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;
use tradepost::db::Error;

use crate::support::client::Browser;
use crate::support::shop::{SOON, Shop, eventually};

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const PROXY: (&str, &str) = ("http.trusted_proxies", "127.0.0.1");
/// An address that many people share.
const OFFICE: &str = "203.0.113.9";
const BODY: &[u8] = b"username=nobody&password=wrong9lamp";
const KNOWN: [&str; 2] = ["__Host-tradepost-known", "tradepost-known"];
const MADE_UP: &str = "0123456789abcdef0123456789abcdef.1000.0123456789abcdef0123456789abcdef";

/// A connection on which someone began to sign in, and is asked for the rest.
async fn begins_to_sign_in(shop: &Shop, from: [u8; 4], cookie: &str) -> TcpStream {
    let mut connection = shop.silent_connection(from).await;
    let head = format!(
        "POST /login HTTP/1.1\r\nhost: shop.test\r\nx-forwarded-for: {OFFICE}\r\ncookie: a=b{cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        BODY.len()
    );
    connection.write_all(head.as_bytes()).await.expect("sent");
    assert!(next(&mut connection).await.starts_with("HTTP/1.1 100 "), "asked for the rest");
    connection
}

/// What comes next on a connection; nothing when it was closed.
async fn next(connection: &mut TcpStream) -> String {
    let mut block = vec![0; 4096];
    let read = tokio::time::timeout(SOON, connection.read(&mut block)).await.expect("an answer in time");
    String::from_utf8_lossy(&block[..read.unwrap_or(0)]).into_owned()
}

/// A browser behind the office's address with nothing but what another is known by.
fn known_like(shop: &Shop, browser: &Browser) -> Browser {
    let copy = shop.browser().coming_from(OFFICE);
    for name in KNOWN {
        copy.set_cookie(name, &browser.cookies()[name]);
    }
    copy
}

story! {
    async fn promise_04_bodies_that_do_not_come_take_nobodys_turn(kind) {
        let shop = Shop::with(kind, &[PROXY]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let anna = shop.browser().coming_from(OFFICE);
        assert!(anna.sign_in("anna", PASSWORD).await.leads_to("/"));
        let mut slow = Vec::new();
        for n in 0..40 {
            let cookie = if n % 2 == 0 { String::new() } else { format!("; tradepost=x; tradepost-known={MADE_UP}") };
            slow.push(begins_to_sign_in(&shop, [127, 0, 0, 1], &cookie).await);
        }
        assert_eq!(anna.get("/account").await.status, 200);
        assert_eq!(shop.browser().coming_from(OFFICE).get("/login").await.status, 200, "who is new waits for nobody");
        for connection in &mut slow[..2] {
            connection.write_all(BODY).await.expect("sent");
            assert!(next(connection).await.starts_with("HTTP/1.1 401 "), "what comes late is answered");
        }
    }
}

story! {
    async fn promise_04_connections_whose_bodies_do_not_come_make_room_for_each_other(kind) {
        let shop = Shop::open(kind).await;
        let mut slow = Vec::new();
        for _ in 0..260 {
            slow.push(begins_to_sign_in(&shop, [127, 0, 0, 2], "").await);
        }
        for first in &mut slow[..4] {
            assert_eq!(next(first).await, "", "closed without a word");
        }
        let newest = &mut slow[259];
        newest.write_all(BODY).await.expect("sent");
        assert!(next(newest).await.starts_with("HTTP/1.1 401 "));
        assert_eq!(shop.browser().get("/login").await.status, 200);
    }
}

story! {
    async fn promise_04_a_made_up_cookie_makes_no_turns_of_its_own(kind) {
        let shop = Shop::idle_with(kind, &[PROXY]).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let anna = shop.browser().coming_from(OFFICE);
        assert!(anna.sign_in("anna", PASSWORD).await.leads_to("/"));
        let anna = known_like(&shop, &anna);
        // As long as somebody writes, everyone else who would has their turn and keeps it.
        let ((begun, mut has_begun), (go_on, may_go_on)) = (unbounded_channel(), channel::<()>());
        let db = shop.db().clone();
        let writes = tokio::spawn(async move {
            db.write(move |_| {
                begun.send(()).expect("a story that waits");
                may_go_on.recv().expect_err("nothing but an end");
                Ok::<_, Error>(())
            })
            .await
        });
        has_begun.recv().await.expect("a transaction");
        let asks: Vec<_> = (0..9)
            .map(|n| {
                let browser = shop.browser().coming_from(OFFICE);
                if n % 2 == 1 {
                    browser.set_cookie("tradepost", &"0".repeat(64));
                    browser.set_cookie("tradepost-known", MADE_UP);
                }
                tokio::spawn(async move { browser.forgot_password("nobody").await.status })
            })
            .collect();
        eventually("one of nine waits for its turn", async || {
            shop.app().gauges.text().contains("\ntradepost_requests_waiting 1\n").then_some(())
        })
        .await;
        assert_eq!(anna.get("/login").await.status, 200, "who was here before doesn't");
        drop(go_on);
        writes.await.expect("an end").expect("a commit");
        for ask in asks {
            assert_eq!(ask.await.expect("an answer"), 303);
        }
    }
}
