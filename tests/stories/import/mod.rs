//! Bringing customers in from a file: looked at first, then brought in, and
//! undone as long as nothing touched it since.

use std::fmt::Write as _;
use std::io::Write as _;

use tradepost::actor::{Actor, Door, Level, Permissions, Reach, StaffActor, Who};
use tradepost::error::Error;
use tradepost::import::{
    self, Choices, Field, File, Import, Matching, Obstacle, StageError, Staged, State, Verdict,
};
use tradepost::kernel::Language;
use tradepost::kernel::id::ImportId;

use crate::support::shop::Shop;

mod correct;
mod exports;
mod handover;
mod reading;
mod secrets;
mod understood;
mod undo;

const HEADER: &str = "account_number,retailer,territory,contact,email,username,website_access\n";
const GOOD: &str = "0042,Barlow & Sons,North,Anna Gruber,anna@barlow.example,anna,yes\n\
                    0042,Barlow & Sons,North,Bert Ode,bert@barlow.example,bert,no\n\
                    0043,\"Gull, Ltd\",South,Zoë,,,no\n\
                    0044,Empty House,South,,,,\n";

/// What most stories choose.
fn usual(choices: &mut Choices) {
    choices.new_territories = true;
}

pub async fn staged(shop: &Shop, actor: &Actor, content: &[u8]) -> Result<ImportId, StageError> {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(content).expect("a file");
    let file = File::open(file, &tables::Options::default())?;
    let choices = Choices::guess(file.headings());
    import::stage(shop.db(), actor, (file, "customers.csv", choices), None, shop.clock.now()).await
}

/// Takes an import on until it stands still.
pub async fn driven(shop: &Shop, id: ImportId) -> Import {
    loop {
        let now = shop.clock.now();
        shop.db().write(move |tx| import::step(tx, id, Language::English, now)).await.expect("a step");
        let import = found(shop, id).await;
        if !import.state.moves() {
            return import;
        }
    }
}

pub async fn found(shop: &Shop, id: ImportId) -> Import {
    shop.db().read(move |tx| import::find(tx, &Actor::operator(), id)).await.expect("an import")
}

async fn checked_as(shop: &Shop, actor: &Actor, rows: &str, choose: impl FnOnce(&mut Choices)) -> Import {
    let id = staged(shop, actor, format!("{HEADER}{rows}").as_bytes()).await.expect("a readable file");
    let mut choices = found(shop, id).await.choices;
    choose(&mut choices);
    let (actor, now) = (actor.clone(), shop.clock.now());
    shop.db().write(move |tx| import::check(tx, &actor, id, &choices, now)).await.expect("a check");
    driven(shop, id).await
}

async fn checked(shop: &Shop, rows: &str, choose: impl FnOnce(&mut Choices)) -> Import {
    checked_as(shop, &Actor::operator(), rows, choose).await
}

async fn started(shop: &Shop, id: ImportId) -> Result<Option<Obstacle>, Error> {
    let now = shop.clock.now();
    shop.db().write(move |tx| import::start(tx, &Actor::operator(), id, now)).await
}

async fn imported(shop: &Shop, rows: &str, choose: impl FnOnce(&mut Choices)) -> Import {
    let import = checked(shop, rows, choose).await;
    assert_eq!(started(shop, import.id).await.expect("a start"), None, "{:?}", notes(shop, import.id).await);
    driven(shop, import.id).await
}

async fn undone(shop: &Shop, id: ImportId) -> Import {
    let now = shop.clock.now();
    shop.db().write(move |tx| import::undo(tx, &Actor::operator(), id, now)).await.expect("an undo");
    driven(shop, id).await
}

async fn rows(shop: &Shop, id: ImportId) -> Vec<Staged> {
    shop.db().read(move |tx| import::noted(tx, &Actor::operator(), id, 0)).await.expect("rows")
}

/// What is said about the rows: where, about what, and whether it stops them.
async fn notes(shop: &Shop, id: ImportId) -> Vec<(i64, Option<Field>, bool, String)> {
    let rows = rows(shop, id).await;
    let all = rows
        .iter()
        .flat_map(|row| row.notes.iter().map(|note| (row.line, note.field, note.stops, note.text.clone())));
    all.collect()
}

async fn problems(shop: &Shop, id: ImportId) -> Vec<(i64, Option<Field>)> {
    let notes = notes(shop, id).await.into_iter();
    notes.filter(|(_, _, stops, _)| *stops).map(|(line, field, ..)| (line, field)).collect()
}

async fn sizes(shop: &Shop) -> [i64; 3] {
    let mut sizes = [0; 3];
    for (size, table) in sizes.iter_mut().zip(["territories", "retailers", "contacts"]) {
        *size = shop.count(&format!("select count(*) as n from {table}"), &[]).await;
    }
    sizes
}

story! {
    async fn a_good_file_is_brought_in_and_a_second_time_changes_nothing(kind) {
        let shop = Shop::open(kind).await;
        let import = imported(&shop, GOOD, usual).await;
        assert_eq!(import.state, State::Done);
        let tally = &import.tally;
        assert_eq!((tally.retailers_new, tally.contacts_new, tally.territories.len()), (3, 3, 2));
        assert_eq!(sizes(&shop).await, [2, 3, 3]);
        let again = checked(&shop, GOOD, usual).await;
        assert_eq!((again.tally.contacts_unchanged, again.tally.contacts_changed, again.tally.retailers_new), (3, 0, 0));
        let audited = shop.count("select count(*) as n from audit", &[]).await;
        assert_eq!(started(&shop, again.id).await.expect("an answer"), Some(Obstacle::NothingToDo));
        assert_eq!(shop.count("select count(*) as n from audit", &[]).await, audited);
        assert_eq!(shop.count("select count(*) as n from mails", &[]).await, 0, "an import mails nobody");
        assert!(shop.lets_in("anna", &shop.temporary_password("anna").await).await, "who has access can be invited");
        let office = shop.staff(tradepost::staff::BuiltIn::Support).await;
        assert!(office.browser.get("/portal/retailers").await.says("Gull, Ltd"));
    }
}

story! {
    async fn looking_changes_nothing_and_shows_what_would_change(kind) {
        let shop = Shop::open(kind).await;
        let import = checked(&shop, GOOD, usual).await;
        assert_eq!((import.state, import.tally.contacts_new), (State::Checked, 3));
        assert_eq!(sizes(&shop).await, [0, 0, 0]);
        imported(&shop, GOOD, usual).await;
        let changed = GOOD.replace("Barlow & Sons", "Barlow & Daughters").replace("bert@barlow", "robert@barlow");
        let import = checked(&shop, &changed, usual).await;
        assert_eq!((import.tally.retailers_changed, import.tally.contacts_changed, import.tally.contacts_unchanged), (1, 1, 2));
        let rows = shop.db().read(move |tx| import::of_verdict(tx, &Actor::operator(), import.id, (Verdict::Changed, 0))).await.expect("rows");
        let differences: Vec<_> = rows.iter().flat_map(|row| &row.changes).map(|change| (change.field, change.from.as_str(), change.to.as_str())).collect();
        assert_eq!(differences, [
            (Field::Retailer, "Barlow & Sons", "Barlow & Daughters"),
            (Field::Email, "bert@barlow.example", "robert@barlow.example"),
        ]);
    }
}

story! {
    async fn one_wrong_row_keeps_all_out_unless_the_good_ones_are_chosen(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let before = sizes(&shop).await;
        let rows = "0045,New House,West,Cleo,cleo@new.example,cleo,yes\n0045,New House,West,Thief,thief@new.example,ANNA,yes\n";
        let import = checked(&shop, rows, usual).await;
        assert_eq!(problems(&shop, import.id).await, [(3, Some(Field::Username))]);
        assert_eq!(started(&shop, import.id).await.expect("an answer"), Some(Obstacle::WrongRows));
        assert_eq!(sizes(&shop).await, before);
        let import = imported(&shop, rows, |choices| { usual(choices); choices.good_rows = true; }).await;
        assert_eq!((import.state, import.tally.wrong), (State::Done, 1));
        assert_eq!(sizes(&shop).await, [before[0] + 1, before[1] + 1, before[2] + 1]);
    }
}

story! {
    async fn every_problem_is_told_by_row_and_column(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let rows = "1,Two\u{1}Lines,North,A,nonsense,,maybe\n\
                    42,Barlow,North,B,,,\n\
                    0050,House,Nowhere,C,,,\n\
                    0051,House,North,D,d@house.example,dora,\n\
                    0052,House,North,E,e@house.example,DORA,\n\
                    0051,Another house,North,F,,,\n\
                    0053,House,North,G,g@house.example,\u{430}nna,\n\
                    0051,House,North,D,,,\n";
        let import = checked(&shop, rows, |_| ()).await;
        let expected = [
            (2, Some(Field::Retailer)), (2, Some(Field::Email)), (2, Some(Field::WebsiteAccess)),
            (3, Some(Field::AccountNumber)),
            (4, Some(Field::Territory)),
            (6, Some(Field::Username)),
            (7, Some(Field::Retailer)),
            (8, Some(Field::Username)),
            (9, Some(Field::Contact)),
        ];
        assert_eq!(problems(&shop, import.id).await, expected, "{:?}", notes(&shop, import.id).await);
        let said = notes(&shop, import.id).await;
        let says = |line, words: &str| said.iter().any(|(at, _, _, text)| *at == line && text.contains(words));
        assert!(says(3, "0042 is") && says(4, "no territory \"Nowhere\"") && says(6, "row 5") && says(8, "looks like \"anna\""), "{said:?}");
    }
}

story! {
    async fn rows_far_apart_are_compared_too(kind) {
        let shop = Shop::open(kind).await;
        let mut rows = String::from("0001,First,North,Anna,anna@first.example,anna,\n");
        for n in 0..450 {
            let _ = writeln!(rows, "1{n:03},House {n},North,Contact {n},c{n}@house.example,user{n},");
        }
        rows.push_str("0001,Second,North,Bert,,,\n9999,House,North,Other,o@house.example,Anna,\n0001,First,North,Anna,,,\n");
        let import = checked(&shop, &rows, usual).await;
        let expected = [(453, Some(Field::Retailer)), (454, Some(Field::Username)), (455, Some(Field::Contact))];
        assert_eq!(problems(&shop, import.id).await, expected);
        assert_eq!((import.tally.contacts_new, import.tally.territories.len()), (451, 1));
    }
}

story! {
    async fn contacts_are_found_as_was_chosen(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let renamed = "0042,Barlow & Sons,North,Bert Ode,bert@barlow.example,robert,no\n";
        let as_username = checked(&shop, renamed, |choices| choices.matching = Matching::Username).await;
        assert_eq!((as_username.tally.contacts_new, as_username.tally.contacts_changed), (1, 0));
        let as_email = imported(&shop, renamed, |choices| choices.matching = Matching::Email).await;
        assert_eq!((as_email.tally.contacts_new, as_email.tally.contacts_changed), (0, 1));
        let usernames = shop.texts("select username as t from contacts where name = 'Bert Ode'", &[]).await;
        assert_eq!(usernames, ["robert"]);
    }
}

story! {
    async fn an_empty_cell_changes_nothing(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let import = checked(&shop, "0042,,,Anna Gruber,,anna,\n", |_| ()).await;
        assert_eq!((import.tally.contacts_unchanged, import.tally.retailers_changed), (1, 0));
    }
}

story! {
    async fn who_is_missing_is_deactivated_only_if_asked_and_within_the_limit(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let anna = shop.id("anna").await;
        shop.give_password(anna, "trout9lamp").await;
        let browser = shop.signed_in("anna", "trout9lamp").await;
        let without = GOOD.lines().skip(1).collect::<Vec<_>>().join("\n");
        let left = checked(&shop, &without, usual).await;
        assert_eq!(started(&shop, left.id).await.expect("an answer"), Some(Obstacle::NothingToDo), "nobody asked for it");
        let few = checked(&shop, "0043,\"Gull, Ltd\",South,Zoë,,,no\n", |choices| choices.missing = Some(3)).await;
        assert_eq!(started(&shop, few.id).await.expect("an answer"), Some(Obstacle::TooManyMissing));
        let wrong = checked(&shop, &format!("{without}\n0042,x,North,,nonsense,,\n"), |choices| { choices.missing = Some(3); choices.good_rows = true; }).await;
        assert_eq!(started(&shop, wrong.id).await.expect("an answer"), Some(Obstacle::MissingUnknown));
        assert!(browser.is_signed_in().await);
        let import = imported(&shop, &without, |choices| choices.missing = Some(3)).await;
        assert!(!browser.is_signed_in().await, "promise 13");
        assert_eq!(shop.texts("select name as t from contacts where not active", &[]).await, ["Anna Gruber"]);
        assert_eq!(undone(&shop, import.id).await.state, State::Undone);
        assert_eq!(shop.count("select count(*) as n from contacts where not active", &[]).await, 0);
        assert!(shop.lets_in("anna", "trout9lamp").await, "activating again loses nothing");
    }
}

story! {
    async fn promise_15_an_address_changed_by_import_is_told_to_the_old_one(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let temporary = shop.temporary_password("anna").await;
        let moved = "0042,Barlow & Sons,North,Anna Gruber,anna@elsewhere.example,anna,yes\n";
        assert_eq!(imported(&shop, moved, usual).await.tally.contacts_changed, 1);
        let notice = shop.mail_of("email-changed", "anna@barlow.example").await;
        assert!(!notice.text_part().contains("anna@elsewhere.example"));
        assert!(!shop.lets_in("anna", &temporary).await, "what went to the old address is void");
        let office = shop.staff(tradepost::staff::BuiltIn::Support).await;
        let anna = shop.id("anna").await;
        assert!(office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await.says("The address was changed"));
    }
}

story! {
    async fn promise_13_access_turned_off_by_import_ends_sessions(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let anna = shop.id("anna").await;
        shop.give_password(anna, "trout9lamp").await;
        let browser = shop.signed_in("anna", "trout9lamp").await;
        imported(&shop, &GOOD.replace("anna,yes", "anna,no"), usual).await;
        assert!(!browser.is_signed_in().await);
        assert_eq!(shop.texts("select act || ' ' || actor as t from audit where act = 'access-off'", &[]).await, ["access-off operator"]);
    }
}

story! {
    async fn promise_1_the_office_brings_no_passwords_in(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(tradepost::staff::BuiltIn::Owner).await;
        let permissions = tradepost::staff::BuiltIn::Owner.permissions();
        let actor = Actor { who: Who::Staff(StaffActor { id: office.id, permissions }), door: Door::Portal, address: String::new() };
        let hash = "$2b$04$abcdefghijklmnopqrstuuJ0Qm0bqQZ0Z0Z0Z0Z0Z0Z0Z0Z0Z0Z0Z";
        let content = format!("account_number,retailer,territory,contact,username,password_hash,user_pass\n1,Shop,North,A,a,{hash},{hash}\n");
        let id = staged(&shop, &actor, content.as_bytes()).await.expect("a readable file");
        assert_eq!(shop.count("select count(*) as n from import_rows where cells like '%$2b$%'", &[]).await, 0, "not even kept");
        let mut choices = found(&shop, id).await.choices;
        usual(&mut choices);
        let now = shop.clock.now();
        shop.db().write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await.expect("a check");
        driven(&shop, id).await;
        started(&shop, id).await.expect("a start");
        driven(&shop, id).await;
        assert_eq!(shop.count("select count(*) as n from contacts where password_hash is not null", &[]).await, 0);
    }
}

story! {
    async fn who_may_not_import_can_not(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(tradepost::staff::BuiltIn::SalesRep).await;
        let import = checked(&shop, GOOD, usual).await;
        let all = std::collections::BTreeSet::from([tradepost::actor::Act::Import, tradepost::actor::Act::ChangeSignIn]);
        let own = Permissions { customers: Level::Write, staff: Level::None, settings: Level::None, reach: Reach::OwnTerritories, acts: all };
        let none = Permissions { reach: Reach::AllRetailers, acts: std::collections::BTreeSet::new(), ..own.clone() };
        for permissions in [own, none] {
            let actor = Actor { who: Who::Staff(StaffActor { id: rep.id, permissions }), door: Door::Portal, address: String::new() };
            let refused = staged(&shop, &actor, format!("{HEADER}{GOOD}").as_bytes()).await;
            assert!(matches!(refused, Err(StageError::Broken(Error::NotAllowed))), "{refused:?}");
            let (id, now) = (import.id, shop.clock.now());
            let refused = shop.db().write(move |tx| import::start(tx, &actor, id, now)).await;
            assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");
        }
        assert_eq!(sizes(&shop).await[1..], [0, 0]);
    }
}

story! {
    async fn a_worker_takes_an_import_up_that_nobody_waits_for(kind) {
        let shop = Shop::open(kind).await;
        let import = checked(&shop, GOOD, usual).await;
        started(&shop, import.id).await.expect("a start");
        shop.counts(3, "select count(*) as n from contacts").await;
        shop.counts(1, "select count(*) as n from imports where state = 'done'").await;
    }
}
