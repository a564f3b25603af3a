//! The database knows its key: without it, or with another, nothing starts.

use crate::databases::Database;
use crate::program::{Installation, Ran, STAFF_PASSWORD};

fn both() -> [Installation; 2] {
    [Database::sqlite(), Database::postgres()].map(|database| Installation::without_a_database(database, 25))
}

/// A command with a key file of its own name, as PostgreSQL needs it.
fn with_key(shop: &Installation, name: &str, arguments: &[&str]) -> Ran {
    let mut command = shop.command(arguments);
    command.env("TRADEPOST_SECURITY__KEY_FILE", shop.folder.path().join(name));
    Ran::from(command.output().unwrap())
}

fn begun(shop: &Installation) -> String {
    let made = with_key(shop, "a.key", &["init"]);
    assert_eq!(made.code, 0, "{made:?}");
    let (_, rest) = made.out.split_once("(fingerprint ").unwrap();
    rest.split(')').next().unwrap().to_owned()
}

#[track_caller]
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, 3, "{ran:?}");
    for word in words {
        assert!(ran.one_line().contains(word), "{word:?} is not in {:?}", ran.one_line());
    }
}

#[test]
fn without_its_key_a_database_is_not_served_and_none_is_made() {
    for shop in both() {
        let fingerprint = begun(&shop);
        let key = shop.folder.path().join("a.key");
        let kept = std::fs::read(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        for command in [["serve"].as_slice(), &["keys", "show"]] {
            let ran = with_key(&shop, "a.key", command);
            assert_eq!(ran.code, 3, "{ran:?}");
        }
        let ran = with_key(&shop, "a.key", &["serve"]);
        refused(
            &ran,
            &["a.key: there is no such file", &fingerprint, "Put the key file back", "keys replace"],
        );
        assert!(!key.exists(), "none was made in silence");
        std::fs::write(&key, "nonsense").unwrap();
        refused(&with_key(&shop, "a.key", &["serve"]), &["a.key", "64 hexadecimal digits"]);
        std::fs::remove_file(&key).unwrap();
        std::fs::create_dir(&key).unwrap();
        refused(&with_key(&shop, "a.key", &["serve"]), &["a.key", "can't be read"]);
        std::fs::remove_dir(&key).unwrap();
        std::fs::write(&key, kept).unwrap();
        let mut command = shop.command(&["serve"]);
        command.env("TRADEPOST_SECURITY__KEY_FILE", &key);
        drop(shop.serve_with(command));
    }
}

#[test]
fn a_node_with_another_key_is_refused() {
    for shop in both() {
        let fingerprint = begun(&shop);
        let other = Installation::without_a_database(Database::sqlite(), 25);
        other.done(&["init"]);
        std::fs::copy(other.key_file(), shop.folder.path().join("b.key")).unwrap();
        let ran = with_key(&shop, "b.key", &["serve"]);
        refused(&ran, &["b.key: this key", "has the fingerprint", &fingerprint, "copy it from another one"]);
        let shown = with_key(&shop, "b.key", &["keys", "show"]);
        assert!(shown.code == 3 && shown.out.contains(&fingerprint), "{shown:?}");
        let own = with_key(&shop, "a.key", &["keys", "show"]);
        assert!(own.code == 0 && own.out.matches(&fingerprint).count() == 2, "{own:?}");
        let bounce = {
            let mut command = shop.command(&["bounce"]);
            command.env("TRADEPOST_SECURITY__KEY_FILE", shop.folder.path().join("b.key"));
            Ran::from(
                command.env("TRADEPOST_MAIL__BOUNCE_ADDRESS", "bounces@harbour.example").output().unwrap(),
            )
        };
        refused(&bounce, &["b.key: this key"]);
    }
}

#[test]
fn a_node_without_a_key_is_refused_where_there_is_one() {
    let shop = Installation::without_a_database(Database::postgres(), 25);
    let fingerprint = begun(&shop);
    refused(&shop.run(&["serve"]), &["security.key_file is not set", &fingerprint]);
}

#[test]
fn a_database_from_before_takes_the_key_that_is_there() {
    for shop in both() {
        let first = begun(&shop);
        meddle(&shop, "delete from key_fingerprints");
        let mut command = shop.command(&["serve"]);
        command.env("TRADEPOST_SECURITY__KEY_FILE", shop.folder.path().join("a.key"));
        drop(shop.serve_with(command));
        let shown = with_key(&shop, "a.key", &["keys", "show"]);
        assert!(shown.code == 0 && shown.out.matches(&first).count() == 2, "{shown:?}");
    }
}

#[test]
fn a_database_from_before_that_needs_its_key_makes_no_other() {
    for shop in both() {
        begun(&shop);
        shop.add_olivia();
        meddle(&shop, "delete from key_fingerprints");
        meddle(&shop, &sealed());
        std::fs::remove_file(shop.folder.path().join("a.key")).unwrap();
        refused(
            &with_key(&shop, "a.key", &["serve"]),
            &["a.key: there is no such file", "only its key opens"],
        );
        assert!(!shop.folder.path().join("a.key").exists());
    }
}

#[test]
fn the_way_out_says_what_is_lost_and_locks_nobody_out() {
    for shop in both() {
        let first = begun(&shop);
        shop.add_olivia();
        meddle(&shop, &sealed());
        std::fs::remove_file(shop.folder.path().join("a.key")).unwrap();
        let asked = with_key(&shop, "a.key", &["keys", "replace"]);
        refused(&asked, &["nothing was changed", "--yes"]);
        assert!(asked.out.contains("authenticator apps of 1 staff users"), "{asked:?}");
        refused(&with_key(&shop, "a.key", &["serve"]), &[&first]);
        let done = with_key(&shop, "a.key", &["keys", "replace", "--yes"]);
        assert!(done.code == 0 && done.out.contains("Done.") && !done.out.contains(&first), "{done:?}");
        let mut command = shop.command(&["serve"]);
        command.env("TRADEPOST_SECURITY__KEY_FILE", shop.folder.path().join("a.key"));
        let server = shop.serve_with(command);
        let mut olivia = server.visitor();
        olivia
            .post("/portal/login", &[("email", "olivia@harbour.example"), ("password", STAFF_PASSWORD)])
            .leads_to("/portal");
        assert_eq!(olivia.get("/portal").status, 200, "no code is asked for that nobody can check");
        assert!(with_key(&shop, "a.key", &["audit", "verify"]).out.contains("Whole"));
    }
}

#[test]
fn the_key_is_not_replaced_under_a_running_node() {
    for shop in both() {
        begun(&shop);
        let mut command = shop.command(&["serve"]);
        command.env("TRADEPOST_SECURITY__KEY_FILE", shop.folder.path().join("a.key"));
        let server = shop.serve_with(command);
        let before = std::fs::read(shop.folder.path().join("a.key")).unwrap();
        let refused = crate::until("the node says that it serves", || {
            let locks = "select pid from pg_locks where locktype = 'advisory' and mode = 'ShareLock'
                 and database = (select oid from pg_database where datname = current_database())";
            shop.database.has_row(locks).then(|| with_key(&shop, "a.key", &["keys", "replace", "--yes"]))
        });
        assert!(refused.err.contains("serve"), "{refused:?}");
        assert_eq!(std::fs::read(shop.folder.path().join("a.key")).unwrap(), before, "the file stays, too");
        assert!(!shop.folder.path().join("a.key.replaced").exists());
        drop(server);
    }
}

/// An authenticator app of Olivia's whose secret nobody opens any more.
fn sealed() -> String {
    "insert into authenticators (staff_id, secret, nonce, last_step, confirmed_at, created_at)
     select id, password_nonsense, password_nonsense, 0, 1, 1 from (select id, BYTES as password_nonsense from staff) s"
        .into()
}

fn meddle(shop: &Installation, sql: &str) {
    match shop.database.url.strip_prefix("sqlite:") {
        Some(file) => {
            let sql = sql.replace("BYTES", "x'00'");
            rusqlite::Connection::open(file).unwrap().execute_batch(&sql).unwrap();
        }
        None => postgres::Client::connect(&shop.database.url, postgres::NoTls)
            .unwrap()
            .batch_execute(&sql.replace("BYTES", "'\\x00'::bytea"))
            .unwrap(),
    }
}
