//! `tradepost import customers`: every problem by row and column, and nothing
//! changed unless all is good.

use crate::databases::Database;
use crate::program::{Installation, Ran};

const HEADER: &str = "account_number,retailer,territory,contact,email,username,website_access\n";

fn import(content: impl AsRef<[u8]>, more: &[&str]) -> (Installation, Ran) {
    let shop = Installation::on(Database::sqlite(), 25);
    shop.file("customers.csv", content);
    let arguments = [&["import", "customers", "customers.csv"], more].concat();
    let ran = shop.run(&arguments);
    (shop, ran)
}

#[track_caller]
fn is_refused(content: impl AsRef<[u8]>, lines: &[&str]) {
    let (shop, ran) = import(content, &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    for line in lines {
        assert!(ran.err.contains(line), "{line:?} is not in {}", ran.err);
    }
    assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    let known = shop.run(&["reset", "anna"]);
    assert!(known.err.contains("no contact"), "something was imported: {known:?}");
}

#[test]
fn a_good_file_comes_in_and_comes_in_again_unchanged() {
    let rows = format!(
        "{HEADER}0042,Barlow & Sons,North,Anna Gruber,anna@barlow.example,anna,yes\n0043,\"Quay, Whitby\",North,,,,\n"
    );
    let (shop, ran) = import(&rows, &["--dry-run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("Nothing was changed (dry run): 2 rows. Retailers: 2 new"), "{}", ran.out);
    let told = shop.done(&["import", "customers", "customers.csv"]);
    assert!(
        told.starts_with("Imported: 2 rows. Retailers: 2 new") && told.contains("Contacts: 1 new"),
        "{told}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&shop.done(&["import", "customers", "customers.csv", "--json"])).unwrap();
    assert_eq!(json["report"]["contacts_unchanged"], 1, "{json}");
    assert_eq!(json["report"]["retailers_new"], 0, "{json}");
}

#[test]
fn problems_are_told_by_row_and_column() {
    is_refused(
        format!(
            "{HEADER}1,Shop,North,Anna,nonsense,anna,maybe\n1,Shop,North,Ben,ben@shop.example,ANNA,yes\n,Shop,North,,,,\n"
        ),
        &[
            "row 2, column email",
            "row 2, column website_access",
            "must be yes or no",
            "row 3, column username",
            "row 4, column account_number",
            "4 problems",
        ],
    );
    is_refused(format!("{HEADER}1,Shop\n"), &["row 2, column (row)", "has 2 fields where the header has 7"]);
}

#[test]
fn a_file_of_another_kind_is_told_as_a_whole() {
    is_refused(b"account_number,retailer\n1,Caf\xe9\n", &["row 2", "not UTF-8"]);
    is_refused(
        "account_number,retailer,territory,contact,email,username\n",
        &["row 1, column website_access", "missing from the header"],
    );
    is_refused("", &["row 1, column account_number"]);
    let absent = Installation::on(Database::sqlite(), 25).run(&["import", "customers", "nowhere.csv"]);
    assert_eq!(absent.code, 1);
    assert!(absent.one_line().contains("nowhere.csv"), "{absent:?}");
}

#[test]
fn ten_thousand_bad_rows_are_counted_and_shown_in_part() {
    let rows = format!("{HEADER}{}", "x,Shop,North,Anna,nonsense,,yes\n".repeat(10_000));
    let (_, ran) = import(&rows, &[]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.lines().count() < 60, "{}", ran.err.lines().count());
    assert!(ran.err.contains("and 9950 more") && ran.err.contains("10000 problems"), "{}", ran.err);
    let (_, all) = import(&rows, &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&all.out).unwrap();
    assert_eq!(json["problems"].as_array().unwrap().len(), 10_000);
    assert_eq!(json["problems"][9_999]["row"], 10_001);
}
