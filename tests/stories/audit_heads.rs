//! The signed end of the audit trail, kept where the database's owner can't reach
//! (promise 16).

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tradepost::staff::BuiltIn;
use tradepost::trail::outside::{self, Way};

use crate::support::database::Kind;
use crate::support::shop::{Shop, eventually};

const MAIL: &str = "anna@harbour.example";
/// Longer than a node that died keeps a way to itself.
const LEASE: Duration = Duration::from_secs(121);

fn unguarded(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "drop trigger audit_keeps_entries; drop trigger audit_keeps_words;",
        Kind::Postgres => "alter table audit disable trigger all;",
    }
}

/// A web server that takes whatever is posted, and gives it on.
async fn listener() -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/heads?key=secret", listener.local_addr().unwrap());
    let (given, taken) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut text = String::new();
            let mut block = [0; 4096];
            while !text.ends_with('}') {
                let read = stream.read(&mut block).await.unwrap();
                assert!(read > 0, "{text}");
                text.push_str(std::str::from_utf8(&block[..read]).unwrap());
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
            drop(given.send(text));
        }
    });
    (url, taken)
}

story! {
    async fn promise_16_the_end_of_the_trail_is_kept_elsewhere_and_tells_what_a_key_can_not(kind) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heads.txt");
        let (url, mut posted) = listener().await;
        let shop = Shop::with(kind, &[
            ("audit.heads_file", file.to_str().unwrap()),
            ("audit.heads_mail", "auditor@elsewhere.example"),
            ("audit.heads_webhook", &url),
        ]).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let post = posted.recv().await.unwrap();
        assert!(post.starts_with("POST /heads?key=secret HTTP/1.1") && post.contains("tradepost-head-1"), "{post}");
        let first = shop.mail_to("auditor@elsewhere.example").await;
        assert!(first.kind() == "trail-head" && first.subject().contains("end of the audit trail"), "{}", first.subject());
        eventually("the file has a head", async || std::fs::read_to_string(&file).ok().filter(|text| text.contains("tradepost-head-1"))).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        for position in ["off", "on", "off"] {
            owner.switches_access(anna, position).await;
        }
        shop.advance(Duration::from_hours(25));
        let second = shop.mail_to("auditor@elsewhere.example").await;
        posted.recv().await.unwrap();
        let kept = second.text_part();
        eventually("the file has the newer one, too", async || std::fs::read_to_string(&file).ok().filter(|text| text.lines().count() >= 2)).await;
        let of: i64 = kept.split_whitespace().skip_while(|word| *word != "tradepost-head-1").nth(1).unwrap().parse().unwrap();
        let owner = shop.staff(BuiltIn::Owner).await;
        let page = owner.browser.post("/portal/audit/heads", &[("heads", &kept)]).await;
        assert!(page.says("is held") && page.says("Posted to a web server") && page.says("Mailed"), "{}", page.text());
        let (code, said) = shop.tradepost(&["audit", "verify", "--head", file.to_str().unwrap()]).await;
        assert!(code == 0 && said.contains("It holds all"), "{code} {said}");
        shop.database.meddle(&format!("{} delete from audit where number >= {of}", unguarded(kind))).await.unwrap();
        let whole = shop.db().read(|tx| tradepost::audit::verify(tx, &[])).await.unwrap();
        assert!(whole.is_whole(), "what is left follows from itself");
        let page = owner.browser.post("/portal/audit/heads", &[("heads", &kept)]).await;
        assert!(page.says(&format!("the trail ends with entry {}", of - 1)), "{}", page.text());
        let (code, said) = shop.tradepost(&["audit", "verify", "--head", file.to_str().unwrap()]).await;
        assert!(code == 1 && said.contains("beyond the end of the trail"), "{code} {said}");
        owner.switches_access(anna, "on").await;
        owner.switches_access(anna, "off").await;
        let page = owner.browser.post("/portal/audit/heads", &[("heads", &kept)]).await;
        assert!(page.says("is another one"), "{}", page.text());
        let forged = kept.replace(&format!("tradepost-head-1 {of} "), &format!("tradepost-head-1 {} ", of - 1));
        let page = owner.browser.post("/portal/audit/heads", &[("heads", &forged)]).await;
        assert!(forged != kept && page.says("not signed here"), "{}", page.text());
        let page = owner.browser.post("/portal/audit/heads", &[("heads", "what?")]).await;
        assert!(page.says("There is no signed end in what you pasted"), "{}", page.text());
    }
}

story! {
    async fn promise_16_an_empty_trail_has_no_end_to_keep(kind) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heads.txt");
        let shop = Shop::idle_with(kind, &[("audit.heads_file", file.to_str().unwrap())]).await;
        outside::send_due(shop.app(), &[Way::File]).await.unwrap();
        assert!(!file.exists(), "and tomorrow is not soon enough for the first entry");
        shop.staff(BuiltIn::Owner).await;
        outside::send_due(shop.app(), &[Way::File]).await.unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("tradepost-head-1"));
    }
}

story! {
    /// Nobody answers the node that sends it, until it is stopped.
    async fn promise_16_what_is_being_sent_at_a_stop_is_given_back_at_once(kind) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/heads", listener.local_addr().unwrap());
        let mut shop = Shop::with(kind, &[("audit.heads_webhook", &url)]).await;
        shop.staff(BuiltIn::Owner).await;
        let (_silent, _) = listener.accept().await.unwrap();
        shop.workers().stop(Duration::ZERO).await;
        let due = "select count(*) as n from audit_outside where due_at <= $1";
        assert_eq!(shop.count(due, &[&shop.app().clock.now()]).await, 1);
    }
}

story! {
    async fn promise_16_what_a_node_wrote_as_it_died_is_written_again_and_nothing_is_left_out(kind) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.jsonl");
        let shop = Shop::idle_with(kind, &[("audit.log", file.to_str().unwrap())]).await;
        shop.staff(BuiltIn::Owner).await;
        outside::send_due(shop.app(), &[Way::Log]).await.unwrap();
        let written = || std::fs::read_to_string(&file).unwrap();
        let first = written();
        // It had claimed the way and written, and noted nothing.
        shop.run("update audit_outside set number = 0, due_at = $1", &[&shop.clock.now().plus(LEASE)]).await;
        outside::send_due(shop.app(), &[Way::Log]).await.unwrap();
        assert_eq!(written(), first, "others leave it alone while it may be at it");
        shop.advance(LEASE);
        outside::send_due(shop.app(), &[Way::Log]).await.unwrap();
        assert_eq!(written(), format!("{first}{first}"));
    }
}

story! {
    async fn promise_16_a_way_that_fails_is_shown_and_tried_again(kind) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("later").join("heads.txt");
        let shop = Shop::with(kind, &[("audit.heads_file", file.to_str().unwrap())]).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        eventually("the page says that it failed", async || owner.browser.get("/portal/audit/verify").await.says("the last try failed").then_some(())).await;
        std::fs::create_dir(folder.path().join("later")).unwrap();
        shop.advance(Duration::from_mins(6));
        eventually("the file is there", async || file.exists().then_some(())).await;
        eventually("the page says that it went", async || (!owner.browser.get("/portal/audit/verify").await.says("failed")).then_some(())).await;
    }
}

story! {
    async fn promise_16_each_entry_is_a_line_for_the_log_server_once(kind) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.jsonl");
        let mut shop = Shop::with(kind, &[("audit.log", file.to_str().unwrap())]).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let anna = shop.member("anna", MAIL, "trout9lamp").await;
        owner.switches_access(anna, "off").await;
        // Not in the middle of it: what a node writes as it dies is written again.
        let noted = "select count(*) as n from audit_outside where way = 'log' and number = (select max(number) from audit) and due_at <= $1";
        eventually("all of it is noted as sent", async || (shop.count(noted, &[&shop.clock.now()]).await == 1).then_some(())).await;
        shop.restart().await;
        shop.staff(BuiltIn::Support).await;
        let entries = shop.count("select count(*) as n from audit", &[]).await;
        let written = || std::fs::read_to_string(&file).unwrap_or_default();
        eventually("every entry is written", async || (i64::try_from(written().lines().count()).unwrap() >= entries).then_some(())).await;
        let lines: Vec<serde_json::Value> = written().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let numbers: Vec<i64> = lines.iter().map(|line| line["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=entries).collect::<Vec<_>>(), "in order, none twice");
        let off = lines.iter().find(|line| line["act"] == "access-off").unwrap();
        assert!(off["contact_id"].as_str().unwrap() == anna.to_string() && off["address"] == "127.0.0.1", "{off}");
        assert!(!written().contains("Anna"), "people are named by id only");
    }
}
