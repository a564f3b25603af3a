//! Exports of well-known systems in the shapes that their makers document, with
//! made-up customers: what must come of each stands in the text beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tradepost::actor::Actor;
use tradepost::import::{self, Choices, Field, File, Import, State};

use super::{driven, notes, undone};
use crate::support::shop::Shop;

fn exports() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports");
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    all.retain(|path| path.extension().is_some_and(|ending| ending != "expected"));
    all.sort();
    all
}

story! {
    async fn exports_of_well_known_systems_come_in_as_they_are_meant(kind) {
        let shop = Shop::idle(kind).await;
        let mut wrong = String::new();
        let exports = exports();
        assert!(exports.len() > 15, "{exports:?}");
        for path in exports {
            let came = brought_in(&shop, &path).await;
            let expected = fs::read_to_string(path.with_extension("expected")).unwrap_or_default();
            if came != expected {
                let _ = writeln!(wrong, "== {}\n{came}", path.display());
            }
        }
        assert!(wrong.is_empty(), "something else came of these:\n{wrong}");
    }
}

/// Brings a file in as most would, says what came of it, and takes it back.
async fn brought_in(shop: &Shop, path: &Path) -> String {
    let file = File::open(fs::File::open(path).expect("a file"), &tables::Options::default());
    let file = match file {
        Ok(file) => file,
        Err(error) => return format!("refused: {error}\n"),
    };
    let choices = Choices {
        new_territories: true,
        territory: "Shop".into(),
        username_from_email: true,
        good_rows: true,
        ..file.likely()
    };
    if let Some(problem) = choices.problem() {
        return format!("refused: {problem}\n");
    }
    let (db, operator, now) = (shop.db(), Actor::operator(), shop.clock.now());
    let id =
        import::stage(db, &operator, (file, "export", choices.clone()), None, now).await.expect("an import");
    let missing =
        db.write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await.expect("a check");
    assert!(missing.is_empty());
    driven(shop, id).await;
    let obstacle = db.write(move |tx| import::start(tx, &Actor::operator(), id, now)).await.expect("a start");
    assert_eq!(obstacle, None, "{}", path.display());
    let import = driven(shop, id).await;
    assert_eq!(import.state, State::Done, "{}", path.display());
    let said = said(shop, &import).await;
    undone(shop, id).await;
    assert_eq!(shop.count("select count(*) as n from contacts", &[]).await, 0, "{}", path.display());
    said
}

async fn said(shop: &Shop, import: &Import) -> String {
    let mut said = read(import);
    let retailers = "select account_number || ' | ' || name || ' | ' || address || case when active then '' else ' | inactive' end as t from retailers order by account_number";
    let contacts = "select r.account_number || ' | ' || c.name || ' | ' || c.position || ' | ' || coalesce(c.email, '') || ' | ' || c.phone || ' | ' || c.language || case when c.active then '' else ' | inactive' end as t from contacts c join retailers r on r.id = c.retailer_id order by r.account_number, c.name";
    for (what, sql) in [("retailer", retailers), ("contact", contacts)] {
        for line in shop.texts(sql, &[]).await {
            let _ = writeln!(said, "{what} {}", line.replace('\n', " / "));
        }
    }
    let problems = notes(shop, import.id).await.into_iter().filter(|(.., stops, _)| *stops);
    for (line, field, _, text) in problems {
        let _ = writeln!(said, "wrong {line} {}: {text}", field.map_or("", Field::as_str));
    }
    for remark in &import.tally.remarks {
        let _ = writeln!(
            said,
            "remark {}: {} ({})",
            remark.field.map_or("", Field::as_str),
            remark.text,
            remark.rows
        );
    }
    said
}

/// How the file was read and what its columns were taken for.
fn read(import: &Import) -> String {
    let origin = &import.origin;
    let beside: Vec<String> = origin.beside.iter().map(usize::to_string).collect();
    let mut said = format!(
        "read {} {:?}, headings in row {}, beside the table: {}\n",
        origin.encoding.as_deref().unwrap_or_default(),
        origin.delimiter.unwrap_or_default(),
        origin.heading_row,
        if beside.is_empty() { "nothing".to_owned() } else { beside.join(" ") },
    );
    for (heading, column) in import.headings.iter().zip(&import.choices.columns) {
        if let Some(field) = column {
            let _ = writeln!(said, "column {heading} = {}", field.as_str());
        }
    }
    said
}
