//! docs/moving-in.md, followed to the letter: its samples, its commands, and a
//! machine that goes off in the middle. The folder that is watched has a file of
//! its own.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use crate::databases::Database;
use crate::program::Installation;
use crate::until;

/// The password of everyone in the samples, as the guide says.
const PASSWORD: &str = "lantern7quay";

/// Who signs in with it after the sample was brought in.
const SIGN_IN: [(&str, &[&str]); 3] = [
    ("woocommerce.csv", &["barlow", "GULL.and.Co", "cleo@kelp.example"]),
    ("magento.csv", &["anna@barlow.example", "bert@gull.example"]),
    ("opencart.csv", &["anna@barlow.example"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The commands of the guide that are about its samples, one block each.
fn blocks() -> Vec<Vec<Vec<String>>> {
    let guide = fs::read_to_string(root().join("moving-in.md")).unwrap();
    let blocks = guide.split("```sh sample\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let words = |line: &str| {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        assert_eq!(words[0], "tradepost", "{line}");
        words[1..].to_vec()
    };
    blocks.map(|block| block.lines().map(words).collect()).collect()
}

/// An installation in whose folder the guide's samples are where it says.
fn with_samples(database: Database) -> Installation {
    let shop = Installation::on(database, 25);
    let folder = shop.folder.path().join("docs/moving-in");
    fs::create_dir_all(&folder).unwrap();
    for sample in samples() {
        fs::copy(root().join("moving-in").join(&sample), folder.join(&sample)).unwrap();
    }
    shop
}

fn samples() -> Vec<String> {
    let entries = fs::read_dir(root().join("moving-in")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_guide_has_a_command_for_each_sample_and_its_links_lead_somewhere() {
    let commands: Vec<String> = blocks().into_iter().flatten().map(|words| words.join(" ")).collect();
    for sample in samples() {
        let named = format!("docs/moving-in/{sample} ");
        assert!(commands.iter().any(|command| command.contains(&named)), "{sample}");
    }
    let guide = fs::read_to_string(root().join("moving-in.md")).unwrap();
    assert!(guide.contains(&format!("`{PASSWORD}`")));
    for link in guide.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        let headings = guide.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
        let anchors: Vec<String> =
            headings.map(|text| format!("#{}", text.to_lowercase().replace(' ', "-"))).collect();
        assert!(anchors.iter().any(|anchor| anchor == link) || root().join(link).exists(), "{link}");
    }
}

#[test]
fn the_samples_come_in_by_the_guides_commands_on_sqlite() {
    come_in(Database::sqlite);
}

#[test]
fn the_samples_come_in_by_the_guides_commands_on_postgresql() {
    come_in(Database::postgres);
}

fn come_in(database: fn() -> Database) {
    for block in blocks() {
        let shop = with_samples(database());
        let mut told = String::new();
        for command in &block {
            let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
            told = shop.done(&arguments);
        }
        assert!(told.starts_with("Imported: ") && told.contains("Wrong rows: 0."), "{block:?}: {told}");
        let last: Vec<&str> = block.last().unwrap().iter().map(String::as_str).collect();
        assert!(shop.done(&last).starts_with("Everything is as the file says"), "{block:?}");
        let people = SIGN_IN
            .iter()
            .find(|(sample, _)| last[2].ends_with(sample))
            .map_or(&[][..], |(_, people)| people);
        assert_eq!(people.is_empty(), !last.contains(&"--with-password-hashes"), "{block:?}");
        if !people.is_empty() {
            let server = shop.serve();
            for name in people {
                assert_eq!(server.visitor().sign_in(name, "lantern7quai").status, 401, "{name}");
                server.visitor().sign_in(name, PASSWORD).leads_to("/");
            }
        }
    }
}

#[test]
fn the_list_of_an_erp_keeps_its_zeros_and_its_letters() {
    let shop = with_samples(Database::sqlite());
    let block = blocks().into_iter().find(|block| block[0][2].ends_with("erp-kundenliste.csv")).unwrap();
    shop.done(&block[0].iter().map(String::as_str).collect::<Vec<_>>());
    let all = shop.done(&["export", "customers"]);
    assert!(
        all.contains(
            "0010023,Bäckerei Müller GmbH,\"Inh. Jörg Größe\nMusterstraße 1\n99999\nMusterhausen\",Nord,"
        ),
        "{all}"
    );
}

/// Rows of an import that takes long enough to be cut off.
const MANY: usize = 3000;

pub(crate) fn many(shop: &Installation) {
    let row = |n: usize| format!("{n:05},House {n},North,Contact {n},c{n}@house.example,user{n},yes\n");
    let header = "account_number,retailer,territory,contact,email,username,website_access\n";
    shop.file("many.csv", format!("{header}{}", (0..MANY).map(row).collect::<String>()));
}

/// The command of an import that is cut off.
const IMPORT: [&str; 4] = ["import", "customers", "many.csv", "--new-territories"];

/// Begins an import and kills it when some of its rows are in.
fn cut_off(database: Database) -> Installation {
    let shop = Installation::on(database, 25);
    many(&shop);
    shop.done(&["migrate"]);
    let mut child = shop.command(&IMPORT).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut contacts = contacts(&shop.database);
    until("some rows are in", || (contacts() > 0).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    let count = contacts();
    assert!(0 < count && count < MANY, "it was killed in the middle: {count}");
    assert!(shop.done(&["import", "list"]).contains(" running "));
    shop
}

/// Counts contacts over a connection of its own.
pub(crate) fn contacts(database: &Database) -> Box<dyn FnMut() -> usize> {
    counting(database, "select count(*) from contacts")
}

fn counting(database: &Database, sql: &'static str) -> Box<dyn FnMut() -> usize> {
    let count = |count: i64| usize::try_from(count).unwrap();
    if let Some(path) = database.url.strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        return Box::new(move || count(connection.query_row(sql, [], |row| row.get(0)).unwrap()));
    }
    let mut client = postgres::Client::connect(&database.url, postgres::NoTls).unwrap();
    Box::new(move || count(client.query_one(sql, &[]).unwrap().get(0)))
}

/// Everything once, nothing twice.
pub(crate) fn is_whole(shop: &Installation) {
    assert_eq!(contacts(&shop.database)(), MANY);
    let list = shop.done(&["import", "list"]);
    assert!(list.lines().count() == 1 && list.contains(" done "), "{list}");
    let all = shop.done(&["export", "customers"]);
    assert_eq!(all.lines().count(), 1 + MANY);
    assert!(shop.done(&IMPORT).starts_with("Everything is as the file says"));
    assert!(shop.done(&["audit", "verify"]).starts_with("Whole: "));
}

#[test]
fn an_import_killed_in_the_middle_goes_on_when_the_command_is_given_again_on_sqlite() {
    goes_on(Database::sqlite());
}

#[test]
fn an_import_killed_in_the_middle_goes_on_when_the_command_is_given_again_on_postgresql() {
    goes_on(Database::postgres());
}

fn goes_on(database: Database) {
    let shop = cut_off(database);
    let (mut contacts, dry) = (contacts(&shop.database), [&IMPORT[..], &["--dry-run"]].concat());
    let before = contacts();
    assert!(shop.done(&dry).starts_with("Nothing was changed (dry run)"));
    assert_eq!(contacts(), before, "a dry run does not go on with it");
    let told = shop.done(&IMPORT);
    assert!(
        told.starts_with("Going on with the import that was begun") && told.contains("Imported: 3000 rows."),
        "{told}"
    );
    is_whole(&shop);
}

#[test]
fn an_import_killed_before_anything_was_in_begins_anew_and_leaves_nothing_lying_on_sqlite() {
    begins_anew(Database::sqlite());
}

#[test]
fn an_import_killed_before_anything_was_in_begins_anew_and_leaves_nothing_lying_on_postgresql() {
    begins_anew(Database::postgres());
}

fn begins_anew(database: Database) {
    let shop = Installation::on(database, 25);
    many(&shop);
    shop.done(&["migrate"]);
    let mut child = shop.command(&IMPORT).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut staged = counting(&shop.database, "select count(*) from import_rows");
    until("some rows are staged", || (staged() > 0).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(contacts(&shop.database)(), 0);
    let told = shop.done(&IMPORT);
    assert!(told.starts_with("Imported: 3000 rows."), "{told}");
    is_whole(&shop);
}

#[test]
fn an_import_killed_in_the_middle_is_finished_by_the_server_on_sqlite() {
    is_finished(Database::sqlite());
}

#[test]
fn an_import_killed_in_the_middle_is_finished_by_the_server_on_postgresql() {
    is_finished(Database::postgres());
}

fn is_finished(database: Database) {
    let shop = cut_off(database);
    let server = shop.serve();
    until("it is in", || shop.done(&["import", "list"]).contains(" done ").then_some(()));
    assert_eq!(server.stop(), Some(0));
    is_whole(&shop);
}
