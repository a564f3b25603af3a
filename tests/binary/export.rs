//! `tradepost export`: what goes out comes in again unchanged, here and in
//! another installation.

use std::os::unix::fs::PermissionsExt as _;

use crate::databases::Database;
use crate::program::Installation;

/// Everything that a file could spoil on its way.
const AWKWARD: &str = "account_number,retailer,address,territory,retailer_active,contact,position,phone,language,email,username,website_access,contact_active\n\
    0042,\"Barlow, \"\"Sons\"\" & Daughters\",\"1 Quay\n2nd floor\nWhitby\",North,yes,=1+1,@desk,+44 1947 0001,en,office@barlow.example,anna,yes,yes\n\
    0042,\"Barlow, \"\"Sons\"\" & Daughters\",\"1 Quay\n2nd floor\nWhitby\",North,yes,Zoë Ødegård,-,01947 0002,de,office@barlow.example,Grün;7,yes,no\n\
    0042,\"Barlow, \"\"Sons\"\" & Daughters\",\"1 Quay\n2nd floor\nWhitby\",North,yes,O'Brien,,,de,,,no,yes\n\
    007,Gone;GmbH,,\"South, West\",no,山田 太郎,,,en,yamada@gone.example,,no,yes\n\
    00123456789012345678,Nobody's shop,\"Harbour\",North,yes,,,,,,,,\n\
    A-1/é,'Quoted',,North,yes,Mia,,,en,mia@quoted.example,00815,no,yes\n";

fn shop(database: Database) -> Installation {
    let shop = Installation::on(database, 25);
    shop.file("in.csv", AWKWARD);
    shop.done(&["import", "customers", "in.csv", "--new-territories"]);
    shop.file("empty.csv", "territory\nEmpty Quarter\n");
    shop.done(&["import", "customers", "empty.csv"]);
    shop
}

fn bytes(shop: &Installation, name: &str) -> Vec<u8> {
    std::fs::read(shop.folder.path().join(name)).unwrap()
}

#[test]
fn what_goes_out_comes_in_again_unchanged_on_sqlite() {
    comes_in_again(Database::sqlite);
}

#[test]
fn what_goes_out_comes_in_again_unchanged_on_postgresql() {
    comes_in_again(Database::postgres);
}

fn comes_in_again(database: fn() -> Database) {
    let shop = shop(database());
    for what in ["customers", "retailers", "contacts", "territories"] {
        for ending in ["csv", "xlsx"] {
            let file = format!("{what}.{ending}");
            shop.done(&["export", what, "--out", &file]);
            let told = shop.done(&["import", "customers", &file]);
            assert!(told.starts_with("Everything is as the file says"), "{file}: {told}");
            let nothing = [
                "Retailers: 0 new, 0 changed",
                "Contacts: 0 new, 0 changed",
                "Territories: 0 new",
                "Wrong rows: 0",
            ];
            assert!(nothing.iter().all(|part| told.contains(part)), "{file}: {told}");
        }
    }
    let all = bytes(&shop, "customers.csv");
    for file in ["customers.csv", "customers.xlsx"] {
        let other = Installation::on(database(), 25);
        other.file(file, bytes(&shop, file));
        other.done(&["import", "customers", file, "--new-territories"]);
        let again = other.done(&["export", "customers"]);
        assert_eq!(again, String::from_utf8(all.clone()).unwrap(), "{file}");
    }
    assert_eq!(
        String::from_utf8(bytes(&shop, "territories.csv")).unwrap(),
        "\u{feff}territory\nEmpty Quarter\nNorth\n\"South, West\"\n"
    );
}

#[test]
fn a_file_is_for_its_owner_alone_and_none_is_written_over() {
    let shop = shop(Database::sqlite());
    let told = shop.done(&["export", "customers", "--out", "all.csv"]);
    assert_eq!(told, "Exported 6 rows to all.csv. Keep it safe.\n");
    let mode = std::fs::metadata(shop.folder.path().join("all.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let refused = shop.run(&["export", "retailers", "--out", "all.csv"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.one_line().contains("all.csv exists already"), "{refused:?}");
    shop.done(&["export", "retailers", "--out", "all.csv", "--force"]);
    assert!(
        String::from_utf8(bytes(&shop, "all.csv"))
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .ends_with("retailer_active,contacts")
    );
    assert!(!shop.folder.path().join("all.csv.part").exists());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let shop = shop(Database::sqlite());
    let workbook = shop.run(&["export", "customers", "--format", "xlsx"]);
    assert_eq!(workbook.code, 3, "{workbook:?}");
    assert!(workbook.one_line().contains("--out"), "{workbook:?}");
    let hashes = shop.run(&["export", "territories", "--with-password-hashes"]);
    assert_eq!(hashes.code, 3, "{hashes:?}");
    assert_eq!(shop.run(&["export", "passwords"]).code, 2);
    let nowhere = shop.run(&["export", "customers", "--out", "nowhere/all.csv"]);
    assert_eq!(nowhere.code, 1, "{nowhere:?}");
}

/// Hashes of `trout9lamp`: one too weak to be kept as it is, one that is kept.
const SSHA: &str = "{SSHA}OfMc2YrCintXwZjkSugWjQ8t5ydzZWFzYWx0OQ==";
const BCRYPT: &str = "$2y$04$KtE0yUn7z9l6bII7UIOW3eKq/92b4BuDqCp4.kuwUykposeATP2rq";

#[test]
fn promise_1_passwords_move_to_another_installation_as_hashes_and_only_if_asked_on_sqlite() {
    passwords_move(Database::sqlite);
}

#[test]
fn promise_1_passwords_move_to_another_installation_as_hashes_and_only_if_asked_on_postgresql() {
    passwords_move(Database::postgres);
}

fn passwords_move(database: fn() -> Database) {
    let shop = Installation::on(database(), 25);
    let rows = [("anna", SSHA), ("bert", BCRYPT), ("cleo", SSHA), ("dora", "")];
    let rows =
        rows.map(|(name, hash)| format!("1,Shop,North,{name},{name}@shop.example,{name},yes,{hash}\n"));
    let header = "account_number,retailer,territory,contact,email,username,website_access,password_hash\n";
    shop.file("in.csv", format!("{header}{}", rows.concat()));
    shop.done(&["import", "customers", "in.csv", "--new-territories", "--with-password-hashes"]);
    let server = shop.serve();
    // From now on hers is one of our own.
    server.visitor().sign_in("anna", "trout9lamp").leads_to("/");
    assert_eq!(server.stop(), Some(0));

    let plain = shop.run(&["export", "customers"]);
    assert!(!plain.out.contains("argon2") && !plain.out.contains("$2y$"), "{}", plain.out);
    assert!(!plain.err.contains("Warning"), "{}", plain.err);
    let told = shop.run(&["export", "customers", "--with-password-hashes", "--out", "all.csv"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(
        told.err.starts_with("Warning: this file holds hashes of your customers' passwords."),
        "{told:?}"
    );

    let other = Installation::on(database(), 25);
    other.file("all.csv", bytes(&shop, "all.csv"));
    let told = other.done(&["import", "customers", "all.csv", "--with-password-hashes", "--new-territories"]);
    assert!(told.contains("Passwords brought along: 3."), "{told}");
    let server = other.serve();
    for name in ["anna", "bert", "cleo"] {
        assert_eq!(server.visitor().sign_in(name, "trout9lamq").status, 401, "{name}");
        server.visitor().sign_in(name, "trout9lamp").leads_to("/");
    }
    assert_eq!(server.visitor().sign_in("dora", "").status, 401);
}
