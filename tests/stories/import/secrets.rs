//! What looks like a secret is neither kept nor shown, whatever its column is
//! called (promise 1).

use tradepost::db::{Dialect, steps};
use tradepost::staff::BuiltIn;

use super::*;
use crate::support::database::Kind;

/// In every secret of these files, and in nothing else.
const MARK: &str = "zanzibar";
/// Headings that no vocabulary of fields holds.
const HEADINGS: [&str; 16] = [
    "Kennwort",
    "pwd",
    "PIN",
    "user_password",
    "encrypted_password",
    "Passwort",
    "mot de passe",
    "wachtwoord",
    "Contraseña",
    "Kundenpasswort",
    "Web-PIN",
    "API key",
    "remember_token",
    "Notiz",
    "Spalte 17",
    "Bemerkungen intern",
];

fn file(heading: &str) -> String {
    format!(
        "account_number,retailer,territory,contact,email,username,{heading}\n\
         9001,Sample Shop,North,Pat Sample,pat@shop.example,pat,Sommer2024{MARK}\n\
         9002,Other Shop,North,Bo Sample,nonsense,bo,Winter2024{MARK}\n"
    )
}

story! {
    async fn promise_1_a_column_nobody_says_anything_of_is_not_kept(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let mark = crate::support::log::mark();
        for heading in HEADINGS {
            let reply = office.browser.post_file("/portal/imports", "file", file(heading).as_bytes()).await;
            assert_eq!(reply.status, 303, "{heading}: {reply:?}");
            let path = reply.location().to_owned();
            let choices = office.browser.get(&path).await;
            assert!(choices.says("Pat Sample") && !choices.says(MARK), "{heading}: {choices:?}");
            let columns = ["account_number", "retailer", "territory", "contact", "email", "username"];
            let names: Vec<String> = (0..columns.len()).map(|place| format!("column-{place}")).collect();
            let mut form: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(columns).collect();
            form.push(("new_territories", "true"));
            office.browser.post(&format!("{path}/check"), &form).await;
            let id: ImportId = path.rsplit('/').next().expect("an id").parse().expect("an id");
            shop.counts(1, "select count(*) as n from imports where state = 'checked'").await;
            for page in ["?show=wrong", "?show=new", "?show=remarks", "?show=choices", "/wrong?format=csv", "/status"] {
                let reply = office.browser.get(&format!("{path}{page}")).await;
                assert!(reply.status == 200 && !reply.says(MARK), "{heading} {page}: {reply:?}");
            }
            assert_eq!(found(&shop, id).await.tally.wrong, 1);
            office.browser.post(&format!("{path}/discard"), &[]).await;
        }
        let all = String::from_utf8_lossy(&shop.database.everything().await).to_lowercase();
        assert!(!all.contains(MARK), "no table, no page of the file holds one");
        assert!(!String::from_utf8_lossy(&crate::support::log::since(mark)).to_lowercase().contains(MARK));
    }
}

story! {
    async fn promise_1_a_column_of_secrets_can_not_be_said_to_hold_something_else(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let path = office.browser.post_file("/portal/imports", "file", file("Kennwort").as_bytes()).await.location().to_owned();
        let form = [("column-0", "account_number"), ("column-1", "retailer"), ("column-2", "territory"), ("column-3", "contact"), ("column-6", "position")];
        office.browser.post(&format!("{path}/check"), &form).await;
        shop.counts(1, "select count(*) as n from imports where state = 'checked'").await;
        let id: ImportId = path.rsplit('/').next().expect("an id").parse().expect("an id");
        assert_eq!(found(&shop, id).await.choices.columns[6], None);
        // Nor by what was remembered, nor by who calls the operation.
        let mut choices = found(&shop, id).await.choices;
        choices.columns[6] = Some(Field::Position);
        let mut opened = tempfile::tempfile().expect("a file");
        opened.write_all(file("Kennwort").as_bytes()).expect("a file");
        let opened = File::open(opened, &tables::Options::default()).expect("a table");
        let id = import::stage(shop.db(), &Actor::operator(), (opened, "a.csv", choices), None, shop.clock.now()).await.expect("an import");
        assert_eq!(found(&shop, id).await.choices.columns[6], None);
        assert!(!shop.database.rows().await.contains(MARK));
    }
}

story! {
    async fn promise_1_cells_that_look_like_secrets_are_not_kept_where_something_else_is_expected(kind) {
        let shop = Shop::open(kind).await;
        let secrets = ["$6$rounds=5000$saltsalt$xxxxxxxx", "5f4dcc3b5aa765d61d8327deb882cf99", "K7QM-2RXD-9TWP-CH4F", "{SSHA}c2VjcmV0c2FsdHNhbHQ="];
        for secret in secrets {
            let content = format!("account_number,retailer,territory,contact,position\n1,Sample Shop,North,Ann Sample,{secret}\n");
            let id = staged(&shop, &Actor::operator(), content.as_bytes()).await.expect("a readable file");
            let choices = Choices { new_territories: true, ..found(&shop, id).await.choices };
            let now = shop.clock.now();
            shop.db().write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await.expect("a check");
            driven(&shop, id).await;
            assert_eq!(problems(&shop, id).await, [(2, Some(Field::Position))], "{secret}");
            assert!(!shop.database.rows().await.contains(&secret.to_lowercase()), "{secret}");
        }
    }
}

story! {
    async fn promise_1_a_row_of_data_is_no_row_of_headings(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let content = format!("9001,Sample Shop,pat@shop.example,Sommer2024{MARK}\n9002,Other Shop,bo@shop.example,Winter2024{MARK}\n");
        let reply = office.browser.post_file("/portal/imports", "file", content.as_bytes()).await;
        assert!(reply.status == 422 && reply.says("holds no headings") && !reply.says(MARK), "{reply:?}");
        assert!(!shop.database.rows().await.contains(MARK), "headings are kept longest");
    }
}

story! {
    async fn a_column_that_was_not_kept_is_read_from_the_file_once_more(kind) {
        let mut shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let content = "account_number,retailer,territory,contact,Spalte 17\n1,Sample Shop,North,Ann Sample,Buyer\n";
        let form = [("column-0", "account_number"), ("column-1", "retailer"), ("column-2", "territory"), ("column-3", "contact"), ("column-4", "position"), ("new_territories", "true")];
        for is_held in [true, false] {
            let path = office.browser.post_file("/portal/imports", "file", content.as_bytes()).await.location().to_owned();
            assert!(!shop.database.rows().await.contains("buyer"), "nobody said anything of it");
            if !is_held {
                shop.restart().await;
            }
            let mut path = match office.browser.post(&format!("{path}/check"), &form).await.location() {
                "" => path,
                next => next.to_owned(),
            };
            if !is_held {
                let page = office.browser.get(&path).await;
                assert!(page.says("Hand the file in once more") && page.says("Spalte 17"), "{page:?}");
                let id = path.rsplit('/').next().expect("an id");
                let reply = office.browser.post_file_with("/portal/imports", &[("again", id)], content.as_bytes()).await;
                reply.location().clone_into(&mut path);
            }
            shop.counts(1, "select count(*) as n from imports where state = 'checked'").await;
            let page = office.browser.get(&path).await;
            assert!(page.says("Buyer") && page.says("Import 1 row"), "what was chosen is kept: {page:?}");
            assert_eq!(shop.count("select count(*) as n from imports", &[]).await, 1, "one takes the place of the other");
            office.browser.post(&format!("{path}/discard"), &[]).await;
        }
    }
}

story! {
    async fn promise_1_an_upgrade_empties_columns_that_nobody_said_anything_of(kind) {
        let shop = Shop::open(kind).await;
        let id = staged(&shop, &Actor::operator(), file("Spalte 17").as_bytes()).await.expect("a readable file");
        // As rows were staged before.
        let sql = format!("update import_rows set cells = replace(cells, '\"\"]', '\"Sommer2024{MARK}\"]')");
        shop.database.meddle(&sql).await.expect("old rows");
        assert!(shop.database.rows().await.contains(MARK));
        let dialect = match kind {
            Kind::Sqlite => Dialect::Sqlite,
            Kind::Postgres => Dialect::Postgres,
        };
        let (_, script) = steps(dialect).find(|(name, _)| *name == "0017_import_columns").expect("the step");
        let updates = script.split(";\n").filter(|statement| statement.contains("update import"));
        for update in updates.filter(|statement| !statement.contains("account_bare =")) {
            let update = update.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
            shop.database.meddle(&update).await.expect("the upgrade");
        }
        assert!(!shop.database.rows().await.contains(MARK));
        let rows = shop.db().read(move |tx| import::first_rows(tx, &Actor::operator(), id)).await.expect("rows");
        assert_eq!(rows[0].cells.texts, ["9001", "Sample Shop", "North", "Pat Sample", "pat@shop.example", "pat", ""]);
        assert_eq!(found(&shop, id).await.origin.kept, [0, 1, 2, 3, 4, 5]);
    }
}
