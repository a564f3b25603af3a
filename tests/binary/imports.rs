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
    let (shop, ran) = import(content, &["--new-territories"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    for line in lines {
        assert!(ran.err.contains(line), "{line:?} is not in {}", ran.err);
    }
    assert!(ran.err.to_lowercase().contains("nothing was changed"), "{}", ran.err);
    let known = shop.run(&["reset", "anna"]);
    assert!(known.err.contains("no contact"), "something was imported: {known:?}");
    assert!(shop.done(&["import", "list"]).starts_with("Nothing has been imported"), "nothing is left lying");
}

#[test]
fn a_good_file_comes_in_and_comes_in_again_unchanged_and_is_undone() {
    let rows = format!(
        "{HEADER}0042,Barlow & Sons,North,Anna Gruber,anna@barlow.example,anna,yes\n0043,\"Quay, Whitby\",North,,,,\n"
    );
    let (shop, ran) = import(&rows, &["--new-territories", "--dry-run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("Nothing was changed (dry run): 2 rows. Retailers: 2 new"), "{}", ran.out);
    let told = shop.done(&["import", "customers", "customers.csv", "--new-territories"]);
    assert!(
        told.starts_with("Imported: 2 rows. Retailers: 2 new") && told.contains("Contacts: 1 new"),
        "{told}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&shop.done(&["import", "customers", "customers.csv", "--json"])).unwrap();
    assert_eq!(json["report"]["contacts_unchanged"], 1, "{json}");
    assert_eq!(json["report"]["retailers_new"], 0, "{json}");
    let id = told.split("tradepost import undo ").nth(1).unwrap().trim();
    assert_eq!(shop.done(&["import", "undo", id]).trim(), "Undone: 2 rows. Touched since and kept: 0 rows.");
    assert!(shop.run(&["reset", "anna"]).err.contains("no contact"));
    assert!(shop.done(&["import", "list"]).contains("undone"));
}

#[test]
fn problems_are_told_by_row_and_column_and_come_as_a_sheet_to_correct() {
    let rows = "1,Shop,North,Anna,nonsense,anna,maybe\n1,Shop,North,Ben,ben@shop.example,ANNA,yes\n,Shop,North,,,,\n";
    let said = [
        "row 2, column email",
        "row 2, column website_access",
        "must be yes or no",
        "row 4, column account_number",
        "2 rows are wrong",
    ];
    is_refused(format!("{HEADER}{rows}"), &said);
    let (shop, ran) =
        import(format!("{HEADER}{rows}"), &["--new-territories", "--good-rows", "--problems", "wrong.csv"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let sheet = std::fs::read_to_string(shop.folder.path().join("wrong.csv")).unwrap();
    let lines: Vec<&str> = sheet.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{sheet}");
    assert!(lines[0].ends_with("website_access,what is wrong"), "{sheet}");
    assert!(
        lines[1].contains("nonsense") && lines[1].contains("email: is not a complete e-mail address"),
        "{sheet}"
    );
    shop.file(
        "wrong.csv",
        sheet.replace("nonsense,anna,maybe", "a@shop.example,anna2,yes").replace("\n,Shop", "\n2,Shop"),
    );
    let told = shop.done(&["import", "customers", "wrong.csv"]);
    assert!(told.contains("Contacts: 1 new") && told.contains("Retailers: 1 new"), "{told}");
}

#[test]
fn what_a_file_is_is_found_out() {
    let rows = "Kundennummer;Firma;Gebiet;Vorname;Nachname;E-Mail;Notiz\n0042;B\u{e4}cker M\u{fc}ller;Nord;J\u{f6}rg;Gr\u{f6}\u{df}e;jg@mueller.example;x\n";
    let latin: Vec<u8> = rows.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    let arguments = ["--new-territories", "--username-from-email", "--access", "--json"];
    let (shop, ran) = import(latin, &arguments);
    let json: serde_json::Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!(
        (json["found"]["encoding"].as_str(), json["found"]["delimiter"].as_str()),
        (Some("windows-1252"), Some(";"))
    );
    assert_eq!(json["state"], "done", "{json}");
    assert!(!shop.done(&["reset", "jg@mueller.example"]).is_empty(), "they sign in with their address");
}

#[test]
fn columns_are_mapped_by_hand_and_the_mapping_is_remembered() {
    let (shop, ran) = import("Nr,Wer,Wo\n1,Shop,North\n", &["--new-territories"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("account number") && ran.err.contains("Nr, Wer, Wo"), "{}", ran.err);
    let looked = shop.done(&[
        "import",
        "customers",
        "customers.csv",
        "--map",
        "Nr=account_number",
        "--map",
        "Wer=retailer",
        "--territory",
        "North",
        "--new-territories",
        "--dry-run",
    ]);
    assert!(
        looked.ends_with("Columns: Nr = account_number, Wer = retailer. Left out and not kept: Wo.\n"),
        "{looked}"
    );
    let map =
        ["--map", "nr=account_number", "--map", "Wer=retailer", "--map", "Wo=territory", "--new-territories"];
    let told = shop.done(&[&["import", "customers", "customers.csv"], &map[..]].concat());
    assert!(told.starts_with("Imported: 1 rows"), "{told}");
    assert!(
        shop.done(&["import", "customers", "customers.csv"]).starts_with("Everything is as the file says")
    );
    let wrong = shop.run(&["import", "customers", "customers.csv", "--map", "Nr=number"]);
    assert!(wrong.err.contains("no field \"number\""), "{wrong:?}");
}

#[test]
fn hashes_that_can_not_come_along_are_told_by_their_kind_and_never_quoted() {
    let rows = "account_number,retailer,territory,contact,email,username,website_access,password_hash\n\
        1,S1,N,P1,a@x.example,u1,yes,$6$rounds=5000$saltsalt$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\
        2,S2,N,P2,b@x.example,u2,yes,$1$saltsalt$xxxxxxxxxxxxxxxxxxxxxx\n3,S3,N,P3,c@x.example,u3,yes,!unusable\n";
    let (shop, ran) = import(rows, &["--new-territories", "--with-password-hashes", "--good-rows"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for words in ["SHA-512 crypt", "MD5 crypt", "says that there is no password"] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    assert!(!ran.err.contains("saltsalt") && !ran.out.contains("saltsalt"), "{ran:?}");
    assert!(ran.out.contains("Contacts: 1 new") && !ran.out.contains("Passwords brought"), "{ran:?}");
    let mapped = shop.run(&["import", "customers", "customers.csv", "--map", "password_hash=position"]);
    assert!(mapped.code == 3 && mapped.err.contains("never taken as anything else"), "{mapped:?}");
}

#[test]
fn passwords_come_along_after_everyone_has_come_in_without() {
    let rows = "account_number,retailer,territory,contact,username,password\n1,Shop,North,Anna,anna,5f4dcc3b5aa765d61d8327deb882cf99\n";
    let (shop, ran) = import(rows, &["--new-territories"]);
    assert!(ran.code == 0 && !ran.out.contains("Passwords"), "{ran:?}");
    let with = ["import", "customers", "customers.csv", "--with-password-hashes", "--password-format", "md5"];
    let told = shop.done(&with);
    assert!(told.starts_with("Imported") && told.contains("Passwords brought along: 1."), "{told}");
    assert!(shop.done(&with).starts_with("Everything is as the file says"), "once");
}

#[test]
fn the_corrected_sheet_is_read_as_its_file_was() {
    let rows =
        "Nr,Wer,Wo,Mensch,Post,Hash\n1,Shop,North,Anna,anna@shop.example,x\n2,House,North,Bert,nonsense,x\n";
    let mapped = "Nr=account_number Wer=retailer Wo=territory Mensch=contact Post=email";
    let map = mapped.split(' ').flat_map(|column| ["--map", column]).collect::<Vec<_>>();
    let how = ["--new-territories", "--good-rows", "--problems", "wrong.csv"];
    let (shop, ran) = import(rows, &[&how[..], &map[..]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let sheet = std::fs::read_to_string(shop.folder.path().join("wrong.csv")).unwrap();
    shop.file("wrong.csv", sheet.replace("nonsense", "bert@house.example"));
    let told = shop.done(&["import", "customers", "wrong.csv"]);
    assert!(told.contains("Retailers: 1 new") && told.contains("Contacts: 1 new"), "{told}");
}

#[test]
fn a_sheet_of_no_known_kind_is_refused_before_anything_is_done() {
    let (shop, ran) =
        import(format!("{HEADER}1,Shop,North,,,,\n"), &["--new-territories", "--problems", "wrong.ods"]);
    assert!(ran.code == 3 && ran.err.contains("must end in .csv or .xlsx; nothing was changed"), "{ran:?}");
    assert!(shop.done(&["import", "list"]).starts_with("Nothing has been imported"));
}

#[test]
fn the_sheet_of_wrong_rows_holds_no_hashes() {
    let digest = "5f4dcc3b5aa765d61d8327deb882cf99";
    let rows = format!(
        "account_number,retailer,territory,contact,email,secret\n1,Shop,North,Anna,nonsense,{digest}\n"
    );
    let how =
        ["--new-territories", "--good-rows", "--map", "secret=password_hash", "--problems", "wrong.csv"];
    let hashes = ["--with-password-hashes", "--password-format", "md5"];
    let (shop, ran) = import(rows, &[&how[..], &hashes[..]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let sheet = std::fs::read_to_string(shop.folder.path().join("wrong.csv")).unwrap();
    assert!(sheet.contains("nonsense") && !sheet.contains("secret"), "{sheet}");
    assert!(!sheet.contains("$over$") && !sheet.contains(digest), "{sheet}");
}

#[test]
fn a_file_of_another_kind_is_told_as_a_whole() {
    is_refused(b"%PDF-1.7\n", &["PDF"]);
    is_refused("", &["empty"]);
    is_refused(format!("{HEADER}1,\"Shop,North,Anna,,,\n"), &["never closed"]);
    let absent = Installation::on(Database::sqlite(), 25).run(&["import", "customers", "nowhere.csv"]);
    assert_eq!(absent.code, 1);
    assert!(absent.one_line().contains("nowhere.csv"), "{absent:?}");
}

#[test]
fn ten_thousand_bad_rows_are_counted_and_shown_in_part() {
    let rows = format!("{HEADER}{}", "x,Shop,North,Anna,nonsense,,yes\n".repeat(10_000));
    let (shop, ran) = import(&rows, &[]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.lines().count() < 60, "{}", ran.err.lines().count());
    assert!(ran.err.contains("10000 rows are wrong"), "{}", ran.err);
    let all = shop.run(&["import", "customers", "customers.csv", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&all.out).unwrap();
    assert_eq!(json["problems"].as_array().unwrap().len(), 10_000);
    assert_eq!(json["problems"][9_999]["row"], 10_001);
}
