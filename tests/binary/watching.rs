//! The folder that docs/moving-in.md has watched for files.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::databases::Database;
use crate::moving_in::{contacts, is_whole, many};
use crate::program::Installation;
use crate::until;

const HEADER: &str = "account_number,retailer,territory,contact,email,username\n";

/// Days since 1970 on which files were last changed: long ago, and later than
/// now, however long a test takes.
const LONG_AGO: u64 = 20_000;
const JUST_NOW: u64 = 50_000;

/// A file in the folder that is watched, last changed on that day.
fn dropped(shop: &Installation, name: &str, content: &str, day: u64) {
    changed_on(&shop.file(name, content), day);
}

fn changed_on(path: &Path, day: u64) {
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 24 * 60 * 60);
    File::options().write(true).open(path).unwrap().set_modified(moment).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries
        .filter(|path| path.is_file())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Names without the moment before them, sorted.
fn without_moment(names: &[String]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(|name| name.split_once('-').unwrap().1).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_folder_is_watched_as_the_guide_says_on_sqlite() {
    is_watched(Database::sqlite());
}

#[test]
fn a_folder_is_watched_as_the_guide_says_on_postgresql() {
    is_watched(Database::postgres());
}

fn is_watched(database: Database) {
    let shop = Installation::on(database, 25);
    let drop = shop.folder.path().join("drop");
    fs::create_dir_all(drop.join("working")).unwrap();
    dropped(
        &shop,
        "drop/working/left.csv",
        &format!("{HEADER}1,Left,North,Anna,a@left.example,anna\n"),
        LONG_AGO,
    );
    dropped(&shop, "drop/good.csv", &format!("{HEADER}2,Good,North,Bert,b@good.example,bert\n"), LONG_AGO);
    dropped(&shop, "drop/bad.csv", &format!("{HEADER}3,Bad,North,Cleo,nonsense,cleo\n"), LONG_AGO);
    dropped(&shop, "drop/none.csv", "\0\u{1}", LONG_AGO);
    for name in ["late.csv.part", "late.tmp", ".hidden.csv", "~lock.csv"] {
        dropped(
            &shop,
            &format!("drop/{name}"),
            &format!("{HEADER}4,Late,North,Dora,d@late.example,dora\n"),
            LONG_AGO,
        );
    }
    let fresh = format!("{HEADER}5,Fresh,North,Ella,e@fresh.example,ella\n");
    dropped(&shop, "drop/fresh.csv", &fresh, JUST_NOW);

    let watch = ["import", "customers", "drop", "--watch", "--once", "--new-territories"];
    shop.done(&watch);
    assert_eq!(names(&drop), [".hidden.csv", "fresh.csv", "late.csv.part", "late.tmp", "~lock.csv"]);
    assert_eq!(names(&drop.join("working")), [""; 0]);
    assert_eq!(without_moment(&names(&drop.join("processed"))), ["good.csv", "left.csv"]);
    assert_eq!(without_moment(&names(&drop.join("failed"))), ["bad.csv", "none.csv"]);
    let mut reports = names(&drop.join("reports"));
    assert_eq!(reports.len(), 5, "{reports:?}");
    reports.retain(|name| name.ends_with("good.csv.json"));
    let report = fs::read_to_string(drop.join("reports").join(&reports[0])).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((report["state"].as_str(), report["rows"].as_i64()), (Some("done"), Some(1)), "{report}");
    let wrong =
        names(&drop.join("reports")).into_iter().find(|name| name.ends_with("bad.csv.wrong.csv")).unwrap();
    assert!(
        fs::read_to_string(drop.join("reports").join(wrong)).unwrap().contains("complete e-mail address")
    );
    let all = shop.done(&["export", "contacts"]);
    assert!(all.contains("Anna") && all.contains("Bert") && all.lines().count() == 3, "{all}");

    // Whole now, and the one that was renamed.
    changed_on(&drop.join("fresh.csv"), LONG_AGO);
    fs::rename(drop.join("late.csv.part"), drop.join("late.csv")).unwrap();
    shop.done(&watch);
    assert_eq!(names(&drop), [".hidden.csv", "late.tmp", "~lock.csv"]);
    assert_eq!(shop.done(&["export", "contacts"]).lines().count(), 5);
}

#[test]
fn what_a_watcher_had_begun_when_it_was_killed_is_in_once() {
    let shop = Installation::on(Database::sqlite(), 25);
    fs::create_dir_all(shop.folder.path().join("drop")).unwrap();
    many(&shop);
    shop.done(&["migrate"]);
    let content = fs::read_to_string(shop.folder.path().join("many.csv")).unwrap();
    dropped(&shop, "drop/many.csv", &content, LONG_AGO);
    let watch = ["import", "customers", "drop", "--watch", "--once", "--new-territories"];
    let mut child = shop.command(&watch).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut contacts = contacts(&shop.database);
    until("some rows are in", || (contacts() > 0).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(&shop.folder.path().join("drop/working")), ["many.csv"]);
    shop.done(&watch);
    assert_eq!(without_moment(&names(&shop.folder.path().join("drop/processed"))), ["many.csv"]);
    is_whole(&shop);
}

#[test]
fn two_files_of_one_name_are_both_kept() {
    let shop = Installation::on(Database::sqlite(), 25);
    let drop = shop.folder.path().join("drop");
    fs::create_dir_all(drop.join("working")).unwrap();
    dropped(&shop, "drop/working/list.csv", &format!("{HEADER}1,One,North,Anna,,\n"), LONG_AGO);
    dropped(&shop, "drop/list.csv", &format!("{HEADER}2,Two,North,Bert,,\n"), LONG_AGO);
    shop.done(&["import", "customers", "drop", "--watch", "--once", "--new-territories"]);
    assert_eq!((names(&drop.join("processed")).len(), names(&drop.join("reports")).len()), (2, 2));
    assert_eq!(shop.done(&["export", "contacts"]).lines().count(), 3);
}

#[test]
fn promise_1_no_secret_is_in_a_report_and_nobody_gets_a_record_by_folder_or_command_on_sqlite() {
    hands_nothing_over(Database::sqlite());
}

#[test]
fn promise_1_no_secret_is_in_a_report_and_nobody_gets_a_record_by_folder_or_command_on_postgresql() {
    hands_nothing_over(Database::postgres());
}

fn hands_nothing_over(database: Database) {
    const SECRET: &str = "Sommer2024zanzibar";
    let shop = Installation::on(database, 25);
    let drop = shop.folder.path().join("drop");
    fs::create_dir_all(&drop).unwrap();
    let night = |who: &str| {
        format!(
            "account_number,retailer,territory,contact,email,Kennwort\n\
             4001,Sample Shop,North,{who},office@shop.example,{SECRET}\n\
             4002,Other Shop,North,Eva Sample,nonsense,{SECRET}\n"
        )
    };
    let how = ["--new-territories", "--username-from-email", "--access", "--good-rows"];
    let watch = [&["import", "customers", "drop", "--watch", "--once"], &how[..]].concat();
    for (day, who) in [(1, "Ann Sample"), (2, "Bob Example")] {
        dropped(&shop, &format!("drop/night-{day}.csv"), &night(who), LONG_AGO + day);
        shop.done(&watch);
    }
    shop.file("night-3.csv", night("Bob Example"));
    let told = shop.done(&[&["import", "customers", "night-3.csv", "--json"], &how[..]].concat());
    assert!(!told.contains(SECRET), "{told}");
    let all = shop.done(&["export", "customers"]);
    let people: Vec<&str> = all.lines().filter(|line| line.contains("office@shop.example")).collect();
    assert_eq!(people.len(), 2, "{all}");
    assert!(people.iter().any(|line| line.contains("Ann Sample") && line.matches("office@").count() == 2));
    assert!(people.iter().any(|line| line.contains("Bob Example") && line.matches("office@").count() == 1));
    let reports = drop.join("reports");
    assert_eq!(names(&reports).len(), 4, "a report and a sheet of wrong rows each");
    for name in names(&reports) {
        assert!(!fs::read_to_string(reports.join(&name)).unwrap().contains(SECRET), "{name}");
    }
}
