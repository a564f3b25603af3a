//! A copy is brought back: whole, with its key, and never over what is there.

use std::fs;

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::{Installation, Ran, STAFF_PASSWORD};
use crate::until;

/// A shop with Anna, and a copy of it.
fn copied(with_key: bool) -> Installation {
    let shop = Installation::on(Database::sqlite(), 25);
    shop.add_olivia();
    shop.add_contacts(&["anna"]);
    let said =
        shop.done(if with_key { &["backup", "copy.db", "--with-key"] } else { &["backup", "copy.db"] });
    assert!(said.contains("Copied sqlite:"), "{said}");
    shop
}

/// Restores it elsewhere, with a key file or none.
fn elsewhere(shop: &Installation, key: Option<&str>, more: &[&str]) -> (Installation, Ran) {
    let other = Installation::without_a_database(Database::sqlite(), 25);
    if let Some(key) = key {
        fs::write(other.key_file(), key).unwrap();
    }
    let copy = shop.folder.path().join("copy.db");
    let ran = other.run(&[&["restore", copy.to_str().unwrap()], more].concat());
    (other, ran)
}

fn nothing_is_left(other: &Installation, key: bool) {
    let left = fs::read_dir(other.file_of_database().parent().unwrap()).unwrap();
    let left: Vec<String> =
        left.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    let left: Vec<&String> = left.iter().filter(|name| !name.contains(".lock")).collect();
    assert_eq!(left.len(), usize::from(key), "{left:?}");
}

#[test]
fn a_backup_names_the_key_that_belongs_to_it_or_takes_it_along() {
    let shop = copied(false);
    let said = shop.done(&["backup", "again.db"]);
    let key = shop.key_file();
    assert!(said.contains("Its key is NOT in it") && said.contains(key.to_str().unwrap()), "{said}");
    assert!(said.contains("fingerprint") && !shop.folder.path().join("again.db.key").exists());
    let along = shop.done(&["backup", "third.db", "--with-key"]);
    assert!(along.contains("third.db.key"), "{along}");
    assert_eq!(fs::read(shop.folder.path().join("third.db.key")).unwrap(), fs::read(&key).unwrap());
    fs::remove_file(shop.folder.path().join("third.db")).unwrap();
    let taken = shop.run(&["backup", "third.db", "--with-key"]);
    assert!(taken.code == 3 && taken.one_line().contains("third.db.key exists already"), "{taken:?}");
}

#[test]
fn a_copy_is_restored_with_its_key() {
    let shop = copied(false);
    let key = fs::read_to_string(shop.key_file()).unwrap();
    let (other, ran) = elsewhere(&shop, Some(&key), &[]);
    assert!(
        ran.code == 0 && ran.out.contains("Restored") && ran.out.contains("Its key is in place"),
        "{ran:?}"
    );
    assert!(other.done(&["staff", "list"]).contains("olivia@harbour.example"));
    assert!(other.done(&["audit", "verify"]).contains("Whole"));
    drop(other.serve());
}

#[test]
fn a_copy_without_its_key_is_not_restored_in_silence() {
    let shop = copied(false);
    let (other, missing) = elsewhere(&shop, None, &[]);
    assert!(missing.code == 3 && missing.one_line().contains("there is no such file"), "{missing:?}");
    assert!(missing.one_line().contains("--without-key"));
    nothing_is_left(&other, false);
    let foreign = Installation::on(Database::sqlite(), 25);
    let foreign = fs::read_to_string(foreign.key_file()).unwrap();
    let (other, another) = elsewhere(&shop, Some(&foreign), &[]);
    assert!(another.code == 3 && another.one_line().contains("has the fingerprint"), "{another:?}");
    nothing_is_left(&other, true);
    let (other, without) = elsewhere(&shop, None, &["--without-key"]);
    assert!(without.code == 0 && without.out.contains("NOT in place"), "{without:?}");
    assert_eq!(other.run(&["serve"]).code, 3, "it still needs its key");
    assert_eq!(other.run(&["keys", "replace", "--yes"]).code, 0, "or the way out");
    drop(other.serve());
    let along = copied(true);
    let (other, ran) = elsewhere(&along, None, &[]);
    assert!(ran.code == 0 && ran.out.contains("Its key came along"), "{ran:?}");
    drop(other.serve());
}

#[test]
fn nothing_is_overwritten_unless_asked_and_then_it_is_kept() {
    let shop = copied(false);
    let refused = shop.run(&["restore", "copy.db"]);
    assert!(refused.code == 3 && refused.one_line().contains("--replace"), "{refused:?}");
    shop.add_contacts(&["anna", "berta"]);
    let server = shop.serve();
    let busy = shop.run(&["restore", "copy.db", "--replace"]);
    assert!(busy.code == 1 && busy.one_line().contains("another process serves"), "{busy:?}");
    server.crash();
    let done = shop.done(&["restore", "copy.db", "--replace"]);
    assert!(done.contains("is kept as"), "{done}");
    let export = shop.done(&["export", "contacts"]);
    assert!(export.contains("anna") && !export.contains("berta"), "{export}");
    let kept = fs::read_dir(shop.file_of_database().parent().unwrap()).unwrap();
    let kept: Vec<_> = kept
        .map(|file| file.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(".replaced-"))
        .collect();
    assert!(!kept.is_empty());
    drop(shop.serve());
}

#[test]
fn what_is_no_whole_copy_is_refused_with_what_it_is() {
    let shop = copied(false);
    let copy = fs::read(shop.folder.path().join("copy.db")).unwrap();
    let mut damaged = copy.clone();
    for byte in &mut damaged[8192..16384] {
        *byte ^= 0x55;
    }
    let newer = shop.folder.path().join("newer.db");
    fs::write(&newer, &copy).unwrap();
    let file = rusqlite::Connection::open(&newer).unwrap();
    file.execute_batch("insert into migrations (name) values ('9999_from_the_future')").unwrap();
    file.close().unwrap();
    let newer = fs::read(&newer).unwrap();
    let foreign = shop.folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("create table diary (day text)").unwrap();
    let foreign = fs::read(&foreign).unwrap();
    for (name, content, words) in [
        ("dump", b"PGDMP\x01\x0e".to_vec(), "pg_restore"),
        ("packed", vec![0x1f, 0x8b, 8, 0], "gunzip"),
        ("text", b"dear diary".to_vec(), "no copy that"),
        ("empty", Vec::new(), "no copy that"),
        ("half", copy[..copy.len() / 2].to_vec(), "damaged"),
        ("damaged", damaged, "damaged"),
        ("newer", newer, "newer than this binary"),
        ("foreign", foreign, "something else"),
    ] {
        let other = Installation::without_a_database(Database::sqlite(), 25);
        let path = other.file(name, content);
        let ran = other.run(&["restore", path.to_str().unwrap()]);
        assert!(
            ran.code == 3 && ran.err.contains(words) && ran.err.contains("nothing was changed"),
            "{name}: {ran:?}"
        );
        nothing_is_left(&other, false);
    }
    let none = shop.run(&["restore", "nowhere.db"]);
    assert!(none.code == 3 && none.one_line().contains("nowhere.db"), "{none:?}");
}

#[test]
fn promise_04_what_waited_in_a_copy_is_not_sent_again_by_a_restore() {
    let mut post = Postbox::closed();
    let shop = Installation::on(Database::sqlite(), post.port);
    shop.add_olivia();
    shop.add_contacts(&["anna"]);
    let server = shop.serve();
    server.visitor().post("/forgot-password", &[("username", "anna")]);
    until("it was tried", || Some(shop.done(&["outbox"])).filter(|text| text.contains(" 1 tries")));
    shop.done(&["backup", "copy.db"]);
    let mut olivia = server.visitor();
    olivia.post("/portal/login", &[("email", "olivia@harbour.example"), ("password", STAFF_PASSWORD)]);
    assert_eq!(olivia.get("/portal").status, 200);
    post.open();
    post.mail(1);
    server.crash();
    let said = shop.done(&["restore", "copy.db", "--replace"]);
    assert!(said.contains("wait for the office: 1.") && said.contains("/portal/restored"), "{said}");
    let server = shop.serve();
    assert_eq!(olivia.get("/portal").status, 303, "everyone signs in again");
    olivia.post("/portal/login", &[("email", "olivia@harbour.example"), ("password", STAFF_PASSWORD)]);
    assert!(olivia.get("/portal/restored").body.contains("1 mail may have left before"));
    assert!(shop.done(&["outbox"]).contains("when the office says so"));
    assert_eq!(post.mails().len(), 1);
    olivia.post("/portal/restored/sendings", &[("mail", "all")]);
    let mail = post.mail(2);
    server.visitor().sign_in("anna", &mail.password()).leads_to("/password");
}

#[test]
fn postgresql_is_restored_by_its_own_tools_and_marked_while_nobody_serves_it() {
    let shop = Installation::on(Database::postgres(), 25);
    shop.add_olivia();
    let ran = shop.run(&["restore", "dump"]);
    assert!(
        ran.code == 3 && ran.one_line().contains("pg_restore") && ran.one_line().contains("restore --mark"),
        "{ran:?}"
    );
    let server = shop.serve();
    let refused = until("the node says that it serves", || {
        Some(shop.run(&["restore", "--mark"])).filter(|ran| ran.code == 3)
    });
    assert!(refused.one_line().contains("a node serves this database"), "{refused:?}");
    server.stop();
    let said = until("it is marked", || Some(shop.run(&["restore", "--mark"])).filter(|ran| ran.code == 0));
    assert!(said.out.contains("as restored"), "{said:?}");
    assert!(shop.database.has_row("select 1 from epochs where signed_off_at is null"));
    let both = shop.run(&["restore", "dump", "--mark"]);
    assert_eq!(both.code, 2, "{both:?}");
}
